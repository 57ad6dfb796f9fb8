"""The officer's session on the display: whose it is, the screen that covers it, and a handover's pad."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal.screens.shift import HandedOver
from terminal.screens.sign_in import OpenSignIn, SignIn

if TYPE_CHECKING:
    from terminal.screens.attention import Hold
    from terminal.screens.events import Effect
    from terminal.screens.sign_in import SignedIn, SignInScreen
    from terminal.screens.state import Screen
    from terminal.screens.values import SignedInOfficer


@dataclass(frozen=True, slots=True)
class UiSession:
    """Whose session it is, and what covers it."""

    officer: SignedInOfficer | None = None
    """The officer, also while the session is locked; None if nobody has signed in."""
    gate: SignInScreen | None = None
    """The sign-in screen above everything else; None while an officer works, and after the shift."""
    used_s: float = 0.0
    """Monotonic time, s, of the last press, touch or check."""
    hold: Hold | None = None
    """BACK, held down: after HOLD_S it locks the session, and let go before it acts on the screen."""

    @property
    def hands_over(self) -> bool:
        """True if the pad waits for a successor, while the officer's session goes on."""
        return isinstance(self.gate, SignIn) and self.gate.handover


def with_gate(session: UiSession, effects: tuple[Effect, ...]) -> tuple[UiSession, tuple[Effect, ...]]:
    """Return the session with the pad if an effect asks for it, and the other effects."""
    for effect in effects:
        if isinstance(effect, OpenSignIn):
            officer = session.officer if effect.handover else None
            session = replace(session, gate=SignIn(officer=officer, handover=effect.handover))
    return session, tuple(effect for effect in effects if not isinstance(effect, OpenSignIn))


def taken_over(below: Screen, event: SignedIn) -> Screen:
    """Return the screen below after a sign-in: the open items if it took another officer's shift over."""
    if event.takeover is None:
        return below
    taken = event.takeover
    return HandedOver(below.status, taken.before, event.officer, taken.open, taken.unuploaded)

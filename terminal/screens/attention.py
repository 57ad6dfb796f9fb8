"""Which presses count: a key that went down before the officer can have seen the screen counts for nothing.

Wire format, section 5: "Any other press counts where the key went down 500 ms or more after a screen that
changed by itself was drawn". The officer's own navigation counts as soon as it is drawn. An alarm is
acknowledged by holding CONFIRM, begun after it was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal.screens.alarms import Alarm
from terminal.screens.check import KindChoice, PlateEntry, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.shift import LogEntry, ShiftLog, Uploading
from terminal.screens.state import FaultScreen
from terminal.screens.values import Status, UploadProgress

if TYPE_CHECKING:
    from terminal.ports import Button
    from terminal.screens.state import Shown, Touch

SETTLE_S = 0.5
"""How long a screen that changed by itself has to be seen before a press counts."""
HOLD_S = 1.0
"""How long CONFIRM is held to acknowledge an alarm."""
BOUNCE_S = 0.05
"""A contact that opens for less was not let go."""
_ANY = Status()


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A button, or its place on the display, went down at a monotonic time, s, no earlier than `at_s`."""

    button: Button
    at_s: float
    bounce: bool = False
    """No new press: the contact settles."""


@dataclass(frozen=True, slots=True)
class KeyUp:
    """A button came up at a monotonic time, s."""

    button: Button
    at_s: float


@dataclass(frozen=True, slots=True)
class Touched:
    """The display was touched where that says `meant`, no earlier than `at_s` (monotonic s)."""

    meant: Touch
    at_s: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The screen is on the display."""


Input: TypeAlias = KeyDown | KeyUp | Touched


@dataclass(frozen=True, slots=True)
class Hold:
    """A button that is held on an alarm, since the monotonic time, s, at which it was heard of."""

    button: Button
    since_s: float
    up_s: float | None = None
    """When the contact opened, which may be a bounce."""

    def over(self, now_s: float) -> bool:
        """The button was let go, and not only for as long as a contact bounces."""
        return self.up_s is not None and now_s - self.up_s >= BOUNCE_S

    def done(self, now_s: float) -> bool:
        """The button has been down for long enough."""
        return self.up_s is None and now_s - self.since_s >= HOLD_S


@dataclass(frozen=True, slots=True)
class ScreenView:
    """What of a screen a press depends on, and since when the officer can see it."""

    face: object = None
    drawn_s: float | None = None
    """Monotonic time at which it was first drawn; None: not yet."""
    by_itself: bool = True
    """It did not follow from the officer's own navigation."""

    def of(self, face: object, *, by_itself: bool) -> ScreenView:
        """The sight of a face that the screen has now."""
        return self if face == self.face else ScreenView(face, None, by_itself)

    def drawn(self, now_s: float) -> ScreenView:
        """Once it is on the display."""
        return self if self.drawn_s is not None else replace(self, drawn_s=now_s)

    @property
    def opens_s(self) -> float | None:
        """The monotonic time from which a press counts; None while this is not drawn."""
        if self.drawn_s is None:
            return None
        return self.drawn_s + (SETTLE_S if self.by_itself else 0.0)

    def counts(self, at_s: float) -> bool:
        """A press at monotonic time `at_s` was made by an officer who saw this."""
        return self.opens_s is not None and at_s >= self.opens_s

    def begins_hold(self, at_s: float) -> bool:
        """A hold that began at monotonic time `at_s` began after this was drawn."""
        return self.drawn_s is not None and at_s >= self.drawn_s


def key_face(screen: Shown) -> object:
    """What the meaning of a button depends on: the screen without what may change under a finger.

    The bar, codes in view and an upload's progress change all the time, and no button's meaning with them.
    """
    face: object
    match screen:
        case Alarm():
            face = replace(screen, status=_ANY, more=0, held=False)
        case Result(hidden=hidden):
            face = replace(screen, status=_ANY, seen=None, other=None), hidden
        case PlateEntry() | KindChoice() | CodeChoice():
            face = replace(screen, status=_ANY, seen=None, after=None)
        case Comparison(judged=judged, fits=fits):
            face = Comparison, judged, fits
        case FaultScreen(notice=notice):
            face = FaultScreen, notice
        case ShiftLog(page=page, told=told):
            face = ShiftLog, page, told
        case LogEntry(logged=logged):
            face = LogEntry, logged.seq
        case Uploading():
            face = replace(screen, status=_ANY, seen=None, progress=UploadProgress())
        case _:
            face = replace(screen, status=_ANY, seen=None)
    return face


def touch_face(screen: Shown) -> object:
    """What the meaning of a touch depends on: also what can be touched beside the buttons' places."""
    face = key_face(screen)
    match screen:
        case Result(has_other_code=offers):
            return face, screen.status.banners, offers
        case ShiftLog(shown=shown):
            return face, screen.status.banners, [one.seq for one in shown]
        case LogEntry(notes=notes):
            return face, screen.status.banners, notes
        case _:
            return face, screen.status.banners

"""State of the display: a screen, the alarms that interrupt it, and which presses count.

`step` changes the screen. Alarms are kept above it and do not change it, so that nothing that happens below
can cover or lose one. Rules (wire format, section 5, "An alarm is never a notice"):

1. An alarm is shown until it is acknowledged; the screen below then returns unchanged.
2. An alarm never covers another car's alarm or open comparison: it waits, with its signal and a count.
3. While nobody is signed in or the session is locked, alarms wait unread; the next officer sees them first.
4. An alarm from a check of more than ten minutes ago is a banner until it is opened.
5. An acknowledged alarm is shown again if it changes, or if its check was not an alarm in the meantime.

The sign-in screens lie above all of it. What is below them only hears what becomes known of earlier checks,
and returns unchanged to the officer whose session was locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal.ports import Button
from terminal.screens import alarms, choice_step, entry_step, shift_step, sign_in_step
from terminal.screens.alarms import Alarm, BannerOpened, Key
from terminal.screens.alerts import HEARD_KEPT, raised, renumbered, signal
from terminal.screens.attention import (
    Drawn,
    Hold,
    Input,
    KeyDown,
    KeyUp,
    ScreenView,
    Touched,
    key_face,
    touch_face,
)
from terminal.screens.check import Ready, Result
from terminal.screens.choice import Identified
from terminal.screens.comparing import Comparison
from terminal.screens.events import (
    Click,
    Effect,
    Failed,
    Listed,
    PlaySignal,
    Pressed,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
    Scanned,
    ScreenEvent,
    StopSignal,
    Tick,
)
from terminal.screens.sealed import SealedOpened
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded, UploadTold
from terminal.screens.sign_in import (
    Locked,
    LockNow,
    OpenSignIn,
    PadTouched,
    RecordLock,
    Released,
    SignedIn,
    SignIn,
    SignInEvent,
    SignInRefused,
    SignInScreen,
)
from terminal.screens.state import FaultScreen, Screen, Shown, Touch, subject_of
from terminal.screens.step import step
from terminal.screens.values import AlarmStatus, WaitingAlarms

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.sign_in_step import SignInTransition
    from terminal.screens.values import SignedInOfficer, Status

UiEvent: TypeAlias = ScreenEvent | SignInEvent | Input | Drawn
_OF_AN_EFFECT = (Identified, ShiftLoaded, Annotated, SealedOpened, ShiftEnded)
"""Answers to what the officer did. A verdict is not among them: it always counts as a change by itself."""
_NEWS = (
    *(Tick, Recorded, Refined, Reported, Rerecorded, Listed, Failed),
    *(Identified, ShiftLoaded, Annotated, ShiftEnded, UploadTold),
)
"""Events that reach the screen below the sign-in screens: time, and answers to what was done before."""


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
    """BACK, held down: after HOLD_S it locks the session."""


@dataclass(frozen=True, slots=True)
class Ui:
    """The screen below, the alarms above it, and since when the officer can see what is shown."""

    below: Screen = field(default_factory=Ready)
    alerts: tuple[RecordedCheck, ...] = ()
    """Unacknowledged alarms, at most one for each plate, oldest first."""
    banners: tuple[RecordedCheck, ...] = ()
    """Alarms from older checks that were not opened, oldest first."""
    up: RecordedCheck | None = None
    """The one of `alerts` that is shown; None while none may be shown."""
    heard: tuple[Key, ...] = ()
    """Keys of acknowledged alarms, newest last."""
    keys: ScreenView = field(default_factory=ScreenView)
    touches: ScreenView = field(default_factory=ScreenView)
    hold: Hold | None = None
    by_officer: bool = False
    """True while an action of the officer is being handled."""
    dropped: int = 0
    """Number of presses and touches that did not count."""
    session: UiSession = field(default_factory=UiSession)

    @property
    def screen(self) -> Shown:
        """The screen to draw."""
        status = self.below.status
        if self.session.gate is not None:
            return replace(self.session.gate, status=self._with_waiting(status))
        if self.up is not None:
            about = alarms.about(self.up, subject_of(self.below))
            more = len(self.alerts) - 1
            return Alarm(status, self.up, about, more, held=self.hold is not None)
        if not self.alerts and not self.banners:
            return self.below
        return replace(self.below, status=self._with_waiting(status))

    def _with_waiting(self, status: Status) -> Status:
        """The bar with the alarms that wait; without anybody who may read them, only their count."""
        locked = _is_locked(self)
        count = len(self.alerts) + (len(self.banners) if locked else 0)
        waiting = WaitingAlarms(count, locked) if count else None
        return replace(status, alarms=AlarmStatus(waiting, () if locked else self.banners))


Advance: TypeAlias = tuple[Ui, tuple[Effect, ...]]


def advance(ui: Ui, event: UiEvent, now_s: float) -> Advance:
    """Return the state after `event` at monotonic time `now_s`, and the effects to perform. Pure; never
    raises.
    """
    match event:
        case Drawn():
            ui = _settled(ui)  # the first screen after start counts as not seen before
            return replace(ui, keys=ui.keys.drawn(now_s), touches=ui.touches.drawn(now_s)), ()
        case KeyDown() | KeyUp() | Touched():
            return _entered(replace(ui, session=replace(ui.session, used_s=now_s)), event, now_s)
        case Tick():
            return _ticked(ui, event, now_s)
        case LockNow() | SignedIn() | SignInRefused() | Released() | PadTouched():
            return _session_changed(ui, event, now_s)
        case _:
            by_officer = ui.by_officer and isinstance(event, _OF_AN_EFFECT)
            return _happened(replace(ui, by_officer=by_officer), event, now_s)


def _ticked(ui: Ui, tick: Tick, now_s: float) -> Advance:
    acknowledged: tuple[Effect, ...] = ()
    if ui.hold is not None and ui.hold.done(now_s):
        ui, acknowledged = _acknowledged(ui)
    ui, effects = _happened(replace(ui, by_officer=False), tick, now_s)
    if ui.session.hold is not None and ui.session.hold.over(now_s):
        ui = replace(ui, session=replace(ui.session, hold=None))
    held = ui.session.hold is not None and ui.session.hold.done(now_s)
    locked: tuple[Effect, ...] = ()
    idle = ui.session.officer is not None and now_s - ui.session.used_s >= ui.below.status.limits.locks_s
    if held or idle:
        ui, locked = _locked(ui)
    return ui, (*acknowledged, *effects, *locked)


def _session_changed(
    ui: Ui, event: LockNow | SignedIn | SignInRefused | Released | PadTouched, now_s: float
) -> Advance:
    match event:
        case LockNow():
            return _locked(ui)
        case SignedIn():
            return _signed_in(ui, event, now_s)
        case PadTouched():
            return ui, ()  # it counts as a touch alone
        case SignInRefused() | Released() if ui.session.gate is not None:
            gate = sign_in_step.answered(ui.session.gate, event)
            return _settled(replace(ui, session=replace(ui.session, gate=gate), by_officer=False)), ()
        case _:
            return ui, ()


def _locked(ui: Ui) -> Advance:
    """Lock the session, if there is one that is not locked yet. An alarm's signal goes on."""
    if _is_locked(ui):
        return ui, ()
    gate = SignIn() if ui.session.officer is None else Locked(ui.session.officer)
    session = replace(ui.session, gate=gate, hold=None)
    after = _settled(replace(ui, session=session, by_officer=False))
    return after, (RecordLock(), *(() if after.alerts else (StopSignal(),)))


def _signed_in(ui: Ui, event: SignedIn, now_s: float) -> Advance:
    """Uncover the screen below; nobody's work is shown to another officer."""
    below = ui.below
    if event.new_shift or _is_over(below):
        fault = below.notice if isinstance(below, FaultScreen) else None
        below = FaultScreen(below.status, fault) if fault else Ready(below.status)
    session = UiSession(event.officer, used_s=now_s)
    after = _settled(replace(ui, below=below, session=session, by_officer=False))
    return after, ((signal(after),) if after.alerts else ())


def _at_gate(ui: Ui, moved: SignInTransition) -> Advance:
    """Show the next sign-in screen; without one, the screen below only if nobody is signed in there."""
    gate, effects = moved
    if gate is None and not _is_over(ui.below):
        gate = SignIn()
    return _settled(replace(ui, session=replace(ui.session, gate=gate), by_officer=True)), effects


def _entered(ui: Ui, event: Input, now_s: float) -> Advance:
    match event:
        case KeyDown():
            return _key_down(ui, event, now_s)
        case KeyUp(button, at_s):
            return _key_up(ui, button, at_s)
        case Touched(meant, at_s) if ui.touches.counts(at_s):
            return _touched(replace(ui, by_officer=True), meant, now_s)
        case Touched():
            return _dropped(ui)


def _key_down(ui: Ui, down: KeyDown, now_s: float) -> Advance:
    if down.bounce:
        session = replace(ui.session, hold=_held_on(ui.session.hold, down))
        return replace(ui, hold=_held_on(ui.hold, down), session=session), ()
    if down.button is Button.BACK and not _is_locked(ui):
        ui = replace(ui, session=replace(ui.session, hold=Hold(down.button, now_s)))
    if ui.up is not None:
        if down.button is Button.CONFIRM and ui.keys.begins_hold(down.at_s):
            return replace(ui, hold=Hold(down.button, now_s)), ()
        return _dropped(ui)
    if not ui.keys.counts(down.at_s):
        return _dropped(ui)
    if ui.session.gate is not None:
        return _at_gate(ui, sign_in_step.pressed(ui.session.gate, down.button))
    return _happened(replace(ui, by_officer=True), Pressed(down.button), now_s)


def _held_on(hold: Hold | None, down: KeyDown) -> Hold | None:
    """A hold whose contact bounced: the button was not let go."""
    if hold is None or hold.button is not down.button or hold.over(down.at_s):
        return hold
    return replace(hold, up_s=None)


def _key_up(ui: Ui, button: Button, at_s: float) -> Advance:
    if ui.session.hold is not None and ui.session.hold.button is button:
        if ui.session.hold.done(at_s):
            return _locked(ui)
        hold = replace(ui.session.hold, up_s=at_s)
        return replace(ui, session=replace(ui.session, hold=hold)), ()
    if ui.hold is None or ui.hold.button is not button:
        return ui, ()
    if ui.hold.done(at_s):
        return _acknowledged(ui)
    return replace(ui, hold=replace(ui.hold, up_s=at_s)), ()


def _dropped(ui: Ui) -> Advance:
    return replace(ui, dropped=ui.dropped + 1), (Click(),)


def _touched(ui: Ui, meant: Touch, now_s: float) -> Advance:
    if isinstance(meant, PadTouched):
        return (
            (ui, ())
            if ui.session.gate is None
            else _at_gate(ui, sign_in_step.touched(ui.session.gate, meant))
        )
    if not isinstance(meant, BannerOpened):
        return _happened(ui, meant, now_s)
    if not ui.banners or _is_locked(ui) or ui.up is not None:
        return ui, ()
    opened, *rest = ui.banners
    after = replace(ui, banners=tuple(rest), alerts=(opened, *ui.alerts), up=opened)
    return _settled(after), (PlaySignal(opened.verdict.outcome),)


def _happened(ui: Ui, event: ScreenEvent, now_s: float) -> Advance:
    """Apply an event to the screen below, and raise the alarm that it may bring."""
    if ui.session.gate is not None and not isinstance(event, _NEWS):
        return ui, ()
    if ui.up is not None and isinstance(event, Scanned):
        return replace(ui, below=choice_step.noticed(ui.below, event.scan, now_s)), ()
    below, effects = step(ui.below, event, now_s)
    session = replace(ui.session, used_s=now_s) if isinstance(event, Recorded) else ui.session
    if OpenSignIn() in effects:
        session, effects = replace(session, gate=SignIn()), ()
    after = replace(ui, below=below, session=session)
    if ui.session.gate is not None:
        effects = _unattended(ui, event, effects)
    alarm: tuple[Effect, ...] = ()
    if after.hold is not None and after.hold.over(now_s):
        after = replace(after, hold=None)
    if isinstance(event, Rerecorded):
        after = renumbered(after, event)
    if isinstance(event, Recorded | Refined | Reported):
        after, alarm = raised(after, event.judged, now_s)
    after = _settled(after)
    if after.alerts:  # signals of the screen below stay silent until all alarms are acknowledged
        effects = tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))
    return after, (*effects, *alarm)


def _unattended(ui: Ui, event: ScreenEvent, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects of news while nobody works: no check follows, and no signal but an alarm's."""
    if isinstance(event, Listed):
        return entry_step.unasked(ui.below, event.number, event.found or ())
    return tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))


def _acknowledged(ui: Ui) -> Advance:
    """Acknowledge the alarm that is shown; show the next, or the screen below unchanged."""
    if ui.up is None:
        return replace(ui, hold=None), ()
    after = replace(
        ui,
        alerts=tuple(one for one in ui.alerts if one != ui.up),
        up=None,
        heard=(*ui.heard, alarms.key(ui.up))[-HEARD_KEPT:],
        hold=None,
        by_officer=False,
    )
    return _settled(after), (signal(after) if after.alerts else StopSignal(),)


def _settled(ui: Ui) -> Ui:
    """Select the alarm to show now, and note what the officer has not seen yet."""
    up = ui.up if ui.up in ui.alerts and not _is_locked(ui) else _due(ui)
    ui = replace(ui, up=up)
    screen = ui.screen
    by_itself = not ui.by_officer or isinstance(screen, Alarm | Comparison)
    keys = ui.keys.of(key_face(screen), by_itself=by_itself)
    touches = ui.touches.of(touch_face(screen), by_itself=by_itself)
    return replace(ui, keys=keys, touches=touches, hold=ui.hold if keys is ui.keys else None)


def _due(ui: Ui) -> RecordedCheck | None:
    """Return the alarm that may be shown above the screen below, None if there is none."""
    if _is_locked(ui):
        return None
    compared = _compared(ui.below)
    if compared is None:
        return next(iter(ui.alerts), None)
    return next((one for one in ui.alerts if one.plate == compared.plate), None)


def _compared(screen: Screen) -> RecordedCheck | None:
    """Return the check whose car is still to be compared with an alarm's record, None if there is none."""
    match screen:
        case Comparison(judged=judged):
            return judged
        case Result(compares=True, judged=judged) | FaultScreen(back=Result(compares=True, judged=judged)):
            return judged
        case _:
            return None


def _is_locked(ui: Ui) -> bool:
    """Return True if nobody may read an alarm: the session is locked, or nobody is signed in."""
    return ui.session.gate is not None or _is_over(ui.below)


def _is_over(screen: Screen) -> bool:
    """Return True without an active shift, also behind a fault."""
    behind = screen.back if isinstance(screen, FaultScreen) else None
    return shift_step.over(screen) or (behind is not None and shift_step.over(behind))

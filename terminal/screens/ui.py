"""State of the display: a screen, the alarms that interrupt it, and which presses count.

`step` changes the screen. Alarms are kept above it and do not change it, so that nothing that happens below
can cover or lose one. Rules (wire format, section 5, "An alarm is never a notice"):

1. An alarm is shown until it is acknowledged; the screen below then returns unchanged.
2. An alarm never covers another car's alarm or open comparison: it waits, with its signal and a count.
3. While nobody is signed in or the session is locked, alarms wait unread; the next officer sees them first.
4. An alarm from a check of more than ten minutes ago is a banner until it is opened.
5. An acknowledged alarm is shown again if it changes, or if its check was not an alarm in the meantime.
6. An alarm without a result stays in the banner of every screen. A touch of the banner, or holding CONFIRM,
   opens its case above the screen (`alarm_case`), which returns unchanged.

The sign-in screens lie above all of it. What is below them only hears what becomes known of earlier checks,
and returns unchanged to the officer whose session was locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal.ports import Button
from terminal.screens import alarm_case_step, alarms, choice_step, shift_step, sign_in_step
from terminal.screens.alarm_case import (
    Acknowledge,
    AlarmLife,
    AlarmsTold,
    CaseScreen,
)
from terminal.screens.alarms import Alarm, BannerOpened, Key
from terminal.screens.alerts import (
    HEARD_KEPT,
    due,
    is_locked,
    is_over,
    raised,
    renumbered,
    signal,
    unattended,
    waiting,
)
from terminal.screens.attention import (
    BOUNCE_S,
    Drawn,
    Hold,
    Input,
    KeyDown,
    KeyUp,
    ScreenView,
    Touched,
    key_face,
    resumed,
    touch_face,
)
from terminal.screens.check import Ready
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.events import (
    Click,
    Effect,
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
from terminal.screens.news import CASE_TOUCHES, NEWS, OF_AN_EFFECT
from terminal.screens.open_alarm import of, opens
from terminal.screens.session import UiSession, taken_over, with_gate
from terminal.screens.shift import (
    LockSession,
    OpenAlarmTouched,
)
from terminal.screens.sign_in import (
    Locked,
    LockNow,
    PadTouched,
    RecordLock,
    Released,
    SignedIn,
    SignIn,
    SignInEvent,
    SignInRefused,
)
from terminal.screens.state import FaultScreen, Screen, Shown, Touch, subject_of
from terminal.screens.step import step
from terminal.screens.values import RECHECKED, AlarmStatus

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.alarm_case_step import CaseTransition
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.sign_in_step import SignInTransition
    from terminal.screens.values import Status

UiEvent: TypeAlias = ScreenEvent | SignInEvent | AlarmsTold | Input | Drawn


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
    life: AlarmLife = field(default_factory=AlarmLife)
    """The alarms without a result."""

    @property
    def screen(self) -> Shown:
        """The screen to draw."""
        status = self.below.status
        if self.session.gate is not None:
            return replace(self.session.gate, status=self._with_waiting(status))
        if self.up is not None:
            about = alarms.about(self.up, subject_of(self.below))
            more = len(self.alerts) - 1
            card = of(self.up, self.life.open) if self.life.card else None
            if self.open:
                unclosed = AlarmStatus(unclosed=len(self.open), newest=self.open[-1], opens=False)
                status = replace(status, alarms=unclosed)
            return Alarm(status, self.up, about, more, held=self.hold is not None, card=card)
        shown: CaseScreen | Screen = self.below
        if self.life.case is not None and not isinstance(self.below, FaultScreen):
            shown = replace(self.life.case, status=status)
        if not self.alerts and not self.banners and not self.open:
            return shown
        return replace(shown, status=self._with_waiting(status))

    def _with_waiting(self, status: Status) -> Status:
        """The bar with the alarms that wait or have no result; without anybody who may read them, only their
        count.
        """
        held = waiting(self.alerts, self.banners, self.open, locked=is_locked(self))
        notices = tuple(one for one in status.notices if one.code != RECHECKED or not is_locked(self))
        return replace(status, alarms=replace(held, opens=self.life.case is None), notices=notices)

    @property
    def open(self) -> tuple[OpenAlarm, ...]:
        """The alarms without a result that are neither shown nor waiting, oldest first."""
        raised_ = {one.plate for one in (*self.alerts, *self.banners)}
        return tuple(one for one in self.life.open if one.plate not in raised_)


Advance: TypeAlias = tuple[Ui, tuple[Effect, ...]]


def advance(ui: Ui, event: UiEvent, now_s: float) -> Advance:
    """Return the state after `event` at monotonic `now_s` (s), and the effects. Pure; never raises."""
    match event:
        case Drawn():
            ui = _settled(ui)  # the first screen after start counts as not seen before
            return replace(ui, keys=ui.keys.drawn(now_s), touches=ui.touches.drawn(now_s)), ()
        case KeyDown() | KeyUp() | Touched():
            ui = replace(ui, session=replace(ui.session, used_s=now_s))
            ui, back = _back_let_go(ui, now_s)  # what was pressed first acts first
            after, effects = _entered(ui, event, now_s)
            return after, (*back, *effects)
        case Tick():
            return _ticked(ui, event, now_s)
        case AlarmsTold(told):
            below = shift_step.with_open_alarms(ui.below, told)
            changed = replace(ui, below=below, life=ui.life.told(told))
            return (ui if told == ui.life.open else _settled(changed)), ()
        case LockNow() | SignedIn() | SignInRefused() | Released() | PadTouched():
            return _session_changed(ui, event, now_s)
        case _:
            by_officer = ui.by_officer and isinstance(event, OF_AN_EFFECT)
            return _happened(replace(ui, by_officer=by_officer), event, now_s)


def _ticked(ui: Ui, tick: Tick, now_s: float) -> Advance:
    acknowledged: tuple[Effect, ...] = ()
    if ui.hold is not None and ui.hold.done(now_s):
        ui, acknowledged = _held(ui)
    elif ui.hold is not None and ui.up is None and ui.hold.over(now_s):
        ui, acknowledged = _pressed(replace(ui, hold=None), ui.hold.button, now_s)
    ui, effects = _happened(replace(ui, by_officer=False), tick, now_s)
    ui, back = _back_let_go(ui, now_s)
    held = ui.session.hold is not None and ui.session.hold.done(now_s)
    locked: tuple[Effect, ...] = ()
    idle = ui.session.officer is not None and now_s - ui.session.used_s >= ui.below.status.limits.locks_s
    if held or idle:
        ui, locked = _locked(ui)
    return ui, (*acknowledged, *effects, *back, *locked)


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
    if is_locked(ui) and not ui.session.hands_over:
        return ui, ()
    gate = SignIn() if ui.session.officer is None else Locked(ui.session.officer)
    session = replace(ui.session, gate=gate, hold=None)
    after = _settled(replace(ui, session=session, by_officer=False))
    return after, (RecordLock(), *(() if after.alerts else (StopSignal(),)))


def _signed_in(ui: Ui, event: SignedIn, now_s: float) -> Advance:
    """Uncover the screen below; nobody's work is shown to another officer."""
    below = ui.below
    if event.new_shift or is_over(below):
        fault = below.notice if isinstance(below, FaultScreen) else None
        below = FaultScreen(below.status, fault) if fault else Ready(below.status)
    below = taken_over(below, event)
    session = UiSession(event.officer, used_s=now_s)
    life = replace(ui.life, case=None) if event.new_shift else ui.life
    after = _settled(replace(ui, below=below, session=session, by_officer=False, life=life))
    return after, ((signal(after),) if after.alerts else ())


def _at_gate(ui: Ui, moved: SignInTransition) -> Advance:
    """Show the next sign-in screen; without one, the screen below only if nobody is signed in there."""
    gate, effects = moved
    if gate is None and not is_over(ui.below) and not ui.session.hands_over:
        gate = SignIn()
    return _settled(replace(ui, session=replace(ui.session, gate=gate), by_officer=True)), effects


def _entered(ui: Ui, event: Input, now_s: float) -> Advance:
    match event:
        case KeyDown():
            return _key_down(ui, event, now_s)
        case KeyUp(button, at_s):
            return _key_up(ui, button, at_s, now_s)
        case Touched(meant, at_s) if ui.touches.counts(at_s):
            return _touched(replace(ui, by_officer=True), meant, now_s)
        case Touched():
            return _dropped(ui)


def _key_down(ui: Ui, down: KeyDown, now_s: float) -> Advance:
    if down.bounce:
        session = replace(ui.session, hold=resumed(ui.session.hold, down))
        return replace(ui, hold=resumed(ui.hold, down), session=session), ()
    if down.button is Button.BACK and not is_locked(ui):
        return _back_down(ui, down, now_s)
    return _other_down(ui, down, now_s)


def _other_down(ui: Ui, down: KeyDown, now_s: float) -> Advance:
    if ui.up is not None:
        return _down_at_alarm(ui, down, ui.up, now_s)
    if not ui.keys.counts(down.at_s):
        return _dropped(ui)
    if ui.session.gate is not None:
        return _at_gate(ui, sign_in_step.pressed(ui.session.gate, down.button))
    if down.button is Button.CONFIRM and _opens_banner(ui):
        return replace(ui, hold=Hold(down.button, now_s)), ()  # it acts once it is let go
    return _pressed(ui, down.button, now_s)


def _down_at_alarm(ui: Ui, down: KeyDown, alarm: RecordedCheck, now_s: float) -> Advance:
    """Handle a key at an alarm: CONFIRM begins to acknowledge it, TRIGGER shows or hides its radio card."""
    if down.button is Button.CONFIRM and ui.keys.begins_hold(down.at_s):
        return replace(ui, hold=Hold(down.button, now_s)), ()
    if down.button is Button.TRIGGER and alarm.plate is not None and ui.keys.counts(down.at_s):
        return _settled(replace(ui, life=replace(ui.life, card=not ui.life.card))), ()
    return _dropped(ui)


def _pressed(ui: Ui, button: Button, now_s: float) -> Advance:
    """Handle a press that counts, at the case of an alarm or at the screen below."""
    ui = replace(ui, by_officer=True)
    if ui.life.case is not None and not isinstance(ui.below, FaultScreen):
        return _in_case(ui, alarm_case_step.pressed(ui.life, button))
    return _happened(ui, Pressed(button), now_s)


def _in_case(ui: Ui, moved: CaseTransition) -> Advance:
    case, effects = moved
    return _settled(replace(ui, life=replace(ui.life, case=case))), effects


def _opens_banner(ui: Ui) -> bool:
    """Return True if the banner of an alarm is shown that a touch, or holding CONFIRM, opens."""
    return bool(ui.banners or ui.open) and not ui.alerts and ui.life.case is None and not is_locked(ui)


def _banner_opened(ui: Ui, meant: BannerOpened | OpenAlarmTouched | None = None) -> Advance:
    """Open the alarm in the banner, one of an older check as an alarm; or the case that was touched."""
    if not _opens_banner(ui) or ui.up is not None:
        return ui, ()
    plate = meant.plate if isinstance(meant, OpenAlarmTouched) else None
    if ui.banners and plate is None:
        opened, *rest = ui.banners
        after = replace(ui, banners=tuple(rest), alerts=(opened, *ui.alerts), up=opened)
        return _settled(after), (PlaySignal(opened.verdict.outcome),)
    alarm = next((one for one in ui.open if one.plate == plate), None)
    case = alarm_case_step.opened(ui.life, alarm)
    return _settled(replace(ui, life=replace(ui.life, case=case))), ()


def _back_down(ui: Ui, down: KeyDown, now_s: float) -> Advance:
    """Begin to hold BACK. It acts when it is let go, so that a hold that locks does nothing else."""
    face = ui.keys.face if ui.up is None and ui.keys.counts(down.at_s) else None
    ui = replace(ui, session=replace(ui.session, hold=Hold(down.button, now_s, face=face)))
    return _dropped(ui) if face is None else (ui, ())


def _back_let_go(ui: Ui, now_s: float) -> Advance:
    """Let BACK act if it was let go before it locked, on the screen that it was pressed on alone."""
    hold = ui.session.hold
    if hold is None or not hold.over(now_s):
        return ui, ()
    ui = replace(ui, session=replace(ui.session, hold=None))
    if hold.face is None:
        return ui, ()
    if ui.up is not None or is_locked(ui) or ui.keys.face != hold.face:
        return _dropped(ui)
    return _pressed(ui, hold.button, now_s)


def _key_up(ui: Ui, button: Button, at_s: float, now_s: float) -> Advance:
    if ui.session.hold is not None and ui.session.hold.button is button:
        if ui.session.hold.done(at_s):
            return _locked(ui)
        hold = replace(ui.session.hold, up_s=at_s)
        return _back_let_go(replace(ui, session=replace(ui.session, hold=hold)), now_s)
    if ui.hold is None or ui.hold.button is not button:
        return ui, ()
    if ui.hold.done(at_s):
        return _held(ui)
    if ui.up is None and at_s - ui.hold.since_s >= BOUNCE_S:
        return _pressed(replace(ui, hold=None), button, at_s)
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
    if isinstance(meant, BannerOpened | OpenAlarmTouched):
        return _banner_opened(ui, meant)
    if isinstance(meant, CASE_TOUCHES) and (ui.life.case is not None or not isinstance(meant, Fitted)):
        return _in_case(ui, alarm_case_step.touched(ui.life, meant))
    return _happened(ui, meant, now_s)


def _happened(ui: Ui, event: ScreenEvent, now_s: float) -> Advance:
    """Apply an event to the screen below, and raise the alarm that it may bring."""
    if ui.session.gate is not None and not isinstance(event, NEWS):
        return ui, ()
    if (ui.up is not None or ui.life.case is not None) and isinstance(event, Scanned):
        return replace(ui, below=choice_step.noticed(ui.below, event.scan, now_s)), ()
    below, effects = step(ui.below, event, now_s)
    session = replace(ui.session, used_s=now_s) if isinstance(event, Recorded) else ui.session
    after, effects = _session_asked(replace(ui, below=below, session=session), effects)
    if ui.session.gate is not None:
        effects = unattended(ui, event, effects)
    alarm: tuple[Effect, ...] = ()
    if after.hold is not None and after.up is not None and after.hold.over(now_s):
        after = replace(after, hold=None)
    if isinstance(event, Rerecorded):
        after = renumbered(after, event)
    if isinstance(event, Recorded | Refined | Reported):
        after, alarm = raised(after, event.judged, now_s)
    after = _settled(after)
    if after.alerts:  # signals of the screen below stay silent until all alarms are acknowledged
        effects = tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))
    return after, (*effects, *alarm)


def _session_asked(ui: Ui, effects: tuple[Effect, ...]) -> Advance:
    """Open the pad or lock the session, if the screen below asks for it."""
    session, rest = with_gate(ui.session, effects)
    ui = replace(ui, session=session)
    if LockSession() not in rest:
        return ui, rest
    ui, locked = _locked(ui)
    return ui, (*(one for one in rest if one != LockSession()), *locked)


def _held(ui: Ui) -> Advance:
    """Handle CONFIRM held for HOLD_S: it acknowledges the alarm that is shown, or opens the banner's."""
    if ui.up is not None:
        return _acknowledged(ui, ui.up)
    return _banner_opened(replace(ui, hold=None, by_officer=True))


def _acknowledged(ui: Ui, alarm: RecordedCheck) -> Advance:
    """Acknowledge the alarm that is shown; show the next, or the screen below unchanged."""
    after = replace(
        ui,
        alerts=tuple(one for one in ui.alerts if one != alarm),
        up=None,
        heard=(*ui.heard, alarms.key(alarm))[-HEARD_KEPT:],
        hold=None,
        by_officer=False,
        life=replace(ui.life, card=False),
    )
    done: tuple[Effect, ...] = (Acknowledge(alarm),) if opens(alarm) else ()
    return _settled(after), (signal(after) if after.alerts else StopSignal(), *done)


def _settled(ui: Ui) -> Ui:
    """Select the alarm to show now, and note what the officer has not seen yet."""
    up = ui.up if ui.up in ui.alerts and not is_locked(ui) else due(ui, locked=is_locked(ui))
    ui = replace(ui, up=up)
    screen = ui.screen
    by_itself = not ui.by_officer or isinstance(screen, Alarm | Comparison)
    keys = ui.keys.of(key_face(screen), by_itself=by_itself)
    touches = ui.touches.of(touch_face(screen), by_itself=by_itself)
    return replace(ui, keys=keys, touches=touches, hold=ui.hold if keys is ui.keys else None)

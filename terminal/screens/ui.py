"""State of the display: a screen, the alarms that interrupt it, and which presses count.

`step` changes the screen. Alarms are kept above it and do not change it, so that nothing that happens below
can cover or lose one. Rules (wire format, section 5, "An alarm is never a notice"):

1. An alarm is shown until it is acknowledged; the screen below then returns unchanged.
2. An alarm never covers another car's alarm or open comparison: it waits, with its signal and a count.
3. Without an active shift, alarms wait unread; the officer who starts the next shift sees them first.
4. An alarm from a check of more than ten minutes ago is a banner until it is opened.
5. An acknowledged alarm is shown again if it changes, or if its check was not an alarm in the meantime.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal.model import Outcome
from terminal.ports import Button
from terminal.screens import alarms, choice_step, shift_step
from terminal.screens.alarms import Alarm, BannerOpened, Key
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
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded, ShiftStarted
from terminal.screens.state import FaultScreen, Screen, Shown, subject_of
from terminal.screens.step import step
from terminal.screens.values import AlarmStatus, WaitingAlarms

if TYPE_CHECKING:
    from terminal.model import RecordedCheck

HEARD_KEPT = 512
"""Number of acknowledged alarms that are remembered: more than a shift has."""
UiEvent: TypeAlias = ScreenEvent | Input | Drawn
_OF_AN_EFFECT = (Identified, ShiftLoaded, Annotated, SealedOpened, ShiftEnded, ShiftStarted)
"""Answers to what the officer did. A verdict is not among them: it always counts as a change by itself."""


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

    @property
    def screen(self) -> Shown:
        """The screen to draw."""
        status = self.below.status
        if self.up is not None:
            about = alarms.about(self.up, subject_of(self.below))
            more = len(self.alerts) - 1
            return Alarm(status, self.up, about, more, held=self.hold is not None)
        if not self.alerts and not self.banners:
            return self.below
        locked = _is_locked(self.below)
        count = len(self.alerts) + (len(self.banners) if locked else 0)
        waiting = WaitingAlarms(count, locked) if count else None
        banners = () if locked else self.banners
        return replace(self.below, status=replace(status, alarms=AlarmStatus(waiting, banners)))


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
            return _entered(ui, event, now_s)
        case Tick() if ui.hold is not None and ui.hold.done(now_s):
            ui, effects = _acknowledged(ui)
            ui, more = _happened(ui, event, now_s)
            return ui, (*effects, *more)
        case _:
            by_officer = ui.by_officer and isinstance(event, _OF_AN_EFFECT)
            return _happened(replace(ui, by_officer=by_officer), event, now_s)


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
    hold = ui.hold
    if down.bounce:
        held_on = hold is not None and hold.button is down.button and not hold.over(down.at_s)
        return (replace(ui, hold=replace(hold, up_s=None)) if hold and held_on else ui), ()
    if ui.up is not None:
        if down.button is Button.CONFIRM and ui.keys.begins_hold(down.at_s):
            return replace(ui, hold=Hold(down.button, now_s)), ()
        return _dropped(ui)
    if ui.keys.counts(down.at_s):
        return _happened(replace(ui, by_officer=True), Pressed(down.button), now_s)
    return _dropped(ui)


def _key_up(ui: Ui, button: Button, at_s: float) -> Advance:
    if ui.hold is None or ui.hold.button is not button:
        return ui, ()
    if ui.hold.done(at_s):
        return _acknowledged(ui)
    return replace(ui, hold=replace(ui.hold, up_s=at_s)), ()


def _dropped(ui: Ui) -> Advance:
    return replace(ui, dropped=ui.dropped + 1), (Click(),)


def _touched(ui: Ui, meant: ScreenEvent | BannerOpened, now_s: float) -> Advance:
    if not isinstance(meant, BannerOpened):
        return _happened(ui, meant, now_s)
    if not ui.banners or _is_locked(ui.below) or ui.up is not None:
        return ui, ()
    opened, *rest = ui.banners
    after = replace(ui, banners=tuple(rest), alerts=(opened, *ui.alerts), up=opened)
    return _settled(after), (PlaySignal(opened.verdict.outcome),)


def _happened(ui: Ui, event: ScreenEvent, now_s: float) -> Advance:
    """Apply an event to the screen below, and raise the alarm that it may bring."""
    if ui.up is not None and isinstance(event, Scanned):
        return replace(ui, below=choice_step.noticed(ui.below, event.scan, now_s)), ()
    below, effects = step(ui.below, event, now_s)
    after = replace(ui, below=below)
    alarm: tuple[Effect, ...] = ()
    if after.hold is not None and after.hold.over(now_s):
        after = replace(after, hold=None)
    if isinstance(event, Rerecorded):
        after = _renumbered(after, event)
    if isinstance(event, Recorded | Refined | Reported):
        after, alarm = _raised(after, event.judged, now_s)
    after = _settled(after)
    if after.alerts:  # signals of the screen below stay silent until all alarms are acknowledged
        effects = tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))
    return after, (*effects, *alarm)


def _raised(ui: Ui, judged: RecordedCheck, now_s: float) -> Advance:
    """Raise the alarm of a check if it is one and was not acknowledged."""
    if not alarms.is_alarm(judged.verdict):
        heard = tuple(key for key in ui.heard if key[:2] != (judged.seq, judged.plate))
        return replace(ui, heard=heard), ()
    if alarms.key(judged) in ui.heard:
        return ui, ()
    for held in ui.alerts:
        if _is_same(held, judged):
            ui = replace(
                ui,
                alerts=tuple(judged if one is held else one for one in ui.alerts),
                up=judged if ui.up is held else ui.up,
            )
            changed = alarms.title(held.verdict) != alarms.title(judged.verdict)
            return ui, (_signal(ui),) if changed else ()
    banners = tuple(one for one in ui.banners if not _is_same(one, judged))
    shown = subject_of(ui.below)
    in_front = shown is not None and shown.plate == judged.plate
    if not in_front and not alarms.is_recent(judged, now_s):
        return replace(ui, banners=(*banners, judged)), (Click(),)
    ui = replace(ui, banners=banners, alerts=(*ui.alerts, judged))
    return ui, (_signal(ui),)


def _is_same(one: RecordedCheck, other: RecordedCheck) -> bool:
    """Return True if two alarms are about one vehicle, so that the newer replaces the older."""
    return (one.plate, one.verdict.outcome) == (other.plate, other.verdict.outcome)


def _signal(ui: Ui) -> PlaySignal:
    """Return the signal of the gravest unacknowledged alarm."""
    outcomes = {one.verdict.outcome for one in ui.alerts}
    return PlaySignal(Outcome.ALARM if Outcome.ALARM in outcomes else Outcome.OFF_ROAD)


def _renumbered(ui: Ui, event: Rerecorded) -> Ui:
    """Give an alarm that was shown before its record was written the record's number."""

    def with_number(one: RecordedCheck) -> RecordedCheck:
        return replace(one, seq=event.judged.seq, recorded=True) if one.seq == event.seq else one

    return replace(
        ui,
        alerts=tuple(map(with_number, ui.alerts)),
        banners=tuple(map(with_number, ui.banners)),
        up=None if ui.up is None else with_number(ui.up),
        heard=tuple((event.judged.seq if key[0] == event.seq else key[0], *key[1:]) for key in ui.heard),
    )


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
    return _settled(after), (_signal(after) if after.alerts else StopSignal(),)


def _settled(ui: Ui) -> Ui:
    """Select the alarm to show now, and note what the officer has not seen yet."""
    up = ui.up if ui.up in ui.alerts and not _is_locked(ui.below) else _due(ui)
    ui = replace(ui, up=up)
    screen = ui.screen
    by_itself = not ui.by_officer or isinstance(screen, Alarm | Comparison)
    keys = ui.keys.of(key_face(screen), by_itself=by_itself)
    touches = ui.touches.of(touch_face(screen), by_itself=by_itself)
    return replace(ui, keys=keys, touches=touches, hold=ui.hold if keys is ui.keys else None)


def _due(ui: Ui) -> RecordedCheck | None:
    """Return the alarm that may be shown above the screen below, None if there is none."""
    if _is_locked(ui.below):
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


def _is_locked(screen: Screen) -> bool:
    """Return True if no shift is active, so that nobody may read an alarm."""
    behind = screen.back if isinstance(screen, FaultScreen) else None
    return shift_step.over(screen) or (behind is not None and shift_step.over(behind))

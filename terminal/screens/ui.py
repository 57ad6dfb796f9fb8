"""What the officer has before them: a screen, the alarms that interrupt it, and which presses count.

The screens follow one another in `step`; an alarm lies on top of them and changes none, so that nothing that
happens below it can cover or lose it. Rules (wire format, section 5, "An alarm is never a notice"):

1. An alarm is shown until it is acknowledged; the screen below is back as it was.
2. An alarm never covers another car's alarm or open comparison: it waits, with its signal and a count.
3. While no shift goes on, alarms wait unread; whoever starts the next shift sees them first.
4. From a check of more than ten minutes ago, an alarm is a banner until it is opened.
5. An alarm that was acknowledged comes again where it says something else, or after the check was none.
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
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded, ShiftStarted
from terminal.screens.state import FaultScreen, Screen, Shown, subject_of
from terminal.screens.step import step
from terminal.screens.values import WaitingAlarms

if TYPE_CHECKING:
    from terminal.model import RecordedCheck

HEARD_KEPT = 512
"""Acknowledged alarms that are remembered: more than a shift's."""
UiEvent: TypeAlias = ScreenEvent | Input | Drawn
_OF_AN_EFFECT = (Identified, ShiftLoaded, Annotated, ShiftEnded, ShiftStarted)
"""Answers that belong to what the officer did; a verdict is always news."""


@dataclass(frozen=True, slots=True)
class Ui:
    """The screen below, the alarms on top of it, and since when the officer sees what is shown."""

    below: Screen = field(default_factory=Ready)
    alerts: tuple[RecordedCheck, ...] = ()
    """Alarms that are not acknowledged, at most one for each plate, oldest first."""
    banners: tuple[RecordedCheck, ...] = ()
    """Alarms from older checks that were not opened, oldest first."""
    up: RecordedCheck | None = None
    """The one of `alerts` that is shown; None while none may be."""
    heard: tuple[Key, ...] = ()
    """What was acknowledged, newest last."""
    keys: ScreenView = field(default_factory=ScreenView)
    touches: ScreenView = field(default_factory=ScreenView)
    hold: Hold | None = None
    by_officer: bool = False
    """What happens now follows from what the officer did."""
    dropped: int = 0
    """Presses and touches that did not count."""

    @property
    def screen(self) -> Shown:
        """What is to be drawn."""
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
        return replace(self.below, status=replace(status, waiting=waiting, banners=banners))


Advance: TypeAlias = tuple[Ui, tuple[Effect, ...]]


def advance(ui: Ui, event: UiEvent, now_s: float) -> Advance:
    """What is shown after `event` at monotonic time `now_s`, and what must be done. Pure and total."""
    match event:
        case Drawn():
            ui = _settled(ui)  # what begins on the display was not seen before
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
    """What follows below, and the alarm that the event may bring."""
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
    if after.alerts:  # nothing of the screen below is heard before they are acknowledged
        effects = tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))
    return after, (*effects, *alarm)


def _raised(ui: Ui, judged: RecordedCheck, now_s: float) -> Advance:
    """The alarm of a check, where it is one and was not acknowledged."""
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
    """Two alarms of one vehicle, so that the newer takes the place of the older."""
    return (one.plate, one.verdict.outcome) == (other.plate, other.verdict.outcome)


def _signal(ui: Ui) -> PlaySignal:
    """The signal of the gravest alarm that is not acknowledged."""
    outcomes = {one.verdict.outcome for one in ui.alerts}
    return PlaySignal(Outcome.ALARM if Outcome.ALARM in outcomes else Outcome.OFF_ROAD)


def _renumbered(ui: Ui, event: Rerecorded) -> Ui:
    """An alarm that was shown before its record was written has its record's number now."""

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
    """The alarm that is shown was acknowledged; the next is shown, or the screen below as it was."""
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
    """With the alarm that is to be shown now, and with what the officer has not yet seen of it all."""
    up = ui.up if ui.up in ui.alerts and not _is_locked(ui.below) else _due(ui)
    ui = replace(ui, up=up)
    screen = ui.screen
    by_itself = not ui.by_officer or isinstance(screen, Alarm | Comparison)
    keys = ui.keys.of(key_face(screen), by_itself=by_itself)
    touches = ui.touches.of(touch_face(screen), by_itself=by_itself)
    return replace(ui, keys=keys, touches=touches, hold=ui.hold if keys is ui.keys else None)


def _due(ui: Ui) -> RecordedCheck | None:
    """The alarm that may be shown on top of the screen below."""
    if _is_locked(ui.below):
        return None
    compared = _compared(ui.below)
    if compared is None:
        return next(iter(ui.alerts), None)
    return next((one for one in ui.alerts if one.plate == compared.plate), None)


def _compared(screen: Screen) -> RecordedCheck | None:
    """The check whose car is to be compared with an alarm's record, and was not yet."""
    match screen:
        case Comparison(judged=judged):
            return judged
        case Result(compares=True, judged=judged) | FaultScreen(back=Result(compares=True, judged=judged)):
            return judged
        case _:
            return None


def _is_locked(screen: Screen) -> bool:
    """Nobody is there who may read an alarm."""
    behind = screen.back if isinstance(screen, FaultScreen) else None
    return shift_step.over(screen) or (behind is not None and shift_step.over(behind))

"""Alarms that were not acknowledged yet: raise, replace and number them (rules in `terminal.screens.ui`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.model import Outcome
from terminal.screens import alarms, entry_step, shift_step
from terminal.screens.check import Result
from terminal.screens.comparing import Comparison
from terminal.screens.events import Click, Effect, Listed, PlaySignal, Rerecorded, StopSignal
from terminal.screens.state import FaultScreen, subject_of
from terminal.screens.values import AlarmStatus, WaitingAlarms

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.events import ScreenEvent
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.state import Screen
    from terminal.screens.ui import Ui

HEARD_KEPT = 512
"""Number of acknowledged alarms that are remembered: more than a shift has."""


def raised(ui: Ui, judged: RecordedCheck, now_s: float) -> tuple[Ui, tuple[Effect, ...]]:
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
            return ui, (signal(ui),) if changed else ()
    banners = tuple(one for one in ui.banners if not _is_same(one, judged))
    shown = subject_of(ui.below)
    in_front = shown is not None and shown.plate == judged.plate
    if not in_front and not alarms.is_recent(judged, now_s):
        return replace(ui, banners=(*banners, judged)), (Click(),)
    ui = replace(ui, banners=banners, alerts=(*ui.alerts, judged))
    return ui, (signal(ui),)


def _is_same(one: RecordedCheck, other: RecordedCheck) -> bool:
    """Return True if two alarms are about one vehicle, so that the newer replaces the older."""
    return (one.plate, one.verdict.outcome) == (other.plate, other.verdict.outcome)


def due(ui: Ui, *, locked: bool) -> RecordedCheck | None:
    """Return the alarm that may be shown above the screen below, None if there is none."""
    if locked:
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


def waiting(
    alerts: tuple[RecordedCheck, ...],
    banners: tuple[RecordedCheck, ...],
    unclosed: tuple[OpenAlarm, ...],
    *,
    locked: bool,
) -> AlarmStatus:
    """Return what the bar says of alarms that are not shown above the screen, oldest first.

    Without anybody who may read them, only their counts.
    """
    count = len(alerts) + (len(banners) if locked else 0)
    newest = None if locked or not unclosed else unclosed[-1]
    return AlarmStatus(
        WaitingAlarms(count, locked) if count else None, () if locked else banners, len(unclosed), newest
    )


def signal(ui: Ui) -> PlaySignal:
    """Return the signal of the gravest unacknowledged alarm."""
    outcomes = {one.verdict.outcome for one in ui.alerts}
    return PlaySignal(Outcome.ALARM if Outcome.ALARM in outcomes else Outcome.OFF_ROAD)


def renumbered(ui: Ui, event: Rerecorded) -> Ui:
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


def is_locked(ui: Ui) -> bool:
    """Return True if nobody may read an alarm: the session is locked, or nobody is signed in."""
    return ui.session.gate is not None or is_over(ui.below)


def is_over(screen: Screen) -> bool:
    """Return True without an active shift, also behind a fault."""
    behind = screen.back if isinstance(screen, FaultScreen) else None
    return shift_step.over(screen) or (behind is not None and shift_step.over(behind))


def unattended(ui: Ui, event: ScreenEvent, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects of news while nobody works: no check follows, and no signal but an alarm's."""
    if isinstance(event, Listed):
        return entry_step.unasked(ui.below, event.number, event.found or ())
    return tuple(effect for effect in effects if not isinstance(effect, PlaySignal | StopSignal))

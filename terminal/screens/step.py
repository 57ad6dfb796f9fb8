"""Screens are one function: `step(screen, event, now) -> (screen, effects)`; nothing here waits or draws."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from terminal.model import Button, Outcome
from terminal.screens import choosing_step, entry_step, shift_step
from terminal.screens.shift import (
    LogEntry,
    Menu,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
    ShiftScreen,
    Uploading,
)
from terminal.screens.state import (
    OTHER_CODE_S,
    CodeChoice,
    CodeChosen,
    Confirm,
    Effect,
    Event,
    Failed,
    Identified,
    Judged,
    KindChoice,
    Listed,
    OthersWanted,
    Picked,
    PlateEntry,
    Play,
    Pressed,
    Quiet,
    Ready,
    Recorded,
    Refined,
    Result,
    Scanned,
    Screen,
    Sighting,
    Status,
    Step,
    Tick,
    ToggleTorch,
    Trouble,
    Turned,
    Typed,
)


def step(screen: Screen, event: Event, now_s: float) -> Step:
    """The screen after `event` at monotonic time `now_s`, and what must be done. Pure and total."""
    match event:
        case Tick(status):
            return _ticked(screen, status, now_s), ()
        case Pressed(button):
            return _pressed(screen, button)
        case Typed() | Turned() | Picked():
            return entry_step.entered(screen, event)
        case Scanned() | OthersWanted() | CodeChosen() | Identified():
            return choosing_step.happened(screen, event, now_s)
        case Recorded() | Refined() | Listed() | Failed():
            return _told(screen, event, now_s)
        case _:
            return shift_step.happened(screen, event)


def _ticked(screen: Screen, status: Status, now_s: float) -> Screen:
    if isinstance(screen, Result) and screen.other and now_s - screen.other.last_s > OTHER_CODE_S:
        return replace(screen, status=status, other=None)
    return replace(screen, status=status)


def _told(screen: Screen, event: Recorded | Refined | Listed | Failed, now_s: float) -> Step:
    match event:
        case Recorded(judged):
            return _recorded(screen, judged, now_s)
        case Refined(judged):
            return _refined(screen, judged, now_s)
        case Listed(number, found):
            return entry_step.listed(screen, number, found)
        case Failed() if isinstance(screen, Result) and not screen.acknowledged:
            return screen, ()  # an alarm, whose record is on disk, is not covered by a lesser trouble
        case Failed(notice):
            return Trouble(screen.status, notice, screen.seen, _behind(screen)), (Quiet(),)
        case _:
            assert_never(event)


def _behind(screen: Screen) -> ShiftScreen | None:
    """The screen of the shift that a fault covers, and that comes back after it."""
    match screen:
        case Trouble(back=back):
            return back
        case Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return screen
        case _:
            return None


def _recorded(screen: Screen, judged: Judged, now_s: float) -> Step:
    if shift_step.over(_behind(screen) or screen):
        return screen, ()  # no verdict is given where no shift goes on
    outcome = judged.verdict.outcome
    alarm = outcome is Outcome.ALARM
    if not isinstance(screen, Result):
        seen = screen.seen or (Sighting(judged.text, now_s) if judged.text is not None else None)
        return Result(screen.status, judged, seen, acknowledged=not alarm), (Play(outcome),)
    if not screen.acknowledged and not alarm:
        return replace(screen, held=judged), ()  # no lesser word covers an alarm that nobody acknowledged
    before = screen.judged.verdict.outcome
    acknowledged = screen.acknowledged and (not alarm or before is Outcome.ALARM)
    shown = replace(screen, judged=judged, acknowledged=acknowledged, held=None)
    return shown, () if outcome is before else (Play(outcome),)


def _refined(screen: Screen, judged: Judged, now_s: float) -> Step:
    """More of the check that is shown, or that something is picked for: there an alarm alone interrupts."""
    match screen:
        case Result(judged=shown) if shown.seq == judged.seq:
            return _recorded(screen, judged, now_s)
        case (
            PlateEntry(after=Judged() as after)
            | KindChoice(after=Judged() as after)
            | CodeChoice(after=Judged() as after)
        ) if after.seq == judged.seq:
            alarm, before = (one.verdict.outcome is Outcome.ALARM for one in (judged, after))
            if alarm and not before:
                return _recorded(screen, judged, now_s)
            return replace(screen, after=judged), ()
        case Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return shift_step.refined(screen, judged)
        case _:
            return screen, ()


def _pressed(screen: Screen, button: Button) -> Step:
    match screen:
        case Ready():
            return _pressed_when_ready(screen, button)
        case Result():
            return _pressed_at_result(screen, button)
        case PlateEntry() | KindChoice():
            return entry_step.pressed(screen, button), ()
        case CodeChoice():
            return choosing_step.pressed(screen, button)
        case Trouble():
            return _read(screen), ()
        case _:
            return shift_step.pressed(screen, button)


def _read(screen: Trouble) -> Screen:
    """What follows a fault that the officer has read: its check may be tried again at once."""
    if screen.back is None:
        return Ready(screen.status, None)
    return replace(screen.back, status=screen.status, seen=screen.seen)


def _pressed_when_ready(screen: Ready, button: Button) -> Step:
    match button:
        case Button.TRIGGER:
            return replace(screen, seen=None), ()
        case Button.BACK:
            return screen, (ToggleTorch(),)
        case Button.CONFIRM:
            return entry_step.entry(screen, None), ()
        case _:
            assert_never(button)


def _pressed_at_result(screen: Result, button: Button) -> Step:
    if not screen.acknowledged:
        return _acknowledged(screen) if button is Button.CONFIRM else (screen, ())
    if button is Button.CONFIRM and screen.asks:
        return screen, (Confirm(screen.judged),)
    if button is Button.CONFIRM:
        if not screen.wants_plate:
            return shift_step.entry(screen)
        return entry_step.entry(screen, screen.judged), (Quiet(),)
    if button is Button.BACK and screen.asks:
        return entry_step.entry(screen, screen.judged), (Quiet(),)
    return Ready(screen.status, screen.seen), (Quiet(),)


def _acknowledged(screen: Result) -> Step:
    judged = screen.held or screen.judged
    after: Effect = Quiet() if screen.held is None else Play(judged.verdict.outcome)
    return replace(screen, judged=judged, held=None, acknowledged=True), (after,)

"""Screens are one function: `step(screen, event, now) -> (screen, effects)`; nothing here waits or draws."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from terminal.model import Button, Outcome
from terminal.screens import choice_step, comparing, entry_step, shift_step
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
    Comparison,
    Confirm,
    Event,
    Failed,
    Fitted,
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
    Recheck,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
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
            return _ticked(screen, status, now_s)
        case Pressed(button):
            return _pressed(screen, button)
        case Typed() | Turned() | Picked() | Fitted():
            return _entered(screen, event)
        case Scanned() | OthersWanted() | CodeChosen() | Identified():
            return choice_step.happened(screen, event, now_s)
        case Recorded() | Refined() | Reported() | Rerecorded() | Listed() | Failed():
            return _told(screen, event, now_s)
        case _:
            return shift_step.happened(screen, event)


def _ticked(screen: Screen, status: Status, now_s: float) -> Step:
    after = replace(screen, status=status)
    if not isinstance(screen, Result) or not isinstance(after, Result):
        return after, ()
    if screen.other and now_s - screen.other.last_s > OTHER_CODE_S:
        after = replace(after, other=None)
    return after, (Quiet(),) if after.faded and not screen.faded else ()


def _told(
    screen: Screen, event: Recorded | Refined | Reported | Rerecorded | Listed | Failed, now_s: float
) -> Step:
    match event:
        case Recorded(judged):
            return _recorded(screen, judged, now_s)
        case Refined(judged):
            return _refined(screen, judged, judged.seq)
        case Rerecorded(seq, judged):
            return _refined(screen, judged, seq)
        case Reported():
            return screen, ()
        case Listed(number, found):
            return entry_step.listed(screen, number, found)
        case Failed(notice):
            return Trouble(screen.status, notice, screen.seen, _behind(screen)), (Quiet(),)
        case _:
            assert_never(event)


def _behind(screen: Screen) -> ShiftScreen | Result | None:
    """The screen that a fault covers, and that comes back after it: what it says is recorded."""
    match screen:
        case Trouble(back=back) | Comparison(back=back):
            return back
        case Result() | Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return screen
        case _:
            return None


def _recorded(screen: Screen, judged: Judged, now_s: float) -> Step:
    if shift_step.over(_behind(screen) or screen):
        return screen, ()  # no verdict is given where no shift goes on
    outcome = judged.verdict.outcome
    if not isinstance(screen, Result):
        seen = screen.seen or (Sighting(judged.text, now_s) if judged.text is not None else None)
        return Result(screen.status, judged, seen), (Play(outcome),)
    before = screen.judged
    shown = replace(screen, judged=judged, revealed=screen.revealed and judged.as_of_s == before.as_of_s)
    changed = outcome is not before.verdict.outcome or (screen.faded and not shown.faded)
    return shown, (Play(outcome),) if changed else ()


def _refined(screen: Screen, judged: Judged, seq: int) -> Step:
    """More is known of the check that is shown as record `seq`, or that something is picked for."""
    match screen:
        case Result(judged=shown) if shown.seq == seq:
            return _recorded(screen, judged, 0.0)
        case Comparison(back=Result(judged=shown)) | Trouble(back=Result(judged=shown)) if shown.seq == seq:
            return _refined_behind(screen, judged)
        case (
            PlateEntry(after=Judged() as after)
            | KindChoice(after=Judged() as after)
            | CodeChoice(after=Judged() as after)
        ) if after.seq == seq:
            return replace(screen, after=judged), ()
        case Menu() | ShiftLog() | LogEntry() | ShiftEnd() | Uploading() | ShiftOver():
            return shift_step.refined(screen, judged, seq)
        case _:
            return screen, ()


def _refined_behind(screen: Comparison | Trouble, judged: Judged) -> Step:
    """More is known of the verdict that a comparison or a fault covers; what is no alarm is not compared."""
    if not isinstance(screen.back, Result):
        return screen, ()
    back = replace(screen.back, judged=judged)
    if isinstance(screen, Trouble):
        return replace(screen, back=back), ()
    if judged.verdict.outcome is not Outcome.ALARM:
        return _recorded(screen.back, judged, 0.0)
    return replace(screen, judged=judged, back=back), ()


def _entered(screen: Screen, event: Typed | Turned | Picked | Fitted) -> Step:
    if not isinstance(event, Fitted):
        return entry_step.entered(screen, event)
    return comparing.answered(screen, event.fit) if isinstance(screen, Comparison) else (screen, ())


def _pressed(screen: Screen, button: Button) -> Step:
    match screen:
        case Ready():
            return _pressed_when_ready(screen, button)
        case Result():
            return _pressed_at_result(screen, button)
        case PlateEntry() | KindChoice():
            return entry_step.pressed(screen, button), ()
        case CodeChoice() | Comparison():
            return _pressed_at_choice(screen, button)
        case Trouble():
            return _read(screen), ()
        case _:
            return shift_step.pressed(screen, button)


def _pressed_at_choice(screen: CodeChoice | Comparison, button: Button) -> Step:
    if isinstance(screen, Comparison):
        return comparing.pressed(screen, button)
    return choice_step.pressed(screen, button)


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
    match button:
        case Button.CONFIRM if screen.hidden:
            return screen, (Recheck(screen.judged),)
        case Button.BACK if screen.hidden:
            return replace(screen, revealed=True), ()
        case Button.CONFIRM:
            return _confirmed(screen)
        case Button.BACK if screen.asks:
            return entry_step.entry(screen, screen.judged), (Quiet(),)
        case Button.BACK | Button.TRIGGER:
            return Ready(screen.status, screen.seen), (Quiet(),)
        case _:
            assert_never(button)


def _confirmed(screen: Result) -> Step:
    """CONFIRM never answers an alarm's question: the car is compared with the record, by other keys."""
    if screen.compares:
        return comparing.opened(screen), (Quiet(),)
    if screen.asks and screen.judged.verdict.outcome is not Outcome.ALARM:
        return screen, (Confirm(screen.judged),)
    if screen.wants_plate:
        return entry_step.entry(screen, screen.judged), (Quiet(),)
    return shift_step.entry(screen)

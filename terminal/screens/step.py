"""The transition function of the screens: `step(screen, event, now) -> (screen, effects)`. It performs no
I/O.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.ports import Button
from terminal.screens import (
    check_step,
    choice_step,
    comparing,
    day_step,
    entry_step,
    looking,
    note_change,
    offer_step,
    sealed_step,
    shift_step,
)
from terminal.screens.check import (
    OTHER_CODE_S,
    DetailsWanted,
    KindChoice,
    PlateEntry,
    Ready,
    Result,
)
from terminal.screens.choice import CodeChoice, CodeChosen, Identified, OthersWanted
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.day import DayEvent, DayScreen
from terminal.screens.entry import Erased, NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import (
    Failed,
    KeyboardSwitched,
    Listed,
    Picked,
    Pressed,
    Rechecked,
    Recorded,
    Refined,
    RepeatSignal,
    Reported,
    Rerecorded,
    Scanned,
    ScreenEvent,
    SignalAsked,
    StopSignal,
    Tick,
    Typed,
)
from terminal.screens.looking import Looking, Unread
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import ReasonPicked, SealedOpened, SealedReasons, SealedScreen, SealedView
from terminal.screens.shift import LogEntry
from terminal.screens.state import FaultScreen, Screen, Transition
from terminal.screens.vin_entry import VinEntry

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.entry import EntryTouch
    from terminal.screens.shift import ShiftEvent
    from terminal.screens.values import Status


def step(screen: Screen, event: ScreenEvent, now_s: float) -> Transition:
    """Return the screen after `event` at monotonic time `now_s`, and the effects to perform. Pure; never
    raises.
    """
    match event:
        case Tick(status):
            return _ticked(screen, status, now_s)
        case Pressed() | SignalAsked():
            return _acted(screen, event)
        case (
            Typed()
            | KeyboardSwitched()
            | Picked()
            | Fitted()
            | DetailsWanted()
            | ReasonPicked()
            | SealedOpened()
        ):
            return check_step.entered(screen, event)
        case Unread() | Scanned() | OthersWanted() | CodeChosen() | Identified():
            return _looked(screen, event, now_s)
        case Recorded() | Rechecked() | Refined() | Reported() | Rerecorded() | Listed() | Failed():
            return _told(screen, event, now_s)
        case _:
            return _elsewhere(screen, event)


def _elsewhere(screen: Screen, event: EntryTouch | DayEvent | ShiftEvent) -> Transition:
    """Handle what a result or an entry offers, and the events of the day's and the shift's screens."""
    if isinstance(event, Erased | NumberWanted | PartnerWanted | VinWanted | NearPicked):
        return offer_step.touched(screen, event)
    if isinstance(event, DayEvent):
        return day_step.step(screen, event)
    return shift_step.step(screen, event)


def _looked(
    screen: Screen, event: Unread | Scanned | OthersWanted | CodeChosen | Identified, now_s: float
) -> Transition:
    if isinstance(event, Unread):
        if isinstance(screen, Ready):
            screen = replace(screen, looking=looking.after(screen.looking, event.problem, now_s))
        return screen, ()
    if isinstance(screen, Ready):
        screen = replace(screen, looking=Looking())
    return choice_step.step(screen, event, now_s)


def _ticked(screen: Screen, status: Status, now_s: float) -> Transition:
    after: Screen = replace(screen, status=status)
    if isinstance(after, SealedView) and after.expired:
        return sealed_step.back(after), ()
    if not isinstance(screen, Result) or not isinstance(after, Result):
        return after, ()
    if screen.other and now_s - screen.other.last_s > OTHER_CODE_S:
        after = replace(after, other=None)
    silent = screen.heard is not None and after.heard is None
    return after, (StopSignal(),) if silent else ()


def _told(
    screen: Screen,
    event: Recorded | Refined | Reported | Rechecked | Rerecorded | Listed | Failed,
    now_s: float,
) -> Transition:
    match event:
        case Recorded(judged):
            return _recorded(screen, judged, now_s)
        case Refined(judged) | Rechecked(judged, worse=True):
            return check_step.refined(screen, judged, judged.seq)
        case Rerecorded(seq, judged):
            return check_step.refined(screen, judged, seq)
        case Reported() | Rechecked():
            return screen, ()
        case Listed(number, found):
            return entry_step.listed(screen, number, found)
        case Failed(notice):
            return FaultScreen(screen.status, notice, screen.seen, check_step.shift_screen_behind(screen)), (
                StopSignal(),
            )
        case _:
            assert_never(event)


def _acted(screen: Screen, event: Pressed | SignalAsked) -> Transition:
    if isinstance(event, Pressed):
        return _pressed(screen, event.button)
    heard = isinstance(screen, Result) and screen.heard is not None
    return screen, (RepeatSignal(),) if heard else ()


def _recorded(screen: Screen, judged: RecordedCheck, now_s: float) -> Transition:
    """Show a recorded check; a verdict, and its signal, are over where another check begins."""
    if not isinstance(screen, Result) or screen.judged.seq == judged.seq:
        return check_step.recorded(screen, judged, now_s)
    after, effects = check_step.recorded(Ready(screen.status, screen.seen), judged, now_s)
    return after, effects or (StopSignal(),)


def _pressed(screen: Screen, button: Button) -> Transition:
    match screen:
        case Ready():
            return check_step.pressed_when_ready(screen, button)
        case Result():
            return check_step.pressed_at_result(screen, button)
        case PlateEntry() | KindChoice() | VinEntry():
            return offer_step.pressed(screen, button)
        case CodeChoice() | Comparison() | SealedReasons() | SealedView() | LogEntry() | NoteChange():
            return _pressed_at_choice(screen, button)
        case FaultScreen():
            return _read(screen), ()
        case _:
            if isinstance(screen, DayScreen):
                after = day_step.pressed(screen, button)
            else:
                after = shift_step.pressed(screen, button)
            return after


def _pressed_at_choice(
    screen: CodeChoice | Comparison | SealedScreen | LogEntry | NoteChange, button: Button
) -> Transition:
    match screen:
        case Comparison():
            return comparing.pressed(screen, button)
        case CodeChoice():
            return choice_step.pressed(screen, button)
        case NoteChange():
            return note_change.pressed(screen, button)
        case LogEntry() if button is Button.CONFIRM:
            return sealed_step.wanted(screen), ()
        case LogEntry():
            return shift_step.pressed(screen, button)
        case _:
            return sealed_step.pressed(screen, button)


def _read(screen: FaultScreen) -> Screen:
    """Leave a fault that the officer has read; its check may be tried again at once."""
    if screen.back is None:
        return Ready(screen.status, None)
    return replace(screen.back, status=screen.status, seen=screen.seen)

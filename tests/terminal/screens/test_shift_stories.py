"""Invariants of the shift's screens for events in any order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from terminal.ports import Button
from terminal.screens.check import Ready, Result
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Confirm,
    Effect,
    Enter,
    Failed,
    PlaySignal,
    Pressed,
    Refined,
    ScreenEvent,
)
from terminal.screens.self_test import SelfTest
from terminal.screens.shift import (
    Annotate,
    Annotated,
    EndReasonPicked,
    EndShift,
    LoadShift,
    LogEntry,
    NotePicked,
    ShiftEnd,
    ShiftEnded,
    ShiftLog,
    ShiftOver,
    StartUpload,
    Uploading,
)
from terminal.screens.shift_step import over
from terminal.screens.sign_in import OpenSignIn
from terminal.screens.state import FaultScreen, Screen
from tests.terminal.screens.stories import MANY, STORY, told

Story = list[tuple[ScreenEvent, float]]


def behind(screen: Screen) -> Screen:
    """Return the screen, or the one that a fault covers."""
    return screen.back if isinstance(screen, FaultScreen) and screen.back else screen


@MANY
@given(STORY)
def test_nothing_is_checked_after_the_end_of_a_shift(story: Story):
    ended = False
    for before, event, after, effects in told(story):
        ended |= isinstance(before, ShiftEnd) and isinstance(event, ShiftEnded)
        assert over(behind(after)) is ended
        if ended:
            assert not {CheckCode, Confirm, Enter, AskKinds, PlaySignal} & set(map(type, effects))


@MANY
@given(STORY)
def test_a_shift_ends_by_confirming_its_count_and_with_open_alarms_by_a_reason(story: Story):
    for before, event, _, effects in told(story):
        for effect in effects:
            if isinstance(effect, EndShift):
                assert isinstance(before, ShiftEnd)
                assert before.counts is not None
                assert not before.handover
                if before.open:
                    assert event == EndReasonPicked(effect.reason)
                    assert before.asking
                else:
                    assert (event, effect.reason) == (Pressed(Button.CONFIRM), "")
            if isinstance(effect, OpenSignIn):
                handing_over = isinstance(before, ShiftEnd) and before.handover
                assert handing_over or isinstance(before, ShiftOver | SelfTest)
                assert effect.handover is handing_over
                assert event == Pressed(Button.CONFIRM)


@MANY
@given(STORY)
def test_every_note_that_is_picked_is_recorded_as_it_was_offered(story: Story):
    for before, event, after, effects in told(story):
        if isinstance(before, LogEntry) and isinstance(event, NotePicked) and event.note in before.notes:
            again = before.logged.acts[-1:] == (event.note,)
            assert effects == (() if again else (Annotate(before.logged.seq, event.note),))
            assert isinstance(after, LogEntry)
            assert after.noted is (again and before.noted)
        else:
            assert Annotate not in map(type, effects)


@MANY
@given(STORY)
def test_recorded_is_said_only_of_what_is(story: Story):
    for before, event, after, _ in told(story):
        if isinstance(after, LogEntry) and after.noted and not getattr(behind(before), "noted", False):
            assert event == Annotated(after.logged.seq)


@MANY
@given(STORY)
def test_fault_loses_no_screen_of_the_shift(story: Story):
    kept = (LogEntry, ShiftLog, ShiftEnd, Uploading, ShiftOver)
    for before, event, after, _ in told(story):
        if isinstance(event, Failed) and isinstance(before, kept):
            assert behind(after) == before
        if isinstance(before, FaultScreen) and before.back and isinstance(event, Pressed):
            assert after == replace(before.back, status=before.status, seen=before.seen)


@MANY
@given(STORY)
def test_verdict_that_is_added_to_comes_back_with_what_is_known_since(story: Story):
    for before, event, after, effects in told(story):
        if not (isinstance(before, LogEntry) and isinstance(before.back, Result)):
            continue
        shown = before.back.judged
        if event == Pressed(Button.BACK):
            assert isinstance(after, Result)
            assert after.judged == shown
        if isinstance(event, Refined) and event.judged.seq == shown.seq:
            assert isinstance(after, LogEntry)  # an alarm is shown above it, with its signal (`screens.ui`)
            assert isinstance(after.back, Result)
            assert after.back.judged == event.judged
            assert effects == ()


@given(STORY)
def test_effects_of_the_shift_come_from_its_screens_and_from_verdicts(story: Story):
    asked: tuple[type[Effect], ...] = (LoadShift, Annotate, EndShift, OpenSignIn, StartUpload)
    for before, _, _, effects in told(story):
        if any(isinstance(effect, asked) for effect in effects):
            assert not isinstance(before, Ready | FaultScreen)

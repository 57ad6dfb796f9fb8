"""Notes are revoked by a second record, and those that exclude each other never stand together."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.journal.notes import (
    ACTIONS,
    Action,
    Control,
    ControlWord,
    KeepPicture,
    Mistaken,
    OfficerNote,
    Remark,
)
from terminal.model import CredentialFinding, Outcome, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import Ready
from terminal.screens.events import Effect, Pressed
from terminal.screens.note_change import NoteChange
from terminal.screens.shift import Annotate, Annotated, LogEntry, NotePicked, Revoke, ShiftLoaded
from terminal.screens.shift_step import logged
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import Status
from tests.terminal.screens.builders import result

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
GO, HOLD, HAND_ON, WARN = (Action(word) for word in ("放行", "扣留车辆", "移交", "口头警告"))
VERDICT = result(CredentialFinding.CURRENT, VehicleFinding.VALID, subject=Subject.CONFIRMED, status=Status())


def notes(*acts: OfficerNote, outcome: Outcome = Outcome.PASS) -> LogEntry:
    one = replace(logged(VERDICT.judged), acts=acts, outcome=outcome, picture=True)
    return LogEntry(Status(), one, VERDICT)


ROWS: dict[str, tuple[Screen, OfficerNote | Button, Screen, tuple[Effect, ...]]] = {
    "a note is added": (notes(), GO, notes(), (Annotate(123, GO),)),
    "one that stands is asked about": (notes(GO), GO, NoteChange(Status(), notes(GO), GO), ()),
    "and revoked": (NoteChange(Status(), notes(GO), GO), CONFIRM, notes(GO), (Revoke(123, GO),)),
    "or left": (NoteChange(Status(), notes(GO), GO), BACK, notes(GO), ()),
    "the trigger leaves it too": (NoteChange(Status(), notes(GO), GO), TRIGGER, Ready(seen=None), ()),
    "one that excludes another is asked about": (
        notes(GO, WARN),
        HOLD,
        NoteChange(Status(), notes(GO, WARN), HOLD, (GO,)),
        (),
    ),
    "and takes its place": (
        NoteChange(Status(), notes(GO, WARN), HOLD, (GO,)),
        CONFIRM,
        notes(GO, WARN),
        (Annotate(123, HOLD, (GO,)),),
    ),
    "one may exclude two": (
        notes(HOLD, HAND_ON),
        GO,
        NoteChange(Status(), notes(HOLD, HAND_ON), GO, (HOLD, HAND_ON)),
        (),
    ),
    "a vehicle can be held and handed over": (notes(HOLD), HAND_ON, notes(HOLD), (Annotate(123, HAND_ON),)),
    "a picture is evidence and stays": (notes(KeepPicture()), KeepPicture(), notes(KeepPicture()), ()),
    "what is not offered is not noted": (notes(), Action("罚款"), notes(), ()),
}


@pytest.mark.parametrize(("screen", "deed", "after", "effects"), ROWS.values(), ids=ROWS)
def test_what_follows(screen: Screen, deed: OfficerNote | Button, after: Screen, effects: tuple[Effect, ...]):
    event = Pressed(deed) if isinstance(deed, Button) else NotePicked(deed)
    assert step(screen, event, 11.0) == (after, effects)


def test_the_control_room_either_confirms_or_rules_out():
    yes, no = ControlWord(Control.CONFIRMED), ControlWord(Control.DENIED)
    screen = notes(yes, outcome=Outcome.ALARM)
    assert step(screen, NotePicked(no), 1.0)[0] == NoteChange(Status(), screen, no, (yes,))


TOUCHES = st.lists(
    st.tuples(
        st.sampled_from([*map(Action, ACTIONS), Remark("号牌不清"), Mistaken()]),
        st.sampled_from([CONFIRM, BACK]),
    ),
    max_size=12,
)


@given(TOUCHES)
def test_no_two_notes_that_exclude_each_other_ever_stand(touches: list[tuple[OfficerNote, Button]]):
    """Whatever the officer touches and answers, with each effect performed as the services do."""
    screen: Screen = notes()
    standing: list[OfficerNote] = []
    for note, answer in touches:
        screen, effects = step(screen, NotePicked(note), 1.0)
        if isinstance(screen, NoteChange):
            screen, effects = step(screen, Pressed(answer), 1.0)
        for effect in effects:
            if isinstance(effect, Revoke):
                standing.remove(effect.note)
            if isinstance(effect, Annotate):
                standing = [one for one in standing if one not in effect.instead_of] + [effect.note]
            screen, _ = step(screen, Annotated(123), 1.0)
            known = replace(notes(*standing).logged)
            screen, _ = step(screen, ShiftLoaded((known,), (), 0), 1.0)
        assert isinstance(screen, LogEntry)
        assert screen.logged.acts == tuple(standing)
        pairs = {frozenset(pair) for pair in combinations(standing, 2)}
        assert not pairs & {frozenset({GO, HOLD}), frozenset({GO, HAND_ON})}
        assert len(set(standing)) == len(standing)

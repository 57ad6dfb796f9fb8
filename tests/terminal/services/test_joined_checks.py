"""Checks that belong to another, numbers near one that was not found, lookups by VIN, and revoked notes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from terminal.journal.entry import Check, Confirmation, Note, Refinement
from terminal.journal.notes import Action, Control, ControlWord, Mistaken
from terminal.model import (
    LookupState,
    Outcome,
    Plate,
    Subject,
    VehicleFinding,
)
from terminal.registry.messages import HotlistChange, HotlistEntry, VinQuestion
from terminal.screens.events import Enter, Recorded
from terminal.screens.shift import Annotate, Annotated, LoadShift, Revoke, ShiftLoaded
from terminal.screens.vin_entry import LookUpVin
from terminal.vehicle.verdict import VIN_FOUND, VIN_NOT_FOUND, VIN_OF_OTHER_PLATE, VIN_UNCHECKED
from tests.terminal.services.terminal_fixture import OTHER, OURS, Work, judged, record_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.journal.notes import OfficerNote
    from terminal.model import RecordedCheck

VIN = "1M8GDM9AXKP042788"
TAIL = VIN[-6:]
GO, HOLD = Action("放行"), Action("扣留车辆")


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.cases.close()


def typed(work: Work, plate: Plate = OURS, belongs_to: int | None = None) -> RecordedCheck:
    return judged(work.services.perform(Enter(plate, None, belongs_to)))


def by_vin(work: Work, after: RecordedCheck | None = None) -> RecordedCheck:
    return judged(work.services.perform(LookUpVin(VIN, after)))


def test_a_check_names_the_record_that_it_belongs_to(work: Work):
    first = typed(work)
    second = typed(work, OTHER, first.seq)
    bodies = [one.body for one in work.entries() if isinstance(one.body, Check)]
    assert [(body.number, body.belongs_to) for body in bodies] == [
        (OURS.number, None),
        (OTHER.number, first.seq),
    ]
    assert second.entry.belongs_to == first.seq


def test_numbers_near_one_that_was_not_found_are_offered_those_of_a_list_first(work: Work):
    hotlist = work.cases.lists.hotlist
    assert hotlist is not None
    near, other_kind = Plate("苏A92345", OURS.kind), Plate("苏A12349", "01")
    vehicles = (HotlistEntry(near, "C"), HotlistEntry(other_kind, "C"))
    hotlist.apply(HotlistChange(province="苏", epoch=1, seq=1, at_ms=1, vehicles=vehicles))
    check = typed(work)
    assert check.entry.near == ()
    found = judged(work.answer(work.asked()[-1]))
    assert found.verdict.status.finding is VehicleFinding.NOT_FOUND
    assert found.entry.near == (near, Plate("苏AL2345", OURS.kind), Plate("苏A1Z345", OURS.kind))


def test_no_numbers_are_offered_for_what_was_found_or_is_a_codes(work: Work):
    typed(work)
    assert judged(work.answer(work.asked()[-1], OURS)).entry.near == ()
    work.services.check(work.code(), None)
    found = judged(work.answer(work.asked()[-1]))
    assert found.verdict.status.finding is VehicleFinding.NOT_FOUND
    assert found.entry.near == ()


def test_a_vehicle_without_a_plate_is_looked_up_by_its_vin(work: Work):
    check = by_vin(work)
    assert (check.plate, check.lookup, check.entry.vin) == (None, LookupState.WAITING, VIN)
    assert work.asked()[-1].question == VinQuestion(VIN)
    found = judged(work.answer(work.asked()[-1], record=record_of(OURS, vin_tail=TAIL)))
    assert (found.plate, found.verdict.status.finding) == (OURS, VehicleFinding.VALID)
    assert (found.verdict.outcome, found.verdict.subject) == (Outcome.CAUTION, Subject.TYPED)
    assert found.verdict.guidance_zh == VIN_FOUND.zh
    first, note, answer = (one.body for one in work.entries())
    assert isinstance(first, Check)
    assert (first.number, first.subject, first.outcome) == (None, Subject.TYPED, Outcome.UNDETERMINED)
    assert note == Note(seq=check.seq, text=f"车架号 {VIN}")
    assert isinstance(answer, Refinement)
    assert (answer.number, answer.outcome, answer.plate_entry) == (OURS.number, Outcome.CAUTION, None)


@pytest.mark.parametrize(
    ("registered", "letters", "outcome", "guidance"),
    [
        (OURS, "A", Outcome.PASS, None),
        (OTHER, "A", Outcome.CAUTION, VIN_OF_OTHER_PLATE),
        (OTHER, "C", Outcome.ALARM, None),
        (OTHER, "E", Outcome.OFF_ROAD, None),
        (None, "", Outcome.CAUTION, VIN_NOT_FOUND),
    ],
)
def test_a_vin_lets_a_vehicle_go_with_its_own_plate_alone(
    work: Work, registered: Plate | None, letters: str, outcome: Outcome, guidance: object
):
    worn = typed(work)
    check = by_vin(work, worn)
    assert (check.entry.worn, check.entry.belongs_to) == (OURS, worn.seq)
    record = record_of(registered, letters, vin_tail=TAIL) if registered else None
    found = judged(work.answer(work.asked()[-1], record=record))
    assert found.verdict.outcome is outcome
    assert found.plate == registered
    said = (found.verdict.guidance_zh, found.verdict.guidance_en)
    assert guidance is None or said == (guidance.zh, guidance.en)  # type: ignore[attr-defined]  # Lines


def test_the_plate_of_a_code_that_nobody_confirmed_is_not_the_one_that_it_wears(work: Work):
    code = judged(work.services.check(work.code(), None))
    check = by_vin(work, code)
    assert (check.entry.worn, check.entry.belongs_to) == (None, code.seq)


def test_a_vin_is_unchecked_without_the_registry(work: Work):
    work.link.up = False
    check = by_vin(work)
    assert (check.lookup, check.verdict.outcome) == (LookupState.NOT_ASKED, Outcome.UNDETERMINED)
    assert check.verdict.guidance_zh == VIN_UNCHECKED.zh


def test_an_answer_about_another_vin_does_not_count(work: Work):
    by_vin(work)
    assert work.answer(work.asked()[-1], record=record_of(OURS, vin_tail="000000")) == ()


def test_a_hot_listed_vehicle_is_an_alarm_by_its_vin_too(work: Work):
    hotlist = work.cases.lists.hotlist
    assert hotlist is not None
    change = HotlistChange(province="苏", epoch=1, seq=1, at_ms=1, vehicles=(HotlistEntry(OURS, "C"),))
    hotlist.apply(change)
    by_vin(work)
    found = judged(work.answer(work.asked()[-1], record=record_of(OURS, vin_tail=TAIL)))
    assert found.verdict.outcome is Outcome.ALARM


def test_a_vins_answer_for_a_check_whose_plate_was_entered_since_is_a_check_of_its_own(work: Work):
    check = by_vin(work)
    asked = work.asked()[-1]
    entered = judged(work.services.perform(Enter(OTHER, check)))
    assert entered.seq == check.seq
    apart = judged(work.answer(asked, record=record_of(OURS, "C", vin_tail=TAIL)))
    assert apart.seq != check.seq
    assert (apart.plate, apart.verdict.outcome) == (OURS, Outcome.ALARM)


def acts(work: Work) -> tuple[OfficerNote, ...]:
    loaded = work.services.perform(LoadShift())
    assert isinstance(loaded, ShiftLoaded)
    return loaded.log[0].acts


def test_a_note_is_revoked_by_a_second_record_that_names_the_first(work: Work):
    check = typed(work)
    assert work.services.perform(Annotate(check.seq, GO)) == Annotated(check.seq)
    assert work.services.perform(Revoke(check.seq, GO)) == Annotated(check.seq)
    _, noted, revoked = work.entries()
    assert noted.body == Note(seq=check.seq, action="放行")
    assert revoked.body == Note(seq=noted.seq, mistaken=True)
    assert acts(work) == ()
    work.services.perform(Revoke(check.seq, GO))
    assert len(work.entries()) == 3, "it is revoked once"


def test_a_note_takes_the_place_of_one_that_it_excludes(work: Work):
    check = typed(work)
    work.services.perform(Annotate(check.seq, GO))
    work.services.perform(Annotate(check.seq, HOLD, (GO,)))
    _, first, revoked, second = work.entries()
    assert revoked.body == Note(seq=first.seq, mistaken=True)
    assert second.body == Note(seq=check.seq, action="扣留车辆")
    assert acts(work) == (HOLD,)


@pytest.mark.parametrize("note", [Mistaken(), ControlWord(Control.DENIED)])
def test_a_mistake_and_the_control_rooms_word_are_revoked_so_too(work: Work, note: OfficerNote):
    check = typed(work)
    work.services.perform(Annotate(check.seq, note))
    work.services.perform(Revoke(check.seq, note))
    _, noted, revoked = work.entries()
    assert isinstance(noted.body, Note | Confirmation)
    assert revoked.body == Note(seq=noted.seq, mistaken=True)
    assert acts(work) == ()


def test_a_recorded_event_is_what_the_screens_get(work: Work):
    assert isinstance(work.services.perform(LookUpVin(VIN, None)), Recorded)

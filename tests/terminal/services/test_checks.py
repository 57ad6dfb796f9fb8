"""A case is about one vehicle: no answer about another counts, no late one is greener, no alarm is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from keys import lab
from terminal import config
from terminal.drawing.draw import draw
from terminal.drawing.fonts import Fonts
from terminal.drawing.theme import Style
from terminal.journal.entry import Refinement
from terminal.model import CredentialFinding, LookupState, Outcome, Plate, Reason, Subject, VehicleFinding
from terminal.registry.messages import LookupResult
from terminal.screens.check import KindChoice, KindSource
from terminal.screens.events import Listed, Refined, Report, Reported, ScreenEvent
from terminal.screens.values import Status
from terminal.services.checks import ANSWER_STANDS_S
from tests.terminal.services.terminal_fixture import (
    OTHER,
    OTHER_ISSUERS_CODE,
    OURS,
    Work,
    judged,
    record_of,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.cases.close()


def over(work: Work) -> Sequence[ScreenEvent]:
    """Return the screen events once every wait is over."""
    work.clock.advance(work.settings.registry.wait_s if work.settings.registry else 0)
    return work.services.expire()


def test_an_answer_about_another_issuers_code_is_not_about_the_plate_entered_since(work: Work):
    case = judged(work.cases.check(OTHER_ISSUERS_CODE, work.moment))
    entered = judged(work.cases.enter(OTHER, case, work.moment))
    asked_code, _ = work.asked()
    told = work.answer(asked_code, OURS, finding=CredentialFinding.CURRENT)
    shown = judged(told) if told else entered
    assert shown.plate == OTHER
    assert shown.verdict.status.finding is VehicleFinding.UNCHECKED
    assert shown.verdict.outcome is not Outcome.PASS


@pytest.mark.parametrize("entered_first", [False, True])
def test_another_issuers_code_that_the_registry_calls_another_vehicles_is_so_for_the_plate_entered(
    work: Work, *, entered_first: bool
):
    case = judged(work.cases.check(OTHER_ISSUERS_CODE, work.moment))
    if entered_first:
        judged(work.cases.enter(OTHER, case, work.moment))
        case = judged(work.answer(work.asked()[0], OURS, finding=CredentialFinding.CURRENT))
    else:
        case = judged(work.answer(work.asked()[0], OURS, finding=CredentialFinding.CURRENT))
        case = judged(work.cases.enter(OTHER, case, work.moment))
    case = judged(work.answer(work.asked()[-1], OTHER))
    assert case.verdict.finding.finding is CredentialFinding.OTHER_VEHICLE
    assert case.verdict.finding.reason is Reason.OTHER_VEHICLE
    assert case.verdict.outcome is Outcome.CAUTION


@pytest.mark.parametrize("entered_first", [False, True])
def test_another_issuers_code_that_the_registry_calls_failed_is_no_pass_whatever_is_entered(
    work: Work, *, entered_first: bool
):
    case = judged(work.cases.check(OTHER_ISSUERS_CODE, work.moment))
    if entered_first:
        case = judged(work.cases.enter(OURS, case, work.moment))
    case = judged(work.answer(work.asked()[0], finding=CredentialFinding.FAILED))
    if not entered_first:
        case = judged(work.cases.enter(OURS, case, work.moment))
    case = judged(work.answer(work.asked()[-1], OURS))
    assert (case.verdict.finding.finding, case.verdict.outcome) == (CredentialFinding.FAILED, Outcome.CAUTION)


def test_the_registrys_word_on_another_issuers_code_stays_where_the_plate_agrees(work: Work):
    case = judged(work.cases.check(OTHER_ISSUERS_CODE, work.moment))
    case = judged(work.answer(work.asked()[0], OURS, finding=CredentialFinding.PAST))
    assert (case.verdict.outcome, case.verdict.subject) == (Outcome.PROVISIONAL, Subject.CODE)
    entered = judged(work.cases.enter(OURS, case, work.moment))
    assert entered.verdict.finding.finding is CredentialFinding.PAST


def test_a_proven_code_of_another_issuer_whose_vehicle_the_registry_does_not_have_is_no_green(work: Work):
    work.cases.check(OTHER_ISSUERS_CODE, work.moment)
    case = judged(work.answer(work.asked()[0], finding=CredentialFinding.CURRENT))
    assert (case.verdict.status.finding, case.verdict.outcome) == (VehicleFinding.NOT_FOUND, Outcome.CAUTION)


def test_a_late_answer_does_not_turn_the_confirmation_green(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(over(work)[0])
    assert work.answer(work.asked()[0], OURS) == ()
    confirmed = judged(work.cases.confirm(case, work.moment))
    assert confirmed.verdict.outcome is Outcome.PROVISIONAL
    bodies = [entry.body for entry in work.entries()]
    assert [body.vehicle for body in bodies if isinstance(body, Refinement)] == [VehicleFinding.VALID, None]
    assert all(body.outcome is None for body in bodies if isinstance(body, Refinement))


def test_a_late_alarm_is_told_and_stands_at_the_confirmation_and_at_the_same_plate(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(over(work)[0])
    assert judged(work.answer(work.asked()[0], OURS, "C")).verdict.outcome is Outcome.ALARM
    work.link.up = False
    assert judged(work.cases.confirm(case, work.moment)).verdict.outcome is Outcome.ALARM
    assert judged(work.cases.enter(OURS, case, work.moment)).verdict.outcome is Outcome.ALARM


@pytest.mark.parametrize("letters", ["C", "E"])
def test_what_forbids_the_road_stands_when_the_same_plate_is_entered_until_it_is_asked_anew(
    work: Work, letters: str
):
    work.cases.check(work.code(), work.moment)
    case = judged(work.answer(work.asked()[0], OURS, letters))
    entered = judged(work.cases.enter(OURS, case, work.moment))
    assert entered.verdict.outcome is case.verdict.outcome
    assert judged(over(work)[0]).verdict.outcome is case.verdict.outcome
    other = judged(work.cases.enter(OTHER, case, work.moment))
    assert other.verdict.status.finding is VehicleFinding.UNCHECKED
    again = judged(work.cases.enter(OURS, case, work.moment))
    assert judged(work.answer(work.asked()[-1], OURS)).verdict.outcome is Outcome.PASS
    assert again.lookup is LookupState.WAITING


def test_the_first_question_s_silence_takes_nothing_from_the_second_s_answer(work: Work):
    case = judged(work.cases.enter(OURS, None, work.moment))
    case = judged(work.cases.enter(OURS, case, work.moment))
    answered = judged(work.answer(work.asked()[1], OURS))
    assert answered.lookup is LookupState.ANSWERED
    assert over(work) == []


def test_silence_about_a_plate_that_was_typed_over_says_nothing_of_its_kinds(work: Work):
    case = judged(work.cases.enter(OURS, None, work.moment))
    judged(work.cases.enter(OTHER, case, work.moment))
    assert [type(event) for event in over(work)] == [Refined]


def kinds_told(told: Sequence[ScreenEvent]) -> list[tuple[str, VehicleFinding]]:
    """Which kinds are listed, and the finding of each."""
    (event,) = told
    assert isinstance(event, Listed)
    assert event.found is not None
    return [(one.kind, one.status.finding) for one in event.found]


def test_every_vehicle_of_a_number_is_listed_gravest_first_whatever_its_kind(work: Work):
    work.cases.ask_kinds(OURS.number, work.moment)
    records = (
        record_of(Plate(OURS.number, "02")),
        record_of(Plate(OURS.number, "07"), "G"),
        record_of(Plate(OURS.number, "98"), "C"),
    )
    told = work.answer(work.asked()[0], result=LookupResult.SEVERAL_KINDS, records=records)
    assert kinds_told(told) == [
        ("98", VehicleFinding.ALARM),
        ("07", VehicleFinding.CAUTION),
        ("02", VehicleFinding.VALID),
    ]


def test_a_kind_that_no_table_lists_is_judged_like_any_other(work: Work):
    work.cases.ask_kinds(OURS.number, work.moment)
    stolen = Plate(OURS.number, "98")
    assert kinds_told(work.answer(work.asked()[0], stolen, "C")) == [("98", VehicleFinding.ALARM)]
    entered = judged(work.cases.enter(stolen, None, work.moment))
    assert entered.verdict.outcome is Outcome.ALARM  # though the question about this kind is still out
    assert judged(over(work)[0]).verdict.outcome is Outcome.ALARM
    again = judged(work.cases.enter(stolen, None, work.moment))
    assert again.verdict.outcome is Outcome.UNDETERMINED  # a new check begins anew
    assert judged(work.answer(work.asked()[-1], stolen, "C")).verdict.outcome is Outcome.ALARM


def test_a_proven_code_of_one_of_several_vehicles_is_undetermined_until_one_is_picked(work: Work):
    work.cases.check(OTHER_ISSUERS_CODE, work.moment)
    records = (record_of(OURS), record_of(Plate(OURS.number, "98"), "C"))
    said: dict[str, Any] = {"result": LookupResult.SEVERAL_KINDS, "records": records}
    case = judged(work.answer(work.asked()[0], finding=CredentialFinding.CURRENT, **said))
    assert (case.verdict.outcome, case.plate) == (Outcome.UNDETERMINED, None)
    assert case.several is not None
    assert case.several.number == OURS.number
    assert [(one.kind, one.status.finding) for one in case.several.found] == [
        ("98", VehicleFinding.ALARM),
        ("02", VehicleFinding.VALID),
    ]
    case = judged(work.cases.enter(Plate(OURS.number, "98"), case, work.moment))
    case = judged(work.answer(work.asked()[-1], Plate(OURS.number, "98"), "C"))
    assert case.verdict.outcome is Outcome.ALARM


@pytest.mark.parametrize("finding", [None, CredentialFinding.FAILED])
def test_a_code_that_is_not_proven_names_none_of_several_vehicles(
    work: Work, finding: CredentialFinding | None
):
    work.cases.check(OTHER_ISSUERS_CODE, work.moment)
    records = (record_of(OURS), record_of(Plate(OURS.number, "98"), "C"))
    said: dict[str, Any] = {"result": LookupResult.SEVERAL_KINDS, "records": records}
    case = judged(work.answer(work.asked()[0], finding=finding, **said))
    assert (case.plate, case.several) == (None, None)


def test_an_alarm_on_the_only_vehicle_of_a_number_is_a_check_of_its_own_where_nobody_waits(work: Work):
    work.cases.ask_kinds(OURS.number, work.moment)
    work.answer(work.asked()[0], OURS, "C")
    told = work.cases.perform(Report(OURS), work.moment)
    assert isinstance(told, Reported)
    assert (told.judged.verdict.outcome, told.judged.recorded) == (Outcome.ALARM, True)


def test_what_was_listed_long_ago_says_nothing_of_a_vehicle_that_is_entered(work: Work):
    work.cases.ask_kinds(OURS.number, work.moment)
    work.answer(work.asked()[0], OURS, "M")
    work.clock.advance(2 * 3600)
    entered = judged(work.cases.enter(OURS, None, work.moment))
    assert entered.verdict.status.finding is VehicleFinding.UNCHECKED


def test_of_more_vehicles_than_a_screen_has_room_for_the_gravest_are_listed(work: Work, laboratory: Path):
    work.cases.ask_kinds(OURS.number, work.moment)
    kinds = [f"{number:02}" for number in range(100)]
    records = tuple(record_of(Plate(OURS.number, kind), "C" if kind == "98" else "A") for kind in kinds)
    told = work.answer(work.asked()[0], result=LookupResult.SEVERAL_KINDS, records=records)
    assert kinds_told(told)[0] == ("98", VehicleFinding.ALARM)
    (listed,) = told
    assert isinstance(listed, Listed)
    assert listed.found is not None
    offered = tuple(one.kind for one in listed.found)
    screen = KindChoice(Status(), OURS.number, offered, KindSource.REGISTRY)
    fonts = Fonts.load(config.read(laboratory / lab.CONFIG).paths.fonts)
    draw(replace(screen, found=listed.found), None, Style("zh", fonts, (480, 800)))


def test_a_vehicle_passes_by_no_answer_of_long_ago(work: Work):
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(work.answer(work.asked()[0], OURS))
    work.clock.advance(8 * 3600)
    case = judged(work.cases.confirm(case, work.moment))
    assert (case.verdict.outcome, case.lookup) == (Outcome.PROVISIONAL, LookupState.WAITING)
    case = judged(work.answer(work.asked()[-1], OURS))
    assert (case.verdict.outcome, case.verdict.subject) == (Outcome.PASS, Subject.CONFIRMED)


def test_a_code_that_is_confirmed_long_after_its_scan_is_checked_again_as_of_then(work: Work):
    """Its verdict was not shown before, so it must not be an old one when it is."""
    case = judged(work.cases.check(work.code(), work.moment))
    case = judged(over(work)[0])
    assert case.lookup is LookupState.NO_ANSWER
    work.clock.advance(ANSWER_STANDS_S + 1)
    case = judged(work.cases.confirm(case, work.moment))
    assert (case.lookup, case.as_of_s) == (LookupState.WAITING, work.clock.monotonic_s())
    assert case.verdict.subject is Subject.CONFIRMED


def test_the_shift_s_list_has_what_is_known_of_each_check_that_is_in_memory(work: Work):
    shift = work.services.shift_actions.shift
    case = judged(work.cases.check(work.code(), work.moment))
    shift.update(case)
    case = judged(work.answer(work.asked()[0], OURS))
    find = work.cases.ledger.find
    assert [one.judged for one in shift.summary(None, find).log] == [case]
    assert [one.judged for one in shift.summary(None, lambda _seq: None).log] == [None]


@pytest.mark.parametrize(("tail", "finding"), [("C", VehicleFinding.ALARM), ("", VehicleFinding.UNKNOWN)])
def test_a_status_too_long_for_a_record_is_judged_whole_and_recorded_cut(
    work: Work, tail: str, finding: VehicleFinding
):
    case = judged(work.cases.enter(OURS, None, work.moment))
    told = judged(work.answer(work.asked()[0], OURS, "X" * 62_000 + tail))
    assert (told.seq, told.verdict.status.finding) == (case.seq, finding)
    assert told.verdict.status.letters == f"{tail}…"
    refined = work.entries()[-1].body
    assert isinstance(refined, Refinement)
    assert (refined.vehicle, refined.letters) == (finding, f"{tail}…")

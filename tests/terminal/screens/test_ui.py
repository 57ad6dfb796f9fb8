"""An alarm about any vehicle is shown until a hold acknowledges it, and never over another car's alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.limits import RECENT_CHECK_S
from terminal.model import CredentialFinding, Fit, Outcome, Plate, Subject, VehicleFinding
from terminal.screens.alarms import About, Alarm, BannerOpened
from terminal.screens.attention import Touched
from terminal.screens.check import PlateEntry, Ready, Result
from terminal.screens.comparing import Comparison
from terminal.screens.events import (
    Click,
    Failed,
    PlaySignal,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
    Scanned,
    StopSignal,
)
from terminal.screens.shift import ShiftOver
from terminal.screens.sign_in import SignedIn, SignIn
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.values import LastSeen, Status, WaitingAlarms
from tests.terminal.screens.builders import result, scan
from tests.terminal.screens.officer import (
    BACK,
    CONFIRM,
    CONFIRMED,
    FRONT,
    FULL,
    OFFICER,
    OTHER,
    SCREENS,
    STOLEN,
    TRIGGER,
    A,
    B,
    C,
    alarm,
    at,
    check,
    on,
)


@pytest.mark.parametrize("below", SCREENS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (VehicleFinding.ALARM, Outcome.ALARM),
        (VehicleFinding.CACHED_ALARM, Outcome.ALARM),
        (VehicleFinding.OFF_ROAD, Outcome.OFF_ROAD),
    ],
)
def test_an_alarm_interrupts_any_screen_with_its_signal_and_gives_it_back_unchanged(
    below: Screen, found: VehicleFinding, outcome: Outcome
):
    desk = at(below)
    told = check(9, C, found)
    assert desk.tell(Reported(told)) == (PlaySignal(outcome),)
    assert alarm(desk).judged == told
    assert desk.hold() == (StopSignal(),)
    assert desk.screen == replace(below, status=Status())


@pytest.mark.parametrize(
    "found", set(VehicleFinding) - {STOLEN, VehicleFinding.CACHED_ALARM, VehicleFinding.OFF_ROAD}
)
def test_nothing_else_interrupts(found: VehicleFinding):
    desk = at(OTHER)
    assert desk.tell(Reported(check(9, C, found))) == ()
    assert desk.screen == OTHER


@pytest.mark.parametrize(
    ("below", "plate", "about"),
    [
        (FRONT, A, About.ASKED),
        (CONFIRMED, A, About.IN_FRONT),
        (CONFIRMED, replace(A, kind="01"), About.ASKED),
        (FRONT, B, About.ELSEWHERE),
        (OTHER, A, About.ELSEWHERE),
        (OTHER, B, About.IN_FRONT),
        (PlateEntry(Status(), "苏B", after=FRONT.judged), A, About.ASKED),
        (PlateEntry(Status(), "苏B", after=FRONT.judged), B, About.ELSEWHERE),
        (PlateEntry(Status(), "苏B"), A, About.LEFT),
        (result(CredentialFinding.FAILED), A, About.LEFT),
        (Ready(), A, About.LEFT),
    ],
)
def test_an_alarm_says_which_car_it_is_about(below: Screen, plate: Plate, about: About):
    desk = at(below)
    desk.tell(Reported(check(9, plate, STOLEN)))
    assert alarm(desk).about is about


def test_a_check_of_the_car_in_front_that_comes_to_an_alarm_shows_it_before_its_verdict():
    desk = at(Ready())
    told = check(1, A, VehicleFinding.CACHED_ALARM)
    assert desk.tell(Recorded(told)) == (PlaySignal(Outcome.ALARM),)
    assert alarm(desk).about is About.ASKED
    assert desk.hold() == (StopSignal(),)
    on(desk, Result)
    assert (on(desk, Result).judged, on(desk, Result).compares) == (told, True)


def test_an_alarm_waits_behind_another_car_s_with_its_signal_and_a_count():
    desk = at(OTHER)
    first, second = check(8, A, STOLEN), check(9, C, VehicleFinding.OFF_ROAD)
    desk.tell(Reported(first))
    assert desk.tell(Reported(second)) == (PlaySignal(Outcome.ALARM),)
    assert (alarm(desk).judged, alarm(desk).more) == (first, 1)
    assert desk.hold() == (PlaySignal(Outcome.OFF_ROAD),)
    assert (alarm(desk).judged, alarm(desk).more) == (second, 0)
    assert desk.hold() == (StopSignal(),)
    assert desk.screen == OTHER


def test_the_verdict_of_the_car_in_front_does_not_cover_another_car_s_alarm():
    desk = at(FRONT)
    desk.tell(Reported(check(9, C, STOLEN)))
    own = check(1, A, STOLEN)
    desk.tell(Refined(own))
    assert (alarm(desk).judged.plate, alarm(desk).more) == (C, 1)
    desk.hold()
    assert alarm(desk).judged == own


def test_an_alarm_waits_behind_another_car_s_open_comparison_with_its_signal_and_a_count():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    desk.hold()
    other = check(9, C, STOLEN)
    assert desk.tell(Reported(other)) == (PlaySignal(Outcome.ALARM),)
    on(desk, Result)
    assert on(desk, Result).status.alarms.waiting == WaitingAlarms(1)
    desk.press(CONFIRM)
    for button in (TRIGGER, BACK):
        on(desk, Comparison)
        assert on(desk, Comparison).status.alarms.waiting == WaitingAlarms(1)
        desk.press(button)
    on(desk, Comparison)
    (compared,) = desk.press(TRIGGER)
    on(desk, Result)  # the comparison is open until it is recorded
    desk.tell(Recorded(replace(check(1, A, STOLEN), fits=(Fit.AGREES, Fit.DIFFERS, Fit.AGREES))))
    assert compared is not None
    assert alarm(desk).judged == other
    desk.hold()
    on(desk, Result)
    assert on(desk, Result).status.alarms.waiting is None


def test_an_alarm_of_the_car_that_is_compared_interrupts_where_it_says_something_else():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, VehicleFinding.CACHED_ALARM)))
    desk.hold()
    desk.press(CONFIRM)
    stolen = check(1, A, STOLEN)
    named = replace(
        stolen, verdict=replace(stolen.verdict, status=replace(stolen.verdict.status, letters="N"))
    )
    desk.tell(Reported(check(9, C, STOLEN)))
    desk.tell(Refined(named))
    assert (alarm(desk).judged, alarm(desk).more) == (named, 1)
    desk.hold()
    on(desk, Comparison)
    assert on(desk, Comparison).judged == named


def test_whoever_leaves_a_comparison_sees_the_alarm_that_waited():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    desk.hold()
    desk.tell(Reported(check(9, C, STOLEN)))
    desk.press(TRIGGER)
    assert alarm(desk).judged.plate == C
    desk.hold()
    on(desk, Ready)


def test_what_was_acknowledged_comes_again_only_where_it_says_something_else():
    desk = at(FRONT)
    stolen = check(1, A, STOLEN)
    desk.tell(Refined(stolen))
    desk.hold()
    confirmed = replace(stolen, verdict=replace(stolen.verdict, subject=Subject.CONFIRMED))
    assert desk.tell(Recorded(confirmed)) == ()
    on(desk, Result)
    named = replace(
        stolen, verdict=replace(stolen.verdict, status=replace(stolen.verdict.status, letters="C"))
    )
    desk.tell(Refined(named))
    assert alarm(desk).judged == named
    desk.hold()
    desk.tell(Refined(check(1, A, VehicleFinding.VALID)))
    desk.tell(Refined(named))
    assert alarm(desk).judged == named
    desk.hold()
    desk.tell(Recorded(replace(named, seq=2)))
    assert alarm(desk).judged.seq == 2


def test_a_lesser_word_on_the_same_car_covers_no_alarm_and_is_shown_after_it():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, VehicleFinding.CACHED_ALARM)))
    lesser = check(1, A, VehicleFinding.VALID)
    assert desk.tell(Refined(lesser)) == ()
    assert alarm(desk).judged.verdict.outcome is Outcome.ALARM
    desk.hold()
    on(desk, Result)
    assert on(desk, Result).judged == lesser


def test_a_fault_does_not_cover_an_alarm():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN)))
    assert desk.tell(Failed(FULL)) == ()
    on(desk, Alarm)
    desk.hold()
    on(desk, FaultScreen)


def test_no_code_is_checked_behind_an_alarm_and_one_that_stayed_in_view_is_not_checked_again():
    desk = at(Ready(seen=LastSeen("A", 100.0)))
    desk.tell(Reported(check(9, C, STOLEN)))
    for _ in range(8):
        assert desk.tell(Scanned(scan("A"))) == ()
    desk.hold()
    assert desk.tell(Scanned(scan("A"))) == ()
    assert desk.tell(Scanned(scan("B"))) != ()


def test_an_alarm_of_an_older_check_is_a_banner_until_it_is_opened():
    desk = at(OTHER)
    old = check(3, C, STOLEN, as_of_s=desk.now_s - RECENT_CHECK_S - 1)
    assert desk.tell(Reported(old)) == (Click(),)
    on(desk, Result)
    assert on(desk, Result).status.alarms.banners == (old,)
    desk.press(TRIGGER)
    on(desk, Ready)
    assert on(desk, Ready).status.alarms.banners == (old,)
    assert desk.tell(Touched(BannerOpened(), desk.now_s)) == (PlaySignal(Outcome.ALARM),)
    assert alarm(desk).judged == old
    assert desk.hold() == (StopSignal(),)
    assert on(desk, Ready).status.alarms.banners == ()


def test_an_alarm_of_the_car_in_front_is_no_banner_however_long_ago_it_was_checked():
    desk = at(FRONT)
    desk.tell(Refined(check(1, A, STOLEN, as_of_s=desk.now_s - RECENT_CHECK_S - 1)))
    on(desk, Alarm)


def test_after_the_shift_an_alarm_is_signalled_unread_and_the_next_officer_sees_it_first():
    desk = at(ShiftOver())
    told = check(9, C, STOLEN)
    assert desk.tell(Reported(told)) == (PlaySignal(Outcome.ALARM),)
    on(desk, ShiftOver)
    assert on(desk, ShiftOver).status.alarms.waiting == WaitingAlarms(1, locked=True)
    assert C.number not in repr(desk.screen)
    assert desk.press(CONFIRM) == ()
    assert on(desk, SignIn).status.alarms.waiting == WaitingAlarms(1, locked=True)
    assert C.number not in repr(desk.screen)
    assert desk.tell(SignedIn(OFFICER, new_shift=True)) == (PlaySignal(Outcome.ALARM),)
    assert alarm(desk).judged == told
    desk.hold()
    on(desk, Ready)


def test_a_banner_is_not_readable_after_the_shift_either():
    desk = at(ShiftOver())
    desk.tell(Reported(check(3, C, STOLEN, as_of_s=desk.now_s - RECENT_CHECK_S - 1)))
    assert desk.screen.status.alarms.waiting == WaitingAlarms(1, locked=True)
    assert C.number not in repr(desk.screen)
    desk.tell(Touched(BannerOpened(), desk.now_s))
    on(desk, ShiftOver)
    desk.tell(SignedIn(OFFICER, new_shift=True))
    assert len(on(desk, Ready).status.alarms.banners) == 1


def test_an_alarm_without_a_record_says_so_until_it_has_one():
    desk = at(Ready())
    desk.tell(Recorded(replace(check(-1, A, STOLEN), recorded=False)))
    assert not alarm(desk).judged.recorded
    desk.tell(Rerecorded(-1, check(7, A, STOLEN)))
    assert (alarm(desk).judged.seq, alarm(desk).judged.recorded) == (7, True)
    assert desk.hold() == (StopSignal(),)
    on(desk, Result)
    assert on(desk, Result).judged.seq == 7
    desk.tell(Refined(check(7, A, STOLEN)))
    on(desk, Result)


def test_the_number_that_a_record_gets_after_its_alarm_was_acknowledged_brings_no_second_alarm():
    desk = at(Ready())
    desk.tell(Recorded(replace(check(-1, A, STOLEN), recorded=False)))
    desk.hold()
    assert desk.tell(Rerecorded(-1, check(7, A, STOLEN))) == ()
    on(desk, Result)
    desk.tell(Refined(check(7, A, STOLEN)))
    on(desk, Result)

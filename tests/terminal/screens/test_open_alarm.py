"""A vehicle has one open alarm, which only its result closes, and which loses nothing that was known."""

from __future__ import annotations

from dataclasses import replace

from terminal.journal.notes import Control
from terminal.model import EarlierAlarm, Fit, VehicleFinding
from terminal.screens.open_alarm import of, renumbered, with_check
from terminal.vehicle.tables import Lines
from tests.terminal.screens.builders import CAR, live
from tests.terminal.screens.officer import STOLEN, A, B, check, lettered

EARLIER = (EarlierAlarm(20261102, "not_this_vehicle", "plate_cloned"),)
LISTED = lettered(check(3, A, VehicleFinding.CACHED_ALARM), "J")
ANSWERED = replace(
    check(3, A, STOLEN),
    verdict=replace(
        check(3, A, STOLEN).verdict,
        status=replace(live(STOLEN, "CJ", 20270831), earlier_alarms=EARLIER),
    ),
)


def test_an_alarm_opens_with_what_its_check_knows():
    (alarm,) = with_check((), LISTED)
    assert (alarm.plate, alarm.checks, alarm.letters, alarm.live) == (A, (3,), "J", False)
    assert (alarm.seq, alarm.title) == (3, Lines("嫌疑车", "Suspect vehicle"))


def test_a_later_answer_adds_what_it_knows_and_takes_nothing_away():
    (alarm,) = with_check((), LISTED)
    kept = replace(alarm, vin=Fit.AGREES, control=Control.CONFIRMED, acknowledged=True)
    (after,) = with_check((kept,), ANSWERED)
    assert (after.live, after.letters, after.earlier) == (True, "CJ", EARLIER)
    assert (after.described.colour, after.described.vin_tail) == (CAR.colour, CAR.vin_tail)
    assert (after.vin, after.control, after.acknowledged) == (Fit.AGREES, Control.CONFIRMED, True)
    assert with_check((after,), LISTED)[0].described == after.described


def test_a_second_check_of_the_vehicle_opens_no_second_alarm():
    alarms = with_check(with_check(with_check((), LISTED), check(4, B, STOLEN)), check(5, A, STOLEN))
    assert [(one.plate, one.checks) for one in alarms] == [(B, (4,)), (A, (3, 5))]


def test_nothing_else_opens_an_alarm_and_no_verdict_closes_one():
    alarms = with_check((), LISTED)
    for found in set(VehicleFinding) - {STOLEN, VehicleFinding.CACHED_ALARM}:
        assert with_check((), check(3, A, found)) == ()
        assert with_check(alarms, check(3, A, found)) == alarms
    assert with_check((), replace(LISTED, plate=None)) == ()
    assert of(replace(LISTED, plate=None), ()) is None


def test_a_check_that_is_recorded_late_gets_its_number():
    alarms = with_check((), check(-1, A, STOLEN))
    assert alarms[0].seq is None
    assert renumbered(alarms, -1, 9)[0].checks == (9,)
    assert renumbered(alarms, -2, 9) == alarms

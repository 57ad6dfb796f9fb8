"""Mistakes are put right in few presses, with a real broker and registry; BACK leads to the live picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from terminal.journal.entry import Note
from terminal.model import Plate
from terminal.screens.alarms import Alarm
from terminal.screens.check import PlateEntry, Ready, Result
from tests.scenarios.test_beside import on
from tests.scenarios.test_shift import bodies

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk

T = TypeVar("T")
MOST_BACKS = 4
"""Presses of BACK that lead to the live picture."""
STOLEN = Plate("苏A50000", "02")
"""A vehicle of the registry's sample that was reported stolen."""
MISTYPED = "苏A50008"
"""A number beside it that the registry does not know."""


def shown(desk: Desk, kind: type[T]) -> T:
    """Return the screen, which must be of this kind."""
    assert desk.app is not None
    return on(desk.app, kind)


def enter(desk: Desk, number: str, kind: str) -> None:
    """Enter a vehicle's plate from the live picture."""
    desk.play(f"press CONFIRM\nexpect entry\ntype {number}\npress CONFIRM\nexpect kinds\npick {kind}")


def back(desk: Desk) -> None:
    """Press BACK until the live picture is shown."""
    assert desk.app is not None
    for _ in range(MOST_BACKS):
        if not isinstance(desk.app.screen, Ready):
            desk.play("press BACK")
    shown(desk, Ready)


def correct_a_number(desk: Desk) -> None:
    """The number stays to be edited; the wanted one beside it is one touch away."""
    enter(desk, MISTYPED, "02")
    desk.play("expect caution not_shown\nopen number\nexpect entry")
    assert shown(desk, PlateEntry).number == MISTYPED
    back(desk)
    enter(desk, MISTYPED, "02")
    desk.play("expect caution not_shown\nchoose 1\nexpect alarmed")
    assert shown(desk, Alarm).judged.plate == STOLEN
    desk.play("hold CONFIRM\nexpect alarm not_shown")
    back(desk)


def change_a_note(desk: Desk) -> int:
    """Two notes exclude each other: CONFIRM replaces the first; return the check's record number."""
    enter(desk, "苏A20002", "02")
    desk.play("expect overdue not_shown")
    seq = shown(desk, Result).judged.seq
    desk.play("press CONFIRM\nexpect notes\nnote 放行\nnote 扣留车辆\nexpect change\npress CONFIRM")
    desk.play("expect notes")
    back(desk)
    return seq


def look_up_a_vin(desk: Desk) -> None:
    """The vehicle of an unknown plate is found by its VIN."""
    enter(desk, MISTYPED, "02")
    desk.play("expect caution not_shown\nopen vin\nexpect vin_entry\ntype LSVAA2180E2123456")
    desk.play("press CONFIRM\npress CONFIRM")  # its check digit is wrong, which the first press says
    assert desk.app is not None
    app = desk.app
    desk.until(lambda: isinstance(app.screen, Result) and app.screen.judged.plate is not None)
    assert shown(desk, Result).judged.entry.worn == Plate(MISTYPED, "02")
    back(desk)


def join_a_tractor(desk: Desk) -> None:
    """A trailer's check leads to its tractor's by a press, and the second names the first."""
    enter(desk, "苏C1234挂", "15")
    desk.play("expect pass not_shown\nopen partner\nexpect entry")
    trailer = shown(desk, PlateEntry).after
    desk.play("type 苏A20002\npress CONFIRM\nexpect kinds\npick 02\nexpect overdue not_shown")
    assert trailer is not None
    assert shown(desk, Result).judged.entry.belongs_to == trailer.seq
    back(desk)


def test_mistakes_are_put_right_and_the_records_tell_it(online: Desk, laboratory: Path) -> None:
    """One terminal for all, since a registry and a terminal take seconds to start."""
    correct_a_number(online)
    noted = change_a_note(online)
    look_up_a_vin(online)
    join_a_tractor(online)
    told = bodies(online, laboratory)
    first, revoked, second = [one for one in told if isinstance(one, Note) and (one.action or one.mistaken)]
    assert (first.seq, first.action) == (second.seq, "放行") == (noted, "放行")
    assert revoked.mistaken
    assert told[revoked.seq - 1] == first  # records are numbered from 1
    assert second.action == "扣留车辆"

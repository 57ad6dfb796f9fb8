"""Without a network the offline list gives the vehicle's status as soon as it is installed."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scripts.images.demo_photographs import VEHICLE
from scripts.registry.offline.builder import Listing
from terminal.errors import OfflineListFault, OfflineListRefused
from terminal.model import VehicleFinding
from terminal.registry.offline import files
from terminal.registry.offline.offline_list import REFRESH_S
from terminal.screens.alarms import Alarm
from terminal.screens.check import Result
from terminal.vehicle.inspection import SHANGHAI
from tests.terminal.registry.offline.offline_lists import BASE, build, changes, content, install
from tests.trust_sources import ChangingTrust

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk

IN_DATE, PAST = 20991231, 20200131
AGAIN = "press TRIGGER\nexpect ready\npress TRIGGER\n"
"""Check again the code that stayed in view."""
LATER = f"wait {REFRESH_S + 1}\n"


def ago(days: int) -> int:
    """Return the day `days` ago, yyyymmdd."""
    return int(f"{datetime.fromtimestamp(time.time(), SHANGHAI) - timedelta(days=days):%Y%m%d}")


@dataclass
class Lists:
    """A terminal's folder of lists, and the folder in which they are built."""

    folder: Path
    workshop: Path

    def put(self, letters: str, through: int = IN_DATE, days: int = 2) -> None:
        """Install a base with the photographs' vehicle and a thousand others."""
        install(self.folder, self.workshop, BASE, self.rows(letters, through), ago(days))

    def rows(self, letters: str, through: int = IN_DATE) -> list[Listing]:
        """Return the listings of the photographs' vehicle and others."""
        others = [
            Listing(replace(VEHICLE.plate, number=f"苏B{number:05}"), "A", IN_DATE) for number in range(1000)
        ]
        return [Listing(VEHICLE.plate, letters, through), *others]


@pytest.fixture
def lists(desk: Desk, laboratory: Path, tmp_path: Path) -> Lists:
    """An empty folder of lists of the desk's own."""
    folder = tmp_path / "offline"
    trust = ChangingTrust.of(laboratory)
    trust.put(mapped={**trust.first.mapped, "offline/苏.sqlite": folder / "苏.sqlite"})
    desk.trust_source = trust.opened
    return Lists(folder, tmp_path / "workshop")


def finding(desk: Desk) -> VehicleFinding:
    """Return the finding of the vehicle in the result or the alarm on the screen."""
    assert desk.app is not None
    assert isinstance(desk.app.screen, Result | Alarm)
    return desk.app.screen.judged.verdict.status.finding


def notices(desk: Desk) -> list[str]:
    """Return the codes of the notices."""
    assert desk.app is not None
    return [notice.code for notice in desk.app.screen.status.notices]


@pytest.mark.parametrize(
    ("said", "outcome", "found"),
    [
        (("A", IN_DATE), "provisional", VehicleFinding.CACHED_VALID),
        (("A", PAST), "undetermined", VehicleFinding.CACHED_OVERDUE),
        (("GC", IN_DATE), "alarm", VehicleFinding.CACHED_ALARM),
    ],
)
def test_a_genuine_code_gets_the_outcome_of_what_is_listed(
    desk: Desk, lists: Lists, said: tuple[str, int], outcome: str, found: VehicleFinding
) -> None:
    lists.put(*said)
    if outcome != "alarm":
        desk.play("show phone.jpg\nexpect compare ok\npress CONFIRM")
    desk.play(f"show phone.jpg\nexpect {outcome} ok")
    assert finding(desk) is found
    assert notices(desk) == []


def test_a_list_older_than_the_setting_says_alarms_alone(desk: Desk, lists: Lists) -> None:
    desk.settings = replace(desk.settings, checks=replace(desk.settings.checks, offline_usable_days=3))
    lists.put("A", days=5)
    desk.play("show phone.jpg\nexpect compare ok")
    assert finding(desk) is VehicleFinding.UNCHECKED
    lists.put("C", days=5)
    desk.play(LATER + AGAIN + "expect alarm ok")


def test_a_list_that_is_put_in_force_meanwhile_is_asked_by_the_next_check(desk: Desk, lists: Lists) -> None:
    desk.play("show phone.jpg\nexpect compare ok")
    assert finding(desk) is VehicleFinding.UNCHECKED
    lists.put("A")
    desk.play(LATER + AGAIN + "expect compare ok")
    assert finding(desk) is VehicleFinding.CACHED_VALID
    name = changes(ago(1))
    install(lists.folder, lists.workshop, name, [Listing(VEHICLE.plate, "C", IN_DATE)], ago(1))
    desk.play(LATER + AGAIN + "expect alarm ok")
    assert finding(desk) is VehicleFinding.CACHED_ALARM


def test_a_damaged_list_is_refused_and_told_and_the_old_one_stays(desk: Desk, lists: Lists) -> None:
    lists.put("C")
    desk.play("show phone.jpg\nexpect alarm ok\nhold CONFIRM")
    sha256 = build(lists.workshop, BASE, lists.rows("A"), ago(1))
    good = content(lists.workshop, BASE)
    damaged = good[: len(good) // 2]
    with pytest.raises(OfflineListRefused):
        files.install(lists.folder, BASE, damaged, sha256)
    desk.play(LATER + AGAIN + "expect alarm ok\nhold CONFIRM")
    assert notices(desk) == []
    past_the_check = lists.workshop / "damaged"
    past_the_check.write_bytes(b"\0" * len(good))
    past_the_check.rename(lists.folder / str(BASE))
    desk.play(LATER + f"expect notice {OfflineListRefused.code}\n" + AGAIN + "expect alarm ok\nhold CONFIRM")
    files.install(lists.folder, BASE, good, sha256)
    desk.play(LATER + AGAIN + "expect compare ok")
    assert finding(desk) is VehicleFinding.CACHED_VALID
    assert notices(desk) == []


def test_a_list_that_cannot_be_read_is_told_and_leaves_the_vehicle_unchecked(
    desk: Desk, lists: Lists
) -> None:
    lists.put("A")
    file = lists.folder / str(BASE)
    content = bytearray(file.read_bytes())
    for page in range(2, len(content) // 4096):  # all pages except the header's and the tables'
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    file.write_bytes(content)
    desk.play(f"show phone.jpg\nexpect compare ok\nexpect notice {OfflineListFault.code}")
    assert finding(desk) is VehicleFinding.UNCHECKED
    lists.put("A")
    desk.play(LATER + AGAIN + "expect compare ok")
    assert finding(desk) is VehicleFinding.CACHED_VALID
    assert notices(desk) == []

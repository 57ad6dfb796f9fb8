"""The hot list has the newest change of each vehicle, and knows which changes are missing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.errors import HotListFault
from terminal.model import Plate, VehicleFinding, VehicleStatus
from terminal.ports import Incoming
from terminal.registry import codec
from terminal.registry.hotlist import ChangeResult, Position, read_snapshot
from terminal.registry.hotlist_store import Hit, HotList
from terminal.registry.messages import (
    HotlistChange,
    HotlistEntry,
    HotlistQuestion,
    LookupAnswer,
    LookupResult,
)
from terminal.vehicle.tables import PROVINCES
from terminal.wire import signed
from tests.terminal.registry.message_strategies import ANSWER, KEYS, NOW_MS, OTHER_SIGNER, SIGNER, changes

if TYPE_CHECKING:
    from pathlib import Path

CAR, OTHER = Plate("苏A12345", "02"), Plate("苏A00001", "01")
NOW_S = NOW_MS / 1e3


def change(seq: int, *vehicles: tuple[Plate, str], epoch: int = 1, province: str = "苏") -> HotlistChange:
    """Return change `seq`, made `seq` seconds after the start."""
    lines = tuple(HotlistEntry(plate, letters) for plate, letters in vehicles)
    return HotlistChange(province=province, epoch=epoch, seq=seq, at_ms=NOW_MS + 1000 * seq, vehicles=lines)


def answer(*told: HotlistChange, more: bool | None = False, at_ms: int = NOW_MS) -> LookupAnswer:
    return replace(ANSWER, record=None, changes=told, more=more, answered_ms=at_ms)


def incoming(said: HotlistChange, topic: str = "roadside/1/hotlist/苏") -> Incoming:
    return Incoming(topic, codec.sign(said, SIGNER))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hotlist.db"


@pytest.fixture
def hot(path: Path):
    with closing(HotList.open(path, ["苏", "浙"])) as opened:
        yield opened


def whole(hot: HotList) -> None:
    """Complete both lists at epoch 1: 苏 after its change 3, 浙 empty."""
    hot.conclude(HotlistQuestion("苏", 0, 1), answer(change(1), change(2, (CAR, "C")), change(3)))
    hot.conclude(HotlistQuestion("浙", 0, 1), answer(change(1, province="浙")))
    assert hot.wanted() == ()


def test_a_new_terminal_asks_for_every_list_from_its_beginning(path: Path):
    with closing(HotList.open(path)) as hot:
        assert hot.wanted() == tuple(HotlistQuestion(province, 0, 1) for province in PROVINCES)
        assert hot.age_s(NOW_S) is None
        assert hot.hit(CAR, NOW_S) is None


def test_a_listed_vehicle_is_the_cached_finding_of_its_letters_with_the_list_s_age(hot: HotList):
    whole(hot)
    hit = hot.hit(CAR, NOW_S + 33)
    assert hit == Hit("C", 33, ("苏",))
    assert hit.status == VehicleStatus(VehicleFinding.CACHED_ALARM, "C", age_s=33)
    assert hot.hit(replace(CAR, kind="01"), NOW_S) is None  # never by the number alone


def test_an_empty_change_tells_silence_from_suppression(hot: HotList):
    whole(hot)
    assert hot.ages_s(NOW_S + 700) == {"苏": 700, "浙": 700}
    assert hot.apply(change(4)) is ChangeResult.IN_ORDER
    assert hot.ages_s(NOW_S + 700) == {"苏": 696, "浙": 700}
    assert hot.age_s(NOW_S + 700) == 700
    assert hot.age_s(NOW_S - 700) == 0


def test_a_change_that_comes_early_counts_at_once_and_what_is_missing_is_asked_for(hot: HotList):
    whole(hot)
    assert hot.apply(change(6, (OTHER, "N"), (CAR, ""))) is ChangeResult.AHEAD
    assert hot.hit(OTHER, NOW_S + 9) == Hit("N", 9, ("苏",))
    assert hot.hit(CAR, NOW_S) is None
    assert hot.wanted() == (HotlistQuestion("苏", 1, 4),)
    assert hot.apply(change(4, (CAR, "E"))) is ChangeResult.IN_ORDER  # made before change 6, which removed it
    assert hot.hit(CAR, NOW_S) is None
    assert hot.apply(change(5)) is ChangeResult.IN_ORDER
    assert hot.apply(change(6, (OTHER, "N"), (CAR, ""))) is ChangeResult.IN_ORDER
    assert hot.wanted() == ()
    assert hot.age_s(NOW_S + 6) == 6  # 浙, which has been silent
    assert hot.ages_s(NOW_S + 6)["苏"] == 0


def test_an_alarm_stays_until_a_later_change_takes_it_off(hot: HotList):
    whole(hot)
    for old in (change(2, (CAR, "")), change(3, (CAR, "")), change(9, (CAR, ""), epoch=0)):
        assert hot.apply(old) is ChangeResult.OLD
    assert hot.hit(CAR, NOW_S + 10**7) == Hit("C", 10**7, ("苏",))
    assert hot.apply(change(4, (CAR, ""))) is ChangeResult.IN_ORDER
    assert hot.hit(CAR, NOW_S) is None
    assert hot.apply(change(2, (CAR, "C"))) is ChangeResult.OLD


def test_a_new_epoch_is_asked_for_and_the_old_list_stands_until_it_is_whole(hot: HotList):
    whole(hot)
    assert hot.apply(change(1, (OTHER, "J"), epoch=2)) is ChangeResult.IN_ORDER
    assert hot.wanted() == (HotlistQuestion("苏", 2, 2),)
    assert hot.hit(CAR, NOW_S + 60) == Hit("C", 60, ("苏",))
    assert hot.hit(OTHER, NOW_S + 60) == Hit("J", 60, ("苏",))
    asked = HotlistQuestion("苏", 2, 2)
    hot.conclude(asked, answer(change(2, epoch=2), more=True))
    assert hot.hit(CAR, NOW_S) is not None
    hot.conclude(replace(asked, first=3), answer(change(3, epoch=2), at_ms=NOW_MS + 50_000))
    assert hot.hit(CAR, NOW_S) is None
    assert hot.hit(OTHER, NOW_S + 60) == Hit("J", 10, ("苏",))
    assert hot.wanted() == ()


def test_an_answer_about_an_epoch_that_is_over_ends_nothing(hot: HotList):
    whole(hot)
    asked = HotlistQuestion("苏", 1, 4)
    hot.apply(change(1, epoch=2))
    hot.conclude(asked, answer(change(4)))
    hot.conclude(asked, answer())
    assert hot.hit(CAR, NOW_S) is not None
    assert hot.wanted() == (HotlistQuestion("苏", 2, 2),)


def test_an_answer_that_leaves_a_gap_makes_no_list_whole(hot: HotList):
    hot.conclude(HotlistQuestion("苏", 0, 1), answer(change(4, (CAR, "C")), change(5)))
    assert hot.hit(CAR, NOW_S) == Hit("C", None, ("苏",))
    assert hot.wanted()[0] == HotlistQuestion("苏", 1, 1)


def test_a_change_that_overtakes_an_answer_is_missed_by_a_list_that_is_whole(hot: HotList):
    hot.apply(change(4, (OTHER, "N")))
    hot.conclude(HotlistQuestion("苏", 0, 1), answer(change(1, (CAR, "C")), change(2), at_ms=NOW_MS + 2500))
    assert hot.position("苏") == Position(1, 2, 4, renewing=False, at_ms=NOW_MS + 2500)
    assert hot.wanted()[0] == HotlistQuestion("苏", 1, 3)


def test_a_registry_that_no_longer_has_the_changes_leaves_the_list_as_it_is(hot: HotList):
    hot.apply(change(5, (CAR, "C")))
    before = hot.position("苏")
    hot.conclude(HotlistQuestion("苏", 1, 1), replace(ANSWER, record=None, result=LookupResult.NOT_FOUND))
    assert hot.position("苏") == before
    assert hot.hit(CAR, NOW_S) == Hit("C", None, ("苏",))


def test_a_snapshot_takes_the_place_of_what_it_covers_and_of_nothing_later(hot: HotList):
    whole(hot)
    hot.apply(change(9, (OTHER, "N")))
    assert hot.take_snapshot("苏", codec.write(change(7, (Plate("苏A7", "02"), "E"))))
    assert hot.hit(CAR, NOW_S) is None
    assert hot.hit(OTHER, NOW_S + 8) == Hit("N", 1, ("苏",))
    assert hot.hit(Plate("苏A7", "02"), NOW_S + 8) == Hit("E", 1, ("苏",))
    assert hot.wanted() == (HotlistQuestion("苏", 1, 8),)
    assert not hot.take_snapshot("苏", codec.write(change(7)))
    assert not hot.take_snapshot("苏", codec.write(change(99, epoch=0)))
    assert hot.take_snapshot("苏", codec.write(change(1, epoch=2)))
    assert hot.position("苏") == Position(2, 1, 1, renewing=False, at_ms=NOW_MS + 1000)


def test_a_snapshot_older_than_the_changes_makes_a_new_list_whole_and_undoes_none_of_them(hot: HotList):
    hot.apply(change(1, (CAR, "C")))
    hot.apply(change(2, (CAR, "")))
    assert hot.take_snapshot("苏", codec.write(change(1, (CAR, "C"), (OTHER, "N"))))
    assert hot.hit(CAR, NOW_S) is None
    assert hot.hit(OTHER, NOW_S + 1) == Hit("N", 0, ("苏",))
    assert hot.position("苏") == Position(1, 2, 2, renewing=False, at_ms=NOW_MS + 1000)


@pytest.mark.parametrize("content", [b"", codec.write(change(7, province="浙")), b"\xa0"])
def test_what_is_not_the_province_s_snapshot_is_not_taken(hot: HotList, content: bytes):
    whole(hot)
    assert not hot.take_snapshot("苏", content)
    assert hot.hit(CAR, NOW_S) is not None


def test_every_letter_of_every_province_that_lists_a_vehicle_is_shown_with_the_oldest_age(hot: HotList):
    whole(hot)
    hot.apply(change(2, (CAR, "GC   "), province="浙"))
    assert hot.hit(CAR, NOW_S + 60) == Hit("GC", 60, ("浙", "苏"))
    hot.apply(change(4, (CAR, "")))
    assert hot.hit(CAR, NOW_S + 60) == Hit("GC", 58, ("浙",))


def test_letters_that_are_blank_take_nothing_off(hot: HotList):
    whole(hot)
    hot.apply(change(4, (CAR, "  ")))
    hit = hot.hit(CAR, NOW_S)
    assert hit is not None
    assert hit.status.finding is VehicleFinding.UNKNOWN


def test_of_two_lines_for_one_vehicle_the_last_counts(hot: HotList):
    whole(hot)
    hot.apply(change(4, (CAR, ""), (CAR, "N")))
    assert hot.hit(CAR, NOW_S) is not None


@pytest.mark.parametrize(
    ("heard", "what"),
    [
        (incoming(change(4)), ChangeResult.IN_ORDER),
        (incoming(change(5)), ChangeResult.AHEAD),
        (incoming(change(3)), ChangeResult.OLD),
        (incoming(change(4), "roadside/1/hotlist/浙"), ChangeResult.OTHER_PROVINCE),
        (incoming(change(4, province="#"), "roadside/1/hotlist/#"), ChangeResult.OTHER_PROVINCE),
        (incoming(change(4, province="沪"), "roadside/1/hotlist/沪"), ChangeResult.NOT_TAKEN),
        (Incoming("roadside/1/hotlist/苏", codec.sign(change(4), OTHER_SIGNER)), ChangeResult.UNSIGNED),
        (Incoming("roadside/1/hotlist/苏", codec.write(change(4))), ChangeResult.UNSIGNED),
        (
            Incoming("roadside/1/hotlist/苏", SIGNER(codec.write(change(4)), signed.ANSWER)),
            ChangeResult.UNSIGNED,
        ),
        (Incoming("roadside/1/hotlist/苏", SIGNER(b"\xa0", signed.HOTLIST)), ChangeResult.MALFORMED),
    ],
)
def test_what_comes_on_a_topic_counts_only_as_the_province_s_signed_change(
    hot: HotList, heard: Incoming, what: ChangeResult
):
    whole(hot)
    hot.heard.clear()
    assert hot.receive(heard, KEYS) is what
    assert hot.heard == {what: 1}


def test_the_list_outlives_the_program(path: Path):
    with closing(HotList.open(path, ["苏", "浙"])) as hot:
        whole(hot)
        hot.apply(change(7, (OTHER, "N")))
    with closing(HotList.open(path, ["苏", "浙"])) as hot:
        assert not hot.damaged
        assert hot.hit(CAR, NOW_S + 9) == Hit("C", 9, ("苏",))
        assert hot.hit(OTHER, NOW_S + 9) == Hit("N", 9, ("苏",))
        assert hot.wanted() == (HotlistQuestion("苏", 1, 4),)
        assert hot.apply(change(3, (CAR, ""))) is ChangeResult.OLD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_province_that_is_no_longer_taken_is_let_go(path: Path):
    with closing(HotList.open(path, ["苏", "浙"])) as hot:
        whole(hot)
    with closing(HotList.open(path, ["浙"])) as hot:
        assert hot.hit(CAR, NOW_S) is None
        assert hot.ages_s(NOW_S) == {"浙": 0}
    with closing(HotList.open(path, ["苏", "浙"])) as hot:
        assert hot.wanted() == (HotlistQuestion("苏", 0, 1),)


@pytest.mark.parametrize(
    "content", [b"not a database, but longer than a header" * 99, b"SQLite format 3\0" * 9]
)
def test_a_damaged_file_makes_way_for_an_empty_list_that_says_so(path: Path, content: bytes):
    path.write_bytes(content)
    with closing(HotList.open(path, ["苏"])) as hot:
        assert hot.damaged
        assert hot.wanted() == (HotlistQuestion("苏", 0, 1),)
        assert hot.age_s(NOW_S) is None
        assert hot.apply(change(1, (CAR, "C"))) is ChangeResult.IN_ORDER


def test_another_program_s_database_is_no_hot_list(path: Path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE vehicle (number TEXT)")
    with closing(HotList.open(path, ["苏"])) as hot:
        assert hot.damaged


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path):
    with pytest.raises(HotListFault):
        HotList.open(tmp_path / "missing" / "hotlist.db")


def test_a_change_that_cannot_be_kept_is_a_fault_and_changes_nothing(hot: HotList, path: Path):
    whole(hot)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TRIGGER full BEFORE UPDATE ON vehicle BEGIN SELECT RAISE(ABORT, 'no space'); END")
        with pytest.raises(HotListFault) as fault:
            hot.apply(change(4, (CAR, "")))
        assert "苏A12345" not in str(fault.value)
        assert hot.hit(CAR, NOW_S) is not None
        assert hot.position("苏").seq == 3
        db.execute("DROP TRIGGER full")
    assert hot.apply(change(4, (CAR, ""))) is ChangeResult.IN_ORDER


@given(st.binary(max_size=100) | changes.map(codec.write))
@settings(deadline=None)
def test_any_content_is_the_province_s_snapshot_or_none(content: bytes):
    snapshot = read_snapshot("苏", content)
    assert snapshot is None or snapshot.province == "苏"

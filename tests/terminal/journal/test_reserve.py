"""The reserve is allocated, released once, and the officer is warned before the disk is full."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalFull
from terminal.journal.reserve import RESERVE, RESERVE_BYTES, Reserve, Storage
from tests.terminal.journal.journals import CHECK, STAMP, open_journal

if TYPE_CHECKING:
    from pathlib import Path

MORE_THAN_THERE_IS = 1 << 60


def test_the_reserve_takes_its_blocks_and_gives_them_back_once(tmp_path: Path):
    reserve = Reserve(tmp_path)
    assert not reserve.held
    assert reserve.hold()
    assert (tmp_path / RESERVE).stat().st_blocks * 512 >= RESERVE_BYTES
    assert reserve.storage().reserved
    assert (reserve.release(), reserve.release(), reserve.held) == (True, False, False)


def test_a_truncated_reserve_is_completed(tmp_path: Path):
    (tmp_path / RESERVE).write_bytes(b"short")
    reserve = Reserve(tmp_path, 64 * 1024)
    assert not reserve.held
    assert reserve.hold()
    assert (tmp_path / RESERVE).stat().st_size == 64 * 1024


def test_without_space_for_the_reserve_nothing_is_recorded(tmp_path: Path):
    with closing(open_journal(tmp_path, reserve_bytes=MORE_THAN_THERE_IS)) as journal:
        with pytest.raises(JournalFull):
            journal.append(STAMP, CHECK)
        assert (journal.head.seq, journal.storage().low) == (0, True)


@pytest.mark.parametrize(
    ("used", "reserved", "low"), [(79, True, False), (80, True, True), (10, False, True), (0, True, False)]
)
def test_the_officer_is_told_from_80_per_cent_on(used: int, reserved: bool, low: bool):  # noqa: FBT001 - a table
    assert Storage(used, 100, reserved).low is low

"""Pictures are sealed before they reach the disk, removed only with a receipt, and limited in total size."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from terminal.errors import JournalFault, JournalFull
from terminal.journal.evidence import FOLDER, Evidence
from terminal.wire.sealed import SealingKeyPair
from tests.terminal.journal.journals import REGISTRY

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(REGISTRY.public_key)
PICTURE = b"\xff\xd8 a picture of a car \xff\xd9" * 100


def test_a_picture_is_on_disk_sealed_alone_and_is_pending(tmp_path: Path):
    name = Evidence(tmp_path, KEY).keep(PICTURE)
    (file,) = (tmp_path / FOLDER).iterdir()
    assert file.name == name.hex()
    assert b"a picture" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    again = Evidence(tmp_path, KEY)
    assert again.pending() == [(name, file.stat().st_size)]
    assert SealingKeyPair.of(bytes(REGISTRY)).open(again.read(name, 0, 1 << 20)) == PICTURE
    assert again.read(name, 0, 7) + again.read(name, 7, 1 << 20) == file.read_bytes()


def test_a_picture_is_removed_after_receipt_and_retention(tmp_path: Path):
    evidence = Evidence(tmp_path, KEY)
    first, second = evidence.keep(PICTURE), evidence.keep(PICTURE)
    assert first != second
    assert evidence.remove(2**60) == 0
    evidence.mark_receipted(first, 1000)
    evidence.mark_receipted(first, 2000)
    assert [name for name, _ in evidence.pending()] == [second]
    assert (evidence.remove(1000), evidence.remove(1001)) == (0, 1)
    assert [name for name, _ in evidence.pending()] == [second]


def test_only_receipted_pictures_make_room(tmp_path: Path):
    size = len(PICTURE) + 48
    evidence = Evidence(tmp_path, KEY, most_bytes=2 * size + 10)
    first, second = evidence.keep(PICTURE), evidence.keep(PICTURE)
    with pytest.raises(JournalFull):
        evidence.keep(PICTURE)
    evidence.mark_receipted(second, 1000)
    third = evidence.keep(PICTURE)
    assert {name for name, _ in evidence.pending()} == {first, third}
    assert len(list((tmp_path / FOLDER).iterdir())) == 2


def test_incomplete_files_are_removed_at_start(tmp_path: Path):
    name = Evidence(tmp_path, KEY).keep(PICTURE)
    (tmp_path / FOLDER / (os.urandom(32).hex() + ".part")).write_bytes(b"half")
    assert [one for one, _ in Evidence(tmp_path, KEY).pending()] == [name]
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_a_picture_that_was_changed_is_set_aside_whole(tmp_path: Path):
    evidence = Evidence(tmp_path, KEY)
    name = evidence.keep(PICTURE)
    assert evidence.is_whole(name)
    (tmp_path / FOLDER / name.hex()).write_bytes(b"changed")
    assert not evidence.is_whole(name)
    assert evidence.pending() == []
    assert (tmp_path / FOLDER / f"{name.hex()}.damaged").read_bytes() == b"changed"


def test_a_folder_that_cannot_be_made_is_a_fault(tmp_path: Path):
    (tmp_path / FOLDER).write_bytes(b"")
    with pytest.raises(JournalFault):
        Evidence(tmp_path, KEY)

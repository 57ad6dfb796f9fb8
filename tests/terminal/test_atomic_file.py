"""Files are replaced atomically, readable by their owner only, without leftovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terminal import atomic_file

if TYPE_CHECKING:
    from pathlib import Path


def test_new_content_replaces_the_old(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    for content in (b"longer than the next", b"short"):
        atomic_file.replace(path, content)
        assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    atomic_file.replace(path, b"old")
    (tmp_path / ".kept").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        atomic_file.replace(path, b"new")
    assert path.read_bytes() == b"old"

"""The last province survives a restart, and storage errors are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terminal.services.last_province import FILE, LastProvince

if TYPE_CHECKING:
    from pathlib import Path


def recalled(folder: Path) -> str:
    province = LastProvince(folder)
    province.load()
    return province.name


def test_the_last_plates_province_is_recalled(tmp_path: Path) -> None:
    assert recalled(tmp_path) == ""
    province = LastProvince(tmp_path)
    for number in ("苏A12345", "粤B12345", "使014578"):
        province.update(number)
    assert province.name == recalled(tmp_path) == "粤"


@pytest.mark.parametrize("content", [b"", "苏A12345".encode(), b"\xff", "使".encode()])
def test_a_file_without_a_province_is_ignored(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert recalled(tmp_path) == ""


def test_an_unwritable_folder_is_harmless(tmp_path: Path) -> None:
    province = LastProvince(tmp_path / "none")
    province.update("粤B12345")
    assert province.name == "粤"

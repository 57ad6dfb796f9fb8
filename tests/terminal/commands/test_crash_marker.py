"""The crash marker detects interrupted runs, but not power failures or proper exits."""

from __future__ import annotations

from pathlib import Path

from terminal.commands import crash_marker


def test_the_first_run_reports_no_crash(tmp_path: Path):
    assert not crash_marker.begin(tmp_path, b"boot")


def test_a_crash_is_reported_until_a_run_ends_properly(tmp_path: Path):
    crash_marker.begin(tmp_path, b"boot")
    assert crash_marker.begin(tmp_path, b"boot")
    assert crash_marker.begin(tmp_path, b"boot")
    crash_marker.end(tmp_path)
    assert not crash_marker.begin(tmp_path, b"boot")


def test_a_power_failure_is_not_reported_but_the_next_crash_is(tmp_path: Path):
    crash_marker.begin(tmp_path, b"boot")
    assert not crash_marker.begin(tmp_path, b"another boot")
    assert crash_marker.begin(tmp_path, b"another boot")


def test_an_incomplete_marker_is_ignored(tmp_path: Path):
    (tmp_path / crash_marker.NAME).write_bytes(b"bo")
    assert not crash_marker.begin(tmp_path, b"boot")
    assert crash_marker.begin(tmp_path, b"boot")


def test_an_unwritable_folder_is_ignored(tmp_path: Path):
    (tmp_path / crash_marker.NAME).mkdir()
    assert not crash_marker.begin(tmp_path, b"boot")
    crash_marker.end(tmp_path)
    crash_marker.end(tmp_path / "missing")


def test_the_boot_id_is_stable():
    assert len(crash_marker.boot_id()) == 36
    assert crash_marker.boot_id() == crash_marker.boot_id()

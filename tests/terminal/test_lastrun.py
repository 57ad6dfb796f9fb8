"""The crash marker detects interrupted runs, but not power failures or proper exits."""

from __future__ import annotations

from pathlib import Path

from terminal import lastrun


def test_the_first_run_follows_nothing(tmp_path: Path):
    assert not lastrun.begin(tmp_path, b"boot")


def test_a_run_that_did_not_end_is_known_by_every_run_after_it_until_one_ends(tmp_path: Path):
    lastrun.begin(tmp_path, b"boot")
    assert lastrun.begin(tmp_path, b"boot")
    assert lastrun.begin(tmp_path, b"boot")
    lastrun.end(tmp_path)
    assert not lastrun.begin(tmp_path, b"boot")


def test_after_a_power_failure_nothing_is_said_and_the_next_crash_is(tmp_path: Path):
    lastrun.begin(tmp_path, b"boot")
    assert not lastrun.begin(tmp_path, b"another boot")
    assert lastrun.begin(tmp_path, b"another boot")


def test_a_mark_that_was_half_written_is_none(tmp_path: Path):
    (tmp_path / lastrun.NAME).write_bytes(b"bo")
    assert not lastrun.begin(tmp_path, b"boot")
    assert lastrun.begin(tmp_path, b"boot")


def test_a_folder_that_takes_no_mark_stops_nothing(tmp_path: Path):
    (tmp_path / lastrun.NAME).mkdir()
    assert not lastrun.begin(tmp_path, b"boot")
    lastrun.end(tmp_path)
    lastrun.end(tmp_path / "missing")


def test_the_kernel_names_its_boot_the_same_way_each_time():
    assert len(lastrun.boot_id()) == 36
    assert lastrun.boot_id() == lastrun.boot_id()

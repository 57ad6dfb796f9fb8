"""A complete list is in force at any moment, even during a cut-short replacement (wire format, section 7)."""

from __future__ import annotations

import errno
import random
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from terminal.errors import OfflineListRefused
from terminal.model import VehicleFinding
from terminal.registry.offline import files
from terminal.registry.offline.offline_list import OfflineList
from tests.terminal.registry.offline.offline_lists import (
    BASE,
    BASE_DAY,
    at,
    build,
    changes,
    install,
    listing,
    plate,
)
from tests.terminal.registry.offline.replacer import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from terminal.registry.offline.files import FileName

F = VehicleFinding
REPLACER = [sys.executable, "-m", "tests.terminal.registry.offline.replacer"]
NEXT = changes(20260703)
DAY = 20260704
OLD = [F.CACHED_ALARM, F.CACHED_VALID, F.UNCHECKED]
NEW = {BASE: [F.CACHED_OFF_ROAD, F.CACHED_CAUTION, F.CACHED_VALID], NEXT: [F.CACHED_OFF_ROAD, *OLD[1:]]}
KILLS = 12


def seen(listed: OfflineList) -> list[VehicleFinding]:
    return [listed.lookup(plate(number), at(DAY)).finding for number in range(3)]


def seen_in(folder: Path) -> list[VehicleFinding]:
    with closing(OfflineList(folder)) as listed:
        found = seen(listed)
        assert listed.faults == {"苏": ()}
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A list in force."""
    folder = tmp_path / "offline"
    install(folder, tmp_path / "old", BASE, [listing(0), listing(1)], BASE_DAY)
    install(folder, tmp_path / "old", changes(20260702), [listing(0, "C")], 20260702)
    assert seen_in(folder) == OLD
    return folder


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """Files to replace it with."""
    workshop = tmp_path / "new"
    build(workshop, BASE, [listing(0, "E"), listing(1, "G"), listing(2)], day=DAY)
    build(workshop, NEXT, [listing(0, "E")])
    return workshop


@pytest.mark.parametrize("name", [BASE, NEXT])
def test_killed_at_any_line_the_old_list_or_the_new_is_in_force_whole(
    folder: Path, workshop: Path, name: FileName
):
    file = workshop / str(name)
    command = [*REPLACER, "lines", str(folder), str(file)]
    lines = int(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    after = [seen_in(folder.with_name(f"{folder.name}.{line}")) for line in range(1, lines + 1)]
    first_new = after.index(NEW[name])
    assert first_new > 30
    assert after == [OLD] * first_new + [NEW[name]] * (lines - first_new)
    for line in range(1, lines, 5):  # and leftovers do no harm
        cut = folder.with_name(f"{folder.name}.{line}")
        put(cut, file)
        assert seen_in(cut) == NEW[name]
        assert not list(cut.glob("*.incoming"))


STORAGE = frozenset(
    {"open", "mkdir", "write", "flush", "fsync", "rename", "unlink", "flock", "listdir", "scandir"}
    | {"connect", "execute", "fetchone", "fetchall"}
)
"""Calls that can fail, by their names in Python's standard library."""


@contextmanager
def calls(note: Callable[[str], None]) -> Iterator[None]:
    """Report each call to storage before it is made."""

    def profile(_: FrameType, event: str, called: object) -> None:
        name = getattr(called, "__name__", "")
        if event == "c_call" and name in STORAGE:
            note(name)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


@contextmanager
def failing_at(number: int) -> Iterator[list[str]]:
    """Fail the call to storage with this number, from 1; yields the calls made, the failed one last."""
    made: list[str] = []

    def fail(name: str) -> None:
        made.append(name)
        if len(made) == number:
            raise OSError(errno.EIO, "Input/output error")

    with calls(fail):
        yield made


@pytest.mark.parametrize("name", [BASE, NEXT])
def test_whichever_call_fails_the_old_list_or_the_new_is_in_force_whole(
    folder: Path, workshop: Path, name: FileName
):
    file = workshop / str(name)
    sha256 = files.digest(file)
    failed: list[str] = []
    while True:
        copy = folder.with_name(f"failing.{len(failed)}")
        shutil.copytree(folder, copy)
        with closing(OfflineList(copy)) as listed:
            assert seen(listed) == OLD
            told = None
            with failing_at(len(failed) + 1) as made:
                try:
                    files.install(copy, name, file, sha256)
                except OfflineListRefused as refused:
                    told = refused
            if len(made) <= len(failed):
                break  # that many calls are not made
            failed.append(made[-1])
            assert seen(listed) == OLD
            listed.refresh()
            assert seen(listed) in ((OLD, NEW[name]) if told else (NEW[name],))
            assert listed.faults == {"苏": ()}
            assert seen_in(copy) == seen(listed)
    assert {"mkdir", "open", "flock", "fsync", "connect", "execute", "rename", "unlink"} <= set(failed)


def test_killed_at_random_a_list_is_in_force_and_the_next_replacement_works(
    folder: Path, workshop: Path, tmp_path: Path
):
    draw = random.Random(20_260_704)  # noqa: S311 - reproducible
    other = tmp_path / "other"
    build(other, BASE, [listing(number, "G" if number else "C") for number in range(20_000)], day=DAY)
    views = [NEW[BASE], [F.CACHED_ALARM, F.CACHED_CAUTION, F.CACHED_CAUTION]]
    command = [*REPLACER, "forever", str(folder), str(workshop / str(BASE)), str(other / str(BASE))]
    with closing(OfflineList(folder)) as listed:
        assert seen(listed) == OLD
        for _ in range(KILLS):
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
                assert child.stdout is not None
                for _ in range(draw.randint(1, 8)):
                    assert child.stdout.readline()
                    listed.refresh()  # while the next one is under way
                    assert seen(listed) in views
                for _ in range(draw.randint(0, 200)):
                    assert seen(listed) in views
                child.send_signal(signal.SIGKILL)
            assert child.returncode == -signal.SIGKILL
            assert seen_in(folder) in views
            listed.refresh()
            assert listed.faults == {"苏": ()}


def test_bytes_are_on_the_medium_before_the_name_and_the_name_before_anything_is_dropped(
    folder: Path, workshop: Path
):
    made: list[str] = []
    with calls(made.append):
        put(folder, workshop / str(BASE))
    of_the_temporary_name, of_the_changes = "unlink", "unlink"
    of_note = [name for name in made if name in {"fsync", "rename", "unlink"}]
    assert of_note == ["fsync", "rename", of_the_temporary_name, "fsync", of_the_changes]


def test_without_space_the_last_good_list_stays(folder: Path, workshop: Path):
    file = workshop / str(BASE)
    sha256 = files.digest(file)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size - 1, hard))
    try:
        with pytest.raises(OfflineListRefused, match="File too large"):
            files.install(folder, BASE, file, sha256)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert seen_in(folder) == OLD
    assert not list(folder.glob("*.incoming"))

"""Decisions about releases: which bundle is installed, and what becomes of a release after a boot."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.errors import TrustFault
from terminal.firmware import files, health, release
from terminal.firmware.release import AfterBoot, InstallRefusal, Progress, ReleaseTarget, RunningRelease
from terminal.slots import ReleaseFault

DIGEST = bytes(range(32))
SECOND = RunningRelease("virt", 2)


def test_a_target_is_read_as_it_was_written():
    target = ReleaseTarget(DIGEST, 7)
    assert release.read_target(release.write_target(target)) == target


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xa0",
        bytes.fromhex("a20141000201"),
        release.write_target(ReleaseTarget(DIGEST, 1))[:-1] + b"\x00",
    ],
    ids=["empty", "no keys", "short hash", "counter 0"],
)
def test_a_target_of_another_form_is_refused(content: bytes):
    with pytest.raises(TrustFault):
        release.read_target(content)


@pytest.mark.parametrize(
    ("counter", "progress", "reason"),
    [
        (3, Progress(committed=2), None),
        (2, Progress(committed=2), InstallRefusal.SAME),
        (1, Progress(committed=2), InstallRefusal.OLDER),
        (3, Progress(committed=1), InstallRefusal.TRIAL),
        (3, Progress(committed=2, failed=DIGEST.hex()), InstallRefusal.FAILED),
        (3, Progress(committed=5), InstallRefusal.OLDER),
    ],
)
def test_bundles_that_are_installed(counter: int, progress: Progress, reason: InstallRefusal | None):
    assert release.refusal(ReleaseTarget(DIGEST, counter), SECOND, progress) is reason


@given(counter=st.integers(1, 9), committed=st.integers(0, 9), running=st.integers(1, 9))
def test_no_counter_below_a_committed_one_is_ever_installed(counter: int, committed: int, running: int):
    accepted = (
        release.refusal(ReleaseTarget(DIGEST, counter), RunningRelease("virt", running), Progress(committed))
        is None
    )
    assert not accepted or counter > committed >= running


@pytest.mark.parametrize(
    ("committed", "healthy", "first", "decided"),
    [
        (1, True, False, AfterBoot.COMMIT),
        (1, False, False, AfterBoot.ROLL_BACK),
        (2, False, False, AfterBoot.KEEP),
        (3, False, False, AfterBoot.KEEP),
        (0, False, True, AfterBoot.COMMIT),
    ],
)
def test_a_release_after_a_boot(
    committed: int,
    healthy: bool,  # noqa: FBT001 - pytest passes parameters by name
    first: bool,  # noqa: FBT001 - same
    decided: AfterBoot,
):
    assert release.after_boot(SECOND, Progress(committed), healthy=healthy, first=first) is decided


def test_a_bundle_that_failed_is_refused_and_one_that_was_cut_off_is_not():
    installed = Progress(1, installed=DIGEST.hex(), installed_counter=2, activated=True)
    first = RunningRelease("virt", 1)
    assert release.is_waited_for(installed, first)
    assert (
        release.refusal(ReleaseTarget(DIGEST, 2), first, release.rolled_back(installed))
        is InstallRefusal.FAILED
    )
    assert release.refusal(ReleaseTarget(DIGEST, 2), first, release.interrupted(installed)) is None
    assert not release.is_waited_for(release.interrupted(installed), first)


def test_a_committed_release_is_the_floor():
    after = release.committed(Progress(1, installed=DIGEST.hex(), installed_counter=2), SECOND, frozenset())
    assert (after.committed, after.installed) == (2, "")


WELL = {part: health.ok("") for part in health.PARTS}


@pytest.mark.parametrize(
    ("part", "finding", "had", "failing"),
    [
        ("camera", health.absent("none"), frozenset(), ()),
        ("camera", health.absent("none"), frozenset({"camera"}), ("camera",)),
        ("journal", health.absent("none"), frozenset(), ("journal",)),
        ("trust", health.fault("bad"), frozenset(), ("trust",)),
        ("code", health.fault("unread"), frozenset(), ("code",)),
    ],
)
def test_the_health_of_a_release(
    part: str, finding: health.PartHealth, had: frozenset[str], failing: tuple[str, ...]
):
    assert health.failing(WELL, health.in_order(WELL)) == ()
    assert health.failing(WELL | {part: finding}, had) == failing


def test_a_part_that_nothing_is_known_about_fails():
    assert health.failing({}, frozenset()) == health.PARTS


def test_the_state_of_updates_is_kept(tmp_path: Path):
    assert files.load(tmp_path) == Progress()
    progress = Progress(3, "ab", "cd", 4, activated=True, had=frozenset({"trust", "camera"}))
    files.save(progress, tmp_path)
    assert files.load(tmp_path) == progress


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"had": [], "committed": 1, "more": 2}'])
def test_a_damaged_state_is_no_empty_one(tmp_path: Path, content: str):
    (tmp_path / files.PROGRESS).write_text(content)
    with pytest.raises(ReleaseFault):
        files.load(tmp_path)


def test_the_running_release(tmp_path: Path):
    path = tmp_path / "release.json"
    assert files.running(path) is None
    path.write_text('{"name": "virt", "counter": 2}')
    assert files.running(path) == SECOND
    for wrong in ('{"name": "../x", "counter": 2}', '{"name": "virt", "counter": 0}', "{"):
        path.write_text(wrong)
        with pytest.raises(ReleaseFault):
            files.running(path)

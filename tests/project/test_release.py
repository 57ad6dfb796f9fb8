"""A release of a clone is dated, tagged and built reproducibly, and names every locked package."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from scripts.release_steps import ReleaseError, build, check, dated, make, unreleased

ROOT = Path(__file__).parents[2]
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Fixed\n- A.\n\n## [0.1.0]\nThe first.\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clean clone of the last commit, with an unreleased change."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(ROOT), str(folder))
    git(folder, "config", "user.name", "Tester")
    git(folder, "config", "user.email", "tester@example.org")
    folder.joinpath("CHANGELOG.md").write_text(CHANGELOG)
    git(folder, "commit", "--quiet", "--all", "--allow-empty", "--message", "Change")
    return folder


def test_unreleased_changes_end_at_the_release_before():
    assert unreleased(CHANGELOG) == "### Fixed\n- A."
    after = dated(CHANGELOG, "0.2.0", "2026-12-01")
    assert unreleased(after) == ""
    assert "\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Fixed\n- A.\n\n## [0.1.0]\n" in after


def test_a_release_is_tagged_and_built_the_same_twice(clone: Path):
    out = make(clone, "0.2.0", "2026-12-01")
    assert git(clone, "describe", "--exact-match").strip() == "v0.2.0"
    assert git(clone, "status", "--porcelain") == ""
    assert 'RELEASED = "2026-12-01"\n' in (clone / "terminal/__init__.py").read_text()
    sums = out.joinpath("SHA256SUMS").read_text()
    files = {name: digest for digest, name in (line.split("  ") for line in sums.splitlines())}
    assert {Path(name).suffix for name in files} == {".whl", ".gz", ".json"}
    for name, digest in files.items():
        assert hashlib.sha256(out.joinpath(name).read_bytes()).hexdigest() == digest
    build(clone, "0.2.0")
    assert out.joinpath("SHA256SUMS").read_text() == sums


def test_the_bill_of_materials_names_every_locked_package(clone: Path):
    bill = json.loads(next(build(clone, "0.2.0").glob("*.cdx.json")).read_bytes())
    named = {(part["name"], part["version"]) for part in bill["components"]}
    locked = re.findall(
        r"^([\w.-]+)==([^\s;]+)", clone.joinpath("requirements.lock").read_text(), re.MULTILINE
    )
    assert set(locked) <= named


def test_a_checkout_that_is_not_ready_is_refused(clone: Path):
    git(clone, "tag", "v0.2.0")
    with pytest.raises(ReleaseError, match=r"the tag v0\.2\.0 exists"):
        check(clone, "0.2.0")
    with pytest.raises(ReleaseError, match="not a version"):
        check(clone, "0.2")
    clone.joinpath("CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n")
    with pytest.raises(ReleaseError, match="uncommitted changes"):
        check(clone, "0.3.0")
    git(clone, "commit", "--quiet", "--all", "--message", "Empty")
    with pytest.raises(ReleaseError, match="nothing under"):
        check(clone, "0.3.0")

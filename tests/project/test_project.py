"""Promises of the project: pinned, self-contained, small, and with unchanged tables."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from terminal import __version__

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "terminal" / "vehicle" / "data"
PUBLISHED = ROOT.parent / "shared" / "domain"
LONGEST_FILE_LINES = 450

# Split so that this file contains none of them.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in [
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("deb", "debian", "org"),
            ("security", "debian", "org"),
            ("archive", "raspberrypi"),
            ("npmjs", "org"),
            ("crates", "io"),
            ("golang", "org"),
        ]
    )
)


def tracked() -> list[Path]:
    """Return every file that is tracked or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def normal(name: str) -> str:
    """Normalize a distribution's name as in PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, list[tuple[str, int]]]:
    """Return each locked name with its versions and the number of hashes of each."""
    entries: dict[str, list[tuple[str, int]]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text()):
        name, _, version = block.split(maxsplit=1)[0].partition("==")
        entries.setdefault(normal(name), []).append(
            (version, len(re.findall(r"--hash=sha256:[0-9a-f]{64}", block)))
        )
    return entries


def sums() -> dict[str, str]:
    """Return the tables' SHA-256 by file name, as recorded in the repository."""
    lines = (Path(__file__).parent / "tables.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every table in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.csv")}


def test_the_tables_are_the_promised_ones_byte_for_byte():
    assert digests(TABLES) == sums()


def test_the_tables_are_the_published_ones_byte_for_byte():
    if not PUBLISHED.is_dir():
        pytest.skip(f"the published tables are not beside this checkout: {PUBLISHED}")
    assert digests(PUBLISHED) == sums()


def test_no_file_names_a_package_registry():
    assert REGISTRIES.search("https://files." + "pythonhosted" + ".org/simple")
    found = [path.name for path in tracked() if REGISTRIES.search(path.read_text(errors="replace"))]
    assert not found


def test_every_dependency_is_locked_by_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    wanted = [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *(x for e in extras for x in e),
    ]
    entries = locked()
    assert {normal(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in wanted} <= entries.keys()
    assert all(hashes for versions in entries.values() for _, hashes in versions)


def test_nothing_is_installed_that_the_lock_does_not_name():
    own = [str(path) for path in (Path(sys.prefix) / "lib").glob("python*/site-packages")]
    installed = {(normal(one.name), one.version) for one in distributions(path=own)}
    allowed = {(name, version) for name, versions in locked().items() for version, _ in versions}
    assert ("pytest", pytest.__version__) in installed
    assert installed - allowed == {("roadside-terminal", __version__)}


def test_the_changelog_tells_of_this_version():
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_no_python_file_is_too_long_to_read():
    long = [path.name for path in tracked() if path.suffix == ".py" and lines(path) > LONGEST_FILE_LINES]
    assert not long


def lines(path: Path) -> int:
    """Return the number of lines of a file."""
    return path.read_bytes().count(b"\n")

"""The steps of `scripts/release`: check that a version can be released, then commit, tag and build it.

The build is reproducible: its time is the release commit's (SOURCE_DATE_EPOCH), so that the same tag gives
the same SHA-256 sums on every machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHANGELOG = "CHANGELOG.md"
VERSION_FILE = "terminal/__init__.py"
UNRELEASED = "## [Unreleased]"
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
"""Semantic Versioning without pre-releases."""


class ReleaseError(Exception):
    """The checkout cannot be released as this version; the text is the reason."""


def check(root: Path, version: str) -> None:
    """Raise ReleaseError unless `version` is new and `root` is a clean checkout with unreleased changes."""
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version}: not a version such as 0.2.0")
    if _git(root, "status", "--porcelain"):
        raise ReleaseError("the checkout has uncommitted changes")
    if _git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} exists")
    if not unreleased(root.joinpath(CHANGELOG).read_text(encoding="utf-8")):
        raise ReleaseError(f"{CHANGELOG} has nothing under {UNRELEASED}")


def unreleased(changelog: str) -> str:
    """Return the changelog's text between the heading [Unreleased] and the next release."""
    after = changelog.partition(f"\n{UNRELEASED}\n")[2]
    return re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0].strip()


def dated(changelog: str, version: str, day: str) -> str:
    """Return the changelog with its unreleased changes under `version` and `day` (yyyy-mm-dd)."""
    return changelog.replace(f"\n{UNRELEASED}\n", f"\n{UNRELEASED}\n\n## [{version}] - {day}\n", 1)


def make(root: Path, version: str, day: str) -> Path:
    """Commit, tag and build `version`, dated `day` (yyyy-mm-dd); return the folder with its files.

    Raises ReleaseError.
    """
    check(root, version)
    changelog, version_file = root / CHANGELOG, root / VERSION_FILE
    changelog.write_text(dated(changelog.read_text(encoding="utf-8"), version, day), encoding="utf-8")
    source = version_file.read_text(encoding="utf-8")
    source = re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', source)
    version_file.write_text(re.sub(r'RELEASED = ".*"', f'RELEASED = "{day}"', source), encoding="utf-8")
    _git(root, "commit", "--quiet", "--message", f"Release {version}", CHANGELOG, VERSION_FILE)
    _git(root, "tag", "--annotate", "--message", f"Release {version}", f"v{version}")
    return build(root, version)


def build(root: Path, version: str) -> Path:
    """Build the wheel, the source distribution, the bill of materials and SHA256SUMS; return their folder."""
    out = root / "build" / "release" / version
    out.mkdir(parents=True, exist_ok=True)
    time_s = _git(root, "log", "-1", "--format=%ct")
    tools = Path(sys.executable).parent
    environment = {**os.environ, "SOURCE_DATE_EPOCH": time_s}
    _run(root, environment, str(tools / "hatchling"), "build", "--directory", str(out))
    bill = out / f"roadside_terminal-{version}.cdx.json"
    _run(
        root,
        environment,
        str(tools / "cyclonedx-py"),
        "requirements",
        "--output-reproducible",
        "--pyproject",
        "pyproject.toml",
        "--output-file",
        str(bill),
        "requirements.lock",
    )  # fmt: skip - an option a line
    files = sorted(path for path in out.iterdir() if path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    out.joinpath("SHA256SUMS").write_text("".join(sums), encoding="ascii")
    return out


def _git(root: Path, *arguments: str) -> str:
    return _run(root, dict(os.environ), "git", *arguments)


def _run(root: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own tools, with our own arguments
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def main() -> int:
    """Run one step; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    parser.add_argument("step", choices=["check", "make"])
    parser.add_argument("version")
    options = parser.parse_args()
    try:
        if options.step == "check":
            check(ROOT, options.version)
        else:
            print(f"release: {make(ROOT, options.version, time.strftime('%Y-%m-%d', time.gmtime()))}")
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

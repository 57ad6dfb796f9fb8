"""Releases of an image: their counters, the signed target that names one, and the decisions about them.

1. A release has a counter, which rises. A terminal takes a bundle only if the trust set in force names it, by
   SHA-256 and counter, and its counter is above that of every release that was committed here.
2. After a boot a release whose counter is above the committed one is on trial: healthy, it is committed;
   otherwise the terminal restarts into the other slot, and refuses that bundle from then on.
3. A release that was committed is never left for its health: there would be nothing better to go back to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from terminal.errors import TrustFault
from terminal.wire import cbor

DIGEST_SIZE = 32
"""Bytes of a SHA-256."""
MOST_COUNTER = 1 << 31
NAME = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
"""Name of a firmware: part of a target's name."""


@dataclass(frozen=True, slots=True)
class RunningRelease:
    """Release that runs: the file `release.json` of its image."""

    name: str
    counter: int

    @property
    def target(self) -> str:
        """Name of the target that names the release to install."""
        return f"release/{self.name}.cbor"


@dataclass(frozen=True, slots=True)
class ReleaseTarget:
    """Content of a target `release/<name>.cbor`."""

    digest: bytes
    """SHA-256 of the bundle."""
    counter: int


@dataclass(frozen=True, slots=True)
class Progress:
    """State of updates on the data partition."""

    committed: int = 0
    """Highest counter that was committed; 0 before the first."""
    failed: str = ""
    """SHA-256 in hex of the bundle that failed its trial last."""
    installed: str = ""
    """SHA-256 in hex of the bundle that was installed last and has not been committed."""
    installed_counter: int = 0
    """Counter of `installed`."""
    activated: bool = False
    """The installation was finished, so that the next boot tries it."""
    had: frozenset[str] = frozenset()
    """Parts that were in order when a release was committed last: `camera`, `trust`."""


class InstallRefusal(StrEnum):
    """Reasons not to install the bundle of a target."""

    SAME = "this release is installed"
    OLDER = "the counter is below that of a release which was committed"
    FAILED = "this bundle failed its trial"
    TRIAL = "the release that runs is still on trial"
    CONTENT = "the bundle is not the one that was signed"


class AfterBoot(StrEnum):
    """Decisions after a boot."""

    KEEP = "keep"
    """The release that runs is the committed one, or the one before after a trial that failed."""
    COMMIT = "commit"
    ROLL_BACK = "roll back"


def read_target(content: bytes) -> ReleaseTarget:
    """Read a target `release/<name>.cbor`: `{1: SHA-256, 2: counter}`. Raises TrustFault."""
    try:
        value = cbor.read(content)
    except cbor.Malformed as error:
        raise TrustFault(f"release target: {error}") from error
    if not isinstance(value, dict) or set(value) != {1, 2}:
        raise TrustFault("release target: not a map of keys 1 and 2")
    digest, counter = value[1], value[2]
    if not isinstance(digest, bytes) or len(digest) != DIGEST_SIZE:
        raise TrustFault("release target: key 1 is not a SHA-256")
    if not isinstance(counter, int) or isinstance(counter, bool) or not 0 < counter < MOST_COUNTER:
        raise TrustFault("release target: key 2 is not a counter")
    return ReleaseTarget(digest, counter)


def write_target(target: ReleaseTarget) -> bytes:
    """Encode a target `release/<name>.cbor`."""
    return cbor.write({1: target.digest, 2: target.counter})


def refusal(target: ReleaseTarget, running: RunningRelease, progress: Progress) -> InstallRefusal | None:
    """Return why the bundle of this target is not to be installed; None if it is."""
    if running.counter > progress.committed:
        return InstallRefusal.TRIAL
    if target.counter == progress.committed:
        return InstallRefusal.SAME
    if target.counter < progress.committed:
        return InstallRefusal.OLDER
    return InstallRefusal.FAILED if target.digest.hex() == progress.failed else None


def after_boot(running: RunningRelease, progress: Progress, *, healthy: bool, first: bool) -> AfterBoot:
    """Return what becomes of the release that runs; `first` says that nothing was ever committed here."""
    if running.counter <= progress.committed:
        return AfterBoot.KEEP
    if healthy or first:
        return AfterBoot.COMMIT
    return AfterBoot.ROLL_BACK


def committed(progress: Progress, running: RunningRelease, had: frozenset[str]) -> Progress:
    """Return the state after the release that runs was committed."""
    return Progress(max(progress.committed, running.counter), progress.failed, had=had)


def rolled_back(progress: Progress) -> Progress:
    """Return the state after the installed bundle failed its trial."""
    return replace(_settled(progress), failed=progress.installed or progress.failed)


def interrupted(progress: Progress) -> Progress:
    """Return the state after an installation was cut off: its bundle is no worse for it."""
    return _settled(progress)


def is_waited_for(progress: Progress, running: RunningRelease) -> bool:
    """Return True if a bundle was being installed, or was to be tried, and another release runs."""
    return progress.installed_counter > running.counter


def _settled(progress: Progress) -> Progress:
    return replace(progress, installed="", installed_counter=0, activated=False)

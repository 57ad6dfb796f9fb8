"""`roadside release`: install the signed release, and commit or leave the one that runs after a boot.

Only for terminals that were installed as an image (`scripts/image`). `install` and `confirm` run as root;
`check` runs as the service's user, in a process of its own that may crash or hang, and prints its findings.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.commands import output
from terminal.console import out, warn
from terminal.errors import Fault, IdentityFault
from terminal.firmware import files, health, release
from terminal.firmware.health import PartHealth
from terminal.firmware.release import AfterBoot, InstallRefusal
from terminal.journal.recovery import NAME
from terminal.slots import ReleaseFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from terminal.firmware.release import Progress, RunningRelease
    from terminal.slots import Slots

DONE, REFUSED = 0, 1
"""Exit statuses."""
BUNDLE = "bundle.raucb"
_LOCK_S = 10.0
"""Time, s, that the running terminal may hold the journal's write lock."""


def install(
    running: RunningRelease,
    targets: Mapping[str, bytes],
    fetch: Callable[[str], Iterable[bytes]],
    slots: Slots,
) -> int:
    """Install the bundle that the trust set names; return DONE, or REFUSED after printing the reason.

    `fetch` reads a file of the depot. Raises LinkFault, ReleaseFault, TrustFault.
    """
    named = targets.get(running.target)
    if named is None:
        raise ReleaseFault(f"the trust set in force names no {running.target}")
    target, progress = release.read_target(named), files.load()
    reason = release.refusal(target, running, progress)
    if reason is None:
        reason = _fetch(target.digest, fetch)
    if reason is not None:
        out(f"not installed: {reason}")
        return REFUSED
    bundle = files.UPDATES / BUNDLE
    begun = replace(
        progress, installed=target.digest.hex(), installed_counter=target.counter, activated=False
    )
    files.save(begun)
    try:
        slots.install(bundle)
    except ReleaseFault:
        files.save(progress)
        raise
    finally:
        bundle.unlink(missing_ok=True)
    files.save(replace(begun, activated=True))
    out(f"release {target.counter} is installed; the next boot tries it")
    return DONE


def _fetch(digest: bytes, fetch: Callable[[str], Iterable[bytes]]) -> InstallRefusal | None:
    """Copy the bundle where nobody but root can change it, and compare it with its signed SHA-256."""
    hashed, bundle = hashlib.sha256(), files.UPDATES / BUNDLE
    try:
        with bundle.open("wb") as file:
            for chunk in fetch(f"release/{digest.hex()}.raucb"):
                hashed.update(chunk)
                file.write(chunk)
    except OSError as error:
        bundle.unlink(missing_ok=True)
        raise ReleaseFault(f"{bundle}: {error.strerror}") from error
    if hashed.digest() == digest:
        return None
    bundle.unlink()
    return InstallRefusal.CONTENT


def confirm(running: RunningRelease, find: Callable[[], Mapping[str, PartHealth]], slots: Slots) -> int:
    """Commit a release on trial if it is healthy, and restart into the other slot if not; returns DONE.

    `find` returns the findings of `check`. Raises ReleaseFault.
    """
    progress = files.load()
    if release.after_boot(running, progress, healthy=False, first=False) is AfterBoot.KEEP:
        out(f"release {running.counter} is committed")
        if release.is_waited_for(progress, running):
            _settle(progress, slots)
        return DONE
    found = find()
    failing = health.failing(found, progress.had)
    for part, finding in found.items():
        out(f"{part}: {finding.state}, {finding.detail}")
    decided = release.after_boot(running, progress, healthy=not failing, first=progress.committed == 0)
    if decided is AfterBoot.COMMIT:
        if failing:
            warn(f"not healthy ({', '.join(failing)}), and there is no release to go back to")
        slots.mark_good()
        files.save(release.committed(progress, running, health.in_order(found)))
        out(f"release {running.counter} is committed")
        return DONE
    warn(f"release {running.counter} is not healthy: {', '.join(failing)}; going back")
    files.save(release.rolled_back(progress))
    slots.restart()
    return DONE


def _settle(progress: Progress, slots: Slots) -> None:
    """Conclude an installation whose release does not run: it did not boot, or was cut off."""
    if progress.activated:
        warn(f"release {progress.installed_counter} did not come up; its bundle is refused from now on")
        settled = release.rolled_back(progress)
    else:
        warn(f"the installation of release {progress.installed_counter} was cut off")
        settled = release.interrupted(progress)
    slots.mark_good()  # the slot that runs stays first
    files.save(settled)


def check(state: Path, trust: Callable[[], str], test_code: Callable[[], str]) -> int:
    """Print the findings about every part as one line of JSON; returns DONE.

    `trust` verifies the set in force and describes it; `test_code` signs, draws, reads and verifies a code,
    and describes it. Both raise Fault.
    """
    found = {
        health.CAMERA: _camera(Path("/sys/class/video4linux")),
        health.JOURNAL: _journal(state),
        health.TRUST: _trust(trust),
        health.CODE: _described(test_code),
    }
    out(output.line({part: asdict(finding) for part, finding in found.items()}))
    return DONE


def findings(line: str) -> dict[str, PartHealth]:
    """Read the line that `check` printed; nothing was found out about a part that it lacks."""
    try:
        return {part: PartHealth(**one) for part, one in json.loads(line).items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _camera(devices: Path) -> PartHealth:
    names = sorted(path.name for path in devices.glob("video*"))
    return health.ok(", ".join(names)) if names else health.absent("the kernel has no video device")


def _journal(state: Path) -> PartHealth:
    """Write to the state folder, and take the journal's write lock beside the running terminal."""
    probe, path = state / ".health", state / NAME
    try:
        probe.write_bytes(b"health")
        probe.unlink()
        if not path.exists():
            return health.ok("no journal yet, its folder is writable")
        with closing(sqlite3.connect(path, timeout=_LOCK_S, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except (OSError, sqlite3.Error) as error:
        return health.fault(str(error))
    return health.ok("writable")


def _trust(trust: Callable[[], str]) -> PartHealth:
    try:
        return health.ok(trust())
    except IdentityFault:
        return health.absent("not enrolled")
    except Fault as fault:
        return health.fault(fault.detail)


def _described(test: Callable[[], str]) -> PartHealth:
    try:
        return health.ok(test())
    except Fault as fault:
        return health.fault(fault.detail)

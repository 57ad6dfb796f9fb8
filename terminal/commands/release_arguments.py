"""Arguments of `roadside release`, and what each deed is given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.errors import ConfigFault
from terminal.slots import ReleaseFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import TypeAlias

    from terminal.config import Config
    from terminal.firmware.health import PartHealth
    from terminal.firmware.release import RunningRelease

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

CHECK_S = 120.0
"""A check that takes longer, s, found nothing out."""


def add(commands: Commands, config_file: Path) -> None:
    """Add the subcommand, whose settings are in `config_file` by default."""
    parser = commands.add_parser(
        "release",
        help="install the signed release of this image, or commit the one that runs",
        description="install: fetch the bundle that the trust set in force names, and install it to the other"
        " slot; exit 1: not installed, for the reason printed. check: print the health of every part."
        " confirm: after a boot, commit a release on trial if it is healthy, else restart into the other.",
    )
    parser.add_argument("deed", choices=("install", "check", "confirm"), help="install, check or confirm")
    parser.add_argument(
        "--from",
        dest="origin",
        metavar="URL|FOLDER",
        help="of the bundle: an https:// address, or a folder; default: [trust] source",
    )
    parser.add_argument(
        "--config", type=Path, default=config_file, metavar="FILE", help=f"default {config_file}"
    )
    parser.set_defaults(carry_out=_carry_out, refuse=parser.error)


def _carry_out(chosen: argparse.Namespace) -> int:
    if chosen.origin is not None and chosen.deed != "install":
        chosen.refuse("--from belongs to install")

    from terminal import config, rigs  # noqa: PLC0415 - loads the tables
    from terminal.commands import release  # noqa: PLC0415 - loads SQLite
    from terminal.firmware import files  # noqa: PLC0415 - only this command needs it

    settings = config.read(chosen.config)
    if chosen.deed == "check":
        now_s = int(rigs.system_time()[0].wall_s())
        return release.check(settings.paths.state, lambda: _trust(settings), lambda: rigs.test_code(now_s))
    running = files.running()
    if running is None:
        raise ReleaseFault("this terminal was not installed as an image")
    if chosen.deed == "install":
        return _install(settings, running, chosen.origin or settings.trust.source)
    return release.confirm(running, lambda: _findings(settings, chosen.config), rigs.slots())


def _install(settings: Config, running: RunningRelease, origin: str | None) -> int:
    from terminal import rigs  # noqa: PLC0415 - loads the tables
    from terminal.commands import release  # noqa: PLC0415 - loads SQLite

    if not origin:
        raise ConfigFault("[trust] source: missing; name a source with --from")
    in_force = rigs.trust_source(settings).poll()
    targets = {} if in_force is None else in_force.targets
    return release.install(running, targets, rigs.depot(settings, origin), rigs.slots())


def _trust(settings: Config) -> str:
    from terminal import rigs  # noqa: PLC0415 - loads the tables

    report = rigs.trust_report(settings)
    return f"set {report.serial} verified, {len(report.targets)} targets"


def _findings(settings: Config, config_file: Path) -> Mapping[str, PartHealth]:
    """Check in a process of the service's user, so that no file of root comes into its folder."""
    from terminal.commands import release  # noqa: PLC0415 - loads SQLite

    owner = os.stat(settings.paths.state)  # noqa: PTH116 - one call for both numbers
    command = [sys.executable, "-m", "terminal.cli", "release", "check", "--config", str(config_file)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=CHECK_S,
            check=False,
            user=owner.st_uid,
            group=owner.st_gid,
            extra_groups=[],
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return release.findings(done.stdout.decode())

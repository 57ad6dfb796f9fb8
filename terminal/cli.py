"""Command line of `roadside`: parses arguments, runs a subcommand, and prints a fault as one line.

Each subcommand has a function that adds its arguments and one that carries it out. The latter imports the
command's module, so that `roadside --help` does not load OpenCV.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from terminal import __version__, console
from terminal.cli_device import add_commands
from terminal.commands import release_arguments
from terminal.commands.decoding import Limits
from terminal.errors import ConfigFault, Fault
from terminal.model import Plate
from terminal.rigs import (
    desk_rig,
    enrolment_of,
    fetch_trust,
    link_of,
    open_camera,
    open_keys,
    pi_rig,
    sim_rig,
    system_time,
    trust_report,
    trust_source,
    trust_updater,
    trusted_clock,
)
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.config import Config

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

FAULT = 2
"""Exit status of a command that failed."""
INTERRUPTED = 130
CONFIG = Path("/etc/roadside/roadside.toml")

LIMITS = Limits()

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # no greeting in a command's output


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the subcommand's exit status, or FAULT."""
    console.speak_utf8()
    try:
        chosen = _parser().parse_args(arguments)
        status: int = chosen.carry_out(chosen)
        sys.stdout.flush()
    except Fault as fault:
        console.warn(fault.line())
        return FAULT
    except BrokenPipeError:  # the reader of our output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="roadside", description="Verify electronic vehicle inspection marks (机动车检验标志电子凭证)."
    )
    parser.add_argument("--version", action="version", version=f"roadside {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_lookup(commands)
    _add_verify(commands)
    _add_conformance(commands)
    _add_journal(commands)
    _add_clock(commands)
    _add_trust(commands)
    _add_enrol(commands)
    _add_upload(commands)
    add_commands(commands, CONFIG)
    release_arguments.add(commands, CONFIG)
    return parser


# roadside run


def _add_run(commands: Commands) -> None:
    parser = commands.add_parser(
        "run",
        help="run the terminal",
        description="Scan, verify, show and record, until stopped. With --scenario: play it on the simulated"
        " rig, print a line for each check, and exit 1 if an expectation was not met.",
    )
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    rigs = "simulated hardware, a laboratory's desk, or the device's hardware"
    parser.add_argument("--rig", choices=("sim", "desk", "pi"), default="pi", help=rigs)
    parser.add_argument("--tray", type=Path, metavar="DIR", help="a desk's sample codes and plates")
    screens = "of a desk; default: a window where there is a desktop, else a page on the loopback address"
    parser.add_argument("--screen", choices=("window", "browser"), help=screens)
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="actions and expectations, one a line")
    parser.add_argument(
        "--shots", type=Path, default=Path("shots"), metavar="DIR", help="folder for a scenario's pictures"
    )
    parser.set_defaults(carry_out=_run, refuse=parser.error)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.scenario is not None and chosen.rig != "sim":
        chosen.refuse("a scenario needs --rig sim")
    if (chosen.tray is not None or chosen.screen is not None) and chosen.rig != "desk":
        chosen.refuse("a tray and a screen need --rig desk")

    from terminal import config  # noqa: PLC0415 - loads OpenCV, zxing-cpp and pygame
    from terminal.commands import run  # noqa: PLC0415 - loads OpenCV, zxing-cpp and pygame

    settings = config.read(chosen.config)
    if chosen.rig == "pi":
        rig = pi_rig(settings)
    elif chosen.rig == "desk":
        rig, address = desk_rig(settings, chosen.tray, chosen.screen)
        console.out(f"desk: open {address} in a browser; Ctrl-C ends" if address else "desk: in its window")
    else:
        rig, simulated = sim_rig(settings, show_window=chosen.scenario is None)
    updater = None if chosen.scenario else trust_updater(chosen.config)
    source = partial(trust_source, settings, beside=chosen.scenario is None)
    setup = run.Setup(settings, rig, open_keys, source, updater)
    if chosen.scenario is None:
        return run.run(setup)
    return run.play(setup, simulated, chosen.scenario, chosen.shots)


# roadside lookup


def _add_lookup(commands: Commands) -> None:
    parser = commands.add_parser(
        "lookup",
        help="look up a vehicle by its plate",
        description="Ask the registry, and the lists on this terminal, and record the check. Exit 0: the"
        " registry answered; 1: it did not, and the lists' entries are printed.",
    )
    parser.add_argument("number", metavar="NUMBER", help="such as 苏A12345")
    parser.add_argument(
        "--kind", choices=KINDS, metavar="CODE", help="号牌种类; without it, all kinds are listed"
    )
    parser.add_argument("--officer", required=True, metavar="NUMBER", help="your number in the roster")
    parser.add_argument(
        "--pin-fd", type=int, metavar="FD", help="read your PIN from this file descriptor; default: ask"
    )
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_lookup)


def _lookup(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads SQLite and libsodium
    from terminal.commands import lookup  # noqa: PLC0415 - loads SQLite and libsodium
    from terminal.commands.sign_in import ask_pin  # noqa: PLC0415 - loads SQLite and libsodium

    settings = config.read(chosen.config)
    from terminal.services.trust_service import access  # noqa: PLC0415 - loads SQLite and libsodium

    question = lookup.LookupArguments(
        chosen.number,
        chosen.kind,
        as_json=chosen.json,
        officer=chosen.officer,
        ask_pin=partial(ask_pin, chosen.pin_fd),
    )
    clock, trusted = trusted_clock(settings), access(trust_source(settings))
    return lookup.run(settings, clock, link_of(settings), open_keys, trusted, question)


# roadside journal


def _add_journal(commands: Commands) -> None:
    parser = commands.add_parser("journal", help="count this terminal's records, or verify their chain")
    parser.add_argument("deed", choices=("status", "verify"), help="count, or verify the chain")
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_journal)


def _journal(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads SQLite and libsodium
    from terminal.commands import journal  # noqa: PLC0415 - loads SQLite and libsodium

    state = config.read(chosen.config).paths.state
    return journal.status(state) if chosen.deed == "status" else journal.verify(state)


# roadside clock


def _add_clock(commands: Commands) -> None:
    parser = commands.add_parser(
        "clock",
        help="show the clock's floor and trust, or lift the system's clock to the floor",
        description="show: print floor, time and trust; exit 0: trusted; 1: not. lift: set the system's clock"
        " to the floor if it is earlier, which needs CAP_SYS_TIME.",
    )
    parser.add_argument("deed", choices=("show", "lift"), help="print, or lift")
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_clock)


def _clock(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads the tables
    from terminal.clock.trusted_clock import RELEASED_S  # noqa: PLC0415 - only this command needs it
    from terminal.commands import clock  # noqa: PLC0415 - only this command needs it

    state = config.read(chosen.config).paths.state
    source, set_clock = system_time()
    if chosen.deed == "show":
        return clock.show(source, state, RELEASED_S)
    return clock.lift(source, state, RELEASED_S, set_clock)


# roadside trust


def _add_trust(commands: Commands) -> None:
    parser = commands.add_parser(
        "trust",
        help="update this terminal's trust set, or show the one in force",
        description="update: fetch the newest trust set, verify it from the root of this terminal's"
        " enrolment, and bring it in force; a terminal that runs takes it at once. Exit 0: the newest is in"
        " force; 2: it is not, and the one of before stays. show: verify the set in force, and print its"
        " versions, age, grade and targets.",
    )
    parser.add_argument("deed", choices=("update", "show"), help="update, or show")
    parser.add_argument(
        "--from",
        dest="origin",
        metavar="URL|FOLDER",
        help="an https:// address, or a folder such as on a USB stick; default: [trust] source",
    )
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_trust, refuse=parser.error)


def _trust(chosen: argparse.Namespace) -> int:
    if chosen.origin is not None and chosen.deed != "update":
        chosen.refuse("--from belongs to update")

    from terminal import config  # noqa: PLC0415 - loads the tables
    from terminal.commands import trust  # noqa: PLC0415 - only this command needs it

    settings = config.read(chosen.config)
    shown_s, trusted_s = _times(settings)
    if chosen.deed == "show":
        return trust.show(trust_report(settings), settings.checks, shown_s, as_json=chosen.json)
    origin = chosen.origin or settings.trust.source
    if not origin:
        raise ConfigFault("[trust] source: missing; name a source with --from")
    return trust.update(lambda: fetch_trust(settings, origin, trusted_s), as_json=chosen.json)


def _times(settings: Config) -> tuple[float, float]:
    from terminal.clock.trusted_clock import RELEASED_S  # noqa: PLC0415 - only these commands need it
    from terminal.commands import clock  # noqa: PLC0415 - only these commands need it

    return clock.times(system_time()[0], settings.paths.state, RELEASED_S)


# roadside enrol


def _add_enrol(commands: Commands) -> None:
    parser = commands.add_parser(
        "enrol",
        help="give this device an identity by a one-time code, or renew its certificate",
        description="Make keys and exchange them with the authority by its code. Without a network: write the"
        " request to a file, and read the answer from one.",
    )
    add = parser.add_argument
    add("--code", metavar="TEXT", help="the code, - to read it from standard input; default: the camera")
    add("--serial", metavar="SERIAL", help="serial number of this device; default: the board's own")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--request", type=Path, metavar="FILE", help="write the request to a new file")
    way.add_argument("--answer", type=Path, metavar="FILE", help="read the authority's answer from a file")
    way.add_argument("--renew", action="store_true", help="renew the TLS certificate if it ends soon")
    add("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_enrol)


def _enrol(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads the tables
    from terminal.commands import enrol  # noqa: PLC0415 - loads SQLite and zxing-cpp

    settings = config.read(chosen.config)
    device = enrolment_of(settings, chosen.serial)
    if chosen.renew:
        address = settings.registry.enrolment if settings.registry else None
        return enrol.renew(device, address, _times(settings)[0])
    code = sys.stdin.readline().strip() if chosen.code == "-" else chosen.code
    arguments = enrol.EnrolArguments(code, chosen.request, chosen.answer)
    return enrol.run(settings, device, partial(open_camera, settings), arguments)


# roadside upload


def _add_upload(commands: Commands) -> None:
    parser = commands.add_parser(
        "upload",
        help="send this terminal's records and pictures to the registry",
        description="Send everything without a receipt of the registry. Without a network: write to a file,"
        " and read the receipts from one. Exit 0: everything is uploaded; 1: something is not.",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="write signed batches to a new file, for example on a USB stick",
    )
    way.add_argument("--receipts", type=Path, metavar="FILE", help="read the registry's receipts for them")
    parser.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default {CONFIG}")
    parser.set_defaults(carry_out=_upload)


def _upload(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads SQLite and libsodium
    from terminal.commands import upload  # noqa: PLC0415 - loads SQLite and libsodium
    from terminal.services.trust_service import access  # noqa: PLC0415 - loads SQLite and libsodium

    settings = config.read(chosen.config)
    if chosen.to is not None and upload.hand_over(settings, chosen.to):
        return upload.ALL
    way = upload.UploadTarget(chosen.to, chosen.receipts)
    keys = access(trust_source(settings)).first.registry_keys
    link = link_of(settings, manual_ack=False) if way == upload.UploadTarget() else None
    return upload.run(settings, trusted_clock(settings), link, open_keys, keys, way)


# roadside verify


def _add_verify(commands: Commands) -> None:
    parser = commands.add_parser(
        "verify",
        help="check codes in files, or as text",
        description="Check codes in PNG, JPEG, HEIF and WebP photographs, PDF pages and videos, or as text."
        " Exit 0: all are current; 1: some are not; 2: an input could not be used.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--text", action="append", default=[], help="a code's text, in place of files")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--lab-trust", type=Path, metavar="DIR", help="trust this directory of targets")
    parser.add_argument(
        "--at", type=_moment, metavar="TIME", help="judge as of this time: ISO 8601 or Unix seconds"
    )
    parser.add_argument(
        "--entered", type=_plate, metavar="NUMBER:KIND", help="the plate in front, such as 苏A12345:02"
    )
    limits = parser.add_argument_group("limits of the process that decodes files")
    for name, unit, default, of in (
        ("--max-memory", "MIB", LIMITS.memory_mib, "address space"),
        ("--max-cpu", "S", LIMITS.cpu_s, "CPU time of one photograph, page or frame"),
        ("--max-time", "S", LIMITS.wall_s, "wall time of one file"),
    ):
        limits.add_argument(name, type=_limit, default=default, metavar=unit, help=f"{of}; default {default}")
    parser.set_defaults(carry_out=_verify, refuse=parser.error)


def _verify(chosen: argparse.Namespace) -> int:
    if bool(chosen.files) == bool(chosen.text):
        chosen.refuse("name files, or give --text")
    if chosen.lab_trust is None:
        chosen.refuse("no trust set: name one with --lab-trust DIR")

    from terminal.commands import verify  # noqa: PLC0415 - loads libsodium

    return verify.run(
        verify.Request(
            trust=chosen.lab_trust,
            now_s=time.time() if chosen.at is None else chosen.at,
            files=chosen.files,
            texts=chosen.text,
            entered=chosen.entered,
            as_json=chosen.json,
            limits=Limits(chosen.max_memory, chosen.max_cpu, chosen.max_time),
        )
    )


def _limit(text: str) -> int:
    """Parse a limit: a whole number from 1 to 999999."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 999_999):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 999999")
    return int(text)


def _moment(text: str) -> float:
    """Parse an ISO 8601 time, in Asia/Shanghai without an offset, or Unix seconds; return Unix seconds."""
    try:
        if text.isdecimal():
            return float(datetime.fromtimestamp(int(text), SHANGHAI).timestamp())
        named = datetime.fromisoformat(text)
        return (named if named.tzinfo else named.replace(tzinfo=SHANGHAI)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither ISO 8601 nor Unix seconds") from error


def _plate(text: str) -> Plate:
    number, colon, kind = text.rpartition(":")
    if not (number and colon and kind):
        raise argparse.ArgumentTypeError(f"{text!r} is not NUMBER:KIND, such as 苏A12345:02")
    return Plate(number, kind)


# roadside conformance


def _add_conformance(commands: Commands) -> None:
    parser = commands.add_parser(
        "conformance",
        help="check this terminal against a vector file",
        description="Print the result for each case of a vector file, and compare it with the expected one,"
        " if there is any. Exit 0: no difference; 1: differences; 2: the file could not be used.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.set_defaults(carry_out=_conformance)


def _conformance(chosen: argparse.Namespace) -> int:
    from terminal.commands import conformance  # noqa: PLC0415 - loads libsodium

    return conformance.run(chosen.file, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())

"""The command `roadside`: the composition root, where arguments become values and faults become words.

Each subcommand has a function that adds its arguments and one that carries it out; the latter imports what it
needs itself, so that `roadside --help` need not load OpenCV.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from terminal import __version__, console
from terminal.errors import Fault
from terminal.model import Plate
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

FAULT = 2
"""Exit status when the command could not do its work."""
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is each subcommand's, or FAULT."""
    console.speak_utf8()
    try:
        chosen = _parser().parse_args(arguments)
        status: int = chosen.carry_out(chosen)
        sys.stdout.flush()
    except Fault as fault:
        console.warn(fault.line())
        return FAULT
    except BrokenPipeError:  # whoever read our output has enough
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
    _add_verify(commands)
    _add_conformance(commands)
    return parser


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
    parser.set_defaults(carry_out=_verify, refuse=parser.error)


def _verify(chosen: argparse.Namespace) -> int:
    if bool(chosen.files) == bool(chosen.text):
        chosen.refuse("name files, or give --text")
    if chosen.lab_trust is None:
        chosen.refuse("no trust set: name one with --lab-trust DIR")

    from terminal import verifying  # noqa: PLC0415 - loads OpenCV, zxing-cpp, Pillow and PDFium

    return verifying.run(
        verifying.Request(
            trust=chosen.lab_trust,
            now_s=time.time() if chosen.at is None else chosen.at,
            files=chosen.files,
            texts=chosen.text,
            entered=chosen.entered,
            as_json=chosen.json,
        )
    )


def _moment(text: str) -> float:
    """Unix seconds of an ISO 8601 time, Asia/Shanghai where it names no offset, or of Unix seconds."""
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
        description="Print what is found for each case of a vector file, and compare where the file says what"
        " to expect. Exit 0: nothing differs; 1: something does; 2: the file could not be used.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.set_defaults(carry_out=_conformance)


def _conformance(chosen: argparse.Namespace) -> int:
    from terminal import conformance  # noqa: PLC0415 - loads libsodium

    return conformance.run(chosen.file, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())

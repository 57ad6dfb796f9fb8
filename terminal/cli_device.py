"""Commands of `roadside` that the device's units run besides the terminal: `self-test` and `fault`."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from terminal.rigs import device_display, draw_code, open_camera, open_keys, system_time, trust_report

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

MOST_SECONDS = 3600


def add_commands(commands: Commands, default: Path) -> None:
    """Add the commands; `default` is the configuration file that they read unless another is named."""
    add = partial(_add, commands, default)
    add(
        "self-test",
        "test the parts of this terminal that a check needs",
        "Test fonts, identity, trust set, storage, journal, reader and camera, a line each. Exit 0: all"
        " passed, or only the camera is missing; 1: something failed.",
    ).set_defaults(carry_out=_self_test)
    fault = add(
        "fault",
        "show that the terminal does not start",
        "Show E02 on the display for a time. The service manager runs it when `roadside run` ended many times"
        " in a row, and then tries that again.",
    )
    fault.add_argument(
        "--seconds", type=_seconds, default=60, metavar="S", help="time to show it; default 60"
    )
    fault.set_defaults(carry_out=_fault)


def _add(
    commands: Commands, default: Path, name: str, told: str, description: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=told, description=description)
    parser.add_argument("--config", type=Path, default=default, metavar="FILE", help=f"default {default}")
    return parser


def _seconds(text: str) -> int:
    """Parse a time: a whole number of seconds from 1 to MOST_SECONDS."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= MOST_SECONDS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST_SECONDS}")
    return int(text)


def _self_test(chosen: argparse.Namespace) -> int:
    import nacl.utils  # noqa: PLC0415 - loads libsodium

    from terminal import config  # noqa: PLC0415 - loads the tables
    from terminal.commands import self_test  # noqa: PLC0415 - loads OpenCV and zxing-cpp

    settings = config.read(chosen.config)
    device = self_test.TestedDevice(
        open_camera=partial(open_camera, settings),
        open_keys=open_keys,
        trust_report=partial(trust_report, settings),
        draw_code=draw_code,
    )
    return self_test.run(settings, device, nacl.utils.random)


def _fault(chosen: argparse.Namespace) -> int:
    from terminal import config  # noqa: PLC0415 - loads the tables
    from terminal.commands import fault  # noqa: PLC0415 - loads pygame

    settings = config.read(chosen.config)
    display, service_manager = device_display(settings)
    now_s = system_time()[0].read().wall_s
    return fault.run(settings, display, service_manager, now_s, seconds=chosen.seconds)

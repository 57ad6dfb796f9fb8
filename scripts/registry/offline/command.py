"""The command `offline`, which builds a file of the offline list and prints the hash to be signed."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from scripts.registry import commands
from scripts.registry.offline import builder, changes, random_vehicles, sources
from scripts.registry.offline.builder import Packed
from terminal.errors import InputFault
from terminal.registry.offline import files
from terminal.registry.offline.files import FileName
from terminal.vehicle.inspection import SHANGHAI, is_day
from terminal.vehicle.tables import PROVINCES

FOLDER = "lists"
"""Folder in a laboratory for the files that were built."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments, besides the registry's --lab and --database."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="CSV of number, kind, letters, valid_through (yyyymmdd; in changes, empty removes the vehicle)",
    )
    source.add_argument("--generate", type=int, metavar="N", help="list N random vehicles, for measurements")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random vehicles")
    parser.add_argument("--province", required=True, choices=list(PROVINCES))
    parser.add_argument(
        "--day",
        type=_day,
        help="last day, yyyymmdd, whose changes are all included; default for a database: yesterday",
    )
    parser.add_argument("--changes", action="store_true", help="build a day's changes instead of a base")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"folder for the file; default: {FOLDER} in the laboratory"
    )
    parser.add_argument(
        "--install", type=Path, metavar="DIR", help="also install the file in this folder of a terminal"
    )


def build(given: argparse.Namespace) -> None:
    """Build a province's offline list or a day's changes of it, and install it if requested."""
    out = given.out or given.lab / FOLDER
    day = _whole_day(given)
    name = FileName(given.province, day if given.changes else None)
    changes.require_newest(out, name, day)
    packed = _vehicles(given, name, day, out)
    sha256 = builder.write(out, name, day, packed.plates, packed.records)
    path = out / str(name)
    print(f"{sha256.hex()}  {path}")
    print(f"{len(packed.plates)} vehicles in {path.stat().st_size} bytes")
    print(f"{packed.left_out} left out, because their status is never listed")
    if given.install:
        files.install(given.install, name, path, sha256)
        print(f"installed in {given.install}")


def _vehicles(given: argparse.Namespace, name: FileName, day: int, out: Path) -> Packed:
    if given.csv:
        return builder.pack(name, sources.from_table(given.csv))
    if given.generate is not None:
        plates = random_vehicles.plates(given.generate, given.seed)
        return Packed(plates, random_vehicles.records(len(plates), day, given.seed), 0)
    now = _registered(given)
    if not given.changes:
        return now
    return changes.difference(changes.in_force(out, given.province, day), now)


def _registered(given: argparse.Namespace) -> Packed:
    """Return the province's vehicles in the database; if it has none, the URL is probably wrong."""
    with (
        commands.open_database(given, int(time.time())) as held,
        held.reading() as connection,
        closing(sources.from_database(connection, given.province)) as vehicles,
    ):
        found = builder.pack(FileName(given.province), vehicles)
    if not len(found.plates):
        raise InputFault("the registry has no vehicle of this province")
    return found


def _whole_day(given: argparse.Namespace) -> int:
    """Return the last day whose changes are all in the file, yyyymmdd."""
    if given.csv or given.generate is not None:
        if given.day is None:
            raise InputFault("--day is needed: the vehicles of a table are as of a day")
        return int(given.day)
    yesterday = int(f"{datetime.fromtimestamp(time.time(), SHANGHAI) - timedelta(days=1):%Y%m%d}")
    if given.day is not None and given.day > yesterday:
        raise InputFault("--day: that day has not ended, so the registry may still change")
    return yesterday if given.day is None else int(given.day)


def _day(text: str) -> int:
    if not (text.isascii() and text.isdigit() and is_day(int(text))):
        raise argparse.ArgumentTypeError(f"{text} is not a day yyyymmdd")
    return int(text)

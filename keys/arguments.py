"""Parse command line arguments of roadside-keys. Errors (ArgumentTypeError) state the expected form."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from terminal.vehicle.inspection import SHANGHAI

_PLACE = re.compile("([0-9]{1,9}):([0-9]{1,9})", re.ASCII)
_MONTH = re.compile("([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_MOST_INDEX = 1 << 24
"""Limit for a status list of 2 MiB, so that a typing error cannot fill a disk."""


@dataclass(frozen=True, slots=True)
class IssuerArgument:
    """A public key file, the areas it may sign for, and the period (Unix time, s; `until_s` excluded)."""

    path: Path
    scopes: tuple[str, ...]
    from_s: int | None
    until_s: int | None


@dataclass(frozen=True, slots=True)
class CompromisedArgument:
    """A public key file, and since when it is compromised (Unix s)."""

    path: Path
    since_s: int


@dataclass(frozen=True, slots=True)
class IssuedArgument:
    """A file of the register: its name, its span (Unix s, the second excluded), and the file of its codes."""

    name: str
    from_s: int
    to_s: int
    codes: Path


def issuer(text: str) -> IssuerArgument:
    """Parse KEYFILE.pub:SCOPE[,SCOPE...][:FROM:UNTIL]."""
    parts = text.split(":")
    if len(parts) not in (2, 4) or not all(parts):
        raise ArgumentTypeError("write KEYFILE.pub:SCOPE[,SCOPE...][:FROM:UNTIL], days as 2026-01-01")
    from_s, until_s = (day_start(parts[2]), day_start(parts[3])) if parts[2:] else (None, None)
    scopes = tuple(parts[1].split(","))
    if not all(1 <= len(scope) <= 12 for scope in scopes):
        raise ArgumentTypeError(
            "a scope is an authority or a province, 1 to 12 characters, such as 苏 or 粤B"
        )
    return IssuerArgument(Path(parts[0]), scopes, from_s, until_s)


def compromised(text: str) -> CompromisedArgument:
    """Parse KEYFILE.pub:SINCE."""
    parts = text.split(":")
    if len(parts) != 2 or not all(parts):
        raise ArgumentTypeError("write KEYFILE.pub:SINCE, SINCE as 2026-01-01")
    return CompromisedArgument(Path(parts[0]), day_start(parts[1]))


def issued(text: str) -> IssuedArgument:
    """Parse NAME:FROM:UNTIL:CODES.txt."""
    parts = text.split(":")
    if len(parts) != 4 or not all(parts):
        raise ArgumentTypeError(
            "write NAME:FROM:UNTIL:CODES.txt, NAME as 苏 or 苏A-20261101, days as 2026-01-01"
        )
    return IssuedArgument(parts[0], day_start(parts[1]), day_start(parts[2]), Path(parts[3]))


def purpose(text: str) -> tuple[str, Path]:
    """Parse PURPOSE:KEYFILE.pub, a registry key."""
    name, _, path = text.partition(":")
    if name not in ("answer", "receipt", "hotlist", "order", "journal", "lookup") or not path:
        raise ArgumentTypeError(
            "write PURPOSE:KEYFILE.pub, PURPOSE answer, receipt, hotlist, order, journal or lookup"
        )
    return name, Path(path)


def place(text: str) -> tuple[int, int]:
    """Parse LIST:INDEX, an entry of a status list."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found[2]) >= _MOST_INDEX:
        raise ArgumentTypeError(f"write LIST:INDEX, both whole numbers, INDEX below {_MOST_INDEX}")
    return int(found[1]), int(found[2])


def enforcement(text: str) -> tuple[Path, int]:
    """Parse KEYFILE:EPOCH, an enforcement key."""
    path, _, epoch = text.rpartition(":")
    if not path or not re.fullmatch("[0-9]{1,9}", epoch, re.ASCII):
        raise ArgumentTypeError("write KEYFILE:EPOCH, EPOCH a whole number")
    return Path(path), int(epoch)


def enforcement_period(text: str) -> tuple[Path, int, int, int]:
    """Parse KEYFILE:EPOCH:FROM:UNTIL; the days begin in Asia/Shanghai, as Unix time, s."""
    start, _, until = text.rpartition(":")
    start, _, since = start.rpartition(":")
    path, epoch = enforcement(start)
    return path, epoch, day_start(since), day_start(until)


def module(text: str) -> int:
    """Parse the pixels per module, 1 to 64."""
    if not re.fullmatch("[0-9]{1,2}", text, re.ASCII) or not 1 <= int(text) <= 64:
        raise ArgumentTypeError("write a whole number of pixels from 1 to 64")
    return int(text)


def hosts(text: str) -> tuple[str, ...]:
    """Parse HOST[,HOST...], names or addresses."""
    names = tuple(text.split(","))
    if not all(re.fullmatch("[A-Za-z0-9][A-Za-z0-9.:-]{0,252}", name, re.ASCII) for name in names):
        raise ArgumentTypeError("write HOST[,HOST...], as broker.example,192.0.2.7")
    return names


def days(text: str) -> int:
    """Parse a number of days, 1 to 825."""
    if not re.fullmatch("[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= 825:
        raise ArgumentTypeError("write a whole number of days from 1 to 825")
    return int(text)


def month(text: str) -> int:
    """Parse YYYY-MM and return yyyymm."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise ArgumentTypeError("write a month as 2027-08")
    return int(found[1]) * 100 + int(found[2])


def day(text: str) -> int:
    """Parse YYYY-MM-DD and return yyyymmdd."""
    found = _date(text)
    return found.year * 10_000 + found.month * 100 + found.day


def day_start(text: str) -> int:
    """Parse YYYY-MM-DD and return the start of that day in Asia/Shanghai (Unix time, s)."""
    return _unix(datetime.combine(_date(text), datetime.min.time(), SHANGHAI))


def time(text: str) -> int:
    """Parse YYYY-MM-DDTHH:MM[:SS][+HH:MM] and return Unix time, s; Asia/Shanghai without an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write a time as 2026-07-01T09:30") from error
    return _unix(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("write a day as 2021-08-15") from error


def _unix(moment: datetime) -> int:
    if moment.timestamp() < 0:
        raise ArgumentTypeError("the time must not be before 1970")
    return int(moment.timestamp())

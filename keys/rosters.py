"""Rosters of officers: PINs are drawn, written once on slips, and kept as verifiers alone.

    R/private/rosters/UNIT.json    verifiers of PIN and duress PIN by officer number, mode 0600
    R/content/roster/UNIT.sealed   the target: the roster, sealed to each terminal of the unit

An officer's PIN stays the same from one roster to the next, unless a new one is drawn. That also releases a
number that was blocked by wrong PINs.
"""

from __future__ import annotations

import csv
import json
import os
from argparse import ArgumentTypeError
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nacl import pwhash

from keys import arguments, files, terminals
from keys.role_keys import Cost
from keys.selection import is_target
from terminal import atomic_file
from terminal.credential.trust import TERMINALS_TARGET
from terminal.errors import InputFault
from terminal.officers import roster as rosters
from terminal.officers.roster import LEAST_PIN, Officer, Roster
from terminal.wire.cbor import Malformed
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from keys.role_keys import Randomness

COST = Cost(passes=3, memory=64 << 20)
"""Default cost of checking a PIN: a twentieth of a second on a desk, under a second on a Raspberry Pi."""
_COLUMNS = ["number", "name", "from", "until", "supervisor"]
_DIFFERING = 3
"""Least number of digits in which PIN and duress PIN differ, so that a slip of the finger is no alarm."""


@dataclass(frozen=True, slots=True)
class ListedOfficer:
    """An officer as the authority lists them; times in Unix s, `until_s` excluded."""

    number: str
    name: str
    from_s: int
    until_s: int
    supervisor: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """New PINs, to be handed to one officer and forgotten."""

    number: str
    name: str
    pin: str
    duress_pin: str


@dataclass(frozen=True, slots=True)
class Verifiers:
    """Verifiers of an officer's PINs."""

    pin: str
    duress: str


def read_officers(lines: Iterable[str]) -> list[ListedOfficer]:
    """Read a CSV with the columns number, name, from, until, supervisor (yes or no). Raises InputFault.

    Days are written as 2026-01-01, in Asia/Shanghai; the second is excluded.
    """
    reader = csv.DictReader(lines)
    if reader.fieldnames != _COLUMNS:
        raise InputFault(f"a first line {','.join(_COLUMNS)} is expected")
    listed = []
    for row in reader:
        if None in row or None in row.values() or row["supervisor"] not in ("yes", "no"):
            raise InputFault(f"line {reader.line_num}: five fields are expected, the last yes or no")
        try:
            from_s, until_s = arguments.day_start(row["from"]), arguments.day_start(row["until"])
        except ArgumentTypeError as error:
            raise InputFault(f"line {reader.line_num}: {error}") from error
        supervisor = row["supervisor"] == "yes"
        listed.append(ListedOfficer(row["number"], row["name"], from_s, until_s, supervisor))
    return listed


def draw_pins(officer: ListedOfficer, randomness: Randomness) -> Slip:
    """Draw a PIN and a duress PIN of six digits, which differ in at least three."""
    while True:
        pin, duress = _draw(randomness), _draw(randomness)
        if sum(one != other for one, other in zip(pin, duress, strict=True)) >= _DIFFERING:
            return Slip(officer.number, officer.name, pin, duress)


def verifiers_of(slip: Slip, cost: Cost) -> Verifiers:
    """Return the verifiers of a slip's PINs."""
    pin, duress = (
        pwhash.argon2id.str(one.encode(), cost.passes, cost.memory).decode()
        for one in (slip.pin, slip.duress_pin)
    )
    return Verifiers(pin, duress)


def make(
    unit: str, officers: Iterable[ListedOfficer], verifiers: Mapping[str, Verifiers], made_s: int
) -> Roster:
    """Make the roster of a unit. Raises InputFault for what no terminal would read."""
    made = Roster(
        unit,
        made_s,
        tuple(
            Officer(
                one.number,
                one.name,
                verifiers[one.number].pin,
                one.from_s,
                one.until_s,
                verifiers[one.number].duress,
                one.supervisor,
            )
            for one in officers
        ),
    )
    try:
        rosters.write(made)
    except (Malformed, ValueError) as error:
        raise InputFault(f"the roster of {unit}: {error}") from error
    return made


def target(made: Roster, sealing_keys: Mapping[int, bytes]) -> bytes:
    """Seal a roster to each terminal's X25519 key; the keys are by running number."""
    plain = rosters.write(made)
    return rosters.write_target({number: seal(plain, key) for number, key in sealing_keys.items()})


def publish(content: Path, made: Roster, names: Collection[str]) -> list[str]:
    """Write the target of a roster for the terminals of these names; return those of them that are active.

    Raises InputFault for a terminal that is not listed, and if none is active.
    """
    listed = {number: one for number, one in terminals.load(content).items() if one.name in names}
    if missing := set(names) - {one.name for one in listed.values()}:
        raise InputFault(f"{TERMINALS_TARGET} lists no terminal {', '.join(sorted(missing))}")
    active = {number: one for number, one in listed.items() if one.state == terminals.ACTIVE}
    name = rosters.target_of(made.unit)
    if not active or not is_target(name):
        raise InputFault(f"{made.unit}: no active terminal, or not a name that a target can have")
    (content / name).parent.mkdir(exist_ok=True)
    keys = {number: one.sealing_key for number, one in active.items()}
    files.replace(content / name, target(made, keys))
    return [one.name for one in active.values()]


def load_verifiers(path: Path) -> dict[str, Verifiers]:
    """Load what is kept of a unit's PINs; nothing if there is no file yet. Raises InputFault."""
    if not path.exists():
        return {}
    files.require_private(path)
    try:
        return {number: Verifiers(*kept) for number, kept in json.loads(path.read_bytes()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InputFault(f"{path}: not the verifiers of a roster") from error


def save_verifiers(path: Path, verifiers: Mapping[str, Verifiers]) -> None:
    """Keep the verifiers of a unit's PINs, for their owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {number: [kept.pin, kept.duress] for number, kept in verifiers.items()}
    atomic_file.replace(path, json.dumps(content, indent=1).encode())


def write_slips(path: Path, slips: Iterable[Slip]) -> None:
    """Write new PINs to a new file, mode 0600. Raises InputFault if it exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}; slips go into a new file") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for slip in slips:
            file.write(f"{slip.number} {slip.name}\n    PIN {slip.pin}    duress PIN {slip.duress_pin}\n\n")
        file.flush()
        os.fsync(handle)


def _draw(randomness: Randomness) -> str:
    """Draw digits without bias: bytes from 250 up are drawn anew."""
    digits = ""
    while len(digits) < LEAST_PIN:
        (byte,) = randomness(1)
        digits += str(byte % 10) if byte < 250 else ""
    return digits

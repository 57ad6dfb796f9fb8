"""`roadside-keys roster`: make a unit's roster from a list of officers, and the slips with new PINs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nacl.utils

from keys import rosters
from keys.repository import Repository
from keys.role_keys import Cost
from terminal import atomic_file, console
from terminal.errors import InputFault
from terminal.officers import roster as roster_format

if TYPE_CHECKING:
    import argparse
    from argparse import ArgumentParser, Namespace

    Actions = argparse._SubParsersAction[ArgumentParser]  # noqa: SLF001 - the type has no other name


def add(actions: Actions) -> None:
    """Add the command `roster`."""
    parser = actions.add_parser(
        "roster", help="make the roster of a unit's officers, and slips with new PINs"
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", help="the repository's folder")
    add("unit", metavar="UNIT", help="such as 苏A01, as the terminals are enrolled for")
    add(
        "--officers",
        type=Path,
        required=True,
        metavar="FILE.csv",
        help="lines number,name,from,until,supervisor after such a first line; supervisor is yes or no",
    )
    add(
        "--terminal",
        action="append",
        required=True,
        metavar="ID",
        help="a terminal of the unit, to which the roster is sealed; may be repeated",
    )
    add("--slips", type=Path, required=True, metavar="FILE", help="new file for the new PINs, mode 0600")
    add("--plain", type=Path, metavar="FILE", help="also write the roster unsealed, for enrolments to come")
    add(
        "--new-pin",
        action="append",
        default=[],
        metavar="NUMBER",
        help="draw new PINs for this officer, which also releases a blocked number; may be repeated",
    )
    add(
        "--passes",
        type=int,
        default=rosters.COST.passes,
        metavar="N",
        help="passes of Argon2id for new PINs; default: %(default)s",
    )
    add(
        "--memory",
        type=int,
        default=rosters.COST.memory >> 20,
        metavar="MIB",
        help="memory of Argon2id for new PINs; default: %(default)s",
    )
    parser.set_defaults(run=roster)


def roster(options: Namespace, now_s: int) -> None:
    """Make a roster in the repository's content, to be published. Raises InputFault."""
    repository = Repository(options.folder)
    if not 1 <= options.passes <= 16 or not 1 <= options.memory <= 256:
        raise InputFault("--passes is from 1 to 16, --memory from 1 to 256")
    cost = Cost(options.passes, options.memory << 20)
    with options.officers.open(encoding="utf-8-sig", newline="") as lines:
        officers = rosters.read_officers(lines)
    numbers = {one.number for one in officers}
    if unknown := set(options.new_pin) - numbers:
        raise InputFault(f"{options.officers}: no officer {', '.join(sorted(unknown))}")
    kept_in = repository.private / "rosters" / f"{options.unit}.json"
    kept = {
        number: one
        for number, one in rosters.load_verifiers(kept_in).items()
        if number in numbers and number not in options.new_pin
    }
    slips = [rosters.draw_pins(one, nacl.utils.random) for one in officers if one.number not in kept]
    verifiers = kept | {slip.number: rosters.verifiers_of(slip, cost) for slip in slips}
    made = rosters.make(options.unit, officers, verifiers, now_s)
    rosters.write_slips(options.slips, slips)  # before the verifiers, without which slips are worth nothing
    rosters.save_verifiers(kept_in, verifiers)
    if options.plain is not None:
        atomic_file.replace(options.plain, roster_format.write(made))
    sealed = rosters.publish(repository.content, made, set(options.terminal))
    _say(
        f"{len(officers)} officers, {len(slips)} new PINs in {options.slips}",
        f"sealed to {', '.join(sealed)}; publish to put the roster in force",
        "hand each slip to its officer, and delete the file",
    )


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{console.escaped(line)}\n" for line in lines))

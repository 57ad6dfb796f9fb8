"""Commands about terminals' journals and codes: open, count, export, report, import, unit and issued.

Commands that need the content of records first open the sealed ones with the laboratory's journal key.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from scripts.registry import issuance, laboratory_keys
from scripts.registry.admission import Refusal
from scripts.registry.commands import open_database
from scripts.registry.journals import code_rechecks, rechecks, store, unsealing
from scripts.registry.journals.store import RecordPlace
from scripts.registry.journals.tables import INCIDENT, RECORD, UNIT
from scripts.registry.reports import export as exporting
from scripts.registry.reports import output
from scripts.registry.reports.alarms import alarm_figures
from scripts.registry.reports.checks import Checked, Filter, checks
from scripts.registry.reports.export import Format
from scripts.registry.reports.figures import figures
from scripts.registry.reports.page import Contents, page
from scripts.registry.tables import insert
from terminal.errors import InputFault
from terminal.model import Outcome
from terminal.wire import cose
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from scripts.registry.database import Database


LARGEST_STICK = 256 << 20
"""Largest file to import, bytes: four days of a terminal's pictures, and its records."""


def add(command: Callable[[str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]) -> None:
    """Add these commands to a command line; `command` makes the parser of one."""
    command("open", open_records)
    command("count", count)
    issued = command("issued", record_issued)
    issued.add_argument(
        "records",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="AUTHORITY,IAT,EXP,DIGEST or the text of a code on each line",
    )
    issued.add_argument(
        "--complete",
        type=_complete,
        action="append",
        default=[],
        metavar="AUTHORITY:TIME",
        help="it has recorded every code with an earlier iat (Unix s), such as 苏A:1795276800",
    )
    unit = command("unit", give_unit)
    unit.add_argument("terminal")
    unit.add_argument("unit", help='name of the unit; "" removes the terminal from its unit')
    exported = command("export", export)
    exported.add_argument("--out", type=Path, required=True, metavar="FILE")
    exported.add_argument("--format", type=Format, choices=[*Format], default=Format.CSV)
    reported = command("report", report)
    reported.add_argument("--out", type=Path, required=True, metavar="PAGE.HTML")
    for filtered in (exported, reported):
        filtered.add_argument(
            "--day",
            type=date.fromisoformat,
            help="only checks of this day in Asia/Shanghai, such as 2026-11-22",
        )
        filtered.add_argument("--unit", help="only checks by terminals of this unit")
    exported.add_argument("--outcome", type=Outcome, choices=[*Outcome])
    imported = command("import", take)
    imported.add_argument("file", type=Path, help="CBOR sequence of signed batches and pieces")
    imported.add_argument("--receipts", type=Path, required=True, metavar="OUT")


def open_records(given: argparse.Namespace) -> None:
    """Open sealed records with the journal's private key, and recheck vehicles not checked live."""
    with open_database(given, int(time.time())) as held:
        opened, left, rechecked = _open(given, held)
    print(f"{opened} opened, {left} stay sealed, {rechecked} vehicles and codes rechecked")


def record_issued(given: argparse.Namespace) -> None:
    """Record codes that authorities issued, and the iat up to which an authority's records are complete."""
    with open_database(given, int(time.time())) as held, held.transaction() as connection:
        lines = given.records.open(encoding="ascii", errors="replace") if given.records else ()
        count = issuance.record(connection, lines)
        for authority, until_s in given.complete:
            issuance.complete(connection, authority, until_s)
    print(f"{count} codes recorded")


def count(given: argparse.Namespace) -> None:
    """Print how many records of each journal are stored, the last hash and the furthest head seen."""
    with open_database(given, int(time.time())) as held, held.reading() as connection:
        standings = store.standings(connection)
    for each in standings:
        print(
            f"{each.terminal} {each.journal.hex()} {each.stored} records, last {each.hash.hex() or '-'}, "
            f"seen to {each.seen}, {each.incidents} incidents"
        )
    print(f"{sum(each.stored for each in standings)} records")


def give_unit(given: argparse.Namespace) -> None:
    """Assign a terminal to a unit."""
    with open_database(given, int(time.time())) as held, held.transaction() as connection:
        key = UNIT.c.terminal == given.terminal
        connection.execute(UNIT.delete().where(key))
        if given.unit:
            connection.execute(insert(connection, UNIT).values(terminal=given.terminal, unit=given.unit))


def export(given: argparse.Namespace) -> None:
    """Write checks to a file, one row each: of a day, a unit, an outcome, or all."""
    found, _ = _read(given, Filter(day=given.day, unit=given.unit, outcome=given.outcome))
    exporting.write(given.out, found, given.format)
    print(f"{len(found)} checks in {given.out}")


def report(given: argparse.Namespace) -> None:
    """Write the supervisor's page, a self-contained HTML file."""
    found, contents = _read(given, Filter(day=given.day, unit=given.unit))
    output.write(given.out, page(contents).encode())
    print(f"{len(found)} checks in {given.out}")


def take(given: argparse.Namespace) -> None:
    """Store batches and pieces from a file, as from the network, and write their receipts.

    Raises InputFault for a file of another form.
    """
    content = output.read(given.file, LARGEST_STICK)
    receipts: list[bytes] = []
    refused = 0
    with open_database(given, int(time.time())) as held:
        desk = laboratory_keys.service(given.lab, held)
        try:
            for message in cose.split(content):
                taken = desk.take(message, _now_ms())
                if isinstance(taken, Refusal):
                    refused += 1
                else:
                    receipts.append(taken)
        except Malformed as error:
            raise InputFault(f"{given.file}: {error}") from error
        finally:
            output.write(given.receipts, b"".join(receipts))
    print(f"{len(receipts)} receipts in {given.receipts}, {refused} refused")


def _open(given: argparse.Namespace, held: Database) -> tuple[int, int, int]:
    opened, left = unsealing.open_all(held, laboratory_keys.journal_keys(given.lab), _now_ms())
    codes = code_rechecks.recheck_codes(held, _now_ms())
    return opened, left, codes + rechecks.recheck_all(held, _now_ms())


def _read(given: argparse.Namespace, wanted: Filter) -> tuple[list[Checked], Contents]:
    with open_database(given, int(time.time())) as held:
        _open(given, held)
        with held.reading() as connection:
            found = checks(connection, wanted)
            return found, _contents(connection, wanted, found)


def _contents(connection: Connection, wanted: Filter, found: list[Checked]) -> Contents:
    title = " ".join(str(each) for each in ("查验报告", wanted.day, wanted.unit) if each)
    rows = connection.execute(select(INCIDENT).order_by(INCIDENT.c.at_ms))
    sealed = select(func.count()).select_from(RECORD).where(RECORD.c.state == store.SEALED)
    made_ms = _now_ms()
    return Contents(
        title=title,
        made_ms=made_ms,
        figures=figures(found),
        journals=store.standings(connection),
        incidents=[(row.kind, RecordPlace(row.terminal, row.journal, row.seq), row.at_ms) for row in rows],
        alarms=alarm_figures(checks(connection, Filter(unit=wanted.unit, alarms=True)), made_ms),
        sealed=connection.execute(sealed).scalar_one(),
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _complete(text: str) -> tuple[str, int]:
    authority, colon, until_s = text.partition(":")
    if not (authority and colon and until_s.isascii() and until_s.isdigit()):
        raise argparse.ArgumentTypeError(f"{text} is not AUTHORITY:TIME, with the time in Unix s")
    return authority, int(until_s)

"""`roadside journal status` and `verify`: inspect a journal without opening its records.

Both are read-only, take no lock, and may run beside `roadside run`.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from terminal.console import out
from terminal.errors import InputFault
from terminal.journal import database
from terminal.journal.lock import remembered
from terminal.journal.recovery import DAMAGED, NAME

if TYPE_CHECKING:
    from pathlib import Path

WHOLE, BROKEN = 0, 1
"""Exit statuses."""


def status(state_dir: Path) -> int:
    """Print the journal's header and counts without verifying the chain; returns WHOLE.

    Raises InputFault, JournalFault.
    """
    path = _journal(state_dir)
    with database.faults(state_dir):
        with closing(database.connect_read_only(path)) as db:
            db.execute("BEGIN")  # a consistent view while another process writes
            meta, tallies = database.load(db), database.tallies(db)
        size_bytes = sum(part.stat().st_size for part in state_dir.glob(f"{NAME}*"))
        kept = sorted(part.name for part in state_dir.glob(f"{DAMAGED}*.sqlite"))
    head = meta.head
    out(f"journal       {head.journal_id.hex()}")
    out(f"records       {head.seq}, last hash {head.hash.hex()[:16]}")
    out(f"not uploaded  {head.seq - meta.receipted}")
    out(f"on disk       {size_bytes / 1024:.0f} KiB")
    for shift, outcomes in tallies.items():
        counts = ", ".join(f"{name} {checks}" for name, checks in outcomes.items())
        out(f"shift         {shift or '-'}: {counts}")
    for name in kept:
        out(f"set aside     {name}")
    return WHOLE


def verify(state_dir: Path) -> int:
    """Verify the whole chain and print the result; returns WHOLE, or BROKEN with the first failure.

    Raises InputFault if there is no journal, JournalFault if it cannot be read.
    """
    path = _journal(state_dir)
    with database.faults(state_dir):
        witness = remembered(state_dir)  # read before the file, which is then at least as new
        found = database.examine(path, witness)
    if found.damage is not None or found.meta is None:
        out(f"broken: {found.damage}")
        return BROKEN
    removed = (
        f", of which 1 to {found.meta.start.seq} were removed after their receipt"
        if found.meta.start.seq
        else ""
    )
    out(f"whole: {found.meta.head.seq} records of journal {found.meta.head.journal_id.hex()}{removed}")
    return WHOLE


def _journal(state_dir: Path) -> Path:
    path = state_dir / NAME
    if not path.is_file():
        raise InputFault(f"there is no journal in {state_dir}")
    return path

"""A terminal on a file system of 2 MiB that fills up; runs in a mount namespace of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from terminal.errors import JournalFault, JournalFull
from terminal.journal import database
from terminal.journal.recovery import NAME
from terminal.journal.store import FULL, Journal
from tests.terminal.journal import journals
from tests.terminal.journal.journals import CHECK, STAMP, opened, whole

RESERVE_BYTES = 512 * 1024
ROOT = Path(sys.argv[1])
STATE, BALLAST = ROOT / "state", ROOT / "ballast"


def open_journal(state: Path) -> Journal:
    """Open a journal with a reserve that fits the file system."""
    return journals.open_journal(state, reserve_bytes=RESERVE_BYTES)


def fill() -> None:
    """Use up all remaining space."""
    with BALLAST.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


def refused(append_or_open: object) -> type[JournalFault] | None:
    """Return the fault that a call raises, if any."""
    assert callable(append_or_open)
    try:
        append_or_open()
    except JournalFault as fault:
        return type(fault)
    return None


def full_while_open() -> None:
    """Append until the disk is full, then again after space was freed."""
    BALLAST.write_bytes(bytes(300_000))
    journal = open_journal(STATE)
    while refused(lambda: journal.append(STAMP, CHECK)) is None:
        pass
    head = journal.head
    assert head.seq > 10
    assert opened(journal.records(head.seq - 1))[0].body == FULL
    assert not journal.storage().reserved
    for _ in range(3):
        assert refused(lambda: journal.append(STAMP, CHECK)) is JournalFull
    assert journal.head == head
    assert whole(journal)
    BALLAST.unlink()
    assert journal.append(STAMP, CHECK) == head.seq + 1
    assert journal.storage().reserved
    journal.close()
    journal = open_journal(STATE)
    assert journal.set_aside is None
    assert (journal.head.seq, journal.tallies(STAMP.shift)) == (head.seq + 1, {"caution": head.seq})
    journal.close()


def full_when_opened() -> None:
    """A new journal on a full disk is refused; an existing one opens, takes receipts and frees space."""
    fill()
    assert refused(lambda: open_journal(ROOT / "new")) is JournalFull
    journal = open_journal(STATE)
    seq = journal.head.seq
    assert not journal.storage().reserved
    assert journal.storage().low
    assert refused(lambda: journal.append(STAMP, CHECK)) is JournalFull
    digest = journal.hash_at(seq - 5)
    assert digest is not None
    assert journal.mark_receipted(seq - 5, digest, STAMP.at_ms)
    assert journal.remove(STAMP.at_ms + 1) == seq - 5
    assert refused(lambda: journal.append(STAMP, CHECK)) is JournalFull
    os.truncate(BALLAST, BALLAST.stat().st_size - RESERVE_BYTES)
    assert journal.append(STAMP, CHECK) == seq + 1
    journal.close()
    BALLAST.unlink()
    for state in (STATE, ROOT / "new"):
        journal = open_journal(state)
        assert journal.set_aside is None
        journal.append(STAMP, CHECK)
        journal.close()
        found = database.examine(state / NAME, journal.head)
        assert (found.damage, found.meta and found.meta.head) == (None, journal.head)


def renewed_when_full() -> None:
    """A journal with a refused record is replaced, or kept in use if there is no space for a new one."""
    journal = open_journal(STATE)
    seq = journal.append(STAMP, CHECK)
    old, digest = journal.head, journal.hash_at(seq - 1)
    assert digest is not None
    assert journal.mark_receipted(seq - 1, digest, STAMP.at_ms)
    fill()
    assert refused(lambda: journal.append(STAMP, CHECK)) is JournalFull
    journal.refuse(seq)
    if journal.renew(STAMP) is None:
        assert journal.head.journal_id == old.journal_id
        assert [*journal.records(old.seq - 1)]
        BALLAST.unlink()
        assert journal.renew(STAMP) is not None
    assert (journal.head.seq, journal.head.journal_id != old.journal_id) == (1, True)
    BALLAST.unlink(missing_ok=True)
    assert journal.append(STAMP, CHECK) == 2
    assert whole(journal)
    journal.close()
    (aside,) = STATE.glob("journal.damaged-*.sqlite")
    assert database.examine(aside, old).damage is None
    aside.unlink()


def read_only() -> None:
    """A file system that turned read-only raises a fault and keeps every record."""
    seq = (journal := open_journal(STATE)).head.seq
    journal.close()
    subprocess.run(["mount", "-o", "remount,bind,ro", str(ROOT)], check=True)
    assert refused(lambda: open_journal(STATE)) is JournalFault
    subprocess.run(["mount", "-o", "remount,bind,rw", str(ROOT)], check=True)
    journal = open_journal(STATE)
    assert (journal.head.seq, journal.set_aside) == (seq, None)
    journal.close()


if __name__ == "__main__":
    full_while_open()
    full_when_opened()
    renewed_when_full()
    read_only()
    print("done")  # noqa: T201 - the test reads it

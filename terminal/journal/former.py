"""Take a journal out of use when the terminal gets another identity: a journal belongs to one key."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import EnrolmentFault
from terminal.journal import database
from terminal.journal import lock as journal_lock
from terminal.journal.lock import Lock
from terminal.journal.recovery import NAME, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.journal.database import Header

FORMER = "former-"
"""A folder of the state directory begins with this, followed by the journal's id."""


def require_uploaded(state_dir: Path) -> None:
    """Raise EnrolmentFault while records have no receipt: after the enrolment, nobody could upload them.

    Raises JournalBusy while another process uses the journal, and JournalFault.
    """
    if (state_dir / NAME).exists():
        with _header(state_dir):
            return


def put_away(state_dir: Path, *, complete: bool) -> Path | None:
    """Move the journal into a folder of its own, which is returned; None if there is no journal.

    Raises JournalBusy, JournalFault, and EnrolmentFault if it must be `complete` (every record uploaded) and
    is not; then nothing is moved.
    """
    if not (state_dir / NAME).exists():
        return None
    with _header(state_dir, complete=complete) as header:
        folder = state_dir / f"{FORMER}{header.head.journal_id.hex()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in (*(NAME + part for part in PARTS), journal_lock.NAME):
            if (state_dir / name).exists():
                (state_dir / name).replace(folder / name)
        atomic_file.sync_folder(state_dir)
        return folder


@contextmanager
def _header(state_dir: Path, *, complete: bool = True) -> Iterator[Header]:
    """Hold the journal's lock, and yield its header."""
    with database.faults(state_dir):
        lock = Lock(state_dir)
        try:
            with closing(database.connect(state_dir / NAME)) as db:
                header = database.load(db)
            unsent = header.head.seq - header.receipted
            if complete and unsent:
                raise EnrolmentFault(
                    f"{unsent} records are not uploaded yet: roadside upload, then enrol again"
                )
            yield header
        finally:
            lock.release()

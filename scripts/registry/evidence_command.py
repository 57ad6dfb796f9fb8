"""The command `evidence`: open the sealed pictures that terminals uploaded, and write them out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from scripts.registry import laboratory_keys
from scripts.registry.commands import open_database
from scripts.registry.journals import evidence
from scripts.registry.journals.tables import EVIDENCE
from scripts.registry.reports import output
from terminal.errors import InputFault
from terminal.wire.sealed import open_with

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from sqlalchemy import Select

    from terminal.wire.sealed import SealingKeyPair

_JPEG = b"\xff\xd8\xff"


def add(command: Callable[[str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]) -> None:
    """Add this command to a command line; `command` makes its parser."""
    parser = command("evidence", write_pictures)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the pictures; made if it is missing",
    )
    parser.add_argument("--terminal", metavar="ID", help="write only this terminal's pictures")


def write_pictures(given: argparse.Namespace) -> None:
    """Open the uploaded pictures with the journal's private key, and write each as a JPEG file (0600).

    A file is named by terminal and SHA-256 of the picture, as exports name it. Pictures that no key opens or
    that are not JPEG are counted and left out.
    """
    keys = laboratory_keys.journal_keys(given.lab)
    _make_folder(given.out)
    written = left = 0
    with open_database(given, int(time.time())) as held, held.reading() as connection:
        for row in connection.execute(_complete(given.terminal)).all():
            picture = _open(evidence.picture(connection, row.terminal, row.picture) or b"", keys)
            if picture is None:
                left += 1
                continue
            output.write(given.out / f"{row.terminal}-{row.picture.hex()}.jpg", picture)
            written += 1
    print(f"{written} pictures in {given.out}, {left} that no key opens or that are no JPEG")


def _complete(terminal: str | None) -> Select[tuple[str, bytes]]:
    whole = select(EVIDENCE.c.terminal, EVIDENCE.c.picture).where(EVIDENCE.c.held == EVIDENCE.c.total)
    ordered = whole.order_by(EVIDENCE.c.terminal, EVIDENCE.c.picture)
    return ordered if terminal is None else ordered.where(EVIDENCE.c.terminal == terminal)


def _open(box: bytes, keys: Sequence[SealingKeyPair]) -> bytes | None:
    """Open a sealed picture; None if no key opens it or it is no JPEG."""
    opened = open_with(keys, box)
    return opened if opened is not None and opened.startswith(_JPEG) else None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InputFault(f"{folder}: {error.strerror}") from error

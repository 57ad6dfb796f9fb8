"""The command `evidence`: open the pictures and sound clips that terminals uploaded, and write them out."""

from __future__ import annotations

import re
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
    from collections.abc import Callable

    from sqlalchemy import Select

_JPEG = re.compile(rb"\xff\xd8\xff")
_WAVE = re.compile(rb"RIFF.{4}WAVEfmt ", re.DOTALL)
_SUFFIXES = ((_JPEG, ".jpg"), (_WAVE, ".wav"))
"""Beginning of each kind of file that terminals keep as evidence, and its suffix."""


def add(command: Callable[[str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]) -> None:
    """Add this command to a command line; `command` makes its parser."""
    parser = command("evidence", write_evidence)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the files; made if it is missing",
    )
    parser.add_argument("--terminal", metavar="ID", help="write only this terminal's evidence")


def write_evidence(given: argparse.Namespace) -> None:
    """Open uploaded evidence with the journal's private key; write pictures as JPEG and sound clips as WAVE
    files (0600).

    A file is named by terminal and SHA-256 of the sealed evidence, as exports name it. Evidence that no key
    opens, or that is neither, is counted and left out.
    """
    keys = laboratory_keys.journal_keys(given.lab)
    _make_folder(given.out)
    written = {suffix: 0 for _, suffix in _SUFFIXES}
    left = 0
    with open_database(given, int(time.time())) as held, held.reading() as connection:
        for row in connection.execute(_complete(given.terminal)).all():
            opened = open_with(keys, evidence.picture(connection, row.terminal, row.picture) or b"")
            suffix = None if opened is None else _suffix(opened)
            if opened is None or suffix is None:
                left += 1
                continue
            output.write(given.out / f"{row.terminal}-{row.picture.hex()}{suffix}", opened)
            written[suffix] += 1
    kinds = f"{written['.jpg']} pictures and {written['.wav']} sound clips"
    print(f"{kinds} in {given.out}, {left} that no key opens or that are neither")


def _complete(terminal: str | None) -> Select[tuple[str, bytes]]:
    whole = select(EVIDENCE.c.terminal, EVIDENCE.c.picture).where(EVIDENCE.c.held == EVIDENCE.c.total)
    ordered = whole.order_by(EVIDENCE.c.terminal, EVIDENCE.c.picture)
    return ordered if terminal is None else ordered.where(EVIDENCE.c.terminal == terminal)


def _suffix(opened: bytes) -> str | None:
    """Return the suffix of a file by its first bytes; None if it is no evidence."""
    return next((suffix for begins, suffix in _SUFFIXES if begins.match(opened)), None)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InputFault(f"{folder}: {error.strerror}") from error

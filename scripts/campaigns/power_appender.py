"""Append records until the disk is gone, and report in shared memory up to which number all are durable."""

from __future__ import annotations

import os
import struct
import time
from typing import TYPE_CHECKING

import nacl.utils
from nacl.public import PrivateKey

from scripts.campaigns.upload_terminal import check
from terminal.errors import JournalFault
from terminal.journal.entry import Stamp
from terminal.journal.store import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, MutableSequence
    from pathlib import Path

STATE, PLAIN = "state", "plain"
BLOCK = struct.Struct(">Q600x")
"""Block of the plain file: a number, padded to about the size of a record."""
ACKNOWLEDGED, IDLE = range(2)
"""Slots of the board: last durable number, and a flag that nothing more will be written."""
SLOTS = 2
RESERVE_BYTES = 1 << 20
_OWNER, _SEALING = bytes(range(32)), PrivateKey(bytes(range(32, 64))).public_key
_STAMP = Stamp(terminal="T0001", at_ms=1_700_000_000_000, clock_trusted=True, officer="000001", shift="1")


def open_journal(disk: Path) -> Journal:
    """Open the journal on a disk. Raises JournalFault."""
    return Journal.open(
        disk / STATE,
        terminal_public_key=_OWNER,
        sealing_key=bytes(_SEALING),
        random=nacl.utils.random,
        stamp=_STAMP,
        reserve_bytes=RESERVE_BYTES,
    )


def append(disk: Path, board: MutableSequence[int], most: int) -> None:
    """Append checks to the journal: `most` of them, or without limit if 0."""
    journal = open_journal(disk)
    _repeat(board, most, lambda seq: journal.append(_STAMP, check(seq)))


def append_plain(disk: Path, board: MutableSequence[int], most: int) -> None:
    """Append numbers to a file, syncing each: `most` of them, or without limit if 0."""
    file = os.open(disk / PLAIN, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def one(seq: int) -> int:
        os.write(file, BLOCK.pack(seq))
        os.fsync(file)
        return seq

    _repeat(board, most, one)


def _repeat(board: MutableSequence[int], most: int, one: Callable[[int], int]) -> None:
    begun = board[ACKNOWLEDGED]
    try:
        while not most or board[ACKNOWLEDGED] - begun < most:
            board[ACKNOWLEDGED] = one(board[ACKNOWLEDGED] + 1)
    except (JournalFault, OSError):
        return  # the disk is gone
    board[IDLE] = 1
    while True:
        time.sleep(1)  # wait to be killed, so that open files stay open during the cut

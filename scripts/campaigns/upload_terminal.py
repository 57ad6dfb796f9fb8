"""A terminal that only appends checks and uploads them, with the product's modules, until it is killed."""

from __future__ import annotations

import os
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import nacl.utils

from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.errors import JournalFull
from terminal.inbox import FromRegistry, Inbox
from terminal.journal.entry import Ages, Check, CodeShown, Stamp
from terminal.journal.store import Journal
from terminal.limits import DAY_S
from terminal.model import CheckOrigin, CredentialFinding, Outcome, Reason, Subject, VehicleFinding
from terminal.ports import Incoming, LinkState
from terminal.registry.upload_batches import Accepted, ReceiptResult
from terminal.rigs import link_of, trust_source
from terminal.services.sealed_link import SealedLink
from terminal.services.trust_service import access
from terminal.services.uploads import Upload
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import MutableSequence
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust import RegistryKeys
    from terminal.ports import KeyStore, Link

RESERVE_BYTES = 1 << 20
PACE_S = 0.004
"""Minimum time between two checks, s."""
ACKNOWLEDGED = struct.Struct(">16sQ32s")
"""Ledger record: journal id, record number and hash."""
STOP, CLOCK_MS, SENT, RECEIPTS, DROPPED, REFUSED = range(6)
"""Slots of the board: a stop flag, an offset to the clock, and counters.

The board is shared memory without a lock, since a killed process would keep the lock.
"""
SLOTS = 6
FULL, FAULTY = 75, 70
"""Exit statuses: no space to open the journal; the upload was stopped by the registry's answer."""


def check(chance: int) -> Check:
    """Return a check by an officer, or a failed one, with content derived from `chance`."""
    failed = chance % 8 == 0
    return Check(
        how=CheckOrigin.SCAN,
        finding=CredentialFinding.FAILED if failed else CredentialFinding.CURRENT,
        reason=Reason.BAD_SIGNATURE if failed else Reason.OK,
        vehicle=VehicleFinding.UNCHECKED if failed else VehicleFinding.VALID,
        outcome=Outcome.CAUTION if failed else Outcome.PASS,
        subject=Subject.TYPED if failed else Subject.CONFIRMED,
        ages=Ages(3600, DAY_S, 60),
        trust_serial=17,
        number=f"苏A{chance % 100_000:05}",
        kind="02",
        location=(320_000_000 + chance % 1000, 1_188_000_000),
        letters="A",
        valid_through=20270831,
        code=CodeShown("VI1:" + "6BFOXN TS3DH0YOJ58S" * 12 if failed else None, chance.to_bytes(12, "big")),
    )


def run_terminal(setting: Path, ledger: Path, board: MutableSequence[int]) -> None:
    """Append and upload until the board says to stop. Exits with FULL or FAULTY unless killed."""
    settings = config.read(setting)
    own, keys = open_store(settings.paths.identity), access(trust_source(settings)).first.registry_keys
    try:
        work = _prepared(settings, own, keys, board)
    except JournalFull:
        sys.exit(FULL)
    bare = link_of(settings, manual_ack=False)
    if bare is None:
        raise ValueError("the configuration has no registry")
    link = SealedLink(bare, lab.TERMINAL, own.open_sealed, keys.lookup[0])
    book = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    inbox = Inbox()
    link.open(lambda message: inbox.put(FromRegistry(message)))
    while not board[STOP]:
        _append(work.journal, book, board)
        with suppress(JournalFull):  # nothing is lost: it is retried
            _upload(work, link, inbox, board)
        if work.uploader.faults:
            print(*(fault.line() for fault in work.uploader.faults.values()), file=sys.stderr)
            sys.exit(FAULTY)
    link.close()
    work.close()
    work.journal.close()


def _prepared(settings: Config, own: KeyStore, keys: RegistryKeys, board: MutableSequence[int]) -> Upload:
    journal = Journal.open(
        settings.paths.state,
        terminal_public_key=own.public_key,
        sealing_key=keys.journal[0],
        random=nacl.utils.random,
        stamp=_stamp(board),
        reserve_bytes=RESERVE_BYTES,
    )
    signer = signer_with(own.public_key, own.sign)
    return Upload.open(settings.paths.state, journal, lab.TERMINAL, signer, keys)


def _stamp(board: MutableSequence[int]) -> Stamp:
    at_ms = time.time_ns() // 1_000_000 + board[CLOCK_MS]
    return Stamp(
        terminal=lab.TERMINAL, at_ms=at_ms, clock_trusted=True, officer=lab.OFFICERS[0].number, shift="1"
    )


def _append(journal: Journal, book: int, board: MutableSequence[int]) -> None:
    """Append a check, and note it in the ledger once the journal has acknowledged it."""
    chance = int.from_bytes(nacl.utils.random(8), "big")
    try:
        journal.append(_stamp(board), check(chance))
    except JournalFull:
        board[REFUSED] += 1
        return
    head = journal.head
    os.write(book, ACKNOWLEDGED.pack(head.journal_id, head.seq, head.hash))


def _upload(work: Upload, link: Link, inbox: Inbox, board: MutableSequence[int]) -> None:
    uploader = work.uploader
    for one in inbox.drain(PACE_S):
        message = one.message if isinstance(one, FromRegistry) else None
        if isinstance(message, LinkState) and message.up:
            uploader.stop()  # messages in flight may be lost: start again
        elif isinstance(message, Incoming):
            _note(uploader.receive(message, time.monotonic()), board)
    if not uploader.active and link.state.up:
        uploader.start(time.monotonic(), nacl.utils.random)
    out = uploader.poll(time.monotonic())
    if out is not None:
        board[SENT] += 1
        link.send(out)


def _note(received: ReceiptResult | None, board: MutableSequence[int]) -> None:
    if received is not None:
        board[RECEIPTS if isinstance(received, Accepted) else DROPPED] += 1


def acknowledged(ledger: Path) -> list[tuple[bytes, int, bytes]]:
    """Return journal, number and hash of every record acknowledged to the terminal. Raises OSError."""
    content = ledger.read_bytes()
    whole = len(content) - len(content) % ACKNOWLEDGED.size
    return list(ACKNOWLEDGED.iter_unpack(content[:whole]))

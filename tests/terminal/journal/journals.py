"""Journals for tests: the registry's key pair, a terminal, and entries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nacl.public import PrivateKey

from terminal.journal import record
from terminal.journal.codec import read_entry
from terminal.journal.entry import Ages, Check, CodeShown, Stamp
from terminal.journal.store import Journal
from terminal.model import CheckOrigin, CredentialFinding, Outcome, Reason, Subject, VehicleFinding
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from terminal.journal.entry import Entry
    from terminal.journal.record import Head

REGISTRY = PrivateKey(bytes(range(32)))
TERMINAL_KEY = bytes(range(32, 64))
NUMBER, OFFICER, SHIFT, NOTE = "苏A7X31Q", "officer-098765", "2024-031", "驾驶人称已检验"
STAMP = Stamp(
    terminal="T0001", at_ms=1_700_000_000_000, clock_trusted=True, officer=OFFICER, shift=SHIFT, duress=False
)
CHECK = Check(
    how=CheckOrigin.SCAN,
    finding=CredentialFinding.FAILED,
    reason=Reason.BAD_SIGNATURE,
    vehicle=VehicleFinding.UNCHECKED,
    outcome=Outcome.CAUTION,
    subject=Subject.TYPED,
    ages=Ages(3600, None, 60),
    trust_serial=17,
    number=NUMBER,
    kind="02",
    code=CodeShown("VI1:6BFOXN TS3DH0YOJ58S"),
)


RESERVE_BYTES = 64 * 1024


def open_journal(
    state_dir: Path,
    *,
    owner: bytes = TERMINAL_KEY,
    sealing: PrivateKey = REGISTRY,
    at_ms: int = STAMP.at_ms,
    reserve_bytes: int = RESERVE_BYTES,
) -> Journal:
    """Open the journal in `state_dir` with nobody signed in."""
    return Journal.open(
        state_dir,
        terminal_public_key=owner,
        sealing_key=bytes(sealing.public_key),
        random=os.urandom,
        stamp=Stamp(terminal="T0001", at_ms=at_ms, clock_trusted=True),
        reserve_bytes=reserve_bytes,
    )


def opened(records: Iterable[bytes], sealing: PrivateKey = REGISTRY) -> list[Entry]:
    """Unseal and parse records, as the registry does."""
    sealed = (record.read(encoded).sealed for encoded in records)
    pair = SealingKeyPair.of(bytes(sealing))
    return [read_entry(pair.open(box) or b"") for box in sealed]


def whole(journal: Journal) -> bool:
    """Return True if the chain of an open journal is intact from its genesis to its head."""
    start: Head = record.genesis(TERMINAL_KEY, journal.head.journal_id)
    return record.verify_chain(start, journal.records()) == journal.head

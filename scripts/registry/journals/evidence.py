"""Storage of sealed pictures, piece by piece. A picture is complete when its SHA-256 is its name.

Pieces may arrive twice or too early: a piece that does not continue its picture is ignored, and the receipt
gives the number of bytes stored.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from scripts.registry.journals.store import IncidentKind, ReceiptReply, RecordPlace, answered, note
from scripts.registry.journals.tables import EVIDENCE, PIECE
from scripts.registry.tables import insert
from terminal.registry.messages import Receipt, Reception, StoredPart
from terminal.registry.upload_batches import NO_JOURNAL
from terminal.wire.fields import HASH_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from terminal.registry.messages import Chunk, Pieces
    from terminal.wire.signed import Signer

MOST_BYTES = 16 * 1024 * 1024
"""Largest picture, bytes; nothing is stored of one that states a larger size."""


def store(connection: Connection, pieces: Pieces, now_ms: int, sign: Signer) -> ReceiptReply:
    """Store the next pieces of each picture; return a signed receipt with the bytes stored of each."""
    # In a fixed order: two workers with the same two pictures must not wait for each other.
    held = {
        piece.sha256: _take(connection, pieces.terminal, piece, now_ms)
        for piece in sorted(pieces.pieces, key=lambda piece: (piece.sha256, piece.offset))
    }
    told = tuple(StoredPart(*each) for each in held.items())
    return answered(receipt(pieces.terminal, now_ms, Reception.STORED, held=told), sign)


def receipt(
    terminal: str,
    now_ms: int,
    result: Reception,
    *,
    held: tuple[StoredPart, ...] | None = None,
    wait_s: int | None = None,
) -> Receipt:
    """Return a receipt that names no journal."""
    return Receipt(
        terminal=terminal,
        journal_id=NO_JOURNAL,
        seq=0,
        hash=bytes(HASH_SIZE),
        received_ms=now_ms,
        result=result,
        held=held,
        wait_s=wait_s,
    )


def picture(connection: Connection, terminal: str, digest: bytes) -> bytes | None:
    """Return a complete sealed picture, or None."""
    row = connection.execute(select(EVIDENCE).filter_by(terminal=terminal, picture=digest)).first()
    whole = row is not None and row.held == row.total
    return _joined(connection, {"terminal": terminal, "picture": digest}) if whole else None


def _take(connection: Connection, terminal: str, piece: Chunk, now_ms: int) -> int:
    """Store the next piece of one picture; return the bytes then stored."""
    if piece.total > MOST_BYTES:
        note(connection, RecordPlace(terminal, NO_JOURNAL, piece.total), IncidentKind.EVIDENCE, now_ms)
        return 0
    key = {"terminal": terminal, "picture": piece.sha256}
    found = insert(connection, EVIDENCE).values(**key, total=piece.total, held=0, at_ms=now_ms)
    connection.execute(found.on_conflict_do_nothing())
    row = connection.execute(select(EVIDENCE).filter_by(**key).with_for_update()).one()
    held, total = int(row.held), int(row.total)
    if held == 0:  # nothing stored yet fixes the total size
        total = piece.total
    content = piece.content[held - piece.offset :] if piece.offset <= held else b""
    if total != piece.total or not content:
        return held
    connection.execute(PIECE.insert().values(**key, offset=held, data=content))
    held += len(content)
    if held == total and sha256(_joined(connection, key)).digest() != piece.sha256:
        note(connection, RecordPlace(terminal, NO_JOURNAL, total), IncidentKind.EVIDENCE, now_ms)
        connection.execute(delete(PIECE).filter_by(**key))
        held = 0
    connection.execute(update(EVIDENCE).filter_by(**key).values(total=total, held=held, at_ms=now_ms))
    return held


def _joined(connection: Connection, key: Mapping[str, object]) -> bytes:
    rows = connection.execute(select(PIECE.c.data).filter_by(**key).order_by(PIECE.c.offset))
    return b"".join(rows.scalars())

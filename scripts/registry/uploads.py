"""Store a terminal's upload, or return a receipt with the reason why not (wire format, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scripts.registry.admission import LARGEST_BATCH
from scripts.registry.bounds import MOST_PIECES
from scripts.registry.journals import evidence
from scripts.registry.journals import store as journals
from scripts.registry.journals.store import answered
from terminal.registry.messages import Batch, Pieces, Reception
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed
from terminal.wire.fields import ID_SIZE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scripts.registry.bounds import Bounds
    from scripts.registry.journals.store import ReceiptReply
    from scripts.registry.terminals import Terminal
    from terminal.wire.signed import Signer


class SignedUpload(NamedTuple):
    """A signed batch or pieces of a terminal."""

    owner: Terminal
    message: bytes
    """The bytes as received."""
    said: type[Batch | Pieces] | Batch | Pieces
    """The message; only its type if it is signed but malformed."""


def store(
    connection: Connection, upload: SignedUpload, now_ms: int, sign: Signer, bounds: Bounds | None
) -> ReceiptReply:
    """Store an upload with its receipt; `bounds` is None for one that was imported by hand, which has no
    quota.
    """
    if isinstance(upload.said, Pieces):
        return _store_pieces(connection, upload.said, now_ms, sign, bounds)
    if isinstance(upload.said, Batch) and len(upload.message) <= LARGEST_BATCH:
        return journals.store(connection, upload.said, upload.owner, now_ms, sign)
    journal_id = _journal_named(upload.message) if upload.said is not Pieces else None
    if journal_id is None:
        return answered(evidence.receipt(upload.owner.id, now_ms, Reception.REFUSED), sign)
    return journals.refuse(connection, upload.owner, journal_id, now_ms, sign)


def _store_pieces(
    connection: Connection, pieces: Pieces, now_ms: int, sign: Signer, bounds: Bounds | None
) -> ReceiptReply:
    if len(pieces.pieces) > MOST_PIECES:
        return answered(evidence.receipt(pieces.terminal, now_ms, Reception.REFUSED), sign)
    size = sum(len(piece.content) for piece in pieces.pieces)
    wait_s = None if bounds is None else bounds.pictures_wait_s(pieces.terminal, size, now_ms)
    if wait_s is not None:
        later = evidence.receipt(pieces.terminal, now_ms, Reception.NOT_NOW, wait_s=wait_s)
        return answered(later, sign)
    return evidence.store(connection, pieces, now_ms, sign)


def _journal_named(message: bytes) -> bytes | None:
    """Return the journal id in a batch's key 2, whatever else it contains; None if there is none."""
    try:
        said = cbor.read(cose.parse(message).payload)
    except Malformed:
        return None
    named = said.get(2) if isinstance(said, dict) else None
    return named if isinstance(named, bytes) and len(named) == ID_SIZE else None

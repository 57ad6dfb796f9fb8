"""Recheck the codes of recorded checks by the authorities' records, until these give a certain answer.

A code is judged as of its check, because an authority may delete its record a month after it expired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import base45
from sqlalchemy import and_, exists, func, select

from scripts.registry import issuance
from scripts.registry.journals.entry_tables import CHECK, CODE_RECHECK, ENTRY
from scripts.registry.tables import insert
from terminal.codes import PREFIX
from terminal.credential import claims, register, verify
from terminal.model import CredentialFinding, Issuance
from terminal.registry.messages import CodeClaims
from terminal.wire import cose

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from scripts.registry.database import Database

_SIGNED = frozenset(
    {CredentialFinding.CURRENT, CredentialFinding.PAST, CredentialFinding.NOT_ISSUED}
    | {CredentialFinding.OTHER_VEHICLE, CredentialFinding.WITHDRAWN}
)
"""Findings of a code whose signature the terminal verified."""


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that a terminal verified, as its record has it."""

    kid: bytes
    """Key id of the issuer key, 8 bytes."""
    digest: bytes
    claims: CodeClaims


def read(text: str) -> ShownCode | None:
    """Read the text of a code without verifying it; None if it is not an inspection mark's."""
    if not text.startswith(PREFIX):
        return None
    try:
        message = cose.parse(base45.b45decode(text.removeprefix(PREFIX).encode("ascii")))
        held = claims.parse(message.payload)
    except ValueError:
        return None
    digest = register.digest_of(cose.signed_bytes(message, verify.CONTEXT))
    return ShownCode(message.kid, digest, CodeClaims(held.issuer, held.issued_s, held.expires_s))


def recheck_codes(database: Database, now_ms: int) -> int:
    """Recheck the codes of every check about which nothing certain is known; return how many became so.

    Raises DatabaseFault.
    """
    with database.transaction() as connection:
        found = [(row, _issuance(connection, row)) for row in _due(connection)]
        certain = [(row, word) for row, word in found if word is not Issuance.NOT_KNOWN]
        for row, word in certain:
            done = insert(connection, CODE_RECHECK).values(
                terminal=row.terminal, journal=row.journal, seq=row.seq, at_ms=now_ms, issuance=int(word)
            )
            connection.execute(done.on_conflict_do_nothing())  # another may recheck at the same time
    return len(certain)


def _due(connection: Connection) -> list[Row[Any]]:
    mine, done = CHECK.c, CODE_RECHECK.c
    rechecked = exists().where(
        done.terminal == mine.terminal, done.journal == mine.journal, done.seq == mine.seq
    )
    entry = and_(ENTRY.c.terminal == mine.terminal, ENTRY.c.journal == mine.journal, ENTRY.c.seq == mine.seq)
    due = (
        select(CHECK, ENTRY.c.at_ms)
        .join(ENTRY, entry)
        .where(mine.finding.in_(_SIGNED), func.substr(mine.code_text, 1, len(PREFIX)) == PREFIX, ~rechecked)
    )
    return list(connection.execute(due).all())


def _issuance(connection: Connection, row: Row[Any]) -> Issuance:
    shown = read(row.code_text)
    if shown is None:
        return Issuance.NOT_KNOWN
    return issuance.issuance_of(connection, shown.digest, shown.claims, row.at_ms / 1000)

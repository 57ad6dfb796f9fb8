"""Authorities' records of the codes they issued, by digest, and the answer for a code that was shown.

1. A code whose digest is recorded was issued (0).
2. It was never issued (1) if it has not expired, and its authority's records are complete to a day past its
   iat: until then an honest code may not have been recorded yet.
3. Otherwise it is not known (2), for example if a request does not state the code's authority and time.

Wire format, section 4, "Register of issued codes", and key 10 of an answer in section 5.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, func, select

from keys.register_build import read_record
from scripts.registry.tables import SCHEMA, insert
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.model import Issuance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from terminal.registry.messages import CodeClaims

ISSUED = Table("issued", SCHEMA, Column("digest", LargeBinary, primary_key=True))
"""The first 16 bytes of SHA-256 over the Sig_structure of each code that was issued."""
COMPLETE = Table(
    "issued_complete",
    SCHEMA,
    Column("authority", Text, primary_key=True),
    Column("until_s", BigInteger, nullable=False),
)
"""Each authority's records have every code with an earlier iat (Unix s)."""
_AT_ONCE = 10_000


def record(connection: Connection, lines: Iterable[str]) -> int:
    """Record issued codes, one a line in the format of `keys.register_build`; return the number of lines.

    Raises InputFault for a line of another form.
    """
    digests = _digests(lines)
    count = 0
    while batch := list(islice(digests, _AT_ONCE)):
        rows = [{"digest": digest} for digest in dict.fromkeys(batch)]
        connection.execute(insert(connection, ISSUED).on_conflict_do_nothing(), rows)
        count += len(batch)
    return count


def complete(connection: Connection, authority: str, until_s: int) -> None:
    """Note that an authority's records have every code with an iat before `until_s` (Unix s).

    An earlier time than already noted changes nothing.
    """
    adding = insert(connection, COMPLETE).values(authority=authority, until_s=until_s)
    later = func.max if connection.dialect.name == "sqlite" else func.greatest
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["authority"],
            set_={"until_s": later(COMPLETE.c.until_s, adding.excluded.until_s)},
        )
    )


def issuance_of(connection: Connection, digest: bytes, claims: CodeClaims | None, now_s: float) -> Issuance:
    """Return the records' answer about a code at `now_s` (Unix s), by its digest (16 bytes) and claims."""
    found = select(ISSUED.c.digest).where(ISSUED.c.digest == digest)
    if connection.execute(found).first() is not None:
        return Issuance.ISSUED
    if claims is None or now_s >= claims.expires_s:
        return Issuance.NOT_KNOWN
    until = select(COMPLETE.c.until_s).where(COMPLETE.c.authority == claims.issuer)
    until_s = connection.execute(until).scalar()
    if until_s is None or claims.issued_s + DAY_S > until_s:
        return Issuance.NOT_KNOWN
    return Issuance.NEVER_ISSUED


def _digests(lines: Iterable[str]) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        try:
            *_, digest = read_record(line.rstrip("\r\n"))
        except ValueError as error:
            raise InputFault(f"record {number}: {error}") from error
        yield digest

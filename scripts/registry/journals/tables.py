"""The registry's tables of terminals' journals: what came, as it came, and what was found wrong with it.

Nothing here is ever changed or removed but heads and marks; opened entries are in `entry_tables`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from scripts.registry.tables import SCHEMA

JOURNAL = Table(
    "journal",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # of the last record stored; 0 before the first
    Column("hash", LargeBinary, nullable=False),  # of that record; the genesis before the first
    Column("at_ms", BigInteger, nullable=False),  # when that was stored
)
"""One row a journal: where it stands here. Whoever stores records holds its row's lock."""

KNOWN = Table(
    "known_journal",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("first_ms", BigInteger, nullable=False),
)
"""One row a journal, with the time at which it was first named: what a terminal's quota is counted by."""

RECORD = Table(
    "record",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("state", Integer, nullable=False),
    Index("record_state", "state"),
)
"""Each record's bytes; `state` is a RecordState of `opening`."""

RECEIPT = Table(
    "receipt",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("message", LargeBinary, nullable=False),
)
"""The signed receipt that was given when `seq` was the last record stored; a repeated batch gets it again."""

SIGHTING = Table(
    "sighting",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""The heads that a terminal has named, until the records are stored and agree."""

INCIDENT = Table(
    "incident",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""What was found wrong with a journal, once for each place; `kind` is an IncidentKind of `journals`."""

EVIDENCE = Table(
    "evidence",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("picture", LargeBinary, primary_key=True),  # SHA-256
    Column("total", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""One row a sealed picture: how much of it is there, from its beginning. Complete is verified."""

PIECE = Table(
    "piece",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("picture", LargeBinary, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The pieces of a picture, without overlap."""

UNIT = Table("unit", SCHEMA, Column("terminal", Text, primary_key=True), Column("unit", Text, nullable=False))
"""Which unit has which terminal."""

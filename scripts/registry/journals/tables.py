"""Tables of terminals' journals: records as received, and incidents.

Only heads and marks are ever changed or removed here; opened entries are in `entry_tables`.
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
    Column("at_ms", BigInteger, nullable=False),  # when that record was stored
)
"""State of each journal. Storing records locks its row."""

KNOWN = Table(
    "known_journal",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("first_ms", BigInteger, nullable=False),
)
"""Time at which each journal was first named, for the terminal's quota."""

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
"""Bytes of each record; `state` is a RecordState of `unsealing`."""

RECEIPT = Table(
    "receipt",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("message", LargeBinary, nullable=False),
)
"""The signed receipt given when `seq` was the last stored record; a repeated batch gets it again."""

SIGHTING = Table(
    "sighting",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""Heads that terminals have named, until the records are stored and agree."""

INCIDENT = Table(
    "incident",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
"""Incidents with journals, once for each place; `kind` is an IncidentKind of `store`."""

EVIDENCE = Table(
    "evidence",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("picture", LargeBinary, primary_key=True),  # SHA-256
    Column("total", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""State of each sealed picture: the bytes stored so far. A complete one was verified."""

PIECE = Table(
    "piece",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("picture", LargeBinary, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""Pieces of pictures, without overlap."""

UNIT = Table("unit", SCHEMA, Column("terminal", Text, primary_key=True), Column("unit", Text, nullable=False))
"""The unit of each terminal."""

"""Tables of vehicles, the hot list and seen requests, the same on SQLite and on PostgreSQL.

Tables of journals are in `journals.tables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCHEMA = MetaData()
REQUESTS = MetaData()
"""Seen requests. On SQLite they are in a file of their own: a file has one writer at a time, and an answer
must not wait for an upload.
"""

VEHICLE = Table(
    "vehicle",
    SCHEMA,
    Column("number", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("vehicle_type", Text, nullable=False),
    Column("use", Text, nullable=False),
    Column("valid_through", Integer, nullable=False),  # yyyymmdd
    Column("letters", Text, nullable=False),
    Column("colour", Text),
    Column("vin_tail", Text),
    Column("brand", Text),
    Column("first_registered", Integer),  # yyyymmdd
    Column("scrap_date", Integer),  # yyyymmdd
    Column("newest_cti", LargeBinary),
    Column("inspected", Integer),  # yyyymmdd
    Column("station", Text),
    Column("exempt", Boolean),
    Column("insured_until", Integer),  # yyyymmdd
    Column("violations", Integer),
    Column("seats", Integer),
    Column("energy", Text),
)
"""A row has the fields of a VehicleRecord and of its details, by name."""

VIN = Table(
    "vin",
    SCHEMA,
    Column("vin", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("kind", Text, nullable=False),
)
"""The vehicle of each vehicle identification number."""

SEEN = Table(
    "seen",
    REQUESTS,
    Column("terminal", Text, primary_key=True),
    Column("request", LargeBinary, primary_key=True),
    Column("sent_ms", BigInteger, nullable=False),
    Index("seen_sent", "sent_ms"),
)
"""Requests that were answered; kept for longer than they stay fresh."""

WITNESS = Table(
    "witness",
    SCHEMA,
    Column("terminal", Text, primary_key=True),
    Column("journal", LargeBinary, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
"""The furthest head of each journal that a terminal has named."""

HOTLIST = Table(
    "hotlist",
    SCHEMA,
    Column("province", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the newest change
    Column("at_ms", BigInteger, nullable=False),  # of the newest change
    Column("told", BigInteger, nullable=False),  # the newest change that the broker has
    Column("lease_ms", BigInteger, nullable=False),  # until then one worker publishes the rest
)
"""State of each province's list; its numbers are drawn from here."""

CHANGE = Table(
    "change",
    SCHEMA,
    Column("province", Text, primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)
"""Each change, as the payload of its message."""

LISTED = Table(
    "listed",
    SCHEMA,
    Column("province", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("letters", Text, nullable=False),
    Index("listed_number", "number"),
)
"""Current content of each province's list."""

DIALECTS = frozenset({"sqlite", "postgresql"})


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT with ON CONFLICT for this connection's database."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the same for one of `DIALECTS`, to be built once and executed often."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)

"""The database holds all that the registry knows and has seen; whoever has its URL may answer.

SQLite for a desk and PostgreSQL for a pilot, by URL. One request is one transaction. What a fault says never
repeats a statement's values: they are plates.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, create_engine, delete, event, make_url, select
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scripts.registry import hotlist, journals
from scripts.registry.entry_tables import ENTRY
from scripts.registry.faults import DatabaseFault
from scripts.registry.tables import DIALECTS, SEEN, VEHICLE, insert, insert_for
from terminal.errors import InputFault
from terminal.registry.messages import VehicleRecord

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.sql.dml import ReturningInsert

    from terminal.journal.record import Head
    from terminal.registry.messages import HotlistChange, HotlistQuestion

REMEMBERED_MS = 3_600_000
"""A request is remembered for so long after it was sent; after 60 s its age refuses it."""
_BUSY_S = 5
_READS = "roadside_reads"
"""The option of a connection that leaves the lock to those who write."""
# Every question asks these: building them each time would take longer than the database does.
_VEHICLES = select(VEHICLE).where(VEHICLE.c.number == bindparam("number")).order_by(VEHICLE.c.kind)
_WAITS = "roadside_waits"
"""The option of a connection whose commit waits for the disk, which is so where nothing is said."""
_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON")


class Database:
    """One database; any number of threads and processes may share it."""

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's: sqlite:///FILE or postgresql://... . Raises InputFault for any other."""
        self._engine = _engine(_url(url))

    def prepare(self, now_ms: int) -> None:
        """Make the tables and the provinces' hot lists where they are missing. Raises DatabaseFault."""
        with _faults():
            ENTRY.metadata.create_all(self._engine)  # all tables are of the one schema
        with self.transaction() as connection:
            hotlist.found(connection, now_ms)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection within a transaction: all of it counts, or none. Raises DatabaseFault."""
        with _faults(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def answering(self) -> Iterator[Connection]:
        """A transaction whose commit does not wait for SQLite's disk. Raises DatabaseFault.

        It outlives every process. With the power, the last ones may be lost: which requests were seen, and
        are refused for their age within a minute; and which heads were named, of which the terminal's next
        request names the newest. No receipt is given in one.
        """
        with _faults(), self._engine.connect() as held:
            connection = held.execution_options(**{_WAITS: False})
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads, however long, in nobody's way. Raises DatabaseFault."""
        with _faults(), self._engine.connect().execution_options(**{_READS: True}) as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


@dataclass(frozen=True, slots=True)
class RequestView:
    """The database as one request sees it: `answering.View`."""

    connection: Connection

    def first_seen(self, terminal: str, request_id: bytes, sent_ms: int) -> bool:
        """Whether this request was never seen before, by any worker; from now on it was."""
        request = {"terminal": terminal, "request": request_id, "sent_ms": sent_ms}
        return self.connection.execute(_marking(self.connection.dialect.name), request).first() is not None

    def witness(self, terminal: str, head: Head, at_ms: int) -> None:
        """Keep the furthest head of a journal, and name what contradicts what is known of it."""
        journals.witness(self.connection, terminal, head, at_ms, fresh=True)

    def records(self, number: str) -> list[VehicleRecord]:
        """The vehicles of a number, in the order of their kinds."""
        rows = self.connection.execute(_VEHICLES, {"number": number})
        return [VehicleRecord(**row) for row in rows.mappings()]

    def changes(self, question: HotlistQuestion, most: int) -> tuple[list[HotlistChange], bool]:
        """The hot-list changes asked for, up to `most` changes and vehicles; and whether more follow."""
        return hotlist.changes(self.connection, question, most)


@cache
def _marking(dialect: str) -> ReturningInsert[str]:
    """Marks a request as seen; returns a row where it was not."""
    return insert_for(dialect, SEEN).on_conflict_do_nothing().returning(SEEN.c.terminal)


def register(connection: Connection, records: Iterable[VehicleRecord]) -> None:
    """Put vehicles in the registry; a vehicle that is there already is told anew."""
    for record in records:
        row = asdict(record)
        adding = insert(connection, VEHICLE).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=["number", "kind"], set_=row))


def is_empty(connection: Connection) -> bool:
    """Whether the registry has no vehicle."""
    return connection.execute(select(VEHICLE.c.number).limit(1)).first() is None


def forget(connection: Connection, now_ms: int) -> None:
    """Forget requests that are refused for their age in any case."""
    connection.execute(delete(SEEN).where(SEEN.c.sent_ms < now_ms - REMEMBERED_MS))


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise InputFault("not a database URL") from error
    if url.get_backend_name() not in DIALECTS:
        raise InputFault("a database URL begins with sqlite: or postgresql:")
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN is then the only one
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Every request writes; a lock that is only taken then could not wait for another's.
        options = connection.get_execution_options()
        lasting = "FULL" if options.get(_WAITS, True) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {lasting}")
        connection.exec_driver_sql("BEGIN DEFERRED" if options.get(_READS, False) else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (InterfaceError, OperationalError, PoolTimeout) as error:
        # The text could repeat values; the cause would show them.
        raise DatabaseFault(type(error).__name__) from None

"""The database holds all that the registry knows and has seen; whoever has its URL may answer.

SQLite for a desk and PostgreSQL for a pilot, by URL. One request is one transaction. What a fault says never
repeats a statement's values: they are plates.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, create_engine, delete, event, inspect, make_url, schema, select, text
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scripts.registry import earlier, hotlist
from scripts.registry.faults import DatabaseFault
from scripts.registry.journals import store
from scripts.registry.journals.entry_tables import ENTRY
from scripts.registry.lookup_statement import Statement
from scripts.registry.tables import DIALECTS, REQUESTS, SEEN, VEHICLE, VIN, insert, insert_for
from terminal.errors import InputFault
from terminal.registry.messages import VehicleRecord

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import URL, Connection, Engine

    from terminal.journal.record import Head
    from terminal.model import EarlierAlarm, Plate
    from terminal.registry.messages import HotlistChange, HotlistQuestion

REMEMBERED_MS = 3_600_000
"""A request is remembered for so long after it was sent; after 60 s its age refuses it."""
_BUSY_S = 5
_READS = "roadside_reads"
"""The option of a connection that leaves the lock to those who write."""
_COLUMNS = VEHICLE.c.keys()
_VEHICLES = Statement(
    lambda _: select(VEHICLE).where(VEHICLE.c.number == bindparam("number")).order_by(VEHICLE.c.kind)
)
_MARKING = Statement(
    lambda dialect: insert_for(dialect, SEEN).on_conflict_do_nothing().returning(SEEN.c.terminal)
)
"""Marks a request as seen; returns a row where it was not."""
_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON")


class Database:
    """One database; any number of threads and processes may share it."""

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's: sqlite:///FILE or postgresql://... . Raises InputFault for any other."""
        where = _url(url)
        self._engine = _engine(where, "FULL")
        # Of a database in memory each engine has its own; requests have theirs in any case.
        self._answers = _engine(where, "NORMAL") if where.database else self._engine
        self._requests = _engine(_requests_url(where), "NORMAL")

    def prepare(self, now_ms: int) -> None:
        """Make the tables and the provinces' hot lists where they are missing. Raises DatabaseFault."""
        with _faults():
            ENTRY.metadata.create_all(self._engine)  # all tables but those of requests are of one schema
            REQUESTS.create_all(self._requests)
            _add_missing_columns(self._engine)
        with self.transaction() as connection:
            hotlist.found(connection, now_ms)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection within a transaction: all of it counts, or none. Raises DatabaseFault."""
        with _faults(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def answering(self) -> Iterator[RequestView]:
        """The database as one request sees it, which waits for no upload. Raises DatabaseFault.

        Which requests were seen outlives every process. With the power, the last ones may be lost, and are
        refused for their age within a minute.
        """
        with _faults(), self._answers.connect().execution_options(**{_READS: True}) as connection:
            yield RequestView(connection, self._requests)

    def keep(self, heads: Iterable[NamedHead]) -> None:
        """Keep the heads that requests named; the last ones may be lost with the power. Raises DatabaseFault.

        A terminal's next request names its newest head again.
        """
        with _faults(), self._answers.begin() as connection:
            for each in heads:
                store.witness(connection, each.terminal, each.head, each.at_ms, fresh=True)

    def forget(self, now_ms: int) -> None:
        """Forget requests that are refused for their age in any case. Raises DatabaseFault."""
        with _faults(), self._requests.begin() as connection:
            connection.execute(delete(SEEN).where(SEEN.c.sent_ms < now_ms - REMEMBERED_MS))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads, however long, in nobody's way. Raises DatabaseFault."""
        with _faults(), self._engine.connect().execution_options(**{_READS: True}) as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        for engine in (self._engine, self._answers, self._requests):
            engine.dispose()


class NamedHead(NamedTuple):
    """The head of its journal that a terminal named in a request, and when (Unix ms)."""

    terminal: str
    head: Head
    at_ms: int


@dataclass(frozen=True, slots=True)
class RequestView:
    """The database as one request sees it: `answering.View`."""

    connection: Connection
    """Reads vehicles and the hot list."""
    requests: Engine | None = None
    """Where requests are marked; None where none are."""

    def first_seen(self, terminal: str, request_id: bytes, sent_ms: int) -> bool:
        """Mark a request as seen; True if no worker had seen it."""
        if self.requests is None:
            return True
        request = {"terminal": terminal, "request": request_id, "sent_ms": sent_ms}
        with self.requests.begin() as connection:
            return bool(_MARKING.on(connection, request))

    def records(self, number: str) -> list[VehicleRecord]:
        """The vehicles of a number, in the order of their kinds."""
        rows = _VEHICLES.on(self.connection, {"number": number})
        return [VehicleRecord(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def of_vin(self, vin: str) -> VehicleRecord | None:
        """The vehicle of a vehicle identification number."""
        of = VEHICLE.join(VIN, (VIN.c.number == VEHICLE.c.number) & (VIN.c.kind == VEHICLE.c.kind))
        rows = self.connection.execute(select(VEHICLE).select_from(of).where(VIN.c.vin == vin)).mappings()
        row = rows.first()
        return None if row is None else VehicleRecord(**row)

    def earlier_alarms(self, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
        """Earlier alarms on a vehicle, newest first; None where it has no alarm now, or never had one."""
        return earlier.earlier_alarms(self.connection, record)

    def changes(self, question: HotlistQuestion, most: int) -> tuple[list[HotlistChange], bool]:
        """The hot-list changes asked for, up to `most` changes and vehicles; and whether more follow."""
        return hotlist.changes(self.connection, question, most)


def register(connection: Connection, records: Iterable[VehicleRecord]) -> None:
    """Put vehicles in the registry; a vehicle that is there already is told anew."""
    for record in records:
        row = asdict(record)
        adding = insert(connection, VEHICLE).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=["number", "kind"], set_=row))


def register_vins(connection: Connection, vins: Mapping[str, Plate]) -> None:
    """Say which vehicle has a vehicle identification number; each in place of what was said before."""
    for vin, plate in vins.items():
        row = {"vin": vin, "number": plate.number, "kind": plate.kind}
        adding = insert(connection, VIN).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=["vin"], set_=row))


def is_empty(connection: Connection) -> bool:
    """Whether the registry has no vehicle."""
    return connection.execute(select(VEHICLE.c.number).limit(1)).first() is None


def _add_missing_columns(engine: Engine) -> None:
    """Bring the tables of an earlier release up to this one, which has more columns (null) and indices."""
    with engine.begin() as connection:
        inspector = inspect(connection)
        for table in ENTRY.metadata.sorted_tables:
            held = {column["name"] for column in inspector.get_columns(table.name)}
            for column in table.columns:
                if column.name not in held:
                    made = schema.CreateColumn(column).compile(dialect=engine.dialect)
                    connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {made}"))
            for index in table.indexes:
                index.create(connection, checkfirst=True)


def _url(given: str) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise InputFault("not a database URL") from error
    if url.get_backend_name() not in DIALECTS:
        raise InputFault("a database URL begins with sqlite: or postgresql:")
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _requests_url(url: URL) -> URL:
    """The database of requests: on SQLite a file beside the other."""
    beside = url.get_backend_name() == "sqlite" and url.database
    return url.set(database=f"{url.database}-requests") if beside else url


def _engine(url: URL, lasting: str) -> Engine:
    """`lasting` is SQLite's word for what a commit waits for."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.database and not url.database.startswith((":memory:", "file:")):
        _own(Path(url.database))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN is then the only one
        for pragma in (*_PRAGMAS, f"synchronous = {lasting}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Every request writes; a lock that is only taken then could not wait for another's.
        reads = connection.get_execution_options().get(_READS, False)
        connection.connection.cursor().execute("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")

    return engine


def _own(path: Path) -> None:
    """Make a database's file its owner's alone: it has plates in it. SQLite does so with the rest."""
    with suppress(OSError):  # SQLite says what is wrong when it is opened
        path.touch(mode=0o600)
        for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if each.exists():
                each.chmod(0o600)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (InterfaceError, OperationalError, PoolTimeout) as error:
        # The text could repeat values; the cause would show them.
        raise DatabaseFault(type(error).__name__) from None

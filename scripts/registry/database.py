"""Database of the registry: SQLite for a desk, PostgreSQL for a pilot, selected by URL.

Each request is one transaction. Texts of faults never contain a statement's values, because these are plates.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, create_engine, delete, event, inspect, make_url, schema, select, text
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scripts.registry import earlier, hotlist, issuance
from scripts.registry.faults import DatabaseFault
from scripts.registry.journals import store
from scripts.registry.journals.entry_tables import ENTRY
from scripts.registry.lookup_statement import Statement
from scripts.registry.tables import DIALECTS, REQUESTS, SEEN, VEHICLE, VIN, insert, insert_for
from terminal.errors import InputFault
from terminal.model import RecordDetails
from terminal.registry.messages import VehicleRecord

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import URL, Connection, Engine

    from terminal.journal.record import Head
    from terminal.model import EarlierAlarm, Issuance, Plate
    from terminal.registry.messages import HotlistChange, HotlistQuestion, PlateQuestion

REMEMBERED_MS = 3_600_000
"""Time, ms, for which a request is remembered after it was sent; after 60 s its age refuses it anyway."""
_BUSY_S = 5
_READS = "roadside_reads"
"""Option of a connection that leaves SQLite's write lock to others."""
_COLUMNS = VEHICLE.c.keys()
_DETAILS = frozenset(each.name for each in fields(RecordDetails))
_VEHICLES = Statement(
    lambda _: select(VEHICLE).where(VEHICLE.c.number == bindparam("number")).order_by(VEHICLE.c.kind)
)
_MARKING = Statement(
    lambda dialect: insert_for(dialect, SEEN).on_conflict_do_nothing().returning(SEEN.c.terminal)
)
"""Marks a request as seen; returns a row if it was not seen before."""
_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON")


class Database:
    """One database, which any number of threads and processes may share."""

    def __init__(self, url: str) -> None:
        """Open the database at SQLAlchemy's `url`: sqlite:///FILE or postgresql://... . Raises InputFault for
        others.
        """
        where = _url(url)
        self._engine = _engine(where, "FULL")
        # In memory, each engine has a database of its own; requests are in one of their own anyway.
        self._answers = _engine(where, "NORMAL") if where.database else self._engine
        self._requests = _engine(_requests_url(where), "NORMAL")

    def prepare(self, now_ms: int) -> None:
        """Create missing tables and hot lists. Raises DatabaseFault."""
        with _faults():
            ENTRY.metadata.create_all(self._engine)  # all tables except those of requests share one schema
            REQUESTS.create_all(self._requests)
            _add_missing_columns(self._engine)
        with self.transaction() as connection:
            hotlist.found(connection, now_ms)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a connection in a transaction, which is committed as a whole or not at all. Raises
        DatabaseFault.
        """
        with _faults(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def answering(self) -> Iterator[RequestView]:
        """Open the view for answering one request, which never waits for an upload. Raises DatabaseFault.

        Marks of seen requests survive crashes of processes. A power cut may lose the last ones; those
        requests are refused for their age within a minute.
        """
        with _faults(), self._answers.connect().execution_options(**{_READS: True}) as connection:
            yield RequestView(connection, self._requests)

    def keep(self, heads: Iterable[NamedHead]) -> None:
        """Keep the heads that requests named; a power cut may lose the last ones. Raises DatabaseFault.

        A terminal's next request names its newest head again.
        """
        with _faults(), self._answers.begin() as connection:
            for each in heads:
                store.witness(connection, each.terminal, each.head, each.at_ms, fresh=True)

    def forget(self, now_ms: int) -> None:
        """Forget requests that their age refuses anyway. Raises DatabaseFault."""
        with _faults(), self._requests.begin() as connection:
            connection.execute(delete(SEEN).where(SEEN.c.sent_ms < now_ms - REMEMBERED_MS))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that only reads and never blocks others. Raises DatabaseFault."""
        with _faults(), self._engine.connect().execution_options(**{_READS: True}) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        for engine in (self._engine, self._answers, self._requests):
            engine.dispose()


class NamedHead(NamedTuple):
    """The head of its journal that a terminal named in a request, and the time (Unix ms)."""

    terminal: str
    head: Head
    at_ms: int


@dataclass(frozen=True, slots=True)
class RequestView:
    """The database as one request sees it; implements `answers.RegistryView`."""

    connection: Connection
    """Reads vehicles and the hot list."""
    requests: Engine | None = None
    """Where requests are marked as seen; None if they are not."""

    def first_seen(self, terminal: str, request_id: bytes, sent_ms: int) -> bool:
        """Mark a request as seen; return True if no worker had seen it."""
        if self.requests is None:
            return True
        request = {"terminal": terminal, "request": request_id, "sent_ms": sent_ms}
        with self.requests.begin() as connection:
            return bool(_MARKING.on(connection, request))

    def records(self, number: str) -> list[VehicleRecord]:
        """Return the vehicles with a number, in the order of their kinds."""
        rows = _VEHICLES.on(self.connection, {"number": number})
        return [_record(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def of_vin(self, vin: str) -> VehicleRecord | None:
        """Return the vehicle with a vehicle identification number; None if there is none."""
        of = VEHICLE.join(VIN, (VIN.c.number == VEHICLE.c.number) & (VIN.c.kind == VEHICLE.c.kind))
        rows = self.connection.execute(select(VEHICLE).select_from(of).where(VIN.c.vin == vin)).mappings()
        row = rows.first()
        return None if row is None else _record(dict(row))

    def earlier_alarms(self, record: VehicleRecord) -> tuple[EarlierAlarm, ...] | None:
        """Return earlier alarms on a vehicle, newest first; None if it has no alarm now, or never had one."""
        return earlier.earlier_alarms(self.connection, record)

    def issuance(self, question: PlateQuestion, now_s: float) -> Issuance:
        """Return what authorities' records say of a question's code at `now_s` (Unix s)."""
        return issuance.issuance_of(self.connection, question.code_digest or b"", question.code_claims, now_s)

    def changes(self, question: HotlistQuestion, most: int) -> tuple[list[HotlistChange], bool]:
        """Return the requested changes, up to `most` changes and vehicles, and True if more follow."""
        return hotlist.changes(self.connection, question, most)


def _record(row: Mapping[str, Any]) -> VehicleRecord:
    known = {name: value for name, value in row.items() if name not in _DETAILS}
    return VehicleRecord(**known, details=RecordDetails(**{name: row[name] for name in _DETAILS}))


def _row(record: VehicleRecord) -> dict[str, Any]:
    row = {each.name: getattr(record, each.name) for each in fields(record) if each.name != "details"}
    return row | asdict(record.details)


def register(connection: Connection, records: Iterable[VehicleRecord]) -> None:
    """Put vehicles in the registry; a vehicle that is there already is overwritten."""
    for record in records:
        row = _row(record)
        adding = insert(connection, VEHICLE).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=["number", "kind"], set_=row))


def register_vins(connection: Connection, vins: Mapping[str, Plate]) -> None:
    """Assign vehicle identification numbers to vehicles, replacing earlier assignments."""
    for vin, plate in vins.items():
        row = {"vin": vin, "number": plate.number, "kind": plate.kind}
        adding = insert(connection, VIN).values(row)
        connection.execute(adding.on_conflict_do_update(index_elements=["vin"], set_=row))


def is_empty(connection: Connection) -> bool:
    """Return True if the registry has no vehicle."""
    return connection.execute(select(VEHICLE.c.number).limit(1)).first() is None


def _add_missing_columns(engine: Engine) -> None:
    """Add columns (null) and indices that the tables of an earlier release lack."""
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
    """Return the URL of the database of requests: on SQLite a second file beside the first."""
    beside = url.get_backend_name() == "sqlite" and url.database
    return url.set(database=f"{url.database}-requests") if beside else url


def _engine(url: URL, lasting: str) -> Engine:
    """Create an engine; `lasting` is SQLite's `synchronous`, which decides what a commit waits for."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.database and not url.database.startswith((":memory:", "file:")):
        _own(Path(url.database))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_S})

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # so that only SQLAlchemy's BEGIN begins transactions
        for pragma in (*_PRAGMAS, f"synchronous = {lasting}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Every request writes; upgrading a read lock later could not wait for another writer.
        reads = connection.get_execution_options().get(_READS, False)
        connection.connection.cursor().execute("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")

    return engine


def _own(path: Path) -> None:
    """Make a database's file accessible to its owner only, since it has plates; SQLite copies that to its
    other files.
    """
    with suppress(OSError):  # SQLite reports the error when it opens the file
        path.touch(mode=0o600)
        for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            if each.exists():
                each.chmod(0o600)


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (InterfaceError, OperationalError, PoolTimeout) as error:
        # The text could contain values, and the cause would show them.
        raise DatabaseFault(type(error).__name__) from None

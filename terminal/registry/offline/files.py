"""Files of the offline list: verified against a signed hash, and replaced atomically (wire format, section
7).

A new file is written beside the old one, synced, verified as it lies on disk, renamed, and the folder synced.
After a power cut at any moment either the old or the new file is in force, complete.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from terminal import atomic_file, storage
from terminal.errors import OfflineListFault, OfflineListRefused
from terminal.registry.offline import bloom_filter
from terminal.registry.offline.packing import LAST_RECORD, PLATES_A_KIND, TABLE_KINDS, TAKEN_OFF, unpack_plate
from terminal.vehicle.inspection import SHANGHAI, is_day
from terminal.vehicle.plate import can_be_kind
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

_NAME = re.compile(f"([{''.join(PROVINCES)}])(?:-([0-9]{{8}}))?\\.sqlite", re.ASCII)
_INCOMING = ".incoming"
_LOCK = ".lock"
_MAPPED_BYTES = 1 << 30
"""More than any province's file; SQLite maps only what exists."""
_TABLES = [("meta", "table"), ("vehicle", "table")]
_VEHICLE = [("plate", "INTEGER", 1), ("record", "INTEGER", 0)]


@dataclass(frozen=True, slots=True)
class FileName:
    """Name of a file: a province's base, or its changes of a day."""

    province: str
    day: int | None = None
    """yyyymmdd of a file of changes; None for a base."""

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Parse a file name; None if it is not a file of the list."""
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        day = int(match[2]) if match[2] else None
        return cls(match[1], day) if day is None or is_day(day) else None

    def __str__(self) -> str:
        return f"{self.province}.sqlite" if self.day is None else f"{self.province}-{self.day:08}.sqlite"


@dataclass(frozen=True, slots=True)
class FileHeader:
    """Header of a file, from its table `meta`."""

    province: str
    day: int
    """yyyymmdd; all changes of this day are in the file."""
    count: int
    kinds: tuple[str, ...] = TABLE_KINDS
    """Codes of plate kinds; a packed plate names its kind by its place here, from 0."""


def date_of(day: int) -> datetime:
    """Return the start of a day yyyymmdd in Asia/Shanghai. Raises ValueError for an invalid day."""
    return datetime(day // 10_000, day // 100 % 100, day % 100, tzinfo=SHANGHAI)


def follows(day: int, later: int) -> bool:
    """Return True if `later` is the day after `day`, both yyyymmdd."""
    return date_of(day) + timedelta(days=1) == date_of(later)


def names(folder: Path) -> list[FileName]:
    """Return the files of the list in a folder, which may be missing. Raises OSError."""
    if not folder.exists():
        return []
    found = (FileName.parse(entry.name) for entry in folder.iterdir())
    return [name for name in found if name is not None]


def digest(path: Path) -> bytes:
    """Return the SHA-256 of a file, 32 bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def faults(kind: type[OfflineListFault], what: object) -> AbstractContextManager[None]:
    """Translate storage errors into `kind`; misuse of SQLite (ProgrammingError) passes unchanged.

    The fault's detail names `what` and quotes no stored data.
    """
    return storage.translate_errors(lambda error: kind(f"{what}: {storage.error_name(error)}"))


def connect(path: Path) -> sqlite3.Connection:
    """Open a file read-only and memory-mapped. Raises sqlite3.Error."""
    # Installed files never change, so locks and a log are not needed.
    with ExitStack() as undo:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
        )
        undo.callback(db.close)
        db.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        db.execute("PRAGMA query_only = 1")
        undo.pop_all()
    return db


def read_header(db: sqlite3.Connection, name: FileName) -> FileHeader:
    """Read a file's header and check its tables and that it matches its name.

    Reads a few pages, not the vehicles. Raises sqlite3.Error, OfflineListFault.
    """
    if db.execute("SELECT name, type FROM sqlite_schema ORDER BY name").fetchall() != _TABLES:
        raise OfflineListFault(f"{name}: it does not have the tables of an offline list")
    if db.execute("SELECT name, type, pk FROM pragma_table_info('vehicle')").fetchall() != _VEHICLE:
        raise OfflineListFault(f"{name}: its vehicle table has other columns")
    meta = dict(db.execute("SELECT key, value FROM meta WHERE key <> 'filter'").fetchall())
    if db.execute("SELECT count(*) > count(DISTINCT key) FROM meta").fetchone() != (0,):
        raise OfflineListFault(f"{name}: a key of its header occurs twice")
    province, day, count = (meta.get(key) for key in ("province", "day", "count"))
    if not (isinstance(province, str) and isinstance(day, int) and isinstance(count, int)):
        raise OfflineListFault(f"{name}: its header is incomplete")
    if province != name.province or name.day not in (None, day) or not is_day(day):
        raise OfflineListFault(f"{name}: its header names another file")
    return FileHeader(province, day, count, _kinds(meta.get("kinds"), name))


def write_kinds(kinds: Sequence[str]) -> str:
    """Return a header's `kinds`: the codes in order, separated by blanks."""
    return " ".join(kinds)


def _kinds(value: object, name: FileName) -> tuple[str, ...]:
    """Read a header's `kinds`; files of earlier releases have none, and the table's order."""
    if value is None:
        return TABLE_KINDS
    kinds = tuple(value.split(" ")) if isinstance(value, str) else ()
    if not kinds or len(set(kinds)) < len(kinds) or not all(map(can_be_kind, kinds)):
        raise OfflineListFault(f"{name}: its kinds are not codes of plate kinds")
    return kinds


def read_filter(db: sqlite3.Connection, name: FileName) -> bytes | None:
    """Read a file's filter (`offline_filter`), if any. Raises sqlite3.Error, OfflineListFault."""
    (content,) = db.execute("SELECT value FROM meta WHERE key = 'filter'").fetchone() or (None,)
    if not (content is None or (isinstance(content, bytes) and len(content).bit_count() == 1)):
        raise OfflineListFault(f"{name}: its filter is invalid")
    return content


def verify(path: Path, name: FileName, sha256: bytes) -> FileHeader:
    """Verify every byte of a file and return its header.

    `sha256` is the signed hash, 32 bytes. Raises OfflineListRefused.
    """
    with faults(OfflineListRefused, name):
        if digest(path) != sha256:
            raise OfflineListRefused(f"{name}: not the file that was signed")
        with closing(connect(path)) as db:
            try:
                header, content = read_header(db, name), read_filter(db, name)
            except OfflineListFault as fault:
                raise OfflineListRefused(fault.detail) from None
            _require_vehicles(db, name, header)
            if content is not None:
                plates = (plate for (plate,) in db.execute("SELECT plate FROM vehicle"))
                if bloom_filter.build(plates, header.count) != content:
                    raise OfflineListRefused(f"{name}: its filter does not match its vehicles")
    return header


def install(folder: Path, name: FileName, source: Path | bytes, sha256: bytes) -> FileHeader:
    """Install a file in `folder`; on return it is durable. If it is refused, the previous file stays in
    force.

    `source` is the file or its bytes, `sha256` the signed hash, 32 bytes. A new base replaces the changes
    that it contains. One process may install at a time; any number may read, and see the file after
    `OfflineList.refresh`. Raises OfflineListRefused.
    """
    with faults(OfflineListRefused, name):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with sole_writer(folder, name):
            for left in folder.glob(f"*{_INCOMING}"):  # left by a power cut
                left.unlink()
            incoming = folder / f".{name}{_INCOMING}"
            try:
                _write(incoming, source)
                header = verify(incoming, name, sha256)
                _refuse_superseded(folder, name, header)
                incoming.rename(folder / str(name))
            finally:
                incoming.unlink(missing_ok=True)
            atomic_file.sync_folder(folder)
            _drop_superseded(folder, name.province)
    return header


def _require_vehicles(db: sqlite3.Connection, name: FileName, header: FileHeader) -> None:
    lowest = 0 if name.day is None else TAKEN_OFF
    good = "typeof(record) = 'integer' AND record BETWEEN ? AND ? AND record & 7 <= 4 OR record = ?"
    count, records, first, last = db.execute(
        f"SELECT count(*), total({good}), min(plate), max(plate) FROM vehicle",  # noqa: S608 - constant
        (0, LAST_RECORD, lowest),
    ).fetchone()
    if count != header.count:
        raise OfflineListRefused(f"{name}: it holds {count} vehicles instead of {header.count}")
    if records != count:
        raise OfflineListRefused(f"{name}: {count - int(records)} records are invalid")
    if count and not 0 <= first <= last < len(header.kinds) * PLATES_A_KIND:
        raise OfflineListRefused(f"{name}: its numbers are not plates")
    for plate in (first, last) if count else ():
        try:
            unpack_plate(plate, name.province, header.kinds)
        except ValueError:
            raise OfflineListRefused(f"{name}: its numbers are not plates") from None


@contextmanager
def sole_writer(folder: Path, name: FileName) -> Iterator[None]:
    """Lock the folder for replacing files. Raises OfflineListRefused if another has the lock, and OSError."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OfflineListRefused(f"{name}: another process replaces files here") from None
        yield
    finally:
        os.close(handle)


def _write(path: Path, source: Path | bytes) -> None:
    with path.open("xb") as file:
        if isinstance(source, bytes):
            file.write(source)
        else:
            with source.open("rb") as original:
                shutil.copyfileobj(original, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _refuse_superseded(folder: Path, name: FileName, header: FileHeader) -> None:
    base = _base(folder, name.province)
    if base is None:
        return
    if header.day < base.day or (name.day is not None and header.day == base.day):
        raise OfflineListRefused(f"{name}: of {header.day}, when the base in force is of {base.day}")


def _drop_superseded(folder: Path, province: str) -> None:
    base = _base(folder, province)
    for name in names(folder):
        if base and name.province == province and name.day is not None and name.day <= base.day:
            (folder / str(name)).unlink()


def _base(folder: Path, province: str) -> FileHeader | None:
    name = FileName(province)
    try:
        with faults(OfflineListFault, name), closing(connect(folder / str(name))) as db:
            return read_header(db, name)
    except OfflineListFault:  # missing or unusable
        return None

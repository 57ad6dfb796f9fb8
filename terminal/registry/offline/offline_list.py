"""Lookups in the offline list, newest file first (wire format, section 7).

A vehicle that is missing is unchecked: only the registry can answer "not found".
"""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from contextlib import ExitStack, closing
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from terminal.errors import OfflineListFault, OfflineListRefused
from terminal.limits import DAY_S, OFFLINE_USABLE_DAYS
from terminal.model import UNCHECKED, VehicleFinding, VehicleStatus
from terminal.registry.offline import files as offline_files
from terminal.registry.offline.bloom_filter import EVERYTHING, BloomFilters
from terminal.registry.offline.files import FileName, date_of
from terminal.registry.offline.packing import (
    OfflineEntry,
    finding_of,
    pack_plate,
    places_of,
    province_of,
    unpack_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.model import Plate

    Mark = tuple[int, int, int]
    """Identity of a file's content: inode, size, modification time."""
    Marks = dict[FileName, Mark]

REFRESH_S = 5.0
"""Minimum time between two checks of the folder."""
_PROVINCES_OPEN = 4
"""Provinces kept open, 31 files each; opening another takes some ms."""
_QUESTION = "SELECT record FROM vehicle WHERE plate = ?"


class OfflineList:
    """Offline list in a folder, for one thread, read-only.

    `faults` has, by province, the files that were unusable when they were last opened; `usable_s` is the age
    from which a list yields alarms only, s.
    """

    def __init__(self, folder: Path | None, *, usable_days: int = OFFLINE_USABLE_DAYS) -> None:
        """Use the list in `folder`, which may be missing or empty; files are opened on demand.

        Without a folder there is no list. A list older than `usable_days` yields alarms only.
        """
        self.faults: dict[str, tuple[OfflineListFault, ...]] = {}
        self._folder, self.usable_s = folder, usable_days * DAY_S
        self._open: dict[str, _Province] = {}
        self._unreadable: dict[str, OfflineListFault] = {}
        """By province, the fault of the last lookup."""
        self._look_again_s = 0.0
        self._seen: tuple[int | None, int | None] = (-1, -1)
        """Modification time of the folder, ns, at the last two checks."""

    @property
    def all_faults(self) -> tuple[OfflineListFault, ...]:
        """Current faults: unusable files and failed lookups."""
        return (*chain(*self.faults.values()), *self._unreadable.values())

    def lookup(self, plate: Plate, moment: Moment) -> VehicleStatus:
        """Look up a vehicle and the age of that information.

        The finding is unchecked if the list has no entry, is too old or the clock is not trusted; alarms
        always count. There are no letters. `valid_through` is the last day of the listed month, `age_s` is
        None without a list or a usable clock. Raises OfflineListFault, which means unchecked.
        """
        province = province_of(plate)
        if province is None:
            return UNCHECKED
        try:
            files = self._province(province)
            said = files.ask(plate)
        except OfflineListFault as fault:
            self._unreadable[province] = fault
            raise
        self._unreadable.pop(province, None)
        if said is None:
            return UNCHECKED
        age_s = files.age_s(said.known_at_s, moment)
        if said.entry is None:
            return VehicleStatus(VehicleFinding.UNCHECKED, age_s=age_s)
        dates_count = age_s is not None and age_s <= self.usable_s
        finding = finding_of(said.entry, moment.now_s, dates_count=dates_count)
        if finding is VehicleFinding.UNCHECKED:
            return VehicleStatus(finding, age_s=age_s)
        return VehicleStatus(finding, valid_through=_last_day(said.entry.month), age_s=age_s)

    def listed(self, plates: Sequence[Plate]) -> set[Plate]:
        """Return those of some plates that their provinces' lists have. Raises OfflineListFault."""
        found = set()
        for plate in plates:
            province = province_of(plate)
            said = None if province is None else self._province(province).ask(plate)
            if said is not None and said.entry is not None:
                found.add(plate)
        return found

    def day(self, province: str) -> int | None:
        """Return the newest day of a province's list, yyyymmdd; None without a list.

        Raises OfflineListFault.
        """
        return max((file.day for file in self._province(province).files.values()), default=None)

    def age_s(self, province: str, moment: Moment) -> int | None:
        """Return the age of a province's list, s; None without a list or a usable clock.

        Raises OfflineListFault.
        """
        files = self._province(province)
        return files.age_s(files.newest_at_s, moment)

    def keep_up(self, monotonic_s: float) -> None:
        """Call `refresh` if the folder has changed, at most once in REFRESH_S."""
        if monotonic_s < self._look_again_s:
            return
        self._look_again_s = monotonic_s + REFRESH_S
        changed_ns = self._changed_ns()
        settled = self._seen == (changed_ns, changed_ns)  # twice, since time stamps are coarse
        self._seen = (changed_ns, self._seen[0])
        if not settled:
            self.refresh()

    def use(self, folder: Path | None) -> None:
        """Use the list in another folder from now on; provinces that it does not have are forgotten.

        Files that are the same there, as hard links are, stay open.
        """
        self._folder = folder
        for province in list(self._open):
            try:
                kept = bool(_marks(folder, province))
            except OfflineListFault:
                kept = True  # `refresh` reports it
            if not kept:
                self._open.pop(province).close()
                self.faults.pop(province, None)
                self._unreadable.pop(province, None)
        self.refresh()

    def refresh(self) -> None:
        """Switch to files installed since the last call; until then the old files stay in use.

        An unusable file (`faults`) does not replace its predecessor.
        """
        for province, old in list(self._open.items()):
            try:
                if old.marks == _marks(self._folder, province):
                    continue
                new = _open(self._folder, province, old)
            except OfflineListFault as fault:
                self.faults[province] = (OfflineListRefused(fault.detail),)
                continue
            self.faults[province] = new.faults
            self._open[province] = new
            self._unreadable.pop(province, None)
            old.close(keep=new.files)

    def close(self) -> None:
        """Close the files; harmless twice."""
        while self._open:
            self._open.popitem()[1].close()

    def _province(self, province: str) -> _Province:
        found = self._open.pop(province, None)
        if found is None:
            found = _open(self._folder, province, None)
            self.faults[province] = found.faults
        self._open[province] = found  # most recently used last
        if len(self._open) > _PROVINCES_OPEN:
            gone = next(iter(self._open))
            self._open.pop(gone).close()
            self.faults.pop(gone, None)  # may be outdated
        return found

    def _changed_ns(self) -> int | None:
        try:
            return self._folder.stat().st_mtime_ns if self._folder else None
        except OSError:  # `refresh` reports it if it is a fault
            return None


class _Said(NamedTuple):
    """A province's entry for a vehicle, and when (Unix time, s) it was last known to be true."""

    entry: OfflineEntry | None
    known_at_s: float | None


class _File(NamedTuple):
    """An open file."""

    mark: Mark
    db: sqlite3.Connection
    day: int
    """yyyymmdd"""
    kinds: tuple[str, ...]


class _Province:
    """Files of a province as they were when opened, even if replaced since."""

    def __init__(self, folder: Path | None, marks: Marks, old: _Province | None) -> None:
        """Open the files in `marks`, except those that `old` has open."""
        self.marks = marks
        held: dict[FileName, _File] = old.files if old else {}
        self._faults: list[OfflineListFault] = []
        self.files: dict[FileName, _File] = self._files_of(folder, held)
        """Newest first, the base last."""
        self._asked = [(name, file.db) for name, file in self.files.items()]
        orders = [file.kinds for file in self.files.values()]
        self._orders = [
            (places_of(kinds), frozenset(index for index, other in enumerate(orders) if other == kinds))
            for kinds in dict.fromkeys(orders)
        ]
        """Each order of kinds, and the indices of the files that have it; usually one for all."""
        try:
            self._sieve = BloomFilters([_filter(name, file.db) for name, file in self.files.items()])
        except OfflineListFault:
            self.close(keep=held)
            raise
        days = [file.day for file in self.files.values()]
        self.newest_at_s = date_of(max(days)).timestamp() if days else None
        self._known_at_s = _known_at_s(days)

    @property
    def faults(self) -> tuple[OfflineListFault, ...]:
        """Faults of unusable files."""
        return tuple(self._faults)

    def _files_of(self, folder: Path | None, held: dict[FileName, _File]) -> dict[FileName, _File]:
        """Return the base and the daily files after it, newest first."""
        files: dict[FileName, _File] = {}
        base_day = 0
        for name in sorted(held.keys() | self.marks.keys(), key=lambda name: name.day or 0):
            file = self._file(folder, name, held.get(name))
            if file is None:
                continue
            if name.day is None:
                base_day = file.day
            if name.day is None or name.day > base_day:
                files = {name: file, **files}
            elif file is not held.get(name):
                file.db.close()  # contained in the base
        return files

    def _file(self, folder: Path | None, name: FileName, held: _File | None) -> _File | None:
        """Open a file; if it is gone or unusable, return the one open before it, if any."""
        mark = self.marks.get(name)
        if folder is None or mark is None or (held is not None and held.mark == mark):
            return held
        try:
            return _opened(folder, name, mark)
        except OfflineListFault as fault:
            self._faults.append(fault if held is None else OfflineListRefused(fault.detail))
            return held

    def ask(self, plate: Plate) -> _Said | None:
        """Return the entry of the newest file that has the vehicle; None if no file could list it.

        Raises OfflineListFault.
        """
        numbers = [(pack_plate(plate, places), indices) for places, indices in self._orders]
        if all(packed is None for packed, _ in numbers):
            return None
        likely = (
            (index, packed)
            for packed, indices in numbers
            if packed is not None
            for index in self._sieve.which(packed)
            if index in indices
        )
        for index, packed in sorted(likely):
            name, db = self._asked[index]
            try:
                found = db.execute(_QUESTION, (packed,)).fetchone()
            except sqlite3.DatabaseError:
                with offline_files.faults(OfflineListFault, name):
                    raise
            if found is not None:
                return _Said(_entry(name, found[0]), self._known_at_s[index])
        return _Said(None, self._known_at_s[-1] if self._known_at_s else None)

    def age_s(self, known_at_s: float | None, moment: Moment) -> int | None:
        """Return the age, s; None if the clock is not trusted or earlier than the files."""
        if known_at_s is None or self.newest_at_s is None or not moment.clock_trusted:
            return None
        return int(moment.now_s - known_at_s) if moment.now_s >= self.newest_at_s else None

    def close(self, keep: Mapping[FileName, _File] | None = None) -> None:
        """Close the files except those in `keep`."""
        kept = {id(file) for file in (keep or {}).values()}
        for file in self.files.values():
            if id(file) not in kept:
                file.db.close()


def _open(folder: Path | None, province: str, old: _Province | None) -> _Province:
    while True:
        found = _Province(folder, _marks(folder, province), old)
        if found.marks == _marks(folder, province):
            return found
        found.close(keep=old.files if old else None)  # replaced meanwhile: the files may not match


def _opened(folder: Path, name: FileName, mark: Mark) -> _File:
    with offline_files.faults(OfflineListFault, name), ExitStack() as undo:
        db = undo.enter_context(closing(offline_files.connect(folder / str(name))))
        header = offline_files.read_header(db, name)
        offline_files.read_filter(db, name)  # validates the filter
        db.execute("BEGIN")  # kept open: saves starting a transaction per query
        undo.pop_all()
    return _File(mark, db, header.day, header.kinds)


def _filter(name: FileName, db: sqlite3.Connection) -> bytes:
    with offline_files.faults(OfflineListFault, name):
        return offline_files.read_filter(db, name) or EVERYTHING


def _entry(name: FileName, record: int) -> OfflineEntry | None:
    try:
        return unpack_record(record)
    except ValueError as error:  # the medium changed after verification
        raise OfflineListFault(f"{name}: {error}") from None


def _marks(folder: Path | None, province: str) -> Marks:
    marks: Marks = {}
    if folder is None:
        return marks
    with offline_files.faults(OfflineListFault, province):
        for name in offline_files.names(folder):
            if name.province == province:
                try:
                    about = (folder / str(name)).stat()
                except FileNotFoundError:  # just superseded by a base
                    continue
                marks[name] = (about.st_ino, about.st_size, about.st_mtime_ns)
    return marks


def _known_at_s(days: Sequence[int]) -> list[float]:
    """Return for each file, newest first, the day up to which changes are complete, Unix time, s."""
    known: list[float] = []
    for index, day in enumerate(days):
        unbroken = index > 0 and offline_files.follows(day, days[index - 1])
        known.append(known[-1] if unbroken else date_of(day).timestamp())
    return known


def _last_day(month: int) -> int:
    return month * 100 + monthrange(*divmod(month, 100))[1]

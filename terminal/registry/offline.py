"""The offline list is asked newest file first, and says no more than its files do, nor later than they do.

Wire format, section 7. A vehicle that is missing is unchecked: only the registry says "not found".
"""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from contextlib import ExitStack, closing
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from terminal.errors import OfflineListFault, OfflineListRefused
from terminal.model import UNCHECKED, VehicleFinding, VehicleStatus
from terminal.registry import offline_files
from terminal.registry.offline_files import FileName, date_of
from terminal.registry.offline_filter import EVERYTHING, Sieve
from terminal.registry.offline_form import Entry, judge, pack_plate, province_of, unpack_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from terminal.credential.verify import Moment
    from terminal.model import Plate

    Mark = tuple[int, int, int]
    """What changes when a file is replaced: inode, size, time."""
    Marks = dict[FileName, Mark]

USABLE_DAYS = 35
REFRESH_S = 5.0
"""The folder is looked at no sooner than this after the last time."""
_DAY_S = 86_400
_PROVINCES_OPEN = 4
"""Of 31 files each; whoever checks vehicles of more provinces in turn waits for the opening, some ms."""
_QUESTION = "SELECT record FROM vehicle WHERE plate = ?"


class OfflineList:
    """The offline list of a folder, for one thread; it never writes.

    `faults` are, by province, the files that could not be used when they were last looked at.
    """

    def __init__(self, folder: Path, *, usable_days: int = USABLE_DAYS) -> None:
        """The list in `folder`, which may be missing or empty; files are opened when they are asked.

        A list older than `usable_days` gives alarms alone.
        """
        self.faults: dict[str, tuple[OfflineListFault, ...]] = {}
        self._folder, self._usable_s = folder, usable_days * _DAY_S
        self._open: dict[str, _Province] = {}
        self._unreadable: dict[str, OfflineListFault] = {}
        """By province, why the last question could not be answered."""
        self._look_again_s = 0.0
        self._seen: tuple[int | None, int | None] = (-1, -1)
        """When the folder had changed (ns), the last two times that it was looked at."""

    @property
    def all_faults(self) -> tuple[OfflineListFault, ...]:
        """What is wrong now: files that cannot be used, and questions that they could not answer."""
        return (*chain(*self.faults.values()), *self._unreadable.values())

    def lookup(self, plate: Plate, moment: Moment) -> VehicleStatus:
        """What the list says of a vehicle, and how old that is.

        Unchecked where it says nothing, is too old, or the clock cannot be trusted, but for alarms. There are
        no letters; `valid_through` is the last day of the listed month, and `age_s` is None where there is no
        list or no clock to tell it by. Raises OfflineListFault, and then the vehicle is unchecked.
        """
        packed, province = pack_plate(plate), province_of(plate)
        if packed is None or province is None:
            return UNCHECKED
        try:
            files = self._province(province)
            said = files.ask(packed)
        except OfflineListFault as fault:
            self._unreadable[province] = fault
            raise
        self._unreadable.pop(province, None)
        age_s = files.age_s(said.known_at_s, moment)
        if said.entry is None:
            return VehicleStatus(VehicleFinding.UNCHECKED, age_s=age_s)
        dates_count = age_s is not None and age_s <= self._usable_s
        finding = judge(said.entry, moment.now_s, dates_count=dates_count)
        if finding is VehicleFinding.UNCHECKED:
            return VehicleStatus(finding, age_s=age_s)
        return VehicleStatus(finding, valid_through=_last_day(said.entry.month), age_s=age_s)

    def age_s(self, province: str, moment: Moment) -> int | None:
        """The age of a province's list, s; None where there is none, or no clock to tell it by.

        Raises OfflineListFault.
        """
        files = self._province(province)
        return files.age_s(files.newest_at_s, moment)

    def keep_up(self, monotonic_s: float) -> None:
        """`refresh` where the folder changed, and no sooner than REFRESH_S after the last look."""
        if monotonic_s < self._look_again_s:
            return
        self._look_again_s = monotonic_s + REFRESH_S
        changed_ns = self._changed_ns()
        settled = self._seen == (changed_ns, changed_ns)  # seen once, another change may bear the same time
        self._seen = (changed_ns, self._seen[0])
        if not settled:
            self.refresh()

    def refresh(self) -> None:
        """Take what was put in place since; until then, a province's old files are in force.

        A file that cannot be used (`faults`) does not take the place of the one before it.
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
        """Let go of the files; harmless twice."""
        while self._open:
            self._open.popitem()[1].close()

    def _province(self, province: str) -> _Province:
        found = self._open.pop(province, None)
        if found is None:
            found = _open(self._folder, province, None)
            self.faults[province] = found.faults
        self._open[province] = found  # whichever was asked last stands last
        if len(self._open) > _PROVINCES_OPEN:
            gone = next(iter(self._open))
            self._open.pop(gone).close()
            self.faults.pop(gone, None)  # nobody looks whether they still hold
        return found

    def _changed_ns(self) -> int | None:
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:  # `refresh` says so where that is a fault
            return None


class _Said(NamedTuple):
    """What a province's files say of a vehicle, and when (Unix s) that was last known to hold."""

    entry: Entry | None
    known_at_s: float | None


class _File(NamedTuple):
    """An open file."""

    mark: Mark
    db: sqlite3.Connection
    day: int
    """yyyymmdd"""


class _Province:
    """A province's files as they were when they were opened, whatever is put in their place since."""

    def __init__(self, folder: Path, marks: Marks, old: _Province | None) -> None:
        """Open the files `marks`, but for those which `old` has open already."""
        self.marks = marks
        held = old.files if old else {}
        self._faults: list[OfflineListFault] = []
        self.files: dict[FileName, _File] = {}
        """Newest first, and the base last."""
        base_day = 0
        for name in sorted(held.keys() | marks.keys(), key=lambda name: name.day or 0):
            file = self._file(folder, name, held.get(name))
            if file is None:
                continue
            if name.day is None:
                base_day = file.day
            if name.day is None or name.day > base_day:
                self.files = {name: file, **self.files}
            elif file is not held.get(name):
                file.db.close()  # the base holds these changes
        self._asked = [(name, file.db) for name, file in self.files.items()]
        try:
            self._sieve = Sieve([_filter(name, file.db) for name, file in self.files.items()])
        except OfflineListFault:
            self.close(keep=held)
            raise
        days = [file.day for file in self.files.values()]
        self.newest_at_s = date_of(max(days)).timestamp() if days else None
        self._known_at_s = _known_at_s(days)

    @property
    def faults(self) -> tuple[OfflineListFault, ...]:
        """What is wrong with files that could not be used."""
        return tuple(self._faults)

    def _file(self, folder: Path, name: FileName, held: _File | None) -> _File | None:
        """The file of a name; where it is gone or of no use, the one that was open before it, if any."""
        mark = self.marks.get(name)
        if mark is None or (held is not None and held.mark == mark):
            return held
        try:
            return _opened(folder, name, mark)
        except OfflineListFault as fault:
            self._faults.append(fault if held is None else OfflineListRefused(fault.detail))
            return held

    def ask(self, packed: int) -> _Said:
        """What the newest file that has the vehicle says of it. Raises OfflineListFault."""
        for index in self._sieve.which(packed):
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
        """How old that is, s; None where a clock that reads earlier than the files tells nothing."""
        if known_at_s is None or self.newest_at_s is None or not moment.clock_trusted:
            return None
        return int(moment.now_s - known_at_s) if moment.now_s >= self.newest_at_s else None

    def close(self, keep: Mapping[FileName, _File] | None = None) -> None:
        """Let go of the files, but for those to `keep`."""
        kept = {id(file) for file in (keep or {}).values()}
        for file in self.files.values():
            if id(file) not in kept:
                file.db.close()


def _open(folder: Path, province: str, old: _Province | None) -> _Province:
    while True:
        found = _Province(folder, _marks(folder, province), old)
        if found.marks == _marks(folder, province):
            return found
        found.close(keep=old.files if old else None)  # replaced meanwhile: these may not belong together


def _opened(folder: Path, name: FileName, mark: Mark) -> _File:
    with offline_files.faults(OfflineListFault, name), ExitStack() as undo:
        db = undo.enter_context(closing(offline_files.connect(folder / str(name))))
        day = offline_files.read_header(db, name).day
        offline_files.read_filter(db, name)  # is one, if there is one
        db.execute("BEGIN")  # and never ends: spares each question a beginning and an end
        undo.pop_all()
    return _File(mark, db, day)


def _filter(name: FileName, db: sqlite3.Connection) -> bytes:
    with offline_files.faults(OfflineListFault, name):
        return offline_files.read_filter(db, name) or EVERYTHING


def _entry(name: FileName, record: int) -> Entry | None:
    try:
        return unpack_record(record)
    except ValueError as error:  # the medium changed what was verified
        raise OfflineListFault(f"{name}: {error}") from None


def _marks(folder: Path, province: str) -> Marks:
    marks: Marks = {}
    with offline_files.faults(OfflineListFault, province):
        for name in offline_files.names(folder):
            if name.province == province:
                try:
                    about = (folder / str(name)).stat()
                except FileNotFoundError:  # a base took its place just now
                    continue
                marks[name] = (about.st_ino, about.st_size, about.st_mtime_ns)
    return marks


def _known_at_s(days: Sequence[int]) -> list[float]:
    """For each file, newest first, the day up to which every day's changes are there, at its beginning."""
    known: list[float] = []
    for index, day in enumerate(days):
        unbroken = index > 0 and offline_files.follows(day, days[index - 1])
        known.append(known[-1] if unbroken else date_of(day).timestamp())
    return known


def _last_day(month: int) -> int:
    return month * 100 + monthrange(*divmod(month, 100))[1]

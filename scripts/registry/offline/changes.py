"""Changes of a day: the difference between the registry now and all files so far, base and earlier days.

Compared with the base alone, a vehicle that changed and changed back would keep its state of the day between.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scripts.registry.offline.builder import Packed
from terminal.errors import InputFault, OfflineListFault
from terminal.registry.offline import files
from terminal.registry.offline.files import FileName
from terminal.registry.offline.packing import PLATES_A_KIND, TABLE_KINDS, TABLE_PLACES, TAKEN_OFF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scripts.registry.offline.builder import Numbers

_ROW = np.dtype([("plate", np.int64), ("record", np.int64)])


def require_newest(folder: Path, name: FileName, day: int) -> None:
    """Raise InputFault unless `day` (yyyymmdd) is later than the files that `folder` has already.

    Raises OfflineListFault if they cannot be read.
    """
    for other, of in _days(folder, name.province).items():
        if of > day or (of == day and other.day is None and name.day is not None):
            raise InputFault(f"{name}: {other} in {folder} is already of {of}")


def in_force(folder: Path, province: str, before: int) -> Packed:
    """Return the list in force by the files of `folder`, with changes up to the day before `before`
    (yyyymmdd).

    Raises InputFault if there is no base, OfflineListFault if a file is damaged.
    """
    days = _days(folder, province)
    base = FileName(province)
    if base not in days:
        raise InputFault(f"{base}: no base in {folder}, which changes need")
    found = _read(folder, base)
    for name in sorted((name for name in days if name.day is not None), key=days.__getitem__):
        if days[base] < days[name] < before:
            found = _overlaid(found, _read(folder, name))
    return found


def difference(before: Packed, now: Packed) -> Packed:
    """Return the changes from `before` to `now`: new and changed vehicles, and removed ones."""
    at, known = _find(now.plates, before.plates)
    changed = ~known
    changed[known] = before.records[at[known]] != now.records[known]
    gone = before.plates[~_find(before.plates, now.plates)[1]]
    return _sorted(
        np.concatenate([now.plates[changed], gone]),
        np.concatenate([now.records[changed], np.full(len(gone), TAKEN_OFF, np.int64)]),
        now.left_out,
    )


def _overlaid(before: Packed, changes: Packed) -> Packed:
    stays = ~_find(before.plates, changes.plates)[1]
    comes = changes.records != TAKEN_OFF
    return _sorted(
        np.concatenate([before.plates[stays], changes.plates[comes]]),
        np.concatenate([before.records[stays], changes.records[comes]]),
        0,
    )


def _sorted(plates: Numbers, records: Numbers, left_out: int) -> Packed:
    order = np.argsort(plates, kind="stable")
    return Packed(plates[order], records[order], left_out)


def _find(wanted: Numbers, among: Numbers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the position of each wanted number among others, both in order, and True where it is there."""
    at = np.searchsorted(among, wanted)
    there = at < len(among)
    there[there] = among[at[there]] == wanted[there]
    return at, there


def _days(folder: Path, province: str) -> dict[FileName, int]:
    """Return the files of a province, each with its day, yyyymmdd."""
    with files.faults(OfflineListFault, folder):
        names = [name for name in files.names(folder) if name.province == province]
    return {name: name.day or _day_of_base(folder, name) for name in names}


def _day_of_base(folder: Path, name: FileName) -> int:
    with (
        files.faults(OfflineListFault, name),
        closing(files.connect(folder / str(name))) as db,
    ):
        return files.read_header(db, name).day


def _read(folder: Path, name: FileName) -> Packed:
    path = folder / str(name)
    with files.faults(OfflineListFault, name):
        files.verify(path, name, files.digest(path))
        with closing(files.connect(path)) as db:
            kinds = files.read_header(db, name).kinds
            rows = np.fromiter(db.execute("SELECT plate, record FROM vehicle ORDER BY plate"), _ROW)
    if kinds == TABLE_KINDS:
        return Packed(rows["plate"], rows["record"], 0)
    return _sorted(_in_table_order(rows["plate"], name, kinds), rows["record"], 0)


def _in_table_order(plates: Numbers, name: FileName, kinds: Sequence[str]) -> Numbers:
    """Return the packed plates of a file whose kinds have another order as the table's order packs them."""
    unknown = set(kinds) - TABLE_PLACES.keys()
    if unknown:
        raise InputFault(f"{name}: it has kinds that this release does not know: {' '.join(sorted(unknown))}")
    place, rest = np.divmod(plates, PLATES_A_KIND)
    places = np.array([TABLE_PLACES[code] for code in kinds], np.int64)
    return np.asarray(places[place] * PLATES_A_KIND + rest, np.int64)

"""Counts of issued codes that the authorities themselves report. A register must agree with them before it is
published, because a register made wrongly would accuse honest drivers (wire format, section 4).

`DIR/counts/NAME.csv` has a line `AUTHORITY,COUNT` for each authority that has closed the span of
`issued/NAME.bin`: the number of codes that it issued in the span, without those expired for over 31 days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys import files
from keys.register_build import covers
from keys.register_order import require_sorted
from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from terminal.credential.register import RegisterFile


def read(path: Path) -> dict[str, int]:
    """Read counts by authority. Raises InputFault."""
    counts: dict[str, int] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise InputFault(f"{path} is missing: the authorities' own counts are needed") from error
    except ValueError as error:
        raise InputFault(f"{path}: not text in UTF-8") from error
    for line in lines:
        authority, _, count = line.partition(",")
        if not authority or not count.isascii() or not count.isdigit() or authority in counts:
            raise InputFault(f"{path}: write each authority once, as 苏A,123456")
        counts[authority] = int(count)
    return counts


def save(folder: Path, name: str, counts: Mapping[str, int]) -> None:
    """Save the counts of `issued/NAME.bin` in a repository's folder."""
    (folder / "counts").mkdir(exist_ok=True)
    lines = "".join(f"{authority},{count}\n" for authority, count in counts.items())
    files.replace(folder / "counts" / f"{name}.csv", lines.encode())


def require_counted(folder: Path, file: RegisterFile, content: Path, now_s: int) -> None:
    """Raise InputFault or TrustFault unless a file of the register may be published.

    The count of its entries is the sum of the authorities' own counts; every authority that has closed an
    earlier span of this scope has closed this one; the span has ended; entries ascend.
    """
    name = file.target.removeprefix("issued/").removesuffix(".bin")
    counts = read(folder / "counts" / f"{name}.csv")
    require_closed(folder, file.scope, counts)
    if sum(counts.values()) != file.count:
        raise InputFault(
            f"{file.target} has {file.count} codes, but its authorities issued {sum(counts.values())}"
        )
    if file.to_s > now_s:
        raise InputFault(f"{file.target}: its span has not ended, so codes of today would be missing from it")
    require_sorted(content, file.target)


def require_equal(built: Mapping[str, int], counts: Mapping[str, int]) -> None:
    """Raise InputFault unless the records of each authority are as many as it reports."""
    for authority in sorted(built.keys() | counts.keys()):
        found, reported = built.get(authority, 0), counts.get(authority, 0)
        if found != reported:
            raise InputFault(f"{authority}: {found} records, but the authority issued {reported} codes")


def require_closed(folder: Path, scope: str, counts: Mapping[str, int]) -> None:
    """Raise InputFault unless every authority known for a scope, and no other, is in `counts`."""
    if others := [authority for authority in counts if not covers(scope, authority)]:
        raise InputFault(f"{', '.join(others)}: not within {scope}")
    earlier: set[str] = set()
    for path in (folder / "counts").glob("*.csv"):
        if path.stem.partition("-")[0] == scope:
            earlier |= read(path).keys()
    if absent := sorted(earlier - counts.keys()):
        raise InputFault(f"{', '.join(absent)}: has not closed this span, so its codes would be missing")

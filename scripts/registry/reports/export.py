"""Export checks for other programs: CSV for spreadsheets, JSON Lines, Parquet, all with the same columns.

In CSV, a text that a spreadsheet would take for a formula gets a leading apostrophe, because codes and notes
may contain anything. The other formats have every text unchanged.
"""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

import pyarrow as pa
from pyarrow import parquet

from scripts.registry.reports import output
from scripts.registry.reports.checks import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scripts.registry.reports.checks import Checked

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TYPES = {
    str: pa.string(),
    str | None: pa.string(),
    int: pa.int64(),
    int | None: pa.int64(),
    bool: pa.bool_(),
}
SCHEMA = pa.schema(
    [
        ("at", pa.string()),  # Asia/Shanghai
        *(
            (name, pa.timestamp("ms", tz="UTC") if name.endswith("_ms") else _TYPES[hint])
            for group in GROUPS.values()
            for name, hint in get_type_hints(group).items()
        ),
    ]
)
"""Columns of Parquet; times are timestamps there."""


class Format(StrEnum):
    """File formats of exports."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def write(path: Path, found: Sequence[Checked], form: Format) -> None:
    """Write checks to a file. Raises InputFault if that is not possible."""
    rows = [{"at": one.at.isoformat(timespec="milliseconds")} | one.columns() for one in found]
    written = {Format.CSV: _csv, Format.JSONL: _jsonl, Format.PARQUET: _parquet}[form](rows)
    output.write(path, written)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SCHEMA.names)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")  # without the byte order mark, Excel misreads Chinese


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    out = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), out, compression="zstd")
    return bytes(out.getvalue().to_pybytes())

"""Checks as files for other programs: CSV for spreadsheets, JSON Lines, Parquet; the same columns in each.

In CSV a text that a spreadsheet would take for a formula has an apostrophe before it: what a code or a note
says is a stranger's. The other forms have every text as it is.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

import pyarrow as pa
from pyarrow import parquet

from scripts.registry.reports import output
from scripts.registry.reports.checks import Checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
            for name, hint in get_type_hints(Checked).items()
        ),
    ]
)
"""The columns of Parquet; times are timestamps there."""


class Format(StrEnum):
    """How checks are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def write(path: Path, found: Sequence[Checked], form: Format) -> None:
    """Put checks in a file. Raises InputFault where that is no place for one."""
    rows = [{"at": one.at.isoformat(timespec="milliseconds")} | asdict(one) for one in found]
    written = {Format.CSV: _csv, Format.JSONL: _jsonl, Format.PARQUET: _parquet}[form](rows)
    output.write(path, written)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SCHEMA.names)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8-sig")  # without the mark, Excel reads Chinese as something else


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    out = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), out, compression="zstd")
    return bytes(out.getvalue().to_pybytes())

"""Measure all budgets, print a table and write JSON; exit 1 if a budget is exceeded.

python -m scripts.benchmarks.report [--out FILE] [--only PART]... [--vehicles N]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.benchmarks.rows import Row

PARTS = ("verify", "register", "scan", "scanning", "screens", "app", "link", "lookup", "offline", "journal")
_MODULES = {"scanning": "scanning_cost"}
SIZED = ("offline", "register")


def main() -> int:
    """Measure the parts selected, by default all."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure only this; may be repeated")
    parser.add_argument(
        "--vehicles", type=int, metavar="N", help="size of offline list and register, such as 25000000"
    )
    chosen = parser.parse_args()
    print(_machine())
    print(f"{'':44}{'median':>10}{'p95':>10}  {'':4}{'budget':>14}")
    rows: list[Row] = []
    for part in chosen.only or PARTS:
        size = (chosen.vehicles,) if part in SIZED and chosen.vehicles else ()
        for row in importlib.import_module(f"scripts.benchmarks.{_MODULES.get(part, part)}").measure(*size):
            rows.append(row)
            print(_line(row), flush=True)
    if chosen.out:
        measured = [{**asdict(row), "verdict": row.verdict} for row in rows]
        content = {"machine": _machine(), "rows": measured}
        chosen.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return int(any(row.verdict == "over" for row in rows))


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _line(row: Row) -> str:
    measured = f"{row.what:44}{row.median:10.3f}{row.p95:10.3f}  {row.unit:4}"
    budget = "" if row.budget is None else f"{row.budget.of} {row.budget.limit:.4g}"
    return f"{measured}{budget:>14}  {row.verdict:5}{row.note}".rstrip()


if __name__ == "__main__":
    sys.exit(main())

"""Run one round of fuzzing in a process of its own, with libFuzzer's options and exit status.

.venv/bin/python -m scripts.campaigns.fuzz.round [libFuzzer's OPTION]... DIR
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

INSTRUMENTED = ["terminal.scan", "terminal.credential", "scripts.images.from_bytes"]
"""Modules instrumented for coverage; the last one so that pictures of each kind count as new."""


def fuzz(look: Callable[[bytes], None], options: list[str]) -> None:
    """Run `look` on one input after another, then end the process; status 0 if nothing was found."""
    atheris.Setup([sys.argv[0], *options], look)
    atheris.Fuzz()


def main() -> None:
    """Instrument the modules on import, and fuzz."""
    with atheris.instrument_imports(include=INSTRUMENTED):
        from scripts.campaigns.fuzz.invariants import look  # noqa: PLC0415 - imports must be instrumented
    fuzz(look, sys.argv[1:])


if __name__ == "__main__":
    main()

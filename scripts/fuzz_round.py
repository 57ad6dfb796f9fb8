"""One round of fuzzing is one process: libFuzzer's own options, and its own exit status.

.venv/bin/python -m scripts.fuzz_round [libFuzzer's OPTION]... DIR
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

INSTRUMENTED = ["terminal.scan", "terminal.credential", "scripts.fuzz_pictures"]
"""What tells coverage; the last so that pictures of every kind count as found."""


def fuzz(look: Callable[[bytes], None], options: list[str]) -> None:
    """Give `look` one input after another; ends the process, by 0 where nothing was found."""
    atheris.Setup([sys.argv[0], *options], look)
    atheris.Fuzz()


def main() -> None:
    """Instrument what is fuzzed as it is imported, and fuzz it."""
    with atheris.instrument_imports(include=INSTRUMENTED):
        from scripts.fuzz_rules import look  # noqa: PLC0415 - what it imports is to be instrumented
    fuzz(look, sys.argv[1:])


if __name__ == "__main__":
    main()

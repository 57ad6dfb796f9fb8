"""What was asked for goes to standard output, everything else to standard error; both are UTF-8."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def speak_utf8() -> None:
    """Make both streams UTF-8 whatever the locale; what is not comes out as an escape that JSON reads."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def out(text: str) -> None:
    """Print what was asked for, at once. Raises BrokenPipeError when whoever reads has left."""
    print(text, flush=True)  # noqa: T201 - this is where the commands print


def warn(text: str) -> None:
    """Print a line that is no result."""
    print(f"roadside: {text}", file=sys.stderr, flush=True)  # noqa: T201 - same

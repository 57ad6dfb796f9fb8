"""Console output: results on standard output, everything else on standard error, both in UTF-8."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def speak_utf8() -> None:
    """Set both streams to UTF-8 regardless of the locale; other bytes are escaped as JSON reads them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def out(text: str) -> None:
    """Print a result and flush. Raises BrokenPipeError if the reader has exited."""
    print(text, flush=True)  # noqa: T201 - all commands print through this function


def warn(text: str) -> None:
    """Print a message to standard error."""
    print(f"roadside: {text}", file=sys.stderr, flush=True)  # noqa: T201 - same

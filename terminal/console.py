r"""Console output: results on standard output, everything else on standard error, both in UTF-8.

Names of files and texts of codes come from strangers. What could move the cursor, change the direction of
writing or hide characters is printed as an escape, `\u202e`, which JSON reads back.
"""

from __future__ import annotations

import sys
import unicodedata
from io import TextIOWrapper

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, formats (bidirectional controls among them), surrogates, and separators of
lines and paragraphs.
"""


def speak_utf8() -> None:
    """Set both streams to UTF-8 regardless of the locale; other bytes are escaped as JSON reads them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def escaped(text: str) -> str:
    """Return the text with every character that is not visible as itself written as JSON escapes it."""
    if text.isprintable():
        return text
    return "".join(_escape(one) if unicodedata.category(one) in _ESCAPED else one for one in text)


def out(*lines: str) -> None:
    """Print the lines of a result, escaped, and flush. Raises BrokenPipeError if the reader has exited."""
    print("\n".join(map(escaped, lines)), flush=True)  # noqa: T201 - all commands print through this function


def warn(line: str) -> None:
    """Print a line, escaped, to standard error."""
    print(f"roadside: {escaped(line)}", file=sys.stderr, flush=True)  # noqa: T201 - same


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))

"""Errors of SQLite and files, translated into faults."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.errors import Fault

DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""Beginnings of SQLite's error names for a damaged file."""


@contextmanager
def translate_errors(to_fault: Callable[[sqlite3.DatabaseError | OSError], Fault]) -> Iterator[None]:
    """Raise `to_fault(error)` for an error of SQLite or a file; everything else passes unchanged.

    Misuse of SQLite (ProgrammingError) is a bug and passes too. The cause is attached only to a file's error:
    the text of SQLite's may quote stored data.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise to_fault(error) from None
    except OSError as error:
        raise to_fault(error) from error


def error_name(error: sqlite3.DatabaseError | OSError) -> str:
    """Return an error's name for a fault's text: SQLite's name for it, or the system's message.

    Unlike the text of an SQLite error, it quotes no stored data.
    """
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return getattr(error, "sqlite_errorname", "SQLITE_ERROR")  # errors that Python raises have no name

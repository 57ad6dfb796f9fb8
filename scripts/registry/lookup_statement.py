"""Statements of lookups: compiled once, then executed on the driver's own cursor.

SQLAlchemy's overhead for each execution would take longer than the database does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Dialect
    from sqlalchemy.sql import ClauseElement


class Statement:
    """A statement that `build` makes for a dialect's name; its parameters are named."""

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._words: dict[str, str] = {}

    def on(self, connection: Connection, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Execute it in the transaction of `connection`; return its rows. Raises SQLAlchemy's
        OperationalError.
        """
        dialect = connection.dialect
        driver = dialect.loaded_dbapi
        words = self._words.get(dialect.name) or self._put(dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(words, values)
            return list(cursor.fetchall()) if cursor.description else []
        except (driver.OperationalError, driver.InterfaceError) as error:
            raise OperationalError(None, None, error) from None  # its text could contain values
        finally:
            cursor.close()

    def _put(self, dialect: Dialect) -> str:
        named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
        words = self._words[dialect.name] = str(self._build(dialect.name).compile(dialect=named))
        return words

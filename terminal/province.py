"""The last plate's province outlives the process, and no fault of storage stops a check for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal import durable
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from pathlib import Path

FILE = "province"


@dataclass(slots=True)
class LastProvince:
    """Where plate entry begins: 省份简称, or nothing as long as none was entered."""

    folder: Path
    name: str = field(default="", init=False)

    def recall(self) -> None:
        """Take up what the file says; a file that is missing or unsound says nothing."""
        with suppress(OSError, UnicodeDecodeError):
            kept = (self.folder / FILE).read_text(encoding="utf-8")
            self.name = kept if kept in PROVINCES else ""

    def take(self, number: str) -> None:
        """A plate was entered; one that begins with no province (使, 应急) changes nothing."""
        if number[0] in PROVINCES and number[0] != self.name:
            self.name = number[0]
            with suppress(OSError):
                durable.replace(self.folder / FILE, self.name.encode())

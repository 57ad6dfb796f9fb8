"""The province of the last plate entered, kept across restarts. Storage errors are ignored."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from pathlib import Path

FILE = "province"


@dataclass(slots=True)
class LastProvince:
    """Province with which plate entry starts: 省份简称, or empty until one was entered."""

    folder: Path
    name: str = field(default="", init=False)

    def load(self) -> None:
        """Load the province from its file; a missing or invalid file leaves it empty."""
        with suppress(OSError, UnicodeDecodeError):
            kept = (self.folder / FILE).read_text(encoding="utf-8")
            self.name = kept if kept in PROVINCES else ""

    def update(self, number: str) -> None:
        """Remember the province of a number entered; a number without one (使, 应急) changes nothing."""
        if number[0] in PROVINCES and number[0] != self.name:
            self.name = number[0]
            with suppress(OSError):
                atomic_file.replace(self.folder / FILE, self.name.encode())

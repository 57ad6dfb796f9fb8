"""A desk's tray: sample codes to hold before the camera, plates to type, and officers who may sign in.

A tray is a folder with `tray.json` and the pictures that it names.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from terminal.errors import InputFault

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = "tray.json"


@dataclass(frozen=True, slots=True)
class TrayText:
    """A text in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class SampleCode:
    """A picture to hold before the camera."""

    picture: Path
    name: TrayText
    car: TrayText
    """The vehicle that the officer sees."""


@dataclass(frozen=True, slots=True)
class SamplePlate:
    """A plate to type."""

    number: str
    kind: TrayText
    state: TrayText
    """State of the vehicle in the laboratory's registry."""


@dataclass(frozen=True, slots=True)
class SampleOfficer:
    """An officer of the laboratory, whose PIN protects nothing."""

    number: str
    name: str
    pin: str


@dataclass(frozen=True, slots=True)
class Tray:
    """Everything that a desk offers."""

    codes: tuple[SampleCode, ...] = ()
    plates: tuple[SamplePlate, ...] = ()
    officers: tuple[SampleOfficer, ...] = ()

    def public(self) -> dict[str, Any]:
        """Return what a page shows, for JSON: everything but the paths of the pictures."""
        return {
            "codes": [{"name": asdict(one.name), "car": asdict(one.car)} for one in self.codes],
            "plates": [asdict(one) for one in self.plates],
            "officers": [asdict(one) for one in self.officers],
        }


def read(folder: Path) -> Tray:
    """Read the tray of a folder. Raises InputFault, which names the file, if it cannot be used."""
    try:
        content = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
        return Tray(
            codes=tuple(_code(one, folder) for one in content["codes"]),
            plates=tuple(
                SamplePlate(one["number"], TrayText(**one["kind"]), TrayText(**one["state"]))
                for one in content["plates"]
            ),
            officers=tuple(SampleOfficer(**one) for one in content["officers"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputFault(f"{CONTENT}: {type(error).__name__}: {error}") from error


def _code(content: dict[str, Any], folder: Path) -> SampleCode:
    picture = folder / content["picture"]
    if not picture.is_file():
        raise ValueError(f"no picture {picture.name}")
    return SampleCode(picture, TrayText(**content["name"]), TrayText(**content["car"]))

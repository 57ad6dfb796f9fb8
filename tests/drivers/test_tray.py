"""A tray names pictures that exist, and the laboratory's vehicles and officers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from drivers import tray
from keys import lab
from scripts.registry import sample
from terminal.errors import InputFault

SHIPPED = Path(__file__).parents[2] / "scripts" / "images" / tray.CONTENT
LETTERS = {"苏A12345": "A", "苏A20002": "Q", "苏A30001": "G", "苏A40001": "E", "苏A50000": "C"}


@pytest.fixture
def shipped(photographs: Path, tmp_path: Path) -> tray.Tray:
    """The tray that scripts/desk makes."""
    folder = tmp_path / "tray"
    shutil.copytree(photographs, folder)
    shutil.copy(SHIPPED, folder)
    return tray.read(folder)


def test_the_desks_codes_are_photographs_that_are_made(shipped: tray.Tray):
    names = {code.picture.name for code in shipped.codes}
    assert {"phone.jpg", "last-month.jpg", "withdrawn.jpg", "digit-changed.jpg", "other-vehicle.jpg"} <= names
    assert {"payment.jpg", "blur.jpg", "wanted.jpg"} <= names


def test_the_desks_plates_are_those_of_the_sample_registry(shipped: tray.Tray):
    held: dict[str, list[str]] = {}
    for vehicle in sample.vehicles(1, 20261127, 1_000):
        held.setdefault(vehicle.plate.number, []).append(vehicle.letters)
    plates = [plate.number for plate in shipped.plates]
    assert {number for number in plates if number not in held} == {"苏A8888B"}
    assert {number: held[number][0] for number in LETTERS} == LETTERS
    assert len(held["苏B70001"]) == 3


def test_the_desks_officers_are_the_laboratorys(shipped: tray.Tray):
    assert [(one.number, one.name, one.pin) for one in shipped.officers] == [
        (one.number, one.name, one.pin) for one in lab.OFFICERS
    ]


def test_a_page_is_told_no_path(shipped: tray.Tray):
    assert str(shipped.codes[0].picture.parent) not in json.dumps(shipped.public())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"codes": [{"picture": "none.png"}], "plates": [], "officers": []}',
        '{"codes": [], "plates": [{"number": "苏A12345"}], "officers": []}',
        '{"codes": [], "plates": [], "officers": [{"number": "1"}]}',
    ],
)
def test_an_unusable_tray_is_refused_by_name(content: str, tmp_path: Path):
    (tmp_path / tray.CONTENT).write_text(content, encoding="utf-8")
    with pytest.raises(InputFault, match=r"tray\.json"):
        tray.read(tmp_path)


def test_a_missing_tray_is_refused(tmp_path: Path):
    with pytest.raises(InputFault, match=r"tray\.json"):
        tray.read(tmp_path)

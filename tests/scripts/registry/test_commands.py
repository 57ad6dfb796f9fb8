"""Each command does its work in the given database, and reports a fault in one line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import lab
from scripts.registry import laboratory_keys
from scripts.registry.__main__ import main
from scripts.registry.database import Database, RequestView
from terminal.model import CredentialFinding, Plate
from terminal.registry import codec
from terminal.registry.messages import HotlistChange

STOLEN = ("苏A88888", "02")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a laboratory."""
    made = tmp_path / "lab"
    lab.make(made, int(time.time()), random_bytes)
    return made


def run(folder: Path, *arguments: str) -> int:
    """Run a command line; return its exit status."""
    return main(["--lab", str(folder), *arguments])


def snapshot(folder: Path) -> HotlistChange:
    """Return the hot list of 苏 as the command writes it."""
    out = folder / "苏.cbor"
    assert run(folder, "snapshot", "苏", str(out)) == 0
    return codec.read(HotlistChange, out.read_bytes())


def test_the_sample_fills_the_registry_and_its_hot_list(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(folder, "check") == 0
    assert "without vehicles; 1 terminals" in capsys.readouterr().out
    assert run(folder, "sample", "--seed", "7") == 0
    assert run(folder, "check") == 0
    assert "with vehicles" in capsys.readouterr().out
    assert {line.letters for line in snapshot(folder).vehicles} == {"C", "J", "N", "GC"}
    database = Database(f"sqlite:///{folder}/registry.sqlite")
    with database.transaction() as connection:
        assert len(RequestView(connection).records("苏B70001")) == 3
    database.close()


def test_a_vehicle_is_put_on_the_hot_list_and_taken_off(folder: Path):
    assert run(folder, "hotlist", *STOLEN, "CN") == 0
    assert [(line.plate, line.letters) for line in snapshot(folder).vehicles] == [(Plate(*STOLEN), "CN")]
    assert run(folder, "hotlist", *STOLEN, "") == 0
    found = snapshot(folder)
    assert (found.seq, found.vehicles) == (2, ())
    assert run(folder, "renew", "苏") == 0
    anew = snapshot(folder)
    assert anew.epoch > found.epoch
    assert anew.seq == 1


def test_a_code_of_the_stand_in_is_verified_by_the_laboratory_s_registry(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(folder, "code", "苏A12345", "02", "209912") == 0
    text = capsys.readouterr().out.strip()
    database = Database("sqlite://")
    others = laboratory_keys.service(folder, database).others
    database.close()
    assert others.verify(text, time.time()).finding is CredentialFinding.CURRENT
    assert (folder / laboratory_keys.OTHER_ISSUER).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "arguments",
    [
        ("hotlist", "苏A1", "02", "C"),
        ("hotlist", "苏A88888", "98", "C"),
        ("hotlist", "苏A88888", "02", "C", "--province", "X"),
        ("renew", "X"),
        ("snapshot", "苏", "out"),
        ("code", "苏A88888", "02", "202713"),
        ("code", "苏A88888", "31", "202712"),
        ("--database", "mysql://x", "check"),
        ("--database", "sqlite:////nowhere/x", "check"),
        ("--lab", "/nowhere", "check"),
    ],
)
def test_a_fault_is_one_line_without_a_plate(
    folder: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    assert run(folder, *arguments) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "88888" not in said.err + said.out


@pytest.mark.parametrize("arguments", [(), ("serve", "--broker", "nowhere"), ("code", "苏A88888", "02", "x")])
def test_a_command_line_that_makes_no_sense_is_refused(folder: Path, arguments: tuple[str, ...]):
    with pytest.raises(SystemExit):
        run(folder, *arguments)

"""Rosters are made from a list of officers; PINs are written once and kept as verifiers alone."""

from __future__ import annotations

import os
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import pwhash

from keys import lab, lab_repository, rosters
from keys.cli import main
from keys.key_store import open_store
from keys.rosters import ListedOfficer
from terminal import identity
from terminal.errors import InputFault
from terminal.officers.roster import is_pin
from terminal.officers.roster_source import RosterSource

if TYPE_CHECKING:
    from pathlib import Path

UNIT = "苏A01"
LISTED = """\
number,name,from,until,supervisor
000007,李明,2026-01-01,2027-01-01,no
9,张,2026-01-01,2027-01-01,yes
"""


@pytest.fixture
def folder(laboratory: Path, tmp_path: Path) -> Path:
    """A folder with a laboratory's repository and a list of officers."""
    shutil.copytree(laboratory / lab_repository.REPOSITORY, tmp_path / "R")
    (tmp_path / "officers.csv").write_text(LISTED, encoding="utf-8")
    return tmp_path


def make(folder: Path, slips: str, *more: str) -> int:
    """Run `roadside-keys roster` at the least cost."""
    named = ["--officers", str(folder / "officers.csv"), "--slips", str(folder / slips)]
    cost = ["--passes", "1", "--memory", "1"]
    return main(["roster", str(folder / "R"), UNIT, *named, "--terminal", lab.TERMINAL, *cost, *more])


def opened(folder: Path, laboratory: Path) -> RosterSource:
    """Open the target as the laboratory's terminal does."""
    described = identity.load(laboratory / lab.IDENTITY)
    source = RosterSource(UNIT, described.running_number, open_store(described.folder).open_sealed)
    source.load((folder / "R" / "content" / lab.ROSTER).read_bytes())
    return source


def pins(folder: Path, slips: str) -> dict[str, tuple[str, str]]:
    """The PIN and the duress PIN on each slip, by number."""
    words = (folder / slips).read_text(encoding="utf-8").split()
    starts = [place for place, word in enumerate(words) if word == "PIN" and words[place - 1] != "duress"]
    return {words[at - 2]: (words[at + 1], words[at + 4]) for at in starts}


def test_terminal_opens_what_the_command_seals_and_its_pins_are_on_the_slips(folder: Path, laboratory: Path):
    assert make(folder, "slips.txt") == 0
    source = opened(folder, laboratory)
    assert source.fault is None
    assert source.roster is not None
    found = {one.number: one for one in source.roster.officers}
    assert {number: one.supervisor for number, one in found.items()} == {"000007": False, "9": True}
    for number, (pin, duress) in pins(folder, "slips.txt").items():
        assert pwhash.argon2id.verify(found[number].verifier.encode(), pin.encode())
        kept = found[number].duress_verifier
        assert kept is not None
        assert pwhash.argon2id.verify(kept.encode(), duress.encode())


def test_pins_are_kept_as_verifiers_alone_and_for_their_owner(folder: Path):
    make(folder, "slips.txt")
    kept = folder / "R" / "private" / "rosters" / f"{UNIT}.json"
    for file in (kept, folder / "slips.txt"):
        assert os.stat(file).st_mode & 0o777 == 0o600  # noqa: PTH116 - the mode is what is tested
    secrets = [pin.encode() for both in pins(folder, "slips.txt").values() for pin in both]
    for file in (path for path in (folder / "R").rglob("*") if path.is_file()):
        assert not any(b'"' + pin in file.read_bytes() for pin in secrets)


def test_next_roster_keeps_pins_and_draws_only_new_ones(folder: Path, laboratory: Path):
    make(folder, "first.txt")
    before = opened(folder, laboratory).roster
    (folder / "officers.csv").write_text(f"{LISTED}8,王,2026-01-01,2027-01-01,no\n", encoding="utf-8")
    assert make(folder, "second.txt", "--new-pin", "9") == 0
    after = opened(folder, laboratory).roster
    assert before is not None
    assert after is not None
    assert pins(folder, "second.txt").keys() == {"8", "9"}
    same = [before.find("000007"), after.find("000007")]
    assert same[0] == same[1]
    assert before.find("9") != after.find("9")


@pytest.mark.parametrize(
    ("listed", "more", "said"),
    [
        ("number,name\n1,a\n", (), "a first line number,name,from,until,supervisor"),
        (LISTED + "8,王,2026-01-01\n", (), "line 4: five fields"),
        (LISTED + "8,王,2026-01-01,2027-01-01,maybe\n", (), "the last yes or no"),
        (LISTED + "8,王,soon,2027-01-01,no\n", (), "line 4"),
        (LISTED + "x,王,2026-01-01,2027-01-01,no\n", (), "the roster of 苏A01"),
        (LISTED + "9,王,2026-01-01,2027-01-01,no\n", (), "two officers with one number"),
        (LISTED, ("--new-pin", "5"), "no officer 5"),
        (LISTED, ("--terminal", "T9"), "lists no terminal T9"),
        (LISTED, ("--memory", "0"), "--memory from 1 to 256"),
    ],
)
def test_what_no_terminal_would_read_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], listed: str, more: tuple[str, ...], said: str
):
    (folder / "officers.csv").write_text(listed, encoding="utf-8")
    before = (folder / "R" / "content" / lab.ROSTER).read_bytes()
    assert make(folder, "slips.txt", *more) == 2
    assert said in capsys.readouterr().err
    assert (folder / "R" / "content" / lab.ROSTER).read_bytes() == before


def test_slips_are_never_written_over(folder: Path):
    (folder / "slips.txt").write_text("others", encoding="utf-8")
    with pytest.raises(InputFault):
        rosters.write_slips(folder / "slips.txt", [])
    assert make(folder, "slips.txt") == 2
    assert (folder / "slips.txt").read_text(encoding="utf-8") == "others"


@given(st.integers(0, 1 << 32))
def test_pins_drawn_are_digits_and_differ(seed: int):
    chance = Random(seed)  # noqa: S311 - a test's own choice
    officer = ListedOfficer("1", "a", 0, 1, supervisor=False)
    slip = rosters.draw_pins(officer, chance.randbytes)
    assert is_pin(slip.pin)
    assert is_pin(slip.duress_pin)
    assert sum(one != other for one, other in zip(slip.pin, slip.duress_pin, strict=True)) >= 3

"""An authority seals enforcement keys to the terminals of a province, and to no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys import cli, enforcement, files
from keys.files import Algorithm
from keys.trustset import ListedTerminal, terminals_target
from terminal.credential.enforcement import EnforcementKey, read
from terminal.errors import InputFault
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = {name: SealingKeyPair.of(name.encode() * 16) for name in ("T1", "T2", "T3", "T4")}
KEYS = {7: EnforcementKey(b"k" * 32, 100, 200)}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The content of a repository whose terminals are of two provinces, one of them withdrawn."""
    listed = {
        number: ListedTerminal(name, bytes(32), PAIRS[name].public, province, state)
        for number, (name, province, state) in enumerate(
            [
                ("T1", "苏", "active"),
                ("T2", "苏", "active"),
                ("T3", "粤", "active"),
                ("T4", "苏", "withdrawn"),
            ]
        )
    }
    folder = tmp_path / "R" / "content"
    folder.mkdir(parents=True)
    (folder / "terminals.cbor").write_bytes(terminals_target(listed))
    return folder


def test_each_active_terminal_of_the_province_gets_a_box_of_its_own(content: Path):
    (content / "enforcement").mkdir()
    (content / "enforcement/T4.sealed").write_bytes(b"of old")
    done = enforcement.seal_keys(content, "苏", KEYS)
    assert (done.sealed, done.removed) == (("T1", "T2"), ("T4",))
    assert sorted(path.name for path in (content / "enforcement").iterdir()) == ["T1.sealed", "T2.sealed"]
    for name in ("T1", "T2"):
        box = (content / f"enforcement/{name}.sealed").read_bytes()
        assert b"k" * 32 not in box
        assert [name for name, pair in PAIRS.items() if pair.open(box) is not None] == [name]
        assert read(PAIRS[name].open(box) or b"", "苏").epochs(150) == {7}


@pytest.mark.parametrize(
    ("province", "keys", "reason"),
    [
        ("京", KEYS, "no active terminal of 京"),
        ("X", KEYS, "another province"),
        ("苏", {7: EnforcementKey(b"k" * 32, 100, 100)}, "empty"),
    ],
)
def test_what_no_terminal_could_use_is_refused(
    content: Path, province: str, keys: dict[int, EnforcementKey], reason: str
):
    with pytest.raises(InputFault, match=reason):
        enforcement.seal_keys(content, province, keys)
    assert not (content / "enforcement").exists()


@pytest.mark.parametrize("listed", [b"\xa0\x00", b"\x80", None])
def test_a_bad_list_of_terminals_is_refused(content: Path, listed: bytes | None):
    (content / "terminals.cbor").unlink()
    if listed is not None:
        (content / "terminals.cbor").write_bytes(listed)
    with pytest.raises(InputFault, match=r"terminals\.cbor"):
        enforcement.seal_keys(content, "苏", KEYS)


def test_the_command_seals_a_key_for_days_in_shanghai(content: Path, capsys: pytest.CaptureFixture[str]):
    key = content.parent / "7.key"
    assert cli.main(["new", str(key), "--algorithm", "chacha20-poly1305"]) == 0
    given = f"{key}:7:2026-11-01:2026-12-01"
    arguments = ["enforcement", str(content.parent), "--province", "苏", "--key", given]
    assert cli.main(arguments) == 0
    assert "epochs 7 sealed to 2 terminals; removed from 0" in capsys.readouterr().out
    box = (content / "enforcement/T1.sealed").read_bytes()
    held = read(PAIRS["T1"].open(box) or b"", "苏")
    assert [held.epochs(s) for s in (1_793_462_399, 1_793_462_400)] == [frozenset(), {7}]
    assert [held.epochs(s) for s in (1_796_054_399, 1_796_054_400)] == [{7}, frozenset()]
    assert files.load(key, Algorithm.CHACHA20_POLY1305)
    assert cli.main([*arguments, "--key", given]) == 2
    assert "two keys of one epoch" in capsys.readouterr().err

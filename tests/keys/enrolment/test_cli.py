"""`roadside-keys enrolment`: code as text and picture, answers from files, list and withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image

from keys.cli import main
from keys.enrolment import device
from tests.keys.enrolment.conftest import SERIAL, Desk

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = ["--terminal", "T0007", "--province", "苏", "--unit", "苏A01", "--fleet", "lab", "--serial", SERIAL]


def run(desk: Desk, action: str, *arguments: str) -> int:
    place = [str(desk.authority.folder), str(desk.authority.repository.folder)]
    return main(["enrolment", action, *place, *arguments])


def test_a_terminal_is_enrolled_by_stick_listed_and_withdrawn(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    picture = tmp_path / "code.png"
    assert run(desk, "code", *PROFILE, "--qr", str(picture), "--address", "192.0.2.7:8700") == 0
    said = capsys.readouterr()
    code = said.out.strip()
    assert "T0007, number 2, device 10000000a1b2c3d4: valid for 24 h, once" in said.err
    assert picture.stat().st_mode & 0o777 == 0o600
    with Image.open(picture) as symbol:
        assert [found.text for found in zxingcpp.read_barcodes(symbol)] == [code]
    (tmp_path / "request").write_bytes(device.begin(desk.folder, code, SERIAL, bytes))
    assert run(desk, "answer", str(tmp_path / "request"), str(tmp_path / "answer")) == 0
    device.finish(desk.folder, (tmp_path / "answer").read_bytes())
    capsys.readouterr()
    assert run(desk, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 T0001 苏 active - -")
    assert lines[1].startswith(f"2 T0007 苏 active {SERIAL} ")
    assert run(desk, "withdraw", "T0007") == 0
    assert "certificates revoked: 1" in capsys.readouterr().out
    assert run(desk, "list") == 0
    assert "T0007 苏 withdrawn" in capsys.readouterr().out
    assert run(desk, "withdraw", "T0099") == 2
    assert capsys.readouterr().err == "roadside-keys: no terminal T0099\n"


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("--hours", "0", "whole number of hours from 1 to 336"),
        ("--address", "192.0.2.7", "write HOST:PORT"),
        ("--address", "192.0.2.7:99999", "write HOST:PORT"),
    ],
)
def test_a_wrong_argument_is_named(
    desk: Desk, capsys: pytest.CaptureFixture[str], argument: str, value: str, said: str
):
    with pytest.raises(SystemExit):
        run(desk, "code", *PROFILE, argument, value)
    assert said in capsys.readouterr().err

"""Scenarios are read completely, or refused with the number of the faulty line."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.errors import InputFault
from terminal.model import Outcome, Reason
from terminal.ports import Button
from terminal.scenarios import script


def deeds(text: str, folder: Path) -> list[script.Deed]:
    return [line.deed for line in script.parse(text, folder)]


def test_every_word_becomes_its_deed(tmp_path: Path) -> None:
    (tmp_path / "card.jpg").touch()
    text = """
# a comment
show card.jpg card.jpg
clear
press TRIGGER
wait 6.5
clock 2026-11-22T12:00:00+08:00
clock 2026-11-22T12:00:00 untrusted
camera stalled
camera live
expect pass
expect provisional ok
expect ready
expect entry
expect kinds
expect online
expect offline
type 苏A12345
pick 02
pick unsure
expect trouble J02
expect notice H02
shot result.png
say Here we go.
"""
    card = tmp_path / "card.jpg"
    noon_s = 1795320000.0
    assert deeds(text, tmp_path) == [
        script.Show((card, card)),
        script.Show(()),
        script.PressButton(Button.TRIGGER),
        script.Wait(6.5),
        script.SetClock(noon_s, trusted=True),
        script.SetClock(noon_s, trusted=False),
        script.SetCamera(live=False),
        script.SetCamera(live=True),
        script.ExpectResult(Outcome.PASS),
        script.ExpectResult(Outcome.PROVISIONAL, Reason.OK),
        script.ExpectReady(),
        script.ExpectScreen("entry"),
        script.ExpectScreen("kinds"),
        script.ExpectLink(up=True),
        script.ExpectLink(up=False),
        script.TypePlate("苏A12345"),
        script.Pick("02"),
        script.Pick(None),
        script.ExpectTrouble("J02", as_notice=False),
        script.ExpectTrouble("H02", as_notice=True),
        script.Shot("result.png"),
        script.Say("Here we go."),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("shew card.jpg", "unknown word shew"),
        ("show", "a picture is expected"),
        ("show missing.jpg", "no picture"),
        ("press OK", "'OK' is not a valid Button"),
        ("wait soon", "soon"),
        ("wait -1", "seconds are expected"),
        ("wait", "wait"),
        ("clock noon", "noon"),
        ("clock 2026-11-22T12:00:00 trusted-ish", "untrusted"),
        ("camera off", "stalled or live"),
        ("expect", "an outcome"),
        ("type", "type"),
        ("pick 777", "a code of a plate kind"),
        ("expect fine", "fine"),
        ("expect pass because", "because"),
        ("shot ../../x.png", "PNG"),
        ("shot x.gif", "PNG"),
    ],
)
def test_a_wrong_line_is_named(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputFault) as refused:
        script.parse(f"# first\n\n{line}\n", tmp_path)
    assert refused.value.detail.startswith("line 3: ")
    assert said in refused.value.detail

"""Scenarios are read completely, or refused with the number of the faulty line."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal import scenario
from terminal.errors import InputFault
from terminal.model import Button, Outcome, Reason


def deeds(text: str, folder: Path) -> list[scenario.Deed]:
    return [line.deed for line in scenario.parse(text, folder)]


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
        scenario.Show((card, card)),
        scenario.Show(()),
        scenario.PressButton(Button.TRIGGER),
        scenario.Wait(6.5),
        scenario.SetClock(noon_s, trusted=True),
        scenario.SetClock(noon_s, trusted=False),
        scenario.SetCamera(live=False),
        scenario.SetCamera(live=True),
        scenario.ExpectResult(Outcome.PASS),
        scenario.ExpectResult(Outcome.PROVISIONAL, Reason.OK),
        scenario.ExpectReady(),
        scenario.ExpectScreen("entry"),
        scenario.ExpectScreen("kinds"),
        scenario.ExpectLink(up=True),
        scenario.ExpectLink(up=False),
        scenario.TypePlate("苏A12345"),
        scenario.Pick("02"),
        scenario.Pick(None),
        scenario.ExpectTrouble("J02", as_notice=False),
        scenario.ExpectTrouble("H02", as_notice=True),
        scenario.Shot("result.png"),
        scenario.Say("Here we go."),
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
        scenario.parse(f"# first\n\n{line}\n", tmp_path)
    assert refused.value.detail.startswith("line 3: ")
    assert said in refused.value.detail

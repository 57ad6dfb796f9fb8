"""The state diagram in the manual matches the program."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from scripts.screens.state_diagram import BEGIN, END, README, diagram, kept, main, walk

ROOT = Path(__file__).parents[3]


def test_script_prints_the_diagram_that_the_readme_holds(capsys: pytest.CaptureFixture[str]):
    main([])
    assert capsys.readouterr().out == diagram() + "\n"
    readme = (ROOT / README).read_text(encoding="utf-8")
    assert kept(readme) == readme, "scripts/states --keep writes it"


def test_readme_without_its_markers_is_refused():
    for readme in ("", BEGIN, END, f"{END}{BEGIN}"):
        with pytest.raises(ValueError, match="README"):
            kept(readme)


def test_every_screen_is_reached_and_can_be_left():
    edges = walk()
    starts, ends = ({pair[place] for pair in edges} for place in (0, 1))
    assert starts == ends == {line.split()[-1] for line in diagram().splitlines() if " as " in line}


def test_an_alarm_is_left_by_acknowledging_it_alone():
    assert {label for (start, _), labels in walk().items() if start == "Alarm" for label in labels} == {
        "CONFIRM, held"
    }


def test_an_alarm_is_closed_from_its_card_by_its_result():
    edges = walk()
    steps = ("Ready", "RadioCard", "CasePick", "CaseForm", "Ready")
    assert edges.keys() >= set(pairwise(steps))
    assert {"CarCheck", "VinCheck"} <= {end for start, end in edges if start == "RadioCard"}

"""Short run over frames without a code: nothing is read, and false or missing readings are detected."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from scripts.campaigns.empty import BUDGET_S, FrameTally, control, look, report
from scripts.images.negatives import SORTS, Frames
from terminal import scan

CAMPAIGN = Path(__file__).parents[3] / "scripts" / "campaign"


def test_of_frames_without_a_code_none_is_read():
    tally = look(250, 77)
    assert tally.read == []
    assert (tally.stills, tally.controls, tally.controls_read) == (3, 1, 1)
    assert set(tally.frames) == {sort.__name__ for sort in SORTS}


def test_the_campaign_says_so():
    done = subprocess.run([CAMPAIGN, "empty", "--frames", "61"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"(?m)^frames    61: ", done.stdout)
    assert "controls  2 of 2 real codes read\nno false text was read" in done.stdout


def test_the_same_seed_gives_the_same_frames_and_another_seed_others():
    first, again, other = (Frames(seed) for seed in (5, 5, 6))
    pairs = [(first.next(), again.next(), other.next()) for _ in range(8)]
    assert all(np.array_equal(one.luma, same.luma) and one.sort == same.sort for one, same, _ in pairs)
    assert not any(np.array_equal(one.luma, another.luma) for one, _, another in pairs)


def test_the_eye_is_open():
    found, _ = scan.read_next(control(7), scan.START, BUDGET_S)
    assert found is not None
    assert found.text == "VI1:7"


@pytest.mark.parametrize(
    "wrong", [FrameTally(read=["fake, 3 characters"]), FrameTally(controls=2, controls_read=1)]
)
def test_a_text_that_is_not_there_or_a_blind_eye_fails_the_campaign(
    wrong: FrameTally, capsys: pytest.CaptureFixture[str]
):
    assert report(wrong) == 1
    assert report(FrameTally(frames=Counter(grid=3), controls=2, controls_read=2)) == 0
    said = capsys.readouterr().out
    assert "no false text was read" in said

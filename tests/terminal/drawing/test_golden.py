"""Golden screens, compared pixel by pixel, so that every visible change is deliberate."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from scripts.screens.golden import KEPT, checksum
from terminal.drawing.fonts import Fonts
from terminal.model import Outcome
from terminal.screens.alarm_case import CaseScreen
from terminal.screens.alarms import Alarm
from terminal.screens.check import Result
from terminal.screens.sign_in import SignInScreen
from terminal.screens.state import Screen
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS, pixels
from tests.terminal.drawing.gallery_sizes import SIZED_VIEWS

FOLDER = Path(__file__).parent / "golden"
GOLDEN = VIEWS | SIZED_VIEWS


def _other_fonts() -> str | None:
    for line in (FOLDER / "fonts.sha256").read_text().splitlines():
        kept, name = line.split()
        if checksum(FONTS / name) != kept:
            return f"{name} is not the font that the golden screens were drawn with"
    return None


@pytest.mark.parametrize("name", GOLDEN)
def test_screen_is_its_golden_picture(name: str, fonts: Fonts):
    if reason := _other_fonts():
        pytest.skip(reason)
    kept = cv2.imread(str(FOLDER / f"{name}.png"), cv2.IMREAD_COLOR)
    assert kept is not None, "scripts/golden makes it"
    drawn = pixels(GOLDEN[name], fonts)
    changed = np.argwhere((drawn != kept).any(axis=2))
    assert not changed.size, f"{len(changed)} pixels differ, from {changed[0]}; see scripts/golden --look"


def test_golden_folder_holds_the_gallery_and_nothing_else():
    assert KEPT.resolve() == FOLDER
    assert {path.stem for path in FOLDER.glob("*.png")} == set(GOLDEN)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_and_every_outcome_has_a_golden_picture(language: str):
    screens = [view.screen for view in VIEWS.values() if view.language == language]
    assert {type(screen) for screen in screens} == {
        Alarm,
        *get_args(Screen),
        *get_args(CaseScreen),
        *get_args(SignInScreen),
    }
    shown = {screen.judged.verdict.outcome for screen in screens if isinstance(screen, Result)}
    assert shown == set(Outcome)

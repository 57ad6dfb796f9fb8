"""Screens are legible in sunlight, and do not blind at night."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scripts.screens.glance import Pixels
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import NIGHT_PICTURE, night_level
from terminal.drawing.light import contrast, contrast_in_light, luminance
from terminal.drawing.theme import DAY, NIGHT, NIGHT_LUMINANCE, dress
from terminal.model import Outcome
from terminal.screens.check import Ready
from tests.terminal.drawing.gallery import VIEWS, View, pixels
from tests.terminal.screens.builders import FRESH

DAYLIGHT_LUX = 10_000
LINEAR = np.array([luminance((level, level, level)) for level in range(256)])
BLUE_GREEN_RED = np.array([0.0722, 0.7152, 0.2126])


def mean_luminance(picture: Pixels) -> float:
    """Return the relative luminance, averaged over the pixels; `picture` is BGR."""
    return float((LINEAR[picture] * BLUE_GREEN_RED).sum(axis=2).mean())


def test_contrast_is_wcags():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_contrast_in_daylight_is_that_of_the_reflecting_display():
    """400 cd/m² of white above 159 cd/m² of reflection, 10,000 lx * 5 % / pi."""
    assert contrast_in_light((0, 0, 0), (255, 255, 255), 10_000) == pytest.approx(559.2 / 159.2, abs=0.01)


@pytest.mark.parametrize("lit", [True, False])
@pytest.mark.parametrize("outcome", Outcome)
def test_text_on_every_outcomes_colour_is_legible_in_daylight(outcome: Outcome, lit: bool):  # noqa: FBT001 - a parameter
    worn = dress(outcome, DAY, lit=lit)
    assert contrast_in_light(worn.ink, worn.paper, DAYLIGHT_LUX) >= 3


def test_ordinary_text_is_legible_in_daylight():
    for ground in (DAY.paper, DAY.panel):
        for ink in (DAY.ink, DAY.muted):
            assert contrast_in_light(ink, ground, DAYLIGHT_LUX) >= 2.4
    for hue in (DAY.notice, DAY.strong, DAY.bars.main_key):
        assert contrast_in_light(hue.ink, hue.ground, DAYLIGHT_LUX) >= 3


@pytest.mark.parametrize("name", sorted({name.removesuffix("_night") for name in VIEWS}))
def test_no_screen_blinds_at_night(name: str, fonts: Fonts):
    view = VIEWS.get(f"{name}_night", VIEWS[name])
    assert mean_luminance(pixels(replace(view, night=True), fonts)) <= NIGHT_LUMINANCE


@pytest.mark.parametrize("level", [0, 30, 128, 255])
def test_camera_picture_is_dimmed_at_night(level: int, fonts: Fonts):
    picture = np.full((360, 640), level, np.uint8)
    picture[::40] = 255  # lamps
    night, day = (pixels(View(Ready(FRESH), picture, night=night), fonts) for night in (True, False))
    assert mean_luminance(night) <= NIGHT_LUMINANCE
    if level:
        assert mean_luminance(night) < mean_luminance(day)
    assert LINEAR[picture].mean() * (night_level(picture) / 16) ** 2.2 <= 1.1 * NIGHT_PICTURE


def test_no_flash_is_white_at_night():
    for lit in (True, False):
        worn = dress(Outcome.ALARM, NIGHT, lit=lit)
        assert luminance(worn.paper) < 0.05
        assert luminance(worn.mark) < 0.35

"""Outcomes are told apart at a glance, by any eye: blurred to ten minutes of arc, without reading a word."""

from __future__ import annotations

from itertools import combinations

import pytest

from scripts.screens.glance import (
    EYES,
    LEAST_SHARE,
    Pixels,
    block,
    blurred,
    difference,
    differences,
    grey,
    grey_difference,
)
from terminal.drawing.fonts import Fonts
from terminal.model import Outcome

RED_ONES = (Outcome.OVERDUE, Outcome.OFF_ROAD, Outcome.ALARM)
THEMES = pytest.mark.parametrize("night", [False, True], ids=["day", "night"])


@THEMES
@pytest.mark.parametrize("eye", EYES)
def test_any_two_outcomes_differ_at_a_glance(eye: str, fonts: Fonts, night: bool):  # noqa: FBT001 - a parameter
    for pair, share in differences(eye, fonts, night=night).items():
        assert share >= LEAST_SHARE, pair


@THEMES
@pytest.mark.parametrize(("one", "other"), list(combinations(RED_ONES, 2)))
@pytest.mark.parametrize("lit", [True, False], ids=["lit", "unlit"])
def test_the_three_red_outcomes_differ_in_form(
    one: Outcome,
    other: Outcome,
    fonts: Fonts,
    lit: bool,  # noqa: FBT001 - a parameter
    night: bool,  # noqa: FBT001 - a parameter
):
    first, second = (blurred(grey(block(outcome, fonts, night=night, lit=lit))) for outcome in (one, other))
    assert grey_difference(first, second) >= LEAST_SHARE


def test_a_picture_does_not_differ_from_itself_and_wholly_from_its_negative(fonts: Fonts):
    picture: Pixels = block(Outcome.OVERDUE, fonts, night=False)
    assert difference(picture, picture) == grey_difference(picture, picture) == 0
    assert grey_difference(picture, 255 - picture) > 0.9

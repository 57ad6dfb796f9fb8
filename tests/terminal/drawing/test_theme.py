"""Outcomes differ in more than colour, and every verdict is legible in sunlight and at night."""

from __future__ import annotations

import pytest

from terminal.drawing import theme
from terminal.drawing.theme import DAY, NIGHT, Form, Palette, contrast, dress
from terminal.model import Outcome

RED_ONES = {Outcome.OVERDUE, Outcome.OFF_ROAD, Outcome.ALARM}


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("lit", [True, False])
@pytest.mark.parametrize("outcome", Outcome)
def test_verdict_stands_out_seven_to_one(outcome: Outcome, lit: bool, colours: Palette):  # noqa: FBT001 - a parameter
    worn = dress(outcome, colours, lit=lit)
    assert contrast(worn.ink, worn.paper) >= 7


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_labels_and_grounds_stand_out_seven_to_one(colours: Palette):
    for paper in (colours.paper, colours.panel):
        assert contrast(colours.ink, paper) >= 7
        assert contrast(colours.muted, paper) >= 7


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_form_says_how_much_is_known(colours: Palette):
    forms = {outcome: dress(outcome, colours).form for outcome in Outcome}
    assert [outcome for outcome, form in forms.items() if form is Form.STRIPED] == [Outcome.PROVISIONAL]
    assert [outcome for outcome, form in forms.items() if form is Form.DASHED] == [Outcome.UNDETERMINED]


def test_every_outcome_has_an_icon_of_its_own():
    assert len({dress(outcome, DAY).icon for outcome in Outcome}) == len(Outcome)


def test_solid_fills_differ_in_lightness_as_well():
    assert contrast(theme.AMBER, theme.GREEN) >= 1.5
    assert contrast(theme.GREEN, theme.RED) >= 3
    assert {dress(outcome, DAY).fill for outcome in RED_ONES} == {theme.RED}


def test_only_an_alarm_flashes():
    for outcome in Outcome:
        same = dress(outcome, DAY, lit=True) == dress(outcome, DAY, lit=False)
        assert same is (outcome is not Outcome.ALARM)


def test_contrast_is_wcags():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)

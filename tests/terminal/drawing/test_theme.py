"""Outcomes differ in more than colour, and every verdict is legible in sunlight and at night."""

from __future__ import annotations

import pytest

from terminal.drawing.light import contrast, luminance
from terminal.drawing.theme import DAY, NIGHT, Palette, dress
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
def test_every_outcome_has_a_form_of_its_own(colours: Palette):
    assert len({dress(outcome, colours).form for outcome in Outcome}) == len(Outcome)


def test_every_outcome_has_an_icon_of_its_own():
    assert len({dress(outcome, DAY).icon for outcome in Outcome}) == len(Outcome)


def test_outcomes_that_stop_a_vehicle_are_dark_and_all_others_light_by_day():
    for outcome in Outcome:
        assert (luminance(dress(outcome, DAY).paper) < 0.1) is (outcome in RED_ONES)


def test_only_an_alarm_flashes():
    for outcome in Outcome:
        same = dress(outcome, DAY, lit=True) == dress(outcome, DAY, lit=False)
        assert same is (outcome is not Outcome.ALARM)

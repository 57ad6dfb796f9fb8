"""The option that CONFIRM chooses in a case is on the display, however small it is; a confirmed alarm's form
names the articles of law that its disposals rest on.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.drawing.draw import cells, compose
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import Text
from terminal.drawing.theme import Style
from terminal.journal.notes import ResultKey
from terminal.screens.alarm_case import CaseField, CaseForm, CasePick, CasePicked, FieldOpened
from tests.terminal.drawing.displays import sized
from tests.terminal.drawing.gallery_alarm import EXCLUDED, OPEN, PENALISED
from tests.terminal.screens.builders import FRESH


@pytest.mark.parametrize(
    "size", [(480, 800), (320, 480), (800, 480)], ids=lambda size: "x".join(map(str, size))
)
def test_the_marked_option_and_field_are_shown(size: tuple[int, int]):
    style = sized(size)
    pick, form = CasePick(OPEN, EXCLUDED, CaseField.REASON), CaseForm(OPEN, EXCLUDED)
    for place, key in enumerate(pick.options):
        marked = CasePick(OPEN, EXCLUDED, CaseField.REASON, place)
        assert CasePicked(key) in [cell.event for cell in cells(marked, style)]
    for place, wanted in enumerate(form.fields):
        assert FieldOpened(wanted) in [cell.event for cell in cells(CaseForm(OPEN, EXCLUDED, place), style)]


def said(form: CaseForm, fonts: Fonts) -> str:
    return "".join(item.string for item in compose(form, Style("zh", fonts)) if isinstance(item, Text))


def test_the_form_names_the_articles_of_a_confirmed_alarm_at_a_trusted_time_only(fonts: Fonts):
    form = CaseForm(replace(OPEN, letters="CE"), PENALISED, status=FRESH)
    assert "《道路交通安全法》第一百条" in said(form, fonts)
    other = replace(PENALISED, result=ResultKey.NOT_THIS_VEHICLE, reason="plate_cloned")
    assert "道路交通安全法" not in said(replace(form, draft=other), fonts)
    assert "道路交通安全法" not in said(replace(form, alarm=OPEN), fonts)
    unsure = replace(FRESH, clock=replace(FRESH.clock, trusted=False))
    assert "道路交通安全法" not in said(replace(form, status=unsure), fonts)

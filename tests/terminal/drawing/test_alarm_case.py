"""The option that CONFIRM chooses in a case is on the display, however small it is."""

from __future__ import annotations

import pytest

from terminal.drawing.draw import cells
from terminal.screens.alarm_case import CaseField, CaseForm, CasePick, CasePicked, FieldOpened
from tests.terminal.drawing.displays import sized
from tests.terminal.drawing.gallery_alarm import EXCLUDED, OPEN


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

"""A locked screen shows no verdict and no vehicle; alarms are a count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.drawing.draw import cells, compose
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import Text
from terminal.drawing.theme import Style
from terminal.screens.alarm_case import AlarmLife
from terminal.screens.session import UiSession
from terminal.screens.sign_in import Locked, LockNow
from terminal.screens.state import Screen
from terminal.screens.ui import Ui, advance
from tests.terminal.drawing.gallery_day import OPEN_ALARMS
from tests.terminal.screens.officer import OFFICER, SCREENS, STOLEN, A, C, check

PRIVATE = ("A12345", "C12345", "被盗抢", "放行", "逾期", "粤", "苏")


@pytest.mark.parametrize("below", SCREENS, ids=lambda one: type(one).__name__)
def test_no_verdict_and_no_plate_is_read_on_a_locked_screen(below: Screen, fonts: Fonts):
    alerts = check(8, A, STOLEN), check(9, C, STOLEN)
    ui = Ui(below, alerts=alerts, life=AlarmLife(open=OPEN_ALARMS), session=UiSession(OFFICER))
    locked, _ = advance(ui, LockNow(), 9.0)
    screen, style = locked.screen, Style("zh", fonts)
    assert isinstance(screen, Locked)
    said = "".join(item.string for item in compose(screen, style) if isinstance(item, Text))
    assert [word for word in PRIVATE if word in said] == []
    assert screen.status.alarms.banners == ()
    assert screen.status.alarms.newest is None
    assert cells(screen, style) == []
    assert replace(locked.below, status=below.status) == below

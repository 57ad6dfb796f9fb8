"""Display and camera rest while nothing happens, and never while an alarm is open."""

from __future__ import annotations

import pytest

from terminal.ports import Button
from terminal.screens.attention import SETTLE_S, KeyDown
from terminal.screens.check import Ready, Result
from terminal.screens.comparing import Comparison
from terminal.screens.events import Confirm
from terminal.screens.ui import Ui
from terminal.screens.values import Status
from terminal.services.resting import Resting, needs_display, unseen
from tests.terminal.screens.officer import FRONT, STOLEN, A, at, check


def test_they_rest_after_a_time_without_use_and_the_use_that_wakes_them_says_so():
    switched: list[bool] = []
    resting = Resting(120.0, switched.append, used_s=0.0)
    resting.poll(119.9, needed=False)
    assert not resting.on
    assert not resting.used(119.9)
    resting.poll(239.8, needed=False)
    assert not resting.on
    resting.poll(239.9, needed=False)
    resting.poll(300.0, needed=False)
    assert (resting.on, switched) == (True, [True])
    assert resting.used(301.0)
    assert not resting.used(301.0)
    resting.poll(400.0, needed=False)
    assert (resting.on, switched) == (False, [True, False])


def test_what_needs_the_display_wakes_it_and_keeps_it_awake():
    switched: list[bool] = []
    resting = Resting(120.0, switched.append, used_s=0.0)
    resting.poll(120.0, needed=False)
    resting.poll(121.0, needed=True)
    resting.poll(1000.0, needed=True)
    resting.poll(1119.0, needed=False)
    assert switched == [True, False]


ALARM = check(1, A, STOLEN)


@pytest.mark.parametrize(
    ("ui", "needed"),
    [
        (Ui(Ready()), False),
        (Ui(FRONT), False),
        (Ui(Ready(), alerts=(ALARM,)), True),
        (Ui(Ready(), banners=(ALARM,)), True),
        (Ui(Result(Status(), ALARM)), True),
        (Ui(Comparison(Status(), ALARM, Result(Status(), ALARM))), True),
    ],
)
def test_an_open_alarm_needs_the_display(ui: Ui, *, needed: bool):
    assert needs_display(ui) is needed


def test_a_press_counts_once_the_screen_that_was_dark_is_drawn_again():
    desk = at(FRONT)
    desk.ui = unseen(desk.ui, desk.now_s)
    desk.happen(KeyDown(Button.CONFIRM, desk.now_s))
    assert desk.ui.below == FRONT
    desk.draw()
    desk.now_s += SETTLE_S
    assert Confirm(FRONT.judged) in desk.happen(KeyDown(Button.CONFIRM, desk.now_s))

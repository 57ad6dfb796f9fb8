"""Display and camera rest while nobody uses the terminal; the press that wakes them does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.limits import DISPLAY_RESTS_S
from terminal.ports import Button
from terminal.scenarios.player import TURN_S
from terminal.screens.check import PlateEntry, Ready

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk

RESTS = f"wait {DISPLAY_RESTS_S}\nexpect resting"


def test_the_press_that_wakes_the_terminal_does_nothing_else(desk: Desk):
    app = desk.start()
    desk.play(RESTS)
    desk.until(lambda: not desk.rig.camera.streaming)
    seen = app.frames_seen
    for _ in range(3):
        app.run_once(TURN_S)
    assert app.frames_seen == seen

    desk.rig.press(Button.CONFIRM)
    app.run_once(TURN_S)
    assert not app.resting
    assert isinstance(app.screen, Ready)
    desk.until(lambda: app.frames_seen > seen)
    desk.play("press CONFIRM\nexpect entry")


def test_a_touch_wakes_the_terminal_wherever_it_is(desk: Desk):
    app = desk.start()
    desk.play("press CONFIRM\nexpect entry\n" + RESTS)
    shown = app.screen
    desk.rig.touch(240, 600)
    app.run_once(TURN_S)
    assert not app.resting
    assert isinstance(app.screen, PlateEntry)
    assert isinstance(shown, PlateEntry)
    assert app.screen.number == shown.number


def test_a_code_in_view_keeps_the_terminal_awake(desk: Desk):
    app = desk.start()
    desk.play("show phone.jpg\nexpect compare ok")
    for _ in range(2 * DISPLAY_RESTS_S // 30):
        seen = app.frames_seen
        desk.until(lambda seen=seen: app.frames_seen > seen + 1)  # type: ignore[misc]  # each its own
        desk.rig.advance(30)
        app.run_once(TURN_S)
    assert not app.resting


def test_what_is_shown_after_a_rest_is_no_picture_of_before(desk: Desk):
    app = desk.start()
    desk.play("wait 1\nexpect ready\nshot before.png\n" + RESTS + "\nshot dark.png")
    desk.rig.stall(on=True)
    desk.rig.press(Button.TRIGGER)
    app.run_once(TURN_S)
    desk.rig.shot(desk.shots / "woken.png")
    before, dark, woken = ((desk.shots / f"{name}.png").read_bytes() for name in ("before", "dark", "woken"))
    assert len({before, dark, woken}) == 3
    desk.rig.stall(on=False)

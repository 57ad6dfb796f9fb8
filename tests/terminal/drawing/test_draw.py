"""Drawing depends only on screen, picture and style; touches match the drawn keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential.grade import Grade
from terminal.drawing import regions
from terminal.drawing.draw import draw, event_at
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import pictures_kept
from terminal.drawing.soft_keys import key_rects
from terminal.drawing.theme import Style
from terminal.ports import Button
from terminal.screens.alarm_case import CaseScreen
from terminal.screens.alarms import About, Alarm
from terminal.screens.check import Ready
from terminal.screens.events import Pressed
from terminal.screens.sign_in import Blocked, Locked, SignIn
from terminal.screens.state import Shown
from terminal.screens.step import step
from terminal.screens.values import CameraStatus, ClockStatus, Sending
from tests.terminal.drawing.displays import FONTS, STYLE, sized
from tests.terminal.drawing.gallery import VIEWS, View, pixels, street
from tests.terminal.screens.builders import ALARM, FRESH, PROVISIONAL, alarm

if TYPE_CHECKING:
    from terminal.model import Luma

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM


@pytest.mark.parametrize("name", ["ready", "provisional_cached", "alarm", "busy_en"])
def test_drawing_twice_gives_the_same_pixels_whatever_was_drawn_between(name: str, fonts: Fonts):
    view = VIEWS[name]
    first = pixels(view, fonts)
    for other in VIEWS.values():
        pixels(other, fonts)
    assert (pixels(view, fonts) == first).all()
    assert (pixels(view, Fonts.load(FONTS)) == first).all()


def test_drawing_leaves_the_picture_alone(fonts: Fonts):
    picture = street()
    picture.flags.writeable = False
    before = picture.copy()
    draw(VIEWS["ready"].screen, picture, Style("zh", fonts))
    assert (picture == before).all()


@pytest.mark.parametrize("size", [(480, 800), (720, 1280), (320, 480)])
def test_surface_has_the_size_of_the_look_and_32_bits(size: tuple[int, int], fonts: Fonts):
    surface = draw(PROVISIONAL, None, Style("zh", fonts, size))
    assert surface.get_size() == size
    assert surface.get_bitsize() == 32


@settings(deadline=None, max_examples=40)
@given(shape=st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_picture_of_any_size_fills_the_frame(shape: tuple[int, int], fonts: Fonts):
    drawn = pixels(View(Ready(FRESH), np.full(shape, 77, np.uint8)), fonts)
    assert (drawn[80, 5] == 77).all()
    assert (drawn[600, 470] == 77).all()
    assert (drawn[340, 240] == 77).all()


def test_picture_is_cut_evenly_and_keeps_its_proportions(fonts: Fonts):
    """A circle in the middle of a wide picture stays a circle in the middle of the frame."""
    rows, columns = np.mgrid[:360, :640]
    picture = np.where((rows - 180) ** 2 + (columns - 320) ** 2 < 50**2, 255, 0).astype(np.uint8)
    drawn = pixels(View(Ready(FRESH), picture), fonts)[60:640, :, 0] > 127
    drawn[:, :155] = drawn[:, 325:] = False  # without the reticle
    down, across = np.nonzero(drawn)
    assert np.ptp(down) == pytest.approx(np.ptp(across), abs=3)
    assert across.mean() == pytest.approx(240, abs=2)


def test_reticle_is_at_least_a_quarter_of_the_frame_wide(fonts: Fonts):
    """A code as wide as the reticle is at least a quarter of the camera's frame (1280x720)."""
    drawn = pixels(View(Ready(FRESH), np.zeros((360, 640), np.uint8)), fonts)[60:640, :, 0] > 250
    rows, columns = np.nonzero(drawn)
    frame_width = 1280 * (drawn.shape[0] / 720)
    assert np.ptp(columns) >= frame_width / 4
    assert np.ptp(columns) == pytest.approx(np.ptp(rows), abs=2)


@pytest.mark.parametrize("camera", [CameraStatus.STALLED, CameraStatus.ABSENT])
def test_old_picture_is_not_shown_when_the_camera_gives_none(camera: CameraStatus, fonts: Fonts):
    screen = Ready(replace(FRESH, camera=camera))
    assert (pixels(View(screen, street()), fonts) == pixels(View(screen), fonts)).all()


def test_laboratory_is_marked_on_every_screen(fonts: Fonts):
    for view in VIEWS.values():
        screens = [
            replace(view.screen, status=replace(FRESH, trust=replace(FRESH.trust, laboratory=mark)))
            for mark in (True, False)
        ]
        marked, unmarked = (pixels(replace(view, screen=screen), fonts)[44:110] for screen in screens)
        violet = (marked == (148, 33, 91)).all(axis=2).mean()
        assert violet > 0.25
        assert not (unmarked == (148, 33, 91)).all(axis=2).any()


def test_alarm_flashes_until_it_is_acknowledged_once_a_second(fonts: Fonts):
    def drawn(screen: Shown, now_s: float) -> bytes:
        return pygame.image.tobytes(
            draw(replace(screen, status=replace(FRESH, clock=ClockStatus(now_s))), None, Style("zh", fonts)),
            "RGB",
        )

    waits = alarm(ALARM, About.ASKED)
    assert drawn(waits, 0.0) != drawn(waits, 0.5)
    assert drawn(waits, 0.0) == drawn(waits, 1.0)
    assert drawn(ALARM, 0.0) == drawn(ALARM, 0.5)


@pytest.mark.parametrize(
    ("name", "buttons"),
    [
        ("ready", [BACK, TRIGGER, CONFIRM]),
        ("compare", [BACK, TRIGGER, CONFIRM]),
        ("checking", [BACK]),
        ("provisional", [BACK, CONFIRM]),
        ("details", [BACK, TRIGGER, CONFIRM]),
        ("reopened", [BACK, TRIGGER, CONFIRM]),
        ("alarm_acknowledged", [BACK, TRIGGER, CONFIRM]),
        ("alarm_typed", [BACK, CONFIRM]),
        ("comparison", [BACK, TRIGGER]),
        ("hidden", [BACK, TRIGGER, CONFIRM]),
        ("pass", [BACK, CONFIRM]),
        ("caution", [BACK, CONFIRM]),
        ("answered", [BACK, CONFIRM]),
        ("entry", [BACK]),
        ("entry_number", [BACK, CONFIRM]),
        ("entry_correct", [BACK, TRIGGER, CONFIRM]),
        ("vin_entry", [BACK, TRIGGER, CONFIRM]),
        ("note_replace", [BACK, TRIGGER, CONFIRM]),
        ("kinds", [BACK, TRIGGER]),
        ("codes", [BACK, TRIGGER]),
        ("codes_marked", [BACK, TRIGGER, CONFIRM]),
        ("codes_after", [BACK, TRIGGER]),
        ("trouble", [CONFIRM]),
        ("menu", [BACK]),
        ("log", [BACK, TRIGGER, CONFIRM]),
        ("log_short", [BACK, TRIGGER]),
        ("note", [BACK, TRIGGER]),
        ("note_alarm", [BACK, TRIGGER]),
        ("shift_end", [BACK, CONFIRM]),
        ("upload", [BACK]),
        ("upload_done", [BACK]),
        ("shift_over", [BACK, CONFIRM]),
    ],
)
def test_soft_keys_are_the_buttons_that_do_something(name: str, buttons: list[Button]):
    screen = VIEWS[name].screen
    assert not isinstance(screen, Alarm | CaseScreen | Locked | SignIn | Blocked)
    assert [key.button for key, _ in key_rects(screen, STYLE)] == buttons
    for key, rect in key_rects(screen, STYLE):
        assert event_at(screen, rect.center, STYLE) == Pressed(key.button)
    for button in buttons:
        shown, effects = step(screen, Pressed(button), 0.0)
        # TRIGGER on Ready forgets the code in view, which has an effect only if there was one.
        assert shown != screen or effects or (isinstance(screen, Ready) and button is TRIGGER)


@pytest.mark.parametrize("size", [(480, 800), (720, 1280)])
def test_soft_keys_are_large_enough_for_a_glove(size: tuple[int, int]):
    """At least a quarter of the width, 12 mm high, and separate from each other."""
    for view in VIEWS.values():
        rects = [rect for _, rect in key_rects(view.screen, sized(size))]
        for rect in rects:
            assert rect.width * 4 >= size[0]
            assert rect.height >= 12 * sized(size).px_per_mm
        assert len(rects) < 2 or rects[0].right < rects[1].left


@given(
    name=st.sampled_from(sorted(VIEWS)),
    point=st.tuples(st.integers(-50, 530), st.integers(-50, regions.keys(STYLE).y - 1)),
)
def test_touch_above_the_keys_presses_no_button(name: str, point: tuple[int, int]):
    assert not isinstance(event_at(VIEWS[name].screen, point, STYLE), Pressed)


def test_status_bar_says_what_has_changed(fonts: Fonts):
    """Each item of the status bar changes the bar's pixels, on every kind of screen."""
    changes: list[dict[str, object]] = [
        {"clock": replace(FRESH.clock, now_s=FRESH.clock.now_s + 60)},
        {"clock": replace(FRESH.clock, trusted=False)},
        {"trust": replace(FRESH.trust, grade=Grade.USABLE)},
        {"trust": replace(FRESH.trust, age_s=None)},
        {"records": 13},
        {"torch": True},
        {"online": True},
        {"online": False},
        {"upload": Sending.SENDING},
        {"upload": Sending.FAULT},
        {"shift": "7"},
    ]
    for name in (
        "ready",
        "pass",
        "codes",
        "entry",
        "kinds",
        "trouble",
        "menu",
        "log",
        "shift_end",
        "shift_over",
    ):
        screen: Shown = replace(VIEWS[name].screen, status=FRESH)
        bar = pixels(View(screen), fonts)[:44]
        for change in changes:
            changed = replace(screen, status=replace(FRESH, **change))  # type: ignore[arg-type]  # by its table
            assert (pixels(View(changed), fonts)[:44] != bar).any(), change


def test_a_kept_picture_is_that_of_its_frame_by_day_and_night_and_goes_with_it(fonts: Fonts):
    def shown(picture: Luma, *, night: bool) -> bytes:
        style = replace(STYLE, fonts=fonts, night=night)
        return pygame.image.tobytes(draw(Ready(FRESH), picture, style), "RGB")

    pictures = [np.full((720, 1280), level, np.uint8) for level in (60, 160)]
    by_day = [shown(picture, night=False) for picture in pictures]
    by_night = [shown(picture, night=True) for picture in pictures]
    assert len({*by_day, *by_night}) == 4
    assert [shown(picture, night=False) for picture in pictures] == by_day
    assert [shown(picture, night=True) for picture in reversed(pictures)] == by_night[::-1]
    frames = [id(picture) for picture in pictures]
    assert {frame for frame, _, _ in pictures_kept} >= {*frames}
    pictures.clear()
    assert not {frame for frame, _, _ in pictures_kept} & {*frames}

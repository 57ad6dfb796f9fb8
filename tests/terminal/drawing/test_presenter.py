"""Only what changed on a screen is drawn, and a touch is applied to the screen of its time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest

from terminal.drawing.draw import cells, draw
from terminal.drawing.fonts import Fonts
from terminal.drawing.presenter import Presenter
from terminal.drawing.theme import Style
from terminal.drawing.touch_cells import Turned
from terminal.ports import Button, Contact
from terminal.screens.attention import KeyDown, KeyUp, Touched
from terminal.screens.check import Keys, PlateEntry, Ready
from terminal.screens.events import Typed
from terminal.screens.shift import Menu
from terminal.screens.values import ClockStatus, Status
from tests.terminal.drawing.displays import FONTS, sized
from tests.terminal.drawing.gallery import VIEWS, street

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.screens.attention import Input
    from terminal.screens.state import Shown

SIZE = (480, 800)
LEFT = ((0.1, 0.2), (0.3, 0.2), (0.3, 0.5), (0.1, 0.5))
MIDDLE = ((0.4, 0.3), (0.6, 0.3), (0.6, 0.6), (0.4, 0.6))


@dataclass
class Surfaces:
    """A display that keeps the areas drawn, and has the content that they leave."""

    areas: list[pygame.Rect | None] = field(default_factory=list)
    content: pygame.Surface = field(default_factory=lambda: pygame.Surface(SIZE, depth=32))
    lit: list[tuple[bool, bool]] = field(default_factory=list)
    """True for each time that the panel's light was switched on, and if there was a picture."""
    contacts: list[Contact] = field(default_factory=list)
    size: tuple[int, int] = SIZE

    def show(self, surface: pygame.Surface, area: pygame.Rect | None = None) -> None:
        """Take the part that is said to differ."""
        self.areas.append(area)
        self.content.blit(surface, area or (0, 0), area)

    def light(self, *, on: bool) -> None:
        """Note whether the panel is lit, and what it shows then."""
        self.lit.append((on, any(pixels(self.content))))

    def poll(self) -> Sequence[Contact]:
        """Return the contacts since the last call."""
        polled, self.contacts = self.contacts, []
        return polled

    def close(self) -> None:
        """Do nothing."""


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


@pytest.fixture
def display() -> Surfaces:
    return Surfaces()


@pytest.fixture
def presenter(display: Surfaces, fonts: Fonts) -> Presenter:
    return Presenter(display, Style("zh", fonts, SIZE))


def test_the_same_screen_with_the_same_picture_is_drawn_once(presenter: Presenter, display: Surfaces):
    picture = np.zeros((360, 640), dtype=np.uint8)
    drawn: list[int] = []
    for screen, preview in (
        (Ready(), picture),
        (Ready(), picture),
        (Ready(), picture.copy()),
        (Ready(Status(torch=True)), None),
        (Menu(Status()), None),
        (Menu(Status()), None),
    ):
        presenter.show(screen, preview)
        drawn.append(len(display.areas))
    assert drawn == [1, 1, 2, 3, 4, 4]
    assert presenter.style.size == SIZE


def test_time_that_changes_nothing_on_the_screen_draws_nothing(presenter: Presenter, display: Surfaces):
    picture = street()
    for second in range(60):
        status = Status(ClockStatus(1_800_000_000 + second, monotonic_s=second))
        presenter.show(Ready(status), picture)
        presenter.show(Ready(status), picture)
    assert len(display.areas) == 1
    presenter.show(Ready(Status(ClockStatus(1_800_000_060, monotonic_s=60))), picture)
    assert len(display.areas) == 2


def test_a_new_picture_draws_its_own_area_alone(presenter: Presenter, display: Surfaces, fonts: Fonts):
    screen, style = VIEWS["ready"].screen, Style("zh", fonts, SIZE)
    presenter.show(screen, street())
    for picture, found in ((street()[::-1].copy(), LEFT), (street(), MIDDLE), (street(), ())):
        presenter.show(screen, picture, found)
        assert pixels(display.content) == pixels(draw(screen, picture, style, found))
    areas = [area for area in display.areas[1:] if area is not None]
    assert len(areas) == 3
    assert all(area.width == SIZE[0] and area.height < 0.8 * SIZE[1] for area in areas)


def test_the_code_that_was_found_is_outlined_where_it_is_in_the_picture(fonts: Fonts):
    style, screen, dark = Style("zh", fonts, SIZE), VIEWS["ready"].screen, np.zeros((360, 640), np.uint8)
    plain, outlined = (pygame.surfarray.array3d(draw(screen, dark, style, found)) for found in ((), MIDDLE))
    changed = np.argwhere((plain != outlined).any(axis=2))
    left, top = changed.min(axis=0)
    right, bottom = changed.max(axis=0)
    assert (left + right) / 2 == pytest.approx(SIZE[0] / 2, abs=2)
    assert right - left == pytest.approx((bottom - top) * (0.2 * 640) / (0.3 * 360), rel=0.1)


def test_whatever_was_shown_before_a_screen_is_shown_as_if_it_were_alone(
    presenter: Presenter, display: Surfaces, fonts: Fonts
):
    style = Style("zh", fonts, SIZE)
    for view in VIEWS.values():
        presenter.show(view.screen, view.preview)
        assert pixels(display.content) == pixels(draw(view.screen, view.preview, style))


def test_a_display_at_rest_is_dark_and_is_lit_only_once_the_screen_is_drawn(
    presenter: Presenter, display: Surfaces
):
    screen, picture = VIEWS["ready"].screen, street()
    presenter.show(screen, picture)
    presenter.rest()
    assert pixels(display.content) == bytes(3 * SIZE[0] * SIZE[1])
    display.contacts = [Contact((240, 400), down=True), Contact(None, down=False)]
    assert presenter.is_touched(1.0)
    assert not presenter.is_touched(2.0)
    presenter.show(screen, picture)
    presenter.show(screen, street())
    assert display.lit == [(False, False), (True, True)]
    assert pixels(display.content) == pixels(draw(screen, picture, presenter.style))


def test_an_input_has_the_time_of_the_poll_before(presenter: Presenter, display: Surfaces):
    assert list(presenter.inputs(Ready, 1.0)) == []
    display.contacts = [Contact(Button.BACK, down=True), Contact(None, down=True)]
    assert list(presenter.inputs(Ready, 2.0)) == [KeyDown(Button.BACK, 1.0)]
    display.contacts = [Contact(Button.BACK, down=False)]
    assert list(presenter.inputs(Ready, 3.0)) == [KeyUp(Button.BACK, 2.0)]


def test_each_touch_is_read_on_the_screen_that_the_one_before_led_to(presenter: Presenter, display: Surfaces):
    seen: list[Shown] = []
    screens: list[Shown] = [Ready(), Menu(Status())]

    def current() -> Shown:
        seen.append(screens[len(seen)])
        return seen[-1]

    display.contacts = [Contact(Button.BACK, down=True), Contact(Button.BACK, down=False)]
    for _ in presenter.inputs(current, 0.0):
        pass
    assert seen == screens


def test_after_the_rehearsal_a_first_verdict_needs_few_new_letters(display: Surfaces):
    new: list[int] = []
    for steps in (0, 2_000):
        fonts = Fonts.load(FONTS)
        presenter = Presenter(display, Style("zh", fonts, SIZE))
        presenter.show(VIEWS["ready"].screen, None)
        shown = len(display.areas)
        for _ in range(steps):
            presenter.rehearse()
        assert len(display.areas) == shown
        before = len(fonts.glyphs)
        presenter.show(VIEWS["pass"].screen, None)
        new.append(len(fonts.glyphs) - before)
    assert new[1] < new[0] / 2, new


def test_a_screen_is_turned_page_by_page_and_a_new_one_begins_at_its_first(fonts: Fonts):
    """Each touch means what was drawn: the page after it is read only once it is shown."""
    style = replace(sized((320, 480)), fonts=fonts)
    display = Surfaces(size=style.size)
    presenter = Presenter(display, style)
    entry = PlateEntry(Status(), "粤", Keys.SYMBOLS)

    def touch(screen: PlateEntry, wanted: Turned | Typed) -> list[Input]:
        presenter.show(screen, None)
        (place,) = [cell.rect.center for cell in cells(screen, presenter.style) if cell.event == wanted]
        display.contacts = [Contact(place, down=True)]
        return list(presenter.inputs(lambda: screen, 1.0))

    assert touch(entry, Turned()) == []
    assert touch(entry, Typed("Z")) == [Touched(Typed("Z"), 1.0)]
    typed = replace(entry, number="粤Z")
    assert touch(typed, Typed("1")) == [Touched(Typed("1"), 1.0)]

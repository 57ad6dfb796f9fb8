"""A screen is redrawn only if it changed, and a touch is applied to the screen of its time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from terminal.drawing.presenter import Presenter
from terminal.drawing.theme import Style
from terminal.ports import Button, Contact
from terminal.screens.attention import KeyDown, KeyUp
from terminal.screens.check import Ready
from terminal.screens.shift import Menu
from terminal.screens.values import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pygame

    from terminal.drawing.fonts import Fonts
    from terminal.screens.state import Shown

SIZE = (480, 800)


@dataclass
class Surfaces:
    """A display that keeps the surfaces shown."""

    shown: list[pygame.Surface] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    size: tuple[int, int] = SIZE

    def show(self, surface: pygame.Surface) -> None:
        """Keep a surface."""
        self.shown.append(surface)

    def poll(self) -> Sequence[Contact]:
        """Return the contacts since the last call."""
        polled, self.contacts = self.contacts, []
        return polled

    def close(self) -> None:
        """Do nothing."""


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
        drawn.append(len(display.shown))
    assert drawn == [1, 1, 2, 3, 4, 4]
    assert presenter.style.size == display.shown[0].get_size() == SIZE


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

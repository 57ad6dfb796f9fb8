"""The desk's window: the display at the left, the tray at the right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pygame
import pytest
from PIL import Image

from drivers.desk_camera import DeskScene
from drivers.desk_panel import DeskPanel
from drivers.desk_window import ASIDE, DeskWindow
from drivers.tray import SampleCode, SampleOfficer, SamplePlate, Tray, TrayText
from terminal.ports import Contact, LampStep, Signal

SIZE = (480, 800)
FONTS = Path("/usr/share/fonts/opentype/noto")
TEXT = TrayText("真码", "Genuine")


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "0.png", tmp_path / "1.png"]
    for path in paths:
        Image.new("L", (64, 36), 40).save(path)
    return paths


def tray(pictures: list[Path]) -> Tray:
    return Tray(
        tuple(SampleCode(path, TEXT, TEXT) for path in pictures),
        (SamplePlate("苏A12345", TEXT, TEXT),),
        (SampleOfficer("000001", "王小明", "112358"),),
    )


@pytest.fixture(params=["zh", "en"])
def desk(
    pictures: list[Path], request: pytest.FixtureRequest
) -> Iterator[tuple[DeskWindow, DeskScene, DeskPanel]]:
    language: Literal["zh", "en"] = request.param
    panel, scene = DeskPanel(), DeskScene(pictures, 30)
    window = DeskWindow(SIZE, panel, scene, tray(pictures), language=language, fonts=FONTS)
    yield window, scene, panel
    window.close()
    panel.close()


def click(point: tuple[int, int]) -> None:
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        pygame.event.post(pygame.event.Event(kind, {"pos": point, "button": 1, "touch": False}))


def place(window: DeskWindow, index: int) -> tuple[int, int]:
    """Return a pixel of a sample code."""
    x = SIZE[0] + ASIDE // 2
    return next((x, y) for y in range(SIZE[1]) if window.code_at((x, y)) == index)


def test_a_click_on_a_sample_holds_it_and_another_takes_it_away(
    desk: tuple[DeskWindow, DeskScene, DeskPanel],
):
    window, scene, _ = desk
    click(place(window, 1))
    window.poll()
    assert scene.held == 1
    click(place(window, 1))
    window.poll()
    assert scene.held is None


def test_a_click_on_the_display_is_a_touch_at_its_pixel(desk: tuple[DeskWindow, DeskScene, DeskPanel]):
    window, _, _ = desk
    click((100, 700))
    assert window.poll() == [Contact((100, 700), down=True), Contact((100, 700), down=False)]


def test_a_click_beside_the_display_is_no_touch(desk: tuple[DeskWindow, DeskScene, DeskPanel]):
    window, _, _ = desk
    click((SIZE[0] + 5, 790))
    assert not any(contact.down for contact in window.poll())


def test_the_display_and_the_lamp_are_shown_side_by_side(desk: tuple[DeskWindow, DeskScene, DeskPanel]):
    window, _, panel = desk
    picture = pygame.Surface(SIZE)
    picture.fill((10, 20, 30))
    window.show(picture)
    panel.signal(Signal(lamp=(LampStep((1.0, 0.0, 0.0), 60),)))
    window.poll()
    shown = pygame.display.get_surface()
    assert shown.get_at((240, 400)) == pygame.Color(10, 20, 30)
    assert shown.get_at((SIZE[0] + 30, 22)) == pygame.Color(255, 0, 0)

"""Every string and key of every golden screen is measured on four displays, in both languages, by day and
night.

A text is as high as its em box, which a Chinese character fills; a key is as large as the area that reacts.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pygame
import pytest

from terminal.drawing import regions
from terminal.drawing.draw import cells, compose
from terminal.drawing.items import IconItem, ImageItem, Item, PlateArt, Text
from terminal.drawing.page import LEAST_CELL, LEAST_KEY, LEAST_PLATE, SIZES
from terminal.drawing.soft_keys import key_rects
from terminal.drawing.theme import Style
from terminal.drawing.touch_cells import Turned
from terminal.screens.state import Shown
from tests.terminal.drawing.displays import sized
from tests.terminal.drawing.gallery import VIEWS, View

DISPLAYS = [(480, 800), (720, 1280), (320, 480), (800, 480)]
MOST_SIZES = 5
MOST_PAGES = 9


def looks(view: View, size: tuple[int, int]) -> list[Style]:
    """Return the styles of a display in both languages, one of them at night, which moves nothing."""
    by_day = replace(sized(size), night=view.night)
    return [by_day, replace(by_day, language="en", night=not view.night)]


def pages(screen: Shown, style: Style) -> list[Style]:
    """Return the style for each page of a screen."""
    found = [style]
    first = places(screen, style)
    while Turned() in [event for _, event in places(screen, found[-1])]:
        following = replace(style, page=len(found))
        if places(screen, following) == first and compose(screen, following) == compose(screen, style):
            break
        found.append(following)
        assert len(found) <= MOST_PAGES
    return found


def places(screen: Shown, style: Style) -> list[tuple[pygame.Rect, object]]:
    """Return the touch cells of a screen."""
    return [(cell.rect, cell.event) for cell in cells(screen, style)]


def check_items(items: list[Item], style: Style) -> None:
    """Type is large enough, of few sizes, and nothing overlaps or is cut."""
    display = pygame.Rect((0, 0), style.size)
    solid = [item for item in items if isinstance(item, Text | IconItem | PlateArt)]
    pictures = [item.rect for item in items if isinstance(item, ImageItem)]
    for item in items:
        assert display.contains(item.rect), item
    for one, other in combinations(solid, 2):
        on_picture = any(rect.colliderect(one.rect) for rect in pictures)
        assert on_picture or not one.rect.colliderect(other.rect), (one, other)
    for item in solid:
        if isinstance(item, Text):
            assert item.size >= SIZES[0] * style.px_per_mm, item
            assert style.fonts.width(item.string, item.size, bold=item.bold) <= item.rect.width + 1, item
        elif isinstance(item, PlateArt):
            assert item.rect.height >= LEAST_PLATE * style.px_per_mm, item
    sizes = {item.size for item in items if isinstance(item, Text)}
    assert len(sizes) <= MOST_SIZES, sorted(sizes)


def check_keys(screen: Shown, style: Style) -> None:
    """Keys are large enough for a glove, on the display, and apart from each other."""
    display = pygame.Rect((0, 0), style.size)
    touched = places(screen, style)
    actions = [rect for _, rect in key_rects(screen, style)]
    for rect in actions:
        assert min(rect.size) >= LEAST_KEY * style.px_per_mm, rect
        assert regions.keys(style).contains(rect)
    for rect, event in touched:
        assert min(rect.size) >= LEAST_CELL * style.px_per_mm, (rect, event)
        assert display.contains(rect)
    for one, other in combinations([*actions, *(rect for rect, _ in touched)], 2):
        assert not one.colliderect(other), (one, other)


@pytest.mark.parametrize("size", DISPLAYS, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", VIEWS)
def test_every_string_and_key_is_large_enough_and_whole(name: str, size: tuple[int, int]):
    view = VIEWS[name]
    for style in looks(view, size):
        for page in pages(view.screen, style):
            check_items(compose(view.screen, page), page)
            check_keys(view.screen, page)


def test_night_moves_nothing():
    for name, size in product(("menu", "log", "entry", "ready"), DISPLAYS):
        day, night = (
            [(type(item), item.rect) for item in compose(VIEWS[name].screen, style)]
            for style in (sized(size), replace(sized(size), night=True))
        )
        assert day == night

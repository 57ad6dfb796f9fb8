"""The page of changed screens shows each change, and nothing that stayed as it was."""

from __future__ import annotations

import numpy as np

from scripts.screens.comparison import Pixels, changed, difference, page

GREY: Pixels = np.full((8, 6, 3), 90, np.uint8)


def spotted() -> Pixels:
    """A picture that differs from GREY in one pixel."""
    picture = GREY.copy()
    picture[2, 3] = (0, 255, 0)
    return picture


def test_a_screen_is_changed_if_a_pixel_or_its_size_is_or_if_it_is_new_or_gone():
    old = {"same": GREY, "pixel": GREY, "size": GREY, "gone": GREY}
    new = {"same": GREY.copy(), "pixel": spotted(), "size": GREY[:4], "new": GREY}
    assert changed(old, new) == ["gone", "new", "pixel", "size"]


def test_the_pixels_that_differ_are_red_and_no_others():
    marked = difference(GREY, spotted())
    red = (marked == (0, 0, 255)).all(axis=2)
    assert red[2, 3]
    assert red.sum() == 1
    assert (difference(GREY[:4], GREY) == (0, 0, 255)).all(axis=2).sum() == 4 * 6


def test_the_page_has_a_section_for_each_change_with_its_pictures_and_loads_nothing():
    text = page({"pixel": GREY, "same": GREY}, {"pixel": spotted(), "same": GREY, "<new>": GREY})
    assert "2 changed screens" in text
    assert text.count("<h2>") == 2
    assert "&lt;new&gt;" in text
    assert text.count("<img") == 3 + 1
    assert "http" not in text

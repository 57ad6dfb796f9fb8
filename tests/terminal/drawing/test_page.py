"""Sizes are millimetres of the display, whatever its resolution."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.drawing.page import LADDER, SIZES, Page, Role
from terminal.drawing.theme import BLACK
from tests.terminal.drawing.displays import STYLE, sized

DISPLAYS = [(480, 800), (720, 1280), (320, 480), (800, 480)]


@pytest.mark.parametrize(
    ("size", "px_per_mm"),
    [((480, 800), 7.35), ((720, 1280), 10.51), ((320, 480), 6.49), ((800, 480), 7.35)],
)
def test_a_length_has_the_pixels_of_the_displays_diagonal(size: tuple[int, int], px_per_mm: float):
    style = sized(size)
    assert style.px_per_mm == pytest.approx(px_per_mm, abs=0.01)
    assert style.landscape is (size == (800, 480))


@given(length=st.floats(0.01, 100), diagonal_in=st.floats(2, 20), size=st.sampled_from(DISPLAYS))
def test_a_length_in_px_is_never_shorter(length: float, diagonal_in: float, size: tuple[int, int]):
    style = replace(STYLE, size=size, diagonal_in=diagonal_in)
    assert style.mm(length) >= length * style.px_per_mm - 1e-5
    assert style.mm(length) <= max(1, length * style.px_per_mm + 1)


@pytest.mark.parametrize("smaller", range(-3, 6))
@pytest.mark.parametrize("size", DISPLAYS)
def test_type_is_reduced_in_steps_and_never_below_the_least(smaller: int, size: tuple[int, int]):
    page = Page(sized(size), smaller=smaller)
    drawn = {role: page.font(role, BLACK).size for role in Role}
    assert all(pixels >= 2.5 * page.style.px_per_mm for pixels in drawn.values())
    assert {drawn[role] for role in Role if role is not Role.HERO} <= {page.mm(length) for length in SIZES}
    assert list(drawn.values()) == sorted(drawn.values())


def test_a_fitting_text_has_a_size_of_the_ladder():
    page = Page(STYLE)
    lead, hero = page.font(Role.LEAD, BLACK), page.font(Role.HERO, BLACK)
    found = [page.fitting("检" * count, lead, (200, 99)).size for count in (1, 8, 9, 50)]
    assert found == [page.mm(length) for length in (3.6, 3.0, 2.5, 2.5)]
    assert page.fitting("检", hero, (70, 99)).size == page.mm(9.0)
    assert {role.value for role in Role} <= set(LADDER)

"""Plates are drawn like those on vehicles: ground, characters, red characters and dot."""

from __future__ import annotations

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.drawing.fonts import Colour, Fonts
from terminal.drawing.plates import TILE_BYTES, aspect, letters, plate_surface, tiles_kept
from terminal.model import Plate
from terminal.vehicle.tables import KINDS

SIZE = (440, 140)
BLUE, YELLOW, GREEN, FIELD = (15, 79, 168), (255, 190, 0), (48, 228, 81), (11, 122, 59)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
RED, RED_ON_BLACK = (192, 0, 0), (255, 77, 77)


def _count(art: pygame.Surface, colour: Colour) -> int:
    """Count the pixels of exactly that colour."""
    pixels = np.frombuffer(pygame.image.tobytes(art, "RGB"), np.uint8).reshape(-1, 3)
    return int((pixels == colour).all(axis=1).sum())


@pytest.mark.parametrize(
    ("number", "kind", "painted"),
    [
        ("苏A12345", "02", "苏A·12345"),
        ("粤BD12345", "52", "粤B·D12345"),
        ("粤B1234挂", "15", "粤B·1234挂"),
        ("粤Z1234港", "26", "粤Z·1234港"),
        ("224578使", "03", "224578[使]"),
        ("沪22478领", "04", "沪22478[领]"),
        ("沪A1234领", "04", "沪A·1234[领]"),
        ("京A1234警", "23", "京A·1234[警]"),
        ("WJ粤1234X", "31", "[WJ]粤1234X"),
        ("VA12345", "32", "[VA]12345"),
        ("粤X1234应急", "X1", "粤X·1234[应急]"),
        ("应急粤123X", "X2", "[应急]粤123X"),
        ("苏01A1234", "14", "苏01A1234"),
        ("民航12345", "X3", "民航12345"),
        ("A", "02", "A"),
        ("", "02", ""),
        ("苏A12345", "no such kind", "苏A·12345"),
    ],
)
def test_letters_are_painted_as_the_kind_has_them(number: str, kind: str, painted: str):
    shown = "".join(f"[{item.text}]" if item.red else item.text for item in letters(Plate(number, kind)))
    assert shown.replace("][", "") == painted


@pytest.mark.parametrize(
    ("number", "kind", "left", "right", "ink"),
    [
        ("苏A12345", "02", BLUE, BLUE, WHITE),
        ("苏A12345", "01", YELLOW, YELLOW, BLACK),
        ("粤B12345D", "51", YELLOW, GREEN, BLACK),
        ("京A1234警", "23", WHITE, WHITE, BLACK),
        ("粤Z1234港", "26", BLACK, BLACK, WHITE),
        ("苏01A1234", "14", FIELD, FIELD, WHITE),
    ],
)
def test_ground_and_ink_are_the_kinds(  # noqa: PLR0913, PLR0917 - the columns of a table
    number: str, kind: str, left: Colour, right: Colour, ink: Colour, fonts: Fonts
):
    art = plate_surface(Plate(number, kind), SIZE, fonts)
    assert art.get_at((2, 70)) == pygame.Color(*left)
    assert art.get_at((437, 70)) == pygame.Color(*right)
    assert _count(art, ink) > 1_000


@pytest.mark.parametrize(
    ("number", "kind", "red"),
    [("京A1234警", "23", RED), ("WJ粤1234X", "31", RED), ("224578使", "03", RED_ON_BLACK)],
)
def test_red_is_there_where_the_kind_has_it(number: str, kind: str, red: Colour, fonts: Fonts):
    assert _count(plate_surface(Plate(number, kind), SIZE, fonts), red) > 100


@pytest.mark.parametrize(("number", "kind"), [("苏A12345", "02"), ("粤Z1234港", "26"), ("京A1234", "23")])
def test_red_is_nowhere_else(number: str, kind: str, fonts: Fonts):
    art = plate_surface(Plate(number, kind), SIZE, fonts)
    assert _count(art, RED) == _count(art, RED_ON_BLACK) == 0


def test_new_energy_green_deepens_downwards(fonts: Fonts):
    art = plate_surface(Plate("粤BD12345", "52"), (480, 140), fonts)
    top, bottom = art.get_at((240, 2)), art.get_at((240, 137))
    assert (top.r, top.b) > (bottom.r, bottom.b)
    assert bottom.g > bottom.r


def test_either_ground_of_a_temporary_plate_is_there(fonts: Fonts):
    art = plate_surface(Plate("苏A1234临", "22"), SIZE, fonts)
    high, low = art.get_at((40, 3)), art.get_at((400, 136))
    assert high.b > high.r
    assert low.r > low.b


def test_eight_characters_make_a_longer_plate():
    assert aspect(Plate("粤BD12345", "52")) > aspect(Plate("苏A12345", "02"))


def test_corners_are_round(fonts: Fonts):
    art = plate_surface(Plate("苏A12345", "02"), SIZE, fonts)
    assert [art.get_at(corner).a for corner in ((0, 0), (439, 0), (0, 139), (439, 139))] == [0] * 4


@settings(deadline=None, max_examples=60)
@given(
    number=st.text("苏粤ABWQ0189使领警挂·x", max_size=12),
    kind=st.sampled_from([*KINDS, "??"]),
    tall=st.integers(16, 200),
)
def test_any_number_of_any_kind_can_be_drawn(number: str, kind: str, tall: int, fonts: Fonts):
    plate = Plate(number, kind)
    size = round(tall * aspect(plate)), tall
    assert plate_surface(plate, size, fonts).get_size() == size


@given(
    st.lists(
        st.text("苏粤沪警挂ABQW0123456789_", min_size=1, max_size=8), min_size=2, max_size=12, unique=True
    )
)
@settings(max_examples=20, deadline=None)
def test_a_plate_looks_the_same_whatever_was_drawn_before(fonts: Fonts, numbers: list[str]):
    def drawn() -> list[bytes]:
        arts = [plate_surface(Plate(number, "02"), SIZE, fonts) for number in numbers]
        return [pygame.image.tobytes(art, "RGBA") for art in arts]

    tiles_kept.clear()
    plate_surface.cache_clear()
    afresh = drawn()
    plate_surface.cache_clear()
    numbers.reverse()
    assert drawn() == afresh[::-1]


def test_kept_characters_stay_within_their_memory(fonts: Fonts):
    for place in range(40):
        for night in (False, True):
            plate_surface(Plate(f"苏{chr(65 + place % 26)}{place:05}", "02"), (900, 286), fonts, night=night)
            assert 0 < tiles_kept.held_bytes <= TILE_BYTES

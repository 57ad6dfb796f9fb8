"""Plates are entered by touch: every key does what it shows, is large enough, and overlaps no other."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.drawing import draw, text, theme
from terminal.drawing.draw import compose, event_at
from terminal.drawing.fonts import Fonts
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem, PlateArt, Text
from terminal.drawing.plate_entry import cells
from terminal.drawing.soft_keys import key_rects
from terminal.drawing.theme import Style
from terminal.drawing.touch_cells import TouchCell, Turned
from terminal.model import Candidate, Plate, VehicleFinding, VehicleStatus
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry
from terminal.screens.events import KeyboardSwitched, Picked, Pressed, Typed
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, Status
from terminal.vehicle.plate import SYMBOLS, kinds_of, symbols_after
from terminal.vehicle.tables import KINDS, PROVINCES
from tests.terminal.drawing.displays import STYLE, sized
from tests.terminal.drawing.gallery import VIEWS
from tests.terminal.screens.builders import ONLINE

SIZES = [(480, 800), (720, 1280), (600, 1024), (320, 480)]
MM_A_UNIT = 127 / (480**2 + 800**2) ** 0.5
"""On a 5-inch screen of 480x800."""
NUMBERS = ["", "粤", "粤Z", "粤B1234", "粤B12345", "WJ", "应急", "民航", "2245", "粤X1234"]
ENTRIES = [PlateEntry(ONLINE, number, keys) for number, keys in product(NUMBERS, Keys)]
CHOICES = [
    KindChoice(ONLINE, number, kinds, listing)
    for number, kinds in (
        ("粤B12345", kinds_of("粤B12345")),
        ("粤B1234警", ("23", "24")),
        ("粤X1234应急", kinds_of("粤X1234应急")),
        ("粤B12345", kinds_of("粤B12345")[:7]),
    )
    for listing in KindSource
]


def _typed(screen: PlateEntry) -> dict[str, TouchCell]:
    return {cell.event.text: cell for cell in cells(screen, STYLE) if isinstance(cell.event, Typed)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", [*ENTRIES[:2], *CHOICES], ids=str)
def test_every_cell_and_soft_key_says_its_own_from_corner_to_corner(
    screen: PlateEntry | KindChoice, size: tuple[int, int]
):
    places: list[tuple[pygame.Rect, object]] = [
        (cell.rect, cell.event) for cell in cells(screen, sized(size))
    ]
    places += [(rect, Pressed(key.button)) for key, rect in key_rects(screen, sized(size))]
    for one, other in combinations([rect for rect, _ in places], 2):
        assert not one.colliderect(other)
    for rect, event in places:
        assert pygame.Rect((0, 0), size).contains(rect)
        far = rect.right - 1, rect.bottom - 1
        for point in (rect.topleft, far, (rect.x, far[1]), (far[0], rect.y), rect.center):
            assert event_at(screen, point, sized(size)) == event


@settings(deadline=None)
@given(
    screen=st.sampled_from([*ENTRIES, *CHOICES, *(view.screen for view in VIEWS.values())]),
    point=st.tuples(st.integers(-20, 500), st.integers(-20, 820)),
)
def test_a_touch_says_what_is_under_it_or_nothing(screen: Screen, point: tuple[int, int]):
    under: list[object] = [
        Pressed(key.button) for key, rect in key_rects(screen, STYLE) if rect.collidepoint(point)
    ]
    under += [cell.event for cell in draw.cells(screen, STYLE) if cell.rect.collidepoint(point)]
    assert event_at(screen, point, STYLE) == next(iter(under), None)  # the first where two overlap


@pytest.mark.parametrize("screen", [*ENTRIES[:2], *CHOICES], ids=str)
def test_every_cell_is_large_enough_for_a_glove(screen: PlateEntry | KindChoice):
    for cell in cells(screen, STYLE):
        assert cell.rect.width * MM_A_UNIT >= 8
        assert cell.rect.height * MM_A_UNIT >= 8


def test_everything_that_plates_are_typed_with_has_one_key_of_its_own():
    provinces, symbols = (_typed(PlateEntry(ONLINE, "", keys)) for keys in (Keys.PROVINCES, Keys.SYMBOLS))
    assert set(provinces) == set(PROVINCES)
    assert set(provinces) | set(symbols) == SYMBOLS
    assert not set(provinces) & set(symbols)
    for screen in ENTRIES[:2]:
        assert [cell.event for cell in cells(screen, STYLE)].count(KeyboardSwitched()) == 1


@pytest.mark.parametrize("screen", ENTRIES, ids=lambda screen: f"{screen.number}-{screen.keys}")
def test_a_key_shows_what_it_types_and_is_faint_where_that_leads_nowhere(screen: PlateEntry, fonts: Fonts):
    likely = symbols_after(screen.number)
    items = compose(screen, Style("zh", fonts))
    for symbol, cell in _typed(screen).items():
        inside = [item for item in items if isinstance(item, Text) and cell.rect.contains(item.rect)]
        assert [item.string for item in inside] == [symbol]
        assert (inside[0].colour == theme.DAY.muted) is (symbol not in likely)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_so_far_is_drawn_as_a_plate_of_no_kind(number: str, fonts: Fonts):
    items = compose(PlateEntry(ONLINE, number, Keys.SYMBOLS), Style("zh", fonts))
    (art,) = [item for item in items if isinstance(item, PlateArt)]
    assert art.plate.number.rstrip("_") == number
    assert len(art.plate.number) >= 7
    assert art.plate.kind not in KINDS


@pytest.mark.parametrize("screen", CHOICES, ids=str)
def test_every_kind_stands_in_its_cell_with_its_colours_and_its_name(screen: KindChoice):
    listed: list[str] = []
    style = STYLE
    while len(listed) < len(screen.kinds):
        items = compose(screen, style)
        for cell in cells(screen, style):
            inside = [item for item in items if cell.rect.contains(item.rect)]
            words = "".join(item.string for item in inside if isinstance(item, Text))
            drawn = [item.plate for item in inside if isinstance(item, PlateArt)]
            kind = cell.event.kind if isinstance(cell.event, Picked) else None
            assert drawn == ([Plate(screen.number, kind)] if kind else [])
            if kind:
                listed.append(kind)
                assert words == KINDS[kind].name_zh.removesuffix("号牌")
            else:
                assert words == ("更多" if isinstance(cell.event, Turned) else "不确定，联网查询")
        asked = Picked(None) in [cell.event for cell in cells(screen, style)]
        assert asked is screen.may_ask
        style = replace(style, page=style.page + 1)
    assert listed == [*screen.kinds]


@pytest.mark.parametrize("online", [None, False, True])
@pytest.mark.parametrize("listing", KindSource)
def test_the_registry_can_be_asked_while_it_is_reachable_and_has_not_answered(
    online: bool | None,  # noqa: FBT001 - a parameter
    listing: KindSource,
):
    screen = KindChoice(Status(online=online), "粤B12345", ("02",), listing)
    asked = Picked(None) in [cell.event for cell in cells(screen, STYLE)]
    assert asked is (online is True and listing in (KindSource.PATTERNS, KindSource.NO_ANSWER))
    assert asked is bool(step(screen, Picked(None), 0.0)[1])


def test_no_kind_moves_under_the_finger_while_the_registry_is_asked():
    """Nor when a bar at the top appears or disappears."""
    screen = KindChoice(ONLINE, "粤B12345", kinds_of("粤B12345"))
    alike = [
        replace(screen, listing=KindSource.ASKING),
        replace(screen, listing=KindSource.NO_ANSWER),
        replace(screen, status=Status(ClockStatus(trusted=False), online=False)),
    ]
    for other in alike:
        assert _kinds(other) == _kinds(screen)


def _kinds(screen: KindChoice) -> list[TouchCell]:
    return [cell for cell in cells(screen, STYLE) if cell.event != Picked(None)]


@pytest.mark.parametrize("listing", KindSource)
def test_where_the_kinds_come_from_is_said(listing: KindSource, fonts: Fonts):
    words = {
        state: "".join(
            item.string
            for item in compose(KindChoice(ONLINE, "粤B12345", ("02",), state), Style("zh", fonts))
            if isinstance(item, Text)
        )
        for state in KindSource
    }
    own = text.say(f"listing_{listing}", "zh")
    assert [state for state, said in words.items() if own in said] == [listing]


@pytest.mark.parametrize("advice", Advice)
def test_a_number_that_is_unusual_or_none_is_told_without_blame(advice: Advice, fonts: Fonts):
    def words(screen: PlateEntry) -> str:
        return "".join(item.string for item in compose(screen, Style("zh", fonts)) if isinstance(item, Text))

    screen = PlateEntry(ONLINE, "粤B1", Keys.SYMBOLS)
    advised = replace(screen, advice=advice)
    said = text.say(f"number_{advice}", "zh", count=4)
    assert said in words(advised)
    assert said not in words(screen)
    worn = {getattr(item, "colour", None) for item in compose(advised, Style("zh", fonts))}
    assert not worn & {theme.RED, theme.AMBER}


def test_every_vehicle_that_the_registry_has_is_shown_with_what_is_known_of_it(fonts: Fonts):
    found = (
        Candidate("98", VehicleStatus(VehicleFinding.ALARM, "C", 20270831)),
        Candidate("02", VehicleStatus(VehicleFinding.VALID, "A", 20270831)),
    )
    screen = KindChoice(ONLINE, "苏B71002", ("98", "02"), KindSource.REGISTRY, found=found)
    items = compose(screen, Style("zh", fonts))
    words = "".join(item.string for item in items if isinstance(item, Text))
    for said in ("98", "被盗抢", "小型汽车", "正常", "未能核查"):
        assert said in words
    assert {Icon.SIREN, Icon.CHECK} <= {item.icon for item in items if isinstance(item, IconItem)}

"""Choice between several codes in view: which are offered, when, and how they are drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.codes import Code, Scan
from terminal.drawing.choice import cells
from terminal.drawing.draw import compose, draw, event_at
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import ImageItem, Item, Outline, PlateArt, Text
from terminal.drawing.soft_keys import key_rects
from terminal.drawing.theme import Language, Style
from terminal.model import CredentialFinding, VehicleFinding
from terminal.ports import Button
from terminal.screens.check import LINGER_S, OTHER_CODE_S, Ready, Result
from terminal.screens.choice import MOST, CodeChoice, CodeChosen, Identified, Identify, OthersWanted, offered
from terminal.screens.events import (
    CheckCode,
    Effect,
    Pressed,
    Recorded,
    Refined,
    Scanned,
    ScreenEvent,
    StopSignal,
)
from terminal.screens.state import Screen
from terminal.screens.step import step
from tests.terminal.drawing.displays import STYLE, sized
from tests.terminal.drawing.gallery import (
    IN_VIEW,
    LAST_YEAR,
    OTHER_CAR,
    THIS_YEAR,
    View,
    choice,
    pixels,
    table,
)
from tests.terminal.drawing.test_layout import STATUSES, check, said
from tests.terminal.screens.builders import CAR, LABORATORY, judged, placed, scan

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
B, C, D = "VI1:B", "VI1:C", "VI1:D"
BOTH = scan(B, C)
SIZES = [(480, 800), (720, 1280), (600, 1024), (320, 480), (480, 640)]


def after(*story: tuple[float, ScreenEvent]) -> tuple[Screen, list[Effect]]:
    """Return the screen and all effects after timed events, starting from a ready screen."""
    screen: Screen = Ready()
    effects: list[Effect] = []
    for now_s, event in story:
        screen, more = step(screen, event, now_s)
        effects += more
    return screen, effects


def checked(effects: list[Effect]) -> list[str]:
    return [effect.scan.text for effect in effects if isinstance(effect, CheckCode)]


def test_two_marks_in_one_frame_are_a_choice_and_no_check():
    screen, effects = after((0.0, Scanned(BOTH)))
    assert isinstance(screen, CodeChoice)
    assert [code.text for code in screen.codes] == [B, C]
    assert effects == [Identify(BOTH)]


@pytest.mark.parametrize("beside", ["A", "JS1:another issuer's", "https://12123.example/VI1:"])
def test_a_foreign_code_beside_ours_delays_nothing_and_is_not_offered(beside: str):
    screen, effects = after((0.0, Scanned(scan(B, beside))))
    assert isinstance(screen, Ready)
    assert checked(effects) == [B]
    screen, effects = after((0.0, Scanned(scan(B, beside, C))))
    assert isinstance(screen, CodeChoice)
    assert [code.text for code in screen.codes] == [B, C]


@pytest.mark.parametrize(
    ("picking", "picked"),
    [
        ([CodeChosen(0)], B),
        ([CodeChosen(1)], C),
        ([Pressed(TRIGGER), Pressed(CONFIRM)], B),
        ([Pressed(TRIGGER), Pressed(TRIGGER), Pressed(CONFIRM)], C),
        ([Pressed(TRIGGER), Pressed(TRIGGER), Pressed(TRIGGER), Pressed(CONFIRM)], B),
        ([Pressed(CONFIRM)], None),
        ([CodeChosen(2)], None),
        ([CodeChosen(-1)], None),
    ],
)
def test_a_code_is_picked_by_a_touch_or_by_marking_it_first(picking: list[ScreenEvent], picked: str | None):
    story = [(0.0, Scanned(BOTH)), *((1.0, event) for event in picking)]
    screen, effects = after(*story)
    assert checked(effects) == ([] if picked is None else [picked])
    screen, _ = after(*story, (1.0, Recorded(judged(picked or B))))
    assert isinstance(screen, Result)


def test_what_was_picked_is_checked_with_its_own_corners():
    two = placed(*IN_VIEW[:2])
    _, effects = after((0.0, Scanned(two)), (1.0, CodeChosen(1)))
    assert effects[-1] == CheckCode(Scan(IN_VIEW[1], two.others[0].corners))


def test_codes_that_stay_in_view_are_offered_once_and_again_on_the_trigger():
    declined: list[tuple[float, ScreenEvent]] = [(0.0, Scanned(BOTH)), (0.1, Pressed(BACK))]
    picked: list[tuple[float, ScreenEvent]] = [
        (0.0, Scanned(BOTH)),
        (0.1, CodeChosen(0)),
        (0.1, Recorded(judged(B))),
        (0.2, Pressed(TRIGGER)),
    ]
    for left in (declined, picked):
        story: list[tuple[float, ScreenEvent]] = [
            *left,
            (1.0, Scanned(BOTH)),
            (2.5, Scanned(scan(C, B))),
            (4.0, Scanned(BOTH)),
        ]
        screen, effects = after(*story)
        assert isinstance(screen, Ready)
        assert effects.count(Identify(BOTH)) == 1
        screen, effects = after(*story, (4.1, Pressed(TRIGGER)), (4.2, Scanned(BOTH)))
        assert isinstance(screen, CodeChoice)
        screen, effects = after(*story, (4.1 + LINGER_S, Scanned(BOTH)))
        assert isinstance(screen, CodeChoice), "they were away"


def test_a_third_mark_makes_another_choice():
    story = (0.0, Scanned(BOTH)), (0.1, Pressed(BACK)), (0.2, Scanned(scan(B, C, D)))
    screen, _ = after(*story)
    assert isinstance(screen, CodeChoice)
    assert len(screen.codes) == 3


def test_a_mark_held_alone_is_checked_once_the_other_is_gone_for_a_moment():
    story = (0.0, Scanned(BOTH)), (0.1, Pressed(BACK)), (0.2, Scanned(BOTH))
    assert checked(after(*story, (0.2 + OTHER_CODE_S, Scanned(scan(C))))[1]) == []
    assert checked(after(*story, (0.3 + OTHER_CODE_S, Scanned(scan(C))))[1]) == [C]
    assert checked(after(*story, (0.3, Scanned(scan("A"))))[1]) == [], "nor is a foreign one beside them"
    another = (0.3, Scanned(scan(D))), (0.3, Recorded(judged(D))), (0.4, Pressed(TRIGGER))
    assert checked(after(*story, *another)[1]) == [D], "another vehicle's waits for nothing"
    assert checked(after(*story, *another, (0.5, Scanned(scan("A"))))[1]) == [D, "A"], "nor what follows it"


def test_a_code_that_came_alone_is_checked_at_once_and_the_next_is_offered_behind_its_verdict():
    first = (0.0, Scanned(scan(B))), (0.0, Recorded(judged(B)))
    screen, effects = after(*first, (0.03, Scanned(BOTH)))
    assert checked(effects) == [B]
    assert isinstance(screen, Result)
    assert screen.has_other_code
    screen, effects = after(*first, (0.03, Scanned(BOTH)), (1.0, OthersWanted()))
    assert isinstance(screen, CodeChoice)
    assert screen.after == judged(B)
    assert effects[-2:] == [StopSignal(), Identify(BOTH)]
    screen, effects = after(*first, (0.03, Scanned(BOTH)), (1.0, Pressed(TRIGGER)), (1.1, Scanned(BOTH)))
    assert isinstance(screen, CodeChoice), "scanning the next offers both as well"
    assert screen.after is None


def test_what_was_checked_of_several_is_not_said_to_wait_behind_the_next_verdict():
    first = (0.0, Scanned(BOTH)), (0.1, CodeChosen(0)), (0.1, Recorded(judged(B))), (0.2, Scanned(BOTH))
    screen, _ = after(*first)
    assert isinstance(screen, Result)
    assert screen.has_other_code
    second = (0.3, OthersWanted()), (0.4, CodeChosen(1)), (0.4, Recorded(judged(C))), (0.5, Scanned(BOTH))
    screen, _ = after(*first, *second)
    assert isinstance(screen, Result)
    assert screen.other is None
    screen, _ = after(*first, *second, (0.6, Scanned(scan(B, C, D))))
    assert isinstance(screen, Result)
    assert screen.has_other_code
    screen, _ = after(*first, *second, (0.6 + LINGER_S, Scanned(BOTH)))
    assert isinstance(screen, Result)
    assert screen.has_other_code, "it was away, and may be checked anew"


def test_what_was_checked_of_several_and_is_left_in_view_alone_is_not_checked_again():
    both: list[tuple[float, ScreenEvent]] = [
        (0.0, Scanned(BOTH)),
        (0.1, CodeChosen(0)),
        (0.1, Recorded(judged(B))),
        (0.2, Scanned(BOTH)),
        (0.3, OthersWanted()),
        (0.4, CodeChosen(1)),
        (0.4, Recorded(judged(C))),
        (0.5, Pressed(TRIGGER)),
    ]
    left = [(1.0 + beat, Scanned(scan(B))) for beat in range(9)]
    assert checked(after(*both, (0.6, Scanned(BOTH)), *left)[1]) == [B, C]
    screen, _ = after(*both, (0.6, Scanned(BOTH)), *left, (9.1, Scanned(BOTH)))
    assert isinstance(screen, CodeChoice), "the other was away"
    away = (9.1 + LINGER_S, Scanned(scan(B)))
    assert checked(after(*both, (0.6, Scanned(BOTH)), *left, away)[1]) == [B, C, B]


def test_a_frame_that_shows_one_alone_does_not_take_the_fuller_one_s_place_behind_a_verdict():
    story = (0.0, Recorded(judged(B))), (1.0, Scanned(BOTH)), (1.5, Scanned(scan(C)))
    screen, effects = after(*story, (1.6, OthersWanted()))
    assert effects[-1] == Identify(BOTH)
    screen, effects = after(*story, (1.1 + OTHER_CODE_S, Scanned(scan(C))), (2.2, OthersWanted()))
    assert effects[-1] == Identify(scan(C))
    assert isinstance(screen, CodeChoice)


def test_no_foreign_code_is_offered_behind_a_verdict():
    screen, effects = after((0.0, Recorded(judged(B))), (1.0, Scanned(scan(B, "A"))), (1.1, OthersWanted()))
    assert isinstance(screen, Result)
    assert screen.other is not None
    assert not screen.has_other_code
    assert effects == []


def test_a_choice_follows_what_is_known_of_the_verdict_that_it_covers():
    wanted = judged(B, vehicle=VehicleFinding.CACHED_ALARM)
    open_choice = (0.0, Recorded(judged(B))), (0.1, Scanned(BOTH)), (0.2, OthersWanted())
    screen, _ = after(*open_choice, (0.3, Refined(wanted)))
    assert isinstance(screen, CodeChoice)
    assert screen.after == wanted


@given(st.lists(st.tuples(st.integers(0, 1279), st.integers(0, 719)), min_size=1, max_size=7, unique=True))
def test_codes_are_numbered_as_they_lie_whatever_the_reader_s_order(places: list[tuple[int, int]]):
    codes = [
        Code(f"VI1:{place}", tuple((x + dx, y + dy) for dx, dy in ((0, 0), (9, 0), (9, 9), (0, 9))))
        for place, (x, y) in enumerate(places)
    ]
    first, *others = codes
    shown = offered(Scan(first.text, first.corners, tuple(others)))
    assert set(shown) == set(codes[:MOST])
    corners = [code.corners[0] for code in shown]
    reach = [max(axis) - min(axis) for axis in zip(*corners, strict=True)]
    axis = 0 if reach[0] >= reach[1] else 1
    assert [corner[axis] for corner in corners] == sorted(corner[axis] for corner in corners)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_row_can_be_touched_from_corner_to_corner(count: int, size: tuple[int, int]):
    screen = choice(count, *[None] * count, marked=0)
    places: list[tuple[pygame.Rect, object]] = [
        (cell.rect, cell.event) for cell in cells(screen, sized(size))
    ]
    places += [(rect, Pressed(key.button)) for key, rect in key_rects(screen, sized(size))]
    assert [event for _, event in places[:count]] == [CodeChosen(place) for place in range(count)]
    for one, other in combinations([rect for rect, _ in places], 2):
        assert not one.colliderect(other)
    for rect, event in places:
        assert pygame.Rect((0, 0), size).contains(rect)
        assert rect.height >= 9 * sized(size).px_per_mm
        for point in (rect.topleft, (rect.right - 1, rect.bottom - 1), rect.center):
            assert event_at(screen, point, sized(size)) == event


def test_each_row_says_what_its_code_proves_and_nothing_of_one_that_proves_nothing(fonts: Fonts):
    items = compose(choice(3, LAST_YEAR, None, OTHER_CAR), Style("zh", fonts))
    rows = [
        [item for item in items if cell.rect.contains(item.rect)]
        for cell in cells(choice(3, *[None] * 3), STYLE)
    ]
    assert [said(row) for row in rows] == [
        "1检验有效期至2026年08月签发日期2025-03-24",
        "2所载内容无法核实",
        "3检验有效期至2027年10月签发日期2026-07-28",
    ]
    plates = [[item.plate for item in row if isinstance(item, PlateArt)] for row in rows]
    assert plates == [[CAR.plate], [], [OTHER_CAR.vehicle.plate]]


def test_a_code_that_was_checked_before_the_choice_says_so(fonts: Fonts):
    items = compose(choice(2, THIS_YEAR, OTHER_CAR, after=judged(IN_VIEW[0])), Style("zh", fonts))
    assert said(items).count("已核验，记录号123") == 1
    assert said(items).count("签发日期") == 1


def test_more_than_can_be_listed_are_counted(fonts: Fonts):
    shown = placed(*IN_VIEW)
    crowd = replace(shown, others=(*shown.others, Code("VI1:E", shown.corners), Code("VI1:F", shown.corners)))
    screen = CodeChoice(LABORATORY, crowd, (None,) * 4, (1280, 720))
    assert (len(screen.codes), screen.more) == (4, 2)
    words = said(compose(screen, Style("zh", fonts)))
    assert "有6个待核验的二维码" in words
    assert "另有2个未列出" in words


def test_numbers_stand_on_their_codes_in_the_frame_as_it_was(fonts: Fonts):
    """The outline surrounds the code's dark modules, and its number is in the middle."""
    screen, frame = choice(2, LAST_YEAR, THIS_YEAR), table()
    items = compose(screen, Style("zh", fonts))
    (picture,) = [item for item in items if isinstance(item, ImageItem)]
    left, top, right, bottom = np.multiply(picture.part, (1280, 720) * 2)
    scale = picture.rect.width / (right - left)
    assert picture.rect.height / (bottom - top) == pytest.approx(scale, abs=0.01)
    outlines = [item for item in items if isinstance(item, Outline)]
    for number, (code, outline) in enumerate(zip(screen.codes, outlines, strict=True), 1):
        middle = np.mean(code.corners, axis=0)
        expected = (middle - (left, top)) * scale + picture.rect.topleft
        assert np.mean(outline.points, axis=0) + picture.rect.topleft == pytest.approx(expected, abs=2)
        (badge,) = [
            item
            for item in items
            if isinstance(item, Text) and item.string == str(number) and picture.rect.contains(item.rect)
        ]
        assert badge.rect.center == pytest.approx(expected, abs=3)
    drawn = pixels(View(screen, frame), fonts)
    assert (drawn != pixels(View(screen, np.full_like(frame, 90)), fonts)).any()


@st.composite
def choices(given_: st.DrawFn) -> CodeChoice:
    """Any choice: codes anywhere in a frame, not overlapping."""
    count = given_(st.integers(1, MOST))
    side = given_(st.integers(40, 300))
    columns = given_(st.permutations(range(4)))
    texts = iter(IN_VIEW)
    codes = []
    for column in columns[:count]:
        x, y = 320 * column + given_(st.integers(-150, 19)), given_(st.integers(-40, 720 - side // 2))
        codes.append(
            Code(next(texts), ((x, y), (x + side, y + 5), (x + side - 5, y + side), (x - 5, y + side)))
        )
    first, *others = codes
    proven = given_(
        st.lists(st.sampled_from([None, LAST_YEAR, OTHER_CAR]), min_size=count, max_size=count).map(tuple)
    )
    shown = Scan(first.text, first.corners, tuple(others))
    marked = given_(st.none() | st.integers(0, count - 1))
    verdict = given_(st.none() | st.just(judged(IN_VIEW[0], CredentialFinding.FAILED)))
    told = given_(st.booleans())
    return CodeChoice(given_(STATUSES), shown, proven if told else None, (1280, 720), marked, verdict)


@settings(deadline=None, max_examples=150)
@given(
    screen=choices(),
    language=st.sampled_from(["zh", "en"]),
    size=st.sampled_from(SIZES),
    night=st.booleans(),
)
def test_any_choice_is_shown_whole_at_any_size(
    screen: CodeChoice, language: Language, size: tuple[int, int], *, night: bool, fonts: Fonts
):
    look = Style(language, fonts, size, night)
    items = compose(screen, look)
    check([item for item in items if not (isinstance(item, Text) and _on_picture(item, items))], look)
    draw(screen, table(), look)


def _on_picture(text: Text, items: list[Item]) -> bool:
    """Numbers in the picture may be close to each other, as codes may."""
    return any(isinstance(item, ImageItem) and item.rect.colliderect(text.rect) for item in items)


def test_what_a_choice_was_told_is_kept_only_by_a_choice():
    told = Identified((None, THIS_YEAR), (1280, 720))
    assert step(Ready(), told, 0.0) == (Ready(), ())
    screen, effects = step(CodeChoice(LABORATORY, BOTH), told, 0.0)
    assert isinstance(screen, CodeChoice)
    assert (screen.proven, screen.frame, effects) == (told.proven, told.frame, ())

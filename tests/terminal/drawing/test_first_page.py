"""The first page of a check: understood at a glance, and no verdict before the vehicle is confirmed."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.drawing import regions, theme
from terminal.drawing.draw import compose
from terminal.drawing.fonts import Fonts
from terminal.drawing.icons import Icon
from terminal.drawing.items import Item, Text
from terminal.drawing.theme import Language, Style
from terminal.model import CredentialFinding, LookupState, Outcome, Plate, Subject, VehicleFinding
from terminal.screens.alarms import About, Alarm, is_alarm
from terminal.screens.check import Phase, Ready, Result
from terminal.screens.events import PlaySignal, Recorded
from terminal.screens.step import step
from terminal.vehicle.tables import OUTCOMES
from tests.terminal.drawing.displays import STYLE
from tests.terminal.drawing.gallery import VIEWS
from tests.terminal.screens.builders import (
    CAR,
    FRESH,
    LABORATORY,
    PROVES_CLAIMS,
    aged,
    live,
    result,
    with_judged,
)

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LETTERS = {
    VehicleFinding.VALID: "A",
    VehicleFinding.CAUTION: "GK",
    VehicleFinding.OVERDUE: "Q",
    VehicleFinding.OFF_ROAD: "PG",
    VehicleFinding.ALARM: "CN",
    VehicleFinding.CACHED_CAUTION: "GK",
    VehicleFinding.CACHED_OFF_ROAD: "PG",
    VehicleFinding.CACHED_ALARM: "CN",
}
MOST_CHARACTERS, MOST_WORDS, MOST_SIZES = 60, 35, 5
VERDICT_ICONS = {
    Icon.CHECK,
    Icon.CLOCK_CHECK,
    Icon.TRIANGLE,
    Icon.CALENDAR_CROSS,
    Icon.NO_ENTRY,
    Icon.SIREN,
    Icon.QUESTION,
}
VERDICT_COLOURS = {theme.GREEN, theme.AMBER, theme.RED, theme.DAY.slate, theme.DAY.slate_paper}


def between_the_bars(items: list[Item], keys_top: int = regions.keys(STYLE).y) -> list[Text]:
    """Return the texts of a screen without those of the status bar and the soft keys."""
    return [
        item
        for item in items
        if isinstance(item, Text) and regions.bar(STYLE).bottom <= item.rect.y < keys_top
    ]


def verdict(
    found: CredentialFinding, vehicle: VehicleFinding, lookup: LookupState = LookupState.ANSWERED
) -> Result:
    """Return the first page of a cell of the decision table, for a vehicle that is known."""
    letters, through = LETTERS.get(vehicle), 20260331 if vehicle is VehicleFinding.OVERDUE else 20270831
    status = live(vehicle, letters or "", through)
    if vehicle is VehicleFinding.UNCHECKED:
        status = replace(status, letters=None, age_s=None)
    subject = Subject.CONFIRMED if found in PROVES_CLAIMS else Subject.TYPED
    screen = result(found, status, subject=subject)
    plate = Plate("粤BD12345", "52") if found is CredentialFinding.OTHER_VEHICLE else CAR.plate
    return with_judged(screen, plate=plate, lookup=lookup)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("vehicle", VehicleFinding)
def test_a_first_page_is_read_at_a_glance(vehicle: VehicleFinding, language: Language, fonts: Fonts):
    """All cells of the decision table: words, sizes of type, and the headline's height."""
    states = LookupState.ANSWERED, LookupState.NO_ANSWER, LookupState.NOT_ASKED
    for found, lookup in product(CredentialFinding, states):
        screen = verdict(found, vehicle, lookup)
        assert screen.phase is Phase.VERDICT
        shown = between_the_bars(compose(screen, Style(language, fonts)))
        words = " ".join(item.string for item in shown)
        if language == "zh":
            assert len(re.findall(r"\w", words)) <= MOST_CHARACTERS, words
        else:
            assert len(re.findall(r"[\w'-]+", words)) <= MOST_WORDS, words
        assert len({item.size for item in shown}) <= MOST_SIZES, words
        assert max(item.size for item in shown) >= 30, words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", About)
def test_an_alarm_that_interrupts_is_read_at_a_glance(about: About, language: Language, fonts: Fonts):
    """Of all letters but P, whose name has twelve characters and makes it 67."""
    for vehicle, letters in (
        (VehicleFinding.ALARM, "CN"),
        (VehicleFinding.CACHED_ALARM, "CN"),
        *((VehicleFinding.OFF_ROAD, letter) for letter in "EM"),
    ):
        status = live(vehicle, letters, 20270831)
        screen = with_judged(
            result(CredentialFinding.NOT_SHOWN, status, subject=Subject.TYPED), plate=CAR.plate
        )
        alarm = Alarm(screen.status, screen.judged, about)
        shown = between_the_bars(compose(alarm, Style(language, fonts)))
        words = " ".join(item.string for item in shown)
        pattern, most = (r"\w", MOST_CHARACTERS) if language == "zh" else (r"[\w'-]+", MOST_WORDS)
        assert len(re.findall(pattern, words)) <= most, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_shows_its_reason_alone(language: Language, fonts: Fonts):
    for found in (CredentialFinding.FAILED, CredentialFinding.UNVERIFIABLE, CredentialFinding.UNREADABLE):
        screen = result(found)
        assert screen.phase is Phase.VERDICT
        title = OUTCOMES[screen.judged.verdict.outcome][f"title_{language}"]
        words = " ".join(item.string for item in between_the_bars(compose(screen, Style(language, fonts))))
        assert title not in words


@pytest.mark.parametrize(
    ("vehicle", "letters", "headline"),
    [
        (VehicleFinding.ALARM, "GC", "被盗抢"),
        (VehicleFinding.CAUTION, "G", "违法未处理"),
        (VehicleFinding.OFF_ROAD, "GE", "注销"),
        (VehicleFinding.OVERDUE, "Q", "逾期 4 个月"),
        (VehicleFinding.NOT_FOUND, "", "查无此牌"),
        (VehicleFinding.VALID, "A", "放行"),
        (VehicleFinding.CACHED_VALID, "A", "暂可放行"),
    ],
)
def test_the_headline_is_the_gravest_letter_or_the_finding(
    vehicle: VehicleFinding, letters: str, headline: str, fonts: Fonts
):
    through = 20260331 if vehicle is VehicleFinding.OVERDUE else 20270831
    screen = result(CredentialFinding.PAST, live(vehicle, letters, through), subject=Subject.CONFIRMED)
    shown = between_the_bars(compose(screen, Style("zh", fonts)))
    largest = max(item.size for item in shown)
    assert "".join(item.string for item in shown if item.size == largest) == headline


@pytest.mark.parametrize(
    ("through", "headline"),
    [(20260805, "逾期 1 天"), (20260731, "逾期 6 天"), (20260705, "逾期 1 个月"), (20210731, "逾期 60 个月")],
)
def test_overdue_says_for_how_long_and_since_when(through: int, headline: str, fonts: Fonts):
    screen = result(
        CredentialFinding.PAST, live(VehicleFinding.OVERDUE, "Q", through), subject=Subject.CONFIRMED
    )
    words = "".join(item.string for item in between_the_bars(compose(screen, Style("zh", fonts))))
    assert headline.replace(" ", "") in words.replace(" ", "")
    unsure = replace(screen, status=replace(FRESH, clock=replace(FRESH.clock, trusted=False)))
    words = "".join(item.string for item in between_the_bars(compose(unsure, Style("zh", fonts))))
    assert "逾期 " not in words


@settings(deadline=None, max_examples=200)
@given(
    found=st.sampled_from(CredentialFinding),
    vehicle=st.sampled_from(VehicleFinding),
    subject=st.sampled_from(Subject),
    lookup=st.sampled_from(LookupState),
    language=st.sampled_from(LANGUAGES),
)
def test_no_verdict_is_shown_or_heard_before_the_vehicle_is_confirmed_and_answered(  # noqa: PLR0913, PLR0917 - a verdict's inputs
    found: CredentialFinding,
    vehicle: VehicleFinding,
    subject: Subject,
    lookup: LookupState,
    language: Language,
    fonts: Fonts,
):
    """Neither a check mark nor "clear to go", an outcome's colour or icon, or a signal; but for an alarm."""
    screen = with_judged(
        result(found, live(vehicle, LETTERS.get(vehicle, ""), 20270831), subject=subject), lookup=lookup
    )
    judged = screen.judged
    asked = lookup is LookupState.WAITING or screen.needs_confirmation
    if is_alarm(judged.verdict) or not asked:
        assert screen.phase is Phase.VERDICT
        return
    _, effects = step(Ready(FRESH), Recorded(judged), 0.0)
    assert not [effect for effect in effects if isinstance(effect, PlaySignal)]
    items = compose(screen, Style(language, fonts))
    words = " ".join(item.string for item in between_the_bars(items))
    assert not [outcome for outcome in Outcome if OUTCOMES[outcome][f"title_{language}"] in words]
    assert not {getattr(item, "icon", None) for item in items} & VERDICT_ICONS
    worn = {getattr(item, "colour", None) for item in items}
    worn |= {colour for item in items for colour in getattr(item, "colours", ())}
    assert not worn & VERDICT_COLOURS
    assert ("核对号牌" in words or "Compare the plate" in words) is screen.needs_confirmation


def test_a_reopened_check_has_no_outcome_s_colour_and_says_its_age(fonts: Fonts):
    for name in ("reopened", "reopened_alarm", "reopened_compare"):
        screen = VIEWS[name].screen
        items = compose(screen, Style("zh", fonts))
        worn = {getattr(item, "colour", None) for item in items}
        worn |= {colour for item in items for colour in getattr(item, "colours", ())}
        assert not worn & VERDICT_COLOURS
        assert [item for item in items if isinstance(item, Text) and item.string.endswith("前的结论")]


def test_the_plate_to_compare_is_the_largest_thing_on_the_screen(fonts: Fonts):
    screen = with_judged(result(CredentialFinding.CURRENT, status=LABORATORY), lookup=LookupState.WAITING)
    items = compose(aged(screen, 10.0), Style("zh", fonts))
    art = [item for item in items if type(item).__name__ == "PlateArt"]
    assert [one.rect.width >= 400 for one in art] == [True]

"""Every text exists in both languages, follows the wording rules, and uses characters of the fonts."""

from __future__ import annotations

import string
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.drawing import text
from terminal.drawing.fonts import Fonts
from terminal.model import EarlierAlarm, Reason
from terminal.vehicle import tables
from terminal.vehicle.verdict import TABLE

SOURCES = Path(text.__file__).parent


def _fields(words: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("key", text.WORDS)
def test_both_languages_say_it_with_the_same_values(key: str):
    lines = text.WORDS[key]
    assert lines.zh
    assert lines.en
    assert _fields(lines.zh) == _fields(lines.en)


def test_every_text_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    assert [key for key in text.WORDS if f'"{key}"' not in code and f"'{key}'" not in code] == []


def test_catalogues_have_the_same_texts_in_order_of_group_and_key():
    """In this order two changes of a catalogue seldom touch the same lines."""
    keys = {}
    for language in ("zh", "en"):
        entries = polib.pofile(str(SOURCES / "locale" / f"{language}.po"))
        keys[language] = [(entry.msgctxt or "", entry.msgid) for entry in entries]
        assert keys[language] == sorted(set(keys[language]))
    types = [("vehicle type", code) for code in tables.VEHICLE_TYPES]
    assert sorted([*keys["zh"], *types]) == keys["en"]


def test_english_has_no_chinese():
    groups = (
        text.WORDS,
        text.ACTIONS,
        text.OPENING_REASONS,
        text.REMARKS,
        text.REASONS,
        text.COLOURS,
        text.TYPES,
    )
    said = [lines.en for group in groups for lines in group.values()]
    assert [line for line in said if any("\u4e00" <= letter <= "\u9fff" for letter in line)] == []


def test_every_reason_has_words_of_its_own():
    assert set(text.REASONS) == set(Reason)
    for language in ("zh", "en"):
        assert len({getattr(lines, language) for lines in text.REASONS.values()}) == len(Reason)


def test_no_text_of_the_screens_says_forged():
    said = [line for lines in (*text.WORDS.values(), *text.REASONS.values()) for line in (lines.zh, lines.en)]
    assert not [line for line in said if "伪造" in line or "forge" in line.lower()]


def test_no_reason_reads_like_a_failed_check():
    """The finding states once that the check failed; a reason says what was missing or seen."""
    for lines in text.REASONS.values():
        assert not {word for word in ("未通过", "失败", "假", "无效") if word in lines.zh}
        assert not {word for word in ("fail", "fake", "false", "invalid") if word in lines.en.lower()}


def test_fonts_have_every_character_that_may_be_said(fonts: Fonts):
    lines = [
        *text.WORDS.values(),
        *text.REASONS.values(),
        *text.COLOURS.values(),
        *text.ACTIONS.values(),
        *text.REMARKS.values(),
        *text.OPENING_REASONS.values(),
        *text.TYPES.values(),
        *tables.CREDENTIAL_LINES.values(),
        *tables.VEHICLE_LINES.values(),
        *tables.USES.values(),
        *tables.PROVINCES.values(),
    ]
    said = "".join(line.zh + line.en for line in lines).replace("\n", "")
    said += "".join(cell.guidance_zh + cell.guidance_en for cell in TABLE.values())
    said += "".join(row["title_zh"] + row["title_en"] for row in tables.OUTCOMES.values())
    said += "".join(tables.VEHICLE_TYPES.values()) + "".join(kind.name_zh for kind in tables.KINDS.values())
    said += "".join(tables.PROVINCES) + string.ascii_letters + string.digits + "·挂学警港澳使领试临超应急民航"
    assert [letter for letter in sorted(set(said)) if not fonts.has(letter)] == []


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [(0, "1 分钟内", "under 1 min ago"), (59, "1 分钟内", "under 1 min ago"), (60, "1 分钟前", "1 min ago")],
)
def test_a_past_time_is_told_by_its_age(seconds: float, zh: str, en: str):
    assert (text.ago(seconds, "zh"), text.ago(seconds, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-5, "不到 1 分钟", "under 1 min"),
        (0, "不到 1 分钟", "under 1 min"),
        (119, "1 分钟", "1 min"),
        (3_599, "59 分钟", "59 min"),
        (3_600, "1 小时", "1 h"),
        (172_799, "47 小时", "47 h"),
        (172_800, "2 天", "2 d"),
        (604_800, "7 天", "7 d"),
    ],
)
def test_age_is_told_in_whole_units(seconds: float, zh: str, en: str):
    assert (text.age(seconds, "zh"), text.age(seconds, "en")) == (zh, en)


def test_time_is_shanghais():
    assert text.clock(1_786_000_000) == "15:06"
    assert text.clock(1_786_000_000, seconds=True) == "15:06:40"


def test_month_and_day_read_as_printed():
    assert text.month(202708, "zh") == "2027年08月"
    assert text.month(202708, "en") == "2027-08"
    assert text.day(20270831) == "2027-08-31"


@pytest.mark.parametrize(
    ("letters", "zh", "en"),
    [("A", "白色", "white"), ("AB", "白灰色", "white/grey"), ("Z", "其他", "other"), ("Q", "Q色", "Q")],
)
def test_colours_are_named(letters: str, zh: str, en: str):
    assert (text.colours(letters, "zh"), text.colours(letters, "en")) == (zh, en)


def test_colour_that_is_not_stated_is_said_to_be_so():
    assert text.colours(None, "zh") == "颜色未载明"


def test_vehicle_type_has_a_name_or_stays_its_code():
    assert text.vehicle_type("K33", "zh") == "小型轿车"
    assert text.vehicle_type("K33", "en") == "Small car"
    assert text.vehicle_type("???", "zh") == "???"


@pytest.mark.parametrize(
    ("name", "en"),
    [
        ("大众牌SVW7183LJD", "Volkswagen SVW7183LJD"),
        ("大众牌", "Volkswagen"),
        ("无名牌X1", "无名牌X1"),
        (None, ""),
    ],
)
def test_a_known_make_is_translated_and_an_unknown_one_is_kept(name: str | None, en: str):
    assert text.brand(name, "en") == en
    assert text.brand(name, "zh") == (name or "")


@given(st.text("ABCDEGHIJKLMNOPQZ!x", max_size=10))
def test_every_status_letter_is_said_known_or_not(letters: str):
    for letter in letters:
        assert letter in text.status_letters(letters, "zh")


@pytest.mark.parametrize(
    ("alarm", "zh", "en"),
    [
        (
            EarlierAlarm(20260801, "not_this_vehicle", "plate_cloned"),
            "2026-08-01 核实排除：号牌被套用",
            "2026-08-01 Not a hit: plate is cloned",
        ),
        (
            EarlierAlarm(20260801, "confirmed"),
            "2026-08-01 指挥中心确认属实",
            "2026-08-01 Confirmed by control",
        ),
        (EarlierAlarm(20260801, "属实", "later"), "2026-08-01 属实：later", "2026-08-01 属实: later"),
    ],
)
def test_an_earlier_alarm_is_told_in_the_table_s_words_or_its_own(alarm: EarlierAlarm, zh: str, en: str):
    assert (text.earlier_alarm(alarm, "zh"), text.earlier_alarm(alarm, "en")) == (zh, en)

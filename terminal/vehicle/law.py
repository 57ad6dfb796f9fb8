"""Articles of law, by the day on which they are in force (law.csv).

Articles are numbered anew when a law is revised, so their numbers are dated data. The terminal names the
articles that a measure rests on, and never decides a penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from terminal.model import Outcome
from terminal.vehicle import tables
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRAPPED = frozenset("EMP")
"""State letters of vehicles that are to be scrapped or deregistered."""
OVERDUE = "Q"
"""State letter of vehicles whose inspection is overdue."""
_OF_DISPOSAL = {"penalised": "开具文书", "held": "扣留车辆", "handed_over": "移交"}
"""Measure that a disposal of an alarm (alarm_results.csv) is; the others rest on no article."""
_DIGITS, _UNITS = "零一二三四五六七八九", ("", "十", "百")


@dataclass(frozen=True, slots=True)
class Article:
    """An article that is in force."""

    act: str
    """Name of the law."""
    number: str
    """Number of the article, in digits; a section of other rules as it is written there."""
    lines: Lines
    """Its content in short."""


def in_force(key: str, unix_s: float) -> Article | None:
    """Return the article of a key of law.csv on the day of a time (Unix s) in Shanghai; None without one.

    If several rows are in force, the one that came into force last counts.
    """
    day = datetime.fromtimestamp(unix_s, SHANGHAI).strftime("%Y-%m-%d")
    found = [row for row in tables.rows("law") if row["key"] == key and _covers(row, day)]
    if not found:
        return None
    row = max(found, key=lambda one: one["from"])
    return Article(row["act"], row["article"], Lines(row["zh"], row["en"]))


def articles(measure: str, outcome: Outcome, letters: str | None, unix_s: float) -> tuple[Article, ...]:
    """Return the articles that a measure (`journal.notes.ACTIONS`) after a check rests on, in force at
    `unix_s`.

    A wrong signature names no article: what it means is for others to find out.
    """
    keys = (in_force(key, unix_s) for key in _keys(measure, outcome, letters))
    return tuple(article for article in keys if article is not None)


def disposal_articles(disposal: str, letters: str | None, unix_s: float) -> tuple[Article, ...]:
    """Return the articles that a disposal of an alarm (a key of alarm_results.csv) rests on, in force at
    `unix_s`, on a vehicle with these state letters.

    Only letters beside the alarm's own can name one: that a vehicle is wanted is no offence of its driver.
    """
    measure = _OF_DISPOSAL.get(disposal)
    if measure is None:
        return ()
    given = frozenset(letters or "")
    grounds = (Outcome.OFF_ROAD, Outcome.OVERDUE) if OVERDUE in given else (Outcome.OFF_ROAD,)
    named = (one for outcome in grounds for one in articles(measure, outcome, letters, unix_s))
    return tuple(dict.fromkeys(named))


def citation(article: Article) -> str:
    """Return an article as it is recorded, such as 《道路交通安全法》第八十七条."""
    number = f"第{numeral(int(article.number))}条" if article.number.isdecimal() else article.number
    return f"《{article.act}》{number}"


def numeral(number: int) -> str:
    """Return a number from 1 to 999 in Chinese characters."""
    words, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap else "") + _DIGITS[digit] + _UNITS[place]
        gap = bool(words) and not digit
    return words.removeprefix("一") if words.startswith("一十") else words


def _keys(measure: str, outcome: Outcome, letters: str | None) -> tuple[str, ...]:
    if measure == "口头警告":
        return ("minor",)
    if measure == "开具文书" and outcome is Outcome.OVERDUE:
        return ("inspect", "general")
    scrapped = outcome is Outcome.OFF_ROAD and not SCRAPPED.isdisjoint(letters or "")
    return ("scrap", "scrapped") if scrapped and measure in {"开具文书", "扣留车辆", "移交"} else ()


def _covers(row: Mapping[str, str], day: str) -> bool:
    return (not row["from"] or row["from"] <= day) and (not row["to"] or day <= row["to"])

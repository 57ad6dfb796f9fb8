"""Articles of law follow the day of the check, and name no penalty for what is not proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import Outcome
from terminal.vehicle import law, tables
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import ALARM_WORD_KEYS

TABLE = """key,act,article,from,to,zh,en
minor,道路交通安全法,87,2021-04-29,2027-02-28,轻微违法,Minor
minor,道路交通安全法,101,2027-03-01,,轻微违法,Minor
"""


def at(day: str) -> float:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=SHANGHAI).timestamp()


NOW_S = at("2026-11-27")


@pytest.fixture
def revised() -> Iterator[None]:
    """A law whose articles are numbered anew from March 2027."""
    tables.put_in_force({"law": TABLE})
    yield
    tables.put_in_force(None)


@pytest.mark.usefixtures("revised")
@pytest.mark.parametrize(
    ("day", "cited"),
    [
        ("2021-04-28", None),
        ("2021-04-29", "《道路交通安全法》第八十七条"),
        ("2027-02-28", "《道路交通安全法》第八十七条"),
        ("2027-03-01", "《道路交通安全法》第一百零一条"),
    ],
)
def test_the_article_is_the_one_in_force_on_the_day_of_the_check(day: str, cited: str | None):
    found = law.in_force("minor", at(day))
    assert (found and law.citation(found)) == cited


def test_an_oral_warning_and_an_overdue_inspection_name_their_articles():
    def cited(measure: str, outcome: Outcome, letters: str | None = None) -> list[str]:
        return [one.number for one in law.articles(measure, outcome, letters, NOW_S)]

    assert cited("口头警告", Outcome.OVERDUE) == ["87"]
    assert cited("开具文书", Outcome.OVERDUE) == ["13", "90"]
    assert cited("扣留车辆", Outcome.OFF_ROAD, "GE") == ["14", "100"]
    assert cited("扣留车辆", Outcome.OFF_ROAD, "D") == []
    assert cited("扣留车辆", Outcome.OVERDUE) == []


def test_a_disposal_names_the_articles_on_the_letters_beside_the_alarms_own():
    def cited(disposal: str, letters: str | None) -> list[str]:
        return [one.number for one in law.disposal_articles(disposal, letters, NOW_S)]

    assert cited("held", "CE") == ["14", "100"]
    assert cited("handed_over", "CM") == ["14", "100"]
    assert cited("penalised", "CQ") == ["13", "90"]
    assert cited("penalised", "CEQ") == ["14", "100", "13", "90"]
    assert cited("held", "CQ") == []


@pytest.mark.parametrize("disposal", ALARM_WORD_KEYS["disposal"])
def test_that_a_vehicle_is_wanted_names_no_article(disposal: str):
    assert law.disposal_articles(disposal, "C", NOW_S) == ()
    assert law.disposal_articles(disposal, None, NOW_S) == ()


@pytest.mark.usefixtures("revised")
def test_a_disposal_names_no_article_that_is_not_in_force():
    assert law.disposal_articles("held", "CE", NOW_S) == ()


@given(
    st.sampled_from(["放行", "口头警告", "开具文书", "扣留车辆", "移交", "其他"]), st.sampled_from(Outcome)
)
def test_no_measure_names_the_article_on_forgery(measure: str, outcome: Outcome):
    assert not {"96", "16"} & {one.number for one in law.articles(measure, outcome, "CEMPQ", NOW_S)}


@pytest.mark.parametrize(
    ("number", "words"),
    [(5, "五"), (10, "十"), (13, "十三"), (87, "八十七"), (90, "九十"), (100, "一百"), (101, "一百零一")],
)
def test_numbers_are_written_as_in_the_law(number: int, words: str):
    assert law.numeral(number) == words


def test_every_article_of_the_package_can_be_cited():
    for row in tables.rows("law"):
        found = law.in_force(row["key"], NOW_S)
        assert found is not None
        assert law.citation(found).startswith("《")

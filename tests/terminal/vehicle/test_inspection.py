"""A month of validity ends with its last second in Asia/Shanghai; only existing months and days count."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.vehicle.inspection import end_of_month_s, is_day, is_month

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS = [year * 100 + month for year in range(2000, 2200) for month in range(1, 13)]


def test_every_month_ends_where_the_time_zone_database_says():
    for yyyymm in MONTHS:
        year, month = divmod(yyyymm, 100)
        last = datetime(year, month, monthrange(year, month)[1], 23, 59, 59, tzinfo=SHANGHAI)
        assert end_of_month_s(yyyymm) == last.timestamp() + 1, yyyymm


def test_the_end_is_midnight_in_shanghai_and_not_in_greenwich():
    end = datetime.fromtimestamp(end_of_month_s(202611), SHANGHAI)
    assert (end.isoformat(), end.utcoffset()) == ("2026-12-01T00:00:00+08:00", timedelta(hours=8))


@given(st.integers(-(10**6), 10**6))
def test_only_months_from_2000_to_2199_are_named(number: int):
    assert is_month(number) is (number in MONTHS)


@pytest.mark.parametrize("number", [0, 202700, 202713, 20278, 199912, 220001, -202701])
def test_what_is_no_month_is_refused(number: int):
    assert not is_month(number)


@pytest.mark.parametrize("number", [202700, 202713, 199912, 220001])
def test_the_end_of_no_month_is_refused(number: int):
    with pytest.raises(ValueError, match="month"):
        end_of_month_s(number)


@given(st.dates())
def test_every_day_of_the_calendar_is_a_day(day: datetime):
    assert is_day(day.year * 10_000 + day.month * 100 + day.day)


@pytest.mark.parametrize(
    "number",
    [20210231, 20230229, 21000229, 20210431, 20210001, 20211301, 20210100, 20210132, 0, 1, -20210101],
)
def test_a_day_that_does_not_exist_is_none(number: int):
    assert not is_day(number)


@given(st.integers())
def test_any_number_is_a_day_or_none(number: int):
    assert is_day(number) in (True, False)

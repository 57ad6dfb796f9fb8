"""Grades of a trust set follow from its age alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.credential.grade import AHEAD_S, Grade, grade

DAY_S = 86_400
MADE_S = 1_790_000_000


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0, Grade.FRESH),
        (DAY_S, Grade.FRESH),
        (DAY_S + 1, Grade.USABLE),
        (7 * DAY_S, Grade.USABLE),
        (7 * DAY_S + 1, Grade.STALE),
        (400 * DAY_S, Grade.STALE),
        (-AHEAD_S, Grade.FRESH),
        (-AHEAD_S - 1, Grade.STALE),
    ],
)
def test_grades_by_age(age_s: int, expected: Grade):
    assert grade(MADE_S, MADE_S + age_s) is expected


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 10**6), st.integers(1, 10**6))
def test_an_older_set_is_never_graded_better(age_s: int, more_s: int, fresh_s: int, usable_s: int):
    order = list(Grade)
    grades = [
        order.index(grade(MADE_S, MADE_S + age, fresh_s=fresh_s, usable_s=fresh_s + usable_s))
        for age in (age_s, age_s + more_s)
    ]
    assert grades == sorted(grades)

"""The gravest status letter decides, and an unlisted one is never normal."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.model import VehicleFinding
from terminal.vehicle.status import (
    MOST_KEPT,
    StatusClass,
    cached,
    classify,
    classify_dated,
    kept,
    live,
    shown,
)
from terminal.vehicle.tables import STATUS


def at(local: str) -> float:
    return datetime.fromisoformat(f"{local}+08:00").timestamp()


NOW_S = at("2026-11-22T12:00:00")
TO_COME, PAST, NO_DAY = 20270831, 20260831, 20260231

# Written down by hand from the domain's section 2.1, so that a slip in the table shows.
CLASS_OF = {
    **dict.fromkeys("CNJ", "alarm"),
    **dict.fromkeys("DEMP", "off_road"),
    "Q": "overdue",
    "Z": "unknown",
    **dict.fromkeys("BGHIKLO", "caution"),
    "A": "pass",
}
GRAVEST_FIRST = ["alarm", "off_road", "overdue", "unknown", "caution", "pass"]
FINDING_OF = {name: VehicleFinding(name) for name in GRAVEST_FIRST[:-1]} | {"pass": VehicleFinding.VALID}
letters = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ") | st.characters(), max_size=6)
days = st.sampled_from([TO_COME, PAST, NO_DAY, 0]) | st.integers(0, 2**63 - 1)
times = st.sampled_from([NOW_S, 0, 2**53]) | st.floats(0, 1e16)


def gravest(*classes: str) -> str:
    return min(classes, key=GRAVEST_FIRST.index)


def test_the_table_s_letters_are_those_of_the_domain():
    assert {code: row["verdict_class"] for code, row in STATUS.items()} == CLASS_OF
    assert [one.value for one in StatusClass] == GRAVEST_FIRST


@pytest.mark.parametrize("letter", CLASS_OF)
def test_a_letter_decides_by_its_class(letter: str):
    said = CLASS_OF[letter]
    assert classify(letter) == said
    assert live(letter, PAST, NOW_S) is FINDING_OF[gravest(said, "overdue")]
    assert live(letter, TO_COME, NOW_S) is FINDING_OF["unknown" if letter == "Q" else said]
    assert live(letter, NO_DAY, NOW_S) is FINDING_OF[gravest(said, "unknown")]


@pytest.mark.parametrize("letter", CLASS_OF)
def test_a_letter_on_a_list_is_the_cached_finding_of_its_class(letter: str):
    said = CLASS_OF[letter]
    words = {"unknown": "unknown", "pass": "cached_valid"}
    assert cached(letter) == words.get(said, f"cached_{said}")


@pytest.mark.parametrize(("first", "second"), list(permutations(CLASS_OF, 2)))
def test_of_two_letters_the_gravest_decides_and_a_with_another_is_not_known(first: str, second: str):
    extra = ["unknown"] if "A" in (first, second) else []
    said = [CLASS_OF[first], CLASS_OF[second], *extra]
    assert classify(first + second) == gravest(*said)
    assert live(first + second, PAST, NOW_S) is FINDING_OF[gravest(*said, "overdue")]
    dated = ["unknown" if one == "overdue" else one for one in said]
    assert live(first + second, TO_COME, NOW_S) is FINDING_OF[gravest(*dated)]


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        ("", "unknown"),
        (" " * 10, "unknown"),
        ("AA", "unknown"),
        ("GG", "unknown"),
        ("CC", "alarm"),
        ("F", "unknown"),
        ("a", "unknown"),
        ("c", "unknown"),
        ("正常", "unknown"),
        (" A", "unknown"),
        ("A\t", "unknown"),
        ("A\u3000", "unknown"),
        ("A\0", "unknown"),
        ("Ａ", "unknown"),
        ("А", "unknown"),
        ("A         ", "pass"),
        ("GE", "off_road"),
        ("GQ", "overdue"),
        ("CQ", "alarm"),
        ("G,E", "off_road"),
    ],
)
def test_letters_as_registries_write_them(letters: str, said: str):
    assert classify(letters) == said


@pytest.mark.parametrize(
    ("valid_through", "at_s", "finding"),
    [
        (20261122, at("2026-11-22T23:59:59"), VehicleFinding.VALID),
        (20261122, at("2026-11-23T00:00:00"), VehicleFinding.OVERDUE),
        (20280229, at("2028-02-29T23:59:59"), VehicleFinding.VALID),
        (20280229, at("2028-03-01T00:00:00"), VehicleFinding.OVERDUE),
        (20270229, at("2027-01-01T00:00:00"), VehicleFinding.UNKNOWN),
        (99991231, at("9999-12-31T00:00:00"), VehicleFinding.VALID),
    ],
)
def test_a_day_of_validity_runs_to_its_last_second_in_shanghai(
    valid_through: int, at_s: float, finding: VehicleFinding
):
    assert live("A", valid_through, at_s) is finding


@given(letters, days, times)
@settings(deadline=None)
def test_only_a_alone_with_a_day_to_come_is_valid(said: str, day: int, at_s: float):
    finding = live(said, day, at_s)
    if finding is VehicleFinding.VALID:
        assert said.rstrip(" ") == "A"
        assert classify_dated("", day, at_s) is StatusClass.UNKNOWN  # which a past day would outrank


@given(letters, st.sampled_from(list(CLASS_OF)) | st.characters(), st.integers(0, 6), days, times)
@settings(deadline=None)
def test_another_letter_never_makes_it_greener(said: str, more: str, place: int, day: int, at_s: float):
    place = min(place, len(said.rstrip(" ")))
    longer = said[:place] + more + said[place:]
    if not said.rstrip(" "):
        return  # the first letter is what there is to know
    assert GRAVEST_FIRST.index(classify(longer)) <= GRAVEST_FIRST.index(classify(said))
    dated = [GRAVEST_FIRST.index(classify_dated(one, day, at_s)) for one in (longer, said)]
    assert dated[0] <= dated[1]


@given(letters)
@settings(deadline=None)
def test_what_holds_an_unknown_letter_is_never_valid_nor_a_mere_caution(said: str):
    if set(said.rstrip(" ")) - CLASS_OF.keys():
        assert GRAVEST_FIRST.index(classify(said)) <= GRAVEST_FIRST.index("unknown")


@given(letters)
@settings(deadline=None)
def test_every_letter_is_shown_with_a_name_in_both_languages(said: str):
    assert "".join(letter for letter, _ in shown(said)) == said.rstrip(" ")
    assert all(line.zh and line.en for _, line in shown(said))
    assert [line.zh for _, line in shown("GX")] == ["违法未处理", "未识别代码"]


@given(st.text(st.sampled_from("ABCNJZ ") | st.characters(), max_size=3 * MOST_KEPT), days, times)
def test_the_letters_that_are_kept_amount_to_what_all_of_them_do(said: str, day: int, at_s: float):
    assert len(kept(said)) <= MOST_KEPT
    assert kept(said) == said.rstrip(" ") or len(said) > MOST_KEPT
    assert classify(kept(said)) is classify(said)
    assert live(kept(said), day, at_s) is live(said, day, at_s)
    assert {letter for letter in said if letter in STATUS} <= set(kept(said)) | {" "}


def test_of_endless_letters_the_listed_ones_are_shown_and_that_there_are_more():
    said = kept("A" * 60_000 + "?C")
    assert said == "CA…"
    assert [lines.zh for _, lines in shown(said)] == [
        STATUS["C"]["name_zh"],
        STATUS["A"]["name_zh"],
        "其余代码未列出",
    ]

"""Where nothing was found, numbers one character away are offered, those that a list knows first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import Plate
from terminal.vehicle.neighbours import MOST_OFFERED, alike, neighbours, offered
from terminal.vehicle.plate import fits
from terminal.vehicle.tables import KINDS

WITH_PATTERN = [kind for kind in KINDS.values() if kind.pattern]
PLATES = st.one_of(
    [
        st.builds(Plate, st.from_regex(kind.pattern, fullmatch=True), st.just(kind.code))
        for kind in WITH_PATTERN
        if kind.pattern
    ]
)


def plate(number: str, kind: str = "02") -> Plate:
    return Plate(number, kind)


def nobody(_: tuple[Plate, ...]) -> frozenset[Plate]:
    return frozenset()


@pytest.mark.parametrize(
    ("one", "other"), [*["0O", "0D", "0Q", "8B", "2Z", "1I", "1L", "5S", "UV"]], ids=lambda one: one
)
def test_characters_that_look_alike(one: str, other: str):
    assert alike(one, other)
    assert alike(other, one)
    assert not alike(one, one)


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        ("苏A12D45", "02", ("苏AL2D45", "苏A1ZD45", "苏A12045")),
        ("苏A13O47", "02", ("苏A13047",)),  # no sequence has an O
        ("苏AQ3447", "02", ("苏A03447",)),
        ("苏AB3447", "02", ("苏A83447",)),
        ("苏U34679", "02", ("苏V34679",)),
        ("苏A3467B挂", "15", ()),  # too long
        ("苏A347B挂", "15", ("苏A3478挂",)),
        ("粤AZ3467S", "51", ()),  # two characters are wrong
    ],
)
def test_look_alikes_are_offered_as_far_as_the_kind_allows(number: str, kind: str, expected: tuple[str, ...]):
    found = tuple(one.number for one in offered(plate(number, kind), nobody))
    assert found == expected


def test_numbers_that_a_list_knows_come_first():
    known = {plate("苏A12346"), plate("苏A72345")}
    found = offered(plate("苏A12345"), lambda near: known & set(near))
    assert found == (plate("苏A72345"), plate("苏A12346"), plate("苏AL2345"))


def test_a_known_look_alike_comes_before_what_is_known_and_unlike():
    known = {plate("苏A72345"), plate("苏A1234S")}
    found = offered(plate("苏A12345"), lambda near: known & set(near))
    assert found[:2] == (plate("苏A1234S"), plate("苏A72345"))


@given(PLATES)
def test_every_neighbour_differs_in_one_digit_or_letter_and_fits_the_kind(one: Plate):
    near = neighbours(one)
    assert len(set(near)) == len(near)
    assert one not in near
    for other in near:
        changed = [pair for pair in zip(one.number, other.number, strict=True) if pair[0] != pair[1]]
        assert len(changed) == 1
        assert changed[0][0].isascii()
        assert other.kind == one.kind
        assert fits(other)


@given(PLATES)
def test_neighbours_are_mutual(one: Plate):
    for other in neighbours(one)[:5]:
        assert one in neighbours(other)


@given(PLATES, st.data())
def test_offers_are_few_and_the_known_ones_lead(one: Plate, data: st.DataObject):
    near = neighbours(one)
    known = frozenset(data.draw(st.lists(st.sampled_from(near), max_size=4))) if near else frozenset()
    found = offered(one, lambda asked: known & frozenset(asked))
    assert len(found) <= MOST_OFFERED
    assert set(found) <= set(near)
    lead = [other in known for other in found]
    assert lead == sorted(lead, reverse=True)
    assert sum(lead) == min(len(known), MOST_OFFERED)


def test_a_kind_that_no_table_lists_has_no_neighbours():
    assert neighbours(plate("苏A12345", "98")) == ()

"""The tables are complete: they have every key that the code uses, and agree with one another."""

from __future__ import annotations

import re

import pytest

from terminal.model import CredentialFinding, Outcome, VehicleFinding
from terminal.vehicle.tables import (
    COLOURS,
    CREDENTIAL_LINES,
    KINDS,
    OUTCOMES,
    PROVINCES,
    USES,
    VEHICLE_LINES,
    VEHICLE_TYPES,
    rows,
)


def test_every_finding_and_outcome_has_its_words_in_both_languages():
    assert CREDENTIAL_LINES.keys() == set(CredentialFinding)
    assert VEHICLE_LINES.keys() == set(VehicleFinding)
    assert OUTCOMES.keys() == set(Outcome)
    for lines in (*CREDENTIAL_LINES.values(), *VEHICLE_LINES.values(), *PROVINCES.values(), *USES.values()):
        assert lines.zh
        assert lines.en


def test_kinds_are_numbered_by_their_rows():
    assert [kind.index for kind in KINDS.values()] == list(range(len(KINDS)))
    assert [row["code"] for row in rows("plate_types")] == list(KINDS)
    assert (KINDS["01"].index, KINDS["02"].index) == (0, 1)


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_has_a_colour_that_is_known_and_a_pattern_of_its_length(code: str):
    row = next(row for row in rows("plate_types") if row["code"] == code)
    assert set(row["background"].split("|")) <= COLOURS.keys() | {"none"}
    if row["pattern"]:
        assert row["pattern"].startswith("^")
        assert row["pattern"].endswith("$")
        assert row["length"]
    assert row["credential"] in ("yes", "no")


def test_colours_that_are_drawn_are_colours():
    for row in COLOURS.values():
        for name in ("hex_screen", "hex_text"):
            assert re.fullmatch("#[0-9A-F]{6}", row[name]), row
        assert re.fullmatch("(#[0-9A-F]{6})?", row["hex_second"])


@pytest.mark.parametrize("name", ["plate_types", "use_nature", "vehicle_status", "vehicle_types_main"])
def test_no_code_is_listed_twice(name: str):
    codes = [row["code"] for row in rows(name)]
    assert len(codes) == len(set(codes))


def test_every_status_letter_has_a_class_that_ranks_and_none_but_a_passes():
    classes = {row["code"]: row["verdict_class"] for row in rows("vehicle_status")}
    assert set(classes.values()) <= {"alarm", "off_road", "overdue", "unknown", "caution", "pass"}
    assert [code for code, said in classes.items() if said == "pass"] == ["A"]
    assert {code for code, said in classes.items() if said == "alarm"} == set("CNJ")


def test_codes_have_their_lengths():
    assert all(len(code) == 3 for code in VEHICLE_TYPES)
    assert all(len(code) == 1 for code in USES)
    assert all(re.fullmatch("[0-9]{2}|X[1-3]", code) for code in KINDS)


def test_every_issuing_letter_s_province_is_a_province():
    assert {row["abbr"] for row in rows("issuer_letters")} == PROVINCES.keys()

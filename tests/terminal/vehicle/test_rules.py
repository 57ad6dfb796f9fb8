"""Rules that would accuse or release wrongly are refused; others change verdicts without a restart."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.model import CredentialFinding, Finding, Outcome, Reason, Subject, VehicleFinding, VehicleStatus
from terminal.vehicle import plate, rules, status, tables
from terminal.vehicle.verdict import decide

PACKAGE = {name: tables.content(name) for name in tables.RULES}
Row = dict[str, str]


@pytest.fixture(autouse=True)
def package_rules() -> Iterator[None]:
    yield
    tables.put_in_force(None)


def changed(table: str, change: Callable[[list[Row]], object]) -> dict[str, str]:
    """Return the package's tables with one changed."""
    found = list(csv.DictReader(PACKAGE[table].splitlines()))
    columns = list(found[0])
    change(found)
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return PACKAGE | {table: written.getvalue()}


def put(rows: list[Row], keys: Row, **cells: str) -> None:
    """Change cells of the row that has these keys."""
    (row,) = [row for row in rows if keys.items() <= row.items()]
    row.update(cells)


def test_the_package_s_own_rules_are_accepted():
    rules.check(PACKAGE)


@pytest.mark.parametrize("table", tables.RULES)
def test_a_missing_table_is_refused(table: str):
    with pytest.raises(rules.RulesError, match=table):
        rules.check({name: text for name, text in PACKAGE.items() if name != table})


@pytest.mark.parametrize("table", tables.RULES)
def test_a_missing_row_is_refused(table: str):
    with pytest.raises(rules.RulesError, match="no row"):
        rules.check(changed(table, list.pop))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("decision_table", "outcome"),
        ("decision_table", "guidance_zh"),
        ("decision_table", "basis"),
        ("vehicle_status", "verdict_class"),
        ("outcomes", "title_zh"),
        ("credential_findings", "line_en"),
        ("vehicle_findings", "line_zh"),
        ("plate_types", "name_zh"),
        ("alarm_results", "zh"),
    ],
)
def test_an_empty_cell_is_refused(table: str, column: str):
    with pytest.raises(rules.RulesError, match=f"empty {column}"):
        rules.check(changed(table, lambda rows: rows[0].update({column: ""})))


@pytest.mark.parametrize(
    ("letter", "kind"),
    [
        *((letter, kind) for letter in "CNJ" for kind in ("off_road", "caution", "unknown", "pass")),
        *((letter, kind) for letter in "DEMP" for kind in ("overdue", "unknown", "caution", "pass")),
        *((letter, "pass") for letter in "BGHIKLOQZ"),
        ("A", "good"),
    ],
)
def test_a_letter_below_its_class_is_refused(letter: str, kind: str):
    with pytest.raises(rules.RulesError, match=f"vehicle_status: {letter}"):
        rules.check(changed("vehicle_status", lambda rows: put(rows, {"code": letter}, verdict_class=kind)))


def test_a_graver_class_is_accepted():
    rules.check(changed("vehicle_status", lambda rows: put(rows, {"code": "D"}, verdict_class="alarm")))


@pytest.mark.parametrize("vehicle", [one for one in VehicleFinding if one is not VehicleFinding.VALID])
def test_a_pass_from_anything_but_a_live_valid_finding_is_refused(vehicle: VehicleFinding):
    cell = {"credential": "current", "vehicle": vehicle}
    with pytest.raises(rules.RulesError, match="only a live valid finding passes"):
        rules.check(changed("decision_table", lambda rows: put(rows, cell, outcome="pass")))


@pytest.mark.parametrize("vehicle", [one for one in VehicleFinding if "alarm" not in one])
def test_an_alarm_from_anything_but_an_alarm_is_refused(vehicle: VehicleFinding):
    cell = {"credential": "current", "vehicle": vehicle}
    with pytest.raises(rules.RulesError, match="only an alarm is one"):
        rules.check(changed("decision_table", lambda rows: put(rows, cell, outcome="alarm")))


@pytest.mark.parametrize(
    ("table", "column"),
    [("decision_table", "guidance_zh"), ("credential_findings", "line_zh"), ("outcomes", "title_zh")],
)
def test_the_word_forged_is_refused_wherever_an_officer_sees_it(table: str, column: str):
    with pytest.raises(rules.RulesError, match="伪造"):
        rules.check(changed(table, lambda rows: rows[0].update({column: "疑似伪造"})))


def test_a_colour_or_a_sound_of_another_outcome_is_refused():
    with pytest.raises(rules.RulesError, match="looks or sounds"):
        rules.check(changed("outcomes", lambda rows: put(rows, {"key": "overdue"}, colour="green")))


def test_an_outcome_that_nobody_knows_is_refused():
    cell = {"credential": "current", "vehicle": "valid"}
    with pytest.raises(rules.RulesError, match="does not know"):
        rules.check(changed("decision_table", lambda rows: put(rows, cell, outcome="arrest")))


def test_a_pattern_that_is_none_is_refused():
    with pytest.raises(rules.RulesError, match="plate_types: 02"):
        rules.check(changed("plate_types", lambda rows: put(rows, {"code": "02"}, pattern="^[")))


@given(
    st.sampled_from(tables.RULES),
    st.integers(0, 200),
    st.integers(0, 20),
    st.text('抓a,"\n|pasl', max_size=8),
)
def test_what_is_accepted_can_be_put_in_force(table: str, row: int, column: int, cell: str):
    def change(rows: list[Row]) -> None:
        chosen = rows[row % len(rows)]
        chosen[list(chosen)[column % len(chosen)]] = cell

    tried = changed(table, change)
    try:
        rules.check(tried)
    except rules.RulesError:
        return
    tables.put_in_force(tried)
    assert tables.OUTCOMES.keys() >= set(Outcome)


def test_rules_in_force_change_verdicts_letters_and_kinds_and_can_be_taken_back():
    wary = changed(
        "decision_table",
        lambda rows: put(
            rows, {"credential": "not_shown", "vehicle": "valid"}, outcome="caution", guidance_zh="出示证件"
        ),
    )
    wary |= {
        "vehicle_status": changed(
            "vehicle_status", lambda r: put(r, {"code": "G"}, verdict_class="off_road")
        )["vehicle_status"]
    }
    wary |= {
        "plate_types": changed("plate_types", lambda r: put(r, {"code": "52"}, pattern="^苏X[0-9]{6}$"))[
            "plate_types"
        ]
    }
    rules.check(wary)
    finding = Finding(CredentialFinding.NOT_SHOWN, Reason.NOT_SHOWN)
    valid = VehicleStatus(VehicleFinding.VALID)

    assert decide(finding, valid, Subject.TYPED).outcome is Outcome.PASS
    tables.put_in_force(wary)
    verdict = decide(finding, valid, Subject.TYPED)
    assert (verdict.outcome, verdict.guidance_zh) == (Outcome.CAUTION, "出示证件")
    assert status.classify("G") is status.StatusClass.OFF_ROAD
    assert plate.fits_a_pattern("苏X123456")
    tables.put_in_force(None)
    assert decide(finding, valid, Subject.TYPED).outcome is Outcome.PASS
    assert status.classify("G") is status.StatusClass.CAUTION
    assert not plate.fits_a_pattern("苏X123456")

"""The decision table is complete, and no cell contains a forbidden outcome."""

from __future__ import annotations

from itertools import product

import pytest

from terminal.model import (
    CredentialFinding,
    Finding,
    Outcome,
    Reason,
    Subject,
    VehicleFinding,
    VehicleStatus,
    Verdict,
)
from terminal.vehicle.tables import rows
from terminal.vehicle.verdict import TABLE, decide

CELLS = list(product(CredentialFinding, VehicleFinding))
LIVE_ALARMS = {VehicleFinding.ALARM, VehicleFinding.CACHED_ALARM}
DOUBTFUL = {
    CredentialFinding.FAILED,
    CredentialFinding.OTHER_VEHICLE,
    CredentialFinding.WITHDRAWN,
    CredentialFinding.NOT_ISSUED,
}
NOTHING_PROVEN = {
    CredentialFinding.UNREADABLE,
    CredentialFinding.UNVERIFIABLE,
    CredentialFinding.NOT_SHOWN,
}
MEASURES = {Outcome.OVERDUE, Outcome.OFF_ROAD, Outcome.ALARM}


def verdict(
    credential: CredentialFinding, vehicle: VehicleFinding, subject: Subject | None = Subject.CONFIRMED
) -> Verdict:
    return decide(Finding(credential, Reason.OK), VehicleStatus(vehicle), subject)


@pytest.mark.parametrize(
    "row", rows("decision_table"), ids=lambda row: f"{row['credential']}-{row['vehicle']}"
)
def test_a_cell_is_decided_as_the_table_says(row: dict[str, str]):
    said = verdict(CredentialFinding(row["credential"]), VehicleFinding(row["vehicle"]))
    assert (said.outcome, said.guidance_zh, said.guidance_en, said.basis) == (
        row["outcome"],
        row["guidance_zh"],
        row["guidance_en"],
        row["basis"],
    )


def test_every_cell_is_there_once_and_says_what_to_do_in_both_languages():
    listed = [(row["credential"], row["vehicle"]) for row in rows("decision_table")]
    assert sorted(listed) == sorted((str(credential), str(vehicle)) for credential, vehicle in CELLS)
    assert all(cell.guidance_zh and cell.guidance_en and cell.basis for cell in TABLE.values())


@pytest.mark.parametrize(("credential", "vehicle"), CELLS)
def test_only_a_live_valid_vehicle_whose_code_is_in_no_doubt_passes(
    credential: CredentialFinding, vehicle: VehicleFinding
):
    passes = verdict(credential, vehicle).outcome is Outcome.PASS
    assert passes is (vehicle is VehicleFinding.VALID and credential not in DOUBTFUL)


@pytest.mark.parametrize(("credential", "vehicle"), CELLS)
@pytest.mark.parametrize("subject", [None, Subject.CODE])
def test_nothing_passes_on_the_code_s_own_word(
    credential: CredentialFinding, vehicle: VehicleFinding, subject: Subject | None
):
    confirmed, said = verdict(credential, vehicle), verdict(credential, vehicle, subject)
    expected = Outcome.PROVISIONAL if confirmed.outcome is Outcome.PASS else confirmed.outcome
    assert said.outcome is expected


@pytest.mark.parametrize(("credential", "vehicle"), CELLS)
def test_an_alarm_is_an_alarm_with_every_code_and_without_one(
    credential: CredentialFinding, vehicle: VehicleFinding
):
    assert (verdict(credential, vehicle).outcome is Outcome.ALARM) is (vehicle in LIVE_ALARMS)


@pytest.mark.parametrize("vehicle", VehicleFinding)
def test_cannot_read_cannot_verify_and_not_shown_are_decided_alike_and_by_the_vehicle_alone(
    vehicle: VehicleFinding,
):
    assert len({verdict(credential, vehicle).outcome for credential in NOTHING_PROVEN}) == 1


@pytest.mark.parametrize(("credential", "vehicle"), CELLS)
def test_no_measure_rests_on_the_code_or_on_a_list_on_the_device(
    credential: CredentialFinding, vehicle: VehicleFinding
):
    if verdict(credential, vehicle).outcome in MEASURES - {Outcome.ALARM}:
        assert vehicle in (VehicleFinding.OVERDUE, VehicleFinding.OFF_ROAD)


@pytest.mark.parametrize("credential", CredentialFinding)
def test_no_answer_is_never_a_pass_and_unknown_is_never_normal(credential: CredentialFinding):
    for vehicle in (VehicleFinding.UNCHECKED, VehicleFinding.UNKNOWN, VehicleFinding.NOT_FOUND):
        assert verdict(credential, vehicle).outcome in (
            Outcome.PROVISIONAL,
            Outcome.CAUTION,
            Outcome.UNDETERMINED,
        )
    assert verdict(credential, VehicleFinding.UNKNOWN).outcome is Outcome.CAUTION


@pytest.mark.parametrize("credential", CredentialFinding)
def test_unchecked_may_release_on_a_current_code_alone(credential: CredentialFinding):
    released = verdict(credential, VehicleFinding.UNCHECKED).outcome is Outcome.PROVISIONAL
    assert released is (credential is CredentialFinding.CURRENT)


@pytest.mark.parametrize(("credential", "vehicle"), CELLS)
@pytest.mark.parametrize("subject", [None, *Subject])
def test_a_verdict_carries_its_ground(
    credential: CredentialFinding, vehicle: VehicleFinding, subject: Subject | None
):
    finding, status = Finding(credential, Reason.OK), VehicleStatus(vehicle, "GE", 20270630, 40)
    said = decide(finding, status, subject)
    assert (said.finding, said.status, said.subject) == (finding, status, subject)


def test_no_guidance_says_forged():
    said = "".join(cell.guidance_zh + cell.guidance_en for cell in TABLE.values())
    lines = "".join(row["line_zh"] + row["line_en"] for row in rows("credential_findings"))
    assert "伪造" not in lines
    assert "forged" not in lines.lower()
    assert said

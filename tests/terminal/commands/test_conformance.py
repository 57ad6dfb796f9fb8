"""`roadside conformance` prints the result of every case, and compares only what the file expects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from terminal import cli
from terminal.commands.conformance import NOTICE
from terminal.wire import cbor
from tests.vectors_on_disk import CREDENTIALS, case, credentials

if TYPE_CHECKING:
    from pathlib import Path


class Conformance(Protocol):
    """The command, run on the content of a file; its exit status, and the lines of both streams."""

    def __call__(self, content: object, *options: str) -> tuple[int, list[str], list[str]]: ...


@pytest.fixture
def conformance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Conformance:
    def run(content: object, *options: str) -> tuple[int, list[str], list[str]]:
        path = tmp_path / "vectors.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        status = cli.main(["conformance", *options, str(path)])
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err.splitlines()

    return run


def file_of(*cases: dict[str, Any], **changed: object) -> dict[str, Any]:
    return {**credentials(), "cases": list(cases), **changed}


def without(of: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name not in names}


GOOD, FULL = case("good 苏A12345 02"), case("good full")


def test_every_case_of_the_vectors_agrees_and_is_printed(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["conformance", "--json", str(CREDENTIALS)]) == 0
    said = capsys.readouterr()
    cases = credentials()["cases"]
    found = [json.loads(line) for line in said.out.splitlines()]
    assert [(one["name"], one["reason"], one["finding"]) for one in found] == [
        (one["name"], one["reason"], one["finding"]) for one in cases
    ]
    assert said.err == f"roadside: {len(cases)} cases, {len(cases)} compared, 0 different; {NOTICE}\n"


def test_the_fields_of_proven_claims_are_printed_and_the_sealed_ones_opened(conformance: Conformance):
    status, [line], _ = conformance(file_of(FULL), "--json")
    assert status == 0
    unlisted = {"vehicle_type": "K33", "use": "A", "valid_through": 202708}
    assert json.loads(line)["fields"] == {**FULL["fields"], **unlisted}
    assert json.loads(line)["fields"]["sealed"]["vin"] == "LSVAB2A16JN0H2345"


def test_no_field_of_an_unproven_claim_is_printed(conformance: Conformance):
    _, [line], _ = conformance(file_of(case("stale trust, good code")), "--json")
    assert json.loads(line)["fields"] is None


def test_what_the_file_does_not_expect_is_not_compared(conformance: Conformance):
    bare = without(GOOD, "reason", "finding", "fields", "trust_age_s", "clock_trusted")
    status, lines, said = conformance(file_of(bare, GOOD))
    assert (status, lines) == (0, ["good 苏A12345 02: ok, current"] * 2)
    assert said == [f"roadside: 2 cases, 1 compared, 0 different; {NOTICE}"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": "expired"}, 'reason is "ok", expected "expired"'),
        ({"finding": "past"}, 'finding is "current", expected "past"'),
        ({"fields": {"kind": "01"}}, 'kind is "02", expected "01"'),
        ({"fields": {"valid_through": "202708"}}, 'valid_through is 202708, expected "202708"'),
        ({"fields": {"colour": "A"}}, 'colour is null, expected "A"'),
        ({"fields": {"nonsense": 1}}, "nonsense is null, expected 1"),
    ],
)
def test_a_difference_is_said_and_exit_1(conformance: Conformance, changed: dict[str, Any], said: str):
    status, lines, errors = conformance(file_of({**without(GOOD, "fields"), **changed}, GOOD))
    assert (status, len(lines)) == (1, 2)
    assert errors == [
        f"roadside: good 苏A12345 02: {said}",
        f"roadside: 2 cases, 2 compared, 1 different; {NOTICE}",
    ]


def test_fields_that_are_expected_of_an_unproven_code_differ(conformance: Conformance):
    status, _, _ = conformance(file_of({**case("stale trust, good code"), "fields": {"kind": "02"}}))
    assert status == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Expecting value"),
        (b'{"\xff"}', "codec can't decode"),
        (b"[" * 100_000, "nested too deep"),
        ([], "not a JSON object"),
        ({}, "trust is not an object"),
        ({"trust": {}, "cases": [GOOD]}, "issuers_cbor is not in hex"),
        (file_of(), "no cases"),
        (file_of(cases={}), "no cases"),
        (file_of(cases=[GOOD, 1]), "case 2: not an object"),
        (file_of(without(GOOD, "name")), "case 1: name is not a text"),
        (file_of(without(GOOD, "text")), "case 1: text is not a text"),
        (file_of(without(GOOD, "now")), "case 1: now is not a whole number of seconds"),
        (file_of({**GOOD, "now": True}), "case 1: now is not a whole number of seconds"),
        (file_of({**GOOD, "now": 1.5}), "case 1: now is not a whole number of seconds"),
        (file_of({**GOOD, "clock_trusted": 1}), "case 1: clock_trusted is neither true nor false"),
        (file_of({**GOOD, "entered": "苏A12345"}), "case 1: entered is not an object"),
        (file_of({**GOOD, "entered": {"number": "苏A12345"}}), "case 1: kind is not a text"),
        (file_of({**GOOD, "fields": []}), "case 1: fields is not an object"),
        (file_of(GOOD, trust={**credentials()["trust"], "enforcement": {"x": "00"}}), "invalid literal"),
        (file_of(GOOD, trust={**credentials()["trust"], "enforcement": {"1": "00"}}), "not 32 bytes"),
    ],
)
def test_a_file_that_is_no_vector_file_is_said_and_exit_2(
    conformance: Conformance, content: object, said: str
):
    status, lines, [error] = conformance(content)
    assert (status, lines) == (2, [])
    assert error.startswith("roadside: F01 The file cannot be used: ")
    assert said in error


def test_a_trust_set_that_is_unsound_is_said_and_exit_2(conformance: Conformance):
    bad = cbor.write([{1: bytes(32), 2: ["苏"], 3: 0, 4: 1}]).hex()
    status, _, [error] = conformance(file_of(GOOD, trust={"issuers_cbor": bad}))
    assert status == 2
    assert error.startswith("roadside: T01 ")


def test_a_file_that_cannot_be_read_is_said_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for path in (tmp_path, tmp_path / "missing"):
        assert cli.main(["conformance", str(path)]) == 2
        assert capsys.readouterr().err.startswith("roadside: F01 The file cannot be used: ")

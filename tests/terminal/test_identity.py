"""An identity's description is read whole, or refused with what is wrong in it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal import identity
from terminal.errors import IdentityFault

FOLDER = Path("/etc/roadside/identity")
T0001 = identity.Identity(
    number="T0001", running_number=1, province="苏", unit="苏A01", fleet="lab", folder=FOLDER
)


def document(**other: object) -> bytes:
    said: dict[str, Any] = {
        "terminal": "T0001",
        "number": 1,
        "province": "苏",
        "unit": "苏A01",
        "fleet": "lab",
    }
    return json.dumps(said | other).encode()


def test_what_is_written_is_read() -> None:
    assert identity.parse(identity.write(T0001), FOLDER) == T0001
    assert identity.parse(document(), FOLDER) == T0001


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "an object of fleet, number, province, terminal, unit is expected"),
        (document(key="0"), "an object of"),
        (document(terminal="T/1"), "terminal: 1 to 32 letters, digits, underscores and hyphens"),
        (document(unit=""), "unit: 1 to 32"),
        (document(unit="../a"), "unit: 1 to 32"),
        (document(fleet="a" * 33), "fleet: 1 to 32"),
        (document(unit="e\N{COMBINING ACUTE ACCENT}"), "unit: 1 to 32"),
        (document(number=True), "number: a whole number"),
        (document(number=-1), "number: a whole number"),
        (document(province="A"), "province: expected one of"),
        (document(province=None), "province: expected one of"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, said: str) -> None:
    with pytest.raises(IdentityFault) as caught:
        identity.parse(content, FOLDER)
    assert said in caught.value.detail


def test_an_identity_that_could_not_be_read_again_is_not_written() -> None:
    with pytest.raises(IdentityFault, match="unit"):
        identity.write(replace(T0001, unit="a b"))


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IdentityFault, match=r"identity\.json: No such file"):
        identity.load(tmp_path)
    (tmp_path / identity.DESCRIPTION).write_bytes(b"{")
    with pytest.raises(IdentityFault, match=r"identity\.json: not JSON"):
        identity.load(tmp_path)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
FIELDS = st.sampled_from(["terminal", "number", "province", "unit", "fleet", "other"])


@given(st.binary(max_size=200) | st.dictionaries(FIELDS, SCALARS).map(lambda said: document(**said)))
def test_any_content_is_an_identity_or_a_fault(content: bytes) -> None:
    with suppress(IdentityFault):
        read = identity.parse(content, FOLDER)
        assert identity.parse(identity.write(read), FOLDER) == read

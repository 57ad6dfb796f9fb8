"""Another issuer's code is proven or names no vehicle, and no text makes its adapter fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.registry.other_issuers import CodeRead, OtherIssuers, js1_code
from terminal.model import CredentialFinding, Plate
from terminal.vehicle.inspection import end_of_month_s
from tests.scripts.registry.request_fixtures import NOW_MS, OTHER_SEED, OTHERS, key_of

NOW_S = NOW_MS // 1000
PLATE = Plate("苏A12345", "02")
CODE = js1_code(PLATE, 202708, NOW_S, OTHER_SEED)
PROVEN = CodeRead(CredentialFinding.CURRENT, PLATE)


def test_a_code_is_current_to_the_last_second_of_its_month():
    end = end_of_month_s(202708)
    assert OTHERS.verify(CODE, end - 1) == PROVEN
    assert OTHERS.verify(CODE, end) == CodeRead(CredentialFinding.PAST, PLATE)


@pytest.mark.parametrize(
    "code",
    [
        js1_code(Plate("苏A12345", "31"), 202708, NOW_S, OTHER_SEED),
        js1_code(PLATE, 202713, NOW_S, OTHER_SEED),
        js1_code(PLATE, 202708, NOW_S + 301, OTHER_SEED),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_unverifiable_and_names_nobody(code: str):
    assert OTHERS.verify(code, NOW_S) == CodeRead(CredentialFinding.UNVERIFIABLE)


def test_a_signature_of_another_key_fails():
    code = js1_code(PLATE, 202708, NOW_S, key_of("a forger"))
    assert OTHERS.verify(code, NOW_S) == CodeRead(CredentialFinding.FAILED)


def test_no_changed_character_leaves_a_code_proven():
    for place in range(len(CODE)):
        for character in "0Aa苏;":
            changed = CODE[:place] + character + CODE[place + 1 :]
            assert changed == CODE or OTHERS.verify(changed, NOW_S).plate is None


def test_without_an_adapter_nothing_is_verified():
    assert OtherIssuers({}).verify(CODE, NOW_S) == CodeRead(CredentialFinding.UNVERIFIABLE)


@given(
    st.text() | st.text().map("JS1:".__add__) | st.from_regex(r"\AJS1:苏A12345;02;\d{6};\d{1,12};[\w-]{86}\Z")
)
@settings(deadline=None)
def test_no_text_fails_or_names_a_vehicle(text: str):
    assert OTHERS.verify(text, NOW_S).plate is None

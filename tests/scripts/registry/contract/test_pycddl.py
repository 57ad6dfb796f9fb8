"""Another implementation of CDDL parses the contract and accepts the code's messages, within its limits.

It has no ranges below zero and does not support `.cbor` within an array: ranges are widened for it, and
payloads are checked without their envelope.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from terminal.registry import codec
from terminal.registry.messages import Message
from terminal.wire import cbor
from tests.scripts.registry.contract.test_cddl import CDDL, ONE_EACH, RULES
from tests.terminal.registry.message_strategies import messages

pycddl = pytest.importorskip("pycddl", reason="has no wheel for this machine")
if TYPE_CHECKING:
    from pycddl import Schema


@cache
def schema(rule: str) -> Schema:
    """Return a schema of the contract that starts with one rule."""
    text = CDDL.read_text(encoding="utf-8")
    within_reach = re.sub(r"-\d+\.\.(-?)\d+", lambda found: "nint" if found[1] else "int", text)
    return pycddl.Schema(f"start = {rule}\n{within_reach}")


def test_the_contract_is_cddl():
    pycddl.Schema(CDDL.read_text(encoding="utf-8"))


@given(messages)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_message_s_payload_is_in_the_contract(message: Message):
    schema(RULES[type(message)][0]).validate_cbor(codec.write(message))


@pytest.mark.parametrize("message", ONE_EACH)
def test_a_payload_without_one_of_its_required_keys_is_not(message: Message):
    written = cbor.read(codec.write(message))
    assert isinstance(written, dict)
    for key in (1, 2):
        shorter = {name: value for name, value in written.items() if name != key}
        with pytest.raises(pycddl.ValidationError):
            schema(RULES[type(message)][0]).validate_cbor(cbor.write(shorter))

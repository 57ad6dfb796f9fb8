"""The list of terminals is accepted as a whole or not at all, and each key has one owner."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import trustset
from scripts.registry import terminals
from terminal.errors import TrustFault
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed, Value
from tests.scripts.registry.request_fixtures import T0001, T0002, TERMINALS, listed
from tests.terminal.wire.cbor_values import VALUES, mutated


def test_a_terminal_is_found_by_its_key_id():
    assert TERMINALS[cose.key_id(T0001.public_key)] == T0001


def test_what_the_trust_set_s_maker_writes_is_read():
    made = trustset.ListedTerminal("T0001", T0001.public_key, T0001.sealing_key, "苏")
    content = trustset.TrustContent(issuers=[], terminals={1: made})
    read = terminals.load(trustset.targets(content, made_s=0, serial=1)["terminals.cbor"])
    assert [*read.values()] == [T0001]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        cbor.write([]),
        cbor.write({-1: [T0001.id, T0001.public_key, "苏", "active"]}),
        cbor.write({1: [T0001.id, T0001.public_key, "苏", "active"]}),
        listed(replace(T0001, sealing_key=bytes(32))),
        listed(replace(T0001, sealing_key=T0001.sealing_key[:31])),
        listed(replace(T0001, id="T/1")),
        listed(replace(T0001, id="")),
        listed(replace(T0001, public_key=b"\1" + bytes(31))),
        listed(replace(T0001, public_key=T0001.public_key[:31])),
        listed(T0001, replace(T0002, id="T0001")),
        listed(T0001, replace(T0001, id="T0009")),
    ],
)
def test_a_list_with_anything_wrong_is_refused_whole(content: bytes):
    with pytest.raises(TrustFault):
        terminals.load(content)


@given(st.binary(max_size=100) | mutated(st.just(listed(T0001, T0002))))
@settings(deadline=None)
def test_any_content_is_a_list_or_a_fault(content: bytes):
    with suppress(TrustFault):
        terminals.load(content)


@given(VALUES, st.integers(0, 4))
@settings(deadline=None)
def test_any_value_in_place_of_another_is_a_list_or_a_fault(value: Value, place: int):
    entry: list[Value] = [T0001.id, T0001.public_key, T0001.province, T0001.state, T0001.sealing_key]
    entry[place] = value
    with suppress(TrustFault, Malformed):  # too deeply nested to be encoded
        terminals.load(cbor.write({1: entry}))

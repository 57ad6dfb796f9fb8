"""COSE_Sign1 is accepted in one form and for the context it was signed for only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey

from terminal.wire import cbor, cose
from terminal.wire.fields import array, data
from tests.terminal.credential.issuing import KID, PUBLIC_KEY, SEED
from tests.terminal.wire.cbor_values import mutated

CONTEXTS = st.sampled_from([b"", b"roadside/answer/1", b"roadside/batch/1"])


@settings(deadline=None)
@given(st.binary(max_size=300), CONTEXTS)
def test_signed_messages_round_trip(payload: bytes, context: bytes):
    message = cose.parse(cose.sign(payload, context, SEED))
    assert (message.payload, message.kid) == (payload, KID)
    assert cose.is_signed(message.signature, cose.signed_bytes(message, context), PUBLIC_KEY)


@given(st.binary(max_size=50), CONTEXTS, CONTEXTS)
@settings(deadline=None)
def test_a_message_is_valid_for_its_context_only(payload: bytes, signed: bytes, read: bytes):
    message = cose.parse(cose.sign(payload, signed, SEED))
    checks = cose.is_signed(message.signature, cose.signed_bytes(message, read), PUBLIC_KEY)
    assert checks is (signed == read)


@settings(deadline=None, max_examples=500)
@given(mutated(st.binary(max_size=40).map(lambda payload: cose.sign(payload, b"", SEED))))
def test_no_two_byte_strings_read_to_one_message(encoded: bytes):
    try:
        message = cose.parse(encoded)
    except cbor.Malformed:
        return
    again = cbor.write([message.protected, {}, message.payload, message.signature], tag=cose.TAG)
    assert again == encoded
    assert message.protected == cbor.write({1: cose.ED25519, 4: message.kid})


def parse_in_full(encoded: bytes) -> cose.Sign1:
    """Parse a message by wire format section 2 with the general CBOR decoder. Raises Malformed."""
    found = cbor.read(encoded, tag=cose.TAG)
    protected, unprotected, payload, signature = array(found, 4)
    headers = cbor.read(data(protected))
    if (
        not isinstance(headers, dict)
        or headers.keys() != {1, 4}
        or headers[1] != cose.ED25519
        or unprotected != {}
    ):
        raise cbor.Malformed("other headers")
    return cose.Sign1(data(protected), data(headers[4], 8), data(payload), data(signature, 64))


def parsed(parse: Callable[[bytes], cose.Sign1], encoded: bytes) -> cose.Sign1 | None:
    """Return the result of a parser; None if it refuses the bytes."""
    try:
        return parse(encoded)
    except cbor.Malformed:
        return None


MESSAGES = st.binary(max_size=400).map(lambda payload: cose.sign(payload, b"", SEED))
OTHERS = st.builds(
    lambda protected, unprotected, payload, signature: cbor.write(
        [cbor.write(protected), unprotected, payload, signature], tag=cose.TAG
    ),
    st.fixed_dictionaries(
        {1: st.sampled_from([-19, -8])}, optional={4: st.binary(min_size=7, max_size=9), -70000: st.just(1)}
    ),
    st.sampled_from([{}, {4: KID}, {-70000: 1}]),
    st.binary(max_size=40) | st.just([1]),
    st.binary(min_size=63, max_size=65),
)


@settings(deadline=None, max_examples=500)
@given(MESSAGES | OTHERS | mutated(MESSAGES | OTHERS) | st.binary(max_size=100))
def test_what_is_read_by_its_layout_is_what_a_reader_of_any_cbor_finds(encoded: bytes):
    found = parsed(parse_in_full, encoded)
    assert parsed(cose.parse, encoded) == found
    assert found is None or cose.kid_of(encoded) == found.kid


@settings(deadline=None)
@given(st.lists(MESSAGES, max_size=4))
def test_a_sequence_is_split_into_its_messages(messages: list[bytes]):
    assert list(cose.split(b"".join(messages))) == messages


@pytest.mark.parametrize("tail", [cose.sign(b"payload", b"", SEED)[:-1], cbor.write(7), b"\xff", b"\xd2\x84"])
def test_messages_before_what_is_none_are_yielded(tail: bytes):
    whole = cose.sign(b"payload", b"", SEED)
    messages = cose.split(whole + tail)
    assert next(messages) == whole
    with pytest.raises(cbor.Malformed):
        next(messages)


def test_the_signature_covers_the_structure_of_rfc_9052():
    signed = bytes.fromhex("846a5369676e61747572653141014102" + "4103")
    message = cose.Sign1(b"\1", bytes(8), b"\3", bytes(64))
    assert cose.signed_bytes(message, b"\2") == signed


def test_the_signature_is_plain_ed25519():
    message = cose.parse(cose.sign(b"payload", b"context", SEED))
    signed = cose.signed_bytes(message, b"context")
    assert SigningKey(SEED).sign(signed).signature == message.signature
    VerifyKey(PUBLIC_KEY).verify(signed, message.signature)


def test_the_key_id_is_the_thumbprint_of_rfc_9679_cut_short():
    cose_key = bytes.fromhex("a3010120062158 20".replace(" ", "")) + PUBLIC_KEY
    assert cose.key_id(PUBLIC_KEY) == hashlib.sha256(cose_key).digest()[:8]


@pytest.mark.parametrize("size", [0, 1, 63, 65, 128])
def test_a_signature_of_another_length_is_invalid(size: int):
    assert not cose.is_signed(bytes(size), b"", PUBLIC_KEY)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_no_point(size: int):
    assert not cose.is_full_order_point(bytes(size))


def test_an_honest_key_is_a_full_order_point():
    assert cose.is_full_order_point(PUBLIC_KEY)

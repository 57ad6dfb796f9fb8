"""COSE_Sign1 is accepted in one form and for the context it was signed for only."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey

from terminal.credential import cbor, cose
from tests.terminal.credential.cbor_values import mutated
from tests.terminal.credential.issuing import KID, PUBLIC_KEY, SEED

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

"""Every content of a message is read or refused, whoever made it."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from keys.enrolment import messages
from terminal import identity
from terminal.errors import InputFault
from terminal.wire import cbor, cose, sealed
from terminal.wire.cbor import Malformed
from tests.keys.enrolment.conftest import SERIAL

PAIR = sealed.SealingKeyPair.of(bytes(range(32)))
CODE = messages.EnrolmentCode(bytes(16), bytes(32), SERIAL, 0)
TEXTS = st.text(max_size=9).map(partial(unicodedata.normalize, "NFC"))  # the encoder takes no other
FIELDS = st.dictionaries(st.integers(1, 7), st.binary(max_size=40) | TEXTS | st.integers(0, 9))


def encoded(fields: dict[int, Any]) -> bytes:
    return cbor.write(fields)


@given(FIELDS.map(encoded) | st.binary(max_size=60))
def test_any_content_of_an_answer_by_the_code_s_holder_is_refused_unless_root_and_ca_fit(content: bytes):
    box = sealed.seal(content, PAIR.public)
    answer = cbor.write([box, CODE.authenticate_answer(b"request", box)])
    with pytest.raises(Malformed):
        messages.read_answer(answer, b"request", PAIR, CODE)


@given(FIELDS.map(encoded) | st.binary(max_size=60))
def test_any_signed_request_or_renewal_is_read_or_refused(content: bytes):
    message = cose.sign(content, messages.CONTEXT, bytes(range(32)))
    public = bindings.crypto_sign_seed_keypair(bytes(range(32)))[0]
    with suppress(Malformed):
        messages.read_renewal(message, public)
    with suppress(Malformed):
        messages.read_request(message)
    with pytest.raises(Malformed, match="not signed"):
        messages.read_renewal(cose.sign(content, b"roadside/order/1", bytes(range(32))), public)


@given(content=st.binary(max_size=300))
def test_any_request_is_answered_or_refused(content: bytes):
    for read in (messages.split_request, messages.read_request, messages.read_renewed):
        with suppress(Malformed):
            read(content)


@given(st.text() | st.binary(max_size=200).map(lambda raw: identity.CODE_PREFIX + raw.hex().upper()))
def test_any_text_is_a_code_or_a_fault(text: str):
    with suppress(InputFault):
        assert messages.write_code(messages.read_code(text)) == text

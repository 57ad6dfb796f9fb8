"""A sealed box opens with the recipient's private key only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.wire import sealed
from terminal.wire.sealed import SealingKeyPair

OURS, THEIRS = SealingKeyPair.of(b"o" * 32), SealingKeyPair.of(b"t" * 32)


def test_a_box_opens_with_its_own_pair_alone():
    box = sealed.seal(b"message", OURS.public)
    assert len(box) == len(b"message") + sealed.OVERHEAD
    assert b"message" not in box
    assert OURS.open(box) == b"message"
    assert THEIRS.open(box) is None
    assert sealed.open_with([THEIRS, OURS], box) == b"message"
    assert sealed.open_with([THEIRS], box) is None
    assert sealed.open_with([], box) is None


@given(st.binary(max_size=100))
def test_other_bytes_are_no_box(content: bytes):
    assert OURS.open(content) is None


@given(st.integers(0, 8 * (len(b"message") + sealed.OVERHEAD) - 1))
def test_a_changed_box_does_not_open(bit: int):
    box = bytearray(sealed.seal(b"message", OURS.public))
    box[bit // 8] ^= 1 << bit % 8
    # One bit of an X25519 public key does not count (RFC 7748, section 5), but the nonce is a hash of all.
    assert OURS.open(bytes(box)) is None


def test_a_key_of_low_order_is_none():
    assert sealed.is_sealing_key(OURS.public)
    for other in (bytes(32), b"\1" + bytes(31), OURS.public[:31], b""):
        assert not sealed.is_sealing_key(other)


def test_the_private_key_is_not_shown():
    assert "oooo" not in repr(OURS)

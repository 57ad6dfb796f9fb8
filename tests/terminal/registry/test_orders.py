"""An order counts once, for the identity that it names, while it is fresh; anything else does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from terminal.credential.verify import Moment
from terminal.registry import codec, orders
from terminal.registry.messages import Command, Order
from terminal.registry.orders import AHEAD_MS, FRESH_MS, MOST_KEPT, OrderRefusal, OrderState
from terminal.wire import cose, signed
from tests.terminal.wire.cbor_values import mutated

NOW_MS = 1_795_320_000_000
SEED, OTHER_SEED, OWN_SEED = b"o" * 32, b"x" * 32, b"t" * 32
KEYS = signed.by_kid([bindings.crypto_sign_seed_keypair(SEED)[0]])
KID = cose.key_id(bindings.crypto_sign_seed_keypair(OWN_SEED)[0])
IDENTITY = ("T0001", KID)
ORDER = Order(terminal="T0001", kid=KID, id=b"i" * 16, made_ms=NOW_MS, command=Command.LOCK)
TRUSTED, UNTRUSTED = Moment(NOW_MS / 1e3), Moment(NOW_MS / 1e3, clock_trusted=False)


def sent(order: Order, seed: bytes = SEED, context: bytes | None = None) -> bytes:
    """An order as it was signed."""
    signer = signed.signer(seed)
    return codec.sign(order, signer) if context is None else signer(codec.write(order), context)


NOTHING = OrderState()
DONE = st.lists(st.tuples(st.integers(0, 1 << 48), st.binary(min_size=16, max_size=16)), max_size=5)


def admit(message: bytes, state: OrderState = NOTHING, moment: Moment = TRUSTED) -> Order | OrderRefusal:
    """Return the order, or why it does nothing."""
    return orders.admit(message, KEYS, IDENTITY, state, moment)


@pytest.mark.parametrize("command", Command)
def test_a_fresh_order_for_this_identity_counts(command: Command):
    order = replace(ORDER, command=command)
    assert admit(sent(order)) == order


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        (b"", OrderRefusal.UNSIGNED),
        (codec.write(ORDER), OrderRefusal.UNSIGNED),
        (sent(ORDER, OTHER_SEED), OrderRefusal.UNSIGNED),
        (sent(ORDER, OWN_SEED), OrderRefusal.UNSIGNED),
        (sent(ORDER, context=signed.ANSWER), OrderRefusal.UNSIGNED),
        (signed.signer(SEED)(b"\xa0", signed.ORDER), OrderRefusal.MALFORMED),
        (sent(replace(ORDER, terminal="T0002")), OrderRefusal.OTHER_TERMINAL),
        (sent(replace(ORDER, kid=bytes(8))), OrderRefusal.OTHER_IDENTITY),
        (sent(replace(ORDER, made_ms=NOW_MS - FRESH_MS - 1)), OrderRefusal.STALE),
        (sent(replace(ORDER, made_ms=NOW_MS + AHEAD_MS + 1)), OrderRefusal.STALE),
    ],
)
def test_any_other_order_does_nothing(message: bytes, refusal: OrderRefusal):
    assert admit(message) is refusal


def test_an_order_counts_once():
    state = OrderState().after(ORDER)
    for moment in (TRUSTED, UNTRUSTED):
        assert admit(sent(ORDER), state, moment) is OrderRefusal.REPEATED
        assert admit(sent(replace(ORDER, command=Command.WIPE)), state, moment) is OrderRefusal.REPEATED
    again = replace(ORDER, id=b"j" * 16, made_ms=NOW_MS + 1)
    assert admit(sent(again), state) == again


def test_a_clock_that_is_not_trusted_keeps_no_lost_terminal_open():
    old = replace(ORDER, made_ms=NOW_MS - 10 * FRESH_MS)
    assert admit(sent(old), moment=UNTRUSTED) == old


def test_an_unlock_from_before_the_last_lock_does_nothing():
    state = OrderState().after(ORDER)
    early = replace(ORDER, id=b"e" * 16, made_ms=NOW_MS - 1, command=Command.UNLOCK)
    assert admit(sent(early), state) is OrderRefusal.SUPERSEDED
    late = replace(early, made_ms=NOW_MS + 1)
    assert admit(sent(late), state) == late
    unlocked = state.after(late)
    assert (state.locked, unlocked.locked) == (True, False)
    assert admit(sent(replace(ORDER, id=b"f" * 16)), unlocked) is OrderRefusal.SUPERSEDED
    for command in (Command.WIPE, Command.REFRESH):
        other = replace(early, command=command)
        assert admit(sent(other), state) == other


def test_a_wipe_is_kept_until_it_is_done_and_a_refresh_changes_nothing_else():
    assert OrderState().after(replace(ORDER, command=Command.WIPE)).wiping == ORDER.id.hex()
    refreshed = OrderState().after(replace(ORDER, command=Command.REFRESH))
    assert refreshed == OrderState(done=((NOW_MS, ORDER.id),))


def test_what_is_forgotten_does_nothing_any_more():
    state = OrderState()
    made = [replace(ORDER, id=n.to_bytes(16, "big"), made_ms=NOW_MS + n) for n in range(MOST_KEPT + 3)]
    for order in made:
        state = state.after(replace(order, command=Command.REFRESH))
    assert len(state.done) == MOST_KEPT
    moment = Moment(NOW_MS / 1e3 + 10)
    for order in made:
        assert admit(sent(replace(order, command=Command.REFRESH)), state, moment) is OrderRefusal.REPEATED


@given(
    st.builds(
        OrderState,
        done=st.lists(
            st.tuples(st.integers(0, 1 << 48), st.binary(min_size=16, max_size=16)), max_size=5
        ).map(tuple),
        forgotten_ms=st.integers(0, 1 << 48),
        locked=st.booleans(),
        lock_ms=st.integers(0, 1 << 48),
        wiping=st.sampled_from(["", "ab" * 16]),
        wiped=st.booleans(),
    )
)
def test_a_state_is_read_as_it_was_written(state: OrderState):
    assert OrderState.read(state.write()) == state


@given(st.binary(max_size=80) | mutated(st.just(OrderState().after(ORDER).write())))
def test_any_other_content_is_refused(content: bytes):
    try:
        state = OrderState.read(content)
    except ValueError:
        return
    assert OrderState.read(state.write()) == state


@given(st.binary(max_size=200) | mutated(st.just(sent(ORDER))))
def test_any_bytes_are_an_order_or_a_refusal(message: bytes):
    found = admit(message)
    assert found == ORDER or isinstance(found, OrderRefusal)

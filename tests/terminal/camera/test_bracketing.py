"""Other exposures are tried under glare and shadow, for a limited number of trials."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.camera import Statistics, Tones
from terminal.camera.bracketing import (
    GLARE,
    MOVED_PX_S,
    REST,
    SHADOW,
    TRIALS,
    TURNS,
    UNREAD,
    Bracketing,
    bracket,
)

PLAIN = Tones(20, 90, 170, 0.0, 0.0)
GLARING = Tones(20, 90, 170, 0.05, 0.0)
SHADED = Tones(0, 10, 170, 0.0, 0.6)


def seen(tones: Tones, speed: float | None = 0.0) -> Statistics:
    return Statistics(tones, 0.25, speed, None)


def course(frame: Statistics, frames: int, state: Bracketing | None = None) -> tuple[list[float], Bracketing]:
    """Return the factors over a number of equal frames, all settled and none read."""
    state, factors = state or Bracketing(), []
    for _ in range(frames):
        state = bracket(state, frame, found=False, settled=True)
        factors.append(state.factor)
    return factors, state


@pytest.mark.parametrize(("tones", "turns"), [(GLARING, GLARE), (SHADED, SHADOW)])
def test_glare_and_shadow_are_bracketed_then_rested(tones: Tones, turns: tuple[float, ...]):
    factors, _ = course(seen(tones), UNREAD - 1 + TURNS * len(turns) + REST)

    assert factors[: UNREAD - 1] == [1.0] * (UNREAD - 1)
    assert factors[UNREAD - 1 : -REST] == list(turns) * TURNS
    assert factors[-REST:] == [1.0] * REST


def test_a_plain_scene_is_left_alone():
    assert set(course(seen(PLAIN), 500)[0]) == {1.0}


def test_a_static_scene_is_given_up_until_it_moves():
    factors, state = course(seen(GLARING), 1_000)

    assert sum(before == 1.0 != after for before, after in pairwise(factors)) == TRIALS * TURNS
    assert set(factors[-500:]) == {1.0}
    assert min(course(seen(GLARING, MOVED_PX_S + 1), UNREAD, state)[0]) < 1


def test_a_reading_ends_the_trial_and_resets_the_count():
    _, state = course(seen(GLARING), UNREAD)
    assert state.factor < 1

    assert bracket(state, seen(GLARING), found=True, settled=True) == Bracketing()


def test_no_trial_starts_before_the_light_settles():
    state = Bracketing()
    for _ in range(100):
        state = bracket(state, seen(GLARING), found=False, settled=False)
        assert state.factor == 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([PLAIN, GLARING, SHADED]),
            st.none() | st.floats(0, 500),
            st.booleans(),
            st.booleans(),
        ),
        max_size=300,
    )
)
def test_the_length_of_a_trial_is_bounded(
    frames: list[tuple[Tones, float | None, bool, bool]],
):
    state, lasted = Bracketing(), 0
    for tones, speed, found, settled in frames:
        state = bracket(state, seen(tones, speed), found=found, settled=settled)
        lasted = lasted + 1 if state.factors else 0
        assert lasted <= TURNS * max(len(GLARE), len(SHADOW))
        assert state.factor in (*GLARE, *SHADOW)

"""The order of steps depends on the recent frames only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.scan.steps import (
    BASE,
    EVERY,
    EXTRAS,
    FORGOTTEN,
    PHOTO_STEPS,
    SHARE,
    SHARE_WHERE_SEEN,
    START,
    Area,
    Box,
    FrameSummary,
    Preprocessing,
    ReadStep,
    SeriesState,
    Threshold,
    after,
    plan,
    share,
)

PLACE = Box(100, 200, 300, 400)
NOTHING = FrameSummary(None, ours=False, located=None, last=None, pace=1.0)

sides = st.integers(0, 2000)
boxes = st.builds(
    lambda left, top, across, down: Box(left, top, left + across, top + down), sides, sides, sides, sides
)
places = st.none() | boxes
memories = st.builds(
    SeriesState,
    places,
    st.integers(0, FORGOTTEN),
    st.integers(0, len(EXTRAS) - 1),
    st.floats(0.1, 50),
    st.booleans(),
)
sights = st.builds(
    FrameSummary, places, st.booleans(), places, st.none() | st.sampled_from(EVERY), st.floats(0.1, 50)
)


def test_every_step_is_in_the_table_once():
    assert len(set(PHOTO_STEPS)) == len(PHOTO_STEPS)
    assert len({step.name for step in PHOTO_STEPS}) == len(PHOTO_STEPS)


@settings(deadline=None)
@given(memories)
def test_frames_take_base_steps_then_continue_the_extras(memory: SeriesState):
    steps = plan(memory)
    assert steps[: len(BASE)] == BASE
    assert steps[len(BASE)] == EXTRAS[memory.turn]
    assert set(steps) == set(EVERY)
    assert 0 < share(memory) <= len(EXTRAS)


@settings(deadline=None)
@given(memories, sights)
def test_the_state_is_valid_and_deterministic(memory: SeriesState, seen: FrameSummary):
    next_memory = after(memory, seen)
    assert next_memory == after(memory, seen)
    assert plan(next_memory)[: len(BASE)] == BASE


def test_frames_without_a_code_take_the_extras_in_turn():
    memory, taken = START, set()
    for _ in range(-(-len(EXTRAS) // SHARE)):
        extras = plan(memory)[len(BASE) :][: share(memory)]
        assert len(extras) == SHARE
        taken |= set(extras)
        memory = after(memory, replace(NOTHING, last=extras[-1]))
    assert taken == set(EXTRAS)


def test_a_frame_without_extras_keeps_the_turn():
    memory = replace(START, turn=5)
    assert after(memory, replace(NOTHING, last=BASE[-1])).turn == 5
    assert after(memory, NOTHING).turn == 5


def test_more_extras_follow_a_located_symbol():
    memory = after(START, replace(NOTHING, located=PLACE))
    assert memory.seen == PLACE
    assert share(memory) == SHARE_WHERE_SEEN > share(START)


def test_foreign_codes_cause_a_full_search_for_marks():
    memory = after(START, replace(NOTHING, read=PLACE))
    assert memory.foreign
    assert share(memory) == len(EXTRAS)
    assert not after(START, replace(NOTHING, read=PLACE, ours=True)).foreign


def test_a_place_is_forgotten_after_frames_without_a_symbol():
    memory = after(START, replace(NOTHING, located=PLACE))
    for _ in range(FORGOTTEN - 1):
        memory = after(memory, NOTHING)
        assert memory.seen == PLACE
    assert after(memory, NOTHING).seen is None


@pytest.mark.parametrize("step", PHOTO_STEPS, ids=[step.name for step in PHOTO_STEPS])
def test_a_step_costs_more_on_more_pixels_and_no_less_on_noise(step: ReadStep):
    assert 0 < step.cost_s(10_000, 1.0) < step.cost_s(900_000, 1.0)
    assert step.cost_s(900_000, 1.0) <= step.cost_s(900_000, 10.0)


def test_a_step_is_told_by_its_name():
    step = ReadStep(Area.FIRST, Threshold.LOCAL, (0.67, 1.0), Preprocessing.INVERTED)
    assert step.name == "first region: local x0.67,1 inverted"


@settings(deadline=None)
@given(boxes, boxes)
def test_boxes_join_overlap_and_grow_within_their_frame(one: Box, other: Box):
    joined = one.joined(other)
    assert joined == other.joined(one)
    assert (joined.left, joined.top) <= (one.left, one.top)
    assert one.overlaps(other) == other.overlaps(one)
    grown = one.grown(7, 5000, 5000)
    assert (grown.width, grown.height) >= (one.width, one.height)
    assert grown.left >= 0
    assert grown.bottom <= 5000

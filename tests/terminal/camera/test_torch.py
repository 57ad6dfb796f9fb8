"""The torch comes on in the dark, goes off where it does harm, and rarely changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.camera import Statistics, Tones
from terminal.camera.torch import (
    BLIND_FRAMES,
    DARK,
    DARK_FRAMES,
    LONGEST_REST,
    NEEDLESS_FRAMES,
    REST,
    SURE_FRAMES,
    USELESS_FRAMES,
    Torch,
    request,
    should_be_lit,
)
from terminal.ports import ExposureInfo
from tests.terminal.camera.sensor import MOST, NIGHT, STREET, Sensor, metered, paper


def seen(bright: int = 160, *, clipped: float = 0.0, light: float | None = None) -> Statistics:
    tones = Tones(0, bright // 2, bright, clipped, 0.0)
    return Statistics(tones, 0.25, None, None if light is None else ExposureInfo(light, 1.0))


def wished(
    torch: Torch, frame: Statistics, frames: int, *, found: bool = False, lit: bool | None = None
) -> Torch:
    """Return the state after a number of equal frames; requests are granted at once unless `lit` is given."""
    for _ in range(frames):
        torch = request(torch, frame, found=found, lit=torch.wish if lit is None else lit, most=MOST)
    return torch


ON = Torch(wish=True)


@pytest.mark.parametrize(
    ("light", "frames"), [(None, DARK_FRAMES), (MOST / 2, DARK_FRAMES), (MOST, SURE_FRAMES)]
)
def test_lasting_darkness_requests_the_torch(light: float | None, frames: int):
    before = wished(Torch(light=light or 0.0), seen(DARK - 1, light=light), frames - 1)

    assert not before.wish
    assert wished(before, seen(DARK - 1, light=light), 1).wish


def test_a_torch_lit_by_the_officer_is_not_requested():
    assert not wished(Torch(), seen(10, light=MOST), 200, lit=True).wish


def test_darkness_in_which_the_exposure_still_rises_is_not_yet_dark():
    torch = Torch()
    for doubled in range(3 * DARK_FRAMES):
        torch = request(torch, seen(10, light=1.1**doubled), found=False, lit=False, most=MOST)

    assert not torch.wish


def test_a_night_is_lit_within_a_second_and_a_lamp_lit_street_is_not():
    night = [controls.torch for _, controls in metered(Sensor(paper(), NIGHT), 60)]
    street = [controls.torch for _, controls in metered(Sensor(paper(), STREET), 60)]

    assert night.index(True) <= 20
    assert all(night[20:])
    assert not any(street)


def test_what_is_lit_well_stays_lit():
    assert wished(ON, seen(light=MOST / 50), 3_000).wish


def test_a_torch_by_daylight_goes_off():
    by_day = wished(ON, seen(light=MOST / 2_000), NEEDLESS_FRAMES - 1)

    assert by_day.wish
    assert not wished(by_day, seen(light=MOST / 2_000), 1).wish


def test_a_torch_that_blinds_goes_off_unless_the_code_is_read():
    glare = seen(200, clipped=0.05)

    assert wished(ON, glare, 10 * BLIND_FRAMES, found=True).wish
    assert not wished(ON, glare, BLIND_FRAMES).wish


def test_a_torch_that_shows_nothing_goes_off_for_a_long_time():
    useless = wished(ON, seen(10), USELESS_FRAMES)

    assert not useless.wish
    assert not wished(useless, seen(10), LONGEST_REST - 1).wish
    assert wished(useless, seen(10), LONGEST_REST + DARK_FRAMES).wish


def test_after_each_failure_the_torch_rests_twice_as_long():
    torch, rests = ON, []
    for _ in range(8):
        torch = wished(torch, seen(200, clipped=0.05), BLIND_FRAMES)
        rests.append(torch.rest)
        while not torch.wish:
            torch = wished(torch, seen(10), 1)

    assert rests == [min(REST * 2**turn, LONGEST_REST) for turn in range(8)]


def test_a_reading_resets_the_rest():
    torch = wished(ON, seen(200, clipped=0.05), BLIND_FRAMES)

    assert wished(torch, seen(), 1, found=True).next_rest == REST


def test_an_ungranted_request_ends_with_the_darkness():
    assert wished(ON, seen(10), 500, lit=False).wish
    assert not wished(ON, seen(160), DARK_FRAMES, lit=False).wish


frames = st.tuples(
    st.builds(
        seen,
        st.integers(0, 255),
        clipped=st.sampled_from([0.0, 0.01, 0.1, 1.0]),
        light=st.none() | st.floats(1, MOST),
    ),
    st.integers(1, 400),
    st.booleans(),
)


@settings(deadline=None, max_examples=60)
@given(course=st.lists(frames, max_size=20), granted=st.booleans())
def test_the_torch_never_blinks(*, course: list[tuple[Statistics, int, bool]], granted: bool):
    torch, wishes = Torch(), [False]
    for frame, count, found in course:
        for _ in range(count):
            torch = request(torch, frame, found=found, lit=torch.wish and granted, most=MOST)
            wishes.append(torch.wish)

    changes = [number for number, (before, after) in enumerate(pairwise(wishes)) if before != after]
    assert all(later - earlier >= SURE_FRAMES for earlier, later in pairwise(changes))


@pytest.mark.parametrize("wishes", [False, True])
@pytest.mark.parametrize("looking", [False, True])
def test_the_officer_s_choice_takes_precedence(*, wishes: bool, looking: bool):
    assert should_be_lit(hand=True, wished=wishes, looking=looking)
    assert not should_be_lit(hand=False, wished=wishes, looking=looking)
    assert should_be_lit(hand=None, wished=wishes, looking=looking) is (wishes and looking)

"""A lens that stays blurred on a steady scene is moved, kept where it is sharp, and otherwise left alone."""

from __future__ import annotations

import pytest

from terminal.camera import Statistics, Tones
from terminal.camera.focus import DISTANCES, DWELL, REST, SHARP, SOFT, SOFT_FRAMES, FocusState, focus

NEAREST = 12.0
CODE = Tones(20, 90, 170, 0.0, 0.0)


def seen(sharpness: float, *, tones: Tones = CODE, speed: float | None = 0.0) -> Statistics:
    return Statistics(tones, sharpness, speed, None)


SOFTLY, SHARPLY = seen(SOFT / 2), seen(2 * SHARP)


def course(
    frame: Statistics, frames: int, state: FocusState | None = None
) -> tuple[list[float | None], FocusState]:
    """Return the lens positions requested over a number of equal frames without a reading."""
    state, places = state or FocusState(), list[float | None]()
    for _ in range(frames):
        state = focus(state, frame, found=False)
        places.append(state.dioptres(NEAREST))
    return places, state


def test_a_blurred_picture_tries_each_distance_then_autofocus():
    trial = [distance for distance in DISTANCES for _ in range(DWELL)]
    before, rest = [None] * (SOFT_FRAMES - 1), [None] * (REST + SOFT_FRAMES)

    places, _ = course(SOFTLY, len(before) + len(trial) + len(rest))

    assert places == [*before, *trial, *rest]


def test_a_distance_that_is_sharp_is_kept_and_left_once_it_is_not():
    _, trying = course(SOFTLY, SOFT_FRAMES + DWELL)
    kept, state = course(SHARPLY, 500, trying)
    left, _ = course(SOFTLY, DWELL, state)

    assert set(kept) == {DISTANCES[1]}
    assert left[-1] == DISTANCES[2]


def test_a_distance_with_a_reading_is_kept():
    _, state = course(SOFTLY, SOFT_FRAMES)
    for _ in range(100):
        state = focus(state, SOFTLY, found=True)

    assert state.dioptres(NEAREST) == DISTANCES[0]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(SHARPLY, id="sharp"),
        pytest.param(seen(SOFT / 2, speed=900.0), id="moving"),
        pytest.param(seen(SOFT / 2, speed=None), id="perhaps moving"),
        pytest.param(seen(SOFT / 2, tones=Tones(90, 100, 110, 0.0, 0.0)), id="a wall"),
    ],
)
def test_autofocus_is_kept_otherwise(frame: Statistics):
    assert set(course(frame, 500)[0]) == {None}


def test_the_lens_position_is_limited_to_the_nearest():
    state = FocusState(DISTANCES.index(max(DISTANCES)))

    assert state.dioptres(5.0) == 5.0

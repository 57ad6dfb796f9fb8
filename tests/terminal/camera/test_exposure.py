"""The exposure settles where a code can be read, for any scene, and then stays."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal import camera
from terminal.camera import Statistics, Tones
from terminal.camera.bracketing import Bracketing
from terminal.camera.exposure import (
    AIM,
    CALM,
    EASY_US,
    STEP,
    TORCH,
    UNDER,
    ExposureState,
    to_exposure_and_gain,
    update,
)
from terminal.ports import CameraLimits, ExposureInfo
from tests.terminal.camera.sensor import (
    MOST,
    NIGHT,
    OVERCAST,
    REACH,
    ROOM,
    STREET,
    SUN,
    Sensor,
    metered,
    paper,
    spot,
)

SCENE = paper()
reaches = st.builds(
    lambda shortest, longest, least, most: CameraLimits(
        (shortest, shortest * longest), (least, least * most)
    ),
    st.integers(1, 500),
    st.integers(1, 1000),
    st.floats(1, 4),
    st.floats(1, 32),
)


@settings(deadline=None, max_examples=25)
@given(
    stops=st.floats(math.log2(2 * STREET), math.log2(SUN / 2)),
    gamma=st.sampled_from([1.0, 1.8, 2.2]),
    mains=st.sampled_from([0.0, 0.2]),
    delay=st.sampled_from([1, 3, 8]),
)
def test_a_steady_scene_settles_and_stays(stops: float, gamma: float, mains: float, delay: int):
    course = list(metered(Sensor(SCENE, 2**stops, gamma=gamma, mains=mains, delay=delay), 80))

    assert len({controls for _, controls in course[60:]}) == 1
    seen, _ = course[-1]
    assert AIM / 2 < seen.box.bright < 250
    assert seen.box.clipped < 0.02


@settings(deadline=None, max_examples=10)
@given(
    first=st.sampled_from([SUN, OVERCAST, ROOM, STREET]),
    second=st.sampled_from([SUN, OVERCAST, ROOM, STREET]),
)
def test_a_sudden_change_is_followed_without_oscillation(first: float, second: float):
    sensor = Sensor(SCENE, first)
    list(metered(sensor, 40))
    sensor.ambient = second
    lights = [_light(controls.exposure_us, controls.gain) for _, controls in metered(sensor, 40)]

    turns = [(b > a) for a, b in pairwise(lights) if abs(math.log2(b / a)) > 0.1]
    # After full clipping the light is halved repeatedly and may undershoot once.
    assert sum(a != b for a, b in pairwise(turns)) <= 1
    assert all(abs(math.log2(b / a)) < math.log2(STEP) + 0.1 for a, b in pairwise(lights))
    assert len(set(lights[25:])) == 1


@settings(deadline=None, max_examples=8)
@given(strength=st.floats(0.1, 5), radius=st.integers(5, 150), beside=st.integers(-60, 60))
def test_a_scene_with_glare_settles(strength: float, radius: int, beside: int):
    glaring = Sensor(SCENE, ROOM, shine=spot(strength, radius=radius, beside=beside))

    asked = [(one.exposure_us, one.gain, one.torch) for _, one in metered(glaring, 260)]

    assert len(set(asked[-60:])) == 1


def _light(exposure_us: int | None, gain: float | None) -> float:
    assert exposure_us is not None
    assert gain is not None
    return exposure_us * gain


def test_a_flickering_lamp_changes_nothing():
    sensor = Sensor(SCENE, ROOM, mains=0.3)
    list(metered(sensor, 30))

    levels, asked = zip(*((seen.box.bright, controls) for seen, controls in metered(sensor, 60)), strict=True)

    assert max(levels) - min(levels) > 30  # it does flicker
    assert len(set(asked[10:])) == 1


def test_motion_shortens_the_exposure_and_raises_the_gain():
    sensor = Sensor(SCENE, ROOM)
    resting = list(metered(sensor, 40))[-1][1]
    sensor.speed_px_s = 600
    moving = list(metered(sensor, 60))[-1][1]

    assert resting.exposure_us is not None
    assert moving.exposure_us is not None
    assert resting.exposure_us > 4_000
    assert moving.exposure_us * 600 / 1e6 <= 1.5
    assert _light(moving.exposure_us, moving.gain) == pytest.approx(
        _light(resting.exposure_us, resting.gain), rel=0.3
    )


def test_exposure_grows_stepwise_after_motion():
    state = ExposureState(light=64_000.0, cap_us=1_024.0)
    caps = []
    for _ in range(100):
        state = update(state, _said(level=AIM, light=64_000, speed=1.0), REACH, lit=False)
        caps.append(state.cap_us)
    assert caps[: CALM - 1] == [1_024.0] * (CALM - 1)
    assert all(after in (before, 2 * before) for before, after in pairwise(caps))
    assert caps[-1] >= 16 * 1_024


def _said(*, level: int, light: float, speed: float | None = None) -> Statistics:
    tones = Tones(0, level // 2, level, 0.0, 0.0)
    return Statistics(tones, 0.25, speed, ExposureInfo(light, 1.0))


@settings(deadline=None)
@given(speed=st.floats(0, 5000), jitter=st.lists(st.floats(0.85, 1.15), min_size=120, max_size=120))
def test_constant_speed_gives_a_stable_exposure(speed: float, jitter: list[float]):
    state, caps = ExposureState(), []
    for factor in jitter:
        state = update(state, _said(level=AIM, light=8_000, speed=speed * factor), REACH, lit=False)
        caps.append(state.cap_us)

    assert len(set(caps[-40:])) <= 2  # the last step may still be a lengthening, never an oscillation
    assert caps[-1] * speed / 1e6 <= 2


def test_light_that_is_nearly_right_stays():
    for level in (round(AIM / 1.25), round(AIM * 1.25)):
        state = ExposureState(light=8_000.0)
        for _ in range(10):
            state = update(state, _said(level=level, light=8_000), REACH, lit=False)
        assert state.light == 8_000


@pytest.mark.parametrize(
    ("tones", "asked", "then"),
    [
        pytest.param(Tones(0, 255, 255, 0.9, 0.0), 500.0, 500.0, id="full, and less is asked already"),
        pytest.param(Tones(0, 255, 255, 0.9, 0.0), 8_000.0, 2_000.0, id="full"),
        pytest.param(Tones(0, 200, 255, 0.4, 0.0), 8_000.0, 4_000.0, id="half full"),
        pytest.param(Tones(0, 1, 2, 0.0, 1.0), 90_000.0, 90_000.0, id="empty, and more is asked already"),
        pytest.param(Tones(0, 1, 2, 0.0, 1.0), 8_000.0, 32_000.0, id="empty"),
    ],
)
def test_a_clipped_or_black_frame_gives_a_direction_only(tones: Tones, asked: float, then: float):
    seen = Statistics(tones, 0.25, None, ExposureInfo(8_000, 1.0))

    assert update(ExposureState(light=asked), seen, REACH, lit=False).light == then


def test_the_light_is_remembered_per_torch_state():
    unlit = ExposureState(light=MOST)
    lit = update(unlit, _said(level=AIM, light=MOST / TORCH), REACH, lit=True)
    assert lit.light == MOST / TORCH

    settled = replace(lit, light=20_000.0)
    dark_again = update(settled, _said(level=AIM, light=MOST), REACH, lit=False)
    assert dark_again.light == MOST
    assert update(dark_again, _said(level=AIM, light=20_000), REACH, lit=True).light == 20_000


def test_bracketing_frames_do_not_change_the_light():
    state = replace(
        camera.start(REACH),
        exposure=ExposureState(light=8_000.0),
        bracketing=Bracketing((1 / 3, 1.0), done=0),
    )
    state, controls = camera.adjust(state, _said(level=AIM // 2, light=8_000 / 9), found=False, lit=False)

    assert state.exposure.light == 8_000
    assert controls.exposure_us == 8_000


def test_a_single_jump_changes_nothing():
    state = ExposureState(light=8_000.0)
    for speed in (0.0, 3_000.0, 0.0, None, 3_000.0, 0.0):
        state = update(state, _said(level=AIM, light=8_000, speed=speed), REACH, lit=False)

    assert REACH.exposure_us is not None
    assert state.cap_us > REACH.exposure_us[1]


@settings(deadline=None)
@given(light=st.floats(1, 1e9), cap=st.floats(1, 1e6) | st.just(math.inf), reach=reaches)
def test_exposure_and_gain_stay_within_limits(light: float, cap: float, reach: CameraLimits):
    exposure_us, gain = to_exposure_and_gain(light, cap, reach)

    assert reach.exposure_us is not None
    assert reach.gain is not None
    (shortest, longest), (least, most) = reach.exposure_us, reach.gain
    assert shortest <= exposure_us <= longest
    assert least - 0.01 <= gain <= most + 0.01
    possible = min(max(light, shortest * least), longest * most)
    floor = possible if cap >= longest else possible / UNDER
    assert exposure_us * gain >= floor * 0.6 - most
    assert exposure_us * gain <= max(light, shortest * least) * 1.4 + most


@settings(deadline=None)
@given(light=st.floats(100, MOST), more=st.floats(1, 100))
def test_more_light_never_asks_less_of_either(light: float, more: float):
    before, after = (
        to_exposure_and_gain(light, math.inf, REACH),
        to_exposure_and_gain(light * more, math.inf, REACH),
    )

    assert after[0] >= before[0]
    assert after[0] * after[1] >= 0.98 * before[0] * before[1]


def test_exposure_is_raised_before_gain():
    assert to_exposure_and_gain(EASY_US / 2, math.inf, REACH) == (EASY_US // 2, 1.0)
    assert to_exposure_and_gain(EASY_US * 3, math.inf, REACH) == (EASY_US, 3.0)
    assert to_exposure_and_gain(EASY_US * 8, math.inf, REACH) == (2 * EASY_US, 4.0)
    assert to_exposure_and_gain(MOST, math.inf, REACH) == (66_666, 16.0)


def test_a_camera_without_limits_is_not_controlled():
    fixed = Sensor(SCENE, NIGHT, reach=CameraLimits())

    assert {(c.exposure_us, c.gain, c.dioptres) for _, c in metered(fixed, 40)} == {(None, None, None)}

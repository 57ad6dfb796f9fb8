"""Degraded frames are reproducible, and as strong as stated."""

from __future__ import annotations

import numpy as np
import pytest

from scripts.images.degradation_strength import SIDE_PX, TEXT, strength
from scripts.images.degradations import KINDS, CodePlacement, code, frames, place, series
from scripts.images.frame_damage import HEIGHT, WIDTH
from terminal import scan

SUBJECT = code(TEXT, "M")
VIEW = CodePlacement(SIDE_PX, 7)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_frames_and_another_gives_others(kind: str):
    first, second = (frames(SUBJECT, VIEW, kind, 2, 2) for _ in range(2))
    assert [frame.shape for frame in first] == [(HEIGHT, WIDTH)] * 2
    assert all((one == other).all() for one, other in zip(first, second, strict=True))
    assert (first[0] != first[1]).any()
    assert (first[0] != next(series(SUBJECT, CodePlacement(SIDE_PX, 8), kind, 2))).any()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"perspective", "small", "curve"}))
def test_each_severity_is_farther_from_the_clean_frame_than_the_one_before(kind: str):
    (clean,) = frames(SUBJECT, VIEW)
    errors = [
        float(np.mean((next(series(SUBJECT, VIEW, kind, severity)).astype(float) - clean) ** 2))
        for severity in range(1, 6)
    ]
    assert errors == sorted(errors)
    assert len(set(errors)) == 5


def test_blur_is_as_wide_as_it_says():
    widths = [strength(kind, 3).edge_px for kind in ("perspective", "defocus", "motion")]
    clean, defocused, moved = widths
    # 10 to 90 % of a Gaussian edge is 2.56 sigma; pixel, lens and defocus combine.
    assert clean == pytest.approx(2.56 * np.sqrt(0.6**2 + 1 / 12), abs=0.4)
    assert defocused == pytest.approx(2.56 * np.sqrt(1.6**2 + 0.6**2 + 1 / 12), abs=0.4)
    assert clean < moved < 0.8 * 6 + clean


@pytest.mark.parametrize(("kind", "severity"), [("none", 0), ("perspective", 3), ("small", 1)])
@pytest.mark.parametrize("number", [0, 2])
def test_a_code_is_where_it_is_said_to_be(kind: str, severity: int, number: int):
    frame = frames(SUBJECT, VIEW, kind, severity, 3)[number]
    found = scan.read_still(frame)
    assert found is not None
    assert found.text == TEXT
    expected = place(SUBJECT, VIEW, kind, severity, number)
    assert np.abs(np.array(found.corners) - expected).max() < 4

"""The reason why a code is not read is measured on degraded frames; an even picture has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scripts.images.degradations import CodePlacement, code, frames
from terminal.camera.hints import WINDOW
from terminal.codes import ScanProblem
from terminal.ports import CameraLimits, Frame
from terminal.scanner import FrameReader

if TYPE_CHECKING:
    from terminal.model import Luma

SUBJECT = code("VI1:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ %*+-./:" * 6, "M")
SIDE_PX = 320.0


def problem(film: list[Luma], *, lit: bool = False) -> ScanProblem | None:
    """Return what a reader of a second of these frames finds wrong with them; none is read."""
    reader = FrameReader(CameraLimits(), clock=lambda: 0.0)
    for number in range(WINDOW + 10):
        looked = reader.look(Frame(film[number % len(film)], number / 30, number), lit=lit)
        assert looked.scan is None
    return looked.problem


@pytest.mark.parametrize(
    ("kind", "severity", "side_px", "expected"),
    [
        ("glare", 5, SIDE_PX, ScanProblem.GLARE),
        ("motion", 5, SIDE_PX, ScanProblem.MOTION),
        ("defocus", 5, 200, ScanProblem.MOTION),
        ("none", 0, 60, ScanProblem.FAR),
        ("none", 0, 50, ScanProblem.FAR),
    ],
)
@pytest.mark.parametrize("seed", [5, 6])
def test_the_problem_of_a_degraded_code_is_named(
    kind: str, severity: int, side_px: float, expected: ScanProblem, seed: int
):
    assert problem(frames(SUBJECT, CodePlacement(side_px, seed), kind, severity, 3)) is expected


@pytest.mark.parametrize(("lit", "expected"), [(False, ScanProblem.DARK), (True, None)])
def test_a_dark_picture_wants_light_unless_the_torch_is_on(lit: bool, expected: ScanProblem | None):  # noqa: FBT001 - a parameter
    film = [(frame * 0.01).astype(np.uint8) for frame in frames(SUBJECT, CodePlacement(SIDE_PX, 3), count=3)]
    assert problem(film, lit=lit) is expected


@pytest.mark.parametrize("level", [80, 128, 200])
def test_a_picture_without_a_code_has_no_problem(level: int):
    noise = np.random.default_rng(1).normal(0, 3, (3, 720, 1280))
    assert problem([np.clip(level + grain, 0, 255).astype(np.uint8) for grain in noise]) is None


def test_a_code_that_is_read_has_no_problem():
    film = frames(SUBJECT, CodePlacement(SIDE_PX, 3), "glare", 3, 3)
    reader = FrameReader(CameraLimits(), clock=lambda: 0.0)
    for number in range(WINDOW + 10):
        looked = reader.look(Frame(film[number % 3], number / 30, number), lit=False)
        assert looked.scan is not None
        assert looked.problem is None

"""Icons are complete, smooth, of one colour, and distinguishable at small sizes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from terminal.drawing.icons import Icon, icon_surface

TEAL = (10, 120, 130)


def _alpha(icon: Icon, side: int) -> npt.NDArray[np.uint8]:
    image = pygame.image.tobytes(icon_surface(icon, side, TEAL), "RGBA")
    return np.frombuffer(image, np.uint8).reshape(side, side, 4)[..., 3]


@pytest.mark.parametrize("icon", Icon)
@pytest.mark.parametrize("side", [20, 30, 112])
def test_icon_is_drawn_inside_its_square(icon: Icon, side: int):
    alpha = _alpha(icon, side)
    assert 0.05 < (alpha > 127).mean() < 0.85
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert (border > 200).mean() < 0.05


@pytest.mark.parametrize("icon", Icon)
def test_icon_has_one_colour_wherever_it_is_seen(icon: Icon):
    image = np.frombuffer(pygame.image.tobytes(icon_surface(icon, 64, TEAL), "RGBA"), np.uint8).reshape(-1, 4)
    assert (image[image[:, 3] > 0][:, :3] == TEAL).all()


@pytest.mark.parametrize("side", [30, 112])
def test_no_two_icons_look_alike(side: int):
    for one, other in combinations(Icon, 2):
        differing = np.abs(_alpha(one, side).astype(int) - _alpha(other, side)) > 127
        assert differing.mean() > 0.06, (one, other)

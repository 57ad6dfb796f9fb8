"""The outcomes at a glance: blocks without words, blurred, in grey and as colour-blind viewers see them."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pygame
from pygame import Rect

from terminal.drawing import forms, theme
from terminal.drawing.items import IconItem, paint
from terminal.drawing.page import Page
from terminal.drawing.theme import Style
from terminal.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.drawing.fonts import Fonts

Pixels = npt.NDArray[np.uint8]

DIAGONAL_MM, DISTANCE_MM = 127.0, 400.0
"""A 5-inch display of 480x800, at arm's length."""
BLUR_MINUTES = 10.0
"""Finest detail, in minutes of arc, of a glance beside the line of sight: a tenth of normal acuity."""
LEVELS = 0.1
"""Difference in grey, as a share of the range from black to white, that counts as visible."""
DELTA_E = 10.0
"""Difference in colour (CIE 1976, L*a*b*) that counts as visible; 2.3 is just noticeable side by side."""
LEAST_SHARE = 0.1
"""Share of the block's area that must differ visibly for two outcomes to be told apart at a glance."""
SIZE = (448, 200)
"""Width and height of the block, px; the verdict's own is about as large."""
_ICON = 112

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
TRITANOPIA = np.array(
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
)
"""Linear RGB seen with the colour blindnesses (Machado, Oliveira and Fernandes 2009, severity 1)."""


def grey(picture: Pixels) -> Pixels:
    """Remove the colours of a picture."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)


def seen_through(matrix: npt.NDArray[np.float64], picture: Pixels) -> Pixels:
    """Transform a picture, uint8 [height, width, 3], BGR, as colour-blind viewers see it."""
    part = picture[..., ::-1] / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ matrix.T, 0, 1)
    coded = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(255 * coded[..., ::-1]), np.uint8)


EYES: dict[str, Callable[[Pixels], Pixels]] = {
    "all cones": lambda picture: picture,
    "no colour": grey,
    "no green": lambda picture: seen_through(DEUTERANOPIA, picture),
    "no red": lambda picture: seen_through(PROTANOPIA, picture),
    "no blue": lambda picture: seen_through(TRITANOPIA, picture),
}


def block(outcome: Outcome, fonts: Fonts, *, night: bool, lit: bool = True) -> Pixels:
    """Draw an outcome's block with its icon and without words, uint8 [height, width, 3], BGR."""
    style = Style("zh", fonts, (480, 800), night=night)
    page = Page(style)
    dress = theme.dress(outcome, page.colours, lit=lit)
    surface = pygame.Surface(SIZE, depth=32)
    surface.fill(page.colours.paper)
    across, down = forms.rim(page, dress.form)
    side = min(_ICON, SIZE[1] - 2 * down)
    sign = IconItem(Rect(across, (SIZE[1] - side) // 2, side, side), dress.icon, dress.ink)
    for item in (*forms.ground(page, dress, SIZE), sign):
        paint(surface, item, fonts, None)
    drawn = np.frombuffer(surface.get_buffer().raw, np.uint8).reshape(SIZE[1], SIZE[0], 4)
    return drawn[..., :3].copy()


def blurred(picture: Pixels) -> Pixels:
    """Blur a picture to BLUR_MINUTES: a Gaussian whose standard deviation is half of it."""
    pitch_mm = DIAGONAL_MM / math.hypot(480, 800)
    detail_px = DISTANCE_MM * math.radians(BLUR_MINUTES / 60) / pitch_mm
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), detail_px / 2), np.uint8)


def difference(one: Pixels, other: Pixels) -> float:
    """Return the share of the area, 0 to 1, in which two pictures differ visibly."""
    first, second = (
        cv2.cvtColor((picture / 255).astype(np.float32), cv2.COLOR_BGR2LAB) for picture in (one, other)
    )
    return float((np.linalg.norm(first - second, axis=2) > DELTA_E).mean())


def grey_difference(one: Pixels, other: Pixels) -> float:
    """Return the share of the area, 0 to 1, in which the greys of two pictures differ by LEVELS."""
    first, second = (cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(int) for picture in (one, other))
    return float((np.abs(first - second) > 255 * LEVELS).mean())


def differences(eye: str, fonts: Fonts, *, night: bool) -> dict[tuple[Outcome, Outcome], float]:
    """Return the visible difference of every two outcomes, blurred, for one of EYES."""
    seen = {outcome: blurred(EYES[eye](block(outcome, fonts, night=night))) for outcome in Outcome}
    measure = grey_difference if eye == "no colour" else difference
    return {(one, other): measure(seen[one], seen[other]) for one, other in combinations(Outcome, 2)}


def report(fonts: Fonts) -> Pixels:
    """Combine the outcomes in one picture: a column each, by day and by night; rows for each of EYES, sharp
    and blurred.
    """
    rows = []
    for night in (False, True):
        for see in EYES.values():
            pictures = [see(block(outcome, fonts, night=night)) for outcome in Outcome]
            pictures.append(see(block(Outcome.ALARM, fonts, night=night, lit=False)))
            rows += [_row(pictures, night=night), _row([blurred(one) for one in pictures], night=night)]
    return np.vstack(rows)


def _row(pictures: list[Pixels], *, night: bool) -> Pixels:
    half = [cv2.resize(one, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA) for one in pictures]
    level = 16 if night else 255
    return np.hstack([np.pad(one, ((5, 5), (6, 6), (0, 0)), constant_values=level) for one in half])


def summary(fonts: Fonts) -> list[str]:
    """Return a line for each theme and each of EYES: the two outcomes that are most alike."""
    lines = []
    for night in (False, True):
        for eye in EYES:
            shares = differences(eye, fonts, night=night)
            one, other = min(shares, key=lambda pair: shares[pair])
            name = "night" if night else "day"
            lines.append(f"{name:6}{eye:10} {shares[one, other]:5.0%}  {one} and {other}")
    return lines

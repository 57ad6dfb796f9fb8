"""Light and contrast: relative luminance, contrast ratios, and contrast in daylight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour

DISPLAY_CD_M2 = 400.0
"""Luminance of the display's white, cd/m²: a usual 5-inch IPS panel."""
REFLECTANCE = 0.05
"""Share of the light that the display reflects, as a matt surface would: glass without an optical bond."""


def luminance(colour: Colour) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    return _ratio(one, other, 0.05)


def contrast_in_light(one: Colour, other: Colour, lux: float) -> float:
    """Return the contrast ratio of two colours on the display in a light of more than 0 `lux`.

    The light reflected, E * R / pi of a matt surface (Lambert's law, as in ISO 9241-305 and ICDM's IDMS,
    ambient contrast), adds to both: 159 cd/m² at 10,000 lx, a bright overcast day.
    """
    return _ratio(one, other, lux * REFLECTANCE / math.pi / DISPLAY_CD_M2)


def _ratio(one: Colour, other: Colour, added: float) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + added) / (dark + added)

"""Parameters for codes that a terminal reads when handheld, measured by `scripts/bench voucher`."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Level: TypeAlias = Literal["L", "M", "Q", "H"]
LEVELS: tuple[Level, ...] = get_args(Level)

SCREEN: tuple[Level, ...] = ("M",)
"""Error correction level on screens: against Q, M's coarser modules gain more against blur than they lose to
glare.
"""
PRINT: tuple[Level, ...] = ("Q", "M")
"""Levels on paper, strongest first, since folds, stains and tears damage it; M if Q is too fine."""
QUIET_MODULES = 4
"""Quiet zone, ISO/IEC 18004, 5.3.8. Codes on a dark ground are found with one module, not with none."""

FOCAL_PX = 985.0
"""Focal length of the terminal's camera in px: a frame of 1280 px across a field of view of 66 degrees."""
READING_MM = 250.0
"""Distance from the camera to the code."""
HELD_MODULE_PX = 3.0
"""Pixels of the frame per module that a handheld code needs."""
LEAST_MODULE_MM = HELD_MODULE_PX * READING_MM / FOCAL_PX

MODULE_PX, LEAST_MODULE_PX = 8, 5
"""Default and minimum pixels per module in a picture file; the minimum survives messengers' recompression."""

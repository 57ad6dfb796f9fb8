"""A code is made so that a terminal reads it in the hand, as `scripts/bench_voucher.py` measures it."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Level: TypeAlias = Literal["L", "M", "Q", "H"]
LEVELS: tuple[Level, ...] = get_args(Level)

SCREEN: tuple[Level, ...] = ("M",)
"""Error correction of a screen: Q's finer modules lose to blur what its correction gains against glare."""
PRINT: tuple[Level, ...] = ("Q", "M")
"""The strongest first: folds, stains and tears spoil paper. M where Q's modules would be too fine."""
QUIET_MODULES = 4
"""ISO/IEC 18004, 5.3.8. One is enough to be found before a dark ground, none is not."""

FOCAL_PX = 985.0
"""Of the terminal's camera, in pixels of its frame: 1280 of them across a field of view of 66 degrees."""
READING_MM = 250.0
"""From the camera to the code."""
HELD_MODULE_PX = 3.0
"""Pixels of the frame a module that a code held in the hand is read at."""
LEAST_MODULE_MM = HELD_MODULE_PX * READING_MM / FOCAL_PX

MODULE_PX, LEAST_MODULE_PX = 8, 5
"""Pixels of a picture for each module: as a rule, and at least, so that a messenger's copies still read."""

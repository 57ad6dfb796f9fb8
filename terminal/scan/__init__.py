"""Find and decode QR codes in luminance frames and photographs.

The public functions take the pixels, the state left by earlier frames and a clock; they never raise for any
uint8 array.
"""

from __future__ import annotations

from terminal.scan.distance import is_far
from terminal.scan.reader import read, read_next, read_still
from terminal.scan.steps import START, SeriesState

__all__ = ["START", "SeriesState", "is_far", "read", "read_next", "read_still"]

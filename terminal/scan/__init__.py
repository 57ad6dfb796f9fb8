"""Scanning is a function of the luminance, what was seen before and a clock; no picture makes it fail."""

from __future__ import annotations

from terminal.scan.reading import follow, read, read_still
from terminal.scan.strategy import START, Memory
from terminal.scan.symbols import OURS

__all__ = ["OURS", "START", "Memory", "follow", "read", "read_still"]

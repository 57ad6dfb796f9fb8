"""Screens as frozen values, and the pure functions that change them; drawing is in `terminal.drawing`."""

"""The terminal: what it knows and decides; it imports no driver but in its composition root, `cli`."""

__version__ = "0.1.0"

RELEASED = "2026-11-27"
"""Day of the release (UTC), written by `scripts/release`: no clock that reads earlier is right."""

"""The terminal: what it knows and decides; it imports no driver but in its composition root, `cli`."""

__version__ = "0.1.0"

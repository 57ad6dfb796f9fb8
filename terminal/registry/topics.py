"""MQTT topics: each terminal has its own, and no name reaches into another's (wire format, section 5)."""

from __future__ import annotations

_ROOT = "roadside/1"
_SPECIAL = frozenset("/+#\0")


def lookup(terminal: str) -> str:
    """Where a terminal asks."""
    return _topic("lookup", terminal)


def answer(terminal: str) -> str:
    """Where a terminal is answered, and gets its receipts."""
    return _topic("answer", terminal)


def batch(terminal: str) -> str:
    """Where a terminal sends its journal."""
    return _topic("batch", terminal)


def pieces(terminal: str) -> str:
    """Where a terminal sends evidence."""
    return _topic("pieces", terminal)


def hotlist(province: str) -> str:
    """Where a province tells its hot list's changes."""
    return _topic("hotlist", province)


def order(terminal: str) -> str:
    """Where a terminal gets orders."""
    return _topic("order", terminal)


def health(terminal: str) -> str:
    """Where a terminal says how it is; retained."""
    return _topic("health", terminal)


def link(terminal: str) -> str:
    """Where a terminal says `up`, and its last will `lost`; retained."""
    return _topic("link", terminal)


def every(purpose: str) -> str:
    """The topic filter of one purpose for all terminals, or of `hotlist` for all provinces."""
    return f"{_ROOT}/{purpose}/+"


def _topic(purpose: str, name: str) -> str:
    if not name or not _SPECIAL.isdisjoint(name):
        raise ValueError("a name that is no level of a topic")
    return f"{_ROOT}/{purpose}/{name}"

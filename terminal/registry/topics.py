"""MQTT topics (wire format, section 5): the registry's broker gives each terminal topics of its own."""

from __future__ import annotations

from enum import StrEnum

_ROOT = "roadside/1"
_SPECIAL = frozenset("/+#\0")


class Subscription(StrEnum):
    """Purpose of a received message (wire format, section 5)."""

    ANSWER = "answer"
    """Answers to its lookups, and receipts of its uploads."""
    HOTLIST = "hotlist"
    """Changes of a province's hot list."""
    ORDER = "order"
    """Orders for this terminal."""


def purpose_of(topic: str, terminal: str) -> Subscription | None:
    """Return the purpose of a message that `terminal` received on `topic`; None if it is not to receive it.

    Raises ValueError for a terminal's number that cannot be a topic level.
    """
    if topic == answer(terminal):
        return Subscription.ANSWER
    if topic == order(terminal):
        return Subscription.ORDER
    root, _, province = topic.rpartition("/")
    if root == f"{_ROOT}/{Subscription.HOTLIST}" and _is_level(province):
        return Subscription.HOTLIST
    return None


def lookup(terminal: str) -> str:
    """Topic of a terminal's requests."""
    return _topic("lookup", terminal)


def answer(terminal: str) -> str:
    """Topic of a terminal's answers and receipts."""
    return _topic(Subscription.ANSWER, terminal)


def batch(terminal: str) -> str:
    """Topic of a terminal's journal batches."""
    return _topic("batch", terminal)


def pieces(terminal: str) -> str:
    """Topic of pieces of a terminal's evidence."""
    return _topic("pieces", terminal)


def hotlist(province: str) -> str:
    """Topic of changes of a province's hot list."""
    return _topic(Subscription.HOTLIST, province)


def order(terminal: str) -> str:
    """Topic of orders to a terminal."""
    return _topic(Subscription.ORDER, terminal)


def health(terminal: str) -> str:
    """Topic of a terminal's health reports; retained."""
    return _topic("health", terminal)


def link(terminal: str) -> str:
    """Topic of a terminal's `up`, and of its last will `lost`; retained."""
    return _topic("link", terminal)


def every(purpose: str) -> str:
    """Return the topic filter of one purpose for all terminals, or of `hotlist` for all provinces."""
    return f"{_ROOT}/{purpose}/+"


def _topic(purpose: str, name: str) -> str:
    """Return a topic; each of the functions above raises ValueError as this one does."""
    if not _is_level(name):
        raise ValueError("invalid MQTT topic level")
    return f"{_ROOT}/{purpose}/{name}"


def _is_level(name: str) -> bool:
    return bool(name) and _SPECIAL.isdisjoint(name)

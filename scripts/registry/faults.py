"""Faults of a registry, as subclasses of the terminal's."""

from __future__ import annotations

from terminal.errors import Fault


class DatabaseFault(Fault):
    """Raised when the database cannot be queried; terminals are told that the registry is unavailable."""

    code, zh, en = "R01", "登记数据库不可用", "The registry's database cannot be used"


class BrokerFault(Fault):
    """Raised when the broker cannot be reached, or refuses this worker."""

    code, zh, en = "R02", "消息服务器不可用", "The broker cannot be used"

"""What a registry can suffer, in the terminal's own tree of faults."""

from __future__ import annotations

from terminal.errors import Fault


class DatabaseFault(Fault):
    """The registry's database cannot be asked; terminals are told that the registry is unavailable."""

    code, zh, en = "R01", "登记数据库不可用", "The registry's database cannot be used"


class BrokerFault(Fault):
    """The broker cannot be reached, or refuses this worker."""

    code, zh, en = "R02", "消息服务器不可用", "The broker cannot be used"

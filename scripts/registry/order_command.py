"""The command `order`: sends a terminal an order (wire format, section 5) in the administrator's name.

The order is signed with the order key, names the terminal's identity, and is sealed to the terminal. The
broker keeps it for a terminal that is away for as long as it keeps the terminal's session.
"""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING

from nacl.utils import random
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from keys import files
from scripts.registry import laboratory_keys, terminals
from scripts.registry.access import ADMINISTRATOR
from scripts.registry.faults import BrokerFault
from scripts.registry.worker import tls_context
from terminal.errors import InputFault
from terminal.registry import codec, topics
from terminal.registry.messages import Command, Order
from terminal.registry.orders import FRESH_MS
from terminal.wire import cose, signed
from terminal.wire.fields import ID_SIZE
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from paho.mqtt.reasoncodes import ReasonCode

    from scripts.registry.terminals import Terminal
    from terminal.wire.signed import Signer

_WAIT_S = 20.0
_NOBODY = "No matching subscribers"


def add(
    command: Callable[[str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser],
    address: Callable[[str], tuple[str, int]],
) -> None:
    """Add this command to a command line; `command` makes its parser, `address` parses HOST:PORT."""
    parser = command("order", give_order)
    parser.add_argument("terminal", help="the terminal's id, such as T0001")
    parser.add_argument(
        "command_name", metavar="COMMAND", type=Command, choices=[*Command], help="what to do"
    )
    parser.add_argument("--broker", type=address, metavar="HOST:PORT", required=True)


def give_order(given: argparse.Namespace) -> None:
    """Order a terminal to lock, unlock or wipe itself, or to fetch the trust set (refresh)."""
    listed = terminals.load_from(given.lab / "trust").values()
    owner = next((each for each in listed if each.id == given.terminal), None)
    if owner is None:
        raise InputFault(f"{given.terminal} is not in terminals.cbor")
    sign = signed.signer(files.load_seed(given.lab / "private/order.key"))
    order = make(owner, given.command_name, time.time_ns() // 1_000_000)
    publish(given.broker, laboratory_keys.tls(given.lab), owner, order, sign)
    print(f"order {order.id.hex()} to {owner.id}: {order.command}; the broker has it")


def make(owner: Terminal, command: Command, made_ms: int) -> Order:
    """Make an order to the identity that a terminal has now; `made_ms` in Unix ms."""
    return Order(
        terminal=owner.id,
        kid=cose.key_id(owner.public_key),
        id=random(ID_SIZE),
        made_ms=made_ms,
        command=command,
    )


def publish(broker: tuple[str, int], tls: Path, owner: Terminal, order: Order, sign: Signer) -> None:
    """Hand an order to the broker. `tls` has the administrator's identity.

    Raises BrokerFault where the broker cannot be reached or refuses, or keeps no session of the terminal.
    """
    told: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, ADMINISTRATOR, protocol=mqtt.MQTTv5)
    client.on_connect = lambda _c, _d, _f, reason, _p: told.put(reason)
    client.on_publish = lambda _c, _d, _m, reason, _p: told.put(reason)
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
    properties.MessageExpiryInterval = FRESH_MS // 1000
    try:
        client.tls_set_context(tls_context(tls, ADMINISTRATOR))
        client.connect(*broker)
        client.loop_start()
        _require(told)
        box = seal(codec.sign(order, sign), owner.sealing_key)
        client.publish(topics.order(owner.id), box, qos=1, properties=properties)
        _require(told)
    except OSError as error:
        raise BrokerFault(error.strerror or type(error).__name__) from error
    finally:
        client.disconnect()
        client.loop_stop()


def _require(told: queue.SimpleQueue[ReasonCode]) -> None:
    """Wait for the broker's word. Raises BrokerFault where it refuses."""
    try:
        reason = told.get(timeout=_WAIT_S)
    except queue.Empty:
        raise BrokerFault("no response") from None
    if reason.getName() == _NOBODY:
        raise BrokerFault("it keeps no session of this terminal: send the order again once it was online")
    if reason.is_failure:
        raise BrokerFault(str(reason))

"""The command `access`: give the broker the access list of the trust set.

Without a broker's address it writes the state file for a broker that will be started. With one it changes the
running broker as its administrator, and disconnects withdrawn terminals.
"""

from __future__ import annotations

import json
import queue
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from scripts.registry import access, laboratory_keys
from scripts.registry.access import ADMINISTRATOR, CONTROL, RESPONSE
from scripts.registry.faults import BrokerFault
from scripts.registry.reports import output
from scripts.registry.worker import tls_context
from terminal.errors import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

Ask: TypeAlias = "Callable[[Sequence[access.Json]], list[dict[str, Any]]]"
"""Sends commands to the plugin and returns its responses."""
_T = TypeVar("_T")
_WAIT_S = 20.0
_AT_ONCE = 40
"""Commands per message, which keeps it below the broker's largest packet."""


def add(
    command: Callable[[str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser],
    address: Callable[[str], tuple[str, int]],
) -> None:
    """Add this command to a command line; `command` makes its parser, `address` parses HOST:PORT."""
    parser = command("access", give_access)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the state file for a broker that will be started"
    )
    parser.add_argument("--broker", type=address, metavar="HOST:PORT", help="change this running broker")
    parser.add_argument(
        "--disconnect",
        action="append",
        default=[],
        metavar="NAME",
        help="end this terminal's connection, because its certificate was withdrawn; may be repeated",
    )


def give_access(given: argparse.Namespace) -> None:
    """Give the active terminals of the trust set access to the broker, and no other terminal.

    Raises InputFault without a file or a broker, and BrokerFault.
    """
    if given.out is not None:
        output.write(given.out, laboratory_keys.access_list(given.lab).encode())
        print(f"{len(laboratory_keys.active_terminals(given.lab))} terminals in {given.out}")
        return
    if given.broker is None:
        raise InputFault(
            "name --out FILE for a broker that will be started, or --broker HOST:PORT for a running one"
        )
    new, gone = synchronize(
        given.broker, laboratory_keys.tls(given.lab), laboratory_keys.active_terminals(given.lab)
    )
    print(f"{new} terminals were given access, {gone} were withdrawn")
    if given.disconnect:
        disconnect(given.broker, laboratory_keys.tls(given.lab), given.disconnect)
        print(f"{len(given.disconnect)} connections were ended")


def synchronize(broker: tuple[str, int], tls: Path, wanted: Sequence[str]) -> tuple[int, int]:
    """Make `wanted` the terminals that a broker admits; return how many were added and how many removed.

    `tls` has the administrator's identity. Raises BrokerFault if the broker cannot be reached or refuses.
    """
    with _administrator(broker, tls) as ask:
        held = _terminals(ask)
        commands = access.changes(wanted, held)
        _carry_out(ask, commands)
    return len({*wanted} - held), len(held - {*wanted})


def disconnect(broker: tuple[str, int], tls: Path, names: Sequence[str]) -> None:
    """End the connections of these terminals, which may connect again with a certificate that stands.

    Raises BrokerFault, as `synchronize`.
    """
    with _administrator(broker, tls) as ask:
        _carry_out(ask, [command for name in names for command in access.disconnection(name)])


def _carry_out(ask: Ask, commands: Sequence[access.Json]) -> None:
    """Have the plugin carry out commands. Raises BrokerFault at the first that it refuses."""
    for first in range(0, len(commands), _AT_ONCE):
        for response in ask(commands[first : first + _AT_ONCE]):
            if "error" in response:
                raise BrokerFault(f"{response.get('command')}: {response['error']}")


def _terminals(ask: Ask) -> set[str]:
    (response,) = ask([{"command": "listClients", "verbose": True}])
    if "error" in response:
        raise BrokerFault(f"listClients: {response['error']}")
    return {
        client["username"]
        for client in response["data"]["clients"]
        if any(role["rolename"] == access.TERMINAL for role in client.get("roles", ()))
    }


@contextmanager
def _administrator(broker: tuple[str, int], tls: Path) -> Iterator[Ask]:
    """Connect as the administrator."""
    heard: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
    ready: queue.SimpleQueue[bool] = queue.SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, ADMINISTRATOR, protocol=mqtt.MQTTv5)
    client.on_connect = lambda _c, _d, _f, _r, _p: _subscribe(client)
    client.on_subscribe = lambda _c, _d, _m, reasons, _p: ready.put(not reasons[0].is_failure)
    client.on_message = lambda _c, _d, message: heard.put(json.loads(message.payload)["responses"])

    def ask(commands: Sequence[access.Json]) -> list[dict[str, Any]]:
        client.publish(CONTROL, json.dumps({"commands": list(commands)}, ensure_ascii=False), qos=1)
        return _next(heard)

    try:
        client.tls_set_context(tls_context(tls, ADMINISTRATOR))
        client.connect(*broker)
        client.loop_start()
        if not _next(ready):
            raise BrokerFault("the broker does not accept this certificate as its administrator's")
        yield ask
    except OSError as error:
        raise BrokerFault(error.strerror or type(error).__name__) from error
    finally:
        client.disconnect()
        client.loop_stop()


def _subscribe(client: mqtt.Client) -> None:
    client.subscribe(RESPONSE, qos=1)


def _next(heard: queue.SimpleQueue[_T]) -> _T:
    try:
        return heard.get(timeout=_WAIT_S)
    except queue.Empty:
        raise BrokerFault("the broker did not respond") from None

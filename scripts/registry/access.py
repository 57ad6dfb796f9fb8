"""Access list of the broker: one client and one role for every certificate (wire format, section 5).

Makes the state file of mosquitto's dynamic-security plugin, and the commands that change a running broker. An
ACL file is not enough: mosquitto grants every subscription and applies that file to deliveries only, so that
a terminal could take a share of other terminals' requests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from terminal.errors import InputFault
from terminal.registry import topics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | bool"
    """Value of a command or of the state file."""

CONTROL = "$CONTROL/dynamic-security/v1"
"""Topic of the plugin's commands; it answers on `RESPONSE`."""
RESPONSE = f"{CONTROL}/response"
ADMINISTRATOR = "administrator"
"""Certificate name that may change the access list and send orders."""
TERMINAL = "terminal"
"""Role that all terminals have besides their own; a client with it is a terminal."""
_WORKER = "worker"
_SEND, _RECEIVE, _SUBSCRIBE = "publishClientSend", "publishClientReceive", "subscribeLiteral"


class Shares(NamedTuple):
    """Names of the workers' shared subscriptions, known to workers only.

    Lookups have a subscription of their own: some brokers allow one topic filter for each name, and lookups
    must not wait for uploads.
    """

    lookups: str
    uploads: str

    def lookup_filters(self) -> tuple[str, ...]:
        """Topic filters of a worker that answers lookups."""
        return (f"$share/{self.lookups}/{topics.every('lookup')}",)

    def upload_filters(self) -> tuple[str, ...]:
        """Topic filters of a worker that stores batches, pictures and health messages."""
        return tuple(f"$share/{self.uploads}/{topics.every(kind)}" for kind in ("batch", "pieces", "health"))


def uploads_name(worker: str) -> str:
    """Return the certificate name under which a worker stores uploads; it answers lookups under its own."""
    return f"{worker}-uploads"


def state_file(terminals: Iterable[str], workers: Iterable[str], shares: Shares) -> str:
    """Return the plugin's state file for these terminals and workers, and the administrator.

    Raises InputFault for a repeated name, and ValueError for an invalid MQTT topic level.
    """
    terminals, workers = list(terminals), list(workers)
    named = [ADMINISTRATOR, *workers, *map(uploads_name, workers), *terminals]
    if len({*named}) < len(named):
        raise InputFault("two of the broker's clients have one name")
    roles = [_shared_role(), _worker_role(shares), _administrator_role()]
    clients = [_client(ADMINISTRATOR, ADMINISTRATOR)]
    clients += [_client(name, _WORKER) for worker in workers for name in (worker, uploads_name(worker))]
    state: Json = {
        "defaultACLAccess": {_SEND: False, _RECEIVE: False, "subscribe": False, "unsubscribe": True},
        "roles": [*roles, *map(_terminal_role, terminals)],
        "clients": [*clients, *(_client(name, _own_role(name), TERMINAL) for name in terminals)],
    }
    return json.dumps(state, ensure_ascii=False, indent=1)


def admission(terminal: str) -> list[Json]:
    """Return the commands that give a terminal its rights. Raises ValueError for an invalid topic level."""
    return [
        {"command": "createRole"} | _terminal_role(terminal),
        {"command": "createClient"} | _client(terminal, _own_role(terminal), TERMINAL),
    ]


def withdrawal(terminal: str) -> list[Json]:
    """Return the commands that end a terminal's connection and remove its rights despite its certificate."""
    return [
        {"command": "deleteClient", "username": terminal},
        {"command": "deleteRole", "rolename": _own_role(terminal)},
    ]


def disconnection(terminal: str) -> list[Json]:
    """Commands that end a terminal's connection and keep its rights: its certificate must open the next."""
    return [
        {"command": "disableClient", "username": terminal},
        {"command": "enableClient", "username": terminal},
    ]


def changes(wanted: Collection[str], held: Collection[str]) -> list[Json]:
    """Return the commands that change the terminals of a broker from `held` to `wanted`."""
    gone, new = sorted({*held} - {*wanted}), sorted({*wanted} - {*held})
    return [command for name in gone for command in withdrawal(name)] + [
        command for name in new for command in admission(name)
    ]


def _terminal_role(name: str) -> dict[str, Json]:
    said = (topics.lookup, topics.batch, topics.pieces, topics.health, topics.link)
    heard = (topics.answer(name), topics.order(name))
    return _role(_own_role(name), send=[topic(name) for topic in said], receive=heard, subscribe=heard)


def _own_role(terminal: str) -> str:
    return f"{TERMINAL}/{terminal}"  # names of terminals contain no slash, so roles do not collide


def _shared_role() -> dict[str, Json]:
    every = [topics.every("hotlist")]
    return _role(TERMINAL, receive=every, subscribe=every)


def _worker_role(shares: Shares) -> dict[str, Json]:
    """Return the role of workers. They also subscribe to health and link unshared, for retained messages."""
    every = topics.every
    return _role(
        _WORKER,
        send=[every(kind) for kind in ("answer", "order", "hotlist")],
        receive=[every(kind) for kind in ("lookup", "batch", "pieces", "health", "link")],
        subscribe=[*shares.lookup_filters(), *shares.upload_filters(), every("health"), every("link")],
    )


def _administrator_role() -> dict[str, Json]:
    return _role(
        ADMINISTRATOR, send=[CONTROL, topics.every("order")], receive=[RESPONSE], subscribe=[RESPONSE]
    )


def _role(
    name: str, *, send: Iterable[str] = (), receive: Iterable[str] = (), subscribe: Iterable[str] = ()
) -> dict[str, Json]:
    granted = ((_SEND, send), (_RECEIVE, receive), (_SUBSCRIBE, subscribe))
    acls: list[Json] = [
        {"acltype": kind, "topic": topic, "allow": True} for kind, of in granted for topic in of
    ]
    return {"rolename": name, "acls": acls}


def _client(name: str, *roles: str) -> dict[str, Json]:
    return {"username": name, "roles": [{"rolename": role} for role in roles]}

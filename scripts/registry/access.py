"""The broker's access list: one client and one role for every certificate (wire format, section 5).

It is the state file of mosquitto's dynamic-security plugin, and the commands that change a running broker.
An ACL file would not do: mosquitto grants every subscription and compares only deliveries with that file, so
that a terminal could take a share of other terminals' requests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from terminal.errors import InputFault
from terminal.registry import topics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | bool"
    """What a command or the state file holds."""

CONTROL = "$CONTROL/dynamic-security/v1"
"""Where the plugin takes commands; it answers on `RESPONSE`."""
RESPONSE = f"{CONTROL}/response"
ADMINISTRATOR = "administrator"
"""The name in the certificate that may change the access list."""
TERMINAL = "terminal"
"""The role that all terminals have beside their own; a client with it is a terminal."""
_WORKER = "worker"
_SEND, _RECEIVE, _SUBSCRIBE = "publishClientSend", "publishClientReceive", "subscribeLiteral"


class Shares(NamedTuple):
    """Names of the workers' shared subscriptions, which are known to workers alone.

    Lookups have one of their own: some brokers serve only one topic filter under one name, and lookups never
    wait for uploads.
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
    """Name in the certificate by which a worker stores uploads; by `worker` it answers lookups."""
    return f"{worker}-uploads"


def state_file(terminals: Iterable[str], workers: Iterable[str], shares: Shares) -> str:
    """The plugin's state file: these terminals and workers, the administrator, and nobody else.

    Raises InputFault for a name that is given twice, and ValueError for one that is no level of a topic.
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
    """Commands that give a terminal its rights. Raises ValueError for a name that is no level of a topic."""
    return [
        {"command": "createRole"} | _terminal_role(terminal),
        {"command": "createClient"} | _client(terminal, _own_role(terminal), TERMINAL),
    ]


def withdrawal(terminal: str) -> list[Json]:
    """Commands that end a terminal's connection and leave it no right, whatever its certificate says."""
    return [
        {"command": "deleteClient", "username": terminal},
        {"command": "deleteRole", "rolename": _own_role(terminal)},
    ]


def changes(wanted: Collection[str], held: Collection[str]) -> list[Json]:
    """Commands that turn the terminals that a broker holds into those wanted."""
    gone, new = sorted({*held} - {*wanted}), sorted({*wanted} - {*held})
    return [command for name in gone for command in withdrawal(name)] + [
        command for name in new for command in admission(name)
    ]


def _terminal_role(name: str) -> dict[str, Json]:
    said = (topics.lookup, topics.batch, topics.pieces, topics.health, topics.link)
    heard = (topics.answer(name), topics.order(name))
    return _role(_own_role(name), send=[topic(name) for topic in said], receive=heard, subscribe=heard)


def _own_role(terminal: str) -> str:
    return f"{TERMINAL}/{terminal}"  # no terminal's name has a slash, so no role's name is given twice


def _shared_role() -> dict[str, Json]:
    every = [topics.every("hotlist")]
    return _role(TERMINAL, receive=every, subscribe=every)


def _worker_role(shares: Shares) -> dict[str, Json]:
    """A worker may listen to health and link without a share too: only so come retained messages."""
    every = topics.every
    return _role(
        _WORKER,
        send=[every(kind) for kind in ("answer", "order", "hotlist")],
        receive=[every(kind) for kind in ("lookup", "batch", "pieces", "health", "link")],
        subscribe=[*shares.lookup_filters(), *shares.upload_filters(), every("health"), every("link")],
    )


def _administrator_role() -> dict[str, Json]:
    return _role(ADMINISTRATOR, send=[CONTROL], receive=[RESPONSE], subscribe=[RESPONSE])


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

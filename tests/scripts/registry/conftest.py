"""A real mosquitto over mutual TLS on loopback with the deployed configuration, and its clients."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from keys import certificates
from scripts.registry.access import ADMINISTRATOR, state_file, uploads_name
from scripts.registry.broker import Broker
from scripts.registry.database import Database
from scripts.registry.service import Service, TerminalCache
from terminal.wire import signed
from tests.scripts.registry.link_clients import SHARES, Ends
from tests.scripts.registry.request_fixtures import (
    HOTLIST_SEED,
    NOW_MS,
    OTHERS,
    RECEIPT_SIGNER,
    T0001,
    T0002,
    key_of,
    listed,
    lookup_pairs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY_S = 86_400
TERMINALS, WORKERS = ("T0001", "T0002"), ("W0001", "W0002")
ACCESS = state_file(TERMINALS, WORKERS, SHARES)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Identities of a laboratory; T0009, which is not enrolled; and `expired` and `foreign` ones."""
    folder = tmp_path_factory.mktemp("tls")
    now_s = int(time.time())
    names = [*TERMINALS, "T0009", *WORKERS, *map(uploads_name, WORKERS), ADMINISTRATOR]
    certificates.ensure_identities(folder, names, now_s)
    ca = certificates.load(folder, "ca")
    certificates.save(certificates.issue_client("T0001", ca, now_s - 9 * DAY_S, 8), folder, "expired")
    foreign = certificates.make_ca("laboratory", now_s, 30)
    certificates.save(foreign, folder, "foreign-ca")
    certificates.save(certificates.issue_client("T0001", foreign, now_s, 30), folder, "foreign")
    return folder


@pytest.fixture
def make_broker(tls: Path, tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Start brokers for a test, which admit two terminals and two workers.

    `amend` changes the configuration's text.
    """
    made: list[Broker] = []

    def make(amend: Callable[[str], str] = lambda text: text) -> Broker:
        made.append(Broker(tmp_path / f"broker{len(made)}", tls, ACCESS, amend=amend))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def broker(make_broker: Callable[..., Broker]) -> Broker:
    """A broker without sessions of other tests; it starts in about 30 ms."""
    return make_broker()


@pytest.fixture
def ends(tls: Path) -> Iterator[Ends]:
    """Makes links and bare clients, and closes them."""
    made = Ends(tls)
    yield made
    made.close()


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """The folder of a trust set with two terminals."""
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "terminals.cbor").write_bytes(listed(T0001, T0002))
    return folder


@pytest.fixture
def desk(trust: Path, tmp_path: Path) -> Iterator[Callable[[str], Service]]:
    """Makes services of workers, each with its own signing key and all with one database."""
    url = f"sqlite:///{tmp_path}/registry.sqlite"
    made: list[Database] = []

    def make(name: str) -> Service:
        made.append(Database(url))
        made[-1].prepare(NOW_MS)
        signers = (signed.signer(key_of(name)), signed.signer(HOTLIST_SEED), RECEIPT_SIGNER)
        return Service(made[-1], TerminalCache(trust), OTHERS, lookup_pairs, *signers)

    yield make
    for database in made:
        database.close()

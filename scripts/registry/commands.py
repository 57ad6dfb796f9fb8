"""Commands of the registry that need no journals; each does one thing and prints a report."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from keys import files
from scripts.registry import database, hotlist, laboratory_keys, sample, serving
from scripts.registry.broker import Broker
from scripts.registry.database import Database
from scripts.registry.other_issuers import js1_code
from terminal.errors import InputFault
from terminal.model import Plate
from terminal.registry.messages import HotlistEntry
from terminal.vehicle.inspection import SHANGHAI, is_month
from terminal.vehicle.plate import fits, may_carry_credential

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

DRAWN = 1_000
"""Number of random vehicles besides the named ones."""


@contextmanager
def open_database(given: argparse.Namespace, now_s: int) -> Iterator[Database]:
    """Open a command line's database, and make missing tables. Raises InputFault, DatabaseFault."""
    held = Database(database_url(given))
    with closing(held):
        held.prepare(now_s * 1000)
        yield held


def database_url(given: argparse.Namespace) -> str:
    """Return the database of a command line as SQLAlchemy's URL."""
    return given.database or f"sqlite:///{given.lab.absolute()}/registry.sqlite"


def serve(given: argparse.Namespace) -> None:
    """Answer lookups, store uploads and publish the hot list until a signal comes.

    Without a broker's address, starts one.
    """
    now_s = int(time.time())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stopping = serving.until_signal()
    with ExitStack() as running:
        held = running.enter_context(open_database(given, now_s))
        with held.transaction() as connection:
            if database.is_empty(connection):
                _fill(connection, given.seed, now_s)
        tls = laboratory_keys.identities(given.lab, given.worker, now_s)
        host, port = given.broker or ("127.0.0.1", _start_broker(given, tls, running))
        place = serving.Place(given.lab, database_url(given), host, port, given.worker)
        ready = partial(print, f"registry: {given.worker} at {host}:{port}", flush=True)
        if given.work is None:
            serving.work_both(place, stopping, ready)
        else:
            serving.work(place, given.work, stopping, ready)


def fill(given: argparse.Namespace) -> None:
    """Put the sample vehicles in the registry, and those with an alarm on the hot list."""
    now_s = int(time.time())
    with open_database(given, now_s) as held, held.transaction() as connection:
        count = _fill(connection, given.seed, now_s)
    print(f"{count} vehicles")


def put(given: argparse.Namespace) -> None:
    """Put a vehicle on its province's hot list, or take it off with no letters; workers publish it.

    Raises InputFault if the number does not fit its kind.
    """
    plate = Plate(given.number, given.kind)
    if not fits(plate):
        raise InputFault("the number does not fit its kind")
    province = given.province or plate.number[0]
    with open_database(given, int(time.time())) as held, held.transaction() as connection:
        change = hotlist.put(connection, province, [HotlistEntry(plate, given.letters)], _now_ms())
    print(f"change {change.seq} of epoch {change.epoch}")


def renew(given: argparse.Namespace) -> None:
    """Begin a new epoch of a province's hot list, as is needed after a database was restored."""
    with open_database(given, int(time.time())) as held, held.transaction() as connection:
        hotlist.renew(connection, given.province, _now_ms())


def snapshot(given: argparse.Namespace) -> None:
    """Write target `hotlist/<province>.cbor`, for the trust set."""
    with open_database(given, int(time.time())) as held, held.transaction() as connection:
        content = hotlist.snapshot(connection, given.province)
    files.replace(given.out, content)
    print(f"{len(content)} bytes in {given.out}")


def code(given: argparse.Namespace) -> None:
    """Print a code of the stand-in issuer.

    Raises InputFault for a vehicle or month that no code has.
    """
    plate = Plate(given.number, given.kind)
    if not may_carry_credential(plate) or not is_month(given.month):
        raise InputFault("a code cannot have this vehicle and month of validity")
    print(js1_code(plate, given.month, int(time.time()), laboratory_keys.other_issuer(given.lab)))


def check(given: argparse.Namespace) -> None:
    """Check that the registry can serve: its database, keys and trust set."""
    with open_database(given, int(time.time())) as held:
        desk = laboratory_keys.service(given.lab, held)
        with held.transaction() as connection:
            state = "without vehicles" if database.is_empty(connection) else "with vehicles"
    print(f"the database is ready, {state}; {len(desk.cache.terminals())} terminals are listed")


def _fill(connection: Connection, seed: int, now_s: int) -> int:
    today = datetime.fromtimestamp(now_s, SHANGHAI)
    vehicles = sample.vehicles(seed, today.year * 10_000 + today.month * 100 + today.day, DRAWN)
    database.register(connection, vehicles)
    database.register_vins(connection, sample.vins(vehicles))
    hotlist.put(connection, sample.PROVINCE, sample.hotlist(vehicles), now_s * 1000)
    return len(vehicles)


def _start_broker(given: argparse.Namespace, tls: Path, running: ExitStack) -> int:
    allowed = laboratory_keys.access_list(given.lab, [given.worker])
    broker = Broker(given.lab / "broker", tls, allowed, port=given.port)
    broker.start()
    running.callback(broker.stop)
    return broker.port


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

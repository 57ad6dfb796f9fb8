"""Run a worker of the registry: lookups in one process and uploads in another."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from scripts.registry import access, laboratory_keys
from scripts.registry.database import Database
from scripts.registry.worker import Worker, WorkerSettings
from terminal.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Event
    from pathlib import Path

LOG = logging.getLogger("registry.serving")
_UPLOADS_NICE = 10
"""Lower priority of the process for uploads, so that lookups come first."""
_RETRY_S = 1.0
_TURN_S = 0.2
_SPAWN = multiprocessing.get_context("spawn")  # starts without our threads and connections


class Work(StrEnum):
    """Task of a worker."""

    LOOKUPS = "lookups"
    UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Place:
    """Parameters of a worker: laboratory, database, broker, and its name."""

    lab: Path
    database: str
    """SQLAlchemy's URL."""
    host: str
    port: int
    worker: str


def until_signal() -> threading.Event:
    """Return an event that SIGINT or SIGTERM sets."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    return stopping


def work(place: Place, what: Work, stopping: threading.Event, ready: Callable[[], object]) -> None:
    """Work until `stopping` is set; `ready` is called whenever the broker has the worker's subscriptions.

    Raises Fault if it cannot begin.
    """
    shares, tls = laboratory_keys.shares(place.lab), laboratory_keys.tls(place.lab)
    lookups = what is Work.LOOKUPS
    name = place.worker if lookups else access.uploads_name(place.worker)
    filters = shares.lookup_filters() if lookups else shares.upload_filters()
    settings = WorkerSettings(place.host, place.port, name, tls, filters, publishes_hotlist=lookups)
    with closing(Database(place.database)) as database:
        Worker(settings, laboratory_keys.service(place.lab, database), ready).run(stopping)


def work_both(place: Place, stopping: threading.Event, ready: Callable[[], object]) -> None:
    """Answer lookups here, and store uploads in a second process, until `stopping` is set.

    `ready` is called once both are working; neither waits for the other. Raises Fault, as `work`.
    """
    lookups, uploads = threading.Event(), _SPAWN.Event()
    keeper = threading.Thread(target=_keep, args=(place, stopping, uploads), name="uploads")
    keeper.start()

    def announce() -> None:
        lookups.wait()
        uploads.wait()
        ready()

    threading.Thread(target=announce, daemon=True).start()
    try:
        work(place, Work.LOOKUPS, stopping, lookups.set)
    finally:
        stopping.set()
        keeper.join()


def _keep(place: Place, stopping: threading.Event, ready: Event) -> None:
    """Keep the process for uploads running: restart it if it ends by itself."""
    while not stopping.is_set():
        process = _SPAWN.Process(target=_store_uploads, args=(place, ready))
        process.start()
        while not stopping.is_set() and process.exitcode is None:
            process.join(_TURN_S)
        if not stopping.is_set():
            LOG.error("the process for uploads ended with %s; it is started again", process.exitcode)
            stopping.wait(_RETRY_S)
        process.terminate()
        process.join()


def _store_uploads(place: Place, ready: Event) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.nice(_UPLOADS_NICE)
    stopping = until_signal()
    threading.Thread(target=_stop_with_parent, args=(stopping,), daemon=True).start()
    try:
        work(place, Work.UPLOADS, stopping, ready.set)
    except Fault as fault:
        LOG.error("%s", fault.line())  # noqa: TRY400 - a fault is one line, a bug a stack trace
        raise SystemExit(1) from None


def _stop_with_parent(stopping: threading.Event) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        stopping.set()

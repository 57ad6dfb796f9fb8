"""Measure lookups: a signed question to its verified answer beside bare paho, the CPU time with 50 terminals,
and the delay of hot-list changes. The registry is `serve` in a process of its own.
"""

from __future__ import annotations

import itertools
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nacl import bindings
from nacl.utils import random as random_bytes

from drivers.link import MqttLink
from drivers.link_connection import LinkSettings
from keys import certificates, lab
from scripts.benchmarks.paho_baseline import BARE, ECHOED, WAIT_S, WAYS, answering, echo
from scripts.benchmarks.rows import Budget, Row, row
from scripts.registry import access, hotlist, laboratory_keys, sample
from scripts.registry.broker import Broker
from scripts.registry.database import Database
from terminal.credential.verify import Moment
from terminal.journal.record import Head
from terminal.model import Plate
from terminal.ports import Incoming, LinkState
from terminal.registry import topics
from terminal.registry.hotlist_store import HotList
from terminal.registry.lookup import Answered, LookupSession, LookupSpec
from terminal.registry.messages import HotlistEntry, LookupResult, PlateQuestion, Purpose
from terminal.services.sealed_link import SealedLink
from terminal.services.trust_directory import load_registry
from terminal.wire import cbor, signed
from terminal.wire.sealed import OVERHEAD, SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from terminal.ports import LinkMessage

TOGETHER = 50
"""Terminals that ask at once."""
WAVES = 4
NAMES = tuple(f"T{number}" for number in range(1001, 1001 + TOGETHER * (1 + WAVES)))
"""The registry answers a terminal 20 checks at once: nobody asks more here, and each wave is of others."""
ROUNDS = 600
WARMING = 30
LOOKUPS = 15
"""Per terminal, one after another."""
CHANGES = 12
RATIO = Budget(1.5)
ALARM = Budget(1000, "p95")
PLATE = PlateQuestion("苏A12345", "02")


@dataclass(slots=True)
class _Bench:
    """The running parts: broker, registry process and laboratory files."""

    folder: Path
    broker: Broker
    registry: int
    """Process id."""
    answer_keys: Sequence[bytes]
    hotlist_keys: Mapping[bytes, bytes]
    lookup_key: bytes
    seeds: dict[str, bytes] = field(repr=False)

    @property
    def tls(self) -> Path:
        """Folder of the TLS identities."""
        return self.folder / lab.TLS


class _Terminal:
    """A terminal's link and lookup; one question at a time."""

    def __init__(
        self,
        bench: _Bench,
        name: str,
        heard: queue.SimpleQueue[tuple[_Terminal, Incoming]],
        *further: str,
    ) -> None:
        self.lookup = LookupSession(name, signed.signer(bench.seeds[name]), bench.answer_keys)
        self.question = self.answer = b""
        self.asked = 0
        self._journal = random_bytes(16)
        self._up: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._heard = heard
        settings = LinkSettings(
            host="127.0.0.1",
            port=bench.broker.port,
            terminal=name,
            authority=bench.tls / "ca.crt",
            certificate=bench.tls / f"{name}.crt",
            key=bench.tls / f"{name}.key",
            status_topic=topics.link(name),
            subscriptions=(topics.answer(name), *further),
        )
        pair = SealingKeyPair.of(bench.seeds[name])
        self.link = SealedLink(MqttLink(settings), name, pair.open, bench.lookup_key)
        self.link.open(self._deliver)
        if not self._up.get(timeout=WAIT_S):
            raise RuntimeError("the broker refused a terminal")

    def ask(self) -> None:
        """Send a question; its journal head advances each time, as it does with each check."""
        self.asked += 1
        head = Head(self._journal, self.asked, self.asked.to_bytes(32, "big"))
        spec = LookupSpec(question=PLATE, why=Purpose.CHECK, officer="098765", head=head, wait_s=WAIT_S)
        out = self.lookup.ask(
            spec, request_id=random_bytes(16), moment=Moment(time.time()), monotonic_s=time.monotonic()
        )
        if out is None:
            raise RuntimeError("the question cannot be encoded")
        self.question = out.payload
        self.link.send(out)

    def verify(self, incoming: Incoming) -> None:
        """Require that a message is the answer: signed, to this question, and with the vehicle."""
        moment = Moment(time.time())
        received = self.lookup.receive(incoming, moment=moment, monotonic_s=time.monotonic())
        if not isinstance(received, Answered) or received.answer.result is not LookupResult.FOUND:
            raise RuntimeError(f"no answer: {type(received).__name__}")
        self.answer = incoming.payload

    def _deliver(self, message: LinkMessage) -> None:
        if isinstance(message, LinkState):
            self._up.put(message.up)
        elif isinstance(message, Incoming):
            self._heard.put((self, message))


def measure() -> list[Row]:
    """Measure the exchange and its ratio to the bare one, then the CPU time per lookup with 50 terminals."""
    with _running() as bench:
        return [*_side_by_side(bench), *_fifty(bench), _alarm(bench)]


def _side_by_side(bench: _Bench) -> list[Row]:
    heard: queue.SimpleQueue[tuple[_Terminal, Incoming]] = queue.SimpleQueue()
    terminals = [_Terminal(bench, name, heard) for name in NAMES[:TOGETHER]]
    asking = itertools.cycle(terminals)
    first = next(asking)
    _lookup_ms(first, heard)
    sizes = len(first.question) + OVERHEAD, len(first.answer) + OVERHEAD
    with ExitStack() as running:
        port = bench.broker.port
        running.enter_context(answering(bench.tls, port, sizes[1]))
        echoes = [running.enter_context(echo(bench.tls, port, way, sizes[0])) for way in WAYS]
        times: list[list[float]] = [[] for _ in (None, *WAYS)]
        for _ in range(WARMING + ROUNDS):
            times[0].append(_lookup_ms(next(asking), heard))
            for samples, exchange_ms in zip(times[1:], echoes, strict=True):
                samples.append(exchange_ms())
    for terminal in terminals:
        terminal.link.close()
    note = f"{sizes[0]} bytes there, {sizes[1]} back, {ROUNDS} rounds by turns"
    ours, *others = [samples[WARMING:] for samples in times]
    rows = [row("signed question to verified answer", "ms", ours, note=note)]
    for way, samples in zip(WAYS, others, strict=True):
        told = row(way.what, "ms", samples)
        budget = RATIO if way is BARE else None
        median, p95 = rows[0].median / told.median, rows[0].p95 / told.p95
        rows += [told, Row("  ours, times as long", "x", median, p95, budget, "of the medians, of the p95s")]
    return rows


def _lookup_ms(terminal: _Terminal, heard: queue.SimpleQueue[tuple[_Terminal, Incoming]]) -> float:
    begun_s = time.perf_counter()
    terminal.ask()
    terminal.verify(heard.get(timeout=WAIT_S)[1])
    return 1e3 * (time.perf_counter() - begun_s)


def _fifty(bench: _Bench) -> list[Row]:
    heard: queue.SimpleQueue[tuple[_Terminal, Incoming]] = queue.SimpleQueue()
    processes = {"registry": bench.registry, "broker": bench.broker.pid, "terminal": os.getpid()}
    spent_ms = dict.fromkeys(processes, 0.0)
    took_s = 0.0
    for first in range(TOGETHER, len(NAMES), TOGETHER):
        terminals = [_Terminal(bench, name, heard) for name in NAMES[first : first + TOGETHER]]
        _all_ask(terminals, heard, 1)
        before_ms = {what: _cpu_ms(process) for what, process in processes.items()}
        begun_s = time.perf_counter()
        _all_ask(terminals, heard, LOOKUPS)
        took_s += time.perf_counter() - begun_s
        for what, process in processes.items():
            spent_ms[what] += _cpu_ms(process) - before_ms[what]
        for terminal in terminals:
            terminal.link.close()
    count = LOOKUPS * TOGETHER * WAVES
    note = f"{count} lookups, {TOGETHER} terminals at once, {count / took_s:.0f} a second"
    costs = {what: ms / count for what, ms in spent_ms.items()}
    return [Row(f"CPU a lookup, {what}", "ms", ms, ms, note=note) for what, ms in costs.items()]


def _alarm(bench: _Bench) -> Row:
    """Measure the time from listing a vehicle until the terminal's list has it."""
    database = Database(f"sqlite:///{bench.folder}/registry.sqlite")
    heard: queue.SimpleQueue[tuple[_Terminal, Incoming]] = queue.SimpleQueue()
    terminal = _Terminal(bench, NAMES[0], heard, topics.every("hotlist"))
    kept = HotList.open(bench.folder / "hotlist.sqlite", [sample.PROVINCE])
    samples = []
    for number in range(CHANGES):
        listed = HotlistEntry(Plate(f"{sample.PROVINCE}A{number:05}", "02"), "G")
        time.sleep(number / CHANGES)  # at a different moment of the registry's polling interval each time
        with database.transaction() as connection:
            hotlist.put(connection, sample.PROVINCE, [listed], int(1e3 * time.time()))
        put_s = time.perf_counter()
        while kept.hit(listed.plate, time.time()) is None:
            kept.receive(heard.get(timeout=WAIT_S)[1], bench.hotlist_keys)
        samples.append(1e3 * (time.perf_counter() - put_s))
    for one in (terminal.link, kept, database):
        one.close()
    return row("hot-list entry to alarm", "ms", samples, ALARM, note=f"{CHANGES} changes")


def _all_ask(
    terminals: Sequence[_Terminal], heard: queue.SimpleQueue[tuple[_Terminal, Incoming]], times: int
) -> None:
    left = dict.fromkeys(terminals, times)
    for terminal in terminals:
        terminal.ask()
    while any(left.values()):
        terminal, incoming = heard.get(timeout=WAIT_S)
        terminal.verify(incoming)
        left[terminal] -= 1
        if left[terminal]:
            terminal.ask()


def _cpu_ms(process: int) -> float:
    """Return the user and system time of a process, ms (proc(5), fields 14 and 15)."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1e3 * (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _running() -> Iterator[_Bench]:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory())) / "lab"
        now_s = int(time.time())
        lab.make(folder, now_s, random_bytes)
        seeds = {name: random_bytes(32) for name in NAMES}
        _enrol(folder / "trust", seeds)
        certificates.ensure_identities(folder / lab.TLS, [*NAMES, *(way.name for way in WAYS), ECHOED], now_s)
        names = [*NAMES, *(way.name for way in WAYS)]
        allowed = access.state_file(names, ["W0001", ECHOED], laboratory_keys.shares(folder))
        broker = Broker(folder / "broker", folder / lab.TLS, allowed)
        broker.start()
        running.callback(broker.stop)
        registry = running.enter_context(_registry(folder, broker))
        keys = load_registry(folder / "trust")
        hotlist_keys = signed.by_kid(keys.hotlist)
        yield _Bench(folder, broker, registry, keys.answer, hotlist_keys, keys.lookup[0], seeds)


def _enrol(trust: Path, seeds: dict[str, bytes]) -> None:
    public = [(name, bindings.crypto_sign_seed_keypair(seed)[0]) for name, seed in seeds.items()]
    pairs = {name: SealingKeyPair.of(seed) for name, seed in seeds.items()}
    content = cbor.write(
        {n: [*one, sample.PROVINCE, "active", pairs[one[0]].public] for n, one in enumerate(public, 1)}
    )
    (trust.resolve() / "terminals.cbor").write_bytes(content)


@contextmanager
def _registry(folder: Path, broker: Broker) -> Iterator[int]:
    """Run a registry until it takes requests; yield its process id."""
    words = ("--lab", str(folder), "serve", "--broker", f"127.0.0.1:{broker.port}")
    with (folder / "registry.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "scripts.registry", *words], stdout=log, stderr=log
        )
    try:
        _wait_for("W0001 takes requests", folder / "registry.log", process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)


def _wait_for(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + WAIT_S
    while words not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > until_s:
            raise RuntimeError(f"the registry did not start: {log.read_text(encoding='utf-8')}")
        time.sleep(0.02)

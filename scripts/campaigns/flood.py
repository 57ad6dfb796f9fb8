"""Attacks the registry from one terminal, and measures how long other terminals wait for their answers.

scripts/campaign flood [--rounds N] [--seconds S] [--mbit M] [--terminals N]

A broker and the reference registry run as `serve` starts them. Quiet spells and attacks take turns, so that a
busy machine slows both alike. Exits 1 if a lookup went without its answer.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import queue
import signal
import ssl
import statistics
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
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from keys import certificates, lab
from scripts.campaigns.flood_messages import ATTACKS, request
from scripts.registry import sample
from terminal.registry import codec, topics
from terminal.registry.messages import LookupAnswer, LookupResult
from terminal.services.trust_directory import load_registry
from terminal.wire import cbor, signed
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.sharedctypes import Synchronized

WAIT_S = 20.0
PER_S = 40
"""Lookups per second of all terminals together; each terminal stays below its limit."""
ANSWERED_MOST_S = 3.0
"""Time, s, for which a terminal waits for an answer."""
QUIET, END = -1, -2
"""States of the attacker besides the indices of ATTACKS."""
_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Client:
    """A terminal's connection, served by a thread of paho's."""

    name: str
    seed: bytes = field(repr=False)
    tls: Path
    port: int
    heard: queue.SimpleQueue[tuple[float, bytes]]
    lookup_key: bytes
    """X25519 public key that lookups are sealed to."""

    def open(self) -> None:
        """Connect, and subscribe to the terminal's answers. Raises RuntimeError if the broker refuses."""
        up: queue.SimpleQueue[bool] = queue.SimpleQueue()
        context = ssl.create_default_context(cafile=self.tls / "ca.crt")
        context.load_cert_chain(self.tls / f"{self.name}.crt", self.tls / f"{self.name}.key")
        self.mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, self.name, protocol=mqtt.MQTTv5)
        self.mqtt.tls_set_context(context)
        self.mqtt.on_message = lambda _c, _d, message: self._hear(bytes(message.payload))
        self.mqtt.on_subscribe = lambda _c, _d, _m, reasons, _p: up.put(not reasons[0].is_failure)
        self.mqtt.connect("127.0.0.1", self.port)
        self.mqtt.loop_start()
        self.mqtt.subscribe(topics.answer(self.name), qos=1)
        if not up.get(timeout=WAIT_S):
            raise RuntimeError(f"the broker refuses {self.name}")

    def publish(self, topic: str, payload: bytes, correlation: bytes) -> mqtt.MQTTMessageInfo:
        """Publish with QoS 1."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's is not annotated
        properties.CorrelationData = correlation
        return self.mqtt.publish(topic, payload, qos=1, properties=properties)

    def _hear(self, payload: bytes) -> None:
        answer = SealingKeyPair.of(self.seed).open(payload)
        self.heard.put((time.perf_counter(), answer or b""))

    def close(self) -> None:
        """Disconnect."""
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


class Askers:
    """Terminals that look up a vehicle in turn, and the duration of each lookup."""

    def __init__(self, clients: list[Client], answer_keys: Mapping[bytes, bytes]) -> None:
        self._turns, self._keys = itertools.cycle(clients), answer_keys
        self._heard = clients[0].heard
        self._asked: dict[bytes, float] = {}

    def ask(self, seconds: float) -> tuple[list[float], int]:
        """Send lookups at a steady rate; return their durations, ms, and the number of those without an
        answer.
        """
        count, begun_s = max(1, round(seconds * PER_S)), time.perf_counter()
        took_ms: list[float] = []
        for number in range(count):
            while (left_s := begun_s + number / PER_S - time.perf_counter()) > 0:
                took_ms += self._take(left_s)
            one = next(self._turns)
            request_id = random_bytes(16)
            payload = request(one.name, one.seed, request_id, one.lookup_key)
            self._asked[request_id] = time.perf_counter()
            one.publish(topics.lookup(one.name), payload, request_id)
        until_s = time.perf_counter() + ANSWERED_MOST_S
        while self._asked and (left_s := until_s - time.perf_counter()) > 0:
            took_ms += self._take(left_s)
        missing = len(self._asked)
        self._asked.clear()
        return took_ms, missing

    def _take(self, wait_s: float) -> list[float]:
        """Return the duration of the next answered lookup, ms; empty if none arrives in time."""
        try:
            at_s, payload = self._heard.get(timeout=wait_s)
        except queue.Empty:
            return []
        answer = codec.open_signed(LookupAnswer, payload, self._keys)
        if answer is None or answer.result is not LookupResult.FOUND or answer.id not in self._asked:
            return []
        return [1e3 * (at_s - self._asked.pop(answer.id))]


@dataclass(frozen=True)
class Attacker:
    """A terminal that attacks from a process of its own, at a limited bit rate."""

    name: str
    seed: bytes = field(repr=False)
    tls: Path
    port: int
    bits_per_s: float
    lookup_key: bytes

    def run(self, doing: Synchronized[int]) -> None:
        """Carry out the attack that `doing` selects, until it is END."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent ends it
        client = Client(self.name, self.seed, self.tls, self.port, queue.SimpleQueue(), self.lookup_key)
        client.open()
        while (number := doing.value) != END:
            if number == QUIET:
                time.sleep(0.01)
                continue
            attack = ATTACKS[number]
            for topic, payload, correlation in attack.messages(self.name, self.seed, self.lookup_key):
                if doing.value != number:
                    break
                begun_s = time.perf_counter()
                client.publish(topic, payload, correlation).wait_for_publish(WAIT_S)
                time.sleep(max(0.0, 8 * len(payload) / self.bits_per_s - (time.perf_counter() - begun_s)))
        client.close()


@contextmanager
def registry(folder: Path, seeds: Mapping[str, bytes]) -> Iterator[int]:
    """Run a laboratory's registry with these terminals; yield its broker's port. Raises RuntimeError."""
    now_s = int(time.time())
    lab.make(folder, now_s, random_bytes)
    public = [(name, bindings.crypto_sign_seed_keypair(seed)[0]) for name, seed in seeds.items()]
    pairs = {name: SealingKeyPair.of(seed) for name, seed in seeds.items()}
    listed = cbor.write(
        {n: [*one, sample.PROVINCE, "active", pairs[one[0]].public] for n, one in enumerate(public, 1)}
    )
    (folder / "trust").resolve().joinpath("terminals.cbor").write_bytes(listed)
    certificates.ensure_identities(folder / lab.TLS, [*seeds], now_s)
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(folder), "serve", "--port", "0"]
    with (
        (folder / "registry.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603 - ours
    ):
        try:
            if process.stdout is None or not (said := process.stdout.readline()):
                raise RuntimeError((folder / "registry.log").read_text(encoding="utf-8"))
            yield int(said.rpartition(":")[2])
        finally:
            process.terminate()


def campaign(given: argparse.Namespace) -> int:
    """Run the campaign; return 0 if every lookup was answered."""
    seeds = {f"T{number}": random_bytes(32) for number in range(1001, 1002 + given.terminals)}
    heard: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    quiet: list[float] = []
    attacked: dict[str, list[float]] = {each.name: [] for each in ATTACKS}
    missing = dict.fromkeys(["quiet", *attacked], 0)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="flood-"))) / "lab"
        port = running.enter_context(registry(folder, seeds))
        listed = load_registry(folder / "trust")
        tls, keys, lookup_key = folder / lab.TLS, signed.by_kid(listed.answer), listed.lookup[0]
        clients = [Client(name, seed, tls, port, heard, lookup_key) for name, seed in seeds.items()]
        last = clients.pop()
        attacker = Attacker(last.name, last.seed, last.tls, port, 1e6 * given.mbit, lookup_key)
        doing = running.enter_context(_attacking(attacker))
        for client in clients:
            client.open()
            running.callback(client.close)
        askers = Askers(clients, keys)
        askers.ask(min(1.0, given.seconds))
        for _ in range(given.rounds):
            for number, each in enumerate(ATTACKS):
                doing.value = QUIET
                took, lost = askers.ask(given.seconds)
                quiet += took
                missing["quiet"] += lost
                doing.value = number
                took, lost = askers.ask(given.seconds)
                attacked[each.name] += took
                missing[each.name] += lost
        doing.value = QUIET
    return _report(quiet, attacked, missing)


@contextmanager
def _attacking(attacker: Attacker) -> Iterator[Synchronized[int]]:
    """Run the attacker; yield the shared number that selects its attack."""
    doing = _SPAWN.Value("i", QUIET)
    process = _SPAWN.Process(target=attacker.run, args=(doing,))
    process.start()
    try:
        yield doing
    finally:
        doing.value = END
        process.join(WAIT_S)
        process.kill()


def _report(quiet: list[float], attacked: dict[str, list[float]], missing: dict[str, int]) -> int:
    print(f"{'lookup to verified answer, ms':36}{'median':>9}{'p95':>9}{'p99':>9}{'answered':>10}{'not':>6}")
    calm = _quantiles(quiet)
    for name, times in (("quiet", quiet), *attacked.items()):
        median, p95, p99 = _quantiles(times)
        line = f"{name:36}{median:9.2f}{p95:9.2f}{p99:9.2f}{len(times):10}{missing[name]:6}"
        print(line if name == "quiet" else f"{line}   p99 {p99 / calm[2]:.2f} times the quiet one")
    return int(any(missing.values()))


def _quantiles(times: list[float]) -> tuple[float, float, float]:
    """Return median, p95 and p99."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/campaign flood", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, metavar="N", help="rounds of quiet and every attack")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="duration of each spell, s")
    parser.add_argument(
        "--mbit", type=float, default=10.0, metavar="M", help="bit rate of the attacker, Mbit/s"
    )
    parser.add_argument(
        "--terminals", type=int, default=50, metavar="N", help="terminals besides the attacker"
    )
    return campaign(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

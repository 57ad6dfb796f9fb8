"""Terminals, requests and keys for tests of the registry; the keys are used nowhere else."""

from __future__ import annotations

from dataclasses import replace

from nacl import bindings

from scripts.registry import terminals
from scripts.registry.admission import Refusal, admit
from scripts.registry.answers import letter, names_head, reply
from scripts.registry.database import Database, NamedHead
from scripts.registry.other_issuers import OtherIssuers, js1_adapter
from scripts.registry.terminals import Terminal
from terminal.journal.record import Head
from terminal.registry import codec, topics
from terminal.registry.messages import (
    LookupAnswer,
    LookupRequest,
    PlateQuestion,
    Purpose,
    Question,
    VehicleRecord,
)
from terminal.wire import cbor, sealed, signed
from terminal.wire.sealed import SealingKeyPair
from terminal.wire.signed import Signer, by_kid

NOW_MS = 1_795_320_000_000  # 2026-11-22 in Asia/Shanghai
DAY = 20261122


def public(seed: bytes) -> bytes:
    """Return the Ed25519 public key of a seed."""
    return bindings.crypto_sign_seed_keypair(seed)[0]


def key_of(name: str) -> bytes:
    """Return a seed for tests, derived from a name."""
    return name.encode().ljust(32, b".")


def listed(*entries: Terminal) -> bytes:
    """Return target `terminals.cbor`."""
    return cbor.write(
        {n: [t.id, t.public_key, t.province, t.state, t.sealing_key] for n, t in enumerate(entries, 1)}
    )


def pair_of(name: str) -> SealingKeyPair:
    """Return the X25519 pair of a terminal or of the registry, for tests."""
    return SealingKeyPair.of(key_of(name))


def terminal_of(name: str, province: str = "苏", state: str = "active") -> Terminal:
    """Return a terminal with the keys of its name."""
    return Terminal(name, public(key_of(name)), province, state, pair_of(name).public)


LOOKUP_PAIR = pair_of("lookup")
"""Key pair that lookups are sealed to."""


def lookup_pairs(_now_s: int) -> tuple[SealingKeyPair, ...]:
    """The pairs that open lookups, at any time."""
    return (LOOKUP_PAIR,)


T0001 = terminal_of("T0001")
T0002 = terminal_of("T0002", "浙")
LOST = terminal_of("T0003", state="lost")
TERMINALS = terminals.load(listed(T0001, T0002, LOST))
ANSWER_SEED = key_of("answer")
ANSWER_SIGNER = signed.signer(ANSWER_SEED)
HOTLIST_SEED = key_of("hot list")
RECEIPT_SEED = key_of("receipt")
RECEIPT_SIGNER = signed.signer(RECEIPT_SEED)
RECEIPT_KEYS = by_kid([public(RECEIPT_SEED)])
ANSWER_KEYS = by_kid([public(ANSWER_SEED)])
OTHER_SEED = key_of("other issuer")
OTHERS = OtherIssuers({"JS1": js1_adapter(public(OTHER_SEED))})
RECORD = VehicleRecord(
    number="苏A12345", kind="02", vehicle_type="K33", use="A", valid_through=20270831, letters="A"
)
REQUEST = LookupRequest(
    id=b"q" * 16,
    sent_ms=NOW_MS,
    terminal="T0001",
    officer="098765",
    question=PlateQuestion("苏A12345", "02"),
    why=Purpose.CHECK,
    head=Head(b"J" * 16, 7, b"h" * 32),
)
LOOKUP_TOPIC = topics.lookup("T0001")


def request(question: Question, number: int = 0) -> LookupRequest:
    """Return a request of T0001, with an id for each `number`."""
    return replace(REQUEST, question=question, id=number.to_bytes(16, "big"))


def signer_of(name: str) -> Signer:
    """Return a terminal's signer."""
    return signed.signer(key_of(name))


def sent(message: LookupRequest) -> bytes:
    """Return a request as its terminal sends it."""
    return codec.sign(message, signer_of(message.terminal))


def boxed(message: LookupRequest) -> bytes:
    """A request as it passes the broker: signed and sealed."""
    return sealed.seal(sent(message), LOOKUP_PAIR.public)


def unboxed(payload: bytes, terminal: str = "T0001") -> bytes:
    """An answer or receipt that was sealed to a terminal, as it was signed."""
    opened = pair_of(terminal).open(payload)
    assert opened is not None
    return opened


def ask(
    database: Database, payload: bytes, topic: str = LOOKUP_TOPIC, now_ms: int = NOW_MS
) -> bytes | Refusal:
    """Have a worker handle one delivery; return the signed answer, or the reason for none."""
    admitted = admit(LookupRequest, topic, payload, TERMINALS)
    if isinstance(admitted, Refusal):
        return admitted
    request, owner = admitted
    with database.answering() as view:
        answer = reply(request, owner, view, OTHERS, now_ms)
    if not isinstance(answer, Refusal) and names_head(request, owner, now_ms):
        database.keep([NamedHead(owner.id, request.head, now_ms)])
    return answer if isinstance(answer, Refusal) else letter(answer, ANSWER_SIGNER).payload


def answered(database: Database, message: LookupRequest, now_ms: int = NOW_MS) -> LookupAnswer:
    """Return the answer to a request, opened with the answer keys as by its terminal."""
    payload = ask(database, sent(message), topics.lookup(message.terminal), now_ms)
    assert isinstance(payload, bytes)
    answer = codec.open_signed(LookupAnswer, payload, ANSWER_KEYS)
    assert answer is not None
    return answer

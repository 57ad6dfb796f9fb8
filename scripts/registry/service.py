"""Service of the registry, independent of transport: answers, receipts, hot-list changes and the log.

It keeps only each terminal's usage between requests, so any number of workers may share one database. The log
has terminals, topics, results and reasons, and never the content of requests.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scripts.registry import hotlist, terminals, uploads
from scripts.registry.admission import LARGEST, TOPICS, Refusal, admit
from scripts.registry.answers import (
    FRESH_MS,
    Publication,
    letter,
    names_head,
    refused,
    reply,
    unavailable,
    unopened,
)
from scripts.registry.bounds import Bounds, Refused
from scripts.registry.database import NamedHead
from scripts.registry.faults import DatabaseFault
from scripts.registry.journals import store
from scripts.registry.terminals import identity_of
from scripts.registry.uploads import SignedUpload
from terminal.errors import TrustFault
from terminal.model import RefusalReason
from terminal.registry import codec, topics
from terminal.registry.messages import Batch, Health, LookupRequest, Pieces, Reception
from terminal.wire import cose, sealed
from terminal.wire.fields import ID_SIZE
from terminal.wire.sealed import open_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from scripts.registry.database import Database
    from scripts.registry.other_issuers import OtherIssuers
    from scripts.registry.terminals import Terminal
    from terminal.registry.messages import HotlistChange, LookupAnswer
    from terminal.wire.sealed import SealingKeyPair
    from terminal.wire.signed import Signer

LOG = logging.getLogger("registry")
_KINDS = frozenset({"lookup", "batch", "pieces", "health"})
_UNKNOWN = "unknown"
_HEADS = 10_000
"""Heads waiting to be kept; beyond this the oldest are dropped, and their terminals name newer ones."""


class HotlistPublication(NamedTuple):
    """A hot-list change to publish; call `Service.told` once the broker has it."""

    topic: str
    payload: bytes
    change: HotlistChange


class TerminalCache:
    """Terminals of a trust set's folder, reloaded when another set replaces it."""

    def __init__(self, trust: Path) -> None:
        """`trust` is a trust set's folder, or a link to one. Raises TrustFault if it is unusable."""
        self._trust = trust
        self._set, self._terminals = identity_of(trust), terminals.load_from(trust)
        self._by_name = {each.id: each for each in self._terminals.values()}

    def terminals(self) -> Mapping[bytes, Terminal]:
        """Return the terminals by kid. An unusable new set is ignored, and the last one stays in use."""
        if (found := identity_of(self._trust)) != self._set:
            self._set = found
            try:
                self._terminals = terminals.load_from(self._trust)
                self._by_name = {each.id: each for each in self._terminals.values()}
            except TrustFault as fault:
                LOG.warning("the last list of terminals stays in force: %s", fault.line())
        return self._terminals

    def named(self, name: str) -> Terminal | None:
        """Return the terminal with this id, active or not; None where none is listed."""
        self.terminals()
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Service:
    """The service of a worker: its database, terminals, signing keys, and the keys that open lookups.

    Lookups arrive sealed, answers and receipts leave sealed (wire format, section 5).
    """

    database: Database
    cache: TerminalCache
    others: OtherIssuers
    lookup_pairs: Callable[[int], Sequence[SealingKeyPair]] = field(repr=False)
    """The key pairs that open lookups, newest first, at a Unix time in s."""
    answers: Signer = field(repr=False)
    hotlists: Signer = field(repr=False)
    receipts: Signer = field(repr=False)
    bounds: Bounds = field(default_factory=Bounds)
    heads: deque[NamedHead] = field(default_factory=lambda: deque(maxlen=_HEADS))

    def deliver(
        self,
        topic: str,
        payload: bytes,
        now_ms: int,
        correlation: bytes = b"",
        post: Callable[[Publication], None] = lambda _: None,
    ) -> Publication | Refusal | None:
        """Process a delivery; return the publication, the reason for none, or None for health. Never raises.

        `post` gets the publication as soon as it may be sent: an answer at once, since an officer waits for
        it; a receipt once everything is stored. `correlation` is the delivery's Correlation Data: a receipt
        repeats it, and a request's must be its id.
        """
        out: Publication | Refusal | None
        match topic.split("/")[2:3]:
            case ["batch"]:
                out = self._file(Batch, topic, payload, now_ms, correlation)
            case ["pieces"]:
                out = self._file(Pieces, topic, payload, now_ms, correlation)
            case ["health"]:
                out = self._hear(topic, payload, now_ms)
            case _:
                out = self._answer(topic, payload, now_ms, correlation, post)
        if isinstance(out, Refusal):
            self._count(topic, out, now_ms)
        elif out is not None and isinstance(out.result, Reception):
            post(out)
        return out

    def take(self, payload: bytes, now_ms: int) -> bytes | Refusal:
        """Return the signed receipt for a batch or pieces that came without a broker. Never raises."""
        out = self._file(Batch, None, payload, now_ms, b"")
        if out is Refusal.UNSIGNED:  # it may be signed under the context of a batch
            out = self._file(Pieces, None, payload, now_ms, b"")
        return out if isinstance(out, Refusal) else out.payload

    def _count(self, topic: str, reason: str, now_ms: int) -> None:
        """Count and log a refusal by terminal and topic; topics that are no terminal's are not repeated."""
        _, _, kind, name, *_ = [*topic.split("/"), "", "", "", ""]
        known = kind in _KINDS and self.cache.named(name) is not None
        what = Refused(name, kind, reason) if known else Refused(_UNKNOWN, _UNKNOWN, reason)
        count = self.bounds.refuse(what, now_ms)
        if count is not None:
            LOG.warning("%s on %s: refused %d times: %s", what.terminal, what.topic, count, reason)

    def _answer(
        self, topic: str, payload: bytes, now_ms: int, correlation: bytes, post: Callable[[Publication], None]
    ) -> Publication | Refusal:
        owner = self._sender(topic, len(payload), now_ms)
        if isinstance(owner, Refusal):
            return owner
        message = open_with(self.lookup_pairs(now_ms // 1000), payload)
        if message is None:
            return self._refuse_key(owner, correlation, now_ms, post)
        admitted = admit(LookupRequest, topic, message, self.cache.terminals())
        if isinstance(admitted, Refusal):
            return admitted
        request, _ = admitted
        if correlation != request.id:
            return Refusal.CORRELATION
        if not self.bounds.admits(request, now_ms):
            self._count(topic, RefusalReason.BUSY, now_ms)
            busy = letter(refused(request, now_ms, RefusalReason.BUSY), self.answers)
            return _posted(busy, owner, post)
        out = self._reply(request, owner, now_ms, post)
        if not isinstance(out, Refusal):
            LOG.info("%s: %s", owner.id, out.result.name.lower())
        return out

    def _sender(self, topic: str, size: int, now_ms: int) -> Terminal | Refusal:
        """Return the terminal whose topic a lookup of `size` bytes came on; its content is not read."""
        if size > LARGEST[LookupRequest]:
            return Refusal.TOO_LARGE
        owner = self.cache.named(topic.rpartition("/")[2])
        if owner is None or topic != topics.lookup(owner.id):
            return Refusal.OTHER_TERMINAL
        return owner if self.bounds.admits_lookup(owner.id, now_ms) else Refusal.FLOOD

    def _refuse_key(
        self, owner: Terminal, correlation: bytes, now_ms: int, post: Callable[[Publication], None]
    ) -> Publication | Refusal:
        """Tell a terminal that no key opens its lookup: its trust set is too old, or it did not seal.

        The request itself is unknown: its id is the delivery's Correlation Data, its terminal the topic's.
        """
        if len(correlation) != ID_SIZE:
            return Refusal.CORRELATION
        self._count(topics.lookup(owner.id), RefusalReason.KEY, now_ms)
        return _posted(letter(unopened(correlation, owner.id, now_ms), self.answers), owner, post)

    def _reply(
        self, request: LookupRequest, owner: Terminal, now_ms: int, post: Callable[[Publication], None]
    ) -> Publication | Refusal:
        """Answer at once; the head that the request names is kept later by `keep_heads`, which may have to
        wait.
        """
        try:
            with self.database.answering() as view:
                answer = reply(request, owner, view, self.others, now_ms)
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())
            answer = unavailable(request.id, request.terminal, now_ms)
        if isinstance(answer, Refusal):
            return answer
        out = _posted(self._letter(answer, now_ms), owner, post)
        if names_head(request, owner, now_ms):
            self.heads.append(NamedHead(owner.id, request.head, now_ms))
        return out

    def keep_heads(self) -> None:
        """Keep the heads that requests named so far. Raises DatabaseFault; then these are lost."""
        named = [self.heads.popleft() for _ in range(len(self.heads))]
        if named:
            self.database.keep(named)

    def _letter(self, answer: LookupAnswer, now_ms: int) -> Publication:
        try:
            return letter(answer, self.answers)
        except ValueError:  # no message holds such a text; answer at once, so that the officer does not wait
            LOG.warning("a vehicle's record cannot be written")
            return letter(unavailable(answer.id, answer.terminal, now_ms), self.answers)

    def _file(
        self, kind: type[Batch | Pieces], topic: str | None, payload: bytes, now_ms: int, correlation: bytes
    ) -> Publication | Refusal:
        """Store a batch or pieces; without a database there is no receipt, and they are sent again."""
        terminals = self.cache.terminals()
        admitted = admit(kind, topic, payload, terminals)
        if admitted is Refusal.MALFORMED:
            upload = SignedUpload(terminals[cose.parse(payload).kid], payload, kind)
        elif isinstance(admitted, Refusal):
            return admitted
        else:
            upload = SignedUpload(admitted[1], payload, admitted[0])
        try:
            with self.database.transaction() as connection:
                bounds = None if topic is None else self.bounds
                receipt = uploads.store(connection, upload, now_ms, self.receipts, bounds)
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())
            return Refusal.UNAVAILABLE
        name, result = kind.__name__.lower(), receipt.result.name.lower()
        if receipt.result in (Reception.NOT_NOW, Reception.REFUSED):
            self._count(TOPICS[kind](upload.owner.id), result, now_ms)
        else:
            LOG.info("%s: %s %s", upload.owner.id, name, result)
        out = Publication(topics.answer(upload.owner.id), receipt.message, correlation, receipt.result)
        return out if topic is None else _sealed(out, upload.owner)

    def _hear(self, topic: str, payload: bytes, now_ms: int) -> Refusal | None:
        """Keep the journal's head that a health message names."""
        admitted = admit(Health, topic, payload, self.cache.terminals())
        if isinstance(admitted, Refusal):
            return admitted
        health, owner = admitted
        fresh = abs(now_ms - health.at_ms) <= FRESH_MS
        try:
            with self.database.transaction() as connection:
                store.witness(connection, owner.id, health.head, now_ms, fresh=fresh)
        except DatabaseFault as fault:
            LOG.warning("%s", fault.line())
            return Refusal.UNAVAILABLE
        return None

    def due(self, now_ms: int) -> list[HotlistPublication]:
        """Return the hot-list changes to publish now, including those that only confirm that none is missing.

        Raises DatabaseFault; then they are still due.
        """
        with self.database.reading() as connection:
            if not hotlist.is_due(connection, now_ms):
                return []
        with self.database.transaction() as connection:
            beaten = hotlist.heartbeat(connection, now_ms)
            untold = hotlist.claim(connection, now_ms)
        if beaten:
            self.database.forget(now_ms)
        return [
            HotlistPublication(topics.hotlist(change.province), codec.sign(change, self.hotlists), change)
            for change in untold
        ]

    def told(self, change: HotlistChange) -> None:
        """Note that the broker has a change. Raises DatabaseFault; then it will be published twice."""
        with self.database.transaction() as connection:
            hotlist.told(connection, change)
        LOG.info("hot list %s: told change %d of epoch %d", change.province, change.seq, change.epoch)


def _sealed(out: Publication, owner: Terminal) -> Publication:
    """Seal what is published to the terminal that it is for."""
    return out._replace(payload=sealed.seal(out.payload, owner.sealing_key))


def _posted(out: Publication, owner: Terminal, post: Callable[[Publication], None]) -> Publication:
    """Post an answer, sealed."""
    out = _sealed(out, owner)
    post(out)
    return out

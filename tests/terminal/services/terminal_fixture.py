"""The cases of a laboratory's terminal, and a registry that answers when the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from drivers.clock import ManualClock
from keys import files, lab
from keys.files import Algorithm
from keys.issue import IssueRequest, issue
from keys.key_store import open_store
from terminal import config
from terminal.credential.verify import Moment
from terminal.errors import LinkFault
from terminal.journal.codec import read_entry
from terminal.journal.record import read
from terminal.model import Plate, RecordedCheck, Vehicle
from terminal.ports import Incoming, LinkState, Outgoing
from terminal.registry import codec, topics
from terminal.registry.messages import (
    CodeQuestion,
    LookupAnswer,
    LookupRequest,
    LookupResult,
    PlateQuestion,
    VehicleRecord,
    VinQuestion,
)
from terminal.screens.events import Recorded, Refined, Reported, ScreenEvent
from terminal.services.assembly import open_services
from terminal.services.trust_service import access
from terminal.wire import signed
from terminal.wire.sealed import SealingKeyPair, seal
from tests.trust_sources import ChangingTrust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from terminal.journal.entry import Entry
    from terminal.ports import LinkMessage
    from terminal.services.checks import Checks
    from terminal.services.services import Services

OURS, OTHER = Plate("苏A12345", "02"), Plate("苏A54321", "02")
OTHER_ISSUERS_CODE = "JS1:another issuer's"
TERMINAL = "T0001"


@dataclass
class HandLink:
    """A link whose other end is the test's: it keeps what was sent, and is up as it is told."""

    up: bool = True
    sent: list[Outgoing] = field(default_factory=list)
    acknowledged: list[Incoming] = field(default_factory=list)

    deliver: Callable[[LinkMessage], None] = field(default=lambda _: None)

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """Deliver the test's messages to `deliver` from now on."""
        self.deliver = deliver

    def send(self, message: Outgoing) -> None:
        """Keep it."""
        self.sent.append(message)

    def acknowledge(self, message: Incoming) -> None:
        """Keep it."""
        self.acknowledged.append(message)

    @property
    def state(self) -> LinkState:
        """As the test says."""
        return LinkState(None if self.up else LinkFault())

    def close(self) -> None:
        """Nothing is open."""


def answer_to(
    request: LookupRequest,
    laboratory: Path,
    at_ms: int,
    **said: Any,  # noqa: ANN401 - an answer's fields
) -> Incoming:
    """The answer to a request, signed by the laboratory's registry, as the link opened it."""
    answer = LookupAnswer(id=request.id, answered_ms=at_ms, terminal=TERMINAL, **said)
    seed = files.load_seed(laboratory / "private/answer.key")
    return Incoming(topics.answer(TERMINAL), codec.sign(answer, signed.signer(seed)), request.id)


def record_of(
    plate: Plate, letters: str = "A", *, colour: str | None = None, vin_tail: str | None = None
) -> VehicleRecord:
    """A vehicle's record, in validity."""
    return VehicleRecord(
        number=plate.number,
        kind=plate.kind,
        vehicle_type="K33",
        use="A",
        valid_through=20991231,
        letters=letters,
        colour=colour,
        vin_tail=vin_tail,
    )


def sealed_to_terminal(answer: Incoming, laboratory: Path) -> Incoming:
    """An answer as it passes the broker."""
    key = files.load_public(laboratory / "identity/sealing.key.pub", Algorithm.X25519)
    return replace(answer, payload=seal(answer.payload, key))


def opened_request(sent: Outgoing, laboratory: Path) -> LookupRequest:
    """A lookup that was sent, opened as the registry opens it."""
    assert sent.topic == topics.lookup(TERMINAL)
    pair = SealingKeyPair.of(files.load(laboratory / "private/lookup.key", Algorithm.X25519))
    message = pair.open(sent.payload)
    assert message is not None
    keys = signed.by_kid([files.load_public(laboratory / "identity/terminal.key.pub")])
    request = codec.open_signed(LookupRequest, message, keys)
    assert request is not None
    return request


def requests(link: HandLink, laboratory: Path) -> list[LookupRequest]:
    """The questions about vehicles and codes that were sent, in their order."""
    lookups = [one for one in link.sent if one.topic == topics.lookup(TERMINAL)]
    read = [opened_request(one, laboratory) for one in lookups]
    return [one for one in read if isinstance(one.question, PlateQuestion | CodeQuestion | VinQuestion)]


@dataclass
class Work:
    """A terminal's cases with what surrounds them."""

    laboratory: Path
    settings: config.Config
    clock: ManualClock
    link: HandLink
    services: Services
    trust: ChangingTrust

    @property
    def cases(self) -> Checks:
        """The checks."""
        return self.services.checks

    @property
    def moment(self) -> Moment:
        """Now, by a clock that is trusted."""
        return Moment(self.clock.now_s())

    def code(self, plate: Plate = OURS, valid_through: int = 209912) -> str:
        """A genuine code of a vehicle."""
        return self.code_of(Vehicle(plate, "K33", "A", valid_through))

    def code_of(self, vehicle: Vehicle) -> str:
        """A genuine code of a vehicle with these claims."""
        seed = files.load_seed(self.laboratory / "private/jiangsu.key")
        return issue(IssueRequest(vehicle, "苏A"), seed, b"c" * 12, int(self.clock.now_s()) - 60)

    def asked(self) -> list[LookupRequest]:
        """The questions about vehicles and codes, in their order."""
        return requests(self.link, self.laboratory)

    def answer(
        self,
        request: LookupRequest,
        plate: Plate | None = None,
        letters: str = "A",
        **said: Any,  # noqa: ANN401 - an answer's fields
    ) -> Sequence[ScreenEvent]:
        """Receive the registry's answer about a vehicle, or its result alone; return the screen events."""
        record = said.get("record") if plate is None else record_of(plate, letters)
        fields: dict[str, Any] = {
            "result": LookupResult.FOUND if record else LookupResult.NOT_FOUND,
            "record": record,
        }
        incoming = answer_to(request, self.laboratory, int(1e3 * self.clock.now_s()), **fields | said)
        return self.services.receive(incoming)

    def entries(self) -> list[Entry]:
        """The journal's entries, opened."""
        key = files.load(self.laboratory / "private/journal.key", files.Algorithm.X25519)
        pair = SealingKeyPair.of(key)
        journal = self.cases.recorder.journal
        return [read_entry(pair.open(read(one).sealed) or b"") for one in journal.records()]


def work_of(laboratory: Path, folder: Path, now_s: float) -> Work:
    """A terminal's cases over an empty journal, with another issuer's codes known by their beginning."""
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(
        settings,
        paths=replace(settings.paths, state=folder),
        checks=replace(settings.checks, other_issuers=("JS1:.*",)),
    )
    clock, link = ManualClock(now_s), HandLink()
    trust = ChangingTrust.of(laboratory)
    services = open_services(settings, clock, link, open_store, access(trust))
    return Work(laboratory, settings, clock, link, services, trust)


def judged(told: object) -> RecordedCheck:
    """The check that one event, or a tuple of one, is about."""
    (event,) = told if isinstance(told, tuple) else (told,)
    assert isinstance(event, Recorded | Refined | Reported)
    return event.judged

"""Messages between terminal and registry (wire format, sections 5 and 6).

None stands for a key left out. `codec` encodes, decodes and signs them. Fields that name a vehicle or a
person are not in a message's `repr`, so that they reach no log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from terminal.journal import record
from terminal.journal.record import Head
from terminal.model import NO_DETAILS, Plate, RecordDetails

if TYPE_CHECKING:
    from terminal.journal.entry import Ages
    from terminal.journal.record import Break
    from terminal.model import CredentialFinding, EarlierAlarm, Issuance, RefusalReason


class Purpose(StrEnum):
    """Purpose of a lookup (key 6 of a request)."""

    CHECK = "check"
    RECHECK = "recheck"
    QUERY = "query"


class LookupResult(IntEnum):
    """Result of a lookup (key 3 of an answer)."""

    FOUND = 0
    NOT_FOUND = 1
    SEVERAL_KINDS = 2
    REFUSED = 3
    UNAVAILABLE = 4


class Reception(IntEnum):
    """Result of a batch or of pieces (key 6 of a receipt)."""

    STORED = 0
    GAP = 1
    """Earlier records are missing: continue after the number in the receipt."""
    FORK = 2
    """The records contradict those that are stored."""
    NOT_NOW = 3
    """The registry is busy, or a quota is used up: send again later."""
    REFUSED = 4
    """Invalid; never stored as it is."""


class Command(StrEnum):
    """Order to a terminal (key 5 of an order)."""

    LOCK = "lock"
    WIPE = "wipe"
    UNLOCK = "unlock"
    REFRESH = "refresh"
    """Fetch the trust set now."""


@dataclass(frozen=True, slots=True)
class CodeClaims:
    """Claims of a code that tell the registry if its authority's records should contain it."""

    issuer: str
    issued_s: int
    """iat, Unix time, s."""
    expires_s: int
    """exp, Unix time, s."""


@dataclass(frozen=True, slots=True)
class PlateQuestion:
    """Form 1 of a question: a number, and the kind if the officer knows it."""

    number: str = field(repr=False)
    kind: str | None = None
    code_digest: bytes | None = None
    """Digest of a code that was shown and passed the signature check: first 16 bytes of SHA-256 over its
    Sig_structure."""
    code_claims: CodeClaims | None = None
    """Claims of that code, if proven; a private key, which other registries ignore."""


@dataclass(frozen=True, slots=True)
class VinQuestion:
    """Form 5 of a question: a VIN, if there is no plate or it may be a clone's."""

    vin: str = field(repr=False)
    """17 characters of 0-9 and A-Z without I, O and Q."""


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """Form 3 of a question: text of another issuer's code, which the registry verifies."""

    code_text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HotlistQuestion:
    """Form 4 of a question: a province's hot-list changes from number `first` on.

    Epoch 0 means that no list is held. Asked about another epoch than its own, the registry answers with its
    own from the first change.
    """

    province: str
    epoch: int
    first: int


Question: TypeAlias = PlateQuestion | CodeQuestion | HotlistQuestion | VinQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRequest:
    """Request of a terminal for an officer."""

    id: bytes
    """16 random bytes."""
    sent_ms: int
    """Unix time, ms."""
    terminal: str
    officer: str = field(repr=False)
    question: Question
    why: Purpose
    head: Head
    """Head of the terminal's journal, which the registry witnesses."""
    location: tuple[int, int] | None = field(default=None, repr=False)
    """Latitude and longitude in 1e-7 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRecord:
    """The registry's record of a vehicle."""

    number: str = field(repr=False)
    kind: str
    vehicle_type: str
    use: str
    valid_through: int
    """yyyymmdd"""
    letters: str
    """机动车状态 (status letters), unchanged."""
    colour: str | None = None
    vin_tail: str | None = field(default=None, repr=False)
    brand: str | None = None
    newest_cti: bytes | None = field(default=None, repr=False)
    """cti of the newest credential, 12 bytes."""
    details: RecordDetails = NO_DETAILS

    @property
    def plate(self) -> Plate:
        """The vehicle's kind and number."""
        return Plate(self.number, self.kind)


@dataclass(frozen=True, slots=True)
class HotlistEntry:
    """Line of a hot-list change: a vehicle and its status letters; empty letters remove it."""

    plate: Plate = field(repr=False)
    letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlistChange:
    """Change of a province's hot list; one without vehicles says that none is missing.

    A snapshot (`hotlist/<province>.cbor`) is the same map with the whole list after that number.
    """

    province: str
    epoch: int
    seq: int
    """Sequence number; an epoch begins with 1 and an empty list."""
    at_ms: int
    """Unix time, ms."""
    vehicles: tuple[HotlistEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer:
    """Answer of the registry to one request."""

    id: bytes
    """Id of the request."""
    answered_ms: int
    """Unix time, ms."""
    result: LookupResult
    terminal: str
    record: VehicleRecord | None = None
    """The vehicle found."""
    records: tuple[VehicleRecord, ...] | None = None
    """Two or more vehicles of different kinds with this number."""
    changes: tuple[HotlistChange, ...] | None = None
    """For form 4: the changes asked for that there are, in order; may be empty."""
    finding: CredentialFinding | None = None
    """For form 3: the finding of another issuer's code."""
    more: bool | None = None
    """True if further changes follow."""
    issuance: Issuance | None = None
    """Statement on the code whose digest is in the question."""
    earlier_alarms: tuple[EarlierAlarm, ...] | None = None
    """Earlier alarms, newest first, at most 5."""
    refusal: RefusalReason | None = None
    """Reason, if the result is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Health report of a terminal."""

    terminal: str
    at_ms: int
    """Unix time, ms."""
    state: str
    version: str
    ages: Ages
    unreceipted: int
    """Number of records without a receipt."""
    head: Head
    battery_percent: int | None = None
    self_test_ms: int | None = None
    """Unix time of the last self-test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Order to a terminal; valid only for the identity that it names."""

    terminal: str
    kid: bytes
    """Key id of that identity, 8 bytes."""
    id: bytes
    """16 bytes; an order is carried out only once."""
    made_ms: int
    """Unix time, ms."""
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records of one journal, in chain order without a gap; at least one."""

    terminal: str
    journal_id: bytes
    """16 bytes."""
    first: int
    last: int
    before: bytes
    """Hash of the record before the first; the genesis before record 1."""
    records: tuple[bytes, ...]
    """Encoded records, as they were hashed (`journal.record`)."""

    def end(self) -> Head | Break:
        """Return the head after the batch, or the first break of its chain."""
        return record.verify_chain(Head(self.journal_id, self.first - 1, self.before), self.records)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a sealed picture: at least one byte, from `offset` on, of `total` bytes."""

    sha256: bytes
    """SHA-256 of the whole sealed picture, which names it."""
    offset: int
    total: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Parts of evidence in one message."""

    terminal: str
    pieces: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class StoredPart:
    """Bytes of a sealed picture that the registry holds, from the first one without a gap."""

    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Receipt for a batch or for pieces, with the same correlation data.

    For a batch, `seq` and `hash` name the last record of the journal that the registry holds, also for a gap
    and a fork; with nothing stored they are 0 and the genesis. For pieces, `held` has the size of each
    picture, and the keys about a journal (zeros) are ignored.
    """

    terminal: str
    journal_id: bytes
    seq: int
    hash: bytes
    received_ms: int
    """Unix time, ms."""
    result: Reception
    held: tuple[StoredPart, ...] | None = None
    wait_s: int | None = None
    """For not now: pause before the terminal sends again, s."""

    @property
    def head(self) -> Head:
        """Head of the journal as the registry holds it."""
        return Head(self.journal_id, self.seq, self.hash)


Message: TypeAlias = LookupRequest | LookupAnswer | HotlistChange | Health | Order | Batch | Pieces | Receipt
Kind = TypeVar("Kind", bound=Message)
"""A kind of message."""

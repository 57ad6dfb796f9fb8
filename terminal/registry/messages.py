"""What a terminal and the registry say to each other, as the messages of wire format sections 5 and 6.

None is what was not there; `form` says how they are written, read and signed. What names a vehicle or a
person is not in a message's `repr`, so that it reaches no log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from terminal.journal import record
from terminal.journal.record import Head
from terminal.model import Plate

if TYPE_CHECKING:
    from terminal.journal.entry import Ages
    from terminal.journal.record import Break
    from terminal.model import CredentialFinding, EarlierAlarm, Issuance, RefusalReason


class Purpose(StrEnum):
    """Why a vehicle is looked up."""

    CHECK = "check"
    RECHECK = "recheck"
    QUERY = "query"


class LookupResult(IntEnum):
    """What a lookup came to."""

    FOUND = 0
    NOT_FOUND = 1
    SEVERAL_KINDS = 2
    REFUSED = 3
    UNAVAILABLE = 4


class Reception(IntEnum):
    """What became of a batch."""

    STORED = 0
    GAP = 1
    """Records before it are missing: go on after the number that the receipt names."""
    FORK = 2
    """It contradicts what is stored."""
    NOT_NOW = 3
    """The registry is busy, or a quota is used up: send it again later."""
    REFUSED = 4
    """Unsound; it will never be stored as it is."""


class Command(StrEnum):
    """What the registry may order a terminal to do."""

    LOCK = "lock"
    WIPE = "wipe"
    UNLOCK = "unlock"
    REFRESH = "refresh"
    """Fetch the trust set now."""


@dataclass(frozen=True, slots=True)
class CodeClaims:
    """Claims of a code by which the registry knows whether its authority's records would have it."""

    issuer: str
    issued_s: int
    """iat, Unix time, s."""
    expires_s: int
    """exp, Unix time, s."""


@dataclass(frozen=True, slots=True)
class PlateQuestion:
    """Form 1: a number, and its kind where the officer knows it."""

    number: str = field(repr=False)
    kind: str | None = None
    code_digest: bytes | None = None
    """Of a code that was shown and passed the signature check: first 16 bytes of SHA-256 over its
    Sig_structure."""
    code_claims: CodeClaims | None = None
    """Claims of that code, if they are proven: a private key of the message, which others ignore."""


@dataclass(frozen=True, slots=True)
class VinQuestion:
    """Form 5: a vehicle identification number, where there is no plate or one that may be a clone's."""

    vin: str = field(repr=False)
    """17 of 0-9 A-Z without I, O and Q."""


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """Form 3: the text of another issuer's code, which the registry verifies."""

    code_text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HotlistQuestion:
    """Form 4: a province's hot-list changes from `first` on.

    Epoch 0 is a terminal without a list; whoever names an epoch that is not the registry's own gets the
    registry's, from its first change.
    """

    province: str
    epoch: int
    first: int


Question: TypeAlias = PlateQuestion | CodeQuestion | HotlistQuestion | VinQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRequest:
    """A question of a terminal, in an officer's name."""

    id: bytes
    """16 random bytes."""
    sent_ms: int
    """Unix time."""
    terminal: str
    officer: str = field(repr=False)
    question: Question
    why: Purpose
    head: Head
    """Where the terminal's journal stands: the registry is its witness."""
    location: tuple[int, int] | None = field(default=None, repr=False)
    """Latitude and longitude in 1e-7 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleRecord:
    """What the registry has of a vehicle."""

    number: str = field(repr=False)
    kind: str
    vehicle_type: str
    use: str
    valid_through: int
    """yyyymmdd"""
    letters: str
    """机动车状态, as the registry has it."""
    colour: str | None = None
    vin_tail: str | None = field(default=None, repr=False)
    brand: str | None = None
    first_registered: int | None = None
    """yyyymmdd"""
    scrap_date: int | None = None
    """强制报废期止, yyyymmdd: shown, and decides nothing."""
    newest_cti: bytes | None = field(default=None, repr=False)
    """cti of the newest credential, 12 bytes."""
    inspected: int | None = None
    """Day of the last inspection, yyyymmdd."""
    station: str | None = None
    """Where it was inspected."""
    exempt: bool | None = None
    """True where it is exempt from on-site inspection."""
    insured_until: int | None = None
    """yyyymmdd"""
    violations: int | None = None
    """Violations that are not dealt with."""
    seats: int | None = None
    energy: str | None = None

    @property
    def plate(self) -> Plate:
        """Whose record this is."""
        return Plate(self.number, self.kind)


@dataclass(frozen=True, slots=True)
class HotlistEntry:
    """One line of a change: a vehicle and its status letters, empty to take it off."""

    plate: Plate = field(repr=False)
    letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlistChange:
    """A change of a province's hot list; without vehicles it says that nothing is missing.

    A snapshot (`hotlist/<province>.cbor`) is the same map: the whole list as it stands after that number.
    """

    province: str
    epoch: int
    seq: int
    """An epoch's first change is 1, and says that its list was empty before."""
    at_ms: int
    """Unix time."""
    vehicles: tuple[HotlistEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer:
    """The registry's word on one question."""

    id: bytes
    """The request's."""
    answered_ms: int
    """Unix time."""
    result: LookupResult
    terminal: str
    record: VehicleRecord | None = None
    """Where a vehicle was found."""
    records: tuple[VehicleRecord, ...] | None = None
    """Where the number is carried by several kinds: two or more."""
    changes: tuple[HotlistChange, ...] | None = None
    """Found, for form 4: what there is of the changes asked for, in order; may be none."""
    finding: CredentialFinding | None = None
    """What the registry says of another issuer's code."""
    more: bool | None = None
    """Whether further changes follow."""
    issuance: Issuance | None = None
    """Of the code that the question names by its digest."""
    earlier_alarms: tuple[EarlierAlarm, ...] | None = None
    """Newest first, at most 5; they are shown under an alarm and never lower it."""
    refusal: RefusalReason | None = None
    """Where the result is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a terminal is."""

    terminal: str
    at_ms: int
    """Unix time."""
    state: str
    version: str
    ages: Ages
    unreceipted: int
    """Records without receipt."""
    head: Head
    battery_percent: int | None = None
    self_test_ms: int | None = None
    """Unix time of the last self-test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a terminal is ordered to do, while it is the identity that the order is for."""

    terminal: str
    kid: bytes
    """Key id of that identity, 8 bytes."""
    id: bytes
    """16 bytes; an order is carried out once."""
    made_ms: int
    """Unix time."""
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
    """Each as it was written and hashed; `record.read` reads it."""

    def end(self) -> Head | Break:
        """Where the journal stands after the batch; or where its records are no chain from `before` on."""
        return record.verify_chain(Head(self.journal_id, self.first - 1, self.before), self.records)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a sealed picture: bytes from `offset` on, of `total`; at least one."""

    sha256: bytes
    """Of the whole sealed picture: its name."""
    offset: int
    total: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Evidence, in parts."""

    terminal: str
    pieces: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class StoredPart:
    """How many bytes of a sealed picture the registry holds, from its first byte without a gap."""

    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The registry's word on a batch or on pieces, to which its correlation data belongs.

    Of a batch it names the journal, and the last record that is stored of it with its hash: `gap` says the
    same, and with nothing stored it is number 0 and the genesis. Of pieces it tells each one's `held`, and
    says nothing of a journal: whatever stands there (16 and 32 zero bytes, number 0) is read over.
    """

    terminal: str
    journal_id: bytes
    seq: int
    hash: bytes
    received_ms: int
    """Unix time."""
    result: Reception
    held: tuple[StoredPart, ...] | None = None
    wait_s: int | None = None
    """For not now: so long the terminal waits before it sends again, s."""

    @property
    def head(self) -> Head:
        """Where the registry stands in the journal."""
        return Head(self.journal_id, self.seq, self.hash)


Message: TypeAlias = LookupRequest | LookupAnswer | HotlistChange | Health | Order | Batch | Pieces | Receipt
Kind = TypeVar("Kind", bound=Message)
"""One kind of message, as a type."""

"""The nouns every part shares: frozen values with units in their names, and no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Luma = npt.NDArray[np.uint8]


class CredentialFinding(StrEnum):
    """What is known of the credential (credential_findings.csv)."""

    CURRENT = "current"
    PAST = "past"
    WITHDRAWN = "withdrawn"
    NOT_ISSUED = "not_issued"
    OTHER_VEHICLE = "other_vehicle"
    FAILED = "failed"
    UNVERIFIABLE = "unverifiable"
    UNREADABLE = "unreadable"
    NOT_SHOWN = "not_shown"


NAMING_A_VEHICLE = frozenset(
    {
        CredentialFinding.CURRENT,
        CredentialFinding.PAST,
        CredentialFinding.WITHDRAWN,
        CredentialFinding.NOT_ISSUED,
    }
)
"""Findings whose claims name the subject until the officer confirms it; others name nobody."""


class Reason(StrEnum):
    """Which check decided the credential finding (wire format, section 3, order of checks)."""

    OK = "ok"
    NO_CODE = "no_code"
    """No code was found in a picture that the person asked to have read."""
    NOT_SHOWN = "not_shown"
    """The officer entered a plate, and no code was shown."""
    OTHER_ISSUER = "other_issuer"
    FUTURE_VERSION = "future_version"
    FOREIGN = "foreign"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    BAD_SIGNATURE = "bad_signature"
    STALE_TRUST = "stale_trust"
    UNTRUSTED_CLOCK = "untrusted_clock"
    MALFORMED_CLAIMS = "malformed_claims"
    KEY_COMPROMISED = "key_compromised"
    KEY_OUT_OF_WINDOW = "key_out_of_window"
    KEY_OUT_OF_SCOPE = "key_out_of_scope"
    ISSUED_IN_FUTURE = "issued_in_future"
    WITHDRAWN = "withdrawn"
    STATUS_UNKNOWN = "status_unknown"
    NOT_ISSUED = "not_issued"
    OTHER_VEHICLE = "other_vehicle"
    EXPIRED = "expired"


class VehicleFinding(StrEnum):
    """What is known of the vehicle (vehicle_findings.csv)."""

    VALID = "valid"
    CAUTION = "caution"
    OVERDUE = "overdue"
    OFF_ROAD = "off_road"
    ALARM = "alarm"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"
    CACHED_VALID = "cached_valid"
    CACHED_OVERDUE = "cached_overdue"
    CACHED_CAUTION = "cached_caution"
    CACHED_OFF_ROAD = "cached_off_road"
    CACHED_ALARM = "cached_alarm"
    UNCHECKED = "unchecked"


class Outcome(StrEnum):
    """What the officer is shown (outcomes.csv)."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    PROVISIONAL = "provisional"
    CAUTION = "caution"
    OVERDUE = "overdue"
    OFF_ROAD = "off_road"
    ALARM = "alarm"
    UNDETERMINED = "undetermined"


class Subject(StrEnum):
    """Whose word says which vehicle a verdict is about."""

    CODE = "code"
    CONFIRMED = "confirmed"
    TYPED = "typed"


class PlateInput(StrEnum):
    """The way the plate of a check was entered (wire format, section 6, key 20 of a check)."""

    TYPED = "typed"
    READ = "read"
    """By a camera, and accepted by the officer."""
    CODE = "code"
    """From the claims of the code."""


class ComparedField(StrEnum):
    """A field that code and registry are compared in (wire format, section 5)."""

    COLOUR = "colour"
    TYPE = "type"
    VIN = "vin"


class Issuance(IntEnum):
    """The registry's word on a code that passed the signature check (wire format, section 5, key 10)."""

    ISSUED = 0
    NEVER_ISSUED = 1
    NOT_KNOWN = 2


class RefusalReason(StrEnum):
    """The reason for which the registry refused a request (key 12 of an answer)."""

    BUSY = "busy"
    CLOCK = "clock"
    """The request was more than 60 s old or ahead."""
    INACTIVE = "inactive"
    """The terminal is withdrawn."""
    MALFORMED = "malformed"
    """It asks about a number, kind, VIN or province that can be none."""
    KEY = "key"
    """The request was sealed to a key that no worker has."""


class CheckOrigin(StrEnum):
    """What a check began with."""

    SCAN = "scan"
    PLATE = "plate"
    OTHER_ISSUER = "other_issuer"


@dataclass(frozen=True, slots=True)
class Plate:
    """A vehicle's identity: 号牌号码 and 号牌种类 together, never the number alone."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What a credential says of its vehicle (wire format, section 3, `Vehicle`)."""

    plate: Plate
    vehicle_type: str
    use: str
    valid_through: int
    """检验有效期至, yyyymm; valid through the last day of that month, Asia/Shanghai."""
    colour: str | None = None
    vin_tail: str | None = None
    first_registered: int | None = None
    """yyyymmdd"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Claims for enforcement alone, still closed."""

    epoch: int
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class SealedClaims:
    """Claims for enforcement alone, opened: full VIN, tail of the engine number, owner masked."""

    vin: str
    engine_tail: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class StatusListRef:
    """Where a status list says whether the credential was withdrawn."""

    list: int
    index: int


@dataclass(frozen=True, slots=True)
class Credential:
    """The claims of an inspection credential whose signature was verified."""

    issuer: str
    expires_s: int
    issued_s: int
    cti: bytes
    vehicle: Vehicle
    sealed: Sealed | None = None
    status: StatusListRef | None = None


@dataclass(frozen=True, slots=True)
class RegisterResult:
    """Files of the register of issued codes that cover a code, by target name and what they tell of it."""

    listed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    """Entries out of order were met here, so nothing is known from it."""

    @property
    def covered(self) -> bool:
        """True if an undamaged file of the register covers the code."""
        return bool(self.listed or self.missing)


NOT_SEARCHED = RegisterResult()


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to the first question: whether this code is genuine, and in date.

    `credential` is there only when the claims are proven: findings current, past, withdrawn,
    not_issued and other_vehicle.
    """

    finding: CredentialFinding
    reason: Reason
    credential: Credential | None = None
    digest: bytes | None = None
    """First 16 bytes of SHA-256 over the Sig_structure of a code that passed check 5."""
    register: RegisterResult = NOT_SEARCHED
    """What the register of issued codes has of the code."""


@dataclass(frozen=True, slots=True)
class EarlierAlarm:
    """An earlier alarm on the vehicle and its result, a key of alarm_results.csv or of a later table."""

    day: int
    """yyyymmdd"""
    result: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HotlistWord:
    """The hot list's word on a vehicle, and the age of the list that says so."""

    listed: bool
    age_s: int | None
    """Of the oldest province's list that was asked; None where one never was whole."""
    silent: bool = False
    """The list has said nothing for longer than it may: alarms may be missing."""


@dataclass(frozen=True, slots=True)
class VehicleStatus:
    """The answer to the second question: what is the vehicle's status, by which source, how old."""

    finding: VehicleFinding
    letters: str | None = None
    valid_through: int | None = None
    """yyyymmdd"""
    age_s: int | None = None
    """Age of the list or answer that says so; None where nothing was asked."""
    vehicle: Vehicle | None = None
    """What the registry has of the vehicle, to compare."""
    brand: str | None = None
    scrap_date: int | None = None
    """强制报废期止, yyyymmdd: shown, and decides nothing."""
    newest_cti: bytes | None = field(default=None, repr=False)
    """The newest credential issued for it."""
    display_only: frozenset[ComparedField] = frozenset()
    """Fields of `vehicle` that this registry keeps too badly to decide by: they are compared and shown."""
    earlier_alarms: tuple[EarlierAlarm, ...] = ()
    """Earlier alarms on the vehicle, newest first: shown under an alarm, and never lowering it."""
    hotlist: HotlistWord | None = None
    """None where this terminal has no hot list, or it cannot be read."""


UNCHECKED = VehicleStatus(VehicleFinding.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the officer is told, with its ground (domain/decision_table.csv)."""

    outcome: Outcome
    finding: Finding
    status: VehicleStatus
    subject: Subject | None
    guidance_zh: str
    guidance_en: str
    basis: str
    differing: tuple[ComparedField, ...] = ()
    """Fields in which the code and the registry's record of its vehicle contradict each other."""


class LookupState(StrEnum):
    """What became of asking the registry."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"


class ComparedPoint(StrEnum):
    """What of a car is compared with an alarm's record before it is stopped (domain, section 6.4, rule 4)."""

    KIND = "kind"
    TYPE = "type"
    COLOUR = "colour"


POINTS = tuple(ComparedPoint)


class Fit(StrEnum):
    """What the officer says of one point."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """What the registry's answers said of a check, beside its verdict; None where it said nothing."""

    named: tuple[int, int] | None = None
    """Result and signed time (Unix ms) of the answer that the verdict rests on, as records name it."""
    newer_issued: bool = False
    """The registry knows a newer credential than the one shown; old copies are lawful."""
    issuance: Issuance | None = None


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """A check whose record is on disk: the code's text if one was shown, the verdict, the record's number."""

    text: str | None
    verdict: Verdict
    seq: int
    checked_s: float
    """Unix time of the check."""
    plate: Plate | None = None
    """The vehicle that it is about: the plate that was entered, or the one that a proven code names."""
    lookup: LookupState = LookupState.NOT_ASKED
    refusal: RefusalReason | None = None
    """The reason that the registry gave, where `lookup` is no answer since it refused."""
    answer: AnswerSummary = AnswerSummary()
    several: Several | None = None
    """The vehicles that the code may be about, where the officer is to pick one."""
    as_of_s: float = 0.0
    """Monotonic time of the check, or of the last question about its vehicle: nothing in it is newer."""
    recorded: bool = True
    """False for an alarm whose record could not be written; its `seq` may then be a negative stand-in."""
    fits: tuple[Fit, ...] = ()
    """What the officer found of each of POINTS, where this is an alarm and the car was compared."""


Counts: TypeAlias = "tuple[tuple[Outcome, int], ...]"
"""How many checks of the shift had each outcome; an outcome that is not listed had none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the vehicles that the registry has for a number: its kind, and its status as it is judged."""

    kind: str
    status: VehicleStatus


@dataclass(frozen=True, slots=True)
class Several:
    """The vehicles that a code may be about, gravest first: the registry has several of its number."""

    number: str
    found: tuple[Candidate, ...]

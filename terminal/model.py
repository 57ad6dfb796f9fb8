"""Data model shared by all packages: frozen values, with units in their names, without input or output."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Luma = npt.NDArray[np.uint8]


class CredentialFinding(StrEnum):
    """Result of verifying a credential (credential_findings.csv)."""

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
"""Findings whose claims name the subject until the officer confirms it; others name none."""


class Reason(StrEnum):
    """The check that decided the credential finding (wire format, section 3, order of checks)."""

    OK = "ok"
    NO_CODE = "no_code"
    """No code was found in a picture given to `roadside verify`."""
    NOT_SHOWN = "not_shown"
    """The officer entered a plate; no code was shown."""
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
    """Status of a vehicle by registry or lists (vehicle_findings.csv)."""

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
    """Outcome of a check, as shown to the officer (outcomes.csv)."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    PROVISIONAL = "provisional"
    CAUTION = "caution"
    OVERDUE = "overdue"
    OFF_ROAD = "off_road"
    ALARM = "alarm"
    UNDETERMINED = "undetermined"


class Subject(StrEnum):
    """Source that names the vehicle of a verdict: the code, or the officer (wire format, section 3)."""

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
    """Statement of the registry on a code with a right signature (wire format, section 5, key 10)."""

    ISSUED = 0
    NEVER_ISSUED = 1
    NOT_KNOWN = 2


class RefusalReason(StrEnum):
    """Reason for which the registry refused a request (wire format, section 5, key 12 of an answer)."""

    BUSY = "busy"
    CLOCK = "clock"
    """The request was more than 60 s old or ahead."""
    INACTIVE = "inactive"
    """The terminal is withdrawn."""
    MALFORMED = "malformed"
    """It asks about an impossible number, kind, VIN or province."""
    KEY = "key"
    """The request was sealed to a key that no worker has."""


class CheckOrigin(StrEnum):
    """Input that started a check (wire format, section 6, key 1 of a check)."""

    SCAN = "scan"
    PLATE = "plate"
    OTHER_ISSUER = "other_issuer"


@dataclass(frozen=True, slots=True)
class Plate:
    """Identity of a vehicle: 号牌号码 (number) and 号牌种类 (kind), never the number alone."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Vehicle as described by a credential (wire format, section 3, `Vehicle`), or by the registry."""

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
    """Encrypted claims, for enforcement only (wire format, section 3, `Sealed`)."""

    epoch: int
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class SealedClaims:
    """Decrypted claims, for enforcement only: VIN, last six of the engine number, masked owner's name."""

    vin: str
    engine_tail: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class StatusListRef:
    """Place in a status list: its bit is 1 if the credential was withdrawn (wire format, section 3)."""

    list: int
    index: int


@dataclass(frozen=True, slots=True)
class Credential:
    """Claims of an inspection credential whose signature was verified (wire format, section 3)."""

    issuer: str
    expires_s: int
    issued_s: int
    cti: bytes
    vehicle: Vehicle
    sealed: Sealed | None = None
    status: StatusListRef | None = None


@dataclass(frozen=True, slots=True)
class RegisterResult:
    """Result of searching the register of issued codes: target names of the files that cover a code."""

    listed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    """Files whose entries are not in order; they say nothing about the code."""

    @property
    def covered(self) -> bool:
        """True if an undamaged file of the register covers the code."""
        return bool(self.listed or self.missing)


NOT_SEARCHED = RegisterResult()


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of verifying a code: finding and reason (wire format, section 3, order of checks).

    `credential` is None unless the claims are proven: current, past, withdrawn, not_issued, other_vehicle.
    """

    finding: CredentialFinding
    reason: Reason
    credential: Credential | None = None
    digest: bytes | None = None
    """First 16 bytes of SHA-256 over the Sig_structure of a code that passed check 5."""
    register: RegisterResult = NOT_SEARCHED
    """Result of the search in the register of issued codes."""


@dataclass(frozen=True, slots=True)
class EarlierAlarm:
    """An earlier alarm on the vehicle (key 11 of an answer); `result` is a key of alarm_results.csv."""

    day: int
    """yyyymmdd"""
    result: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RecordDetails:
    """Fields of the registry's record that are shown and decide nothing (keys 10, 11 and 13 to 19).

    None stands for a field that the registry left out.
    """

    inspected: int | None = None
    """Day of the last inspection, yyyymmdd."""
    station: str | None = None
    """Station of the last inspection."""
    exempt: bool | None = None
    """True if exempt from on-site inspection."""
    insured_until: int | None = None
    """yyyymmdd"""
    violations: int | None = None
    """Number of violations not dealt with."""
    seats: int | None = None
    energy: str | None = None
    """Kind of energy, as the registry writes it."""
    first_registered: int | None = None
    """yyyymmdd"""
    scrap_date: int | None = None
    """强制报废期止 (compulsory scrap date), yyyymmdd"""


NO_DETAILS = RecordDetails()


@dataclass(frozen=True, slots=True)
class HotlistWord:
    """Result of searching the hot list for a vehicle, and the age of the list."""

    listed: bool
    age_s: int | None
    """Age of the oldest list searched, s; None if one of them was never complete."""
    silent: bool = False
    """True if the list was silent for too long: alarms may be missing."""


@dataclass(frozen=True, slots=True)
class VehicleStatus:
    """Status of a vehicle by registry or lists: finding, letters, dates, age and description."""

    finding: VehicleFinding
    letters: str | None = None
    valid_through: int | None = None
    """yyyymmdd"""
    age_s: int | None = None
    """Age of the answer or list that the finding comes from, s; None if nothing was asked."""
    vehicle: Vehicle | None = None
    """Description by the registry, to compare with the code and the car."""
    brand: str | None = None
    details: RecordDetails = NO_DETAILS
    """Fields of the record that are shown only."""
    newest_cti: bytes | None = field(default=None, repr=False)
    """cti of the newest credential issued for it, 12 bytes."""
    display_only: frozenset[ComparedField] = frozenset()
    """Fields of `vehicle` that are compared and shown, but decide nothing (a setting)."""
    earlier_alarms: tuple[EarlierAlarm, ...] = ()
    """Earlier alarms on the vehicle, newest first; shown under an alarm, and never lower it."""
    hotlist: HotlistWord | None = None
    """None if this terminal has no hot list or cannot read it."""


UNCHECKED = VehicleStatus(VehicleFinding.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Verdict of a check: outcome, guidance, and the findings that it follows from (decision_table.csv)."""

    outcome: Outcome
    finding: Finding
    status: VehicleStatus
    subject: Subject | None
    guidance_zh: str
    guidance_en: str
    basis: str
    differing: tuple[ComparedField, ...] = ()
    """Fields that differ between the code and the registry's record."""


class LookupState(StrEnum):
    """State of the lookup of a check."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"


class ComparedPoint(StrEnum):
    """Feature of a car compared with an alarm's record before a stop (domain, section 6.4, rule 4)."""

    KIND = "kind"
    TYPE = "type"
    COLOUR = "colour"


POINTS = tuple(ComparedPoint)


class Fit(StrEnum):
    """Officer's answer on one compared point."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """Statements of the registry on a check, beside its verdict; None if there is none."""

    named: tuple[int, int] | None = None
    """Result and signed time (Unix ms) of the answer that the verdict follows from (key 19 of a check)."""
    newer_issued: bool = False
    """The registry knows a newer credential than the one shown; old copies are lawful."""
    issuance: Issuance | None = None
    refusal: RefusalReason | None = None
    """Reason given by the registry if it refused the lookup."""


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """Context of a vehicle that the officer entered, beside its plate."""

    vin: str | None = None
    """VIN that the vehicle was looked up by; None if it was looked up by its plate."""
    worn: Plate | None = None
    """For a VIN: plate that the vehicle wears, by the check that this one belongs to; None if not known."""
    belongs_to: int | None = None
    """Record number of the check that this one belongs to: of the same vehicle, or of one coupled to it."""
    near: tuple[Plate, ...] = ()
    """Numbers to offer if the registry has no such vehicle, best first."""


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """A check whose record is on disk: text of the code, if any, verdict, and number of the record."""

    text: str | None
    verdict: Verdict
    seq: int
    checked_s: float
    """Unix time of the check."""
    plate: Plate | None = None
    """Vehicle of the check: the entered plate, or the one that a proven code names."""
    lookup: LookupState = LookupState.NOT_ASKED
    answer: AnswerSummary = AnswerSummary()
    entry: EntryDetails = EntryDetails()
    several: Several | None = None
    """Vehicles that the code may be about, if the officer is to pick one."""
    as_of_s: float = 0.0
    """Monotonic time, s, of the check or of the last lookup of its vehicle; its data is no newer."""
    recorded: bool = True
    """False for an alarm whose record could not be written; its `seq` may be a negative placeholder."""
    fits: tuple[Fit, ...] = ()
    """Officer's answers on POINTS, in that order, after an alarm's comparison; else empty."""


Counts: TypeAlias = "tuple[tuple[Outcome, int], ...]"
"""Number of the shift's checks by outcome; zeros are left out."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the vehicles that the registry has for a number: its kind and status."""

    kind: str
    status: VehicleStatus


@dataclass(frozen=True, slots=True)
class Several:
    """Vehicles with the number of a code, gravest first, if the registry has several."""

    number: str
    found: tuple[Candidate, ...]

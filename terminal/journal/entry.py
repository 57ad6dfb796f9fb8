"""Journal entries: the seven bodies of wire format section 6.

None is a key left out; `codec` states which are optional, and how entries are encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.model import (
        CheckOrigin,
        ComparedField,
        CredentialFinding,
        Issuance,
        Outcome,
        PlateInput,
        Reason,
        Subject,
        VehicleFinding,
    )


class SessionStep(StrEnum):
    """Events of an officer's session or shift."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    SHIFT_STARTED = "shift_started"
    SHIFT_ENDED = "shift_ended"


class EventKind(StrEnum):
    """Subjects of an event of the terminal itself."""

    CLOCK = "clock"
    TRUST = "trust"
    FAULT = "fault"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages, s, of the data that a check was based on; None if absent."""

    trust_s: int | None = None
    offline_s: int | None = None
    hotlist_s: int | None = None


@dataclass(frozen=True, slots=True)
class CodeDigest:
    """Digest in place of a foreign code's text: it proves what was read without revealing it."""

    sha256: bytes
    """SHA-256 of the text in UTF-8, 32 bytes."""
    length: int
    """Length in characters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Decision tables used for a verdict: their serial, and a digest of the package's tables for serial 0."""

    serial: int
    digest: bytes | None = None
    """For serial 0: the first 8 bytes of the SHA-256 of the package's tables; otherwise None."""


@dataclass(frozen=True, slots=True)
class CodeShown:
    """The code of a check."""

    text: str | CodeDigest | None = None
    """Text of our codes and those of configured issuers; a digest for any other code."""
    cti: bytes | None = None
    issuance: Issuance | None = None


@dataclass(frozen=True, slots=True)
class LookupMade:
    """The lookup of a check."""

    request_id: bytes | None = None
    answer: tuple[int, int] | None = None
    """Result of the registry's answer, and its signed time, Unix ms."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Rules, clock, lists and settings that a verdict is based on."""

    rules: Rules | None = None
    """None in records of releases that had only the package's tables."""
    clock_s: int | None = None
    """Clock reading used for the verdict, Unix time, s."""
    offline_day: int | None = None
    """Day of the offline list used, yyyymmdd."""
    hotlist_version: tuple[int, int] | None = None
    """Epoch and sequence number of the hot list used."""
    settings_serial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDetails:
    """Optional keys common to a check and a refinement; None is a key left out."""

    number: str | None = None
    kind: str | None = None
    plate_entry: PlateInput | None = None
    location: tuple[int, int] | None = None
    """Latitude and longitude in 1e-7 degrees."""
    letters: str | None = None
    valid_through: int | None = None
    """yyyymmdd"""
    differing: tuple[ComparedField, ...] | None = None
    """Fields that differ between code and registry."""
    code: CodeShown = CodeShown()
    lookup: LookupMade = LookupMade()
    basis: Basis = Basis()
    belongs_to: int | None = None
    """Record number of the check that this one belongs to: a trailer's to its tractor's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(CheckDetails):
    """Type 0: a check, and the result shown to the officer."""

    how: CheckOrigin
    finding: CredentialFinding
    reason: Reason
    vehicle: VehicleFinding
    outcome: Outcome
    subject: Subject
    """`code` also if there is only a code and it names no vehicle."""
    ages: Ages
    trust_serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement(CheckDetails):
    """Type 1: changes of the check of record `seq`; None is unchanged."""

    seq: int
    finding: CredentialFinding | None = None
    reason: Reason | None = None
    vehicle: VehicleFinding | None = None
    outcome: Outcome | None = None
    subject: Subject | None = None
    ages: Ages | None = None
    trust_serial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Type 2: the officer's note on record `seq`. Pictures and sounds are SHA-256 of sealed files."""

    seq: int
    action: str | None = None
    text: str | None = None
    pictures: tuple[bytes, ...] | None = None
    mistaken: bool | None = None
    sounds: tuple[bytes, ...] | None = None
    """WAVE files (`journal.sound`), under a private key."""


@dataclass(frozen=True, slots=True)
class Session:
    """Type 3: a step of a session or shift."""

    step: SessionStep


@dataclass(frozen=True, slots=True)
class SealedClaimsViewed:
    """Type 4: the sealed claims of record `seq` were shown, for `reason`."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Type 5: the result of the alarm of record `seq`.

    Results, disposals and reasons are keys of alarm_results.csv. Any text is accepted when reading, since
    later tables may have more keys and earlier releases used others.
    """

    seq: int
    by: str
    result: str
    disposals: tuple[str, ...] | None = None
    document: str | None = None
    """Number of the document that was issued."""
    handed_to: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Type 6: an event of the terminal itself."""

    kind: EventKind
    text: str


Body: TypeAlias = Check | Refinement | Note | Session | SealedClaimsViewed | Confirmation | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Author and time of an entry. Officer and shift are empty without a session."""

    terminal: str
    at_ms: int
    """Unix time, ms."""
    clock_trusted: bool
    officer: str = ""
    shift: str = ""
    """Number of the shift, which is also stored in clear: it identifies nobody."""
    duress: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its place in the journal, its UUIDv7 (16 bytes), author and time, and body."""

    journal_id: bytes
    seq: int
    id: bytes
    stamp: Stamp
    body: Body

"""Entries: who did what and when, as the seven bodies of wire format section 6.

None is what was not there; `form` says which of them may be left out, and how they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.model import (
        ComparedField,
        CredentialFinding,
        How,
        Issuance,
        Outcome,
        PlateEntry,
        Reason,
        Subject,
        VehicleFinding,
    )


class SessionStep(StrEnum):
    """What happened to an officer's session or shift."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    LOCKED = "locked"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    SHIFT_STARTED = "shift_started"
    SHIFT_ENDED = "shift_ended"


class EventKind(StrEnum):
    """What an event of the terminal itself is about."""

    CLOCK = "clock"
    TRUST = "trust"
    FAULT = "fault"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in s of what a check rested on; None where it is absent."""

    trust_s: int | None = None
    offline_s: int | None = None
    hotlist_s: int | None = None


@dataclass(frozen=True, slots=True)
class CodeDigest:
    """Stands for the text of a foreign code: it is proof of what was read, and tells nobody what it said."""

    sha256: bytes
    """Over the text in UTF-8, 32 bytes."""
    length: int
    """Characters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The decision tables that a verdict was made by: their serial, and for serial 0 which release's."""

    serial: int
    digest: bytes | None = None
    """For serial 0, the package's own tables: the first 8 bytes of their SHA-256; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckDetails:
    """The optional keys that a check and a refinement share; None is a key left out."""

    number: str | None = None
    kind: str | None = None
    cti: bytes | None = None
    location: tuple[int, int] | None = None
    """Latitude and longitude in 1e-7 degrees."""
    code_text: str | CodeDigest | None = None
    """The text of our codes and of configured issuers' codes; the digest of any other."""
    request_id: bytes | None = None
    letters: str | None = None
    valid_through: int | None = None
    """yyyymmdd"""
    rules: Rules | None = None
    """None in records of releases that had only the package's tables."""
    clock_s: int | None = None
    """The terminal's clock that the verdict was computed with, Unix s."""
    live_answer: tuple[int, int] | None = None
    """Result of the registry's answer, and its signed time in Unix ms."""
    plate_entry: PlateEntry | None = None
    differing: tuple[ComparedField, ...] | None = None
    """Fields that differ between code and registry."""
    issuance: Issuance | None = None
    offline_day: int | None = None
    """Day of the offline list that was asked, yyyymmdd."""
    hotlist_version: tuple[int, int] | None = None
    """Epoch and sequence number of the hot list that was asked."""
    settings_serial: int | None = None
    belongs_to: int | None = None
    """Record number of the check that this one belongs to, as a trailer to its tractor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(CheckDetails):
    """Type 0: one check, and what the officer was shown."""

    how: How
    finding: CredentialFinding
    reason: Reason
    vehicle: VehicleFinding
    outcome: Outcome
    subject: Subject
    """`code` also where the code is all there is and names no vehicle."""
    ages: Ages
    trust_serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement(CheckDetails):
    """Type 1: what changed in the check of record `seq`; None is unchanged."""

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
    """Type 2: what the officer added to record `seq`. Pictures are SHA-256 of sealed pictures."""

    seq: int
    action: str | None = None
    text: str | None = None
    pictures: tuple[bytes, ...] | None = None
    mistaken: bool | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Type 3: a step of a session or shift."""

    step: SessionStep


@dataclass(frozen=True, slots=True)
class Opened:
    """Type 4: the sealed claims of record `seq` were shown, and why."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Type 5: what became of the alarm of record `seq`.

    Results, disposals and reasons are keys of alarm_results.csv. They are read as any text: a table to come
    may have more of them, and records of earlier releases have words of their own.
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
    """Type 6: what happened to the terminal itself."""

    kind: EventKind
    text: str


Body: TypeAlias = Check | Refinement | Note | Session | Opened | Confirmation | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who did it and when. Without a session, officer and shift are empty."""

    terminal: str
    at_ms: int
    """Unix time."""
    clock_trusted: bool
    officer: str = ""
    shift: str = ""
    """The shift's number, which is also kept in clear: it names nobody."""
    duress: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its place in its journal, its UUIDv7 (16 bytes), who and when, and what."""

    journal_id: bytes
    seq: int
    id: bytes
    stamp: Stamp
    body: Body

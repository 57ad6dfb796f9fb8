"""Writes checks, refinements, notes and events into the journal, in the officer's name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from terminal.journal.codec import RULES_DIGEST_SIZE
from terminal.journal.entry import (
    Ages,
    Basis,
    Body,
    Check,
    CodeDigest,
    CodeShown,
    LookupMade,
    Refinement,
    Rules,
    Stamp,
)
from terminal.model import PlateInput, Reason, Subject
from terminal.vehicle.tables import RULES, content
from terminal.wire import cbor

if TYPE_CHECKING:
    from terminal.credential import trust
    from terminal.credential.verify import Moment
    from terminal.journal.record import Head
    from terminal.journal.store import Journal
    from terminal.model import CheckOrigin, Finding, RecordedCheck
    from terminal.wire.cbor import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Author:
    """Terminal, officer and shift that records are kept in the name of."""

    terminal: str
    officer: str = ""
    """Number of the officer who is signed in; empty before the first sign-in."""
    shift: str = ""
    duress: bool = False
    """True if the officer signed in by the duress PIN."""

    def of(self, officer: str, *, shift: str, duress: bool = False) -> Author:
        """Return the author of what another officer does on this terminal."""
        return Author(self.terminal, officer, shift, duress)

    def stamp(self, moment: Moment) -> Stamp:
        """Return the stamp of a record of `moment`."""
        return Stamp(
            terminal=self.terminal,
            at_ms=int(1e3 * moment.now_s),
            clock_trusted=moment.clock_trusted,
            officer=self.officer,
            shift=self.shift,
            duress=self.duress,
        )


@dataclass(frozen=True, slots=True)
class ListsUsed:
    """Age and version of each list that a check of a vehicle rests on; None where there is none."""

    offline_age_s: int | None = None
    hotlist_age_s: int | None = None
    offline_day: int | None = None
    """Newest day of the province's offline list, yyyymmdd."""
    hotlist_version: tuple[int, int] | None = None
    """Epoch and number of the province's hot list."""


@dataclass(slots=True)
class Recorder:
    """Appends records to the journal. Every method that records raises JournalFault."""

    journal: Journal
    author: Author
    trusted: trust.TrustSet
    rules: Rules = field(default_factory=lambda: PACKAGE_RULES)
    """The rules that verdicts are made by."""
    _judged_by_others: int = field(default=0, init=False)
    """The last record whose verdict another trust set or other rules made."""

    def judge_by(self, trusted: trust.TrustSet, rules: Rules) -> None:
        """Record another trust set or other rules from now on; refinements of earlier checks name them."""
        if (trusted, rules) != (self.trusted, self.rules):
            self._judged_by_others = self.journal.head.seq
        self.trusted, self.rules = trusted, rules

    @property
    def unreceipted(self) -> int:
        """Number of records that no receipt covers."""
        return self.journal.unreceipted()

    @property
    def head(self) -> Head:
        """The journal's head: its last record's number and hash."""
        return self.journal.head

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def record_check(
        self,
        how: CheckOrigin,
        judged: RecordedCheck,
        lists: ListsUsed,
        moment: Moment,
        request_id: bytes | None,
    ) -> int:
        """Record a check by `lists`, and return the record's number.

        `request_id` (16 bytes) is that of its lookup; None if none is sent.
        """
        verdict, plate = judged.verdict, judged.plate
        finding, status = verdict.finding, verdict.status
        body = Check(
            how=how,
            finding=finding.finding,
            reason=finding.reason,
            vehicle=status.finding,
            outcome=verdict.outcome,
            subject=verdict.subject or Subject.CODE,
            ages=self._ages(lists, moment),
            trust_serial=self.trusted.serial,
            number=plate.number if plate else None,
            kind=plate.kind if plate else None,
            plate_entry=_plate_entry(judged),
            letters=status.letters,
            valid_through=status.valid_through,
            differing=verdict.differing or None,
            code=CodeShown(
                _code_text(judged.text, finding), finding.credential.cti if finding.credential else None
            ),
            lookup=LookupMade(request_id),
            basis=Basis(
                self.rules, _clock_s(moment), lists.offline_day, lists.hotlist_version, LOCAL_SETTINGS
            ),
            belongs_to=judged.entry.belongs_to,
        )
        return self.journal.append(self.author.stamp(moment), body)

    def record_refinement(
        self,
        before: RecordedCheck,
        after: RecordedCheck,
        lists: ListsUsed,
        moment: Moment,
        request_id: bytes | None = None,
    ) -> int:
        """Record what changed of a check from `before` to `after`, and return the record's number.

        `lists` are recorded if the vehicle's status changed, `request_id` (16 bytes) if a lookup is sent.
        """
        was, verdict = before.verdict, after.verdict
        found = _changed(was.finding, verdict.finding)
        status = _changed(was.status, verdict.status)
        plate = _changed(before.plate, after.plate)
        others = before.seq <= self._judged_by_others
        body = Refinement(
            seq=before.seq,
            finding=found.finding if found else None,
            reason=found.reason if found else None,
            vehicle=status.finding if status else None,
            outcome=_changed(was.outcome, verdict.outcome),
            subject=_changed(was.subject, verdict.subject),
            ages=self._ages(lists, moment) if status else None,
            number=plate.number if plate else None,
            kind=plate.kind if plate else None,
            trust_serial=self.trusted.serial if others else None,
            plate_entry=_changed(_plate_entry(before), _plate_entry(after)),
            letters=status.letters if status else None,
            valid_through=status.valid_through if status else None,
            differing=_changed(was.differing, verdict.differing),
            code=CodeShown(issuance=_changed(before.answer.issuance, after.answer.issuance)),
            lookup=LookupMade(request_id, _changed(before.answer.named, after.answer.named)),
            basis=Basis(
                rules=self.rules if others else None,
                clock_s=_clock_s(moment) if found or status else None,
                offline_day=lists.offline_day if status else None,
                hotlist_version=lists.hotlist_version if status else None,
            ),
        )
        return self.journal.append(self.author.stamp(moment), body, was=was.outcome)

    def record(self, body: Body, moment: Moment, author: Author | None = None) -> int:
        """Record an event, a note or a session, and return the record's number.

        `author` is who did it, if it was not the officer who is signed in.
        """
        return self.journal.append((author or self.author).stamp(moment), body)

    def _ages(self, lists: ListsUsed, moment: Moment) -> Ages:
        made_s = self.trusted.made_s
        trust_s = max(0, int(moment.now_s) - made_s) if made_s else None  # 0: no set that verifies codes
        return Ages(trust_s, lists.offline_age_s, lists.hotlist_age_s)


def _package_rules() -> Rules:
    """Return the package's tables as rules of serial 0, by SHA-256 over the map of a rules file's key 3."""
    tables: Value = {key: content(name) for key, name in enumerate(RULES, 1)}
    return Rules(0, hashlib.sha256(cbor.write(tables)).digest()[:RULES_DIGEST_SIZE])


PACKAGE_RULES: Rules = _package_rules()
"""The rules that verdicts are decided by, as records name them."""
LOCAL_SETTINGS = 0
"""Serial of settings that come from a file on the terminal, not from a fleet."""


def _clock_s(moment: Moment) -> int:
    """Return the time that a verdict is computed with, Unix s; a clock before 1970 is recorded as 0."""
    return max(0, int(moment.now_s))


def _code_text(text: str | None, finding: Finding) -> str | CodeDigest | None:
    """Return the text of a code of ours or of a configured issuer, and of any other its digest."""
    if text is None or finding.reason is not Reason.FOREIGN:
        return text
    return CodeDigest(hashlib.sha256(text.encode(errors="surrogatepass")).digest(), len(text))


def _plate_entry(judged: RecordedCheck) -> PlateInput | None:
    if judged.plate is None or judged.entry.vin is not None:
        return None
    return PlateInput.TYPED if judged.verdict.subject is Subject.TYPED else PlateInput.CODE


def _changed(before: T, after: T) -> T | None:
    """Return the new value if it differs from the one before."""
    return None if after == before else after

"""What checks are made against, and how they are kept: a moment in, a finding or a journal entry out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from terminal.journal.codec import RULES_DIGEST_SIZE
from terminal.journal.entry import Ages, Body, Check, CodeDigest, Refinement, Rules, Stamp
from terminal.model import PlateInput, Reason, Subject
from terminal.vehicle.tables import RULES, content
from terminal.wire import cbor

if TYPE_CHECKING:
    from terminal.credential import trust
    from terminal.credential.verify import Moment
    from terminal.journal.record import Head
    from terminal.journal.store import Journal
    from terminal.model import CheckOrigin, Finding, Plate, RecordedCheck
    from terminal.services.lists import Lists
    from terminal.wire.cbor import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Author:
    """In whose name records are kept."""

    terminal: str
    officer: str
    shift: str

    def stamp(self, moment: Moment) -> Stamp:
        """Who, and when."""
        return Stamp(
            terminal=self.terminal,
            at_ms=int(1e3 * moment.now_s),
            clock_trusted=moment.clock_trusted,
            officer=self.officer,
            shift=self.shift,
        )


@dataclass(slots=True)
class Recorder:
    """Keeps what was done in the journal, in the officer's name. Every verb raises JournalFault."""

    journal: Journal
    author: Author
    trusted: trust.TrustSet
    lists: Lists

    @property
    def unreceipted(self) -> int:
        """Records that no receipt covers."""
        return self.journal.unreceipted()

    @property
    def head(self) -> Head:
        """Where the journal stands."""
        return self.journal.head

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    def record_check(
        self, how: CheckOrigin, judged: RecordedCheck, moment: Moment, request_id: bytes | None
    ) -> int:
        """Record a check whose question to the registry has `request_id`; return the record's number."""
        verdict, plate = judged.verdict, judged.plate
        finding, status = verdict.finding, verdict.status
        body = Check(
            how=how,
            finding=finding.finding,
            reason=finding.reason,
            vehicle=status.finding,
            outcome=verdict.outcome,
            subject=verdict.subject or Subject.CODE,
            ages=self._ages(plate, moment),
            trust_serial=self.trusted.serial,
            number=plate.number if plate else None,
            kind=plate.kind if plate else None,
            cti=finding.credential.cti if finding.credential else None,
            code_text=_code_text(judged.text, finding),
            request_id=request_id,
            letters=status.letters,
            valid_through=status.valid_through,
            rules=PACKAGE_RULES,
            clock_s=_clock_s(moment),
            plate_entry=_plate_entry(judged),
            differing=verdict.differing or None,
            offline_day=self.lists.offline_day(plate) if plate else None,
            hotlist_version=self.lists.hotlist_version(plate) if plate else None,
            settings_serial=LOCAL_SETTINGS,
        )
        return self.journal.append(self.author.stamp(moment), body)

    def record_refinement(
        self, before: RecordedCheck, after: RecordedCheck, moment: Moment, request_id: bytes | None = None
    ) -> int:
        """The record's number, once what changed of a check is on disk."""
        was, verdict = before.verdict, after.verdict
        found = _changed(was.finding, verdict.finding)
        status = _changed(was.status, verdict.status)
        plate = _changed(before.plate, after.plate)
        body = Refinement(
            seq=before.seq,
            finding=found.finding if found else None,
            reason=found.reason if found else None,
            vehicle=status.finding if status else None,
            outcome=_changed(was.outcome, verdict.outcome),
            subject=_changed(was.subject, verdict.subject),
            ages=self._ages(after.plate, moment) if status else None,
            number=plate.number if plate else None,
            kind=plate.kind if plate else None,
            request_id=request_id,
            letters=status.letters if status else None,
            valid_through=status.valid_through if status else None,
            clock_s=_clock_s(moment) if found or status else None,
            plate_entry=_changed(_plate_entry(before), _plate_entry(after)),
            differing=_changed(was.differing, verdict.differing),
            offline_day=self.lists.offline_day(after.plate) if status and after.plate else None,
            hotlist_version=self.lists.hotlist_version(after.plate) if status and after.plate else None,
            issuance=_changed(before.issuance, after.issuance),
            live_answer=_changed(before.answer, after.answer),
        )
        return self.journal.append(self.author.stamp(moment), body, was=was.outcome)

    def record(self, body: Body, moment: Moment) -> int:
        """The record's number, once anything else that must be told is on disk."""
        return self.journal.append(self.author.stamp(moment), body)

    def _ages(self, plate: Plate | None, moment: Moment) -> Ages:
        trust_s = max(0, int(moment.now_s) - self.trusted.made_s)
        return self.lists.ages(plate, moment, trust_s)


def _package_rules() -> Rules:
    """The package's own tables, by SHA-256 over the map that a rules file would have of them under key 3."""
    tables: Value = {key: content(name) for key, name in enumerate(RULES, 1)}
    return Rules(0, hashlib.sha256(cbor.write(tables)).digest()[:RULES_DIGEST_SIZE])


PACKAGE_RULES = _package_rules()
"""The rules that verdicts are made by, as records name them."""
LOCAL_SETTINGS = 0
"""The serial of settings that came from a file on the terminal, and from no fleet."""


def _clock_s(moment: Moment) -> int:
    """The clock that a verdict is computed with, Unix s; a clock before 1970 is kept as 0."""
    return max(0, int(moment.now_s))


def _code_text(text: str | None, finding: Finding) -> str | CodeDigest | None:
    """Return the text of a code of ours or of a configured issuer, and of any other its digest."""
    if text is None or finding.reason is not Reason.FOREIGN:
        return text
    return CodeDigest(hashlib.sha256(text.encode(errors="surrogatepass")).digest(), len(text))


def _plate_entry(judged: RecordedCheck) -> PlateInput | None:
    if judged.plate is None:
        return None
    return PlateInput.TYPED if judged.verdict.subject is Subject.TYPED else PlateInput.CODE


def _changed(before: T, after: T) -> T | None:
    """What is so now, where it was not so before."""
    return None if after == before else after

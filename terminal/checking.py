"""A check is a code's text and a moment in, a verdict and its journal entry out; nothing is shown here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.credential import trust
from terminal.credential.verify import DEFAULT_POLICY, Moment, Policy, verify
from terminal.journal.entry import Ages, Check, Refinement, Stamp
from terminal.model import UNCHECKED, CredentialFinding, How, Reason, Subject, Verdict
from terminal.vehicle.verdict import decide

if TYPE_CHECKING:
    from terminal import config
    from terminal.journal.store import Journal


@dataclass(frozen=True, slots=True)
class Checker:
    """What every check of this terminal is made against."""

    trusted: trust.TrustSet
    policy: Policy = DEFAULT_POLICY
    fresh_s: int = trust.FRESH_S
    """A trust set older than this shows its age."""
    laboratory: bool = False

    def moment(self, now_s: float, *, clock_trusted: bool) -> Moment:
        """The moment of a check; a clock that reads earlier than the trust set was made decides nothing."""
        return Moment(now_s, clock_trusted and self.trusted.age_s(now_s) >= 0)

    def check(self, text: str, moment: Moment) -> Verdict:
        """The verdict of a scanned code, about the vehicle that the code itself names, if it is proven."""
        finding = verify(text, self.trusted, moment, policy=self.policy)
        subject = Subject.CODE if finding.credential is not None else None
        return decide(finding, UNCHECKED, subject)


def policy(checks: config.Checks) -> Policy:
    """The policy that the configuration sets."""
    return Policy(3600 * checks.trust_usable_h, tuple(re.compile(one) for one in checks.other_issuers))


def confirm(verdict: Verdict) -> Verdict:
    """The same findings, once the officer has said that this is the vehicle."""
    return decide(verdict.finding, verdict.status, Subject.CONFIRMED)


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


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps what was done in the journal, in the officer's name. Every verb raises JournalFault."""

    journal: Journal
    author: Author
    trusted: trust.TrustSet

    @property
    def unreceipted(self) -> int:
        """Records that no receipt covers."""
        return self.journal.unreceipted()

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    def keep_check(self, text: str, verdict: Verdict, moment: Moment) -> int:
        """The record's number, once a check of a code is on disk."""
        finding, status = verdict.finding, verdict.status
        credential = finding.credential
        plate = credential.vehicle.plate if credential else None
        body = Check(
            how=How.OTHER_ISSUER if finding.reason is Reason.OTHER_ISSUER else How.SCAN,
            finding=finding.finding,
            reason=finding.reason,
            vehicle=status.finding,
            outcome=verdict.outcome,
            subject=verdict.subject or Subject.CODE,
            ages=self._ages(moment),
            trust_serial=self.trusted.serial,
            number=plate.number if plate else None,
            kind=plate.kind if plate else None,
            cti=credential.cti if credential else None,
            code_text=None if finding.finding is CredentialFinding.CURRENT else text,
            letters=status.letters,
            valid_through=status.valid_through,
        )
        return self.journal.append(self.author.stamp(moment), body)

    def keep_refinement(self, seq: int, before: Verdict, after: Verdict, moment: Moment) -> int:
        """The record's number, once what changed of check `seq` is on disk."""
        body = Refinement(seq=seq, outcome=after.outcome, subject=after.subject)
        return self.journal.append(self.author.stamp(moment), body, was=before.outcome)

    def _ages(self, moment: Moment) -> Ages:
        made_s = self.trusted.made_s
        return Ages(trust_s=None if made_s is None else max(0, int(moment.now_s) - made_s))

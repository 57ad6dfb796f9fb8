"""Shows that a thief with an issuer key is found out, and that no honest driver is accused.

scripts/campaign thief [--forgeries N] [--honest N] [--seed S]

A laboratory's authorities issue honest codes; a thief signs with the same key, with any date of three years,
and every tenth with one of the last day. Register, publication, update and verification are the real ones, as
are the registry's records and answers. One terminal is shown all codes, the forgeries evenly among the
honest ones. Exits 1 if a forgery stays unfound or an honest code is flagged.

1. Offline: the register of issued codes, which ends a day ago, finds every forgery of its span.
2. Online, at once: the registry's answer (key 10) finds those that are older than a day, of any date.
3. A day later, when the authorities' records are complete: rechecking finds the rest.
4. The key's compromise is declared: every honest code of the register stays good, and no forgery is.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nacl.utils import random as random_bytes

from keys import files, issuers, lab, lab_repository
from keys.register_build import Span, build
from scripts.registry import issuance
from scripts.registry.answers import reply
from scripts.registry.database import Database
from scripts.registry.other_issuers import OtherIssuers
from scripts.registry.terminals import ACTIVE, Terminal
from terminal import config
from terminal.credential import claims, register, verify
from terminal.credential.verify import Moment, with_issuance
from terminal.journal.record import Head
from terminal.limits import DAY_S
from terminal.model import Credential, Issuance, Plate, Reason, Vehicle
from terminal.registry.messages import CodeClaims, LookupAnswer, LookupRequest, PlateQuestion, Purpose
from terminal.rigs import trust_source
from terminal.services.trust_service import access
from terminal.services.verifier import Verifier
from terminal.vehicle.inspection import end_of_month_s
from terminal.wire import cose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from terminal.credential.trust_source import TrustInForce
    from terminal.model import Finding

AUTHORITIES = ("苏A", "苏B", "苏E")
VALID_THROUGH = 202812
SPAN_DAYS, LONGEST_DAYS = 300, 3 * 365
"""Age, days, of the oldest code in the register, and of the oldest date that the thief chooses."""
UNRECORDED_S = 3600
"""Codes that are younger than this, s, have not reached the records yet."""
LEAST_HONEST = 20
"""Honest codes for each forgery, at least; with fewer the terminal would rightly lay the register aside."""
_TERMINAL = Terminal("T0001", b"", "苏", ACTIVE, b"")
_HEAD = Head(bytes(16), 0, bytes(32))


@dataclass(frozen=True, slots=True)
class SignedCode:
    """A code, and what a registry is told of it."""

    text: str
    digest: bytes
    claims: CodeClaims

    @property
    def line(self) -> str:
        """The authority's record of it."""
        held = self.claims
        return f"{held.issuer},{held.issued_s},{held.expires_s},{self.digest.hex()}"

    @classmethod
    def of_line(cls, line: str) -> SignedCode:
        """Read a code from its record and text, separated by a blank."""
        record, _, text = line.rstrip("\n").partition(" ")
        issuer, issued_s, expires_s, digest = record.split(",")
        return cls(text, bytes.fromhex(digest), CodeClaims(issuer, int(issued_s), int(expires_s)))


@dataclass
class Issuer:
    """Holds the issuer key: the authority, or the thief."""

    signer: cose.Ed25519Signer
    drawn: random.Random

    def sign(self, from_s: int, to_s: int) -> SignedCode:
        """Sign a code with a date from `from_s` to before `to_s` (Unix time, s)."""
        authority = self.drawn.choice(AUTHORITIES)
        plate = Plate(f"{authority}{self.drawn.randrange(10_000, 100_000)}", "02")
        held = Credential(
            issuer=authority,
            expires_s=end_of_month_s(VALID_THROUGH),
            issued_s=self.drawn.randrange(from_s, to_s),
            cti=self.drawn.randbytes(12),
            vehicle=Vehicle(plate, "K33", "A", VALID_THROUGH),
        )
        message = self.signer(claims.write(held), verify.CONTEXT)
        digest = register.digest_of(cose.signed_bytes(cose.parse(message), verify.CONTEXT))
        told = CodeClaims(held.issuer, held.issued_s, held.expires_s)
        return SignedCode(verify.write_text(message), digest, told)


@dataclass
class Results:
    """Counts of what was found; honest codes are flagged if they are anything but `ok`."""

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Names of expectations that did not hold."""

    def expect(self, name: str, *, holds: bool) -> None:
        """Count something that must hold."""
        self.found[name] += 1
        if not holds:
            self.wrong.append(name)


@dataclass
class Theft:
    """A laboratory with its authorities' records, and a terminal."""

    folder: Path
    now_s: int
    forgeries: list[SignedCode]
    database: Database
    results: Results = field(default_factory=Results)

    @property
    def issued(self) -> Path:
        """Every honest code, a line each."""
        return self.folder / "issued.txt"

    @property
    def lab(self) -> Path:
        """The laboratory."""
        return self.folder / "lab"

    @property
    def span(self) -> Span:
        """Span of the register of issued codes: up to a day ago."""
        return Span("苏", self.now_s - SPAN_DAYS * DAY_S, self.now_s - DAY_S)

    def honest(self) -> Iterator[SignedCode]:
        """Read the honest codes."""
        with self.issued.open(encoding="utf-8") as lines:
            yield from map(SignedCode.of_line, lines)

    def covers(self, code: SignedCode) -> bool:
        """Return True if the register covers a code."""
        return self.span.from_s <= code.claims.issued_s < self.span.to_s


def main() -> int:
    """Run the campaign; return 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="scripts/campaign thief")
    parser.add_argument("--forgeries", type=int, default=10_000, metavar="N")
    parser.add_argument("--honest", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    given = parser.parse_args()
    if given.forgeries < 1 or given.honest < LEAST_HONEST * given.forgeries:
        parser.error(f"at least {LEAST_HONEST} honest codes for each forgery are needed")
    with tempfile.TemporaryDirectory(prefix="thief-") as folder:
        return run(Path(folder), given.forgeries, given.honest, given.seed)


def run(folder: Path, forgeries: int, honest: int, seed: int) -> int:
    """Run the campaign in an empty folder; return 1 if anything went wrong."""
    begun_s = time.monotonic()
    with closing(Database(f"sqlite:///{folder}/registry.sqlite")) as database:
        campaign = prepare(folder, database, forgeries, honest, seed)
        print(f"prepared  {honest} honest codes, {forgeries} forgeries, {time.monotonic() - begun_s:.0f} s")
        unfound = show_all(campaign, honest // forgeries)
        print(f"shown     all of them, {time.monotonic() - begun_s:.0f} s")
        recheck(campaign, unfound)
        declare(campaign)
    for name, count in campaign.results.found.items():
        print(f"{count:9} {name}")
    wrong = Counter(campaign.results.wrong)
    for name, count in wrong.items():
        print(f"WRONG {count} times: {name}")
    print(f"{'FAILED' if wrong else 'passed'} after {time.monotonic() - begun_s:.0f} s")
    return 1 if wrong else 0


def prepare(folder: Path, database: Database, forgeries: int, honest: int, seed: int) -> Theft:
    """Issue and forge, record in `database` and publish, and install the set on the terminal."""
    now_s = int(time.time())
    lab.make(folder / "lab", now_s, random_bytes)
    signer = cose.Ed25519Signer.of(files.load_seed(folder / "lab" / "private" / "jiangsu.key"))
    holder = Issuer(signer, random.Random(seed))  # noqa: S311 - the same dates every time
    first_s = now_s - SPAN_DAYS * DAY_S
    ages = [1 if number % 10 == 9 else LONGEST_DAYS for number in range(forgeries)]
    forged = [holder.sign(now_s - days * DAY_S, now_s) for days in ages]
    database.prepare(now_s * 1000)
    campaign = Theft(folder, now_s, forged, database)
    with campaign.issued.open("w", encoding="utf-8") as file:
        for _ in range(honest):
            code = holder.sign(first_s, now_s)
            file.write(f"{code.line} {code.text}\n")
    _publish_register(campaign)
    with database.transaction() as connection:
        issuance.record(connection, (one.line for one in campaign.honest() if not _is_new(campaign, one)))
        for authority in AUTHORITIES:
            issuance.complete(connection, authority, now_s - UNRECORDED_S)
    return campaign


def _is_new(campaign: Theft, code: SignedCode) -> bool:
    return code.claims.issued_s >= campaign.now_s - UNRECORDED_S


def _publish_register(campaign: Theft) -> None:
    content = (campaign.lab / "trust").resolve() / "issued" / "苏.bin"
    lines = (one.line for one in campaign.honest() if campaign.covers(one))
    build(lines, campaign.span, content, campaign.now_s)
    lab_repository.publish(campaign.lab, campaign.now_s)
    lab_repository.install(campaign.lab, campaign.now_s)


def show_all(campaign: Theft, every: int) -> list[SignedCode]:
    """Show every code to one terminal, which asks the registry; return the forgeries that stay unfound."""
    verifier = Verifier(_trusted(campaign).trust_set)
    moment, results = Moment(campaign.now_s), campaign.results
    unfound, forged = [], iter(campaign.forgeries)
    with campaign.database.reading() as connection:
        for number, code in enumerate(campaign.honest()):
            finding = verifier.verify(code.text, moment)
            results.expect("honest codes, not flagged offline", holds=finding.reason is Reason.OK)
            after = _told(connection, code, finding, moment)
            results.expect("honest codes, not flagged online", holds=after.reason is Reason.OK)
            if number % every == every - 1:
                shown = itertools.islice(forged, 1)
                unfound += [one for one in shown if not _forged(campaign, one, verifier)]
    results.expect("register files in force all the time", holds=not verifier.faults)
    return unfound


def _told(connection: Connection, code: SignedCode, finding: Finding, moment: Moment) -> Finding:
    word = issuance.issuance_of(connection, code.digest, code.claims, moment.now_s)
    return with_issuance(finding, word, moment, None)


def _forged(campaign: Theft, code: SignedCode, verifier: Verifier) -> bool:
    """Show one forgery; return True if it is found at once."""
    moment, results = Moment(campaign.now_s), campaign.results
    finding = verifier.verify(code.text, moment)
    if campaign.covers(code):
        results.expect("forgeries of the register's span, found offline", holds=_is_found(finding))
    with campaign.database.answering() as view:
        answer = reply(_request(code, moment), _TERMINAL, view, OtherIssuers({}), int(1000 * moment.now_s))
    word = answer.issuance if isinstance(answer, LookupAnswer) else None
    found = _is_found(with_issuance(finding, word or Issuance.NOT_KNOWN, moment, None))
    if code.claims.issued_s + DAY_S <= campaign.now_s - UNRECORDED_S:
        name = "forgeries with an older date, found online at once"
        results.expect(name, holds=found and word is Issuance.NEVER_ISSUED)
    return found


def _request(code: SignedCode, moment: Moment) -> LookupRequest:
    question = PlateQuestion("苏A12345", "02", code.digest, code.claims)
    return LookupRequest(
        id=random_bytes(16),
        sent_ms=int(1000 * moment.now_s),
        terminal=_TERMINAL.id,
        officer="000001",
        question=question,
        why=Purpose.CHECK,
        head=_HEAD,
    )


def _is_found(finding: Finding) -> bool:
    return finding.reason is Reason.NOT_ISSUED


def recheck(campaign: Theft, unfound: list[SignedCode]) -> None:
    """A day and an hour later the records are complete: every code is known."""
    later_s = campaign.now_s + DAY_S + UNRECORDED_S
    with campaign.database.transaction() as connection:
        new = [one for one in campaign.honest() if _is_new(campaign, one)]
        issuance.record(connection, (one.line for one in new))
        for authority in AUTHORITIES:
            issuance.complete(connection, authority, later_s)
        for one in unfound:
            word = issuance.issuance_of(connection, one.digest, one.claims, later_s)
            found = word is Issuance.NEVER_ISSUED
            campaign.results.expect("forgeries of the last day, found when rechecked", holds=found)
        for one in new:
            word = issuance.issuance_of(connection, one.digest, one.claims, later_s)
            campaign.results.expect("newest honest codes, issued", holds=word is Issuance.ISSUED)


def declare(campaign: Theft) -> None:
    """Declare the key compromised, and show the terminal every tenth honest code, and every forgery."""
    content = (campaign.lab / "trust").resolve()
    for kid in issuers.load(content):
        issuers.change(content, kid, compromised_since_s=campaign.now_s - DAY_S)
    lab_repository.publish(campaign.lab, campaign.now_s)
    lab_repository.install(campaign.lab, campaign.now_s)
    trusted, moment = _trusted(campaign).trust_set, Moment(campaign.now_s)
    for code in itertools.islice(campaign.honest(), 0, None, 10):
        if campaign.covers(code):
            holds = verify.verify(code.text, trusted, moment).reason is Reason.OK
            campaign.results.expect("honest codes of the register, good after the compromise", holds=holds)
    for code in campaign.forgeries:
        reason = verify.verify(code.text, trusted, moment).reason
        holds = reason in (Reason.NOT_ISSUED, Reason.KEY_COMPROMISED)
        campaign.results.expect("forgeries, not genuine after the compromise", holds=holds)


def _trusted(campaign: Theft) -> TrustInForce:
    return access(trust_source(config.read(campaign.lab / lab.CONFIG))).first


if __name__ == "__main__":
    sys.exit(main())

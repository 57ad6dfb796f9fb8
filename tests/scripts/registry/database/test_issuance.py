"""Authorities' records say of a code that it was issued, or for certain that it never was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nacl.utils import random as random_bytes

from keys.issue import IssueRequest, issue
from scripts.registry import issuance
from scripts.registry.database import Database
from scripts.registry.journals.code_rechecks import read, recheck_codes
from scripts.registry.journals.unsealing import open_all
from scripts.registry.reports.checks import Filter, checks
from scripts.registry.reports.figures import figures
from terminal.errors import InputFault
from terminal.journal.entry import CodeShown
from terminal.limits import DAY_S
from terminal.model import CredentialFinding, Issuance, Outcome, Plate, Vehicle
from terminal.registry.messages import CodeClaims, PlateQuestion
from tests.scripts.registry.journal_batches import CHECK, KEY, Journal, file
from tests.scripts.registry.request_fixtures import NOW_MS, answered, key_of, request

NOW_S = NOW_MS // 1000
ISSUED_S, EXPIRES_S = NOW_S - 30 * DAY_S, NOW_S + 300 * DAY_S
DIGEST, OTHER = b"d" * 16, b"e" * 16
CLAIMS = CodeClaims("苏A", ISSUED_S, EXPIRES_S)


def word(
    database: Database, claims: CodeClaims | None = CLAIMS, digest: bytes | None = DIGEST
) -> Issuance | None:
    """Key 10 of the answer to a question about a code."""
    asked = request(PlateQuestion("苏A12345", "02", digest, claims))
    return answered(database, replace(asked, id=random_bytes(16))).issuance


def put(database: Database, *lines: str, complete_s: int | None = None, authority: str = "苏A") -> None:
    with database.transaction() as connection:
        issuance.record(connection, lines)
        if complete_s is not None:
            issuance.complete(connection, authority, complete_s)


def line(digest: bytes = DIGEST, claims: CodeClaims = CLAIMS) -> str:
    return f"{claims.issuer},{claims.issued_s},{claims.expires_s},{digest.hex()}"


def test_a_recorded_code_was_issued(database: Database):
    put(database, line(), line(), complete_s=NOW_S)
    assert word(database) is Issuance.ISSUED
    assert word(database, None) is Issuance.ISSUED


def test_a_code_that_is_missing_from_complete_records_was_never_issued(database: Database):
    put(database, line(OTHER), complete_s=ISSUED_S + DAY_S)
    assert word(database) is Issuance.NEVER_ISSUED


@pytest.mark.parametrize(
    "claims",
    [
        None,
        replace(CLAIMS, issued_s=ISSUED_S + 1),
        replace(CLAIMS, expires_s=NOW_S),
        replace(CLAIMS, issuer="苏B"),
    ],
    ids=["no claims", "within a day", "expired", "another authority"],
)
def test_a_code_that_may_not_be_recorded_yet_is_not_known(database: Database, claims: CodeClaims | None):
    put(database, line(OTHER), complete_s=ISSUED_S + DAY_S)
    assert word(database, claims) is Issuance.NOT_KNOWN


def test_without_records_nothing_is_known_and_without_a_code_nothing_is_said(database: Database):
    assert word(database) is Issuance.NOT_KNOWN
    assert word(database, digest=None) is None


def test_records_never_become_less_complete(database: Database):
    put(database, complete_s=ISSUED_S + DAY_S)
    put(database, complete_s=ISSUED_S)
    assert word(database) is Issuance.NEVER_ISSUED


@pytest.mark.parametrize(
    "text", ["", "苏A,1,2", "苏A,1,2,zz", "苏A,x,2," + "00" * 16, "苏A,1,2,00", "VI1:xx"]
)
def test_a_line_that_is_no_record_is_refused_and_nothing_is_recorded(database: Database, text: str):
    with pytest.raises(InputFault, match="record 2"):
        put(database, line(), text)
    assert word(database) is Issuance.NOT_KNOWN


# Records of checks


def code(issued_s: int = ISSUED_S) -> str:
    """A code that a thief or an authority signed."""
    vehicle = Vehicle(Plate("苏A12345", "02"), "K33", "A", 202712)
    return issue(IssueRequest(vehicle, "苏A"), key_of("issuer"), b"c" * 12, issued_s)


def uploaded(database: Database, *texts: str, finding: CredentialFinding = CredentialFinding.CURRENT) -> None:
    journal = Journal()
    for text in texts:
        journal.add(replace(CHECK, code=CodeShown(text), finding=finding, outcome=Outcome.CAUTION))
    file(database, journal.batch(1, len(journal.records)), journal.owner)
    open_all(database, [KEY], NOW_MS)


def accused(database: Database) -> dict[str, list[int]]:
    """The records of checks whose codes nobody issued, by key."""
    with database.reading() as connection:
        found = figures(checks(connection, Filter())).never_issued
    return {kid: [one.record.seq for one in seen] for kid, seen in found.items()}


def test_rechecking_finds_what_was_too_new_when_it_was_shown(database: Database):
    genuine, forged = code(NOW_S - 3600), code(NOW_S - 7200)
    uploaded(database, genuine, forged)
    put(database, complete_s=NOW_S)
    assert recheck_codes(database, NOW_MS) == 0
    assert accused(database) == {}
    put(database, genuine, complete_s=NOW_S + DAY_S)
    assert recheck_codes(database, NOW_MS) == 2
    assert recheck_codes(database, NOW_MS) == 0
    shown = read(forged)
    assert shown is not None
    assert accused(database) == {shown.kid.hex(): [2]}


def test_what_the_terminal_found_is_listed_until_records_say_otherwise(database: Database):
    text = code()
    uploaded(database, text, finding=CredentialFinding.NOT_ISSUED)
    assert list(accused(database).values()) == [[1]]
    put(database, text)
    recheck_codes(database, NOW_MS)
    assert accused(database) == {}


def test_a_code_that_expired_since_its_check_is_judged_as_of_then(database: Database):
    uploaded(database, code())
    put(database, complete_s=NOW_S)
    assert recheck_codes(database, NOW_MS + 1000 * 1000 * DAY_S) == 1
    assert list(accused(database).values()) == [[1]]


@pytest.mark.parametrize("text", ["", "VI1:", "VI1:ABC", "JS1:x", "VI1:" + "0" * 100])
def test_what_is_no_code_of_ours_is_not_rechecked(database: Database, text: str):
    assert read(text) is None
    uploaded(database, text)
    assert recheck_codes(database, NOW_MS) == 0

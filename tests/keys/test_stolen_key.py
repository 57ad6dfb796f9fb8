"""Codes by the thief of an issuer key are found by the register, and no honest driver is accused."""

from __future__ import annotations

import random

import pytest
from nacl.utils import random as random_bytes

from keys import issuers, register_counts
from keys.issue import IssueRequest, issue
from keys.register_build import Span, build
from keys.sources import FolderSource
from keys.trust_store import TrustStore, open_current
from keys.update import update
from terminal.credential import verify
from terminal.credential.trust import TrustSet
from terminal.model import Plate, Reason, StatusListRef, Vehicle
from tests.keys.tuf_fixtures import DAY_S, ISSUER_SEED, NOW_S, SELECTION, Authority, make_authority

FROM_S, TO_S = NOW_S - 300 * DAY_S, NOW_S - DAY_S
"""Span of the register: the authority has closed it."""
COUNT = 400


def signed(drawn: random.Random, from_s: int, to_s: int) -> str:
    """Return a code signed by the issuer key, drawn in the given span."""
    plate = Plate(f"苏A{drawn.randrange(10_000, 100_000)}", "02")
    request = IssueRequest(Vehicle(plate, "K33", "A", 202712), "苏A", StatusListRef(1, 9))
    return issue(request, ISSUER_SEED, random_bytes(12), drawn.randrange(from_s, to_s))


@pytest.fixture(scope="module")
def drawn() -> random.Random:
    return random.Random(11)  # noqa: S311 - the same plates and dates every time


@pytest.fixture(scope="module")
def honest(drawn: random.Random) -> list[str]:
    return [signed(drawn, FROM_S, TO_S) for _ in range(COUNT)]


@pytest.fixture(scope="module")
def authority(honest: list[str], tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = make_authority(tmp_path_factory.mktemp("stolen") / "authority")
    build(honest, Span("苏", FROM_S, TO_S), made.content / "issued" / "苏.bin", NOW_S)
    register_counts.save(made.repository.folder, "苏", {"苏A": COUNT})
    made.publish()
    return made


@pytest.fixture(scope="module")
def store(authority: Authority) -> TrustStore:
    return authority.store(authority.folder / "terminal")


def trusted_after_update(store: TrustStore, authority: Authority) -> TrustSet:
    update(store, FolderSource(authority.public), SELECTION, NOW_S)
    return open_current(store, SELECTION).trust_set()


def reasons(codes: list[str], trusted: TrustSet) -> set[Reason]:
    return {verify.verify(text, trusted, verify.Moment(NOW_S)).reason for text in codes}


def test_every_forgery_of_the_span_is_found_and_no_honest_code(
    authority: Authority, store: TrustStore, honest: list[str], drawn: random.Random
):
    trusted = trusted_after_update(store, authority)
    forged = [signed(drawn, FROM_S, TO_S) for _ in range(COUNT)]
    assert reasons(forged, trusted) == {Reason.NOT_ISSUED}
    assert reasons(honest, trusted) == {Reason.OK}


def test_a_declared_compromise_leaves_honest_codes_good(
    authority: Authority, store: TrustStore, honest: list[str], drawn: random.Random
):
    (kid,) = issuers.load(authority.content)
    issuers.change(authority.content, kid, compromised_since_s=FROM_S)
    authority.publish(NOW_S + 1)
    trusted = trusted_after_update(store, authority)
    assert reasons(honest, trusted) == {Reason.OK}
    assert reasons([signed(drawn, FROM_S, TO_S) for _ in range(20)], trusted) == {Reason.NOT_ISSUED}
    assert reasons([signed(drawn, TO_S, NOW_S) for _ in range(20)], trusted) == {Reason.KEY_COMPROMISED}
    assert reasons([signed(drawn, FROM_S - DAY_S, FROM_S) for _ in range(20)], trusted) == {
        Reason.KEY_COMPROMISED
    }

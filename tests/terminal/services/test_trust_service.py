"""A trust set that comes into force changes the next verdict of a terminal in use, without a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import files
from keys.files import Algorithm
from keys.issue import IssueRequest, issue
from scripts.registry.journals import code_rechecks
from scripts.registry.offline.builder import Listing
from terminal.credential import register
from terminal.credential.grade import Grade
from terminal.credential.register import Register
from terminal.credential.trust import NO_TRUST, TrustSet
from terminal.errors import RegisterFault, RulesFault, TrustFault, TrustNotUpdated
from terminal.journal.codec import read_entry
from terminal.journal.entry import Check, Event, EventKind, Refinement, Rules
from terminal.journal.record import read
from terminal.limits import DAY_S
from terminal.model import CredentialFinding, Outcome, Reason, RecordedCheck, Vehicle, VehicleFinding
from terminal.ports import UpdateResult
from terminal.registry import codec, topics
from terminal.registry.lookup import Drop
from terminal.registry.messages import (
    HotlistChange,
    HotlistEntry,
    LookupAnswer,
    LookupRequest,
    LookupResult,
)
from terminal.screens.values import CameraStatus, Status
from terminal.services.status import status_of
from terminal.services.trust_updates import TrustUpdates
from terminal.services.verifier import Verifier
from terminal.vehicle import tables
from terminal.wire import signed
from terminal.wire.sealed import SealingKeyPair
from tests.terminal.registry.offline.offline_lists import BASE, install
from tests.terminal.services.terminal_fixture import OTHER, OURS, Work, answer_to, judged, record_of, work_of
from tests.terminal.services.test_rules_in_force import target as rules_target
from tests.terminal.services.test_trust_updates import Updater


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry and whose trust are the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.services.close()
    tables.put_in_force(None)


def put(work: Work, **changes: object) -> None:
    """Bring a trust set in force, with the next serial; the terminal takes it in its next turn."""
    held: TrustSet = work.trust.first.trust_set
    work.trust.put(trust_set=replace(held, serial=held.serial + 1, **changes))  # type: ignore[arg-type]  # fields by name
    work.services.poll()


def checked(work: Work, code: str) -> RecordedCheck:
    return judged(work.cases.check(code, work.services.moment()))


def reason(work: Work, code: str) -> Reason:
    return checked(work, code).verdict.finding.reason


def events(work: Work) -> list[str]:
    """Events about trust in the journal."""
    bodies = [entry.body for entry in work.entries()]
    return [body.text for body in bodies if isinstance(body, Event) and body.kind is EventKind.TRUST]


def status(work: Work) -> Status:
    return status_of(work.services, camera=CameraStatus.LIVE, torch=False, signal_fault=None)


def codes_of_faults(work: Work) -> set[str]:
    return {notice.code for notice in status(work).notices}


def compromised(work: Work) -> dict[str, object]:
    """Every issuer key is declared compromised."""
    keys = work.trust.first.trust_set.issuers
    since_s = int(work.clock.now_s()) - DAY_S
    return {"issuers": {kid: replace(key, compromised_since_s=since_s) for kid, key in keys.items()}}


def test_a_compromised_key_changes_the_next_verdict_and_is_recorded(work: Work):
    code = work.code()
    assert reason(work, code) is Reason.OK
    put(work, **compromised(work))
    assert reason(work, code) is Reason.KEY_COMPROMISED
    first, second = (entry.body for entry in work.entries() if isinstance(entry.body, Check))
    assert (first.trust_serial, second.trust_serial) == (1, 2)
    assert events(work) == ["trust set 2 is in force"]


def test_a_refinement_of_an_earlier_check_names_the_set_that_made_it(work: Work):
    judged(work.cases.enter(OURS, None, work.moment))
    put(work)
    judged(work.cases.enter(OTHER, None, work.moment))
    ours, other = work.asked()
    work.answer(ours, OURS)
    work.answer(other, OTHER)
    of_ours, of_other = (e.body for e in work.entries() if isinstance(e.body, Refinement))
    assert (of_ours.trust_serial, of_other.trust_serial) == (2, None)
    assert of_ours.basis.rules is not None
    assert of_other.basis.rules is None


# The registry's keys


@dataclass(frozen=True)
class NewKeys:
    """Secrets of a registry that has changed all its keys."""

    seed: bytes
    """Ed25519, for every purpose."""
    pair: SealingKeyPair


def change_registry(work: Work) -> NewKeys:
    seed = random_bytes(32)
    pair = SealingKeyPair.of(random_bytes(32))
    public = files.public_part(Algorithm.ED25519, seed) or b""
    keys = replace(
        work.trust.first.registry_keys,
        answer=(public,),
        receipt=(public,),
        hotlist=(public,),
        journal=(pair.public,),
        lookup=(pair.public,),
    )
    work.trust.put(registry_keys=keys)
    work.services.poll()
    return NewKeys(seed, pair)


def test_answers_count_by_the_new_keys_alone(work: Work):
    work.cases.enter(OURS, None, work.moment)
    (request,) = work.asked()
    new = change_registry(work)
    now_ms = int(1e3 * work.clock.now_s())
    said = {"result": LookupResult.FOUND, "record": record_of(OURS)}
    assert work.cases.registry is not None
    by_old = answer_to(request, work.laboratory, now_ms, **said)
    assert not work.services.receive(by_old)
    assert work.cases.registry.lookup.dropped[Drop.UNSIGNED] == 1
    old_key = files.load_public(work.laboratory / "private/answer.key.pub")
    told = codec.open_signed(LookupAnswer, by_old.payload, signed.by_kid([old_key]))
    assert told is not None
    by_new = replace(by_old, payload=codec.sign(told, signed.signer(new.seed)))
    assert judged(tuple(work.services.receive(by_new))).verdict.outcome is Outcome.PASS


def test_lookups_and_records_are_sealed_to_the_new_keys(work: Work):
    new = change_registry(work)
    work.cases.enter(OURS, None, work.moment)
    (sent,) = (one for one in work.link.sent if one.topic == topics.lookup("T0001"))
    message = new.pair.open(sent.payload)
    assert message is not None
    keys = signed.by_kid([files.load_public(work.laboratory / "identity/terminal.key.pub")])
    assert codec.open_signed(LookupRequest, message, keys) is not None
    newest = list(work.cases.recorder.journal.records())[-1]
    opened = new.pair.open(read(newest).sealed)
    assert opened is not None
    assert isinstance(read_entry(opened).body, Check)


# The offline list, the register, the rules


def test_the_offline_list_of_the_new_set_is_asked(work: Work, tmp_path: Path):
    day = int(time.strftime("%Y%m%d", time.gmtime(work.clock.now_s() - 2 * DAY_S)))
    for name, letters in (("one", "A"), ("two", "D")):
        install(tmp_path / name, tmp_path / f"built-{name}", BASE, [Listing(OURS, letters, 20991231)], day)
    found = []
    for folder in ("one", "two", None):
        mapped = {f"offline/{BASE}": tmp_path / folder / str(BASE)} if folder else {}
        work.trust.put(mapped=mapped)
        work.services.poll()
        found.append(judged(work.cases.enter(OURS, None, work.moment)).verdict.status.finding)
    assert found == [
        VehicleFinding.CACHED_VALID,
        VehicleFinding.CACHED_OFF_ROAD,
        VehicleFinding.UNCHECKED,
    ]


def test_a_snapshot_of_the_hot_list_in_the_set_raises_its_alarms(work: Work):
    now_ms = int(1e3 * work.clock.now_s())
    listed = HotlistChange(province="苏", epoch=2, seq=7, at_ms=now_ms, vehicles=(HotlistEntry(OURS, "C"),))
    work.trust.put(targets={"hotlist/苏.cbor": codec.write(listed)})
    work.services.poll()
    found = judged(work.cases.enter(OURS, None, work.moment)).verdict
    assert (found.status.finding, found.outcome) == (VehicleFinding.CACHED_ALARM, Outcome.ALARM)
    assert work.cases.lists.hotlist is not None
    assert work.cases.lists.hotlist.positions["苏"].seq == 7


def register_of(*codes: str, name: str = "苏") -> Register:
    """A register that covers everything so far and has these codes."""
    digests = [shown.digest for code in codes if (shown := code_rechecks.read(code))]
    content = register.write(digests, 0, int(time.time()) + DAY_S)
    return Register.of([register.read(f"issued/{name}.bin", content)])


def honest(work: Work, count: int) -> list[str]:
    seed = files.load_seed(work.laboratory / "private/jiangsu.key")
    request = IssueRequest(Vehicle(OURS, "K33", "A", 209912), "苏A")
    return [issue(request, seed, random_bytes(12), int(work.clock.now_s()) - 60) for _ in range(count)]


def test_a_register_built_wrongly_is_laid_aside_reported_and_withdrawn_by_a_newer_one(work: Work):
    """After `refresh` the terminal has the newer file, and the laid-aside one is forgotten."""
    street = honest(work, 10)
    faulty = register_of()  # it should have had them all
    put(work, register=faulty)
    first = [reason(work, code) for code in street[:3]]
    assert first == [Reason.NOT_ISSUED] * 3
    assert reason(work, street[3]) is Reason.OK, "the fourth different code lays it aside"
    assert {reason(work, code) for code in street} == {Reason.OK}
    assert RegisterFault.code in codes_of_faults(work)
    assert "issued/苏.bin is faulty and was laid aside" in events(work)

    put(work, register=faulty)  # another set with the same file
    assert RegisterFault.code in codes_of_faults(work)
    assert {reason(work, code) for code in street} == {Reason.OK}

    put(work, register=register_of(*street))
    assert RegisterFault.code not in codes_of_faults(work)
    assert {reason(work, code) for code in street} == {Reason.OK}
    assert reason(work, honest(work, 1)[0]) is Reason.NOT_ISSUED, "the new file counts"


def test_rules_of_the_set_make_the_next_verdict_and_are_recorded(work: Work):
    wary = tables.content("decision_table").replace(
        "not_shown,unchecked,undetermined", "not_shown,unchecked,caution"
    )
    now_s = int(work.clock.now_s())
    work.trust.put(targets={"rules/4.cbor": rules_target(4, now_s + 60, decision_table=wary)})
    before = judged(work.cases.enter(OURS, None, work.moment))
    work.services.poll()
    assert judged(work.cases.enter(OURS, None, work.moment)).verdict.outcome is before.verdict.outcome
    work.clock.advance(60)
    work.services.poll()
    assert judged(work.cases.enter(OURS, None, work.moment)).verdict.outcome is Outcome.CAUTION
    checks = [entry.body for entry in work.entries() if isinstance(entry.body, Check)]
    assert [check.basis.rules == Rules(4) for check in checks] == [False, False, True]
    assert "rules 4 are in force" in events(work)


def test_rules_that_are_refused_are_shown_and_change_nothing(work: Work):
    unsound = tables.content("vehicle_status").replace("J,嫌疑车,", "J,伪造嫌疑车,")
    work.trust.put(targets={"rules/4.cbor": rules_target(4, 0, vehicle_status=unsound)})
    work.services.poll()
    assert RulesFault.code in codes_of_faults(work)
    judged(work.cases.enter(OURS, None, work.moment))
    (check,) = (entry.body for entry in work.entries() if isinstance(entry.body, Check))
    assert check.basis.rules is not None
    assert check.basis.rules.serial == 0


# What fails, and what is old


def test_a_set_that_does_not_verify_changes_nothing_and_is_shown_with_the_age(work: Work):
    code = work.code()
    work.clock.advance(3 * DAY_S)
    work.trust.fault = TrustFault("metadata: a signature is wrong")
    work.services.poll()
    work.services.poll()
    assert reason(work, code) is Reason.OK
    (notice,) = (one for one in status(work).notices if one.code == TrustNotUpdated.code)
    assert "3 天前" in notice.zh
    assert "3 d old" in notice.en
    assert events(work) == ["a trust set was refused: metadata: a signature is wrong"]
    put(work)
    assert TrustNotUpdated.code not in codes_of_faults(work)


@pytest.mark.parametrize(
    ("result", "online", "age_d", "shown"),
    [
        (UpdateResult("refused"), True, 0, True),
        (UpdateResult("no route", unreachable=True), True, 0, True),
        (UpdateResult("no route", unreachable=True), False, 0, False),
        (UpdateResult("no route", unreachable=True), False, 2, True),
        (UpdateResult(), True, 2, False),
    ],
)
def test_a_failed_update_is_shown_unless_the_network_is_known_to_be_down(
    work: Work, result: UpdateResult, age_d: int, *, online: bool, shown: bool
):
    updater = Updater()
    work.services.trust.updates = TrustUpdates(updater, work.clock, 900)
    work.link.up = online
    work.services.poll()
    work.clock.advance(age_d * DAY_S)
    updater.end(result)
    work.services.poll()
    assert (TrustNotUpdated.code in codes_of_faults(work)) is shown


def test_an_order_to_refresh_starts_an_update(work: Work):
    updater = Updater()
    work.services.trust.updates = TrustUpdates(updater, work.clock, 900)
    work.services.poll()
    updater.end(UpdateResult())
    work.services.poll()
    work.services.trust.request_update()
    work.services.poll()
    assert updater.started == 2


def wrong(code: str) -> str:
    """A code with another character, whose signature is wrong."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("age_s", "grade", "genuine"),
    [
        (DAY_S, Grade.FRESH, Reason.OK),
        (DAY_S + 1, Grade.USABLE, Reason.OK),
        (7 * DAY_S, Grade.USABLE, Reason.OK),
        (7 * DAY_S + 1, Grade.STALE, Reason.STALE_TRUST),
        (200 * DAY_S, Grade.STALE, Reason.STALE_TRUST),
    ],
)
def test_the_age_decides_what_a_code_is_and_never_what_a_wrong_signature_is(
    work: Work, age_s: int, grade: Grade, genuine: Reason
):
    code = work.code()
    made_s = work.trust.first.trust_set.made_s
    work.clock.set(made_s + age_s)
    assert status(work).trust.grade is grade
    assert reason(work, code) is genuine
    assert checked(work, wrong(code)).verdict.finding.finding in (
        CredentialFinding.FAILED,
        CredentialFinding.UNREADABLE,
    )
    plate = judged(work.cases.enter(OURS, None, work.services.moment()))
    request = work.asked()[-1]
    assert plate.lookup.name == "WAITING"
    assert judged(tuple(work.answer(request, OURS))).verdict.outcome is Outcome.PASS, "plates go on"


def test_a_terminal_off_for_months_says_so_until_it_has_caught_up(work: Work):
    work.clock.advance(200 * DAY_S)
    now_s = int(work.clock.now_s())
    code = work.code()
    assert reason(work, code) is Reason.STALE_TRUST
    put(work, made_s=now_s)
    assert reason(work, code) is Reason.OK
    assert status(work).trust.grade is Grade.FRESH


def test_with_the_registry_s_keys_alone_plates_are_looked_up_and_no_code_is_verified(work: Work):
    fault = TrustFault("issuers.cbor: not the bytes that were signed")
    work.trust.put(trust_set=NO_TRUST, targets={}, mapped={}, fault=fault)
    work.services.poll()
    shown = status(work)
    assert (shown.trust.age_s, shown.trust.grade) == (None, Grade.STALE)
    assert TrustFault.code in codes_of_faults(work)
    assert reason(work, work.code()) is Reason.UNKNOWN_KEY
    work.cases.enter(OURS, None, work.moment)
    assert judged(tuple(work.answer(work.asked()[-1], OURS))).verdict.outcome is Outcome.PASS


def test_a_file_laid_aside_by_a_former_run_stays_so_when_it_comes_after_the_start(work: Work):
    """At the start big files are hashed beside the work, so that the register comes a little later."""
    faulty = register_of()
    file = faulty.files[0]
    verifier = Verifier(work.trust.first.trust_set, laid_aside=frozenset({file.fingerprint}))
    assert not verifier.faults
    verifier.trust(replace(work.trust.first.trust_set, register=faulty))
    assert len(verifier.faults) == 1
    assert verifier.verify(work.code(), work.moment).reason is Reason.OK

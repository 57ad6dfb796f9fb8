"""A code enrols one device once; somebody in between, or with another device, gains nothing."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from nacl.utils import random as random_bytes

from keys import certificates, key_store, publishing, revocations, terminals, trustset
from keys.enrolment import device, messages
from scripts.registry import terminals as registry_terminals
from terminal import identity
from terminal.errors import IdentityFault, InputFault
from terminal.wire import cbor, cose, sealed
from terminal.wire.signed import signer_with
from tests.keys.enrolment.conftest import HOUR_S, PROFILE, SERIAL, Desk

if TYPE_CHECKING:
    from pathlib import Path


def listed(desk: Desk) -> dict[int, trustset.ListedTerminal]:
    return terminals.load(desk.authority.repository.content)


def test_an_enrolled_terminal_has_all_that_it_needs_and_stands_in_the_list(desk: Desk):
    desk.enrol()
    found = identity.load(desk.folder)
    assert (found.number, found.running_number, found.unit) == ("T0007", 7, "苏A01")
    store = key_store.open_store(desk.folder)
    assert listed(desk)[7] == trustset.ListedTerminal("T0007", store.public_key, store.sealing.public, "苏")
    certificate = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    ca = certificates.load_certificate(desk.folder / identity.CA)
    certificate.verify_directly_issued_by(ca)
    assert certificates.common_name(certificate) == "T0007"
    assert certificate.public_key() == store.tls_public_key()
    assert (desk.folder / identity.ROOT).read_bytes() == desk.authority.repository.root_file(1).read_bytes()
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    private = {path.name for path in desk.folder.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600}
    assert private == {identity.SIGNING_KEY, identity.SEALING_KEY, identity.TLS_KEY}
    assert [path.name for path in desk.folder.parent.iterdir()] == ["identity"]


def test_the_next_publication_lists_it(desk: Desk, tmp_path: Path):
    desk.enrol()
    targets = desk.authority.repository.public / "targets"
    before = set(targets.glob("*.terminals.cbor"))
    passphrase = (desk.lab / "private" / "passphrase").read_bytes().strip()
    publishing.publish(desk.authority.repository, lambda _: passphrase, desk.now_s + 60)
    (published,) = set(targets.glob("*.terminals.cbor")) - before
    shutil.copy(published, tmp_path / "terminals.cbor")
    by_kid = registry_terminals.load_from(tmp_path)
    found = by_kid[cose.key_id(key_store.open_store(desk.folder).public_key)]
    assert (found.id, found.state) == ("T0007", "active")


def test_a_code_carries_128_random_bits_and_reads_back(desk: Desk):
    codes = [desk.offer(), desk.offer()]
    assert codes[0].secret != codes[1].secret
    assert 8 * len(codes[0].secret) >= 128
    text = messages.write_code(codes[0])
    assert messages.read_code(text) == codes[0]
    assert repr(codes[0].secret) not in repr(codes[0])


def test_a_damaged_code_is_not_repeated(desk: Desk):
    text = messages.write_code(desk.offer())
    with pytest.raises(InputFault) as refused:
        messages.read_code(text[:-1])
    assert text[10:20] not in refused.value.detail


def test_a_request_that_was_changed_on_the_way_is_refused(desk: Desk):
    request = desk.begin(desk.offer())
    for at in range(0, len(request), 7):
        changed = bytearray(request)
        changed[at] ^= 1
        with pytest.raises(InputFault, match="refused"):
            desk.authority.answer(bytes(changed), desk.now_s)
    assert desk.authority.answer(request, desk.now_s)


def test_an_answer_that_was_changed_on_the_way_is_refused_and_nothing_is_stored(desk: Desk):
    answer = desk.authority.answer(desk.begin(desk.offer()), desk.now_s)
    for at in range(0, len(answer), 97):
        changed = bytearray(answer)
        changed[at] ^= 1
        with pytest.raises(InputFault, match="not to be believed"):
            device.finish(desk.folder, bytes(changed))
    assert not desk.folder.exists()
    device.finish(desk.folder, answer)


def test_somebody_in_between_cannot_put_in_keys_of_his_own(desk: Desk, tmp_path: Path):
    code = desk.offer()
    desk.begin(code)
    guess = replace(code, secret=random_bytes(16))
    own = device.begin(tmp_path / "his", messages.write_code(guess), SERIAL, random_bytes)
    _, message, authentication = messages.split_request(own)
    for forged in (own, cbor.write([code.id, message, authentication])):
        with pytest.raises(InputFault, match=r"refused: (no such code|not authenticated by the code)"):
            desk.authority.answer(forged, desk.now_s)
    assert 7 not in listed(desk)


def test_who_saw_the_code_still_cannot_give_another_root_or_ca(desk: Desk):
    code = desk.offer()
    request = desk.begin(code)
    staged = desk.folder.with_name(".identity.enrolling")
    store = key_store.open_store(staged)
    _, message, _ = messages.split_request(request)
    honest = desk.authority.answer(request, desk.now_s)
    answer = messages.read_answer(honest, message, store.sealing, code)
    for field in ("root", "ca"):
        changed = replace(answer, **{field: b"his own"})
        forged = messages.write_answer(changed, message, store.sealing.public, code)
        with pytest.raises(InputFault, match="another root or CA than"):
            device.finish(desk.folder, forged)
    ca = certificates.make_ca("laboratory", desk.now_s, 30)
    his = certificates.certify_client("T0007", store.tls_public_key(), ca, desk.now_s, 30)
    changed = replace(answer, certificate=certificates.der(his))
    with pytest.raises(InputFault, match="a certificate that the CA did not issue"):
        device.finish(desk.folder, messages.write_answer(changed, message, store.sealing.public, code))
    assert not desk.folder.exists()


def test_an_answer_to_another_request_is_refused(desk: Desk):
    code = desk.offer()
    desk.begin(code)
    other = desk.folder.with_name("other")
    request = device.begin(other, messages.write_code(code), SERIAL, random_bytes)
    answer = desk.authority.answer(request, desk.now_s)
    with pytest.raises(InputFault, match="or to another request"):
        device.finish(desk.folder, answer)
    device.finish(other, answer)


def test_a_code_is_used_once_but_a_lost_answer_is_given_again(desk: Desk):
    code = desk.offer()
    request = desk.begin(code)
    answer = desk.authority.answer(request, desk.now_s)
    assert desk.begin(code) == request
    assert desk.authority.answer(request, desk.now_s) == answer
    other = device.begin(desk.folder.with_name("other"), messages.write_code(code), SERIAL, random_bytes)
    with pytest.raises(InputFault, match="the code was used already"):
        desk.authority.answer(other, desk.now_s)
    device.finish(desk.folder, answer)
    assert listed(desk)[7].public_key == key_store.open_store(desk.folder).public_key


def test_an_expired_code_and_one_that_was_replaced_are_refused(desk: Desk):
    request = desk.begin(desk.offer())
    with pytest.raises(InputFault, match="the code has expired"):
        desk.authority.answer(request, desk.now_s + HOUR_S)
    assert desk.authority.records.codes()
    newer = desk.offer()
    with pytest.raises(InputFault, match="no such code"):
        desk.authority.answer(request, desk.now_s)
    assert desk.authority.answer(desk.begin(newer), desk.now_s + HOUR_S - 1)


def test_a_code_is_for_one_device(desk: Desk):
    code = desk.offer()
    with pytest.raises(InputFault, match=f"serial number {SERIAL}; this is 2000"):
        desk.begin(code, "2000")
    lied = device.begin(desk.folder, messages.write_code(replace(code, serial="2000")), "2000", random_bytes)
    with pytest.raises(InputFault, match="for a device with another serial number"):
        desk.authority.answer(lied, desk.now_s)
    assert 7 not in listed(desk)


def test_a_key_of_another_terminal_is_refused(desk: Desk):
    desk.enrol()
    store = key_store.open_store(desk.folder)
    code = desk.offer(replace(PROFILE, terminal="T0008", number=8))
    request = messages.EnrolmentRequest(
        store.public_key, store.sealing.public, store.tls_request("x"), SERIAL, random_bytes(16)
    )
    signer = signer_with(store.public_key, store.sign)
    with pytest.raises(InputFault, match="another terminal has this key"):
        desk.authority.answer(messages.write_request(request, signer, code), desk.now_s)


def test_a_terminal_keeps_its_number(desk: Desk):
    desk.enrol()
    for wrong in (replace(PROFILE, number=8), replace(PROFILE, terminal="T0008")):
        with pytest.raises(InputFault, match="T0007 has number 7; a terminal keeps its number"):
            desk.offer(wrong)
    desk.offer(replace(PROFILE, terminal="T0009", number=9))
    with pytest.raises(InputFault, match="number 9 is promised to T0009"):
        desk.offer(replace(PROFILE, terminal="T0010", number=9))
    assert desk.authority.next_number() == 10


@pytest.mark.parametrize(
    "wrong", [{"terminal": "T/1"}, {"terminal": "号1"}, {"unit": "a/b"}, {"province": "A"}, {"number": -1}]
)
def test_a_profile_that_is_none_is_refused(desk: Desk, wrong: dict[str, str]):
    with pytest.raises(InputFault):
        desk.offer(replace(PROFILE, **wrong))  # type: ignore[arg-type]  # wrong on purpose


def test_enrolled_again_it_has_new_keys_and_its_old_certificate_is_revoked(desk: Desk):
    desk.enrol()
    before = key_store.open_store(desk.folder)
    old = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE).serial_number
    desk.enrol()
    store = key_store.open_store(desk.folder)
    assert store.public_key != before.public_key
    assert listed(desk)[7].public_key == store.public_key
    revoked = {one.serial_number for one in revocations.load(desk.authority.folder / revocations.NAME)}
    new = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE).serial_number
    assert old in revoked
    assert new not in revoked


def test_the_unit_s_roster_comes_sealed_with_the_answer_and_with_the_next_set(desk: Desk):
    desk.offer()
    content = b"the roster of the unit"
    folder = desk.authority.records.folder / "rosters"
    (folder / "苏A01.cbor").write_bytes(content)
    desk.enrol()
    target = desk.authority.repository.content / "roster" / "苏A01.sealed"
    store = key_store.open_store(desk.folder)
    for path in (target, desk.folder / device.ROSTER):
        boxes = cbor.read(path.read_bytes())
        assert isinstance(boxes, dict)
        box = boxes[7]
        assert isinstance(box, bytes)
        assert store.open_sealed(box) == content
    enforcement = desk.authority.repository.content / "enforcement" / "T0007.sealed"
    enforcement.parent.mkdir(exist_ok=True)
    enforcement.touch()
    desk.authority.withdraw("T0007", desk.now_s)
    left = cbor.read(target.read_bytes())
    assert isinstance(left, dict)
    assert 7 not in left
    assert not enforcement.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"profile": {}}', b'{"profile": 1, "code": 2}'])
def test_a_record_that_is_none_or_that_others_may_read_is_refused(desk: Desk, content: bytes):
    desk.enrol()
    (record,) = (desk.authority.records.folder / "terminals").iterdir()
    sound = record.read_bytes()
    record.write_bytes(content)
    with pytest.raises(InputFault, match="not a record of an enrolment"):
        desk.authority.records.terminals()
    record.write_bytes(sound)
    record.chmod(0o644)
    with pytest.raises(InputFault, match="wider than 0600"):
        desk.authority.records.terminals()


def test_an_answer_without_a_beginning_is_refused(desk: Desk):
    with pytest.raises(InputFault, match="no enrolment was begun"):
        device.finish(desk.folder, b"")
    with pytest.raises(IdentityFault):
        device.renewal_request(desk.folder, desk.now_s)


def test_the_authority_s_secret_never_travels(desk: Desk):
    code = desk.offer()
    request = desk.begin(code)
    answer = desk.authority.answer(request, desk.now_s)
    assert code.secret not in request + answer
    assert b"T0007" not in answer  # it is sealed
    assert hmac.digest(code.secret, request, "sha256") not in answer
    assert hashlib.sha256(code.secret).digest() not in request + answer


def test_a_request_for_a_certificate_of_another_kind_is_refused(desk: Desk):
    code = desk.offer()
    desk.begin(code)
    store = key_store.open_store(desk.folder.with_name(".identity.enrolling"))
    proper = x509.load_der_x509_csr(store.tls_request("x"))
    for tls_request in (b"", proper.tbs_certrequest_bytes):
        request = messages.EnrolmentRequest(
            store.public_key, store.sealing.public, tls_request, SERIAL, random_bytes(16)
        )
        content = messages.write_request(request, signer_with(store.public_key, store.sign), code)
        with pytest.raises(InputFault, match="not a request for a certificate"):
            desk.authority.answer(content, desk.now_s)


def test_a_sealing_key_of_low_order_is_refused(desk: Desk):
    code = desk.offer()
    desk.begin(code)
    store = key_store.open_store(desk.folder.with_name(".identity.enrolling"))
    request = messages.EnrolmentRequest(
        store.public_key, bytes(32), store.tls_request("x"), SERIAL, random_bytes(16)
    )
    assert not sealed.is_sealing_key(request.sealing_key)
    with pytest.raises(InputFault, match="a key of low order"):
        desk.authority.answer(
            messages.write_request(request, signer_with(store.public_key, store.sign), code), desk.now_s
        )

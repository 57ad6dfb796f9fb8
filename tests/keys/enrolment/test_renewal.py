"""Active terminals renew their certificates by themselves; withdrawn ones are revoked and get none."""

from __future__ import annotations

import pytest

from keys import certificates, key_store, revocations, terminals
from keys.enrolment import device, messages
from terminal import identity
from terminal.errors import InputFault
from tests.keys.enrolment.conftest import Desk


def test_a_withdrawn_terminal_is_so_in_the_list_and_its_certificates_are_revoked(desk: Desk):
    desk.enrol()
    certificate = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    request = desk.begin(desk.offer())
    assert desk.authority.withdraw("T0007", desk.now_s) == 1
    assert terminals.load(desk.authority.repository.content)[7].state == "withdrawn"
    revoked = {one.serial_number for one in revocations.load(desk.authority.folder / revocations.NAME)}
    assert certificate.serial_number in revoked
    with pytest.raises(InputFault, match="no such code"):
        desk.authority.answer(request, desk.now_s)
    with pytest.raises(InputFault, match="no terminal T0099"):
        desk.authority.withdraw("T0099", desk.now_s)


def test_a_renewed_certificate_is_for_the_same_key_and_lasts_longer(desk: Desk):
    desk.enrol()
    before = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    later_s = desk.now_s + 25 * 86_400
    assert not device.renewal_is_due(desk.folder, desk.now_s)
    assert device.renewal_is_due(desk.folder, later_s)
    answer = desk.authority.answer(device.renewal_request(desk.folder, later_s), later_s)
    ends = device.apply_renewal(desk.folder, answer)
    after = certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE)
    assert ends == after.not_valid_after_utc > before.not_valid_after_utc
    assert after.public_key() == before.public_key()
    assert not device.renewal_is_due(desk.folder, later_s)
    assert desk.authority.withdraw("T0007", later_s) == 2  # both would be good still


def test_with_its_certificate_a_terminal_takes_over_a_renewed_ca(desk: Desk):
    desk.enrol()
    ca = certificates.load(desk.authority.folder, "ca")
    later_s = desk.now_s + 25 * 86_400
    renewed = certificates.renew_ca(ca, later_s, 365)
    (desk.authority.folder / "ca.crt").write_bytes(certificates.pem(renewed.certificate))
    answer = desk.authority.answer(device.renewal_request(desk.folder, later_s), later_s)
    device.apply_renewal(desk.folder, answer)
    taken = certificates.load_certificate(desk.folder / identity.CA)
    assert taken == renewed.certificate != ca.certificate
    for authority in (taken, ca.certificate):
        certificates.load_certificate(desk.folder / identity.TLS_CERTIFICATE).verify_directly_issued_by(
            authority
        )


def test_a_renewal_is_for_active_terminals_alone_and_not_replayed(desk: Desk):
    desk.enrol()
    request = device.renewal_request(desk.folder, desk.now_s)
    assert desk.authority.answer(request, desk.now_s)
    with pytest.raises(InputFault, match="not later than the last renewal"):
        desk.authority.answer(request, desk.now_s)
    ahead = device.renewal_request(desk.folder, desk.now_s + 3 * 86_400)
    with pytest.raises(InputFault, match="or from a time to come"):
        desk.authority.answer(ahead, desk.now_s)
    desk.authority.withdraw("T0007", desk.now_s)
    with pytest.raises(InputFault, match="not an active terminal"):
        desk.authority.answer(device.renewal_request(desk.folder, desk.now_s + 1), desk.now_s)


def test_a_renewal_by_another_ca_for_another_key_or_from_before_is_refused(desk: Desk):
    desk.enrol()
    store = key_store.open_store(desk.folder)
    ca = certificates.load(desk.authority.folder, "ca")
    his = certificates.make_ca("laboratory", desk.now_s, 30)
    key, other = store.tls_public_key(), certificates.issue_client("T0007", ca, desk.now_s, 40)
    stays = (desk.folder / identity.TLS_CERTIFICATE).read_bytes()
    for name, public_key, issuer, days, said in (
        ("T0007", key, his, 40, "by another CA"),
        ("T0007", other.key.public_key(), ca, 40, "another terminal's certificate"),
        ("T0008", key, ca, 40, "another terminal's certificate"),
        ("T0007", key, ca, 20, "ends no later than the one in use"),
    ):
        made = certificates.certify_client(name, public_key, issuer, desk.now_s, days)
        answer = messages.write_renewed(
            certificates.der(made), certificates.der(issuer.certificate), store.sealing.public
        )
        with pytest.raises(InputFault, match=said):
            device.apply_renewal(desk.folder, answer)
    with pytest.raises(InputFault, match="a box that this terminal cannot open"):
        device.apply_renewal(desk.folder, b"")
    assert (desk.folder / identity.TLS_CERTIFICATE).read_bytes() == stays

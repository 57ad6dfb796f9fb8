"""The list of withdrawn certificates keeps what it has, rises in number, and is made anew in good time."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from keys import certificates, revocations
from keys.revocations import DAYS, NAME, RENEWAL_S
from terminal.errors import InputFault

NOW_S = 1_795_320_000
DAY_S = 86_400


@pytest.fixture(scope="module")
def ca() -> certificates.TlsIdentity:
    """An authority."""
    return certificates.make_ca("laboratory", NOW_S, 365)


def held(folder: Path) -> tuple[int, list[int]]:
    """Number and serial numbers of the list in a folder."""
    found = revocations.load(folder / NAME)
    number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    return number, [one.serial_number for one in found]


def test_what_is_withdrawn_stays_withdrawn_and_its_date_too(tmp_path: Path, ca: certificates.TlsIdentity):
    assert revocations.withdraw(tmp_path, ca, [7], NOW_S) == 1
    assert revocations.withdraw(tmp_path, ca, [5, 7], NOW_S + DAY_S) == 2
    assert revocations.withdraw(tmp_path, ca, [], NOW_S + 2 * DAY_S) == 2
    assert held(tmp_path) == (3, [5, 7])
    dates = {
        one.serial_number: one.revocation_date_utc.timestamp() for one in revocations.load(tmp_path / NAME)
    }
    assert dates == {7: NOW_S, 5: NOW_S + DAY_S}


def test_a_list_is_made_anew_when_too_little_time_is_left(tmp_path: Path, ca: certificates.TlsIdentity):
    assert revocations.ensure(tmp_path, ca, NOW_S)
    revocations.withdraw(tmp_path, ca, [7], NOW_S)
    due_s = NOW_S + DAYS * DAY_S - RENEWAL_S
    assert not revocations.ensure(tmp_path, ca, due_s)
    assert revocations.ensure(tmp_path, ca, due_s + 1)
    assert held(tmp_path) == (3, [7])
    found = revocations.load(tmp_path / NAME)
    assert found.next_update_utc is not None
    assert found.next_update_utc.timestamp() == due_s + 1 + DAYS * DAY_S
    assert found.is_signature_valid(ca.key.public_key())


def test_the_list_of_another_authority_is_replaced(tmp_path: Path, ca: certificates.TlsIdentity):
    other = certificates.make_ca("laboratory", NOW_S, 365)
    revocations.withdraw(tmp_path, other, [9], NOW_S)
    assert revocations.ensure(tmp_path, ca, NOW_S)
    assert held(tmp_path) == (2, [])


def test_what_is_no_list_is_refused(tmp_path: Path, ca: certificates.TlsIdentity):
    (tmp_path / NAME).write_bytes(b"nonsense")
    with pytest.raises(InputFault, match="not a certificate revocation list"):
        revocations.ensure(tmp_path, ca, NOW_S)
    with pytest.raises(InputFault, match="No such file"):
        revocations.load(tmp_path / "other.crl")

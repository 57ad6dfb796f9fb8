"""TLS identities are valid for one purpose, one name and a limited time, as OpenSSL judges."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from keys import certificates
from terminal.errors import InputFault

NOW_S = 1_800_000_000
DAY_S = 86_400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    ca = certificates.make_ca("laboratory", NOW_S, 30)
    certificates.save(ca, made, "ca")
    certificates.save(
        certificates.issue_server(["broker.example", "127.0.0.1"], ca, NOW_S, 30), made, "broker"
    )
    certificates.save(certificates.issue_client("T0001", ca, NOW_S, 30), made, "T0001")
    certificates.save(certificates.make_ca("laboratory", NOW_S, 30), made, "foreign-ca")
    return made


def judged(folder: Path, name: str, *options: str, ca: str = "ca", at_s: int = NOW_S) -> bool:
    command = ["openssl", "verify", "-x509_strict", "-attime", str(at_s), *options]
    files = ["-CAfile", str(folder / f"{ca}.crt"), str(folder / f"{name}.crt")]
    return subprocess.run([*command, *files], capture_output=True, check=False).returncode == 0


def test_an_identity_is_valid_for_its_purpose_only(folder: Path):
    assert judged(folder, "T0001", "-purpose", "sslclient")
    assert not judged(folder, "T0001", "-purpose", "sslserver")
    assert judged(folder, "broker", "-purpose", "sslserver", "-verify_hostname", "broker.example")
    assert judged(folder, "broker", "-purpose", "sslserver", "-verify_ip", "127.0.0.1")
    assert not judged(folder, "broker", "-verify_hostname", "other.example")
    assert not judged(folder, "broker", "-purpose", "sslclient")


def test_an_identity_is_valid_for_its_time_and_authority_only(folder: Path):
    assert judged(folder, "T0001", at_s=NOW_S - certificates.LEEWAY_S)
    assert not judged(folder, "T0001", at_s=NOW_S - certificates.LEEWAY_S - 1)
    assert judged(folder, "T0001", at_s=NOW_S + 30 * DAY_S - 1)
    assert not judged(folder, "T0001", at_s=NOW_S + 30 * DAY_S)
    assert not judged(folder, "T0001", ca="foreign-ca")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_an_identity_whose_key_others_may_read_is_refused(folder: Path, tmp_path: Path, mode: int):
    for name in ("ca.crt", "ca.key"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "ca.key").chmod(mode)
    with pytest.raises(InputFault, match=f"mode {mode:04o} is wider than 0600"):
        certificates.load(tmp_path, "ca")
    (tmp_path / "ca.key").chmod(0o600)
    assert certificates.load(tmp_path, "ca").certificate == certificates.load(folder, "ca").certificate


def test_end_entities_cannot_sign(folder: Path, tmp_path: Path):
    terminal = certificates.load(folder, "T0001")
    certificates.save(certificates.issue_client("T0002", terminal, NOW_S, 1), tmp_path, "T0002")
    chain = ["-untrusted", str(folder / "T0001.crt")]
    (tmp_path / "ca.crt").write_bytes((folder / "ca.crt").read_bytes())
    assert not judged(tmp_path, "T0002", *chain)


@pytest.mark.parametrize("name", ["", "+", "#", "T/1", "T 1", "机1", "-T1", "T" * 65, "T0001\n"])
def test_an_invalid_topic_name_gets_no_identity(folder: Path, name: str):
    ca = certificates.load(folder, "ca")
    with pytest.raises(InputFault):
        certificates.issue_client(name, ca, NOW_S, 1)


def test_a_private_key_is_its_owner_s_and_never_overwritten(folder: Path, tmp_path: Path):
    assert (folder / "T0001.key").stat().st_mode & 0o777 == 0o600
    before = (folder / "T0001.key").read_bytes()
    other = certificates.load(folder, "broker")
    with pytest.raises(InputFault):
        certificates.save(other, folder, "T0001")
    assert (folder / "T0001.key").read_bytes() == before
    (tmp_path / "half.crt").write_bytes(b"")
    with pytest.raises(InputFault):
        certificates.save(other, tmp_path, "half")
    assert not (tmp_path / "half.key").exists()


def test_identities_are_loaded_as_saved_or_refused(folder: Path, tmp_path: Path):
    ca = certificates.make_ca("laboratory", NOW_S, 1)
    certificates.save(ca, tmp_path, "ca")
    assert certificates.load(tmp_path, "ca").certificate == ca.certificate
    with pytest.raises(InputFault, match="no such file"):
        certificates.load(tmp_path, "none")
    (tmp_path / "ca.crt").write_bytes((folder / "T0001.crt").read_bytes())
    with pytest.raises(InputFault, match="not an identity"):
        certificates.load(tmp_path, "ca")
    (tmp_path / "ca.key").write_text("secret words")
    with pytest.raises(InputFault) as caught:
        certificates.load(tmp_path, "ca")
    assert "secret" not in caught.value.detail


def test_a_laboratory_s_identities_are_renewed_before_they_expire(tmp_path: Path):
    clients = ["T0001", "W0001"]
    assert certificates.ensure_identities(tmp_path / "tls", clients, NOW_S) == ["ca", "broker", *clients]
    assert certificates.ensure_identities(tmp_path / "tls", [*clients, "T0002"], NOW_S) == ["T0002"]
    assert certificates.ensure_identities(tmp_path / "tls", clients, NOW_S + 23 * DAY_S) == []
    assert certificates.ensure_identities(tmp_path / "tls", clients, NOW_S + 23 * DAY_S + 1) == [
        "broker",
        *clients,
    ]
    assert judged(tmp_path / "tls", "T0001", at_s=NOW_S + 50 * DAY_S)
    assert certificates.ensure_identities(tmp_path / "tls", clients, NOW_S) == ["broker", *clients]


def test_a_new_authority_leaves_no_identity_of_the_old_one(tmp_path: Path):
    certificates.ensure_identities(tmp_path, ["T0001"], NOW_S)
    for suffix in ("crt", "key"):
        (tmp_path / f"ca.{suffix}").unlink()
    assert certificates.ensure_identities(tmp_path, ["T0001"], NOW_S) == ["ca", "broker", "T0001"]
    assert judged(tmp_path, "T0001")

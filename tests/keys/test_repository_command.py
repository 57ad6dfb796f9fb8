"""The ceremonies by command line, from the first key to a verdict, and with a PKCS#11 token."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest

from keys import cli
from keys.selection import Selection
from keys.sources import FolderSource
from keys.trust_store import TrustStore, open_current
from keys.update import update
from terminal.credential import verify
from terminal.model import Reason

SELECTION = Selection("T0001", "苏")
SOFTHSM = next(
    (
        p
        for p in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"))
        if p.exists()
    ),
    None,
)


def keys(*arguments: str, passphrases: str = "") -> int:
    """Run roadside-keys; passphrases are passed by a file descriptor, one a line."""
    if not passphrases:
        return cli.main(arguments)
    reading, writing = os.pipe()
    try:
        os.write(writing, passphrases.encode())
        os.close(writing)
        return cli.main([*arguments, "--passphrase-fd", str(reading)])
    finally:
        os.close(reading)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a desk with root keys a, b, c and a repository whose root is signed; each test copies it."""
    desk = tmp_path_factory.mktemp("desk")
    with chdir(desk):
        make_desk()
    return desk


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_desk() -> None:
    for name in "abc":
        assert keys("repository", "key", f"{name}.key", passphrases=f"pass {name}\n") == 0
    assert keys("new", "issuer.key") == 0
    for name in ("answer", "receipt", "hotlist", "order"):
        assert keys("new", f"{name}.key") == 0
    for name in ("journal", "lookup"):
        assert keys("new", f"{name}.key", "--algorithm", "x25519") == 0
    purposes = ("answer", "receipt", "hotlist", "order", "journal", "lookup")
    registry = [f"--registry={name}:{name}.key.pub" for name in purposes]
    assert (
        keys("trust", "--out", "first", "--issuer", "issuer.key.pub:苏", "--status-list", "1", *registry) == 0
    )
    roots = [f"--root={name}.key.pub" for name in "abc"]
    assert keys("repository", "init", "R", *roots, "--content", "first", passphrases="t\ns\no\n") == 0
    assert keys("root", "sign", "R", "--key", "a.key", passphrases="pass a\n") == 0
    assert keys("root", "sign", "R", "--key", "b.key", passphrases="pass b\n") == 0


def verdict(folder: Path, key: str = "issuer.key", *more: str) -> Reason:
    text = folder / "code.txt"
    issue = ["issue", "--key", key, "--number", "苏A12345", "--kind", "02", "--through", "2030-08"]
    assert keys(*issue, "--out", str(text), *more) == 0
    store = TrustStore(folder / "terminal", (folder / "R" / "roots" / "1.root.json").read_bytes())
    now_s = text.stat().st_mtime
    update(store, FolderSource(folder / "R" / "public"), SELECTION, now_s)
    trusted = open_current(store, SELECTION).trust_set()
    return verify.verify(text.read_text().strip(), trusted, verify.Moment(now_s)).reason


def publish() -> int:
    return keys("repository", "publish", "R", passphrases="t\ns\no\n")


def test_from_the_first_key_to_a_verdict(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert publish() == 0
    assert "serial 1" in capsys.readouterr().out
    assert verdict(folder) is Reason.OK
    assert verdict(folder, "issuer.key", "--status", "1:9") is Reason.OK
    assert keys("withdraw", "R", "1:9") == 0
    assert "1 of 131072 withdrawn; 16384 bytes" in capsys.readouterr().out
    assert publish() == 0
    assert verdict(folder, "issuer.key", "--status", "1:9") is Reason.WITHDRAWN


def test_an_issuer_is_enrolled_changed_and_declared_compromised(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert keys("new", "next.key") == 0
    period = ["--from", "2020-01-01", "--until", "2035-01-01"]
    assert keys("issuer", "request", "--key", "next.key", "--scope", "苏A", *period, "--out", "next.req") == 0
    assert publish() == 0
    assert verdict(folder, "next.key") is Reason.UNKNOWN_KEY
    capsys.readouterr()
    assert keys("issuer", "enrol", "R", "next.req") == 0
    kid = capsys.readouterr().out.split()[1].rstrip(":")
    assert publish() == 0
    assert verdict(folder, "next.key") is Reason.OK
    assert verdict(folder) is Reason.OK  # both keys are valid
    assert keys("issuer", "scope", "R", kid, "--scope", "苏B") == 0
    assert publish() == 0
    assert verdict(folder, "next.key") is Reason.KEY_OUT_OF_SCOPE
    assert keys("issuer", "scope", "R", kid, "--scope", "苏") == 0
    assert keys("issuer", "compromised", "R", kid, "--since", "2026-01-01") == 0
    assert publish() == 0
    assert verdict(folder, "next.key") is Reason.KEY_COMPROMISED
    assert keys("issuer", "end", "R", kid, "--until", "2025-01-01") == 0
    capsys.readouterr()
    assert keys("issuer", "list", "R") == 0
    assert f"{kid} 苏 " in capsys.readouterr().out


def test_a_register_is_built_from_records_and_published(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "records.csv").write_text("苏A,1767225600,1900000000," + "ab" * 16 + "\n")
    (folder / "counts.csv").write_text("苏A,1\n")
    span = ["--from", "2026-01-01", "--until", "2026-02-01"]
    command = ["register", "build", "R", "苏", *span, "--records", "records.csv", "--counts", "counts.csv"]
    assert keys(*command) == 0
    assert "issued/苏.bin: 1 codes, 48 bytes" in capsys.readouterr().out
    assert publish() == 0
    (folder / "counts.csv").write_text("苏A,2\n")
    assert keys(*command) == 2
    assert "1 records, but the authority issued 2" in capsys.readouterr().err
    assert not list((folder / "R").glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "passphrases"),
    [
        (["root", "sign", "R", "--key", "c.key"], "pass c\n"),  # no draft
        (["repository", "publish", "R"], "wrong\n"),
        (["repository", "publish", "R"], "\n"),
        (["root", "rotate", "R", "--remove", "issuer.key.pub"], "x\n"),
        (["root", "rotate", "R", "--remove", "a.key.pub"], "x\n"),  # two keys would be left
        (["repository", "init", "R", "--root", "a.key.pub"], "x\n"),
        (["repository", "key", "d.key", "--token", "T"], "x\n"),
        (["withdraw", "R"], ""),
        (["issuer", "enrol", "R", "issuer.key.pub"], ""),
        (["issuer", "enrol", "R", "missing"], ""),
        (
            [
                "register",
                "build",
                "R",
                "x/y",
                *("--from", "2026-01-01", "--until", "2026-02-01", "--records", "-"),
            ],
            "",
        ),
    ],
)
def test_a_refusal_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], passphrases: str
):
    (folder / "counts.csv").write_text("")
    counts = ["--counts", "counts.csv"] if arguments[0] == "register" else []
    capsys.readouterr()
    assert keys(*arguments, *counts, passphrases=passphrases) == 2
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("roadside-keys: ")


def test_the_root_is_rotated_by_signatures_of_old_and_new_keys(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    assert publish() == 0
    assert verdict(folder) is Reason.OK
    assert keys("repository", "key", "d.key", passphrases="pass d\n") == 0
    change = ["--remove", "a.key.pub", "--add", "d.key.pub", "--renew", "timestamp"]
    assert keys("root", "rotate", "R", *change, passphrases="t\n") == 0
    capsys.readouterr()
    assert keys("root", "sign", "R", "--key", "d.key", passphrases="pass d\n") == 0
    assert "still needed by the keys of the root before: 2" in capsys.readouterr().out
    assert keys("root", "sign", "R", "--key", "b.key", passphrases="pass b\n") == 0
    assert keys("root", "sign", "R", "--key", "a.key", passphrases="pass a\n") == 0
    assert "root 2 is in force" in capsys.readouterr().out
    assert publish() == 0
    assert verdict(folder) is Reason.OK


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A SoftHSM token with an EC P-256 key whose id is 2."""
    if SOFTHSM is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("PYKCS11LIB", str(SOFTHSM))
    new = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "root-a",
        "--pin",
        "1234",
        "--so-pin",
        "123456",
    ]
    subprocess.run(new, check=True, capture_output=True)
    make = (
        "import sys, pkcs11, pkcs11.util.ec as ec\n"
        "token = pkcs11.lib(sys.argv[1]).get_token(token_label='root-a')\n"
        "with token.open(user_pin='1234', rw=True) as session:\n"
        "    curve = {pkcs11.Attribute.EC_PARAMS: ec.encode_named_curve_parameters('secp256r1')}\n"
        "    made = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)\n"
        "    made.generate_keypair(store=True, id=bytes([2]), label='root')\n"
    )
    subprocess.run([sys.executable, "-c", make, str(SOFTHSM)], check=True, capture_output=True)
    return "root-a"


def test_a_root_key_may_live_in_a_token(token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    module = ["--pkcs11", str(SOFTHSM)]
    assert keys("repository", "key", "a", "--token", token, *module, passphrases="1234\n") == 0
    for name in "bc":
        assert keys("repository", "key", f"{name}.key", passphrases="p\n") == 0
    roots = ["--root=a.pub", "--root=b.key.pub", "--root=c.key.pub"]
    assert keys("repository", "init", "R", *roots, passphrases="t\ns\no\n") == 0
    assert keys("root", "sign", "R", "--key", "a.pub", *module, passphrases="1234\n") == 0
    assert not (tmp_path / "R" / "roots" / "1.root.json").exists()
    assert keys("root", "sign", "R", "--key", "c.key", passphrases="p\n") == 0
    assert (tmp_path / "R" / "roots" / "1.root.json").exists()


def test_records_come_from_a_database_by_standard_input(folder: Path):
    (folder / "counts.csv").write_text("苏A,1000\n")
    records = "".join(f"苏A,1767225600,1900000000,{number:032x}\n" for number in range(1000, 0, -1))
    span = ["--from", "2026-01-01", "--until", "2026-02-01"]
    built = subprocess.run(
        ["roadside-keys", "register", "build", "R", "苏", *span, "--records", "-", "--counts", "counts.csv"],
        input=records.encode(),
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"},
        capture_output=True,
        check=True,
    )
    assert "1000 codes, 16032 bytes" in built.stdout.decode()


def test_a_library_that_is_none_is_refused_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "lib.so").write_bytes(b"none")
    for library in ("lib.so", "missing.so"):
        key = ["repository", "key", str(tmp_path / "a"), "--token", "T", "--pkcs11", str(tmp_path / library)]
        assert keys(*key, passphrases="1\n") == 2
        assert capsys.readouterr().err.startswith("roadside-keys: token T: ")


def test_a_token_that_is_not_there_is_named(token: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    key = ["repository", "key", str(tmp_path / "a"), "--token", f"not-{token}", "--pkcs11", str(SOFTHSM)]
    assert keys(*key, passphrases="1234\n") == 2
    assert "not-root-a" in capsys.readouterr().err

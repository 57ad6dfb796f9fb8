"""Each command prints its result or one line with the reason why not, and never a private key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from nacl.utils import random as random_bytes
from PIL import Image

from keys import files, lab, trustset
from keys.cli import main
from keys.files import Algorithm
from terminal.credential import verify
from terminal.model import Credential, Plate, Reason, SealedClaims
from terminal.services import trust_directory as directory

COMMAND = str(Path(sys.prefix) / "bin" / "roadside-keys")
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
TLS_CLIENTS = ("T0002", "W0001", "W0001-uploads", "W0002", "W0002-uploads", "administrator")
CAR = ["--number", "苏A12345", "--kind", "02", "--through", "2099-08"]


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Make an issuer key, in a trust set `trust` for 苏 and 粤B that is valid for a very long time."""
    path = tmp_path / "issuer.key"
    assert main(["new", str(path)]) == 0
    assert main(["trust", "--out", str(tmp_path / "trust"), "--issuer", f"{path}.pub:苏,粤B"]) == 0
    capsys.readouterr()
    return path


def issued(capsys: pytest.CaptureFixture[str], key: Path, *more: str) -> str:
    assert main(["issue", "--key", str(key), *CAR, *more]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out.strip("\n")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the error line, after exit status 2 by argparse or by the command."""
    try:
        status = main(arguments)
    except SystemExit as end:  # by argparse
        status = int(end.code or 0)
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err.splitlines()[-1]


def credential(folder: Path, text: str) -> Credential:
    trusted = directory.load_directory(folder / "trust")
    finding = verify.verify(text, trusted, verify.Moment(trusted.made_s))
    assert finding.reason is Reason.OK
    assert finding.credential is not None
    return finding.credential


def test_a_new_key_is_told_by_its_public_part_alone(tmp_path: Path):
    path = tmp_path / "issuer.key"
    done = subprocess.run([COMMAND, "new", path], capture_output=True, text=True, check=True)
    seed, public = files.load_seed(path), files.load_public(tmp_path / "issuer.key.pub")
    assert f"key     {public.hex()}" in done.stdout
    assert "kid     " in done.stdout
    assert seed.hex() not in done.stdout + done.stderr
    again = subprocess.run([COMMAND, "new", path], capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == f"roadside-keys: {path} already exists; keys are never overwritten\n"
    assert files.load_seed(path) == seed


def test_help_has_examples_that_run(tmp_path: Path):
    shown = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    examples = [line.split() for line in shown.partition("examples:")[2].splitlines() if line.strip()]
    assert len(examples) == 6
    for example in examples:
        subprocess.run([COMMAND, *example[1:]], cwd=tmp_path, check=True, capture_output=True)
    assert texts(tmp_path / "card.png")[0].startswith("VI1:")


def test_a_code_says_all_that_was_asked_for(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]):
    files.save(tmp_path / "enforcement.key", Algorithm.CHACHA20_POLY1305, bytes(32))
    more = ["--type", "K31", "--use", "D", "--issuer", "苏B", "--colour", "H", "--vin", "LSVAU2180E2184322"]
    more += ["--first-registered", "2021-08-15", "--issued", "2026-07-01T09:30", "--owner", "王*"]
    more += ["--enforcement", f"{tmp_path / 'enforcement.key'}:4", "--engine-tail", "123456"]
    text = issued(capsys, key, *more)
    said = credential(tmp_path, text)
    vehicle = said.vehicle
    assert (vehicle.plate, vehicle.vehicle_type, vehicle.use) == (Plate("苏A12345", "02"), "K31", "D")
    assert (vehicle.colour, vehicle.vin_tail, vehicle.first_registered) == ("H", "184322", 20210815)
    assert (said.issuer, said.issued_s, vehicle.valid_through) == ("苏B", 1_782_869_400, 209908)
    opened = verify.open_sealed(text, {4: bytes(32)})
    assert opened == SealedClaims("LSVAU2180E2184322", "123456", "王*")


def test_a_code_needs_little_to_be_said(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]):
    one, other = issued(capsys, key), issued(capsys, key, "--vin-tail", "184322")
    assert credential(tmp_path, one).issuer == "苏A"
    assert credential(tmp_path, one).vehicle.vehicle_type == "K33"
    assert credential(tmp_path, other).vehicle.vin_tail == "184322"
    assert credential(tmp_path, one).cti != credential(tmp_path, other).cti


def texts(path: Path) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(path), formats=QR)]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("card.png", []),
        ("card.png", ["--level", "H"]),
        ("code.png", ["--as", "qr"]),
        ("code.png", ["--as", "qr", "--level", "Q", "--module", "3"]),
    ],
)
def test_a_picture_shows_a_code_that_verifies(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str], name: str, more: list[str]
):
    assert issued(capsys, key, "--out", str(tmp_path / name), *more) == ""
    (text,) = texts(tmp_path / name)
    assert credential(tmp_path, text).vehicle.plate == Plate("苏A12345", "02")


def test_a_page_shows_a_code_that_verifies(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]):
    assert issued(capsys, key, "--out", str(tmp_path / "card.pdf")) == ""
    with pypdfium2.PdfDocument(tmp_path / "card.pdf") as document:
        document[0].render(scale=150 / 72).to_pil().save(tmp_path / "page.png")
    (text,) = texts(tmp_path / "page.png")
    assert credential(tmp_path, text).vehicle.valid_through == 209908


def test_a_picture_can_go_down_a_pipe(tmp_path: Path, key: Path):
    asked = [COMMAND, "issue", "--key", str(key), *CAR, "--as", "qr"]
    content = subprocess.run(asked, capture_output=True, check=True).stdout
    (tmp_path / "code.png").write_bytes(content)
    assert len(texts(tmp_path / "code.png")) == 1


def test_text_goes_into_a_file_too(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]):
    assert issued(capsys, key, "--out", str(tmp_path / "code.txt")) == ""
    assert credential(tmp_path, (tmp_path / "code.txt").read_text("ascii").strip()).issuer == "苏A"


def test_a_trust_set_says_what_was_asked_for(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]):
    early = issued(capsys, key)
    (tmp_path / "codes.txt").write_text(early + "\n")
    files.save(tmp_path / "sealing.key", Algorithm.X25519, bytes(32))
    out = str(tmp_path / "trust")
    asked = ["trust", "--out", out, "--issuer", f"{key}.pub:苏:2026-01-01:2099-01-01", "--withdraw", "1:7"]
    asked += ["--status-list", "2", "--compromised", f"{key}.pub:2026-10-01"]
    asked += ["--issued", f"苏:2026-01-01:2099-01-01:{tmp_path / 'codes.txt'}"]
    sealing = tmp_path / "sealing.key.pub"
    for purpose, public in (("journal", sealing), ("lookup", sealing), ("order", f"{key}.pub")):
        asked += ["--registry", f"{purpose}:{public}"]
    assert main(asked) == 0
    assert capsys.readouterr().out == f"{out}: serial 2, 1 issuer keys\n"
    loaded = directory.load_directory(tmp_path / "trust")
    (record,) = loaded.issuers.values()
    assert record.scopes == ("苏",)
    assert (record.issues_from_s, record.issues_until_s) == (1_767_196_800, 4_070_880_000)
    assert record.compromised_since_s == 1_790_784_000
    assert [loaded.is_withdrawn(*place) for place in ((1, 7), (2, 7), (3, 7))] == [True, False, None]
    assert len(directory.load_registry(tmp_path / "trust").order) == 1
    assert credential(tmp_path, early).issuer == "苏A"


def test_a_laboratory_is_made_once_and_only_looked_at_after(tmp_path: Path):
    name = str(tmp_path / "lab")
    done = [
        subprocess.run([COMMAND, "lab", *more, name], capture_output=True, text=True, check=True).stdout
        for more in ([], [], ["--refresh"])
    ]
    made, *officers = done[0].splitlines()
    assert officers[0] == "officer 000001: PIN 112358, duress PIN 853211"
    assert [f"{made}\n", *done[1:]] == [
        f"{name}: a laboratory was made\n",
        f"{name} is complete\n",
        f"{name} is complete; its trust set was made anew, serial 2\n",
    ]


def test_a_laboratory_s_set_is_made_anew_when_it_is_a_day_old(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    lab.make(tmp_path / "lab", 1_700_000_000, random_bytes)
    before = {path: path.read_bytes() for path in (tmp_path / "lab" / "private").glob("*.key")}
    assert main(["lab", str(tmp_path / "lab")]) == 0
    assert capsys.readouterr().out.endswith("is complete; its trust set was made anew, serial 2\n")
    assert {path: path.read_bytes() for path in before} == before
    assert trustset.load(tmp_path / "lab" / "trust").made_s != 1_700_000_000


def test_a_laboratory_s_identities_are_made_where_they_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["lab", str(tmp_path / "lab")]) == 0
    tls = tmp_path / "lab" / lab.TLS
    wanted = {f"{name}.{suffix}" for name in ("ca", "broker", *TLS_CLIENTS) for suffix in ("crt", "key")}
    wanted |= {"withdrawn.crl"}
    assert {path.name for path in tls.iterdir()} == wanted
    (tls / "T0002.crt").unlink()
    capsys.readouterr()
    assert main(["lab", str(tmp_path / "lab")]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("TLS identities were made: T0002")
    assert last.endswith("is complete")
    assert {path.name for path in tls.iterdir()} == wanted


def test_tls_identities_are_made_under_one_authority_and_never_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    tls = tmp_path / "tls"
    ends = ["--server", "broker.example,192.0.2.7", "--client", "T0001", "--days", "2"]
    assert main(["tls", str(tls), *ends]) == 0
    assert capsys.readouterr().out.count("\n") == 4
    authority = (tls / "ca.crt").read_bytes()
    assert main(["tls", str(tls), "--client", "W0001"]) == 0
    assert (tls / "ca.crt").read_bytes() == authority
    for name in ("broker", "T0001", "W0001"):
        subprocess.run(["openssl", "verify", "-CAfile", tls / "ca.crt", tls / f"{name}.crt"], check=True)
    capsys.readouterr()
    assert main(["tls", str(tls), "--withdraw", str(tls / "T0001.crt")]) == 0
    assert "withdrawn.crl: 1 withdrawn certificates, 30 days" in capsys.readouterr().out
    lists = ["-CAfile", str(tls / "ca.crt"), "-CRLfile", str(tls / "withdrawn.crl")]
    for name, status in (("W0001", 0), ("T0001", 2)):
        assert (
            subprocess.run(
                ["openssl", "verify", "-crl_check", *lists, str(tls / f"{name}.crt")], check=False
            ).returncode
            == status
        )
    assert main(["tls", str(tls), "--renew-authority"]) == 0
    assert "made anew with the same key, 365 days" in capsys.readouterr().out
    assert (tls / "ca.crt").read_bytes() != authority
    subprocess.run(["openssl", "verify", "-CAfile", tls / "ca.crt", tls / "W0001.crt"], check=True)
    assert "not a certificate" in refused(capsys, "tls", str(tls), "--withdraw", str(tls / "ca.key"))
    assert "No such file" in refused(capsys, "tls", str(tls), "--withdraw", str(tls / "none.crt"))
    assert "already exists" in refused(capsys, "tls", str(tls), "--client", "T0001")
    assert "1 to 64 letters" in refused(capsys, "tls", str(tls), "--client", "T/1")
    assert "--days" in refused(capsys, "tls", str(tls), "--days", "0")
    assert "--server" in refused(capsys, "tls", str(tls), "--server", "a b")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--number", "苏A12"], "a number is 5 to 10 of 0-9, A-Z and Chinese characters"),
        (["--kind", "7", "--type", "K33"], "a kind two digits"),
        (["--kind", "01"], "--type is needed for plate kind 01"),
        (["--kind", "31", "--type", "K33"], "no credential is issued for plate kind 31"),
        (["--number", "123456使", "--kind", "03", "--type", "K33"], "--issuer is needed"),
        (["--through", "2027-13"], "argument --through: write a month as 2027-08"),
        (["--through", "1999-12"], "not between 2000-01 and"),
        (["--first-registered", "2021-02-30"], "argument --first-registered: write a day as 2021-08-15"),
        (["--issued", "yesterday"], "argument --issued: write a time as 2026-07-01T09:30"),
        (["--issued", "1950-01-01"], "argument --issued: the time must not be before 1970"),
        (["--use", "W"], "the use is not one of"),
        (["--status", "7"], "argument --status: write LIST:INDEX"),
        (["--status", "1:99999999"], "argument --status: write LIST:INDEX"),
        (["--module", "0"], "argument --module: write a whole number of pixels"),
        (["--owner", "王*"], "--enforcement KEYFILE:EPOCH is needed"),
        (["--enforcement", "x.key"], "argument --enforcement: write KEYFILE:EPOCH"),
        (["--enforcement", "x.key:1"], "--vin is needed"),
        (["--enforcement", "x.key:1", "--vin", "LSVAU2180E2184322"], "x.key: no such key file"),
        (["--vin", "1", "--vin-tail", "184322"], "not allowed with argument"),
        (["--out", "card.gif"], "a text cannot be written as .gif; use .txt"),
        (["--out", "card.pdf", "--as", "qr"], "a qr cannot be written as .pdf; use .png"),
        (["--out", "/nowhere/card.png"], "No such file or directory"),
        (["--level", "X"], "argument --level: invalid choice"),
    ],
)
def test_what_cannot_be_issued_is_said_in_a_line(
    key: Path, capsys: pytest.CaptureFixture[str], changed: list[str], said: str
):
    assert said in refused(capsys, "issue", "--key", str(key), *CAR, *changed)


def test_a_number_is_never_repeated_in_a_refusal(key: Path, capsys: pytest.CaptureFixture[str]):
    line = refused(capsys, "issue", "--key", str(key), *CAR, "--number", "苏A1234i")
    assert "1234i" not in line


def test_a_number_of_a_new_form_is_issued_with_a_note(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
):
    out = str(tmp_path / "code.txt")
    for number, kind in (("苏AD1234", "52"), ("苏A12345", "77")):
        car = [*CAR, "--number", number, "--kind", kind, "--type", "K33", "--out", out]
        assert main(["issue", "--key", str(key), *car]) == 0
        said = capsys.readouterr().err
        assert said == f"roadside-keys: note: the number matches no pattern of plate kind {kind}\n"
        assert number not in said


def test_a_sealed_text_too_long_for_a_code_is_refused(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
):
    files.save(tmp_path / "e.key", Algorithm.CHACHA20_POLY1305, bytes(32))
    sealed = ["--enforcement", f"{tmp_path / 'e.key'}:1", "--vin", "LSVAU2180E2184322", "--owner", "王" * 200]
    line = refused(capsys, "issue", "--key", str(key), *CAR, *sealed)
    assert "over 480" in line


def test_a_key_that_others_may_read_signs_nothing(key: Path, capsys: pytest.CaptureFixture[str]):
    key.chmod(0o644)
    line = refused(capsys, "issue", "--key", str(key), *CAR)
    assert line == f"roadside-keys: {key}: mode 0644 is wider than 0600; chmod 600 this private key first"


def test_a_spoilt_key_file_is_refused_without_repeating_it(key: Path, capsys: pytest.CaptureFixture[str]):
    seed = files.load_seed(key).hex()
    key.write_text(f"{seed}\n")
    line = refused(capsys, "issue", "--key", str(key), *CAR)
    assert line == f"roadside-keys: {key}: not a key file made by roadside-keys"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--issuer", "x.pub"], "write KEYFILE.pub:SCOPE"),
        (["--issuer", "x.pub:"], "write KEYFILE.pub:SCOPE"),
        (["--issuer", "x.pub:苏:2026-01-01"], "write KEYFILE.pub:SCOPE"),
        (["--issuer", "x.pub:苏,"], "a scope is an authority or a province"),
        (["--issuer", "x.pub:苏:2026-01-01:soon"], "write a day as"),
        (["--issuer", "x.pub:苏"], "x.pub: no such key file"),
        (["--issuer", "{key}.pub:苏", "--compromised", "x.pub"], "write KEYFILE.pub:SINCE"),
        (["--issuer", "{key}.pub:苏", "--compromised", "x.pub:2026-01-01"], "no --issuer names it"),
        (["--issuer", "{key}.pub:苏", "--issued", "苏:2026-01-01"], "write NAME:FROM:UNTIL:CODES.txt"),
        (["--issuer", "{key}.pub:苏", "--issued", "苏:2026-01-01:2027-01-01:{key}"], "not a credential"),
        (["--issuer", "{key}.pub:苏", "--issued", "苏:2027-01-01:2026-01-01:{none}"], "an empty span"),
        (["--issuer", "{key}.pub:苏", "--issued", "苏/:2026-01-01:2027-01-01:{none}"], "not a name of a"),
        (["--issuer", "{key}.pub:苏", "--issuer", "{key}.pub:粤"], "two issuer keys with the same key id"),
        (["--issuer", "{key}.pub:苏", "--registry", "other:x.pub"], "write PURPOSE:KEYFILE.pub"),
        (["--issuer", "{key}.pub:苏", "--registry", "order:{key}.pub"], "no journal-sealing key"),
        (["--issuer", "{key}.pub:苏", "--registry", "journal:{key}.pub"], "but one for x25519 is required"),
        (["--issuer", "{key}.pub:苏", "--withdraw", "1"], "write LIST:INDEX"),
        ([], "the following arguments are required: --issuer"),
    ],
)
def test_a_trust_set_that_cannot_be_made_is_said_in_a_line(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
):
    none = tmp_path / "none.txt"
    none.touch()
    arguments = [argument.format(key=key, none=none) for argument in asked]
    assert said in refused(capsys, "trust", "--out", str(tmp_path / "trust"), *arguments)
    assert trustset.load(tmp_path / "trust").serial == 1


def test_a_laboratory_that_cannot_be_refreshed_or_made_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert "is not a complete laboratory" in refused(capsys, "lab", "--refresh", str(tmp_path / "lab"))
    (tmp_path / "theirs").touch()
    assert "a laboratory needs a new or empty folder" in refused(capsys, "lab", str(tmp_path))

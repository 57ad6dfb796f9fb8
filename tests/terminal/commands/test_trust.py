"""`roadside trust`: the same bytes from an address, a folder or a stick, and words about what is in force."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys import lab, lab_repository
from terminal.cli import main
from tests.keys.tuf_fixtures import https


@pytest.fixture
def desk(laboratory: Path, tmp_path: Path) -> Path:
    """A laboratory's terminal without a trust set, and its repository."""
    folder = tmp_path / "lab"
    shutil.copytree(laboratory, folder, symlinks=True)
    shutil.rmtree(folder / "state" / "trust")
    return folder


def trust(desk: Path, *arguments: str) -> int:
    return main(["trust", *arguments, "--config", str(desk / lab.CONFIG)])


def files_of(desk: Path) -> dict[str, bytes]:
    held = desk / "state" / "trust" / "current"
    return {str(path.relative_to(held)): path.read_bytes() for path in held.rglob("*") if path.is_file()}


def test_a_first_update_takes_the_configured_source(desk: Path, capsys: pytest.CaptureFixture[str]):
    assert trust(desk, "update") == 0
    assert trust(desk, "update") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("trust set 1 is in force, made 20")
    assert second.endswith("is the newest")


@pytest.fixture
def server(desk: Path, tmp_path: Path) -> Iterator[str]:
    """The repository over HTTPS, by a certificate of the CA in the terminal's identity."""
    with https(desk / lab_repository.PUBLIC, tmp_path / "tls") as (_, url, ca):
        shutil.copyfile(ca, desk / "identity" / "ca.pem")
        yield url


def test_an_address_a_stick_and_a_folder_give_the_same_bytes(desk: Path, server: str, tmp_path: Path):
    shutil.copytree(desk / lab_repository.PUBLIC, tmp_path / "stick")
    held = []
    for arguments in ((), ("--from", str(tmp_path / "stick")), ("--from", server)):
        shutil.rmtree(desk / "state" / "trust", ignore_errors=True)
        assert trust(desk, "update", *arguments) == 0
        held.append(files_of(desk))
    assert held[0] == held[1] == held[2]
    assert "targets/issuers.cbor" in held[0]


def test_a_server_of_another_ca_is_unreachable(
    desk: Path, server: str, laboratory: Path, capsys: pytest.CaptureFixture[str]
):
    shutil.copyfile(laboratory / "identity" / "ca.pem", desk / "identity" / "ca.pem")
    assert trust(desk, "update", "--from", server, "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert said["unreachable"]
    assert "certificate" in said["failure"].lower()


def test_a_failed_update_leaves_the_set_and_says_why(desk: Path, capsys: pytest.CaptureFixture[str]):
    trust(desk, "update")
    before = files_of(desk)
    public = desk / lab_repository.PUBLIC / "metadata" / "timestamp.json"
    public.write_bytes(public.read_bytes().replace(b'"version": 1', b'"version": 2'))
    capsys.readouterr()
    assert trust(desk, "update", "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert not said["unreachable"]
    assert "refused" in said["failure"]
    assert trust(desk, "update", "--from", str(desk / "nowhere")) == 2
    assert "not found" in capsys.readouterr().err
    assert files_of(desk) == before


def test_show_tells_versions_age_grade_and_targets(desk: Path, capsys: pytest.CaptureFixture[str]):
    assert trust(desk, "show") == 2
    trust(desk, "update")
    capsys.readouterr()
    assert trust(desk, "show") == 0
    said = capsys.readouterr().out
    assert said.startswith("laboratory: ")
    assert "fresh\n" in said
    assert "versions  root 1, timestamp 1, snapshot 1, targets 1\n" in said
    assert "target    registry.cbor, " in said
    assert trust(desk, "show", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["serial"], told["grade"], told["laboratory"]) == (1, "fresh", True)
    assert told["versions"] == {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}
    assert told["targets"]["set.cbor"] == 9


def test_show_refuses_a_set_with_a_changed_file(desk: Path, capsys: pytest.CaptureFixture[str]):
    trust(desk, "update")
    register = desk / "state" / "trust" / "current" / "targets" / "issued" / "浙.bin"
    register.chmod(0o600)
    content = bytearray(register.read_bytes())
    content[-1] ^= 1
    register.write_bytes(content)
    assert trust(desk, "show") == 2
    assert "not the bytes that were signed" in capsys.readouterr().err


def test_without_a_source_one_has_to_be_named(desk: Path, capsys: pytest.CaptureFixture[str]):
    file = desk / lab.CONFIG
    source = f'source = "{lab_repository.PUBLIC}"\n'
    file.write_text(file.read_text(encoding="utf-8").replace(source, ""), encoding="utf-8")
    assert trust(desk, "update") == 2
    assert "[trust] source" in capsys.readouterr().err
    assert trust(desk, "update", "--from", str(desk / lab_repository.PUBLIC)) == 0


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "ftp://127.0.0.1/"])
def test_an_address_that_is_not_https_is_refused(desk: Path, address: str):
    assert trust(desk, "update", "--from", address) == 2


def test_a_terminal_without_a_root_is_not_enrolled(desk: Path, capsys: pytest.CaptureFixture[str]):
    (desk / lab_repository.ROOT).unlink()
    assert trust(desk, "update") == 2
    assert "enrol this terminal" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["lookup", "苏A12345", "--officer", "000001"], ["upload"]])
def test_without_a_trust_set_a_command_ends_with_the_remedy(
    desk: Path, command: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main([*command, "--config", str(desk / lab.CONFIG)]) == 2
    assert "no trust set has been installed; run `roadside trust update`" in capsys.readouterr().err

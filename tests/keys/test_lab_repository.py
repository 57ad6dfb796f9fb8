"""A laboratory has a TUF repository like any other, whose set is its trust directory."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import cli, lab, lab_repository
from keys.selection import Selection
from keys.sources import FolderSource
from keys.trust_store import InstalledSet, TrustStore, open_current
from keys.update import update
from terminal.limits import DAY_S
from terminal.services import trust_directory as directory

NOW_S = 1_790_000_000
SELECTION = Selection("T0001", "苏", registers=frozenset("浙"))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    lab.make(tmp_path / "lab", NOW_S, random_bytes)
    return tmp_path / "lab"


def install(folder: Path, now_s: int = NOW_S) -> InstalledSet:
    store = TrustStore(folder.parent / "terminal", (folder / lab_repository.ROOT).read_bytes())
    update(store, FolderSource(folder / "repository" / "public"), SELECTION, now_s)
    return open_current(store, SELECTION)


def test_a_terminal_trusts_what_the_directory_says(made: Path):
    installed = install(made)
    trusted, plain = installed.trust_set(), directory.load_directory(made / "trust")
    assert trusted.issuers == plain.issuers
    assert trusted.status == plain.status
    assert [file.target for file in trusted.register.files] == ["issued/浙.bin"]
    assert installed.registry_keys() == directory.load_registry(made / "trust")


def test_refreshing_publishes_a_set_of_that_day(made: Path):
    install(made)
    later_s = NOW_S + 30 * DAY_S
    lab.refresh(made, later_s)
    installed = install(made, later_s)
    assert (installed.made_s, installed.serial) == (later_s, 2)


def test_an_expired_root_is_renewed(made: Path):
    install(made)
    later_s = NOW_S + 1000 * DAY_S
    lab.refresh(made, later_s)
    assert install(made, later_s).metadata.root.version == 2


def test_a_laboratory_without_one_gets_it(made: Path, capsys: pytest.CaptureFixture[str]):
    shutil.rmtree(made / "repository")
    (made / lab_repository.ROOT).unlink()
    assert cli.main(["lab", str(made)]) == 0
    assert "a TUF repository was made" in capsys.readouterr().out
    assert lab_repository.exists(made)


def test_two_laboratories_share_no_key(made: Path, tmp_path: Path):
    lab.make(tmp_path / "other", NOW_S, random_bytes)
    roots = [(folder / lab_repository.ROOT).read_bytes() for folder in (made, tmp_path / "other")]
    assert roots[0] != roots[1]


def test_its_secrets_are_readable_by_their_owner_alone(made: Path):
    for path in (made / "private").rglob("*"):
        if path.suffix == ".key" or path.name == "passphrase":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

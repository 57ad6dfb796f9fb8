"""A lookup-sealing key opens lookups for 400 days after it left the trust set, and not a day longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from keys import files, trustset
from keys.files import Algorithm
from scripts.registry import lookup_keys
from scripts.registry.lookup_keys import KEPT_S, LookupKeys
from terminal.credential.trust import RegistryKeys
from terminal.errors import InputFault
from terminal.wire.sealed import open_with, seal
from tests.scripts.registry.request_fixtures import pair_of

NOW_S = 1_795_320_000
OLD, NEW, NEVER = (pair_of(name) for name in ("old", "new", "never"))


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """The registry's folder of private keys, with an old and a new lookup key."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    files.save(folder / "lookup.key", Algorithm.X25519, OLD.private)
    files.save(folder / "lookup-2.key", Algorithm.X25519, NEW.private)
    return folder


def publish(folder: Path, *lookup: bytes) -> None:
    """Put a trust set with these lookup keys in place."""
    keys = RegistryKeys((), (), (), (), (pair_of("journal").public,), lookup)
    content = trustset.TrustContent(issuers=[], registry=keys)
    trustset.replace_targets(folder, trustset.targets(content, made_s=NOW_S, serial=1))


def test_the_keys_of_the_trust_set_come_first_in_its_order(private: Path):
    assert lookup_keys.load(private, [NEW.public, OLD.public], NOW_S) == (NEW, OLD)
    assert lookup_keys.load(private, [OLD.public, NEW.public], NOW_S) == (OLD, NEW)
    assert not [*private.glob("*.left")]


def test_a_key_that_left_the_set_is_kept_for_400_days(private: Path):
    assert lookup_keys.load(private, [NEW.public], NOW_S) == (NEW, OLD)
    assert lookup_keys.load(private, [NEW.public], NOW_S + KEPT_S) == (NEW, OLD)
    assert lookup_keys.load(private, [NEW.public], NOW_S + KEPT_S + 1) == (NEW,)


def test_a_key_that_comes_back_has_its_400_days_anew(private: Path):
    lookup_keys.load(private, [NEW.public], NOW_S)
    lookup_keys.load(private, [NEW.public, OLD.public], NOW_S + 100)
    assert lookup_keys.load(private, [NEW.public], NOW_S + KEPT_S) == (NEW, OLD)
    assert lookup_keys.load(private, [NEW.public], NOW_S + 2 * KEPT_S) == (NEW, OLD)


def test_a_new_trust_set_counts_while_the_registry_works_and_an_old_terminal_is_still_heard(
    private: Path, tmp_path: Path
):
    trust = tmp_path / "trust"
    publish(trust, OLD.public)
    keys = LookupKeys(private, trust, NOW_S)
    assert keys.pairs(NOW_S)[0] == OLD
    publish(trust, NEW.public)
    pairs = keys.pairs(NOW_S)
    assert pairs == (NEW, OLD)
    assert [open_with(pairs, seal(b"asked", one.public)) for one in (OLD, NEW, NEVER)] == [
        b"asked",
        b"asked",
        None,
    ]


def test_keys_that_cannot_be_read_leave_the_last_ones_in_use(private: Path, tmp_path: Path):
    trust = tmp_path / "trust"
    publish(trust, NEW.public)
    keys = LookupKeys(private, trust, NOW_S)
    (private / "lookup.key").chmod(0o644)
    publish(trust, OLD.public)
    assert keys.pairs(NOW_S) == (NEW, OLD)
    with pytest.raises(InputFault, match="wider than 0600"):
        LookupKeys(private, trust, NOW_S)


def test_a_mark_that_says_no_time_is_refused(private: Path):
    (private / "lookup.left").write_text("long ago\n", encoding="ascii")
    with pytest.raises(InputFault, match="not a Unix time"):
        lookup_keys.load(private, [NEW.public], NOW_S)

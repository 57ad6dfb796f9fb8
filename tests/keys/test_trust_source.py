"""A terminal takes its trust from its own store: verified at the start, and again when another set comes."""

from __future__ import annotations

import shutil
from concurrent import futures
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import issuers, lab_repository, publishing, register_counts, repository
from keys.repository import Repository
from keys.selection import Selection
from keys.sources import FolderSource
from keys.trust_source import StoredTrust
from keys.trust_store import TrustStore
from keys.update import update
from terminal.credential import register
from terminal.credential.trust import NO_TRUST
from terminal.credential.trust_source import TrustInForce
from terminal.errors import TrustFault
from tests.keys.tuf_fixtures import (
    DAY_S,
    MAKING,
    NOW_S,
    PASSPHRASE,
    SELECTION,
    Authority,
    make_authority,
    rules,
)


def install(store: TrustStore, authority: Authority, now_s: float = NOW_S) -> None:
    update(store, FolderSource(authority.public), SELECTION, now_s)


def loaded(source: StoredTrust) -> TrustInForce:
    found = source.poll()
    assert found is not None
    return found


def test_a_terminal_without_a_set_has_none_until_one_is_installed(store: TrustStore, authority: Authority):
    source = StoredTrust(store, SELECTION)
    assert source.poll() is None
    assert not source.laboratory
    install(store, authority)
    assert loaded(source).trust_set.serial == 1


def test_another_set_is_returned_once(store: TrustStore, authority: Authority):
    source = StoredTrust(store, SELECTION)
    install(store, authority)
    first = loaded(source)
    assert source.poll() is None
    (authority.content / "rules").mkdir()
    (authority.content / "rules" / "5.cbor").write_bytes(rules(5))
    (kid,) = issuers.load(authority.content)
    issuers.change(authority.content, kid, compromised_since_s=NOW_S - DAY_S)
    authority.publish(NOW_S + 1)
    install(store, authority, NOW_S + 1)
    second = loaded(source)
    assert source.poll() is None
    assert (first.trust_set.issuers[kid].compromised_since_s, first.trust_set.serial) == (None, 1)
    assert (second.trust_set.issuers[kid].compromised_since_s, second.trust_set.serial) == (NOW_S - DAY_S, 2)
    assert second.targets["rules/5.cbor"] == rules(5)
    assert second.registry_keys == first.registry_keys
    assert second.generation != first.generation
    assert not second.laboratory


def test_a_set_that_is_damaged_leaves_the_registry_s_keys(store: TrustStore, authority: Authority):
    install(store, authority)
    whole = loaded(StoredTrust(store, SELECTION))
    issuers_file = store.current / "targets" / "issuers.cbor"
    issuers_file.chmod(0o600)
    issuers_file.write_bytes(b"\x80")
    damaged = loaded(StoredTrust(store, SELECTION))
    assert damaged.registry_keys == whole.registry_keys
    assert damaged.trust_set is NO_TRUST
    assert (damaged.targets, damaged.mapped) == ({}, {})
    assert damaged.fault is not None
    assert "issuers.cbor" in damaged.fault.detail


def test_a_set_without_its_registry_keys_is_refused_once(store: TrustStore, authority: Authority):
    install(store, authority)
    registry_file = store.current / "targets" / "registry.cbor"
    registry_file.chmod(0o600)
    registry_file.write_bytes(b"\xa0")
    source = StoredTrust(store, SELECTION)
    with pytest.raises(TrustFault, match=r"registry\.cbor"):
        source.poll()
    assert source.poll() is None


def test_a_set_that_was_rolled_back_gives_no_keys_either(
    store: TrustStore, authority: Authority, tmp_path: Path
):
    install(store, authority)
    shutil.copytree(store.current.resolve(), tmp_path / "old")
    authority.publish(NOW_S + 1)
    install(store, authority, NOW_S + 1)
    shutil.copytree(tmp_path / "old", store.folder / "sets" / "old")
    store.current.unlink()
    store.current.symlink_to(Path("sets", "old"))
    with pytest.raises(TrustFault, match="older than"):
        StoredTrust(store, SELECTION).poll()


def test_the_laboratory_s_root_marks_its_sets(laboratory: Path, tmp_path: Path):
    root = (laboratory / lab_repository.ROOT).read_bytes()
    source = StoredTrust(TrustStore(tmp_path / "store", root), Selection("T0001", "苏"))
    assert source.laboratory, "known before there is a set"
    made_s = int((laboratory / "trust" / "set.cbor").stat().st_mtime)
    update(source.store, FolderSource(laboratory / "repository" / "public"), source.selection, made_s)
    assert loaded(source).laboratory


def test_a_terminal_of_the_field_refuses_the_laboratory_s_repository(
    laboratory: Path, store: TrustStore, authority: Authority
):
    install(store, authority)
    before = store.current.resolve()
    with pytest.raises(TrustFault):
        update(store, FolderSource(laboratory / "repository" / "public"), SELECTION, NOW_S)
    assert store.current.resolve() == before


def test_a_terminal_of_the_laboratory_refuses_a_field_repository(
    laboratory: Path, authority: Authority, tmp_path: Path
):
    store = TrustStore(tmp_path / "lab-terminal", (laboratory / lab_repository.ROOT).read_bytes())
    with pytest.raises(TrustFault):
        install(store, authority)


def test_no_chain_of_roots_turns_a_field_repository_into_a_laboratory(tmp_path: Path):
    """The holders of the root keys cannot do it either: a terminal's mark is decided when it is enrolled."""
    made = Authority(tmp_path / "authority")
    made.folder.mkdir()
    keys = [made.root_key(name).key for name in "abc"]
    repository.init(made.repository, keys, 2, MAKING, NOW_S)
    made.sign("a", "b")
    store = made.store(tmp_path / "terminal")
    marked = Authority(tmp_path / "marked", roots=made.roots)
    repository.init(marked.repository, keys, 2, MAKING, NOW_S, laboratory=True)
    marked.sign("a", "b")
    repository.rotate(marked.repository, repository.RootChange(), MAKING, NOW_S)
    marked.sign("a", "b")
    made_from(make_authority(tmp_path / "other").repository, marked.repository)
    publishing.publish(marked.repository, lambda _: PASSPHRASE, NOW_S)
    with pytest.raises(TrustFault, match="turns a laboratory"):
        install(store, marked)


def made_from(source: Repository, target: Repository) -> None:
    shutil.copytree(source.content, target.content, dirs_exist_ok=True)


def test_random_bytes_are_no_set(store: TrustStore, authority: Authority):
    install(store, authority)
    metadata = store.current / "metadata" / "timestamp.json"
    metadata.chmod(0o600)
    metadata.write_bytes(random_bytes(500))
    with pytest.raises(TrustFault):
        StoredTrust(store, SELECTION).poll()


# Big files


def with_register(authority: Authority, now_s: int = NOW_S) -> None:
    """Publish a register of issued codes, which terminals read in place."""
    content = register.write([b"%16d" % n for n in range(100)], NOW_S - 9 * DAY_S, NOW_S - DAY_S)
    (authority.content / "issued").mkdir(exist_ok=True)
    (authority.content / "issued" / "苏.bin").write_bytes(content)
    register_counts.save(authority.repository.folder, "苏", {"苏": 100})
    authority.publish(now_s)


def until_hashed(source: StoredTrust) -> TrustInForce:
    """The set once its files have been hashed."""
    hashing = source._hashing  # noqa: SLF001 - to wait for its end without sleeping
    assert hashing is not None
    futures.wait([hashing], timeout=60)
    return loaded(source)


def damage(store: TrustStore) -> None:
    file = store.current / "targets" / "issued" / "苏.bin"
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_a_terminal_is_at_work_while_its_big_files_are_hashed(store: TrustStore, authority: Authority):
    with_register(authority)
    install(store, authority)
    source = StoredTrust(store, SELECTION, beside=True)
    first = loaded(source)
    assert (first.mapped, first.trust_set.register.files) == ({}, ())
    assert first.trust_set.issuers
    whole = until_hashed(source)
    assert [file.target for file in whole.trust_set.register.files] == ["issued/苏.bin"]
    assert source.poll() is None


@pytest.mark.parametrize("beside", [False, True])
def test_a_big_file_that_is_damaged_is_never_used_and_the_next_update_replaces_it(
    store: TrustStore, authority: Authority, *, beside: bool
):
    with_register(authority)
    install(store, authority)
    damage(store)
    source = StoredTrust(store, SELECTION, beside=beside)
    first = loaded(source)
    assert first.trust_set.register.files == ()
    damaged = until_hashed(source) if beside else first
    assert damaged.fault is not None
    assert "issued/苏.bin" in damaged.fault.detail
    assert damaged.trust_set is NO_TRUST
    install(store, authority)
    repaired = loaded(source)
    assert repaired.fault is None
    assert [file.target for file in repaired.trust_set.register.files] == ["issued/苏.bin"]
    StoredTrust(store, SELECTION).poll()
    assert not store.suspect.exists()


def test_a_set_that_comes_while_files_are_hashed_takes_their_place(store: TrustStore, authority: Authority):
    with_register(authority)
    install(store, authority)
    source = StoredTrust(store, SELECTION, beside=True)
    loaded(source)
    authority.publish(NOW_S + 1)
    install(store, authority, NOW_S + 1)
    assert loaded(source).trust_set.serial == 3
    assert source.poll() is None

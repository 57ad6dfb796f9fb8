"""Ceremonies of a repository: root keys, signatures one at a time, rotation, loss, publication."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes

from keys import issuers, publishing, register_counts, repository, role_keys
from keys.files import Algorithm, public_part
from keys.register_build import Span, build
from keys.repository import Repository, RootChange
from keys.sources import FolderSource
from keys.trust_store import open_current
from keys.update import update
from terminal.errors import InputFault, RulesFault, TrustFault
from terminal.wire import cbor, cose
from tests.keys.tuf_fixtures import (
    DAY_S,
    MAKING,
    NOW_S,
    PASSPHRASE,
    SELECTION,
    Authority,
    code,
    make_authority,
    rules,
    write_content,
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "authority")


def key_id(authority: Authority, name: str) -> str:
    return role_keys.load_public(Path(f"{authority.roots[name]}.pub")).key.keyid


def test_a_key_file_opens_with_its_passphrase_alone(tmp_path: Path):
    path = tmp_path / "a.key"
    public = role_keys.create(path, PASSPHRASE, random_bytes, role_keys.LEAST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signer = role_keys.load_signer(path, lambda _: PASSPHRASE)
    public.key.verify_signature(signer.sign(b"x"), b"x")
    with pytest.raises(InputFault, match="passphrase is wrong"):
        role_keys.load_signer(path, lambda _: b"other")
    with pytest.raises(InputFault, match="never overwritten"):
        role_keys.create(path, PASSPHRASE, random_bytes, role_keys.LEAST)
    with pytest.raises(InputFault, match="empty passphrase"):
        role_keys.create(tmp_path / "b.key", b"", random_bytes, role_keys.LEAST)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"argon2id": 1}', '{"argon2id": [1, 8192], "salt": 1, "box": ""}']
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "a.key"
    path.write_text(content)
    with pytest.raises(InputFault):
        role_keys.load_signer(path, lambda _: PASSPHRASE)
    with pytest.raises(InputFault):
        role_keys.load_public(path)


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (2, 2), (3, 1), (3, 3), (2, 1)])
def test_a_root_needs_two_of_three_and_a_spare_key(tmp_path: Path, count: int, threshold: int):
    made = Authority(tmp_path)
    keys = [made.root_key(str(number)).key for number in range(count)]
    with pytest.raises(InputFault, match="lost key"):
        repository.init(made.repository, keys, threshold, MAKING, NOW_S)


def test_signatures_are_collected_one_key_at_a_time(tmp_path: Path):
    made = Authority(tmp_path)
    keys = [made.root_key(name).key for name in "abc"]
    repository.init(made.repository, keys, 2, MAKING, NOW_S)
    with pytest.raises(InputFault, match="not been signed"):
        publishing.write(made.repository, lambda _: PASSPHRASE, NOW_S)
    assert made.sign("b").missing == 1
    assert made.sign("b").missing == 1  # the same key counts once
    made.root_key("stranger")
    with pytest.raises(InputFault, match="root key neither"):
        made.sign("stranger")
    assert made.sign("a").accepted


def test_nothing_is_published_under_an_expired_root(authority: Authority):
    assert authority.publish(NOW_S + 700 * DAY_S).root_days == 30
    with pytest.raises(InputFault, match="expired"):
        authority.publish(NOW_S + 730 * DAY_S)
    authority.rotate("a", "b", now_s=NOW_S + 730 * DAY_S)
    assert authority.publish(NOW_S + 730 * DAY_S).root_days == 730


def test_a_folder_in_use_is_not_made_again(authority: Authority):
    with pytest.raises(InputFault, match="not empty"):
        repository.init(authority.repository, [], 2, MAKING, NOW_S)


def test_one_lost_root_key_is_replaced_by_the_other_two(authority: Authority):
    authority.publish()
    store = authority.store(authority.folder / "terminal")
    new = authority.root_key("d").key
    found = authority.rotate("b", "c", add=(new,), remove=frozenset({key_id(authority, "a")}))
    assert found.accepted
    authority.publish()
    assert update(store, FolderSource(authority.public), SELECTION, NOW_S).changed
    with pytest.raises(InputFault, match="root key neither"):
        authority.rotate("a")


def test_with_two_root_keys_lost_no_root_can_be_signed(authority: Authority):
    authority.publish()
    lost = frozenset({key_id(authority, "a"), key_id(authority, "b")})
    added = tuple(authority.root_key(name).key for name in "de")
    found = authority.rotate("c", "d", "e", add=added, remove=lost)
    assert not found.accepted
    assert found.missing == 0
    assert found.missing_before == 1
    assert authority.repository.accepted_root().version == 1
    authority.publish()
    assert not (authority.public / "metadata" / "2.root.json").exists()


def test_a_root_that_only_its_own_keys_signed_is_refused_by_terminals(authority: Authority):
    authority.publish()
    store = authority.store(authority.folder / "terminal")
    update(store, FolderSource(authority.public), SELECTION, NOW_S)
    thief = make_authority(authority.folder / "thief")
    assert thief.rotate("a", "b").accepted
    thief.publish()
    with pytest.raises(TrustFault):
        update(store, FolderSource(thief.public), SELECTION, NOW_S)


def test_one_draft_at_a_time(authority: Authority):
    authority.rotate("a")
    with pytest.raises(InputFault, match="waits for signatures"):
        authority.rotate("a")
    with pytest.raises(InputFault, match="not been signed"):
        repository.rotate(Repository(authority.folder / "x"), RootChange(), MAKING, NOW_S)


def test_a_key_that_is_no_root_key_cannot_be_removed(authority: Authority):
    with pytest.raises(InputFault, match="no key of root"):
        repository.rotate(authority.repository, RootChange(remove=frozenset({"0" * 64})), MAKING, NOW_S)


def test_old_targets_are_removed_after_some_publications(authority: Authority):
    for number in range(6):
        write_content(authority, {"hotlist/苏.cbor": bytes([number])})
        authority.publish()
    held = [path.name for path in (authority.public / "targets" / "hotlist").iterdir()]
    assert len(held) == publishing.KEPT
    versions = [path.name for path in (authority.public / "metadata").glob("*.targets.json")]
    assert sorted(versions) == ["4.targets.json", "5.targets.json", "6.targets.json"]


@pytest.mark.parametrize("name", ["notes.txt", "status/x.bin", "issued/苏-1.bin", "rules/../x"])
def test_a_file_that_is_no_target_is_not_published(authority: Authority, name: str):
    write_content(authority, {name: b""})
    with pytest.raises((InputFault, TrustFault)):
        authority.publish()
    assert not (authority.public / "metadata" / "timestamp.json").exists()


def test_content_that_no_terminal_would_accept_is_not_published(authority: Authority):
    authority.publish()
    before = (authority.public / "metadata" / "timestamp.json").read_bytes()
    write_content(authority, {"issuers.cbor": cbor.write([{1: bytes(32), 2: ["苏"], 3: 0, 4: 1}])})
    with pytest.raises(TrustFault):
        authority.publish()
    (authority.content / "registry.cbor").unlink()
    with pytest.raises(InputFault, match=r"registry\.cbor is missing"):
        authority.publish()
    assert (authority.public / "metadata" / "timestamp.json").read_bytes() == before


class TestRegisterSafeguards:
    """A register that could accuse honest drivers is refused before it is published."""

    @staticmethod
    def put(authority: Authority, name: str, to_s: int, counts: dict[str, int], codes: int = 2) -> None:
        span = Span(name.partition("-")[0], NOW_S - 9 * DAY_S, to_s)
        lines = [code() for _ in range(codes)]
        build(lines, span, authority.content / "issued" / f"{name}.bin", NOW_S)
        register_counts.save(authority.repository.folder, name, counts)

    def test_a_register_with_the_authorities_own_count_is_published(self, authority: Authority):
        self.put(authority, "苏", NOW_S, {"苏A": 2, "苏B": 0})
        authority.publish()

    @pytest.mark.parametrize("counts", [{"苏A": 3}, {"苏A": 1}, {}, {"苏A": 1, "浙A": 1}])
    def test_another_count_is_refused(self, authority: Authority, counts: dict[str, int]):
        self.put(authority, "苏", NOW_S, counts)
        with pytest.raises(InputFault):
            authority.publish()

    def test_a_register_without_counts_is_refused(self, authority: Authority):
        self.put(authority, "苏", NOW_S, {"苏A": 2})
        (authority.repository.folder / "counts" / "苏.csv").unlink()
        with pytest.raises(InputFault, match="own counts"):
            authority.publish()

    def test_rules_that_terminals_would_refuse_are_not_published(self, authority: Authority):
        (authority.content / "rules").mkdir()
        (authority.content / "rules" / "4.cbor").write_bytes(rules(5))
        with pytest.raises(RulesFault, match=r"rules/4\.cbor: has serial 5"):
            authority.publish()
        (authority.content / "rules" / "4.cbor").write_bytes(rules(4))
        authority.publish()

    def test_a_span_that_has_not_ended_is_refused(self, authority: Authority):
        self.put(authority, "苏", NOW_S + 1, {"苏A": 2})
        with pytest.raises(InputFault, match="not ended"):
            authority.publish()

    def test_an_authority_that_has_not_closed_the_span_stops_it(self, authority: Authority):
        self.put(authority, "苏", NOW_S, {"苏A": 1, "苏B": 1})
        self.put(authority, "苏-20260920", NOW_S, {"苏A": 2})
        with pytest.raises(InputFault, match="苏B: has not closed"):
            authority.publish()

    def test_entries_out_of_order_are_refused(self, authority: Authority):
        self.put(authority, "苏", NOW_S, {"苏A": 300}, codes=300)
        path = authority.content / "issued" / "苏.bin"
        content = bytearray(path.read_bytes())
        content[32 + 16 * 5 : 32 + 16 * 7] = (
            content[32 + 16 * 6 : 32 + 16 * 7] + content[32 + 16 * 5 : 32 + 16 * 6]
        )
        path.write_bytes(content)
        with pytest.raises(TrustFault, match="out of order"):
            authority.publish()


def test_the_repository_holds_no_root_key_and_only_encrypted_ones(authority: Authority):
    folder = authority.repository.folder
    private = list((folder / "private").glob("*.key"))
    assert len(private) == 3
    assert all(b"argon2id" in path.read_bytes() for path in private)
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o700
    seeds = [os.fspath(path) for path in folder.rglob("a.key*")]
    assert seeds == []


def test_an_issuer_key_is_enrolled_by_its_own_request(authority: Authority):
    seed = random_bytes(32)
    message = issuers.request(seed, ["粤B"], 0, NOW_S + DAY_S, NOW_S)
    kid = issuers.enrol(authority.content, issuers.read_request(message, NOW_S))
    assert issuers.load(authority.content)[kid].scopes == ("粤B",)
    with pytest.raises(InputFault, match="enrolled already"):
        issuers.enrol(authority.content, issuers.read_request(message, NOW_S))


@pytest.mark.parametrize("position", range(0, 200, 7))
def test_a_request_without_proof_of_possession_is_refused(position: int):
    message = bytearray(issuers.request(bytes(32), ["苏"], 0, 1, NOW_S))
    message[position % len(message)] ^= 1
    with pytest.raises(InputFault):
        issuers.read_request(bytes(message), NOW_S)


def test_a_request_for_somebody_elses_key_is_refused():
    other = public_part(Algorithm.ED25519, bytes([7]) * 32)
    payload = cbor.write({1: other, 2: ["苏"], 3: 0, 4: 1, 5: NOW_S})
    with pytest.raises(InputFault, match="not signed by the key"):
        issuers.read_request(cose.sign(payload, issuers.POSSESSION, bytes(32)), NOW_S)


@pytest.mark.parametrize("made_s", [NOW_S - 15 * DAY_S, NOW_S + 301])
def test_an_old_request_is_refused(made_s: int):
    message = issuers.request(bytes(32), ["苏"], 0, 1, made_s)
    with pytest.raises(InputFault, match="14 days"):
        issuers.read_request(message, NOW_S)


def test_a_key_is_rotated_with_both_valid_then_ended_and_declared_compromised(authority: Authority):
    (old,) = issuers.load(authority.content)
    message = issuers.request(random_bytes(32), ["苏"], NOW_S, NOW_S + DAY_S, NOW_S)
    new = issuers.enrol(authority.content, issuers.read_request(message, NOW_S), ("苏A",))
    issuers.change(authority.content, old, until_s=NOW_S)
    issuers.change(authority.content, old, compromised_since_s=NOW_S - 5)
    issuers.change(authority.content, old, compromised_since_s=NOW_S)  # never later than declared
    issuers.change(authority.content, new, scopes=("苏B", "粤"))
    keys = issuers.load(authority.content)
    assert set(keys) == {old, new}
    assert (keys[old].issues_until_s, keys[old].compromised_since_s) == (NOW_S, NOW_S - 5)
    assert keys[new].scopes == ("苏B", "粤")
    with pytest.raises(TrustFault):
        issuers.change(authority.content, new, scopes=())
    with pytest.raises(InputFault, match="no issuer key"):
        issuers.change(authority.content, bytes(8), scopes=("苏",))
    store = authority.store(authority.folder / "terminal")
    authority.publish()
    update(store, FolderSource(authority.public), SELECTION, NOW_S)
    assert set(open_current(store, SELECTION).trust_set().issuers) == {old, new}

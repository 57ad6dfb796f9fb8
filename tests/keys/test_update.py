"""Trust sets are fetched, verified and brought into force completely, or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Timestamp

from keys import floors, publishing, repository, role_keys
from keys.sources import FolderSource, HttpsSource
from keys.trust_store import TrustStore, Watch, open_current
from keys.update import SYNC_BYTES, update
from keys.withdrawals import withdraw
from terminal.credential import verify
from terminal.errors import ConfigFault, InputFault, LinkFault, TrustFault
from terminal.model import Reason
from terminal.wire import cbor
from tests.keys.tuf_fixtures import (
    DAY_S,
    NOW_S,
    PASSPHRASE,
    SELECTION,
    Authority,
    code,
    copy_public,
    https,
    rules,
    write_content,
)

BIG = "offline/苏.sqlite"


def reason(store: TrustStore, text: str) -> Reason:
    return verify.verify(text, open_current(store, SELECTION).trust_set(), verify.Moment(NOW_S)).reason


def fetch(store: TrustStore, authority: Authority, now_s: float = NOW_S) -> bool:
    return update(store, FolderSource(authority.public), SELECTION, now_s).changed


def files_of(store: TrustStore) -> dict[str, bytes]:
    folder = store.current.resolve()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_https_a_stick_and_a_copy_of_it_give_the_same_set(authority: Authority, tmp_path: Path):
    stick = copy_public(authority, tmp_path / "stick")
    over_https, by_stick = (authority.store(tmp_path / name) for name in ("https", "by-stick"))
    with https(authority.public, tmp_path / "tls") as (_, url, ca):
        assert update(over_https, HttpsSource(url, ca), SELECTION, NOW_S).changed
    assert update(by_stick, FolderSource(stick), SELECTION, NOW_S).changed
    assert files_of(over_https) == files_of(by_stick)
    assert reason(over_https, code()) is Reason.OK


def test_a_server_under_another_ca_is_not_asked_for_anything(
    authority: Authority, store: TrustStore, tmp_path: Path
):
    with (
        https(authority.public, tmp_path / "tls") as (server, url, _),
        https(authority.public, tmp_path / "other") as (_, _, other_ca),
    ):
        with pytest.raises(LinkFault):
            update(store, HttpsSource(url, other_ca), SELECTION, NOW_S)
        assert server.requests == []
    with pytest.raises(ConfigFault):
        HttpsSource("http://127.0.0.1/", tmp_path / "ca.crt")


def test_a_second_update_with_nothing_new_changes_nothing(authority: Authority, store: TrustStore):
    assert fetch(store, authority)
    assert not fetch(store, authority)


def test_a_new_set_is_noticed_and_changes_the_next_verdict(authority: Authority, store: TrustStore):
    fetch(store, authority)
    watch = Watch(store)
    assert watch.has_changed()
    assert not watch.has_changed()
    assert reason(store, code()) is Reason.OK
    (authority.content / "issuers.cbor").write_bytes(cbor.write([]))
    authority.publish()
    fetch(store, authority)
    assert watch.has_changed()
    assert not watch.has_changed()
    assert reason(store, code()) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("loss", ["lost", "torn", "empty"])
def test_an_older_set_is_refused_even_when_pythons_cache_is_gone(
    authority: Authority, store: TrustStore, tmp_path: Path, loss: str
):
    stick = copy_public(authority, tmp_path / "stick")
    assert authority.rotate("a", "b").accepted
    withdraw(authority.content, [(1, 3)])
    authority.publish(NOW_S + 60)
    fetch(store, authority)
    for file in (store.folder / "cache").rglob("*.json"):
        if loss == "lost":
            file.unlink()
        else:
            os.truncate(file, 0 if loss == "empty" else file.stat().st_size // 2)
    before = files_of(store)
    with pytest.raises(TrustFault, match="older than"):
        update(store, FolderSource(stick), SELECTION, NOW_S)
    assert files_of(store) == before
    assert not fetch(store, authority)


@pytest.mark.parametrize("content", [b"", b"torn", None])
def test_a_torn_floor_is_made_anew_from_the_set_in_force(
    authority: Authority, store: TrustStore, tmp_path: Path, content: bytes | None
):
    stick = copy_public(authority, tmp_path / "stick")
    authority.publish()
    fetch(store, authority)
    shutil.rmtree(store.folder / "cache")
    if content is None:
        store.floors_file.unlink()
    else:
        store.floors_file.write_bytes(content)
    with pytest.raises(TrustFault, match="older than"):
        update(store, FolderSource(stick), SELECTION, NOW_S)


def test_a_set_that_was_put_back_on_disk_is_refused(authority: Authority, store: TrustStore):
    fetch(store, authority)
    old = shutil.copytree(store.current.resolve(), store.folder / "kept")
    authority.publish()
    fetch(store, authority)
    shutil.move(old, store.folder / "sets" / "old")
    store.current.unlink()
    store.current.symlink_to("sets/old")
    with pytest.raises(TrustFault, match="older than"):
        open_current(store, SELECTION)
    assert fetch(store, authority)  # and repaired by the next update
    open_current(store, SELECTION)


@pytest.mark.parametrize("name", ["targets/issuers.cbor", "metadata/targets.json", "metadata/timestamp.json"])
def test_what_is_on_disk_is_verified_before_it_is_relied_on(
    authority: Authority, store: TrustStore, name: str
):
    fetch(store, authority)
    file = store.current / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)
    with pytest.raises(TrustFault):
        open_current(store, SELECTION)


def test_a_file_that_was_not_signed_is_ignored(authority: Authority, store: TrustStore):
    fetch(store, authority)
    (store.current / "targets" / "status" / "2.bin").write_bytes(bytes(16))
    assert 2 not in open_current(store, SELECTION).trust_set().status


def test_a_mapped_file_is_hashed(authority: Authority, store: TrustStore):
    write_content(authority, {BIG: bytes(5000)})
    authority.publish()
    fetch(store, authority)
    file = store.current / "targets" / BIG
    file.chmod(0o600)
    file.write_bytes(bytes(4999) + b"\1")
    open_current(store, SELECTION, hash_mapped=False)
    with pytest.raises(TrustFault, match="not the bytes"):
        open_current(store, SELECTION)
    file.write_bytes(bytes(4999))
    with pytest.raises(TrustFault, match="not as long"):
        open_current(store, SELECTION, hash_mapped=False)


def test_expired_metadata_is_not_installed_but_an_installed_set_stays_readable(
    authority: Authority, store: TrustStore
):
    fetch(store, authority)
    authority.publish()
    late_s = NOW_S + 30 * DAY_S
    with pytest.raises(TrustFault, match="expired"):
        fetch(store, authority, late_s)
    assert open_current(store, SELECTION).made_s == NOW_S


def test_the_time_is_the_applications_own(authority: Authority, store: TrustStore):
    with pytest.raises(TrustFault, match="expired"):
        fetch(store, authority, NOW_S + 20 * 365 * DAY_S)
    assert fetch(store, authority, NOW_S)


def test_a_terminal_that_was_off_for_months_catches_up_root_by_root(authority: Authority, store: TrustStore):
    fetch(store, authority)
    keepers = ["a", "b", "c"]
    later_s = NOW_S
    for turn in range(12):
        later_s += 30 * DAY_S
        fresh = f"new{turn}"
        old = keepers.pop(0)
        add = (authority.root_key(fresh).key,)
        remove = frozenset({role_keys.load_public(Path(f"{authority.roots[old]}.pub")).key.keyid})
        signed = (old, keepers[0], fresh)
        assert authority.rotate(*signed, add=add, remove=remove, now_s=later_s).accepted
        keepers.append(fresh)
    authority.publish(int(later_s))
    assert fetch(store, authority, later_s)
    installed = open_current(store, SELECTION)
    assert installed.metadata.root.version == 13
    assert installed.made_s == later_s


def test_a_stolen_online_key_cannot_lock_terminals_out_for_ever(authority: Authority, store: TrustStore):
    fetch(store, authority)
    honest = shutil.copytree(authority.public, authority.folder / "honest")
    signers = repository.online_signers(
        authority.repository, authority.repository.accepted_root(), lambda _: PASSPHRASE
    )
    path = authority.public / "metadata" / "timestamp.json"
    stolen = Metadata[Timestamp].from_bytes(path.read_bytes())
    stolen.signed.version = 1 << 31
    stolen.sign(signers["timestamp"])
    path.write_bytes(stolen.to_bytes())
    fetch(store, authority)  # accepted, and its floor is high now
    shutil.rmtree(authority.public)
    shutil.copytree(honest, authority.public)
    authority.publish()
    with pytest.raises(TrustFault):
        fetch(store, authority)
    assert authority.rotate("a", "b", renew=("timestamp",)).accepted
    authority.publish()
    assert fetch(store, authority)
    assert open_current(store, SELECTION).serial == 3


def test_a_big_target_is_resumed_where_the_link_broke(
    authority: Authority, store: TrustStore, tmp_path: Path
):
    content = os.urandom(2 * SYNC_BYTES + 12_345)
    write_content(authority, {BIG: content})
    authority.publish()
    with https(authority.public, tmp_path / "tls") as (server, url, ca):
        source = HttpsSource(url, ca)
        server.break_after = SYNC_BYTES + 70_000
        with pytest.raises(LinkFault):
            update(store, source, SELECTION, NOW_S)
        assert not store.current.exists()
        server.break_after = 1 << 60
        server.requests.clear()
        found = update(store, source, SELECTION, NOW_S)
    assert [wanted for path, wanted in server.requests if ".sqlite" in path] == [f"bytes={SYNC_BYTES}-"]
    assert len(content) - SYNC_BYTES <= found.fetched < len(content)
    assert open_current(store, SELECTION).mapped[BIG].read_bytes() == content


def test_a_server_without_ranges_is_read_from_the_beginning(
    authority: Authority, store: TrustStore, tmp_path: Path
):
    write_content(authority, {BIG: os.urandom(SYNC_BYTES + 100_000)})
    authority.publish()
    with https(authority.public, tmp_path / "tls") as (server, url, ca):
        source = HttpsSource(url, ca)
        server.break_after = SYNC_BYTES + 70_000
        server.ranges = False
        with pytest.raises(LinkFault):
            update(store, source, SELECTION, NOW_S)
        server.break_after = 1 << 60
        assert update(store, source, SELECTION, NOW_S).changed


def test_a_torn_staged_file_is_fetched_anew(authority: Authority, store: TrustStore, tmp_path: Path):
    content = os.urandom(SYNC_BYTES + 100_000)
    write_content(authority, {BIG: content})
    authority.publish()
    with https(authority.public, tmp_path / "tls") as (server, url, ca):
        source = HttpsSource(url, ca)
        server.break_after = SYNC_BYTES + 70_000
        with pytest.raises(LinkFault):
            update(store, source, SELECTION, NOW_S)
        (part,) = (store.folder / "staging").iterdir()
        part.write_bytes(bytes(part.stat().st_size))  # zeros, as after a power cut
        server.break_after = 1 << 60
        assert update(store, source, SELECTION, NOW_S).changed


def test_a_target_that_is_not_as_signed_leaves_the_old_set(authority: Authority, store: TrustStore):
    fetch(store, authority)
    before = files_of(store)
    write_content(authority, {BIG: os.urandom(50_000)})
    authority.publish()
    (published,) = (authority.public / "targets" / "offline").iterdir()
    for bad in (os.urandom(50_000), os.urandom(50_001), b""):
        published.write_bytes(bad)
        with pytest.raises(TrustFault):
            fetch(store, authority)
    published.unlink()
    with pytest.raises(LinkFault):
        fetch(store, authority)
    assert files_of(store) == before
    assert [folder.name for folder in (store.folder / "sets").iterdir()] == [store.current.resolve().name]


def test_an_unsound_set_is_refused_whole_and_the_old_one_stays(authority: Authority, store: TrustStore):
    fetch(store, authority)
    before = files_of(store)
    low_order: dict[int, cbor.Value] = {1: bytes(32), 2: ["苏"], 3: 0, 4: 1}
    write_content(authority, {"issuers.cbor": cbor.write([low_order])})
    publishing.write(authority.repository, lambda _: PASSPHRASE, NOW_S)
    with pytest.raises(TrustFault, match="full-order"):
        fetch(store, authority)
    assert files_of(store) == before


def test_unchanged_targets_are_not_fetched_again(authority: Authority, store: TrustStore):
    write_content(authority, {BIG: os.urandom(100_000)})
    authority.publish()
    fetch(store, authority)
    write_content(authority, {"status/9.bin": b"\0"})
    authority.publish()
    found = update(store, FolderSource(authority.public), SELECTION, NOW_S)
    assert found.changed
    assert found.fetched < 1000


def test_a_set_made_earlier_than_one_before_is_refused(authority: Authority, store: TrustStore):
    fetch(store, authority)
    with pytest.raises(InputFault, match="made later"):
        authority.publish(NOW_S - 1)
    publishing.write(authority.repository, lambda _: PASSPHRASE, NOW_S - 1)
    with pytest.raises(TrustFault, match=r"made_s .* is older than"):
        fetch(store, authority)
    assert open_current(store, SELECTION).made_s == NOW_S


def test_a_set_dated_far_ahead_is_forgotten_with_the_key_that_signed_it(
    authority: Authority, store: TrustStore
):
    authority.publish(NOW_S + 700 * DAY_S)
    fetch(store, authority)
    assert authority.rotate("a", "b", renew=("targets",)).accepted
    publishing.write(authority.repository, lambda _: PASSPHRASE, NOW_S)
    assert fetch(store, authority)
    assert open_current(store, SELECTION).made_s == NOW_S


def test_two_updates_never_run_at_once(authority: Authority, store: TrustStore):
    store.folder.mkdir()
    with (store.folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TrustFault, match="another process"):
            fetch(store, authority)
    assert fetch(store, authority)


def test_a_stick_cannot_lead_out_of_itself(authority: Authority, tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"secret")
    (authority.public / "link").symlink_to(tmp_path / "secret")
    source = FolderSource(authority.public)
    for path in ("link", "../../../secret", "missing", "/etc/hostname"):
        with pytest.raises(DownloadHTTPError) as refused:
            list(source.read(path))
        assert refused.value.status_code == 404


@given(st.data())
def test_floors_only_rise_unless_a_key_is_taken_away(data: st.DataObject):
    numbers = [data.draw(st.tuples(*[st.integers(0, 5)] * 6)) for _ in range(2)]
    keys = (("a",), ("b",), ("c",))
    one, other = (
        floors.Floors(r, ti, sn, ta, made_s, serial, keys) for r, ti, sn, ta, made_s, serial in numbers
    )
    both = one.raised(other)
    for least in (one, other):
        least.require(both, "both")
    assert both.after({"timestamp": ("a", "x"), "snapshot": ("b",), "targets": ("c",)}) == both
    fallen = both.after({"timestamp": ("a",), "snapshot": ("x",), "targets": ("c",)})
    assert (fallen.root, fallen.timestamp) == (both.root, both.timestamp)
    assert (fallen.snapshot, fallen.targets, fallen.made_s, fallen.serial) == (0, 0, 0, 0)


def kill_at(number: int, work: Authority, store: TrustStore) -> bool:
    """Run an update in a process that is killed at the number-th operation on files; True if it was."""
    child = os.fork()
    if child == 0:
        count = 0

        def on_audit(event: str, _: object) -> None:
            nonlocal count
            count += event == "open" or event.startswith(("os.", "fcntl."))
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(on_audit)
        fetch(store, work)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_kill_at_any_moment_leaves_the_old_set_or_the_new_one_whole(
    authority: Authority, store: TrustStore, tmp_path: Path
):
    fetch(store, authority)
    write_content(authority, {BIG: os.urandom(200_000), "rules/1.cbor": rules(1)})
    authority.publish(NOW_S + 60)
    number, outcomes, killed = 1, set(), True
    while killed:
        terminal = TrustStore(
            shutil.copytree(store.folder, tmp_path / f"killed{number}", symlinks=True), store.embedded_root
        )
        killed = kill_at(number, authority, terminal)
        installed = open_current(terminal, SELECTION)
        outcomes.add(installed.serial)
        assert (BIG in installed.mapped) is (installed.serial == 2)
        fetch(terminal, authority)
        assert open_current(terminal, SELECTION).serial == 2
        assert floors.load(terminal.floors_file) is not None
        shutil.rmtree(terminal.folder)
        number += 7
    assert number > 100
    assert outcomes == {1, 2}

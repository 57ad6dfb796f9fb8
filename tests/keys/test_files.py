"""Private key files have mode 0600, and are never overwritten or printed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from nacl import bindings

from keys import files
from keys.files import Algorithm
from terminal.errors import InputFault
from terminal.wire import cose

SECRET = bytes(range(32))


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_secret_comes_back_and_its_file_is_0600_under_any_umask(tmp_path: Path, algorithm: Algorithm):
    before = os.umask(0)
    try:
        files.save(tmp_path / "a.key", algorithm, SECRET)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    assert files.load(tmp_path / "a.key", algorithm) == SECRET


def test_the_public_part_is_that_of_the_secret(tmp_path: Path):
    signing = files.save(tmp_path / "a.key", Algorithm.ED25519, SECRET)
    opening = files.save(tmp_path / "b.key", Algorithm.X25519, SECRET)
    assert files.save(tmp_path / "c.key", Algorithm.CHACHA20_POLY1305, SECRET) is None
    assert files.load_public(tmp_path / "a.key.pub") == signing
    assert files.load_public(tmp_path / "b.key.pub", Algorithm.X25519) == opening
    assert not (tmp_path / "c.key.pub").exists()
    assert cose.parse(cose.sign(b"", b"a test", SECRET)).kid == cose.key_id(signing or b"")
    box = bindings.crypto_box_seal(b"entry", opening)
    assert bindings.crypto_box_seal_open(box, opening, SECRET) == b"entry"


def test_neither_file_is_overwritten(tmp_path: Path):
    private, public = tmp_path / "a.key", tmp_path / "a.key.pub"
    files.save(private, Algorithm.ED25519, SECRET)
    was = private.read_bytes(), public.read_bytes()
    with pytest.raises(InputFault, match="never overwritten"):
        files.save(private, Algorithm.ED25519, bytes(32))
    private.unlink()
    with pytest.raises(InputFault, match="never overwritten"):
        files.save(private, Algorithm.ED25519, bytes(32))
    assert not private.exists()
    assert public.read_bytes() == was[1]


def test_a_link_is_not_followed_to_a_new_secret(tmp_path: Path):
    (tmp_path / "a.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputFault, match="never overwritten"):
        files.save(tmp_path / "a.key", Algorithm.ED25519, SECRET)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o700, 0o660])
def test_a_file_wider_than_0600_is_refused_by_its_mode(tmp_path: Path, mode: int):
    path = tmp_path / "a.key"
    files.save(path, Algorithm.ED25519, SECRET)
    path.chmod(mode)
    with pytest.raises(InputFault, match=f"mode {mode:04o} is wider than 0600; chmod 600"):
        files.load_seed(path)


def test_a_narrower_file_is_taken(tmp_path: Path):
    path = tmp_path / "a.key"
    files.save(path, Algorithm.ED25519, SECRET)
    path.chmod(0o400)
    assert files.load_seed(path) == SECRET


def test_a_key_of_another_purpose_is_refused(tmp_path: Path):
    files.save(tmp_path / "a.key", Algorithm.CHACHA20_POLY1305, SECRET)
    with pytest.raises(InputFault, match="for chacha20-poly1305, but one for ed25519 is required"):
        files.load_seed(tmp_path / "a.key")


@pytest.mark.parametrize("content", [b"", b"ed25519 00", b"\xff" * 80, SECRET, b"ed25519 " + b"0" * 65])
def test_what_is_no_key_file_is_refused_without_repeating_it(tmp_path: Path, content: bytes):
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(InputFault, match=r"a\.key: not a key file made by roadside-keys$"):
        files.load_seed(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(InputFault, match="no such key file"):
        files.load_seed(tmp_path / "a.key")


def test_a_public_key_of_small_order_is_refused(tmp_path: Path):
    (tmp_path / "a.pub").write_text(f"ed25519 {'01' + 62 * '0'}\n")
    with pytest.raises(InputFault, match="not a valid Ed25519 public key"):
        files.load_public(tmp_path / "a.pub")


def test_a_replaced_file_is_whole_and_leaves_nothing_beside(tmp_path: Path):
    path = tmp_path / "set.cbor"
    path.write_bytes(b"old")
    files.replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replacement_that_fails_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "card").mkdir()
    with pytest.raises(IsADirectoryError):
        files.replace(tmp_path / "card", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["card"]

"""A laboratory's directory is read as its targets' names say, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from nacl import bindings

from terminal.credential import register
from terminal.errors import TrustFault
from terminal.services import trust_directory
from terminal.wire import cbor
from tests.vectors_on_disk import trust_set, write_directory

KEY = bindings.crypto_sign_seed_keypair(bytes(32))[0]


def test_a_directory_is_the_set_of_its_targets(tmp_path: Path):
    directory = write_directory(tmp_path, 1000)
    (directory / "status" / "README").touch()  # no target's name ends so
    loaded = trust_directory.load_directory(directory)
    assert (loaded.made_s, loaded.serial) == (1000, 1)
    expected = trust_set(made_s=1000)
    assert loaded.issuers == expected.issuers
    assert loaded.status == expected.status
    files = {file.target: bytes(file.content) for file in loaded.register.files}
    assert files == {file.target: file.content for file in expected.register.files}
    assert len(files) == 4


def test_the_register_s_files_keep_no_descriptor_and_stay_as_they_were(tmp_path: Path):
    directory = write_directory(tmp_path, 1000)
    before = len(list(Path("/proc/self/fd").iterdir()))
    loaded = trust_directory.load_directory(directory)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    for file in loaded.register.files:
        content = (directory / file.target).read_bytes()
        (directory / file.target).unlink()
        (directory / file.target).write_bytes(b"newer")
        assert (bytes(file.content), len(file.content)) == (content, len(content))
        assert file.content[4:8] == content[4:8]
        assert file.is_sorted()
        assert all(file.search(content[at : at + 16]) for at in range(register.HEADER.size, len(content), 16))


def test_no_list_is_needed(tmp_path: Path):
    (tmp_path / "issuers.cbor").write_bytes(b"\x80")
    (tmp_path / "set.cbor").write_bytes(cbor.write({1: 1000, 2: 7}))
    loaded = trust_directory.load_directory(tmp_path)
    assert (dict(loaded.issuers), dict(loaded.status), loaded.register.files) == ({}, {}, ())


@pytest.mark.parametrize(
    "name", ["status/+3.bin", "status/3_0.bin", "status/ 3.bin", "issued/苏-20261301.bin"]
)
def test_a_name_that_no_target_has_is_a_fault(tmp_path: Path, name: str):
    directory = write_directory(tmp_path, 1000)
    (directory / name).write_bytes(b"")
    with pytest.raises(TrustFault, match="not a name of a target"):
        trust_directory.load_directory(directory)


def test_a_target_that_cannot_be_read_is_a_fault(tmp_path: Path):
    with pytest.raises(TrustFault, match="No such file"):
        trust_directory.load_directory(tmp_path)
    write_directory(tmp_path, 1000)
    (tmp_path / "issuers.cbor").unlink()
    (tmp_path / "issuers.cbor").mkdir()
    with pytest.raises(TrustFault, match="Is a directory"):
        trust_directory.load_directory(tmp_path)


def test_the_registry_s_keys_are_read(tmp_path: Path):
    with pytest.raises(TrustFault, match="No such file"):
        trust_directory.load_registry(tmp_path)
    (tmp_path / "registry.cbor").write_bytes(cbor.write({number: [KEY] for number in range(1, 7)}))
    assert trust_directory.load_registry(tmp_path).journal == (KEY,)

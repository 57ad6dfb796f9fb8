"""Keys of an identity folder sign and open for their owner; they are refused if others may read them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from nacl import bindings

from keys import files, lab
from keys.files import Algorithm
from keys.key_store import open_store
from terminal import identity
from terminal.errors import InputFault
from terminal.wire import cose, signed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(laboratory: Path, tmp_path: Path) -> Path:
    """An identity that a test may change."""
    return shutil.copytree(laboratory / lab.IDENTITY, tmp_path / "identity")


def test_what_it_signs_is_verified_by_the_public_key(folder: Path) -> None:
    store = open_store(folder)
    assert store.public_key == files.load_public(folder / "terminal.key.pub")
    signer = signed.signer_with(store.public_key, store.sign)
    message = signer(b"payload", signed.HEALTH)
    assert signed.open_signed(message, signed.HEALTH, signed.by_kid([store.public_key])) == b"payload"
    seed = files.load_seed(folder / identity.SIGNING_KEY)
    assert message == cose.sign(b"payload", signed.HEALTH, seed)


def test_what_is_sealed_to_it_opens_and_nothing_else(folder: Path) -> None:
    store = open_store(folder)
    public = files.load_public(folder / "sealing.key.pub", Algorithm.X25519)
    box = bindings.crypto_box_seal(b"orders", public)
    assert store.open_sealed(box) == b"orders"
    other = bindings.crypto_box_seal(b"orders", bindings.crypto_scalarmult_base(bytes(range(32))))
    for bad in (b"", box[:-1], box[:40], bytes(len(box)), other):
        assert store.open_sealed(bad) is None


@pytest.mark.parametrize("name", [identity.SIGNING_KEY, identity.SEALING_KEY])
def test_a_key_that_others_may_read_or_that_is_missing_is_refused(folder: Path, name: str) -> None:
    (folder / name).chmod(0o640)
    with pytest.raises(InputFault, match="mode 0640 is wider than 0600"):
        open_store(folder)
    (folder / name).unlink()
    with pytest.raises(InputFault, match="no such key file"):
        open_store(folder)


def test_secrets_are_not_in_its_representation(folder: Path) -> None:
    seed = files.load_seed(folder / identity.SIGNING_KEY)
    assert repr(seed) not in repr(open_store(folder))

"""Keys of a device with a TPM 2.0 (swtpm): they open with this TPM, booted this way, and nowhere else."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from nacl import bindings
from nacl.utils import random as random_bytes

from keys import files, key_store
from keys.enrolment import device
from keys.enrolment.messages import write_code
from keys.files import Algorithm
from keys.tpm import Tpm
from terminal import identity
from terminal.errors import InputFault
from terminal.wire import cose
from tests.keys.enrolment.conftest import SERIAL, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 10


@pytest.fixture
def make_tpm() -> Iterator[Callable[[], Tpm]]:
    """Starts software TPMs, each with a storage key of its own."""
    with ExitStack() as running:

        def make() -> Tpm:
            folder = Path(running.enter_context(TemporaryDirectory()))  # a socket's path must be short
            process = subprocess.Popen(
                [
                    "/usr/bin/swtpm",
                    "socket",
                    "--tpm2",
                    "--tpmstate",
                    f"dir={folder}",
                    "--server",
                    f"type=unixio,path={folder}/tpm",
                    "--ctrl",
                    f"type=unixio,path={folder}/tpm.ctrl",
                    "--flags",
                    "not-need-init,startup-clear",
                ],
                stderr=subprocess.DEVNULL,
            )
            running.callback(process.wait)
            running.callback(process.kill)
            tcti = f"swtpm:path={folder}/tpm"
            end_s = time.monotonic() + PATIENCE_S
            while not answers(tcti):
                assert time.monotonic() < end_s
                assert process.poll() is None
            return Tpm(tcti)

        yield make


def answers(tcti: str) -> bool:
    done = subprocess.run(["tpm2", "getrandom", "-T", tcti, "1"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def tpm(make_tpm: Callable[[], Tpm]) -> Tpm:
    """A software TPM."""
    return make_tpm()


def boot_otherwise(tpm: Tpm) -> None:
    """Extend PCR 7, as another boot chain would."""
    command = ["tpm2", "pcrextend", "-T", tpm.tcti, f"7:sha256={hashlib.sha256(b'other').hexdigest()}"]
    subprocess.run(command, check=True, capture_output=True)


def test_a_secret_comes_back_from_the_tpm_that_sealed_it_alone(
    tpm: Tpm, make_tpm: Callable[[], Tpm], tmp_path: Path
):
    tpm.seal(b"a secret", tmp_path)
    assert [tpm.unseal(tmp_path) for _ in range(4)] == 4 * [b"a secret"]
    assert all(b"a secret" not in path.read_bytes() for path in tmp_path.iterdir())
    with pytest.raises(InputFault, match="the TPM refuses load"):
        make_tpm().unseal(tmp_path)
    boot_otherwise(tpm)
    with pytest.raises(InputFault, match="the TPM refuses unseal"):
        tpm.unseal(tmp_path)


def test_keys_of_such_a_device_work_and_their_files_open_nowhere_else(
    tpm: Tpm, make_tpm: Callable[[], Tpm], tmp_path: Path
):
    made = key_store.make_keys(tmp_path, random_bytes, tpm)
    store = key_store.open_store(tmp_path, tpm)
    assert store == made
    assert cose.is_signed(store.sign(b"message"), b"message", store.public_key)
    public = files.load_public(tmp_path / "sealing.key.pub", Algorithm.X25519)
    assert store.open_sealed(bindings.crypto_box_seal(b"order", public)) == b"order"
    with pytest.raises(InputFault, match="the TPM refuses load"):
        key_store.open_store(tmp_path, make_tpm())
    for name, algorithm in (("terminal.key", Algorithm.ED25519), ("sealing.key", Algorithm.X25519)):
        with pytest.raises(InputFault, match=f"a key for tpm2-{algorithm}"):
            files.load(tmp_path / name, algorithm)
        with pytest.raises(InputFault, match="encrypted under another key"):
            files.load(tmp_path / name, algorithm, bytes(32))
    assert b"ENCRYPTED" in (tmp_path / identity.TLS_KEY).read_bytes()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.suffix != ".pub"} == {0o600}


def test_such_a_device_is_enrolled_and_renewed_and_its_link_loads_the_certificate(tpm: Tpm, desk: Desk):
    code = desk.offer()
    request = device.begin(desk.folder, write_code(code), SERIAL, random_bytes, tpm)
    device.finish(desk.folder, desk.authority.answer(request, desk.now_s), tpm)
    desk.now_s += 86_400
    renewal = device.renewal_request(desk.folder, desk.now_s, tpm)
    device.apply_renewal(desk.folder, desk.authority.answer(renewal, desk.now_s), tpm)
    tls = key_store.open_store(desk.folder, tpm).tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_cert_chain(tls.certificate, tls.key, password=tls.passphrase)
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(tls.certificate, tls.key, password="")
    assert repr(tls.passphrase) not in repr(tls)


def test_a_tpm_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(InputFault, match="the TPM refuses createprimary"):
        Tpm(f"device:{tmp_path}/none").seal(b"", tmp_path)

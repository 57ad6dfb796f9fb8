"""Seal a secret to the device's TPM 2.0, with the programs of tpm2-tools.

A TPM rarely signs with Ed25519, so it does not hold the terminal's keys. It holds the key under which their
files are encrypted: a copy of the files, or the storage in another device, opens nothing. That key is sealed
under the TPM's own storage key, which never leaves it, and the policy is the state of PCR 7 (secure boot).
Whoever runs programs as the terminal's user on the device itself can still use the keys.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from keys import files
from terminal.errors import InputFault

DEVICE = Path("/dev/tpmrm0")
PUBLIC, PRIVATE = "public.tpm", "private.tpm"
_POLICY = "sha256:7"
_ATTRIBUTES = "fixedtpm|fixedparent|noda"
"""Without `userwithauth`: only the policy opens it. `noda`: a wrong try locks nobody out."""
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Tpm:
    """A TPM, by its TCTI (TPM2TOOLS_TCTI in tpm2-tools(1))."""

    tcti: str = f"device:{DEVICE}"

    def seal(self, secret: bytes, folder: Path) -> None:
        """Seal a secret of up to 128 bytes into two files of `folder`. Raises InputFault."""
        with TemporaryDirectory() as place:
            work = Path(place)
            primary, policy = self._primary(work), work / "policy"
            self._run("createpolicy", "--policy-pcr", "-l", _POLICY, "-L", policy)
            made = ("-u", work / PUBLIC, "-r", work / PRIVATE)
            self._run(
                "create", "-C", primary, "-L", policy, "-a", _ATTRIBUTES, "-i", "-", *made, given=secret
            )
            for name in (PUBLIC, PRIVATE):
                files.replace(folder / name, (work / name).read_bytes(), mode=0o600)

    def unseal(self, folder: Path) -> bytes:
        """Return the secret sealed in `folder`. Raises InputFault if this TPM, as booted, refuses it."""
        with TemporaryDirectory() as place:
            work = Path(place)
            primary, sealed = self._primary(work), work / "sealed"
            self._run("load", "-C", primary, "-u", folder / PUBLIC, "-r", folder / PRIVATE, "-c", sealed)
            return self._run("unseal", "-c", sealed, "-p", f"pcr:{_POLICY}")

    def _primary(self, work: Path) -> Path:
        """Make the storage key anew, which is always the same for one TPM, and return its context."""
        primary = work / "primary"
        self._run("createprimary", "-C", "o", "-G", "ecc256", "-c", primary)
        return primary

    def _run(self, program: str, *arguments: str | Path, given: bytes = b"") -> bytes:
        output = self._call(program, *arguments, given=given)
        self._call("flushcontext", "-t")  # a TPM without a resource manager has room for three objects
        return output

    def _call(self, program: str, *arguments: str | Path, given: bytes = b"") -> bytes:
        quiet = () if program == "unseal" else ("-Q",)
        command = ["tpm2", program, "-T", self.tcti, *quiet, *map(str, arguments)]
        try:
            done = subprocess.run(  # noqa: S603 - the distribution's program, our own arguments
                command, input=given, capture_output=True, check=False, timeout=_TIMEOUT_S
            )
        except FileNotFoundError as error:
            raise InputFault("the device has a TPM, but tpm2-tools is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise InputFault(f"the TPM does not answer: {program}") from error
        if done.returncode:  # the output is not repeated: it may hold what was given
            raise InputFault(f"the TPM refuses {program}: the device, or how it was booted, has changed")
        return done.stdout


def present() -> Tpm | None:
    """Return the device's TPM; None if it has none."""
    return Tpm() if DEVICE.exists() else None

"""One QEMU machine: arm64 `virt` with UEFI, its disk and its firmware variables, and a port for reports."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRMWARE = Path("/usr/share/AAVMF/AAVMF_CODE.fd")
VARIABLES = Path("/usr/share/AAVMF/AAVMF_VARS.fd")
POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Machine:
    """A folder with `disk.img` and `vars.fd`; `with_tpm` attaches a software TPM whose state is there too."""

    folder: Path
    with_tpm: bool = False

    def start(self, job: Path, port: Path) -> PoweredMachine:
        """Boot with the laboratory's disk `job`; the guest's reports go to the file `port`."""
        port.unlink(missing_ok=True)
        helpers = [self._tpm()] if self.with_tpm else []
        tpm = (
            ["-chardev", f"socket,id=t,path={self.folder / 'tpm.sock'}", "-tpmdev", "emulator,id=t,chardev=t"]
            if self.with_tpm
            else []
        )
        command = [
            *("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-smp", "1", "-m", "1024"),
            *("-accel", "tcg,tb-size=256", "-display", "none", "-monitor", "none", "-nic", "none"),
            *("-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}"),
            *("-drive", f"if=pflash,format=raw,file={self.folder / 'vars.fd'}"),
            *_disk("main", f"file={self.folder / 'disk.img'},format=raw"),
            *_disk("lab", f"file={job},format=raw,readonly=on"),
            *("-device", "virtio-rng-pci", "-device", "i6300esb", "-device", "virtio-serial-pci"),
            *("-chardev", f"file,id=c,path={port}", "-device", "virtserialport,chardev=c,name=lab"),
            *("-serial", f"file:{port.with_suffix('.console')}"),
            *tpm,
            *(["-device", "tpm-tis-device,tpmdev=t"] if self.with_tpm else []),
        ]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own arguments
        return PoweredMachine(child, port, helpers)

    def _tpm(self) -> subprocess.Popen[bytes]:
        state = self.folder / "tpm"
        state.mkdir(exist_ok=True)
        socket = self.folder / "tpm.sock"
        command = [
            "swtpm",
            "socket",
            "--tpm2",
            "--tpmstate",
            f"dir={state}",
            "--ctrl",
            f"type=unixio,path={socket}",
        ]
        child = subprocess.Popen([*command, "--terminate"])  # noqa: S603 - our own arguments
        while not socket.exists():
            time.sleep(POLL_S)
        return child


def _disk(name: str, drive: str) -> Sequence[str]:
    return ("-drive", f"if=none,id={name},{drive}", "-device", f"virtio-blk-pci,drive={name},serial={name}")


@dataclass(slots=True)
class PoweredMachine:
    """A machine that runs."""

    process: subprocess.Popen[bytes]
    port: Path
    helpers: list[subprocess.Popen[bytes]]

    def lines(self) -> list[str]:
        """Return the reports so far; a torn last line is left out."""
        if not self.port.exists():
            return []
        told = self.port.read_text(encoding="utf-8", errors="replace")
        return told[: told.rfind("\n") + 1].splitlines()

    def wait(self, limit_s: float, word: str | None = None) -> bool:
        """Wait for a report that begins with `word`, or for the machine's end; False after `limit_s`."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if word is not None and any(line.startswith(word) for line in self.lines()):
                return True
            if self.process.poll() is not None:
                return word is None
            time.sleep(POLL_S)
        return False

    def cut(self) -> None:
        """Cut the power."""
        self.process.kill()
        self.process.wait()
        for helper in self.helpers:
            helper.kill()
            helper.wait()

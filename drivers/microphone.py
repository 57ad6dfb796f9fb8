"""The microphone through ALSA: `arecord` (alsa-utils) records, and its samples stay in memory."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress

from terminal.device_ports import CLIP_S, SAMPLES_PER_S, Heard
from terminal.errors import MicrophoneFault

ARECORD = (
    *("arecord", "-q", "-D", "default", "-t", "raw", "-f", "MU_LAW"),
    *("-c", "1", "-r", str(SAMPLES_PER_S), "-d", str(CLIP_S)),
)
"""Records G.711 mu-law, one channel, to standard output, for CLIP_S at most."""
MOST_BYTES = CLIP_S * SAMPLES_PER_S
_READ = 4096
_ENDS_S = 2.0
"""Time, s, in which `arecord` ends once it is asked to."""


def heard(samples: bytes) -> Heard:
    """Return length and loudness of mu-law samples: their inverted low bits are the loudness."""
    last = samples[-SAMPLES_PER_S // 4 :]
    return Heard(len(samples) / SAMPLES_PER_S, max((~sample & 0x7F for sample in last), default=0) / 127)


class AlsaMicrophone:
    """A microphone of ALSA; it records in a process and a thread of its own."""

    def __init__(self, command: tuple[str, ...] = ARECORD) -> None:
        """Record by `command`, which writes samples to its standard output."""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._samples = bytearray()

    def start(self) -> None:
        """See `terminal.device_ports.Microphone`."""
        self._end()
        self._samples = bytearray()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is this module's or a test's
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise MicrophoneFault(f"{self._command[0]}: {error.strerror}") from error
        self._reader = threading.Thread(
            target=_read, args=(self._process, self._samples), name="microphone", daemon=True
        )
        self._reader.start()

    def heard(self) -> Heard:
        """See `terminal.device_ports.Microphone`."""
        return heard(bytes(self._samples))

    def stop(self) -> bytes:
        """See `terminal.device_ports.Microphone`."""
        self._end()
        samples, self._samples = bytes(self._samples), bytearray()
        if not samples:
            raise MicrophoneFault("no sound was recorded")
        return samples

    def close(self) -> None:
        """See `terminal.device_ports.Microphone`."""
        self._end()
        self._samples = bytearray()

    def _end(self) -> None:
        """End the recording, if there is one, and wait for its last samples."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._reader is not None:
            self._reader.join()
            self._reader = None


def _read(process: subprocess.Popen[bytes], samples: bytearray) -> None:
    """Collect the samples until the process ends or there are MOST_BYTES."""
    if process.stdout is None:
        return
    with process.stdout as stream, suppress(OSError):
        while len(samples) < MOST_BYTES and (read := stream.read1(_READ)):  # type: ignore[attr-defined]  # a BufferedReader
            samples += read[: MOST_BYTES - len(samples)]

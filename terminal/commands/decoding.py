"""Decode files in a child process with limits on memory, CPU time and wall time.

A picture, page or video may be built to exhaust or crash its decoder. That costs only this file: the child
(`terminal.commands.decoder`) is ended, and a new one takes the next file.

Both ends exchange JSON, one object a line. `{"path": FILE}` begins a file and `{}` asks for its next picture;
the answer is `{"sights": [...]}`, `{"fault": TEXT}`, `{"bug": TRACEBACK}`, or `{}` at the end of the file.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

OUT_OF_MEMORY = 3
"""Exit status of a child that could not allocate memory for a file."""
_LONGEST_LINE = 1 << 22
"""Largest answer, bytes; a hundred codes of the greatest length take a tenth of it."""
_READ = 1 << 16
_DYING_S = 5.0
"""Longest wait for a child that closed its pipe to exit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the child process."""

    memory_mib: int = 2048
    """Address space, MiB; the program itself takes about 500."""
    cpu_s: int = 10
    """CPU time for one photograph, page or frame, s."""
    wall_s: int = 120
    """Wall time for one file, s."""


@dataclass(frozen=True, slots=True)
class DecodedCode:
    """A code found in a picture, or a text given on the command line, before verification."""

    text: str | None
    """None if the picture has no code."""
    page: int | None = None
    """Page of a PDF, from 1."""
    frame: int | None = None
    """Frame of a video, from 0."""
    corners: tuple[tuple[int, int], ...] | None = None
    """Four corners, px; None for a text or without a code."""
    others: int = 0
    """Number of further codes in the picture, which are not verified."""
    decode_ms: float | None = None
    """Wall time from the picture to its text; None for a text."""


class Decoder:
    """The child process: started for the first file, kept for the next, replaced after a limit is hit."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._read = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()

    def sights(self, path: Path) -> Iterator[list[DecodedCode]]:
        """Yield the codes of each picture of a file, in order; each is decoded on demand.

        Raises InputFault if the file cannot be used or exceeds a limit.
        """
        deadline_s = time.monotonic() + self.limits.wall_s
        request: dict[str, str] = {"path": os.fspath(path)}
        while answer := self._ask(request, deadline_s):
            if "fault" in answer:
                raise InputFault(answer["fault"])
            if "bug" in answer:
                self._kill()
                raise RuntimeError(answer["bug"])
            yield [read_sight(sight) for sight in answer["sights"]]
            request = {}

    def _ask(self, request: Mapping[str, str], deadline_s: float) -> dict[str, Any]:
        child = self._child or self._start()
        assert child.stdin is not None  # noqa: S101 - it was started with pipes
        try:
            child.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        except BrokenPipeError:
            raise self._ended() from None
        answer: dict[str, Any] = json.loads(self._line(child, deadline_s))
        return answer

    def _line(self, child: subprocess.Popen[bytes], deadline_s: float) -> bytes:
        assert child.stdout is not None  # noqa: S101 - it was started with pipes
        poll = select.poll()
        poll.register(child.stdout, select.POLLIN)
        while b"\n" not in self._read:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not poll.poll(1e3 * left_s):
                self._kill()
                raise InputFault(f"not decoded within {self.limits.wall_s} s (--max-time)")
            part = os.read(child.stdout.fileno(), _READ)
            if not part or len(self._read) > _LONGEST_LINE:
                raise self._ended()
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return bytes(line)

    def _start(self) -> subprocess.Popen[bytes]:
        limits = (self.limits.memory_mib, self.limits.cpu_s)
        self._read = bytearray()
        self._child = subprocess.Popen(  # noqa: S603 - this program itself
            # -P: a folder named `terminal` beside the files is not this package.
            [sys.executable, "-P", "-m", "terminal.commands.decoder", *map(str, limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libraries print when memory runs out
            bufsize=0,
        )
        return self._child

    def _ended(self) -> InputFault:
        """Return the reason for which the child does not answer, after ending it."""
        assert self._child is not None  # noqa: S101 - it was asked
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_DYING_S)
        status = self._kill()
        if status == OUT_OF_MEMORY:
            return InputFault(f"needs more than {self.limits.memory_mib} MiB of memory (--max-memory)")
        if status == -signal.SIGXCPU:
            return InputFault(
                f"needs more than {self.limits.cpu_s} s of CPU time for one picture (--max-cpu)"
            )
        ending = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return InputFault(
            f"its decoder ended ({ending}): damaged, or in need of more than"
            f" {self.limits.memory_mib} MiB of memory (--max-memory)"
        )

    def _kill(self) -> int:
        """Kill the child, if any; return its exit status, negative for a signal."""
        child, self._child = self._child, None
        if child is None:
            return 0
        child.kill()
        with child:
            pass  # closes the pipes and waits
        return child.returncode


def write_sight(sight: DecodedCode) -> dict[str, Any]:
    """Encode a decoded code as a JSON object."""
    return asdict(sight)


def read_sight(content: Mapping[str, Any]) -> DecodedCode:
    """Decode a decoded code from a JSON object."""
    corners: Sequence[Sequence[int]] | None = content["corners"]
    places = None if corners is None else tuple((int(x), int(y)) for x, y in corners)
    return DecodedCode(**{**content, "corners": places})

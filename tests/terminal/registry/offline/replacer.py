"""A process that installs offline list files until it is killed.

    python -m tests.terminal.registry.offline.replacer forever FOLDER FILE...
    python -m tests.terminal.registry.offline.replacer lines FOLDER FILE

`forever` installs the files in turn and prints each name once it is in force. `lines` starts one replacement
after another, each in its own process on a copy of FOLDER named FOLDER.1, FOLDER.2 ..., and kills it at its
first, second ... line; it prints the number of the last one, which was not killed.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.registry.offline import files as offline_files
from terminal.registry.offline.files import FileName

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from _typeshed import TraceFunction


def at_line(number: int, act: Callable[[], None]) -> TraceFunction:
    """Return a trace function that calls `act` when the replacement reaches its line `number`, from 1."""
    lines = itertools.count(1)

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        if frame.f_code.co_filename != offline_files.__file__:
            return None
        if event == "line" and next(lines) == number:
            act()
        return trace

    return trace


def put(folder: Path, file: Path) -> None:
    """Install a file, named by its directory."""
    name = FileName.parse(file.name)
    assert name is not None
    offline_files.install(folder, name, file, offline_files.digest(file))


def _killed(folder: Path, file: Path, line: int) -> bool:
    child = os.fork()
    if child == 0:
        sys.settrace(at_line(line, lambda: os.kill(os.getpid(), signal.SIGKILL)))
        put(folder, file)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL)
    return status != 0


def _lines(folder: Path, file: Path) -> None:
    for line in itertools.count(1):
        copy = folder.with_name(f"{folder.name}.{line}")
        shutil.copytree(folder, copy)
        if not _killed(copy, file, line):
            sys.stdout.write(f"{line}\n")
            return


def _forever(folder: Path, files: list[Path]) -> None:
    for file in itertools.cycle(files):
        put(folder, file)
        sys.stdout.write(f"{file}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    what, where, *files = sys.argv[1:]
    if what == "lines":
        _lines(Path(where), Path(files[0]))
    else:
        _forever(Path(where), [Path(file) for file in files])

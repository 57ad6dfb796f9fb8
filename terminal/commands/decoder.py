"""Child process that decodes files for `terminal.commands.decoding`, which describes the protocol.

python -m terminal.commands.decoder MEMORY_MIB CPU_S
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from terminal import scan
from terminal.codes import in_order, ours
from terminal.commands import image_files
from terminal.commands.decoding import OUT_OF_MEMORY, DecodedCode, write_sight
from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.codes import Scan


def main(memory_mib: int, cpu_s: int) -> int:
    """Answer requests on standard input until its end, within the limits; return the exit status."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # libraries may print
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit_memory(memory_mib << 20)
        pictures: Iterator[list[DecodedCode]] = iter(())
        for line in sys.stdin:
            request = json.loads(line)
            if "path" in request:
                pictures = sights(Path(request["path"]))
            limit_cpu(cpu_s)
            try:
                answer = answer_of(pictures)
            except Exception as error:  # noqa: BLE001 - the parent raises it
                if is_out_of_memory(error):
                    return OUT_OF_MEMORY
                answer = {"bug": traceback.format_exc()}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
    return 0


def answer_of(pictures: Iterator[list[DecodedCode]]) -> dict[str, Any]:
    """Decode the next picture and return the answer."""
    try:
        found = next(pictures, None)
    except InputFault as fault:
        return {"fault": fault.detail}
    return {} if found is None else {"sights": [write_sight(sight) for sight in found]}


def sights(path: Path) -> Iterator[list[DecodedCode]]:
    """Yield the codes of each picture: all inspection marks in order of position, else the preferred code,
    else one entry without a text. Raises InputFault.
    """
    for picture in image_files.pictures(path):
        begun_ns = time.perf_counter_ns()
        found = scan.read_still(picture.luma) if picture.frame is None else scan.read(picture.luma)
        decode_ms = (time.perf_counter_ns() - begun_ns) / 1e6
        sight = DecodedCode(None, picture.page, picture.frame, decode_ms=decode_ms)
        yield [sight] if found is None else _told_apart(sight, found)


def is_out_of_memory(error: Exception) -> bool:
    """Return True if an error means that memory could not be allocated."""
    return isinstance(error, MemoryError) or (
        isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    )


def limit_memory(most: int) -> None:
    """Limit the address space, bytes; a lower existing limit stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit_cpu(seconds: int) -> None:
    """Let the kernel end this process (SIGXCPU) after so many more seconds of CPU time."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))


def _told_apart(sight: DecodedCode, found: Scan) -> list[DecodedCode]:
    codes = in_order(ours(found)) or found.codes[:1]
    others = len(found.codes) - len(codes)
    return [replace(sight, text=code.text, corners=code.corners, others=others) for code in codes]


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

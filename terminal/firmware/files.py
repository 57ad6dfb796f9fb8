"""Files of updates: the release in its image, and the state of updates on the data partition."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from terminal import atomic_file
from terminal.firmware.release import NAME, Progress, RunningRelease
from terminal.slots import ReleaseFault

RELEASE = Path("/usr/lib/roadside/release.json")
"""In an image alone."""
UPDATES = Path("/data/update")
PROGRESS = "progress.json"


def running(path: Path = RELEASE) -> RunningRelease | None:
    """Load the release that runs; None where the terminal was not installed as an image.

    Raises ReleaseFault if the file is invalid.
    """
    try:
        told: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ReleaseFault(f"{path}: {error}") from error
    match told:
        case {"name": str(name), "counter": int(counter)} if NAME.fullmatch(name) and counter > 0:
            return RunningRelease(name, counter)
    raise ReleaseFault(f"{path}: not a release")


def load(folder: Path = UPDATES) -> Progress:
    """Load the state of updates; nothing was ever committed if there is no file.

    Raises ReleaseFault if it is invalid: the counters that are refused would be lost with it.
    """
    path = folder / PROGRESS
    try:
        told: Any = json.loads(path.read_bytes())
        return Progress(**(told | {"had": frozenset(told["had"])}))
    except FileNotFoundError:
        return Progress()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReleaseFault(f"{path}: {error}") from error


def save(progress: Progress, folder: Path = UPDATES) -> None:
    """Replace the state of updates atomically. Raises ReleaseFault."""
    content = json.dumps(asdict(progress) | {"had": sorted(progress.had)}).encode()
    try:
        atomic_file.replace(folder / PROGRESS, content)
    except OSError as error:
        raise ReleaseFault(f"{folder / PROGRESS}: {error.strerror}") from error

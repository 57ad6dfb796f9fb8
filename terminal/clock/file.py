"""The clock's file in the state folder: written atomically and synced, so that a power cut loses no floor.

The first line is the SHA-256 of the rest, a JSON object. A file that is missing or damaged counts as none:
the floor is then the package's release, and rises again with the trust set.
"""

from __future__ import annotations

import hashlib
import json
from math import isfinite
from typing import TYPE_CHECKING, Any

from terminal import atomic_file
from terminal.clock.state import ClockSetting, ClockState, Floor, TimeOrigin

if TYPE_CHECKING:
    from pathlib import Path

NAME = "clock"


def load(path: Path, build_s: int) -> ClockState:
    """Load the state; `build_s` (Unix s) is the floor of this release. Raises OSError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ClockState(Floor(build_s))
    return decode(content, build_s) or ClockState(Floor(build_s))


def save(path: Path, state: ClockState) -> None:
    """Write the state, atomically and synced. Raises OSError."""
    atomic_file.replace(path, encode(state))


def encode(state: ClockState) -> bytes:
    """Encode a state, without the floor of the release."""
    setting = state.setting
    body = json.dumps(
        {
            "trust_s": state.floor.trust_s,
            "answer_s": state.floor.answer_s,
            "boot_id": state.boot_id,
            "battery_agrees": state.battery_agrees,
            "setting": setting and [setting.origin, setting.offset_s, setting.at_s, setting.disputed],
        }
    ).encode()
    return _digest(body) + b"\n" + body


def decode(content: bytes, build_s: int) -> ClockState | None:
    """Decode a state; None if it is damaged."""
    digest, _, body = content.partition(b"\n")
    if digest != _digest(body):
        return None
    try:
        found = json.loads(body)
        return ClockState(
            Floor(build_s, int(found["trust_s"]), int(found["answer_s"])),
            str(found["boot_id"]),
            _setting(found["setting"]),
            bool(found["battery_agrees"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def _setting(value: Any) -> ClockSetting | None:  # noqa: ANN401 - JSON's values are any
    if value is None:
        return None
    origin, offset_s, at_s, disputed = value
    if not (isfinite(offset_s) and isfinite(at_s)):
        raise ValueError("not a time")
    return ClockSetting(TimeOrigin(origin), float(offset_s), float(at_s), bool(disputed))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()

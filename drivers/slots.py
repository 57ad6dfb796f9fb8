"""The two slots of an image, by RAUC, whose service verifies bundles and writes the slot not in use."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from terminal.slots import ReleaseFault

if TYPE_CHECKING:
    from pathlib import Path

RAUC, SYSTEMCTL = "/usr/bin/rauc", "/usr/bin/systemctl"
_REASON = "LastError:"
"""Word before the reason, which RAUC prints ahead of a last line that only says "failed"."""
_INSTALL_S, _OTHER_S = 1800.0, 60.0
"""Longest time of a command, s."""


class RaucSlots:
    """See `terminal.slots.Slots`. Needs root."""

    def install(self, bundle: Path) -> None:
        """See `Slots`."""
        _run(RAUC, "install", str(bundle), limit_s=_INSTALL_S)

    def mark_good(self) -> None:
        """See `Slots`."""
        _run(RAUC, "status", "mark-good", limit_s=_OTHER_S)

    def restart(self) -> None:
        """See `Slots`."""
        _run(SYSTEMCTL, "reboot", limit_s=_OTHER_S)


def reason(told: str) -> str:
    """Return the reason that a command printed: RAUC's, else the last line; empty if it printed nothing."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    reasons = [line.partition(_REASON)[2].strip() for line in lines if _REASON in line]
    return next(filter(None, reversed(reasons)), lines[-1] if lines else "")


def _run(*command: str, limit_s: float) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs, and a path of our own
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReleaseFault(f"{command[0]}: {error}") from error
    if done.returncode:
        raise ReleaseFault(f"{command[0]}: {reason(done.stdout + done.stderr) or done.returncode}")

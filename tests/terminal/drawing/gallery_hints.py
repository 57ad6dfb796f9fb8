"""Example screens of the live picture while no code is read, or a checked one is in view."""

from __future__ import annotations

from dataclasses import replace

from terminal.codes import ScanProblem
from terminal.screens.check import Ready
from terminal.screens.looking import ENTRY_S, Looking
from terminal.screens.values import LastSeen
from tests.terminal.screens.builders import ALARM, LABORATORY

_NOW_S = LABORATORY.clock.monotonic_s


def hint_screens() -> dict[str, Ready]:
    """Return the live picture with each hint, with the way to plate entry, and with a checked code."""
    since_s = _NOW_S - ENTRY_S
    known = replace(ALARM.judged, text="VI1:A")
    hints = {
        f"ready_{problem}": Ready(LABORATORY, looking=Looking(_NOW_S, problem, _NOW_S))
        for problem in ScanProblem
    }
    return {
        **hints,
        "ready_entry": Ready(LABORATORY, looking=Looking(since_s, ScanProblem.GLARE, _NOW_S)),
        "ready_known": Ready(LABORATORY, LastSeen("VI1:A", _NOW_S), known),
    }

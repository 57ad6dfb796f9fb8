"""The energy of a shift is power times time, and the manual states the figures that it is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.benchmarks.power import WATTS, Duty, table

MANUAL = Path(__file__).parents[3] / "drivers" / "README.md"


def hours(lines: list[str]) -> dict[str, float]:
    cells = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {part: float(hours) for part, _, hours, *_ in cells}


def test_display_and_camera_are_on_while_the_app_is_awake_and_the_radio_always():
    busy = dict.fromkeys(("ready", "shown", "dark"), 0.25)
    found = hours(table(Duty(ready_s=3600, shown_s=7200, dark_s=10_800, cpu=busy, checks=720)))
    assert (found["camera"], found["display"], found["board, idle"]) == (3, 3, 6)
    assert found["a core, busy"] == 6
    assert found["radio, registered"] + found["radio, in exchange"] == pytest.approx(6, abs=0.1)
    assert found["the shift"] == 6


def test_the_manual_states_every_part_with_its_power_and_its_source():
    manual = MANUAL.read_text(encoding="utf-8")
    for part, (watts, source) in WATTS.items():
        (row,) = [line for line in manual.splitlines() if line.startswith(f"| {part} | {watts:.2f} |")]
        assert row.endswith(f"| {source} |")

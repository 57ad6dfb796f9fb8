"""The self-test of a terminal's services: what is not known is unknown, whatever else is in order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.device_ports import BatteryReading
from terminal.errors import JournalFault, PanelFault
from terminal.screens.self_test import PERCEIVED, Component, ComponentState, Condition
from terminal.screens.values import CameraStatus
from terminal.services.self_test import BATTERY_LOW, BATTERY_SHIFT, Surroundings, states
from tests.terminal.services.terminal_fixture import Work, work_of

FINE = Surroundings(
    CameraStatus.LIVE,
    frames=30,
    battery=BatteryReading(90, charging=False),
    panel_fault=None,
    muted=False,
    write_fault=None,
)


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal on which nobody is signed in."""
    made = work_of(laboratory, tmp_path / "state", time.time())
    yield made
    made.services.close()


def report_of(work: Work, around: Surroundings = FINE) -> dict[Component, ComponentState]:
    found = states(work.services, around)
    assert [one.component for one in found] == list(Component)
    return {one.component: one for one in found}


def test_a_terminal_in_order_knows_all_but_what_the_officer_perceives(work: Work):
    found = report_of(work)
    for component in (Component.CLOCK, Component.TRUST, Component.CAMERA, Component.LINK, Component.BATTERY):
        assert found[component].condition is Condition.OK
    assert {found[component].condition for component in PERCEIVED} == {Condition.UNKNOWN}


def test_an_unsure_clock_makes_no_list_fresh(work: Work):
    work.clock.set(work.clock.now_s(), trusted=False)
    found = report_of(work)
    assert found[Component.CLOCK].condition is Condition.ATTENTION
    for component in (Component.TRUST, Component.OFFLINE, Component.HOTLIST):
        assert found[component].condition is not Condition.OK


def test_what_fails_is_said_with_its_fault(work: Work):
    work.link.up = False
    around = replace(
        FINE, camera=CameraStatus.ABSENT, panel_fault=PanelFault(), write_fault=JournalFault("read-only")
    )
    found = report_of(work, around)
    assert found[Component.LINK].condition is Condition.ATTENTION
    for component in (Component.CAMERA, Component.STORAGE, *PERCEIVED):
        assert found[component].condition is Condition.FAULT
        assert found[component].fault is not None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.none() | st.builds(BatteryReading, st.integers(0, 100), st.booleans()), st.integers(0, 1))
def test_battery_and_camera_are_ok_only_by_a_reading_and_a_frame(
    work: Work, reading: BatteryReading | None, frames: int
):
    found = report_of(work, replace(FINE, battery=reading, frames=frames))
    assert (found[Component.CAMERA].condition is Condition.OK) is (frames > 0)
    condition = found[Component.BATTERY].condition
    if reading is None:
        assert condition is Condition.UNKNOWN
    elif reading.charging or reading.percent >= BATTERY_SHIFT:
        assert condition is Condition.OK
    else:
        low = reading.percent < BATTERY_LOW
        assert condition is (Condition.FAULT if low else Condition.ATTENTION)

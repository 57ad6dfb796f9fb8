"""Tests every component of the terminal. What cannot be known is unknown, never ok."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.credential.grade import Grade
from terminal.errors import (
    CameraFault,
    CameraStalled,
    HotListFault,
    JournalFault,
    LinkFault,
    OfflineListFault,
)
from terminal.screens.self_test import Component, ComponentState, Condition
from terminal.screens.values import CameraStatus, Notice

if TYPE_CHECKING:
    from terminal.device_ports import BatteryReading
    from terminal.errors import Fault
    from terminal.services.services import Services

BATTERY_SHIFT, BATTERY_LOW = 60, 20
"""Charges, per cent: below the first a shift may outlast the battery, below the second it will."""
AGE_STEP_S = 60
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts that the services do not know by themselves."""

    camera: CameraStatus
    frames: int
    """Number of frames seen since the start."""
    battery: BatteryReading | None
    """None without a gauge, or without a reading."""
    panel_fault: Fault | None
    """Why the test signal could not be played; None if it was."""
    muted: bool
    """True if sounds are switched off."""
    write_fault: Fault | None
    """Why a file could not be written to the state folder; None if it could."""


def states(services: Services, around: Surroundings) -> tuple[ComponentState, ...]:
    """Return the state of every component, in the order of Component."""
    return (
        _clock(services),
        _trust(services),
        _offline(services),
        _hotlist(services),
        _camera(around),
        _storage(services, around),
        _link(services),
        _battery(around.battery),
        *_signals(around),
    )


def _clock(services: Services) -> ComponentState:
    if services.moment().clock_trusted:
        return ComponentState(Component.CLOCK, Condition.OK, "set")
    return ComponentState(Component.CLOCK, Condition.ATTENTION, "unsure")


def _trust(services: Services) -> ComponentState:
    now_s = services.moment().now_s
    age_s = services.trust.age_s(now_s)
    if age_s is None:
        return ComponentState(Component.TRUST, Condition.FAULT, "none")
    grades = {
        Grade.FRESH: (Condition.OK, "fresh"),
        Grade.USABLE: (Condition.ATTENTION, "aged"),
        Grade.STALE: (Condition.FAULT, "stale"),
    }
    condition, finding = grades[services.trust.grade(now_s)]
    if not services.moment().clock_trusted and condition is Condition.OK:
        condition, finding = Condition.UNKNOWN, "undated"
    return ComponentState(Component.TRUST, condition, finding, _stepped(age_s))


def _offline(services: Services) -> ComponentState:
    lists, moment = services.checks.lists, services.moment()
    province = services.shift_actions.enforcement.province
    try:
        day = None if lists.offline is None else lists.offline.day(province)
        age_s = None if lists.offline is None else lists.offline.age_s(province, moment)
    except OfflineListFault as fault:
        return _faulty(Component.OFFLINE, fault)
    found = next((one for one in lists.faults if isinstance(one, OfflineListFault)), None)
    if found is not None:
        return _faulty(Component.OFFLINE, found)
    if lists.offline is None or day is None:
        return ComponentState(Component.OFFLINE, Condition.ATTENTION, "none")
    if age_s is None:
        return ComponentState(Component.OFFLINE, Condition.UNKNOWN, "undated")
    if age_s > lists.offline.usable_s:
        return ComponentState(Component.OFFLINE, Condition.ATTENTION, "old", _stepped(age_s))
    return ComponentState(Component.OFFLINE, Condition.OK, "fresh", _stepped(age_s))


def _hotlist(services: Services) -> ComponentState:
    lists, moment = services.checks.lists, services.moment()
    fault = next((one for one in lists.faults if isinstance(one, HotListFault)), None)
    if fault is not None:
        return _faulty(Component.HOTLIST, fault)
    if lists.hotlist is None:
        return ComponentState(Component.HOTLIST, Condition.ATTENTION, "none")
    age_s = lists.hotlist_age_s(moment)
    if age_s is None:
        return ComponentState(Component.HOTLIST, Condition.ATTENTION, "incomplete")
    if lists.silent_provinces(moment):
        return ComponentState(Component.HOTLIST, Condition.ATTENTION, "silent", _stepped(age_s))
    if not moment.clock_trusted:
        return ComponentState(Component.HOTLIST, Condition.UNKNOWN, "undated")
    return ComponentState(Component.HOTLIST, Condition.OK, "fresh", _stepped(age_s))


def _camera(around: Surroundings) -> ComponentState:
    match around.camera:
        case CameraStatus.ABSENT:
            return _faulty(Component.CAMERA, CameraFault())
        case CameraStatus.STALLED:
            return _faulty(Component.CAMERA, CameraStalled())
        case CameraStatus.LIVE if around.frames:
            return ComponentState(Component.CAMERA, Condition.OK, "live")
        case CameraStatus.LIVE:
            return ComponentState(Component.CAMERA, Condition.UNKNOWN, "waiting")


def _storage(services: Services, around: Surroundings) -> ComponentState:
    if around.write_fault is not None:
        return _faulty(Component.STORAGE, around.write_fault)
    try:
        storage = services.checks.recorder.journal.storage()
    except JournalFault as fault:
        return _faulty(Component.STORAGE, fault)
    free = max(0, storage.total - storage.used) // _MB
    if not storage.reserved:
        return ComponentState(Component.STORAGE, Condition.FAULT, "full", amount=free)
    if storage.low:
        return ComponentState(Component.STORAGE, Condition.ATTENTION, "low", amount=free)
    return ComponentState(Component.STORAGE, Condition.OK, "room", amount=free)


def _link(services: Services) -> ComponentState:
    if services.link is None:
        return ComponentState(Component.LINK, Condition.ATTENTION, "none")
    fault = services.link.state.fault
    if fault is None:
        return ComponentState(Component.LINK, Condition.OK, "up")
    if type(fault) is LinkFault:  # no network, which needs nobody's attention at a desk but the officer's
        return ComponentState(Component.LINK, Condition.ATTENTION, "down")
    return _faulty(Component.LINK, fault)


def _battery(reading: BatteryReading | None) -> ComponentState:
    if reading is None:
        return ComponentState(Component.BATTERY, Condition.UNKNOWN, "none")
    charging = "charging" if reading.charging else "charge"
    if reading.charging or reading.percent >= BATTERY_SHIFT:
        return ComponentState(Component.BATTERY, Condition.OK, charging, amount=reading.percent)
    if reading.percent >= BATTERY_LOW:
        return ComponentState(Component.BATTERY, Condition.ATTENTION, "short", amount=reading.percent)
    return ComponentState(Component.BATTERY, Condition.FAULT, "low", amount=reading.percent)


def _signals(around: Surroundings) -> tuple[ComponentState, ...]:
    """Return the states of sound, lamp and vibration, which only the officer can perceive."""
    signals = (Component.SOUND, Component.LAMP, Component.VIBRATION)
    if around.panel_fault is not None:
        fault = around.panel_fault
        return tuple(_faulty(component, fault) for component in signals)
    asked = tuple(ComponentState(component, Condition.UNKNOWN, "asked") for component in signals)
    if around.muted:
        return (ComponentState(Component.SOUND, Condition.ATTENTION, "muted"), *asked[1:])
    return asked


def _faulty(component: Component, fault: Fault) -> ComponentState:
    return ComponentState(component, Condition.FAULT, "fault", fault=Notice.of(fault))


def _stepped(age_s: float) -> float:
    """Return an age in whole steps: without another cause the screen is drawn again once in AGE_STEP_S."""
    return age_s // AGE_STEP_S * AGE_STEP_S

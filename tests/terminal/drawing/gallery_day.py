"""Screens of a day besides checks, to look at and to test with."""

from __future__ import annotations

from dataclasses import replace

from terminal.device_ports import Heard
from terminal.errors import CameraFault, LinkExpired, PanelFault
from terminal.journal.notes import SpokenNote
from terminal.model import Outcome, Plate
from terminal.screens.diagnostics import Diagnostics, Fact
from terminal.screens.open_alarm import OpenAlarm
from terminal.screens.self_test import Component, ComponentState, Condition, SelfTest
from terminal.screens.settings import DeviceSettings, Setting, SettingsScreen
from terminal.screens.shift import HandedOver, LogEntry, ShiftEnd, ShiftLog
from terminal.screens.sign_in import SignIn, SignInRefusal
from terminal.screens.state import Shown
from terminal.screens.values import Logged, SignedInOfficer
from terminal.screens.voice import VoiceNote
from tests.terminal.screens.builders import BUSY, FRESH, LABORATORY, NOON_S, ONLINE, notice

BEFORE, NOW = SignedInOfficer("000001", "王小明"), SignedInOfficer("000002", "李明")
COUNTED = ((Outcome.PASS, 41), (Outcome.CAUTION, 6), (Outcome.ALARM, 5))


def state(
    component: Component,
    condition: Condition,
    finding: str,
    *,
    age_s: float | None = None,
    amount: int = 0,
) -> ComponentState:
    """Return the state of a component."""
    return ComponentState(component, condition, finding, age_s, amount)


IN_ORDER = (
    state(Component.CLOCK, Condition.OK, "set"),
    state(Component.TRUST, Condition.OK, "fresh", age_s=5400),
    state(Component.OFFLINE, Condition.OK, "fresh", age_s=172_800),
    state(Component.HOTLIST, Condition.OK, "fresh", age_s=240),
    state(Component.CAMERA, Condition.OK, "live"),
    state(Component.STORAGE, Condition.OK, "room", amount=21_400),
    state(Component.LINK, Condition.OK, "up"),
    state(Component.BATTERY, Condition.OK, "charge", amount=97),
    *(
        state(component, Condition.UNKNOWN, "asked")
        for component in (Component.SOUND, Component.LAMP, Component.VIBRATION)
    ),
)
LIMITED = (
    state(Component.CLOCK, Condition.ATTENTION, "unsure"),
    state(Component.TRUST, Condition.ATTENTION, "aged", age_s=260_000),
    state(Component.OFFLINE, Condition.UNKNOWN, "undated"),
    state(Component.HOTLIST, Condition.ATTENTION, "silent", age_s=10_800),
    state(Component.CAMERA, Condition.UNKNOWN, "waiting"),
    state(Component.STORAGE, Condition.ATTENTION, "low", amount=640),
    state(Component.LINK, Condition.ATTENTION, "down"),
    state(Component.BATTERY, Condition.ATTENTION, "short", amount=41),
    state(Component.SOUND, Condition.ATTENTION, "muted"),
    *(state(component, Condition.UNKNOWN, "asked") for component in (Component.LAMP, Component.VIBRATION)),
)


def faulty(component: Component, fault: type[CameraFault | LinkExpired | PanelFault]) -> ComponentState:
    """Return the state of a component that has a fault."""
    return ComponentState(component, Condition.FAULT, "fault", fault=notice(fault))


BROKEN = (
    state(Component.CLOCK, Condition.ATTENTION, "unsure"),
    state(Component.TRUST, Condition.FAULT, "stale", age_s=900_000),
    state(Component.OFFLINE, Condition.ATTENTION, "none"),
    state(Component.HOTLIST, Condition.ATTENTION, "incomplete"),
    faulty(Component.CAMERA, CameraFault),
    state(Component.STORAGE, Condition.FAULT, "full"),
    faulty(Component.LINK, LinkExpired),
    state(Component.BATTERY, Condition.FAULT, "low", amount=9),
    *(faulty(component, PanelFault) for component in (Component.SOUND, Component.LAMP, Component.VIBRATION)),
)
ANSWERED = ((Component.SOUND, True), (Component.LAMP, True), (Component.VIBRATION, False))
ALL_PERCEIVED = tuple((component, True) for component, _ in ANSWERED)
OPEN_ALARMS = tuple(
    OpenAlarm(Plate(number, "02"), (300 - place,), NOON_S - 900.0 * place, letters)
    for place, (number, letters) in enumerate(
        (("苏A12345", "C"), ("粤B7Q881", "N"), ("沪C0042K", None), ("浙A99999", "J"))
    )
)
"""Alarms without a result, newest first."""
ALARMED = Logged(300, NOON_S, Plate("苏A12345", "02"), Outcome.ALARM)
FACTS = (
    Fact("version", "roadside 0.1.0 · Python 3.11.2"),
    Fact("system", "Linux 6.6.31+rpt-rpi-v8 aarch64"),
    Fact("identity", "T0001 · 1 · 苏 苏A01 jiangsu"),
    Fact("certificate", "TLS 2027-02-24"),
    Fact("trust", "412 · 2026-11-22 10:05 · fresh · rules 0"),
    Fact("keys", "31 issuers, 2027-03-01 · enforcement 7, 8"),
    Fact("offline", "苏 20261120"),
    Fact("hotlist", "苏 3/20417 · 30 of 31 complete"),
    Fact("link", "up · broker.example.cn:8883"),
    Fact("queues", "12 records · 3 files"),
    Fact("storage", "31% of 31.9 GB"),
    Fact("camera", "pi 1280x720 30/s · live, 41200 frames"),
    Fact("clock", "2026-11-22 15:06 · trusted"),
    Fact("faults", "N01@14:31 H02@09:12 T03@08:02"),
    Fact("uptime", "0 d 07:02:41"),
)


def day_screens() -> dict[str, Shown]:
    """Return the screens, each in every state that looks different."""
    test = SelfTest(LABORATORY, IN_ORDER)
    entry = LogEntry(ONLINE, ALARMED, ShiftLog(ONLINE, (ALARMED,), told=True))
    end = ShiftEnd(ONLINE, counts=COUNTED, unuploaded=12, open=OPEN_ALARMS)
    settings = SettingsScreen(LABORATORY, DeviceSettings())
    silent = DeviceSettings(brightness=2, volume="off", vibration=False, theme="night")
    voice = VoiceNote(ONLINE, entry, Heard(7.4, 0.63))
    successor = SignIn("000002", officer=BEFORE, handover=True, status=ONLINE)
    return {
        "selftest": test,
        "selftest_perceived": replace(test, answers=ALL_PERCEIVED, on_duty=True),
        "selftest_missing": replace(test, answers=ANSWERED),
        "selftest_limited": replace(test, states=LIMITED, status=replace(FRESH, online=False)),
        "selftest_broken": replace(test, states=BROKEN, status=BUSY),
        "selftest_begun": SelfTest(FRESH),
        "settings": settings,
        "settings_silent": replace(settings, settings=silent, marked=Setting.VOLUME, status=BUSY),
        "settings_begun": replace(settings, settings=None),
        "diagnostics": Diagnostics(ONLINE, FACTS),
        "diagnostics_second": Diagnostics(LABORATORY, FACTS, 1),
        "voice": voice,
        "voice_silent": replace(voice, heard=Heard(3.0, 0.0), status=BUSY),
        "voice_saving": replace(voice, kept=True),
        "note_spoken": replace(entry, logged=replace(ALARMED, acts=(SpokenNote(12),)), noted=True),
        "end_open": replace(end, open=OPEN_ALARMS[:1]),
        "end_open_many": end,
        "end_why": replace(end, asking=True),
        "handover_open": replace(end, handover=True, open=OPEN_ALARMS[:2]),
        "handed_over": HandedOver(ONLINE, BEFORE, NOW, OPEN_ALARMS[:2], 12),
        "handed_over_clear": HandedOver(LABORATORY, BEFORE, NOW),
        "sign_in_successor": successor,
        "sign_in_same": replace(successor, number="000001", refusal=SignInRefusal.SAME_OFFICER),
    }


DAY_ENGLISH = (
    *("selftest", "selftest_limited", "selftest_broken", "settings", "settings_silent", "diagnostics"),
    *("diagnostics_second", "voice", "end_open_many", "end_why", "handover_open", "handed_over"),
    *("sign_in_successor", "sign_in_same"),
)
DAY_NIGHT = ("selftest_limited", "settings", "voice", "handed_over")

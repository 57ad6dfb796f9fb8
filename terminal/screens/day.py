"""Unions of a day's screens besides checks and the shift: their touches, events and effects."""

from __future__ import annotations

from typing import TypeAlias

from terminal.screens.diagnostics import Diagnostics, DiagnosticsTold, LoadDiagnostics
from terminal.screens.self_test import RunSelfTest, SelfTest, SelfTested, SignalAnswered
from terminal.screens.settings import (
    ChangeSettings,
    LoadSettings,
    SettingPicked,
    SettingsScreen,
    SettingsTold,
)
from terminal.screens.voice import ClipHeard, DropClip, KeepClip, StartClip, VoiceNote, VoiceWanted

DayScreen: TypeAlias = SelfTest | SettingsScreen | Diagnostics | VoiceNote
DayTouch: TypeAlias = SignalAnswered | SettingPicked | VoiceWanted
DayEvent: TypeAlias = DayTouch | SelfTested | SettingsTold | DiagnosticsTold | ClipHeard
DayEffect: TypeAlias = (
    RunSelfTest | LoadSettings | ChangeSettings | LoadDiagnostics | StartClip | KeepClip | DropClip
)

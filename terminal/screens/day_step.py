"""Transitions of the self-test, the settings, the diagnostics and a spoken note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.ports import Button
from terminal.screens import shift_step
from terminal.screens.check import Ready
from terminal.screens.diagnostics import Diagnostics, DiagnosticsTold, LoadDiagnostics
from terminal.screens.events import StopSignal
from terminal.screens.self_test import PERCEIVED, RunSelfTest, SelfTest, SelfTested, SignalAnswered
from terminal.screens.settings import (
    CHOICES,
    ChangeSettings,
    Setting,
    SettingPicked,
    SettingsScreen,
    SettingsTold,
)
from terminal.screens.shift import LogEntry, Menu, ShiftOver
from terminal.screens.sign_in import OpenSignIn
from terminal.screens.voice import ClipHeard, DropClip, KeepClip, StartClip, VoiceNote, VoiceWanted

if TYPE_CHECKING:
    from terminal.model import RecordedCheck
    from terminal.screens.day import DayEvent, DayScreen
    from terminal.screens.self_test import Component
    from terminal.screens.state import Screen, Transition


def step(screen: Screen, event: DayEvent) -> Transition:
    """Handle a touch, or the answer to an effect."""
    match screen, event:
        case SettingsScreen(), SettingPicked():
            return _picked(screen, event)
        case LogEntry(), VoiceWanted():
            return VoiceNote(screen.status, screen, seen=screen.seen), (StartClip(),)
        case VoiceNote(kept=False), ClipHeard(heard):
            return _heard(replace(screen, heard=heard))
        case _:
            return _told(screen, event), ()


def _told(screen: Screen, event: DayEvent) -> Screen:
    """Show what was told or answered."""
    match screen, event:
        case SelfTest(), SelfTested(states):
            return replace(screen, states=states)
        case SelfTest(), SignalAnswered(component) if component in PERCEIVED:
            return _perceived(screen, component)
        case SettingsScreen(), SettingsTold(settings):
            return replace(screen, settings=settings)
        case Diagnostics(), DiagnosticsTold(facts):
            told = replace(screen, facts=facts)
            return replace(told, page=min(screen.page, told.pages - 1))
        case _:
            return screen


def pressed(screen: DayScreen, button: Button) -> Transition:
    """Handle a button. Pure and total."""
    match screen:
        case SelfTest():
            return _pressed_at_self_test(screen, button)
        case SettingsScreen():
            return _pressed_at_settings(screen, button)
        case Diagnostics():
            return _pressed_at_diagnostics(screen, button)
        case VoiceNote():
            return _pressed_at_voice_note(screen, button)
        case _:
            assert_never(screen)


def _perceived(screen: SelfTest, component: Component) -> SelfTest:
    """Answer that a signal was perceived; at the next touch, that it was not."""
    answers = dict(screen.answers)
    answers[component] = not answers.get(component, False)
    return replace(screen, answers=tuple(answers.items()))


def _pressed_at_self_test(screen: SelfTest, button: Button) -> Transition:
    match button:
        case Button.CONFIRM if screen.on_duty:
            return Ready(screen.status, screen.seen), (StopSignal(),)
        case Button.CONFIRM:
            return screen, (StopSignal(), OpenSignIn())
        case Button.TRIGGER:
            return replace(screen, answers=()), (RunSelfTest(),)
        case Button.BACK if screen.on_duty:
            return Menu(screen.status, screen.seen), (StopSignal(),)
        case Button.BACK:
            return ShiftOver(screen.status, seen=screen.seen), (StopSignal(),)
        case _:
            assert_never(button)


def _picked(screen: SettingsScreen, picked: SettingPicked) -> Transition:
    """Change a setting to the value that was touched, and mark its row."""
    choices = CHOICES[picked.setting]
    if screen.settings is None or not 0 <= picked.place < len(choices):
        return screen, ()
    wanted = screen.settings.with_value(picked.setting, choices[picked.place])
    return replace(screen, marked=picked.setting), (ChangeSettings(wanted),)


def _pressed_at_settings(screen: SettingsScreen, button: Button) -> Transition:
    match button:
        case Button.TRIGGER:
            settings = tuple(Setting)
            place = settings.index(screen.marked)
            return replace(screen, marked=settings[(place + 1) % len(settings)]), ()
        case Button.CONFIRM if screen.settings is not None:
            return screen, (ChangeSettings(screen.settings.following(screen.marked)),)
        case Button.CONFIRM:
            return screen, ()
        case Button.BACK:
            return Menu(screen.status, screen.seen), (StopSignal(),)
        case _:
            assert_never(button)


def _pressed_at_diagnostics(screen: Diagnostics, button: Button) -> Transition:
    match button:
        case Button.CONFIRM:
            return replace(screen, page=(screen.page + 1) % screen.pages), (LoadDiagnostics(),)
        case Button.BACK:
            return Menu(screen.status, screen.seen), ()
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen), ()
        case _:
            assert_never(button)


def _heard(screen: VoiceNote) -> Transition:
    """Keep the clip once it has its greatest length."""
    return _kept(screen) if screen.is_full else (screen, ())


def _kept(screen: VoiceNote) -> Transition:
    return replace(screen, kept=True), (KeepClip(screen.entry.logged.seq),)


def _pressed_at_voice_note(screen: VoiceNote, button: Button) -> Transition:
    match button:
        case Button.CONFIRM:
            return (screen, ()) if screen.kept else _kept(screen)
        case Button.BACK:
            return entry_of(screen), (DropClip(),)
        case Button.TRIGGER:
            return Ready(screen.status, screen.seen), (DropClip(),)
        case _:
            assert_never(button)


def refined(screen: VoiceNote, judged: RecordedCheck, seq: int) -> Transition:
    """Apply a refined verdict to the check behind a spoken note."""
    behind, _ = shift_step.refined(screen.entry, judged, seq)
    return (replace(screen, entry=behind) if isinstance(behind, LogEntry) else screen), ()


def entry_of(screen: VoiceNote) -> LogEntry:
    """Return the check that the spoken note belongs to, with the bar of now."""
    return replace(screen.entry, status=screen.status, seen=screen.seen)

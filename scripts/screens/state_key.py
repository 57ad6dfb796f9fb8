"""Distinguish the states of the state diagram by no more than what decides where an event leads.

Of a check that is what its verdict rests on, not its numbers and times; of a text, if there is one. Without
this the walk would meet each screen once for every pair of checks that look alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from scripts.screens.state_names import name
from terminal.screens.alarm_case import CarCheck, CaseField, CaseForm, CasePick, CaseText, RadioCard, VinCheck
from terminal.screens.check import KindChoice, PlateEntry, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import SealedReasons, SealedView, offered
from terminal.screens.self_test import SelfTest
from terminal.screens.shift import LogEntry, ShiftEnd, Uploading
from terminal.screens.sign_in import SignIn
from terminal.screens.state import FaultScreen, subject_of
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote

if TYPE_CHECKING:
    from collections.abc import Hashable

    from terminal.journal.notes import AlarmResult
    from terminal.model import RecordedCheck
    from terminal.screens.alarm_case import CaseScreen
    from terminal.screens.sealed import SealedScreen
    from terminal.screens.sign_in import SignInScreen
    from terminal.screens.state import Screen
    from terminal.screens.ui import Ui


def key(ui: Ui) -> Hashable:
    """Return what distinguishes a state. Below a sign-in screen and a case lies a screen that returns as it
    was, of which only the name counts.
    """
    gate, case = ui.session.gate, ui.life.case
    if gate is not None:
        return name(ui.below), _gate(gate), ui.session.officer is None
    below = (_screen(ui.below), _old(ui.below)) if case is None else name(ui.below)
    return below, _check(ui.up), None if case is None else _case(case)


def _old(screen: Screen) -> bool:
    """Return True if the check that the screen is about is so old that its verdict may be hidden."""
    about, status = subject_of(screen), screen.status
    return about is not None and status.clock.monotonic_s - about.as_of_s > status.limits.hides_s


def _check(one: RecordedCheck | None) -> Hashable:
    if one is None:
        return None
    verdict = one.verdict
    found = verdict.finding.finding, verdict.status.finding, verdict.outcome
    known = one.plate is None, one.text is None, one.entry.vin is None
    return found, verdict.subject, known, one.lookup, bool(one.fits)


def _screen(screen: Screen) -> Hashable:
    found: Hashable
    match screen:
        case Result():
            found = (*_result(screen), screen.hidden, screen.returned)
        case PlateEntry():
            found = bool(screen.number), screen.advice, screen.purpose, _check(screen.after)
        case KindChoice():
            kinds = len(screen.kinds), len(screen.found), screen.listing
            found = kinds, screen.purpose, _check(screen.after)
        case VinEntry(back=back):
            before = _result(back) if isinstance(back, Result) else _screen(back)
            found = bool(screen.vin), screen.advice, before
        case CodeChoice():
            found = screen.marked, screen.proven is None, _check(screen.after)
        case Comparison():
            found = screen.fits, _check(screen.judged)
        case LogEntry() | NoteChange() | VoiceNote() | SealedReasons() | SealedView():
            found = _noted(screen)
        case _:
            found = _of_shift(screen)
    return screen.__class__.__name__, found


def _result(screen: Result) -> tuple[Hashable, ...]:
    """Distinguish a verdict to which a screen leads back."""
    other = screen.other is not None, screen.has_other_code
    return Result, _check(screen.judged), other, screen.revealed, screen.details > 0, screen.reopened


def _noted(screen: LogEntry | NoteChange | VoiceNote | SealedScreen) -> Hashable:
    """Distinguish the screens of notes and of enforcement data by what the notes lead back to."""
    match screen:
        case LogEntry(back=back):
            from_result = _result(back) if isinstance(back, Result) else name(back)
            return offered(screen) is not None, from_result
        case VoiceNote(entry=entry, kept=kept):
            return kept, _screen(entry)
        case NoteChange(back=entry) | SealedReasons(back=entry) | SealedView(back=entry):
            return _screen(entry)
        case _:
            assert_never(screen)


def _of_shift(screen: Screen) -> Hashable:
    """Distinguish faults by what they lead back to, and the screens of the shift and the device."""
    match screen:
        case FaultScreen(back=Result() as back):
            return _result(back)
        case FaultScreen(back=back):
            return None if back is None else _screen(back)
        case ShiftEnd():
            counted = screen.counts is not None
            return screen.handover, counted, bool(screen.open), screen.asking
        case Uploading(ended=ended):
            return ended is None
        case SelfTest(on_duty=on_duty):
            return on_duty
        case _:
            return None


def _gate(gate: SignInScreen) -> Hashable:
    if not isinstance(gate, SignIn):
        return type(gate), gate.officer is None
    typed = len(gate.number), len(gate.pin), gate.entry
    asked = gate.checking, gate.officer is None, bool(gate.release), gate.handover
    return SignIn, typed, asked, gate.refusal, gate.released


def _case(case: CaseScreen) -> Hashable:
    """Distinguish the screens of a case. What it knows of the alarm counts on the card alone."""
    found: Hashable
    match case:
        case RadioCard(alarm=alarm):
            found = bool(alarm.fits), alarm.control
        case CarCheck(fits=fits):
            found = len(fits)
        case CasePick(wanted=wanted, marked=marked):
            kept = marked if wanted is CaseField.RESULT else marked is None
            found = wanted, kept, None if case.draft is None else _draft(case.draft)
        case CaseForm(draft=draft, marked=marked):
            found = marked, _draft(draft)
        case CaseText(draft=draft):
            found = bool(case.text), _draft(draft)
        case VinCheck():
            found = None
    return case.__class__.__name__, found


def _draft(draft: AlarmResult) -> Hashable:
    return draft.result, draft.reason is None, bool(draft.disposals)

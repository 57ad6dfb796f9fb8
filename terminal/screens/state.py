"""Screens are one function: `step(screen, event, now) -> (screen, effects)`; nothing here waits or draws.

A screen is a frozen value that holds only what it shows. What must be done is an effect, which the app
performs and answers with an event; so no verdict can be shown before its record is on disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias, assert_never

from terminal.model import Button, CredentialFinding, Outcome, Scan, Subject, Verdict

LINGER_S = 2.0
"""A code is still the same sighting until it was out of view this long."""
OTHER_CODE_S = 1.0
"""How long a second code is still said to be in view."""

LOOKED_UP_BY_CODE = frozenset(
    {CredentialFinding.CURRENT, CredentialFinding.PAST, CredentialFinding.WITHDRAWN}
)
"""Findings whose claims name the subject until the officer confirms it."""


class Camera(StrEnum):
    """What the camera does, as the officer is told."""

    LIVE = "live"
    STALLED = "stalled"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Notice:
    """A fault that is shown and does not stop the work: its code and the officer's text."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Status:
    """What the bar at the top of every screen says."""

    now_s: float = 0.0
    """Unix time."""
    clock_trusted: bool = True
    laboratory: bool = False
    """The trust set is a laboratory's."""
    trust_age_s: float | None = None
    trust_fresh: bool = True
    records: int = 0
    """Records of the journal that no receipt covers."""
    torch: bool = False
    camera: Camera = Camera.LIVE
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A code that is or was in view: its text, and when it was last seen (monotonic s)."""

    text: str
    last_s: float = field(compare=False)
    """No part of equality: it is not shown, and a screen is drawn anew only where it differs."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A check whose record is on disk: the code's text, the verdict, and the record's number."""

    text: str
    verdict: Verdict
    seq: int
    checked_s: float
    """Unix time of the check."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The live picture and a reticle: show a code."""

    status: Status = Status()
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict, with its ground."""

    status: Status
    judged: Judged
    seen: Sighting
    other: Sighting | None = None
    """Another code in view, which was not checked."""
    acknowledged: bool = True
    """False while an alarm waits for the officer."""

    @property
    def asks(self) -> bool:
        """Whether the one question is open: whether this is the vehicle."""
        verdict = self.judged.verdict
        return (
            self.acknowledged
            and verdict.subject is Subject.CODE
            and verdict.finding.finding in LOOKED_UP_BY_CODE
        )


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that kept a verdict from being shown; a press goes back to work."""

    status: Status
    notice: Notice
    seen: Sighting | None = None


Screen: TypeAlias = Ready | Result | Trouble


@dataclass(frozen=True, slots=True)
class Scanned:
    """A frame had a code in view."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, or its place on the screen, was pressed."""

    button: Button


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went by; `status` is what the bar says now."""

    status: Status


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check or its refinement is on disk and may be shown."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect could not be performed, so nothing of it may be shown."""

    notice: Notice


Event: TypeAlias = Scanned | Pressed | Tick | Recorded | Failed


@dataclass(frozen=True, slots=True)
class Check:
    """Verify this code, record the check, and answer with Recorded or Failed."""

    scan: Scan


@dataclass(frozen=True, slots=True)
class Confirm:
    """The officer says that this is the vehicle: record it, and answer with Recorded or Failed."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Play:
    """Sound, light and vibration of an outcome."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Quiet:
    """Sound, light and vibration off."""


@dataclass(frozen=True, slots=True)
class ToggleTorch:
    """Torch on or off."""


Effect: TypeAlias = Check | Confirm | Play | Quiet | ToggleTorch
Step: TypeAlias = tuple[Screen, tuple[Effect, ...]]


def step(screen: Screen, event: Event, now_s: float) -> Step:
    """The screen after `event` at monotonic time `now_s`, and what must be done. Pure and total."""
    match event:
        case Tick(status):
            return _ticked(screen, status, now_s), ()
        case Recorded(judged):
            return _recorded(screen, judged, now_s)
        case Failed() if isinstance(screen, Result) and not screen.acknowledged:
            return screen, ()  # an alarm, whose record is on disk, is not covered by a lesser trouble
        case Failed(notice):
            return Trouble(screen.status, notice, screen.seen), (Quiet(),)
        case Scanned(scan):
            return _scanned(screen, scan, now_s)
        case Pressed(button):
            return _pressed(screen, button)
        case _:
            assert_never(event)


def _ticked(screen: Screen, status: Status, now_s: float) -> Screen:
    if isinstance(screen, Result) and screen.other and now_s - screen.other.last_s > OTHER_CODE_S:
        return replace(screen, status=status, other=None)
    return replace(screen, status=status)


def _recorded(screen: Screen, judged: Judged, now_s: float) -> Step:
    outcome = judged.verdict.outcome
    before = screen.judged.verdict.outcome if isinstance(screen, Result) else None
    if isinstance(screen, Result):
        acknowledged = screen.acknowledged and (outcome is not Outcome.ALARM or before is Outcome.ALARM)
        shown = replace(screen, judged=judged, acknowledged=acknowledged)
    else:
        seen = screen.seen or Sighting(judged.text, now_s)
        shown = Result(screen.status, judged, seen, acknowledged=outcome is not Outcome.ALARM)
    return shown, () if outcome is before else (Play(outcome),)


def _scanned(screen: Screen, scan: Scan, now_s: float) -> Step:
    sighting = Sighting(scan.text, now_s)
    others = [text for text in (scan.text, *scan.others) if text != _text(screen)]
    match screen:
        case Ready(seen=seen) if seen and seen.text == scan.text and now_s - seen.last_s <= LINGER_S:
            return replace(screen, seen=sighting), ()
        case Ready():
            return replace(screen, seen=sighting), (Check(scan),)
        case Result():
            if screen.judged.text in (scan.text, *scan.others):
                screen = replace(screen, seen=replace(screen.seen, last_s=now_s))
            return replace(screen, other=Sighting(others[0], now_s) if others else screen.other), ()
        case Trouble(seen=seen) if seen and seen.text == scan.text:
            return replace(screen, seen=sighting), ()
        case Trouble():
            return screen, ()
        case _:
            assert_never(screen)


def _text(screen: Screen) -> str | None:
    return screen.judged.text if isinstance(screen, Result) else None


def _pressed(screen: Screen, button: Button) -> Step:
    match screen:
        case Ready():
            return _pressed_when_ready(screen, button)
        case Result(acknowledged=False):
            return (
                (replace(screen, acknowledged=True), (Quiet(),)) if button is Button.CONFIRM else (screen, ())
            )
        case Result() if button is Button.CONFIRM:
            return screen, (Confirm(screen.judged),) if screen.asks else ()
        case Result():
            return Ready(screen.status, screen.seen), (Quiet(),)
        case Trouble():
            return Ready(screen.status, None), ()
        case _:
            assert_never(screen)


def _pressed_when_ready(screen: Ready, button: Button) -> Step:
    match button:
        case Button.TRIGGER:
            return replace(screen, seen=None), ()
        case Button.BACK:
            return screen, (ToggleTorch(),)
        case Button.CONFIRM:
            return screen, ()
        case _:
            assert_never(button)

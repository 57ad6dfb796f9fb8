"""Scenario player: performs each action on the running app and waits for each expectation."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, assert_never

from terminal.drawing.draw import place_of
from terminal.journal.notes import END_REASONS, OPENING_REASONS, REMARKS, Action, Remark
from terminal.model import Fit, RecordedCheck
from terminal.ports import Button
from terminal.scenarios import script
from terminal.screens import offers, state
from terminal.screens.alarm_case import CarCheck, CaseForm, CasePick, CaseText, RadioCard, VinCheck
from terminal.screens.alarms import Alarm, BannerOpened
from terminal.screens.attention import BOUNCE_S, HOLD_S
from terminal.screens.check import DetailsWanted, KindChoice, Phase, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice, CodeChosen, OthersWanted
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.diagnostics import Diagnostics
from terminal.screens.entry import Erased, NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import KeyboardSwitched, Picked, Pressed, Typed
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import ReasonPicked, SealedReasons, SealedView
from terminal.screens.self_test import SelfTest
from terminal.screens.settings import SettingsScreen
from terminal.screens.shift import (
    EndReasonPicked,
    HandedOver,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Part,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
    Uploading,
)
from terminal.screens.sign_in import ENTER, Blocked, Locked, PadEntry, PadTouched, SignIn
from terminal.screens.values import CameraStatus, Sending
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote
from terminal.vehicle import plate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from terminal.app import App
    from terminal.drawing.draw import ScreenTouch
    from terminal.model import Verdict
    from terminal.screens.attention import ScreenView
    from terminal.services.frames import Timing

PATIENCE_S = 20.0
"""Longest real time that an expectation is waited for, s."""
LOOKS = 4
"""Frames to scan before "still ready" counts: one may be in progress and two in the inbox."""
PRESSES = 20
"""Number of times that a press is repeated if it did not count."""
TURN_S = 0.02


_OPENINGS: dict[str, ScreenTouch] = {
    "banner": BannerOpened(),
    "details": DetailsWanted(),
    "number": NumberWanted(),
    "partner": PartnerWanted(),
    "vin": VinWanted(),
}
"""Touches that open a part which is no row of the menu."""


class Stage(Protocol):
    """Operations of the simulated rig that a scenario uses."""

    def show(self, *pictures: Path) -> None:
        """Show photographs to the camera, one after another; without any, clear the view."""

    def press(self, button: Button) -> None:
        """Press and release a button."""

    def push(self, button: Button) -> None:
        """Press a button and keep it down."""

    def release(self, button: Button) -> None:
        """Release a button that was pushed."""

    def touch(self, x: int, y: int) -> None:
        """Touch the display at a pixel."""

    def shot(self, path: Path) -> None:
        """Save the display as PNG."""

    def stall(self, *, on: bool) -> None:
        """Stop or resume the frames."""

    def advance(self, seconds: float) -> None:
        """Advance the time."""

    def monotonic_s(self) -> float:
        """The app's monotonic time, s."""

    def set_clock(self, unix_s: float, *, trusted: bool) -> None:
        """Set the wall clock."""


@dataclass(slots=True)
class Player:
    """Plays one scenario; `failures` lists every expectation that was not met."""

    app: App
    stage: Stage
    shots: Path
    say: Callable[[str], None]
    failures: list[str] = field(default_factory=list)
    patience_s: float = PATIENCE_S
    _checks: set[int] = field(default_factory=set, init=False)
    """Record numbers of the checks whose results were expected."""
    _timing: Timing | None = field(default=None, init=False)
    """Durations that were told last: those of a check are told once."""

    def play(self, lines: Sequence[script.Line]) -> bool:
        """Play the lines; True if every expectation was met."""
        for line in lines:
            self._do(line)
        self.say(f"{len(self._checks)} checks, {len(self.failures)} expectations not met")
        return not self.failures

    def _do(self, line: script.Line) -> None:
        if not isinstance(line.deed, script.Wait | script.SetClock | script.Shot | script.Say):
            self._wake(line.deed)
        match line.deed:
            case script.Shot(name):
                self.stage.shot(self.shots / name)
            case script.Say(text):
                self.say(text)
            case script.Caption():
                pass  # a text of the manual
            case (
                script.ExpectResult()
                | script.ExpectReady()
                | script.ExpectScreen()
                | script.ExpectLink()
                | script.ExpectTrouble()
            ):
                self._expect(line.number, line.deed)
            case script.Show() | script.Wait() | script.SetClock() | script.SetCamera():
                self._change(line.deed)
            case _:
                self._act(line.number, line.deed)

    def _wake(self, deed: script.Deed) -> None:
        """Press the trigger if the terminal rests, unless that is what is expected."""
        if self.app.resting and deed != script.ExpectScreen("resting"):
            self.stage.press(Button.TRIGGER)
            self.app.run_once(TURN_S)

    def _act(self, number: int, deed: script.Press) -> None:
        """Press, hold or touch as the officer does."""
        match deed:
            case script.TypePlate(text):
                self._type(number, text)
            case script.PressButton(button):
                self._press(button)
            case script.HoldButton(button):
                self._hold(button)
            case script.EnterPin(officer, pin):
                self._sign_in(number, officer, pin)
            case script.Open(part):
                self._touch(number, _OPENINGS[part] if part in _OPENINGS else MenuTouched(Part(part)))
            case script.OpenCheck(row):
                self._open_check(number, row)
            case script.PickNote(word):
                known = Remark(word) if word in REMARKS else Action(word)
                self._touch(number, NotePicked(known))
            case script.Pick(kind):
                compared = isinstance(self.app.screen, Comparison) and kind is None
                self._touch(number, Fitted(Fit.UNSURE) if compared else Picked(kind))
            case script.Choose(place):
                self._choose(number, place)
            case _:
                assert_never(deed)

    def _open_check(self, number: int, row: int) -> None:
        listed = self.app.screen.log if isinstance(self.app.screen, ShiftLog) else ()
        self._touch(number, LogRowTouched(listed[row].seq if 0 <= row < len(listed) else 0))

    def _choose(self, number: int, place: int | None) -> None:
        if place is None:
            self._touch(number, OthersWanted())
        elif isinstance(self.app.screen, SealedReasons):
            self._touch(number, ReasonPicked("".join(OPENING_REASONS[place : place + 1])))
        elif isinstance(self.app.screen, ShiftEnd):
            self._touch(number, EndReasonPicked("".join(END_REASONS[place : place + 1])))
        elif isinstance(self.app.screen, Result):
            self._touch(number, NearPicked(offers.near(self.app.screen)[place]))
        else:
            self._touch(number, CodeChosen(place))

    def _change(self, deed: script.Change) -> None:
        """Change the terminal's environment and run the app once, so that it notices."""
        match deed:
            case script.Show(pictures):
                self.stage.show(*pictures)
                self._look()
            case script.Wait(seconds):
                self.stage.advance(seconds)
                self._look()
            case script.SetClock(unix_s, trusted):
                self.stage.set_clock(unix_s, trusted=trusted)
            case script.SetCamera(live):
                self.stage.stall(on=not live)
            case _:
                assert_never(deed)
        self.app.run_once(TURN_S)

    def _press(self, button: Button) -> None:
        """Press a button once it counts, and again if a change of the screen kept it from counting."""
        for _ in range(PRESSES):
            self._see(lambda: self.app.ui.keys)
            dropped = self.app.ui.dropped
            self.stage.press(button)
            self.app.run_once(TURN_S)
            if self.app.ui.hold is not None or self.app.ui.session.hold is not None:
                # a key that can be held acts once its contact has been open for long enough
                self.stage.advance(2 * BOUNCE_S)
                self.app.run_once(TURN_S)
            if self.app.ui.dropped == dropped or isinstance(self.app.screen, Alarm):
                return

    def _hold(self, button: Button) -> None:
        """Hold a button, and again if a change of the alarm on the screen ended the hold."""
        for _ in range(PRESSES):
            self._see(lambda: self.app.ui.keys)
            shown, heard = self.app.ui.up, self.app.ui.heard
            self.stage.push(button)
            self.app.run_once(TURN_S)
            self.stage.advance(HOLD_S)
            self.app.run_once(TURN_S)
            self.stage.release(button)
            self.app.run_once(TURN_S)
            if shown is None or self.app.ui.heard != heard:
                return

    def _sign_in(self, number: int, officer: str, pin: str) -> None:
        """Go to the pad from where nobody is signed in or the session is locked, and wait for the answer."""
        screen = self.app.screen
        if isinstance(screen, Locked):
            own = screen.officer.number == officer
            self._touch(number, Pressed(Button.CONFIRM if own else Button.BACK))
        elif isinstance(screen, ShiftOver) or (isinstance(screen, SelfTest) and not screen.on_duty):
            self._touch(number, Pressed(Button.CONFIRM))
        elif not isinstance(screen, SignIn):
            return  # an officer is signed in
        if isinstance(self.app.screen, SignIn) and self.app.screen.entry is PadEntry.NUMBER:
            self._enter(number, officer)
        self._enter(number, pin)
        self._until(lambda: not isinstance(self.app.screen, SignIn) or not self.app.screen.checking)

    def _enter(self, number: int, digits: str) -> None:
        for key in (*digits, ENTER):
            self._touch(number, PadTouched(key))

    def _see(self, sight: Callable[[], ScreenView]) -> None:
        """Let time pass until the screen has been shown for as long as a press requires."""
        self._until(lambda: sight().opens_s is not None)
        opens_s = sight().opens_s
        if opens_s is not None and opens_s > self.stage.monotonic_s():
            self.stage.advance(opens_s - self.stage.monotonic_s())
            self.app.run_once(TURN_S)

    def _expect(self, number: int, expected: script.Expectation) -> None:
        if isinstance(expected, script.ExpectReady):
            self._look()
        rests = expected == script.ExpectScreen("resting")
        met = self._until(lambda: self.app.resting if rests else _meets(self.app.screen, expected))
        found = "resting" if self.app.resting else _describe(self.app.screen)
        judged = _judged(self.app.screen)
        if judged is not None:
            self._checks.add(judged.seq)
        timing = self.app.timing
        if judged is not None and timing is not None and timing is not self._timing:
            self._timing = timing
            found += (
                f"  frame to verdict {timing.total_ms:.1f} ms"
                f" (decode {timing.decode_ms:.1f} ms, verify {timing.verify_us:.0f} us)"
            )
        if not met:
            self.failures.append(f"line {number}: expected {expected}, found {found}")
        self.say(("" if met else f"NOT AS EXPECTED (line {number}): ") + found)

    def _type(self, number: int, text: str) -> None:
        """Touch the keys of a plate number or VIN, switching the keyboard where needed."""
        while isinstance(self.app.screen, PlateEntry) and self.app.screen.number:
            self._touch(number, Erased())
        while isinstance(self.app.screen, VinEntry) and self.app.screen.vin:
            self._touch(number, Erased())
        for symbol in re.findall("|".join((*plate.WORDS, ".")), text):  # 应急 and 民航 are one key each
            if self._place(Typed(symbol)) is None:
                self._touch(number, KeyboardSwitched())
            self._touch(number, Typed(symbol))

    def _touch(self, number: int, wanted: ScreenTouch) -> None:
        self._see(lambda: self.app.ui.touches)
        place = self._place(wanted)
        if place is None:
            self.failures.append(f"line {number}: no touch target for {wanted}")
            return
        self.stage.touch(*place)
        self.app.run_once(TURN_S)

    def _place(self, wanted: ScreenTouch) -> tuple[int, int] | None:
        """Return a point whose touch produces the event."""
        return place_of(self.app.screen, wanted, self.app.style)

    def _look(self) -> None:
        """Let the app scan what is now in view, if the camera gives frames and does not rest."""
        goal = self.app.frames_seen + LOOKS
        self._until(
            lambda: (
                self.app.frames_seen >= goal
                or self.app.resting
                or self.app.screen.status.camera is not CameraStatus.LIVE
            )
        )

    def _until(self, met: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + self.patience_s
        while not met():
            if time.monotonic() > deadline:
                return False
            self.app.run_once(TURN_S)
        return True


def _judged(screen: state.Shown) -> RecordedCheck | None:
    """Return the check whose result or alarm is shown."""
    return screen.judged if isinstance(screen, Result | Alarm) else None


def _meets(screen: state.Shown, expected: script.Expectation) -> bool:
    match expected:
        case script.ExpectResult():
            judged = _judged(screen) if _name(screen) in (None, "alarmed") else None
            return judged is not None and _is_verdict(judged.verdict, expected)
        case script.ExpectReady():
            return isinstance(screen, Ready)
        case script.ExpectScreen(name, reason):
            judged = _judged(screen)
            agrees = reason is None or (judged is not None and judged.verdict.finding.reason is reason)
            named = _name(screen) == name or (name == "uploading" and _name(screen) == "uploaded")
            return agrees and named
        case script.ExpectLink(up):
            return screen.status.online is up
        case script.ExpectTrouble(code, as_notice):
            return code in _told(screen, as_notice=as_notice)
        case _:
            assert_never(expected)


def _is_verdict(verdict: Verdict, expected: script.ExpectResult) -> bool:
    return verdict.outcome is expected.outcome and expected.reason in (None, verdict.finding.reason)


def _told(screen: state.Shown, *, as_notice: bool) -> set[str]:
    """Return the codes of the notices, or of the fault shown in place of a verdict."""
    if as_notice:
        return {notice.code for notice in screen.status.notices}
    return {screen.notice.code} if isinstance(screen, state.FaultScreen) else set()


def _name(screen: state.Shown) -> str | None:
    """Return a screen's name in scenarios; None for a verdict, a fault and others without a name."""
    if isinstance(screen, Result):
        return _name_of_result(screen)
    if isinstance(screen, Uploading):
        return "uploaded" if screen.progress.state is Sending.DONE else "uploading"
    return _NAMES.get(type(screen))


def _name_of_result(screen: Result) -> str | None:
    if screen.details:
        return "details"
    if screen.reopened:
        return "reopened"
    if screen.phase is not Phase.VERDICT:
        return screen.phase
    return "hidden" if screen.hidden else None


_NAMES: dict[type, str] = {
    Alarm: "alarmed",
    Comparison: "comparison",
    Ready: "ready",
    CodeChoice: "codes",
    PlateEntry: "entry",
    VinEntry: "vin_entry",
    KindChoice: "kinds",
    Menu: "menu",
    ShiftLog: "log",
    LogEntry: "notes",
    NoteChange: "change",
    SealedReasons: "reasons",
    SealedView: "claims",
    ShiftEnd: "ending",
    ShiftOver: "over",
    SignIn: "pad",
    Locked: "locked",
    Blocked: "blocked",
    RadioCard: "card",
    CarCheck: "car",
    VinCheck: "vin",
    CasePick: "option",
    CaseForm: "form",
    CaseText: "text",
    SelfTest: "selftest",
    SettingsScreen: "settings",
    Diagnostics: "diagnostics",
    VoiceNote: "recording",
    HandedOver: "taken",
}


def _describe(screen: state.Shown) -> str:
    match screen:
        case Result(judged=judged) | Alarm(judged=judged):
            verdict = judged.verdict
            shown = _name(screen) if isinstance(screen, Result) else None
            return (
                f"{shown or verdict.outcome:<12} {verdict.finding.finding:<12} {verdict.finding.reason:<16}"
            )
        case state.FaultScreen(notice=notice):
            return f"trouble      {notice.code} {notice.en}"
        case KindChoice(kinds=kinds, listing=listing):
            return f"kinds        {' '.join(kinds)} ({listing})"
        case Uploading(progress=progress):
            return f"{_name(screen):<12} {progress.sent} of {progress.total} records"
        case Ready(status=status):
            notices = "".join(f" {notice.code} {notice.en}" for notice in status.notices)
            return f"ready        no verdict{notices}"
        case _:
            refusal = getattr(screen, "refusal", None)
            return (_name(screen) or type(screen).__name__) + (f" ({refusal})" if refusal else "")

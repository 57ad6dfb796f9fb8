"""Plays a scenario on the running app: every deed happens to real parts, every expectation is waited for."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Protocol, assert_never

from terminal import scenario
from terminal.model import Button
from terminal.screens import state
from terminal.screens.draw import event_at
from terminal.vehicle import plate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from terminal.app import App
    from terminal.model import Verdict

PATIENCE_S = 20.0
"""The longest real time that an expectation is waited for, unless told otherwise."""
LOOKS = 4
"""Frames to look at before "still ready" is believed: one may be in hand and two in the inbox."""
TURN_S = 0.02
STEP_PX = 16


class Stage(Protocol):
    """What a scenario can do to the world."""

    def show(self, *pictures: Path) -> None:
        """Put photographs before the camera, one after another; none clears the view."""

    def press(self, button: Button) -> None:
        """Press and let go."""

    def touch(self, x: int, y: int) -> None:
        """Touch the display at a pixel."""

    def shot(self, path: Path) -> None:
        """Keep what the display shows as PNG."""

    def stall(self, *, on: bool) -> None:
        """Stop the frames, or let them come."""

    def advance(self, seconds: float) -> None:
        """Let time go by."""

    def set_clock(self, unix_s: float, *, trusted: bool) -> None:
        """What the wall clock says from now on."""


@dataclass(slots=True)
class Player:
    """Plays one scenario; `failures` names every expectation that was not met."""

    app: App
    stage: Stage
    shots: Path
    say: Callable[[str], None]
    failures: list[str] = field(default_factory=list)
    patience_s: float = PATIENCE_S
    _checks: set[int] = field(default_factory=set, init=False)
    """The records of the checks whose results were expected."""

    def play(self, lines: Sequence[scenario.Line]) -> bool:
        """Whether every expectation was met."""
        for line in lines:
            self._do(line)
        self.say(f"{len(self._checks)} checks, {len(self.failures)} expectations not met")
        return not self.failures

    def _do(self, line: scenario.Line) -> None:
        match line.deed:
            case scenario.Shot(name):
                self.stage.shot(self.shots / name)
            case scenario.Say(text):
                self.say(text)
            case scenario.TypePlate(text):
                self._type(line.number, text)
            case scenario.Open(part):
                self._touch(line.number, state.Opened(state.Part(part)))
            case scenario.Pick(kind):
                self._touch(line.number, state.Picked(kind))
            case scenario.Choose(place):
                self._touch(line.number, state.OthersWanted() if place is None else state.CodeChosen(place))
            case (
                scenario.ExpectResult()
                | scenario.ExpectReady()
                | scenario.ExpectScreen()
                | scenario.ExpectLink()
                | scenario.ExpectTrouble()
            ):
                self._expect(line.number, line.deed)
            case _:
                self._change(line.deed)

    def _change(self, deed: scenario.Change) -> None:
        """Change what surrounds the terminal, and let it notice."""
        match deed:
            case scenario.Show(pictures):
                self.stage.show(*pictures)
                self._look()
            case scenario.Wait(seconds):
                self.stage.advance(seconds)
                self._look()
            case scenario.PressButton(button):
                self.stage.press(button)
            case scenario.SetClock(unix_s, trusted):
                self.stage.set_clock(unix_s, trusted=trusted)
            case scenario.SetCamera(live):
                self.stage.stall(on=not live)
            case _:
                assert_never(deed)
        self.app.turn(TURN_S)

    def _expect(self, number: int, expected: scenario.Expectation) -> None:
        if isinstance(expected, scenario.ExpectReady):
            self._look()
        met = self._until(lambda: _meets(self.app.screen, expected))
        found = _describe(self.app.screen)
        if isinstance(self.app.screen, state.Result):
            self._checks.add(self.app.screen.judged.seq)
        if isinstance(self.app.screen, state.Result) and self.app.timing is not None:
            timing = self.app.timing
            found += (
                f"  frame to verdict {timing.total_ms:.1f} ms"
                f" (decode {timing.decode_ms:.1f} ms, verify {timing.verify_us:.0f} us)"
            )
            self.app.timing = None
        if not met:
            self.failures.append(f"line {number}: expected {expected}, found {found}")
        self.say(("" if met else f"NOT AS EXPECTED (line {number}): ") + found)

    def _type(self, number: int, text: str) -> None:
        """Touch the keys of a plate, turning to the other keys where one is not shown."""
        while isinstance(self.app.screen, state.PlateEntry) and self.app.screen.number:
            self.stage.press(Button.BACK)
            self.app.turn(TURN_S)
        for symbol in _symbols(text):
            if self._place(state.Typed(symbol)) is None:
                self._touch(number, state.Turned())
            self._touch(number, state.Typed(symbol))

    def _touch(self, number: int, wanted: state.Event) -> None:
        place = self._place(wanted)
        if place is None:
            self.failures.append(f"line {number}: nowhere to touch for {wanted}")
            return
        self.stage.touch(*place)
        self.app.turn(TURN_S)

    def _place(self, wanted: state.Event) -> tuple[int, int] | None:
        """A place on the screen whose touch is the event; targets are larger than the steps."""
        width, height = self.app.size
        places = product(range(STEP_PX // 2, width, STEP_PX), range(STEP_PX // 2, height, STEP_PX))
        return next((at for at in places if event_at(self.app.screen, at, (width, height)) == wanted), None)

    def _look(self) -> None:
        """Let the app look at what is now in view, where frames come at all."""
        goal = self.app.frames_seen + LOOKS
        self._until(
            lambda: self.app.frames_seen >= goal or self.app.screen.status.camera is not state.Camera.LIVE
        )

    def _until(self, met: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + self.patience_s
        while not met():
            if time.monotonic() > deadline:
                return False
            self.app.turn(TURN_S)
        return True


def _symbols(text: str) -> list[str]:
    """A number as its keys: 应急 and 民航 are one each."""
    return re.findall("|".join((*plate.WORDS, ".")), text)


def _meets(screen: state.Screen, expected: scenario.Expectation) -> bool:
    match expected:
        case scenario.ExpectResult():
            return isinstance(screen, state.Result) and _is_verdict(screen.judged.verdict, expected)
        case scenario.ExpectReady():
            return isinstance(screen, state.Ready)
        case scenario.ExpectScreen(name):
            return _name(screen) == name or (name == "uploading" and _name(screen) == "uploaded")
        case scenario.ExpectLink(up):
            return screen.status.online is up
        case scenario.ExpectTrouble(code, as_notice):
            return code in _told(screen, as_notice=as_notice)
        case _:
            assert_never(expected)


def _is_verdict(verdict: Verdict, expected: scenario.ExpectResult) -> bool:
    return verdict.outcome is expected.outcome and expected.reason in (None, verdict.finding.reason)


def _told(screen: state.Screen, *, as_notice: bool) -> set[str]:
    """The codes of the faults beside the work, or of the fault that is shown in place of a verdict."""
    if as_notice:
        return {notice.code for notice in screen.status.notices}
    return {screen.notice.code} if isinstance(screen, state.Trouble) else set()


def _name(screen: state.Screen) -> str | None:
    """A screen's word in scenarios; None for a result, a fault and what scenarios do not name."""
    if isinstance(screen, state.Uploading):
        return "uploaded" if screen.progress.state is state.Sending.DONE else "uploading"
    return _NAMES.get(type(screen))


_NAMES: dict[type, str] = {
    state.Ready: "ready",
    state.CodeChoice: "codes",
    state.PlateEntry: "entry",
    state.KindChoice: "kinds",
    state.Menu: "menu",
    state.ShiftLog: "log",
    state.ShiftEnd: "ending",
    state.ShiftOver: "over",
}


def _describe(screen: state.Screen) -> str:
    match screen:
        case state.Result(judged=judged):
            verdict = judged.verdict
            return f"{verdict.outcome:<12} {verdict.finding.finding:<12} {verdict.finding.reason:<16}"
        case state.Trouble(notice=notice):
            return f"trouble      {notice.code} {notice.en}"
        case state.KindChoice(kinds=kinds, listing=listing):
            return f"kinds        {' '.join(kinds)} ({listing})"
        case state.Uploading(progress=progress):
            return f"{_name(screen):<12} {progress.sent} of {progress.total} records"
        case state.Ready(status=status):
            notices = "".join(f" {notice.code} {notice.en}" for notice in status.notices)
            return f"ready        no verdict{notices}"
        case _:
            return _name(screen) or type(screen).__name__

"""Plays a scenario on the running app: every deed happens to real parts, every expectation is waited for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, assert_never

from terminal import scenario
from terminal.screens import state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from terminal.app import App
    from terminal.model import Button

PATIENCE_S = 20.0
"""The longest real time that an expectation is waited for, unless told otherwise."""
LOOKS = 4
"""Frames to look at before "still ready" is believed: one may be in hand and two in the inbox."""
TURN_S = 0.02


class Stage(Protocol):
    """What a scenario can do to the world."""

    def show(self, *pictures: Path) -> None:
        """Put photographs before the camera, one after another; none clears the view."""

    def press(self, button: Button) -> None:
        """Press and let go."""

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
    checks: int = 0
    patience_s: float = PATIENCE_S

    def play(self, lines: Sequence[scenario.Line]) -> bool:
        """Whether every expectation was met."""
        for line in lines:
            self._do(line)
        self.say(f"{self.checks} checks, {len(self.failures)} expectations not met")
        return not self.failures

    def _do(self, line: scenario.Line) -> None:
        match line.deed:
            case scenario.Show(pictures):
                self.stage.show(*pictures)
                self._look()
            case scenario.PressButton(button):
                self.stage.press(button)
                self.app.turn(TURN_S)
            case scenario.Wait(seconds):
                self.stage.advance(seconds)
                self._look()
            case scenario.SetClock(unix_s, trusted):
                self.stage.set_clock(unix_s, trusted=trusted)
                self.app.turn(TURN_S)
            case scenario.SetCamera(live):
                self.stage.stall(on=not live)
            case scenario.Shot(name):
                self.stage.shot(self.shots / name)
            case scenario.Say(text):
                self.say(text)
            case scenario.ExpectResult() | scenario.ExpectReady() | scenario.ExpectTrouble():
                self._expect(line.number, line.deed)
            case _:
                assert_never(line.deed)

    def _expect(
        self, number: int, expected: scenario.ExpectResult | scenario.ExpectReady | scenario.ExpectTrouble
    ) -> None:
        if isinstance(expected, scenario.ExpectReady):
            self._look()
        met = self._until(lambda: _meets(self.app.screen, expected))
        found = _describe(self.app.screen)
        if isinstance(self.app.screen, state.Result) and self.app.timing is not None:
            self.checks += 1
            timing = self.app.timing
            found += (
                f"  frame to verdict {timing.total_ms:.1f} ms"
                f" (decode {timing.decode_ms:.1f} ms, verify {timing.verify_us:.0f} us)"
            )
            self.app.timing = None
        if not met:
            self.failures.append(f"line {number}: expected {expected}, found {found}")
        self.say(("" if met else f"NOT AS EXPECTED (line {number}): ") + found)

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


def _meets(
    screen: state.Screen, expected: scenario.ExpectResult | scenario.ExpectReady | scenario.ExpectTrouble
) -> bool:
    match expected:
        case scenario.ExpectResult(outcome, reason):
            if not isinstance(screen, state.Result):
                return False
            verdict = screen.judged.verdict
            return verdict.outcome is outcome and reason in (None, verdict.finding.reason)
        case scenario.ExpectReady():
            return isinstance(screen, state.Ready)
        case scenario.ExpectTrouble(code, as_notice=True):
            return code in (notice.code for notice in screen.status.notices)
        case scenario.ExpectTrouble(code):
            return isinstance(screen, state.Trouble) and screen.notice.code == code
        case _:
            assert_never(expected)


def _describe(screen: state.Screen) -> str:
    match screen:
        case state.Result(judged=judged):
            verdict = judged.verdict
            return f"{verdict.outcome:<12} {verdict.finding.finding:<12} {verdict.finding.reason:<16}"
        case state.Trouble(notice=notice):
            return f"trouble      {notice.code} {notice.en}"
        case state.Ready(status=status):
            notices = "".join(f" {notice.code} {notice.en}" for notice in status.notices)
            return f"ready        no verdict{notices}"
        case _:
            assert_never(screen)

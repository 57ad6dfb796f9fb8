"""The main loop: one inbox, one owner of the screens' state; effects are performed here.

Each message becomes an event, `screens.ui.advance` computes the next screen and its effects, and the services
carry those out and answer with further events. A bug ends the process, and the service manager restarts it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.drawing.draw import draw
from terminal.drawing.presenter import Presenter
from terminal.errors import CameraFault, CameraStalled, Fault, PanelFault, Restarted
from terminal.inbox import CameraFailed, FrameScanned, FromRegistry, Inbox, InboxMessage, TorchRequested
from terminal.ports import Incoming, KeyEdge
from terminal.scanner import Scanner
from terminal.screens import state
from terminal.screens.alarm_case import AlarmsTold
from terminal.screens.attention import Drawn, KeyDown, KeyUp
from terminal.screens.check import Ready
from terminal.screens.choice import CodeChoice, Identified, Identify
from terminal.screens.day import DayEffect
from terminal.screens.events import (
    CheckCode,
    Click,
    Effect,
    PlaySignal,
    RepeatSignal,
    Scanned,
    StopSignal,
    Tick,
    ToggleTorch,
)
from terminal.screens.looking import Unread
from terminal.screens.self_test import SelfTest
from terminal.screens.session import UiSession
from terminal.screens.shift import ShiftOver, Uploading, UploadTold
from terminal.screens.sign_in import Locked
from terminal.screens.ui import Ui, advance
from terminal.screens.values import ClockStatus, Notice, Status, TrustStatus
from terminal.screens.voice import VoiceNote
from terminal.services.device_settings import KeptSettings, defaults
from terminal.services.equipment import Equipment
from terminal.services.frames import FramesInHand
from terminal.services.resting import Resting, needs_display, unseen
from terminal.services.signal_player import Signalling
from terminal.services.status import status_of
from terminal.services.torch_switch import TorchSwitch

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable

    from terminal.config import Config
    from terminal.drawing.draw import Style
    from terminal.ports import Rig
    from terminal.screens.events import ScreenEvent
    from terminal.screens.sign_in import SignInEvent
    from terminal.screens.ui import UiEvent
    from terminal.services.frames import Timing
    from terminal.services.services import Services

TURN_S = 0.25
"""Longest wait for a message in one round of the loop."""
SCANNER_STILL_S = 5.0
"""If the scanner loop has not iterated for this long, treat it as hung and stop feeding the watchdog."""
HALT_S = 5.0
"""Longest time that a fault is shown which keeps the app from starting; then the process ends.
Keep this below WatchdogSec: the watchdog is not fed while the fault is shown.
"""


class App:
    """The running terminal: `start` once, `run_once` for each round of the loop, `stop` once."""

    def __init__(self, rig: Rig, services: Services, style: Style, config: Config) -> None:
        """Work on `rig`. Settings kept on the device replace language and theme of `style`."""
        self.services = services
        officer = services.session.officer  # of a shift that goes on after a restart
        session = UiSession(officer, Locked(officer)) if officer else UiSession()
        self.ui = Ui(Ready() if officer else SelfTest(), session=session)
        """The screen, what lies on top of it, and which presses count."""
        self._rig = rig
        self._inbox = Inbox()
        self._scanner = Scanner(rig.open_camera, self._inbox, 1e-3 * config.camera.budget_ms)
        self._presenter = Presenter(rig.display, style)
        self._signalling = Signalling(rig.panel)
        self._torch = TorchSwitch(rig.panel)
        self._frames = FramesInHand()
        self._resting = Resting(services.limits.rests_s, self._switch_rest, rig.clock.monotonic_s())
        kept = KeptSettings(config.paths.state, defaults(config))
        kept.load()
        self._equipment = Equipment(services, config, rig.parts, self._signalling, self._frames, kept)

    @property
    def screen(self) -> state.Shown:
        """The screen that is shown now."""
        return self.ui.screen

    @property
    def style(self) -> Style:
        """The style that screens are drawn in."""
        return self._presenter.style

    @property
    def frames_seen(self) -> int:
        """Number of frames scanned since the start."""
        return self._frames.count

    @property
    def resting(self) -> bool:
        """True while display and camera rest, until they are woken by a press or a touch."""
        return self._resting.on

    @property
    def timing(self) -> Timing | None:
        """Durations of the last check; None before the first."""
        return self._frames.timing

    def start(self) -> None:
        """Start scanner and link, show the first screen, then report to the service manager."""
        self._rig.panel.listen(self._inbox.put)
        if self.services.link is not None:
            self.services.link.open(lambda message: self._inbox.put(FromRegistry(message)))
        self._scanner_healthy()
        self._tick()
        self._show()
        self._rig.service_manager.ready()

    def start_after_crash(self) -> None:
        """Show and record that the last run was cut short; call this before `start`."""
        back = self.ui.below if isinstance(self.ui.below, ShiftOver | SelfTest) else None
        below = state.FaultScreen(self.ui.below.status, Notice.of(Restarted()), back=back)
        self.ui = replace(self.ui, below=below)
        self.services.record_crash()

    def stop(self) -> None:
        """Report to the service manager, stop scanner and link, and close the services."""
        self._rig.service_manager.stopping()
        self._scanner.stop()
        if self.services.link is not None:
            self.services.link.close()
        self.services.close()
        self._equipment.close()

    def wants_restart(self) -> bool:
        """Return True if the program is to end and start again: for a wipe, or while nobody works with it."""
        if self.services.orders.wiping:
            return True
        return self._is_idle and self.services.wants_restart()

    def has_expired(self) -> bool:
        """Return True if lists, roster and enforcement keys are to be removed, which no shift needs now."""
        return self._is_idle and self.services.trust.is_expired(self.services.moment())

    @property
    def _is_idle(self) -> bool:
        """True if nobody is signed in and nothing waits for an officer."""
        screen = self.screen
        return isinstance(screen, ShiftOver) or (isinstance(screen, SelfTest) and not screen.on_duty)

    def run_once(self, timeout_s: float = TURN_S) -> None:
        """Run one round: handle what came in, tick, draw, and feed the watchdog.

        Waits up to `timeout_s` for a message. Raises DisplayFault.
        """
        for message in self._inbox.drain(timeout_s):
            self._receive(message)
        self._poll_display()
        self._tick()
        self._show()
        if self._poll_display():  # touched while the screen was drawn
            self._show()
        if self.frames_seen:  # not before the camera's first frame
            self._presenter.rehearse()
        if self._scanner_healthy():
            self._rig.service_manager.alive()

    def _scanner_healthy(self) -> bool:
        """Start the scanner when it is time; return True unless it hangs.

        What crashed the last run may still be in view, so the scanner starts only once the officer has
        acknowledged the crash. Raises RuntimeError if a bug ended the scanner.
        """
        if not self._scanner.started:
            if isinstance(self.ui.below, state.FaultScreen):
                return True
            self._scanner.start()
        if not self._scanner.alive:
            raise RuntimeError("the scanner thread ended")
        return time.monotonic() - self._scanner.turned_s < SCANNER_STILL_S

    def _poll_display(self) -> bool:
        """Handle touches of the display; return True if there were any."""
        touched, now_s = False, self._rig.clock.monotonic_s()
        if self._resting.on:
            return self._presenter.is_touched(now_s) and self._resting.used(now_s)
        for event in self._presenter.inputs(lambda: self.screen, now_s):
            touched = True
            self._resting.used(now_s)
            self._dispatch(event)
        return touched

    def _receive(self, message: InboxMessage) -> None:
        match message:
            case FrameScanned():
                if not self._resting.on:  # one may still come that was captured before
                    self._look_at(message)
            case TorchRequested(on):
                self._torch.requested = on
            case KeyEdge():
                self._press(message)
            case FromRegistry(Incoming() as incoming):
                self._dispatch_all(self.services.receive(incoming))
            case FromRegistry():
                pass  # whether a request was sent does not matter: it is answered, or its wait ends
            case CameraFailed(fault):
                self._frames.failed(fault)
                self._torch.requested = False
                self.services.notices.add(fault)
            case _:
                assert_never(message)

    def _look_at(self, frame: FrameScanned) -> None:
        self._frames.scanned(frame)
        self.services.notices.clear(CameraFault.code, CameraStalled.code)
        if frame.scan is not None:
            self._resting.used(self._rig.clock.monotonic_s())
            self._dispatch(Scanned(frame.scan))
            if state.pictured(self.ui.below) is frame.scan:
                self._frames.offer(frame.scan)
        elif isinstance(self.ui.below, Ready):
            self._dispatch(Unread(frame.problem))

    def _press(self, edge: KeyEdge) -> None:
        """Handle an edge of a button; a press that wakes the terminal does nothing else."""
        if edge.down and not edge.bounce and self._resting.used(self._rig.clock.monotonic_s()):
            return
        down = KeyDown(edge.button, edge.at_s, edge.bounce)
        self._dispatch(down if edge.down else KeyUp(edge.button, edge.at_s))

    def _switch_rest(self, on: bool) -> None:  # noqa: FBT001 - the one argument of Resting.switch
        if on:
            self._frames.forget()
            self._scanner.rest()
            self._presenter.rest()
        else:
            self._scanner.wake()
            self.ui = unseen(self.ui, self._rig.clock.monotonic_s())

    def _tick(self) -> None:
        self._dispatch_all(self.services.expire())
        self._dispatch_all(self.services.session.poll())
        self._switch_torch()
        self.services.poll()
        if isinstance(self.screen, Uploading):
            self._dispatch(UploadTold(self.services.upload_progress()))
        self._dispatch(AlarmsTold(self.services.open_alarms))
        self._poll_equipment()
        camera, torch, fault = self._frames.camera, self._torch.lit, self._signalling.fault
        status = status_of(self.services, camera=camera, torch=torch, signal_fault=fault)
        self._equipment.note(status)
        self._dispatch(Tick(status))
        self._resting.poll(self._rig.clock.monotonic_s(), needed=needs_display(self.ui))

    def _poll_equipment(self) -> None:
        """Update the self-test or the clip on the screen, and draw as the settings say."""
        if isinstance(self.screen, SelfTest):
            self._dispatch(self._equipment.self_test(play=not self.screen.states))
        if isinstance(self.ui.below, VoiceNote) and (heard := self._equipment.heard()) is not None:
            self._dispatch(heard)
        self._presenter.restyle(*self._equipment.look)

    def _dispatch_all(self, events: Iterable[UiEvent]) -> None:
        for event in events:
            self._dispatch(event)

    def _dispatch(self, event: UiEvent) -> None:
        """Compute what follows from an event, and carry out its effects and what follows from those."""
        self.ui, effects = advance(self.ui, event, self._rig.clock.monotonic_s())
        for effect in effects:
            answer = self._perform(effect)
            if answer is not None:
                self._dispatch(answer)

    def _perform(self, effect: Effect) -> ScreenEvent | SignInEvent | AlarmsTold | None:
        match effect:
            case CheckCode(scan):
                chosen = isinstance(self.ui.below, CodeChoice)
                return self.services.check(scan.text, self._frames.for_check(chosen=chosen))
            case Identify(scan):
                self._frames.offer(scan)
                return Identified(self.services.identify(scan), self._frames.offered_size)
            case PlaySignal(outcome):
                self._signalling.play(outcome)
            case StopSignal():
                self._signalling.play(None)
            case RepeatSignal():
                self._signalling.repeat()
            case Click():
                self._signalling.click()
            case ToggleTorch():
                self._torch.toggle()
                self._switch_torch()
            case _ if isinstance(effect, DayEffect):
                return self._equipment.perform(effect)
            case _:
                return self.services.perform(effect)
        return None

    def _switch_torch(self) -> None:
        if not self.services.shift_on:
            self._torch.reset()
        with self.services.notices.noting(PanelFault):
            self._torch.apply(looking=isinstance(self.screen, Ready) and not self._resting.on)
        self._scanner.lit = self._torch.lit

    def _show(self) -> None:
        if self._resting.on:
            return
        screen = self.screen
        self._presenter.show(screen, self._frames.picture(screen), self._frames.found(screen))
        self._dispatch(Drawn())
        self._frames.shown(time.monotonic(), self.services.checks.verified_us)


def show_fatal(
    rig: Rig, fault: Fault, style: Style, stop: threading.Event, *, laboratory: bool = False
) -> None:
    """Show a fault that keeps the app from starting, until `stop` is set or HALT_S are over.

    Raises DisplayFault.
    """
    show_fault(rig, fault, style, laboratory=laboratory)
    stop.wait(HALT_S)


def show_fault(rig: Rig, fault: Fault, style: Style, *, laboratory: bool) -> None:
    """Show a fault in place of the app, with the mark of a laboratory; tell the service manager that it runs.

    Raises DisplayFault.
    """
    status = Status(ClockStatus(rig.clock.now_s()), TrustStatus(laboratory=laboratory))
    screen = state.FaultScreen(status, Notice.of(fault))
    rig.display.show(draw(screen, None, style))
    rig.service_manager.ready()

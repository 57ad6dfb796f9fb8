"""The loop: one inbox, one owner of state; every effect is performed here, and its record comes first.

Messages and ticks become events; `screens.state.step` says what follows; what could not be done becomes a
notice or a fault screen. A bug ends the process, and the service manager starts it again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from terminal.camera.torch import should_be_lit
from terminal.drawing.draw import draw
from terminal.drawing.touch_input import Contacts
from terminal.errors import (
    CameraFault,
    CameraStalled,
    Fault,
    JournalFault,
    LinkFault,
    PanelFault,
    Restarted,
    StorageLow,
)
from terminal.inbox import CameraFailed, FrameScanned, FromRegistry, Inbox, InboxMessage, TorchRequested
from terminal.journal.entry import Event, EventKind
from terminal.model import CredentialFinding, RecordedCheck
from terminal.ports import Incoming, KeyEdge
from terminal.scanner import Scanner
from terminal.screens import events, state
from terminal.screens.attention import Drawn, KeyDown, KeyUp
from terminal.screens.check import Ready
from terminal.screens.choice import CodeChoice, Identified, Identify, offered
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Click,
    Confirm,
    Effect,
    Enter,
    Failed,
    PlaySignal,
    Recheck,
    Recorded,
    Refined,
    Report,
    Reported,
    Rerecorded,
    Scanned,
    StopSignal,
    Tick,
    ToggleTorch,
)
from terminal.screens.shift import ShiftOver, Uploading, UploadTold
from terminal.screens.ui import Ui, advance
from terminal.screens.values import CameraStatus, Notice, Status
from terminal.services.signal_player import Signalling

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from terminal.credential.verify import Moment
    from terminal.drawing.draw import Style
    from terminal.model import Luma, Scan
    from terminal.ports import LinkMessage, Rig
    from terminal.screens.ui import UiEvent
    from terminal.services.assembly import Services

TURN_S = 0.25
"""The longest that a turn waits for something to happen."""
SCANNER_STILL_S = 5.0
"""A scanner loop that has not turned for this long hangs, and the watchdog goes hungry."""
CLOCK_STEP_S = 0.5
"""How finely the bar's time is told: a screen is drawn anew no more often than this without cause."""
EVIDENCED = frozenset({CredentialFinding.FAILED, CredentialFinding.NOT_ISSUED})
"""Findings whose picture is kept without being asked for."""
CRASHED = Event(EventKind.FAULT, "the last run was cut short: it crashed, was killed or hung")
"""What a run that follows such a one records first."""

HALT_S = 5.0
"""How long a fault that keeps the app from starting is shown before the process ends, to be started again.
Nobody feeds the watchdog meanwhile, which would take an end of its own for a hang."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a check took, from the frame's capture to its verdict on the screen."""

    decode_ms: float
    verify_us: float
    total_ms: float


class App:
    """The terminal at work. `run_once` once is one round of the loop."""

    def __init__(
        self, rig: Rig, services: Services, style: Style, *, loud_alarm: bool = False, budget_s: float = 0.015
    ) -> None:
        self._rig = rig
        self.checks, self.shift_actions, self._services = services.checks, services.shift_actions, services
        self._verifier = services.checks.verifier
        self._style = style
        self._signalling = Signalling(rig.panel, loud_alarm)
        self._contacts = Contacts()
        self._inbox = Inbox()
        self._scanner = Scanner(rig.open_camera, self._inbox, budget_s)
        self._resting = True
        """Whether the scanner is yet to be started."""
        self._preview: Luma | None = None
        self._camera = CameraStatus.LIVE
        self._notices: dict[str, Fault] = {}
        self._torch = self._wished = False
        """Whether the torch is lit, and whether the camera wishes that it were."""
        self._hand: bool | None = None
        """How the officer switched the torch in this shift; None: its light is left to the camera."""
        self._frame: FrameScanned | None = None
        """The frame in hand."""
        self._kept: FrameScanned | None = None
        """The frame of which the screen offers codes to choose from."""
        self._unshown: FrameScanned | None = None
        """The frame of a check that is not yet on the screen."""
        self._drawn: tuple[state.Shown, Luma | None] | None = None
        self.ui = Ui(Ready() if services.shift_actions.shift.on else ShiftOver())
        self.frames_seen = 0
        self.timing: Timing | None = None
        """Of the last check."""

    def start(self) -> None:
        """Begin to look, listen and show; the service manager hears of it with the first frame shown."""
        self._rig.panel.listen(self._inbox.put)
        if self._rig.link is not None:
            self._rig.link.open(lambda message: self._inbox.put(FromRegistry(message)))
        self._scanner_healthy()
        self._tick()
        self._show()
        self._rig.service_manager.ready()

    def start_after_crash(self) -> None:
        """Begin, before `start`, with a screen that says that the last run was cut short, and record it."""
        back = self.ui.below if isinstance(self.ui.below, ShiftOver) else None
        self.ui = Ui(state.FaultScreen(self.ui.below.status, _notice(Restarted()), back=back))
        try:
            self.checks.recorder.record(CRASHED, self._moment())
        except JournalFault as fault:
            self.notice(fault)

    def stop(self) -> None:
        """End the scanner and let go of the journal, and say that this was on purpose."""
        self._rig.service_manager.stopping()
        self._scanner.stop()
        if self._rig.link is not None:
            self._rig.link.close()
        self._services.close()

    def wants_restart(self) -> bool:
        """Tell whether the program is to end and start again, as nobody works with it."""
        try:
            return isinstance(self.screen, ShiftOver) and self.shift_actions.wants_restart()
        except JournalFault as fault:
            self.notice(fault)
            return False

    @property
    def screen(self) -> state.Shown:
        """What the officer has before them."""
        return self.ui.screen

    @property
    def size(self) -> tuple[int, int]:
        """The display's width and height, pixels."""
        return self._rig.display.size

    def notice(self, fault: Fault) -> None:
        """Show a fault beside the work."""
        self._notices[fault.code] = fault

    def run_once(self, timeout_s: float = TURN_S) -> None:
        """One round: what came in, what follows, what is seen, and the watchdog fed."""
        for message in self._inbox.drain(timeout_s):
            self._receive(message)
        self._poll()
        self._tick()
        self._show()
        if self._poll():  # while it was drawn
            self._show()
        if self._scanner_healthy():
            self._rig.service_manager.alive()

    def _scanner_healthy(self) -> bool:
        """Whether the scanner does what it should. Raises RuntimeError where a bug ended it.

        What crashed the last run may still be in view, so it rests until the officer has read of the crash.
        """
        if self._resting and isinstance(self.ui.below, state.FaultScreen):
            return True
        if self._resting:
            self._resting = False
            self._scanner.start()
        if not self._scanner.alive:
            raise RuntimeError("the scanner thread ended")
        return time.monotonic() - self._scanner.turned_s < SCANNER_STILL_S

    def _poll(self) -> bool:
        """Take what touched the display; whether anything did."""
        begun_s = self._rig.clock.monotonic_s()
        contacts = self._rig.display.poll()
        for contact in contacts:
            event = self._contacts.read(contact, self.screen, self.size)
            if event is not None:
                self._dispatch(event)
        self._contacts.polled_s = begun_s
        return bool(contacts)

    def _receive(self, message: InboxMessage) -> None:
        match message:
            case FrameScanned():
                self.frames_seen += 1
                self._camera = CameraStatus.LIVE
                for code in (CameraFault.code, CameraStalled.code):
                    self._notices.pop(code, None)
                self._preview = message.preview
                self._frame = message
                if message.scan is not None:
                    self._dispatch(Scanned(message.scan))
                    if state.pictured(self.ui.below) is message.scan:
                        self._kept = message
            case TorchRequested(on):
                self._wished = on
            case KeyEdge(button, down, at_s, bounce):
                self._dispatch(KeyDown(button, at_s, bounce) if down else KeyUp(button, at_s))
            case FromRegistry(incoming):
                self._on_link_message(incoming)
            case CameraFailed(fault):
                stalled = isinstance(fault, CameraStalled)
                self._camera = CameraStatus.STALLED if stalled else CameraStatus.ABSENT
                self._preview, self._wished = None, False
                self.notice(fault)
            case _:
                assert_never(message)

    def _on_link_message(self, message: LinkMessage) -> None:
        if not isinstance(message, Incoming):
            return  # whether a question got out does not matter: its answer comes, or its wait is over
        try:
            received = self._services.uploads.receive(message)
        except JournalFault as fault:
            received = True  # the registry sends another receipt for what is sent again
            self.notice(fault)
        if not received:
            for event in self.checks.receive(message, self._moment()):
                self._dispatch(event)
        elif self._rig.link is not None:
            self._rig.link.acknowledge(message)

    def _tick(self) -> None:
        for event in self.checks.expire(self._moment()):
            self._dispatch(event)
        self._light()
        self._keep_uploading()
        lists = self.checks.lists
        now_s, monotonic_s = self._rig.clock.now_s(), self._rig.clock.monotonic_s()
        lists.refresh(monotonic_s)
        trusted = self._verifier.trusted
        age_s = trusted.age_s(now_s)
        status = replace(
            self._services.status,
            now_s=now_s // CLOCK_STEP_S * CLOCK_STEP_S,
            monotonic_s=monotonic_s // CLOCK_STEP_S * CLOCK_STEP_S,
            clock_trusted=self._moment().clock_trusted,
            trust_age_s=age_s // 60 * 60,
            trust_fresh=age_s <= self._verifier.fresh_s,
            records=self.checks.recorder.unreceipted,
            upload=self._services.uploads.sending,
            shift=self.checks.recorder.author.shift,
            torch=self._torch,
            province=self._services.province.name,
            online=self.checks.online,
            camera=self._camera,
            notices=tuple(map(_notice, self._faults())),
        )
        self._dispatch(Tick(status))

    def _faults(self) -> tuple[Fault, ...]:
        """What is wrong and stops nothing."""
        return (
            *self._notices.values(),
            *((self._signalling.fault,) if self._signalling.fault else ()),
            *self.checks.faults,
            *self._link_faults(),
            *self._verifier.faults,
            *self.checks.lists.faults,
            *(self.checks.registry.faults if self.checks.registry else ()),
            *self._services.uploads.faults,
            *self._storage_faults(),
        )

    def _storage_faults(self) -> tuple[Fault, ...]:
        try:
            return (StorageLow(),) if self.checks.recorder.journal.storage().low else ()
        except JournalFault as fault:
            return (fault,)

    def _link_faults(self) -> tuple[Fault, ...]:
        """Why the registry cannot be reached, where a person must act: the bar says of the rest `offline`."""
        fault = None if self._rig.link is None else self._rig.link.state.fault
        return () if fault is None or type(fault) is LinkFault else (fault,)

    def _keep_uploading(self) -> None:
        try:
            self._services.uploads.poll()
        except JournalFault as fault:
            self.notice(fault)
        if isinstance(self.screen, Uploading):
            self._dispatch(UploadTold(self._services.uploads.progress()))

    def _dispatch(self, event: UiEvent) -> None:
        if isinstance(event, Recorded | Refined | Reported | Rerecorded):
            self.shift_actions.shift.update(event.judged)
        self.ui, effects = advance(self.ui, event, self._rig.clock.monotonic_s())
        for effect in effects:
            answer = self._perform(effect)
            if answer is not None:
                self._dispatch(answer)

    def _perform(self, effect: Effect) -> events.ScreenEvent | None:
        match effect:
            case CheckCode(scan) | Identify(scan):
                return (self._check if isinstance(effect, CheckCode) else self._identify)(scan)
            case Confirm() | Recheck() | Compared() | Enter() | Report() | AskKinds():
                if isinstance(effect, Enter):
                    self._services.province.update(effect.plate.number)
                return self._recorded(lambda: self.checks.perform(effect, self._moment()))
            case PlaySignal(outcome):
                self._signalling.play(outcome)
            case StopSignal():
                self._signalling.play(None)
            case Click():
                self._signalling.click()
            case ToggleTorch():
                self._hand = not self._torch
                self._light()
            case _:
                return self._recorded(lambda: self.shift_actions.perform(effect, self._moment()))
        return None

    def _identify(self, scan: Scan) -> events.ScreenEvent:
        """What each code proves that the officer may choose, by the frame that shows them."""
        if self._frame is not None and self._frame.scan is scan:
            self._kept = self._frame
        luma = self._kept.luma if self._kept else None
        height, width = (0, 0) if luma is None else luma.shape
        moment = self._moment()
        proven = tuple(self._verifier.verify(code.text, moment).credential for code in offered(scan))
        return Identified(proven, (width, height))

    def _check(self, scan: Scan) -> events.ScreenEvent | None:
        chosen = isinstance(self.ui.below, CodeChoice)
        looked = self._kept if chosen else self._frame
        event = self._recorded(lambda: self.checks.check(scan.text, self._moment()))
        self._unshown = None if chosen else looked  # how long the officer chose is not how long a check took
        if isinstance(event, Recorded):
            self._keep_evidence(event.judged, looked)
        return event

    def _keep_evidence(self, judged: RecordedCheck, frame: FrameScanned | None) -> None:
        """Keep the picture of a code whose signature is wrong or that was never issued.

        Without it the work goes on.
        """
        self.shift_actions.remember_frame(judged.seq, frame.luma if frame else None)
        finding = judged.verdict.finding.finding
        if finding in EVIDENCED:
            try:
                self.shift_actions.keep_picture(self._moment())
                if finding is CredentialFinding.NOT_ISSUED and self.checks.online:
                    self._services.uploads.begin()  # the registry is told at once
            except JournalFault as fault:
                self.notice(fault)

    def _recorded(self, deed: Callable[[], events.ScreenEvent | None]) -> events.ScreenEvent | None:
        """What a deed comes to; a record that could not be kept comes to nothing that is shown."""
        try:
            return deed()
        except JournalFault as fault:
            return Failed(_notice(fault))

    def _moment(self) -> Moment:
        return self._verifier.moment(self._rig.clock.now_s(), clock_trusted=self._rig.clock.trusted())

    def _light(self) -> None:
        """Switch a torch that is not as it should be; one that cannot be waits for the key's press."""
        if not self.shift_actions.shift.on:
            self._hand = None
        on = should_be_lit(hand=self._hand, wished=self._wished, looking=isinstance(self.screen, Ready))
        if on == self._torch:
            return
        try:
            self._rig.panel.torch(on=on)
        except PanelFault as fault:
            self.notice(fault)
            self._hand = self._torch
        else:
            self._torch = self._scanner.lit = on

    def _show(self) -> None:
        preview, screen = self._picture(), self.screen
        if self._drawn is None or self._drawn[0] != screen or self._drawn[1] is not preview:
            self._rig.display.show(draw(screen, preview, self._style))
            self._drawn = (screen, preview)
        self._dispatch(Drawn())
        if self._unshown is not None:
            total_ms = 1e3 * (time.monotonic() - self._unshown.captured_s)
            self.timing = Timing(self._unshown.decode_ms, self.checks.verified_us, total_ms)
            self._unshown = None

    def _picture(self) -> Luma | None:
        """What the screen shows of the camera: the frame that codes are chosen from stays as it was."""
        match self.screen:
            case Ready():
                return self._preview
            case CodeChoice() if self._kept is not None:
                return self._kept.luma
            case _:
                return None


def _notice(fault: Fault) -> Notice:
    return Notice(fault.code, fault.zh, fault.en)


def show_fatal(rig: Rig, fault: Fault, style: Style, stop: threading.Event) -> None:
    """Show a fault that keeps the app from starting, until `stop` or for HALT_S."""
    screen = state.FaultScreen(Status(now_s=rig.clock.now_s()), _notice(fault))
    rig.display.show(draw(screen, None, style))
    rig.service_manager.ready()
    stop.wait(HALT_S)

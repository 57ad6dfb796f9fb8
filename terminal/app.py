"""The loop: one inbox, one owner of state; every effect is performed here, and its record comes first.

Messages and ticks become events; `screens.state.step` says what follows; what could not be done becomes a
notice or a fault screen. A bug ends the process, and the service manager starts it again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from terminal.camera.torch import shines
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
from terminal.inbox import CameraFailed, FromRegistry, Inbox, Looked, Message, TorchWished
from terminal.journal.entry import Event, EventKind
from terminal.model import CredentialFinding, Judged
from terminal.ports import Incoming, KeyEdge
from terminal.scanner import Scanner
from terminal.screens import events, state
from terminal.screens.attention import Drawn, KeyDown, KeyUp
from terminal.screens.check import Ready
from terminal.screens.choice import CodeChoice, Identified, Identify, offered
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    Check,
    Click,
    Confirm,
    Effect,
    Enter,
    Failed,
    Play,
    Quiet,
    Recheck,
    Recorded,
    Refined,
    Report,
    Reported,
    Rerecorded,
    Scanned,
    Tick,
    ToggleTorch,
)
from terminal.screens.shift import ShiftOver, Uploading, UploadTold
from terminal.screens.ui import Ui, advance
from terminal.screens.values import Camera, Notice, Status
from terminal.services.signal_player import Signalling

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from terminal.credential.verify import Moment
    from terminal.drawing.draw import Look
    from terminal.model import Luma, Scan
    from terminal.ports import LinkMessage, Rig
    from terminal.screens.ui import UiEvent
    from terminal.services.assembly import Work

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
    """The terminal at work. `turn` once is one round of the loop."""

    def __init__(
        self, rig: Rig, work: Work, look: Look, *, loud_alarm: bool = False, budget_s: float = 0.015
    ) -> None:
        self._rig = rig
        self.cases, self.duty, self._work = work.cases, work.duty, work
        self._checker = work.cases.checker
        self._look = look
        self._signalling = Signalling(rig.panel, loud_alarm)
        self._contacts = Contacts()
        self._inbox = Inbox()
        self._scanner = Scanner(rig.open_camera, self._inbox, budget_s)
        self._resting = True
        """Whether the scanner is yet to be started."""
        self._preview: Luma | None = None
        self._camera = Camera.LIVE
        self._notices: dict[str, Fault] = {}
        self._torch = self._wished = False
        """Whether the torch is lit, and whether the camera wishes that it were."""
        self._hand: bool | None = None
        """How the officer switched the torch in this shift; None: its light is left to the camera."""
        self._frame: Looked | None = None
        """The frame in hand."""
        self._kept: Looked | None = None
        """The frame of which the screen offers codes to choose from."""
        self._unshown: Looked | None = None
        """The frame of a check that is not yet on the screen."""
        self._drawn: tuple[state.Shown, Luma | None] | None = None
        self.ui = Ui(Ready() if work.duty.shift.on else ShiftOver())
        self.frames_seen = 0
        self.timing: Timing | None = None
        """Of the last check."""

    def start(self) -> None:
        """Begin to look, listen and show; the service manager hears of it with the first frame shown."""
        self._rig.panel.listen(self._inbox.put)
        if self._rig.link is not None:
            self._rig.link.open(lambda message: self._inbox.put(FromRegistry(message)))
        self._look_on()
        self._tick()
        self._show()
        self._rig.notify.ready()

    def come_back(self) -> None:
        """Begin, before `start`, with a screen that says that the last run was cut short, and record it."""
        back = self.ui.below if isinstance(self.ui.below, ShiftOver) else None
        self.ui = Ui(state.Trouble(self.ui.below.status, _notice(Restarted()), back=back))
        try:
            self.cases.keeper.keep(CRASHED, self._moment())
        except JournalFault as fault:
            self.notice(fault)

    def stop(self) -> None:
        """End the scanner and let go of the journal, and say that this was on purpose."""
        self._rig.notify.stopping()
        self._scanner.stop()
        if self._rig.link is not None:
            self._rig.link.close()
        self._work.close()

    def wants_restart(self) -> bool:
        """Tell whether the program is to end and start again, as nobody works with it."""
        try:
            return isinstance(self.screen, ShiftOver) and self.duty.wants_restart()
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

    def turn(self, timeout_s: float = TURN_S) -> None:
        """One round: what came in, what follows, what is seen, and the watchdog fed."""
        for message in self._inbox.take(timeout_s):
            self._receive(message)
        self._poll()
        self._tick()
        self._show()
        if self._poll():  # while it was drawn
            self._show()
        if self._look_on():
            self._rig.notify.alive()

    def _look_on(self) -> bool:
        """Whether the scanner does what it should. Raises RuntimeError where a bug ended it.

        What crashed the last run may still be in view, so it rests until the officer has read of the crash.
        """
        if self._resting and isinstance(self.ui.below, state.Trouble):
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
                self._happen(event)
        self._contacts.polled_s = begun_s
        return bool(contacts)

    def _receive(self, message: Message) -> None:
        match message:
            case Looked():
                self.frames_seen += 1
                self._camera = Camera.LIVE
                for code in (CameraFault.code, CameraStalled.code):
                    self._notices.pop(code, None)
                self._preview = message.preview
                self._frame = message
                if message.scan is not None:
                    self._happen(Scanned(message.scan))
                    if state.pictured(self.ui.below) is message.scan:
                        self._kept = message
            case TorchWished(on):
                self._wished = on
            case KeyEdge(button, down, at_s, bounce):
                self._happen(KeyDown(button, at_s, bounce) if down else KeyUp(button, at_s))
            case FromRegistry(incoming):
                self._hear(incoming)
            case CameraFailed(fault):
                stalled = isinstance(fault, CameraStalled)
                self._camera = Camera.STALLED if stalled else Camera.ABSENT
                self._preview, self._wished = None, False
                self.notice(fault)
            case _:
                assert_never(message)

    def _hear(self, message: LinkMessage) -> None:
        if not isinstance(message, Incoming):
            return  # whether a question got out does not matter: its answer comes, or its wait is over
        try:
            received = self._work.uploads.receive(message)
        except JournalFault as fault:
            received = True  # the registry sends another receipt for what is sent again
            self.notice(fault)
        if not received:
            for event in self.cases.receive(message, self._moment()):
                self._happen(event)
        elif self._rig.link is not None:
            self._rig.link.acknowledge(message)

    def _tick(self) -> None:
        for event in self.cases.expire(self._moment()):
            self._happen(event)
        self._light()
        self._keep_uploading()
        lists = self.cases.lists
        now_s, monotonic_s = self._rig.clock.now_s(), self._rig.clock.monotonic_s()
        lists.keep_up(monotonic_s)
        trusted = self._checker.trusted
        age_s = trusted.age_s(now_s)
        status = replace(
            self._work.status,
            now_s=now_s // CLOCK_STEP_S * CLOCK_STEP_S,
            monotonic_s=monotonic_s // CLOCK_STEP_S * CLOCK_STEP_S,
            clock_trusted=self._moment().clock_trusted,
            trust_age_s=age_s // 60 * 60,
            trust_fresh=age_s <= self._checker.fresh_s,
            records=self.cases.keeper.unreceipted,
            upload=self._work.uploads.sending,
            shift=self.cases.keeper.author.shift,
            torch=self._torch,
            province=self._work.province.name,
            online=self.cases.online,
            camera=self._camera,
            notices=tuple(map(_notice, self._faults())),
        )
        self._happen(Tick(status))

    def _faults(self) -> tuple[Fault, ...]:
        """What is wrong and stops nothing."""
        return (
            *self._notices.values(),
            *((self._signalling.fault,) if self._signalling.fault else ()),
            *self.cases.faults,
            *self._link_faults(),
            *self._checker.faults,
            *self.cases.lists.faults,
            *(self.cases.asker.faults if self.cases.asker else ()),
            *self._work.uploads.faults,
            *self._storage_faults(),
        )

    def _storage_faults(self) -> tuple[Fault, ...]:
        try:
            return (StorageLow(),) if self.cases.keeper.journal.storage().low else ()
        except JournalFault as fault:
            return (fault,)

    def _link_faults(self) -> tuple[Fault, ...]:
        """Why the registry cannot be reached, where a person must act: the bar says of the rest `offline`."""
        fault = None if self._rig.link is None else self._rig.link.state.fault
        return () if fault is None or type(fault) is LinkFault else (fault,)

    def _keep_uploading(self) -> None:
        try:
            self._work.uploads.turn()
        except JournalFault as fault:
            self.notice(fault)
        if isinstance(self.screen, Uploading):
            self._happen(UploadTold(self._work.uploads.progress()))

    def _happen(self, event: UiEvent) -> None:
        if isinstance(event, Recorded | Refined | Reported | Rerecorded):
            self.duty.shift.hear(event.judged)
        self.ui, effects = advance(self.ui, event, self._rig.clock.monotonic_s())
        for effect in effects:
            answer = self._perform(effect)
            if answer is not None:
                self._happen(answer)

    def _perform(self, effect: Effect) -> events.Event | None:
        match effect:
            case Check(scan) | Identify(scan):
                return (self._check if isinstance(effect, Check) else self._identify)(scan)
            case Confirm() | Recheck() | Compared() | Enter() | Report() | AskKinds():
                if isinstance(effect, Enter):
                    self._work.province.take(effect.plate.number)
                return self._recorded(lambda: self.cases.perform(effect, self._moment()))
            case Play(outcome):
                self._signalling.play(outcome)
            case Quiet():
                self._signalling.play(None)
            case Click():
                self._signalling.click()
            case ToggleTorch():
                self._hand = not self._torch
                self._light()
            case _:
                return self._recorded(lambda: self.duty.perform(effect, self._moment()))
        return None

    def _identify(self, scan: Scan) -> events.Event:
        """What each code proves that the officer may choose, by the frame that shows them."""
        if self._frame is not None and self._frame.scan is scan:
            self._kept = self._frame
        luma = self._kept.luma if self._kept else None
        height, width = (0, 0) if luma is None else luma.shape
        moment = self._moment()
        proven = tuple(self._checker.verify(code.text, moment).credential for code in offered(scan))
        return Identified(proven, (width, height))

    def _check(self, scan: Scan) -> events.Event | None:
        chosen = isinstance(self.ui.below, CodeChoice)
        looked = self._kept if chosen else self._frame
        event = self._recorded(lambda: self.cases.check(scan.text, self._moment()))
        self._unshown = None if chosen else looked  # how long the officer chose is not how long a check took
        if isinstance(event, Recorded):
            self._keep_evidence(event.judged, looked)
        return event

    def _keep_evidence(self, judged: Judged, looked: Looked | None) -> None:
        """Keep the picture of a code whose signature is wrong or that was never issued.

        Without it the work goes on.
        """
        self.duty.see(judged.seq, looked.luma if looked else None)
        finding = judged.verdict.finding.finding
        if finding in EVIDENCED:
            try:
                self.duty.keep_picture(self._moment())
                if finding is CredentialFinding.NOT_ISSUED and self.cases.online:
                    self._work.uploads.begin()  # the registry is told at once
            except JournalFault as fault:
                self.notice(fault)

    def _recorded(self, deed: Callable[[], events.Event | None]) -> events.Event | None:
        """What a deed comes to; a record that could not be kept comes to nothing that is shown."""
        try:
            return deed()
        except JournalFault as fault:
            return Failed(_notice(fault))

    def _moment(self) -> Moment:
        return self._checker.moment(self._rig.clock.now_s(), clock_trusted=self._rig.clock.trusted())

    def _light(self) -> None:
        """Switch a torch that is not as it should be; one that cannot be waits for the key's press."""
        if not self.duty.shift.on:
            self._hand = None
        on = shines(hand=self._hand, wished=self._wished, looking=isinstance(self.screen, Ready))
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
            self._rig.display.show(draw(screen, preview, self._look))
            self._drawn = (screen, preview)
        self._happen(Drawn())
        if self._unshown is not None:
            total_ms = 1e3 * (time.monotonic() - self._unshown.captured_s)
            self.timing = Timing(self._unshown.decode_ms, self.cases.verified_us, total_ms)
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


def halt(rig: Rig, fault: Fault, look: Look, stop: threading.Event) -> None:
    """Show a fault that keeps the app from starting, until `stop` or for HALT_S."""
    screen = state.Trouble(Status(now_s=rig.clock.now_s()), _notice(fault))
    rig.display.show(draw(screen, None, look))
    rig.notify.ready()
    stop.wait(HALT_S)

"""The app's one way into the services: it hands in an effect or a message, and gets events back.

A record that cannot be written yields `Failed` in place of a verdict. A fault that concerns no verdict is
shown beside the work and stops nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import JournalFault, OrdersFault
from terminal.journal.entry import Event, EventKind
from terminal.model import CredentialFinding
from terminal.registry import topics
from terminal.registry.topics import Subscription
from terminal.screens.alarm_case import AlarmsTold
from terminal.screens.choice import offered
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    Confirm,
    Enter,
    Failed,
    Recheck,
    Rechecked,
    Recorded,
    Refined,
    Report,
    Reported,
    Rerecorded,
)
from terminal.screens.sign_in import CheckPin, OpenSignIn, RecordLock
from terminal.screens.values import Notice
from terminal.screens.vin_entry import LookUpVin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.codes import Scan
    from terminal.credential.verify import Moment
    from terminal.model import Credential, Luma, RecordedCheck
    from terminal.ports import Clock, Incoming
    from terminal.screens.alarm_case import AlarmEffect
    from terminal.screens.events import CaseEffect, ScreenEvent
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.sealed import OpenSealed
    from terminal.screens.shift import ShiftEffect
    from terminal.screens.sign_in import SignInEffect, SignInEvent
    from terminal.screens.values import AgeLimits, UploadProgress
    from terminal.services.answers import Answers
    from terminal.services.checks import Checks
    from terminal.services.last_province import LastProvince
    from terminal.services.notices import Notices
    from terminal.services.officer_session import OfficerSession
    from terminal.services.orders import OrderService
    from terminal.services.sealed_link import SealedLink
    from terminal.services.shift_actions import ShiftActions
    from terminal.services.trust_service import TrustService
    from terminal.services.uploads import UploadService

EVIDENCED = frozenset({CredentialFinding.FAILED, CredentialFinding.NOT_ISSUED})
"""Findings whose frame is kept as evidence without being asked for."""
CRASHED = Event(EventKind.FAULT, "the last run was cut short: it crashed, was killed or hung")


@dataclass(slots=True)
class Services:
    """The services of one run. Unless a method says otherwise, it raises nothing but bugs."""

    checks: Checks
    answers: Answers
    shift_actions: ShiftActions
    uploads: UploadService
    trust: TrustService
    province: LastProvince
    clock: Clock
    link: SealedLink | None
    limits: AgeLimits
    """Ages at which verdicts fade and are hidden."""
    session: OfficerSession
    notices: Notices
    dropped: Counter[Subscription | None] = field(default_factory=Counter, init=False)
    """Messages of the registry that were dropped for their topic, by its purpose."""

    @property
    def orders(self) -> OrderService:
        """The registry's orders, one of which locks the terminal."""
        return self.session.orders

    @property
    def shift_on(self) -> bool:
        """True while a shift is active."""
        return self.shift_actions.shift.on

    def moment(self) -> Moment:
        """Return the time that checks of now are decided by."""
        return self.checks.verifier.now(self.clock)

    def check(self, text: str, luma: Luma | None) -> ScreenEvent | AlarmsTold | None:
        """Check a code's text. `luma`, the whole frame it was read from, becomes evidence of a bad code."""
        event = self._recorded(lambda: self.checks.check(text, self.moment()))
        if isinstance(event, Recorded):
            with self.notices.noting(JournalFault):  # without its picture the verdict still counts
                self._keep_evidence(event.judged, luma)
        return event

    def identify(self, scan: Scan) -> tuple[Credential | None, ...]:
        """Return what each code proves that the officer may choose from, None where it proves nothing.

        Nothing is recorded or looked up, because no verdict is given.
        """
        moment, verifier = self.moment(), self.checks.verifier
        return tuple(verifier.verify(code.text, moment).credential for code in offered(scan))

    @property
    def open_alarms(self) -> tuple[OpenAlarm, ...]:
        """The alarms without a result, oldest first."""
        return self.shift_actions.open_alarms.alarms

    def perform(
        self, effect: CaseEffect | OpenSealed | ShiftEffect | AlarmEffect | SignInEffect
    ) -> ScreenEvent | SignInEvent | AlarmsTold | None:
        """Carry out what the officer asks for about a check, the shift, the upload or the session."""
        if isinstance(effect, CheckPin | RecordLock | OpenSignIn):
            return None if isinstance(effect, OpenSignIn) else self.session.perform(effect)
        if isinstance(effect, Enter):
            self.province.update(effect.plate.number)
        if isinstance(effect, Confirm | Recheck | Compared | Enter | LookUpVin | Report | AskKinds):
            return self._recorded(lambda: self.checks.perform(effect, self.moment()))
        return self._recorded(lambda: self.shift_actions.perform(effect, self.moment()))

    def keep_clip(self, seq: int, samples: bytes) -> ScreenEvent:
        """Keep a sound clip (mu-law samples) as evidence of the check of record `seq`."""
        try:
            return self.shift_actions.keep_clip(seq, samples, self.moment())
        except JournalFault as fault:
            return Failed(Notice.of(fault))

    def receive(self, incoming: Incoming) -> Sequence[ScreenEvent]:
        """Take a message of the registry by its topic (wire format, section 5); return what it changes."""
        purpose = topics.purpose_of(incoming.topic, self.checks.recorder.author.terminal)
        match purpose:
            case Subscription.ANSWER if not self._is_receipt(incoming):
                return self._logged(self.answers.receive(incoming, self.moment()))  # acknowledged there
            case Subscription.ANSWER:
                pass
            case Subscription.HOTLIST if self.checks.registry is not None:
                self.checks.registry.apply_change(incoming, self.checks.recorder.head, self.moment())
            case Subscription.ORDER:
                if not self._is_carried_out(incoming):
                    return ()  # `poll` tries again; after a restart it is delivered again
            case _:
                self.dropped[purpose] += 1
        if self.link is not None:
            self.link.acknowledge(incoming)
        return ()

    def expire(self) -> Sequence[ScreenEvent]:
        """Return what changes because the wait for an answer is over, or a late record was written."""
        return self._logged(self.answers.expire(self.moment()))

    def poll(self) -> None:
        """Send and remove what is due, and take lists that were put in place since."""
        self.trust.poll(self.moment(), online=self.checks.online)
        self.checks.recorder.judge_by(self.trust.in_force.trust_set, self.trust.rules.named)
        for incoming in self.orders.take_unkept():
            self.receive(incoming)
        with self.notices.noting(JournalFault):
            self._record_trust_events()
            self.uploads.poll()
        self.checks.lists.refresh(self.clock.monotonic_s())

    def upload_progress(self) -> UploadProgress:
        """Return the progress of the upload."""
        return self.uploads.progress()

    def wants_restart(self) -> bool:
        """Return True if the program is to end and start again after the shift.

        See `ShiftActions.wants_restart` and `TrustExpiry`.
        """
        try:
            return self.trust.is_expired(self.moment()) or self.shift_actions.wants_restart()
        except JournalFault as fault:
            self.notices.add(fault)
            return False

    def record_crash(self) -> None:
        """Record that the last run was cut short."""
        with self.notices.noting(JournalFault):
            self.checks.recorder.record(CRASHED, self.moment())

    def close(self) -> None:
        """Close the journals and the lists, wipe the enforcement keys, and end what runs beside the app."""
        self.session.close()
        self.trust.close()
        self.shift_actions.enforcement.wipe()
        self.uploads.close()
        self.checks.close()

    def _is_receipt(self, incoming: Incoming) -> bool:
        """Take a message if it is the upload's; return True if it was."""
        try:
            return self.uploads.receive(incoming)
        except JournalFault as fault:
            self.notices.add(fault)
            return True  # what was sent is sent again, and the registry sends another receipt

    def _record_trust_events(self) -> None:
        """Record what became of the trust set. Raises JournalFault; then it is tried again."""
        while self.trust.events:
            self.checks.recorder.record(self.trust.events[0], self.moment())
            del self.trust.events[0]

    def _is_carried_out(self, incoming: Incoming) -> bool:
        """Carry out an order; False if it may not be acknowledged yet."""
        try:
            event = self.orders.receive(incoming.payload, self.moment())
        except OrdersFault:  # it is shown; see `status`
            self.orders.unkept.append(incoming)
            return False
        if event is not None:
            with self.notices.noting(JournalFault):  # an order is carried out whether or not it is recorded
                self.checks.recorder.record(event, self.moment())
        return True

    def _keep_evidence(self, judged: RecordedCheck, luma: Luma | None) -> None:
        """Keep the frame of a code whose signature is wrong or that was never issued. Raises JournalFault."""
        self.shift_actions.remember_frame(judged.seq, luma)
        finding = judged.verdict.finding.finding
        if finding not in EVIDENCED:
            return
        self.shift_actions.keep_picture(self.moment())
        if finding is CredentialFinding.NOT_ISSUED and self.checks.online:
            self.uploads.begin()  # the registry is told at once

    def _recorded(
        self, deed: Callable[[], ScreenEvent | AlarmsTold | None]
    ) -> ScreenEvent | AlarmsTold | None:
        """Return the event of a deed; of one that could not be recorded, only that it failed."""
        try:
            event = deed()
        except JournalFault as fault:
            return Failed(Notice.of(fault))
        if event is not None and not isinstance(event, AlarmsTold):
            self._logged([event])
        return event

    def _logged(self, events: Sequence[ScreenEvent]) -> Sequence[ScreenEvent]:
        """Add what the events tell of checks to the shift's list and to the open alarms."""
        open_alarms = self.shift_actions.open_alarms
        for event in events:
            if isinstance(event, Rerecorded):
                with self.notices.noting(JournalFault):
                    open_alarms.renumber(event.seq, event.judged, self.moment())
            if isinstance(event, Recorded | Refined | Reported | Rerecorded):
                self.shift_actions.shift.update(event.judged)
                open_alarms.update(event.judged)
            elif isinstance(event, Rechecked):
                self.shift_actions.shift.update(event.judged, rechecked=True)
                if event.worse:
                    self.shift_actions.shift.worse = event.judged
        return events

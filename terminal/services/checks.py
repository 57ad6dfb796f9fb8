"""Checks as the officer makes them: a code or plate is judged, recorded, and looked up at the registry.

A check lasts from its first verdict to its last. Every method returns the events that the screens get; what
they tell is on disk, except for an alarm that cannot be recorded (see `ledger`). `answers` continues a check
when the registry answers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from terminal.credential.verify import refuse, with_issuance
from terminal.errors import JournalFault
from terminal.journal.entry import Note
from terminal.model import (
    UNCHECKED,
    CheckOrigin,
    EntryDetails,
    Fit,
    Reason,
    RecordedCheck,
    Subject,
)
from terminal.screens.alarms import is_alarm
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    CaseEffect,
    Confirm,
    Enter,
    Listed,
    Recheck,
    Recorded,
    Report,
    Reported,
    ScreenEvent,
)
from terminal.screens.vin_entry import LookUpVin
from terminal.services.comparisons import said_of
from terminal.services.judging import standing
from terminal.vehicle.verdict import decide, decide_by_vin

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.model import Finding, Plate, Verdict
    from terminal.ports import Clock
    from terminal.services.check_lookups import CheckLookups
    from terminal.services.ledger import Ledger
    from terminal.services.lists import Lists
    from terminal.services.recorder import Recorder
    from terminal.services.registry_client import RegistryClient
    from terminal.services.verifier import Verifier

ANSWER_STANDS_S = 180
"""Age from which a live answer no longer lets a vehicle pass, s."""
_VIN = "车架号"
"""Word before a VIN in the note that states it."""


@dataclass(slots=True)
class Checks:
    """The checks of this run. Methods that check may raise JournalFault, and then nothing is shown."""

    verifier: Verifier
    ledger: Ledger
    lookups: CheckLookups
    clock: Clock
    verified_us: float = field(default=0.0, init=False)
    """Time that verifying the last code took, µs."""

    @property
    def recorder(self) -> Recorder:
        """The recorder of the checks."""
        return self.ledger.recorder

    @property
    def lists(self) -> Lists:
        """The lists that vehicles are looked up in without a network."""
        return self.ledger.lists

    @property
    def registry(self) -> RegistryClient | None:
        """The registry; None if this terminal has no link."""
        return self.lookups.registry

    @property
    def online(self) -> bool | None:
        """True if the registry can be asked; None if this terminal has no link."""
        return None if self.registry is None else self.registry.online

    def perform(self, effect: CaseEffect, moment: Moment) -> ScreenEvent | None:
        """Carry out what a screen asks for about a check, and return the event that answers it."""
        match effect:
            case Confirm(judged):
                return self.confirm(judged, moment)
            case Recheck(judged):
                return self.recheck(judged, moment)
            case Compared(judged, fits):
                return self.compare(judged, fits, moment)
            case Enter() | LookUpVin():
                return self._entered(effect, moment)
            case Report(plate):
                return Reported(self.enter(plate, None, moment).judged)
            case AskKinds(number):
                return self.ask_kinds(number, moment)
            case _:
                assert_never(effect)

    def _entered(self, effect: Enter | LookUpVin, moment: Moment) -> Recorded:
        """Check the vehicle whose plate or VIN the officer entered."""
        if isinstance(effect, LookUpVin):
            return self.look_up_vin(effect.vin, effect.after, moment)
        return self.enter(effect.plate, effect.after, moment, effect.belongs_to)

    def close(self) -> None:
        """Close the journal and the lists."""
        self.recorder.close()
        self.lists.close()

    def check(self, text: str, moment: Moment) -> Recorded:
        """Check a code by its text."""
        begun = time.perf_counter()
        finding = self.verifier.verify(text, moment)
        self.verified_us = 1e6 * (time.perf_counter() - begun)
        plate = finding.credential.vehicle.plate if finding.credential else None
        status = self.lists.status(plate, moment) if plate else UNCHECKED
        verdict = decide(finding, status, Subject.CODE if plate else None)
        how = CheckOrigin.OTHER_ISSUER if finding.reason is Reason.OTHER_ISSUER else CheckOrigin.SCAN
        return self._open(how, self._judged(text, verdict, plate, moment), moment)

    def enter(
        self, plate: Plate, after: RecordedCheck | None, moment: Moment, belongs_to: int | None = None
    ) -> Recorded:
        """Check a plate that the officer entered.

        With `after`, it is the vehicle of that check, whose code is verified against it; otherwise it begins
        a check of its own, which may belong to the check of record `belongs_to`.
        """
        told = self.lookups.same_number.take(plate, self.clock.monotonic_s(), ANSWER_STANDS_S)
        if after is None:
            status = self.lists.status(plate, moment, told)
            verdict = decide(refuse(Reason.NOT_SHOWN), status, Subject.TYPED)
            judged = self._judged(None, verdict, plate, moment)
            joined = replace(judged, entry=EntryDetails(belongs_to=belongs_to))
            return self._open(CheckOrigin.PLATE, joined, moment)
        before = self.ledger.latest(after)
        finding = self._verified_again(before, plate, moment)
        status = self.lists.status(plate, moment, told or standing(before, plate))
        verdict = decide(finding, status, Subject.TYPED)
        answer = replace(before.answer, newer_issued=False)
        entered = replace(before, verdict=verdict, plate=plate, answer=answer, fits=())
        return self._look_up_again(entered, moment)

    def look_up_vin(self, vin: str, after: RecordedCheck | None, moment: Moment) -> Recorded:
        """Check the vehicle with a VIN, which no list has: only the registry knows it.

        It belongs to the check `after`, whose plate the vehicle wears if the officer typed or confirmed it. A
        check's record has no place for a VIN (wire format, section 6), so that of a note on it states the
        VIN.
        """
        verdict = decide_by_vin(refuse(Reason.NOT_SHOWN), UNCHECKED, None)
        belongs_to = after.seq if after is not None and after.recorded else None
        seen = after is not None and after.verdict.subject in (Subject.TYPED, Subject.CONFIRMED)
        worn = after.plate if after is not None and seen else None
        judged = self._judged(None, verdict, None, moment)
        judged = replace(judged, entry=EntryDetails(vin=vin, worn=worn, belongs_to=belongs_to))
        request = self.lookups.about(judged, moment)
        begun = self.ledger.begin(CheckOrigin.PLATE, judged, moment, request.correlation if request else None)
        self.recorder.record(Note(seq=begun.seq, text=f"{_VIN} {vin}"), moment)
        return Recorded(self.lookups.send(begun, request))

    def confirm(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Record that this is the vehicle; a check of more than ANSWER_STANDS_S ago is made again."""
        judged = self.ledger.latest(judged)
        verdict = judged.verdict
        stands = self.clock.monotonic_s() - judged.as_of_s <= ANSWER_STANDS_S
        if judged.plate is None or stands:
            confirmed = replace(judged, verdict=decide(verdict.finding, verdict.status, Subject.CONFIRMED))
            return Recorded(self.ledger.refine(confirmed, moment))
        return self._made_again(judged, judged.plate, Subject.CONFIRMED, moment)

    def recheck(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Check a check's vehicle again, by the code, the lists and the registry, as of now."""
        judged = self.ledger.latest(judged)
        plate, subject = judged.plate, judged.verdict.subject
        if plate is None:
            return Recorded(judged)
        return self._made_again(judged, plate, subject, moment)

    def compare(self, judged: RecordedCheck, fits: tuple[Fit, ...], moment: Moment) -> Recorded:
        """Record how the car in front fits an alarm's record, one of `fits` for each of POINTS.

        If all agree, that confirms the vehicle.
        """
        judged = self.ledger.latest(judged)
        if judged.seq < 0:
            raise JournalFault("the check itself is not recorded yet")
        self.recorder.record(Note(seq=judged.seq, text=f"比对：{said_of(fits)}"), moment)
        judged = self.ledger.know(replace(judged, fits=fits))
        if set(fits) == {Fit.AGREES} and judged.verdict.subject is Subject.CODE:
            return self.confirm(judged, moment)
        return Recorded(judged)

    def ask_kinds(self, number: str, moment: Moment) -> Listed | None:
        """Ask which kinds of plate have this number; the answer comes later as Listed.

        Returns a Listed without kinds if the registry cannot be asked.
        """
        registry = self.registry
        request = registry.ask_plate(number, None, self.recorder.head, moment) if registry else None
        if registry is None or request is None:
            return Listed(number, None)
        registry.send(request)
        return None

    def _judged(
        self, text: str | None, verdict: Verdict, plate: Plate | None, moment: Moment
    ) -> RecordedCheck:
        """Return a check as of now, which has no record yet."""
        return RecordedCheck(text, verdict, 0, moment.now_s, plate, as_of_s=self.clock.monotonic_s())

    def _open(self, how: CheckOrigin, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Record a new check, then look it up."""
        request = self.lookups.about(judged, moment)
        if not is_alarm(judged.verdict):  # a record that cannot be written must not keep an alarm back
            self._record_reports(moment)
        request_id = request.correlation if request else None
        return Recorded(self.lookups.send(self.ledger.begin(how, judged, moment, request_id), request))

    def _record_reports(self, moment: Moment) -> None:
        """Record which files of the terminal verification found faulty."""
        for report in self.verifier.reports:
            self.recorder.record(report, moment)
        self.verifier.reports.clear()

    def _look_up_again(self, judged: RecordedCheck, moment: Moment) -> Recorded:
        """Record what the officer changed of a check, then look up its vehicle."""
        request = self.lookups.about(judged, moment)
        judged = replace(judged, as_of_s=self.clock.monotonic_s())
        request_id = request.correlation if request else None
        return Recorded(self.lookups.send(self.ledger.refine(judged, moment, request_id), request))

    def _made_again(
        self, judged: RecordedCheck, plate: Plate, subject: Subject | None, moment: Moment
    ) -> Recorded:
        """Judge a check's code and vehicle as of now, record it, and look the vehicle up again."""
        entered = None if subject in (Subject.CODE, None) else plate
        finding = self._verified_again(judged, entered, moment)
        status = self.lists.status(plate, moment, standing(judged, plate))
        return self._look_up_again(replace(judged, verdict=decide(finding, status, subject)), moment)

    def _verified_again(self, judged: RecordedCheck, entered: Plate | None, moment: Moment) -> Finding:
        """Return the finding of a check's code as of now, against the plate that was entered, if any.

        What the registry said of the code holds: that it was issued, or what another issuer states.
        """
        if judged.text is None:
            return refuse(Reason.NOT_SHOWN)
        finding = self.verifier.verify(judged.text, moment, entered)
        if judged.answer.issuance is not None:
            return with_issuance(finding, judged.answer.issuance, moment, entered)
        statement = self.lookups.statement(judged.seq)
        return statement.on(finding, entered) if statement is not None else finding

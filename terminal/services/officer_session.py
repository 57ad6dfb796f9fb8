"""Signing in and out: whose session it is, its records, and the shift that goes with it.

1. A right PIN starts a shift, or goes on with the locked session of the same officer. Where another officer's
   session is locked, that officer's shift is handed over first.
2. Every PIN is counted as wrong before it is checked (`terminal.officers.attempts`), in a process of its own.
3. A duress PIN does all that the PIN does; what is recorded from then on is marked (wire format, section 6).
4. While an order locks the terminal, nobody but a supervisor signs in, whose sign-in ends the lock.
5. What cannot be recorded stops nobody: an officer must be able to unlock an alarm on a full disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import JournalFault, OrdersFault, SignInFault
from terminal.journal.entry import Event, EventKind, Session, SessionStep
from terminal.officers.pin_check import PinCheck, PinResult
from terminal.screens.sign_in import (
    CheckPin,
    LockNow,
    RecordLock,
    Released,
    SignedIn,
    SignInEvent,
    SignInRefusal,
    SignInRefused,
    Takeover,
)
from terminal.screens.values import SignedInOfficer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.credential.verify import Moment
    from terminal.officers.attempts import Attempts
    from terminal.officers.roster import Officer, Roster
    from terminal.officers.roster_source import RosterSource
    from terminal.ports import Clock
    from terminal.services.notices import Notices
    from terminal.services.orders import OrderService
    from terminal.services.recorder import Author
    from terminal.services.shift import Shift
    from terminal.services.shift_actions import ShiftActions
    from terminal.services.verifier import Verifier

MOST_UNKNOWN_WAIT = 6
"""A number that cannot sign in waits 2, 4, 8 ... seconds, at most two to the power of this."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A check that is going on."""

    asked: CheckPin
    officer: Officer
    check: PinCheck


@dataclass(slots=True)
class OfficerSession:
    """The session of this run; the shift says whether there is one."""

    shift_actions: ShiftActions
    rosters: RosterSource
    attempts: Attempts
    orders: OrderService
    verifier: Verifier
    clock: Clock
    notices: Notices
    start_check: Callable[[Officer, str, float], PinCheck] = PinCheck
    _pending: _Pending | None = field(default=None, init=False)
    _seen: Roster | None = field(default=None, init=False)
    """The roster that the signed-in officer was last found in."""
    _unknown: tuple[int, float] = field(default=(0, 0.0), init=False)
    """Sign-ins refused without a check, and the monotonic time, s, from which the next one is accepted."""

    @property
    def shift(self) -> Shift:
        """The shift that belongs to the session."""
        return self.shift_actions.shift

    @property
    def officer(self) -> SignedInOfficer | None:
        """Whose session it is, locked or not; None if nobody is signed in."""
        if not self.shift.on:
            return None
        number = self.shift.officer
        roster = self.rosters.roster
        found = roster.find(number) if roster else None
        return SignedInOfficer(number, found.name if found else "")

    def perform(self, effect: CheckPin | RecordLock) -> SignInEvent | None:
        """Start the check of a PIN, or record that the session was locked."""
        if isinstance(effect, RecordLock):
            self._record(Session(SessionStep.LOCKED))
            return None
        return self._begin(effect)

    def poll(self) -> Sequence[SignInEvent]:
        """Return what has happened: a check has ended, or the session is to be locked."""
        events: list[SignInEvent] = []
        if self._is_removed() or self.orders.locked:
            events.append(LockNow())
        if self._pending is not None:
            result = self._pending.check.poll(self.clock.monotonic_s())
            if result is not None:
                asked, officer, self._pending = self._pending.asked, self._pending.officer, None
                events.append(self._concluded(asked, officer, result))
        return events

    def close(self) -> None:
        """End a check that is going on."""
        if self._pending is not None:
            self._pending.check.close()

    def _begin(self, asked: CheckPin) -> SignInEvent | None:
        """Count and start a check, or return why there is none."""
        if self._pending is not None:
            return None
        roster, now_s = self.rosters.roster, self.clock.monotonic_s()
        officer = roster.find(asked.number) if roster else None
        refused = self._refused(asked, officer, now_s)
        if refused is not None or officer is None:
            return refused
        try:
            self.attempts.count(officer, now_s)
        except SignInFault as fault:
            self.notices.add(fault)
            return SignInRefused(SignInRefusal.FAULT)
        self._pending = _Pending(asked, officer, self.start_check(officer, asked.pin, now_s))
        return None

    def _refused(self, asked: CheckPin, officer: Officer | None, now_s: float) -> SignInRefused | None:
        """Refuse without a check; None if the PIN is to be checked."""
        standing = None if officer is None else self.attempts.standing(officer)
        opens_s = max(self._unknown[1] if standing is None else standing.opens_s, 0.0)
        if now_s < opens_s and not (standing and standing.locked):
            return SignInRefused(SignInRefusal.WAIT, opens_s)
        refusal = self._reason(asked, officer)
        if refusal is None and standing is not None and standing.locked:
            refusal = SignInRefusal.BLOCKED
        if refusal is None:
            return None
        count = min(self._unknown[0] + 1, MOST_UNKNOWN_WAIT)
        self._unknown = count, now_s + 2.0**count
        self._record(Session(SessionStep.REFUSED), asked.number)
        return SignInRefused(refusal, 0.0 if refusal is SignInRefusal.BLOCKED else self._unknown[1])

    def _reason(self, asked: CheckPin, officer: Officer | None) -> SignInRefusal | None:
        """Return why this officer may not sign in or release, whatever the PIN."""
        if self.rosters.roster is None:
            return SignInRefusal.NO_ROSTER
        if officer is None:
            return SignInRefusal.WRONG
        moment = self._moment()
        if not officer.is_valid(moment.now_s, clock_trusted=moment.clock_trusted):
            return SignInRefusal.NOT_VALID
        if self.orders.locked and not officer.supervisor:
            return SignInRefusal.ORDER
        return SignInRefusal.NOT_SUPERVISOR if asked.release and not officer.supervisor else None

    def _concluded(self, asked: CheckPin, officer: Officer, result: PinResult) -> SignInEvent:
        if result in (PinResult.WRONG, PinResult.FAILED):
            self._record(Session(SessionStep.REFUSED), officer.number)
            standing = self.attempts.standing(officer)
            if standing.locked:
                return SignInRefused(SignInRefusal.BLOCKED)
            wrong = result is PinResult.WRONG
            return SignInRefused(SignInRefusal.WRONG if wrong else SignInRefusal.FAULT, standing.opens_s)
        self._unknown = 0, 0.0
        self._clear(officer)
        duress = result is PinResult.DURESS
        return self._release(asked, duress=duress) if asked.release else self._sign_in(officer, duress=duress)

    def _release(self, asked: CheckPin, *, duress: bool) -> Released:
        roster = self.rosters.roster
        released = roster.find(asked.release) if roster else None
        if released is not None:
            self._clear(released)
        text = f"wrong PINs of officer {asked.release} were forgiven"
        with self.notices.noting(JournalFault):
            body = Event(EventKind.FAULT, text)
            self.shift.recorder.record(body, self._moment(), self._author(asked.number, duress=duress))
        return Released(asked.release)

    def _sign_in(self, officer: Officer, *, duress: bool) -> SignedIn:
        """Make the session this officer's."""
        with self.notices.noting(OrdersFault):
            self.orders.unlock()  # a supervisor's sign-in ends it: nobody else gets here while it lasts
        self._seen = self.rosters.roster
        signed_in = SignedInOfficer(officer.number, officer.name)
        continues = self.shift.on and self.shift.officer == officer.number
        takeover = self._takeover() if self.shift.on and not continues else None
        with self.notices.noting(JournalFault):
            if self.shift.on and not continues:
                self.shift_actions.end(self._moment(), handover=True)
        with self.notices.noting(JournalFault):
            if continues:
                self.shift.resume_as(officer.number, self._moment(), duress=duress)
            else:
                self.shift_actions.start(officer.number, self._moment(), duress=duress)
        return SignedIn(signed_in, not continues, takeover)

    def _takeover(self) -> Takeover | None:
        """Return what another officer takes over from the shift that goes on; None if there is none."""
        if self.officer is None:
            return None
        open_alarms = self.shift_actions.open_alarms.alarms[::-1]
        return Takeover(self.officer, open_alarms, self.shift.recorder.unreceipted)

    def _is_removed(self) -> bool:
        """Return True once if a new roster no longer has the officer whose session it is."""
        roster = self.rosters.roster
        if not self.shift.on or roster is self._seen:
            return False
        self._seen = roster
        return roster is None or roster.find(self.shift.officer) is None

    def _moment(self) -> Moment:
        return self.verifier.now(self.clock)

    def _clear(self, officer: Officer) -> None:
        with self.notices.noting(SignInFault):
            self.attempts.clear(officer)

    def _record(self, body: Session, number: str | None = None) -> None:
        """Record a step of this session, or of the officer who tried to sign in."""
        author = None if number is None else self._author(number)
        with self.notices.noting(JournalFault):
            self.shift.recorder.record(body, self._moment(), author)

    def _author(self, number: str, *, duress: bool = False) -> Author:
        author = self.shift.recorder.author
        return author.of(number, shift=author.shift if self.shift.on else "", duress=duress)

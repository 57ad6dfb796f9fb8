"""Puts each new trust set in force on a terminal in use: the next verdict is by it, without a restart.

1. `poll` costs one system call while nothing has changed, and is called in every turn of the loop.
2. Everything that holds a part of a set subscribes, and takes the new one in the order of subscription.
3. A set that does not verify changes nothing; the fault is shown, with the age of the set in force.
4. What came into force is recorded as an event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.credential.grade import Grade, grade
from terminal.errors import TrustFault, TrustNotUpdated
from terminal.journal.entry import Event, EventKind
from terminal.services.rules_in_force import RulesInForce

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.credential.trust_source import TrustInForce, TrustSource
    from terminal.credential.verify import Moment
    from terminal.errors import Fault
    from terminal.ports import TrustUpdater
    from terminal.services.trust_expiry import TrustExpiry
    from terminal.services.trust_updates import TrustUpdates

    Subscriber = Callable[[TrustInForce], None]


@dataclass(frozen=True, slots=True)
class TrustAccess:
    """The trust set that a run begins with, where later ones come from, and who fetches them."""

    source: TrustSource
    first: TrustInForce
    updater: TrustUpdater | None = None
    """None for a command that updates nothing."""


def access(source: TrustSource, updater: TrustUpdater | None = None) -> TrustAccess:
    """Load the set in force. Raises TrustFault if there is none that can be used."""
    first = source.poll()
    if first is None:
        raise TrustFault("no trust set has been installed; run `roadside trust update`")
    return TrustAccess(source, first, updater)


@dataclass(slots=True)
class TrustService:
    """The trust set in force, its grade, its rules and its updates."""

    source: TrustSource
    in_force: TrustInForce
    fresh_s: float
    """Greatest age of a fresh set, s."""
    usable_s: float
    """Greatest age of a usable set, s."""
    expiry: TrustExpiry
    updates: TrustUpdates | None = None
    """None for a command that updates nothing."""
    rules: RulesInForce = field(default_factory=RulesInForce, init=False)
    events: list[Event] = field(default_factory=list, init=False)
    """Events that are yet to be recorded; cleared by the caller once they are."""
    _subscribers: list[Subscriber] = field(default_factory=list, init=False)
    _refused: TrustFault | None = field(default=None, init=False)
    """Why a set that came into force on disk is not used."""

    def __post_init__(self) -> None:
        """Begin with the rules of the set in force."""
        self.subscribe(lambda new: self.rules.load(new.targets, new.trust_set.made_s))

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call a function with the set in force now, and with each that comes into force later."""
        self._subscribers.append(subscriber)
        subscriber(self.in_force)

    def poll(self, moment: Moment, *, online: bool | None = None) -> None:
        """Put a new set in force, and the rules that are due; start an update if it is time."""
        try:
            new = self.source.poll()
        except TrustFault as fault:
            self._refused = fault
            self.events.append(Event(EventKind.TRUST, f"a trust set was refused: {fault.detail}"))
            new = None
        if new is not None:
            self._note(new)
            self._refused, self.in_force = None, new
            for subscriber in self._subscribers:
                subscriber(new)
        event = self.rules.poll(moment)
        if event is not None:
            self.events.append(event)
        if self.updates is not None:
            self.updates.poll(online=online)

    def _note(self, new: TrustInForce) -> None:
        """Have it recorded that another set is in force, or that the one in force is damaged."""
        if new.fault is not None:
            self.events.append(Event(EventKind.TRUST, f"the trust set is damaged: {new.fault.detail}"))
        elif new.generation != self.in_force.generation:
            self.events.append(Event(EventKind.TRUST, f"trust set {new.trust_set.serial} is in force"))

    def request_update(self) -> None:
        """Have an update start now, as an order `refresh` asks for."""
        if self.updates is not None:
            self.updates.request_update()

    def is_expired(self, moment: Moment) -> bool:
        """Return True if lists, roster and enforcement keys are to be removed; see `TrustExpiry`."""
        return self.expiry.is_due(self.in_force, moment)

    def remove_expired(self) -> None:
        """Remove lists, roster and enforcement keys. Raises OrdersFault."""
        self.expiry.carry_out(self.in_force)

    def age_s(self, now_s: float) -> float | None:
        """Return the age of the set in force, s; None without one that verifies codes."""
        held = self.in_force
        return None if held.fault is not None else held.trust_set.age_s(now_s)

    def grade(self, now_s: float) -> Grade:
        """Return the grade of the set in force by its age; stale without one."""
        if self.in_force.fault is not None:
            return Grade.STALE
        made_s = self.in_force.trust_set.made_s
        return grade(made_s, now_s, fresh_s=self.fresh_s, usable_s=self.usable_s)

    def faults(self, now_s: float, *, online: bool | None) -> tuple[Fault, ...]:
        """Return what is wrong with the set in force, its update or its rules.

        That the source cannot be reached is no fault while the network is down and the set is fresh.
        """
        found: list[Fault] = [self.in_force.fault] if self.in_force.fault is not None else []
        failed = self.updates.failure if self.updates is not None else None
        expected = failed is not None and failed.unreachable and online is False
        if self._refused is not None:
            found.append(TrustNotUpdated(self._refused.detail, self.age_s(now_s)))
        elif failed is not None and not (expected and self.grade(now_s) is Grade.FRESH):
            found.append(TrustNotUpdated(failed.failure or "", self.age_s(now_s)))
        return (*found, *self.rules.faults[:1])

    def close(self) -> None:
        """End an update that runs."""
        if self.updates is not None:
            self.updates.close()

"""Rules of verdicts: targets `rules/<serial>.cbor` of the trust set (wire format, section 4).

1. A target that breaks a rule of `terminal.vehicle.rules` is refused whole; the others count.
2. Of those whose time has come by the trusted clock the highest serial is in force; without one, the
   package's own tables, which are serial 0.
3. While the clock is not trusted, the time at which the trust set was made stands for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.errors import RulesFault
from terminal.journal.entry import Event, EventKind, Rules
from terminal.services.recorder import PACKAGE_RULES
from terminal.vehicle import rules, tables
from terminal.wire import cbor
from terminal.wire.cbor import Malformed
from terminal.wire.fields import entries, text, uint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from terminal.credential.verify import Moment

_TARGET = re.compile(r"rules/([0-9]{1,9})\.cbor", re.ASCII)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules of a trust set, checked."""

    serial: int
    from_s: int
    """In force from this Unix time, s."""
    tables: Mapping[str, str] = field(repr=False)
    """CSV texts by table."""


def read(name: str, content: bytes) -> RuleSet:
    """Read and check a target. Raises RulesFault."""
    try:
        fields = entries(cbor.read(content), frozenset({1, 2, 3}))
        serial, texts = uint(fields[1]), entries(fields[3], frozenset(range(1, len(tables.RULES) + 1)))
        named = _TARGET.fullmatch(name)
        if serial == 0 or named is None or int(named[1]) != serial:
            raise RulesFault(f"{name}: has serial {serial}")
        csv = {table: text(texts[key]) for key, table in enumerate(tables.RULES, 1)}
        rules.check(csv)
        return RuleSet(serial, uint(fields[2]), csv)
    except (Malformed, rules.RulesError) as error:
        raise RulesFault(f"{name}: {error}") from error


@dataclass(slots=True)
class RulesInForce:
    """The rules of the trust set in force, of which one is put in force by the time."""

    faults: tuple[RulesFault, ...] = field(default=(), init=False)
    """Targets of this trust set that were refused."""
    _held: tuple[RuleSet, ...] = field(default=(), init=False)
    _made_s: int = field(default=0, init=False)
    _current: RuleSet | None = field(default=None, init=False)

    @property
    def named(self) -> Rules:
        """The rules in force as records name them."""
        return Rules(self._current.serial) if self._current else PACKAGE_RULES

    def load(self, targets: Mapping[str, bytes], made_s: int) -> None:
        """Take the rules of a trust set that was made at `made_s` (Unix s); `poll` puts them in force."""
        held: list[RuleSet] = []
        faults: list[RulesFault] = []
        for name, content in targets.items():
            if name.startswith("rules/"):
                try:
                    held.append(read(name, content))
                except RulesFault as fault:
                    faults.append(fault)
        self._held, self.faults, self._made_s = tuple(held), tuple(faults), made_s

    def poll(self, moment: Moment) -> Event | None:
        """Put in force what is due; the event to record if that changed anything."""
        now_s = moment.now_s if moment.clock_trusted else self._made_s
        due = max((one for one in self._held if one.from_s <= now_s), key=_serial, default=None)
        if due == self._current:
            return None
        self._current = due
        tables.put_in_force(due.tables if due else None)
        return Event(EventKind.TRUST, f"rules {due.serial if due else 0} are in force")


def _serial(one: RuleSet) -> int:
    return one.serial

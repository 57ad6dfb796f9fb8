"""The screens of a check, from live picture to verdict and plate entry: states, events and effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.model import NAMING_A_VEHICLE, Candidate, Outcome, RecordedCheck, Subject
from terminal.screens.values import LastSeen, Status

if TYPE_CHECKING:
    from terminal.screens.choice import OtherCode

LINGER_S = 2.0
"""A code is still the same sighting until it was out of view this long."""
OTHER_CODE_S = 1.0
"""How long a second code is still said to be in view, though a frame does not show it."""
_AGEING = frozenset({Outcome.PASS, Outcome.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class Ready:
    """The live picture and a reticle: show a code."""

    status: Status = field(default_factory=Status)
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict, with its ground."""

    status: Status
    judged: RecordedCheck
    seen: LastSeen | None = None
    other: OtherCode | None = None
    """Another code in view, which was not checked."""
    revealed: bool = False
    """The officer asked to see the verdict although it is old."""

    @property
    def needs_confirmation(self) -> bool:
        """The one question is open: whether this is the vehicle."""
        verdict = self.judged.verdict
        return verdict.subject is Subject.CODE and verdict.finding.finding in NAMING_A_VEHICLE

    @property
    def compares(self) -> bool:
        """The officer has to compare the car with an alarm's record before it is stopped."""
        alarm = self.judged.verdict.outcome is Outcome.ALARM
        return alarm and self.judged.plate is not None and not self.judged.fits

    @property
    def has_other_code(self) -> bool:
        """Another inspection mark's code is in view, which the officer may pick."""
        return self.other is not None and self.other.ours

    @property
    def wants_plate(self) -> bool:
        """Nothing says which vehicle this is, so its plate must be entered."""
        return self.judged.plate is None

    @property
    def age_s(self) -> float:
        """Seconds since the verdict's evidence was gathered."""
        return max(0.0, self.status.monotonic_s - self.judged.as_of_s)

    @property
    def faded(self) -> bool:
        """The verdict would let the vehicle go, and is too old to be shown as a fresh one."""
        return self.judged.verdict.outcome in _AGEING and self.age_s > self.status.fades_s

    @property
    def hidden(self) -> bool:
        """The verdict would let the vehicle go, and is so old that a new check is offered in its place."""
        return self.faded and self.age_s > self.status.hides_s and not self.revealed


class Keys(StrEnum):
    """Which keys plate entry shows."""

    PROVINCES = "provinces"
    SYMBOLS = "symbols"


class Advice(StrEnum):
    """Advice on a number that was to be looked up; only the last of them is a refusal."""

    UNUSUAL = "unusual"
    """It fits no known pattern: one more press looks it up all the same."""
    IMPOSSIBLE = "impossible"
    """No plate has so few or so many characters."""


@dataclass(frozen=True, slots=True)
class PlateEntry:
    """The officer types a plate's number."""

    status: Status
    number: str = ""
    keys: Keys = Keys.PROVINCES
    advice: Advice | None = None
    after: RecordedCheck | None = None
    """The check that this plate is for; None where nothing was shown."""
    seen: LastSeen | None = None


class KindSource(StrEnum):
    """Where the kinds that the officer picks from come from."""

    PATTERNS = "patterns"
    ASKING = "asking"
    REGISTRY = "registry"
    NONE = "none"
    """The registry has no vehicle of this number; the kinds are those of the patterns."""
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class KindChoice:
    """Several kinds may have this number: the officer picks by the plate's colour, never the program."""

    status: Status
    number: str
    kinds: tuple[str, ...]
    """Codes of plate_types.csv, and of the registry where that has others."""
    listing: KindSource = KindSource.PATTERNS
    after: RecordedCheck | None = None
    seen: LastSeen | None = None
    found: tuple[Candidate, ...] = ()
    """The registry's vehicles, one for each of `kinds` in their order, where it was asked."""

    @property
    def may_ask(self) -> bool:
        """Whether the registry can be asked which kinds there are."""
        return bool(self.status.online) and self.listing in (KindSource.PATTERNS, KindSource.NO_ANSWER)

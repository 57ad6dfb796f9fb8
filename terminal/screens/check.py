"""States, events and effects of a check's screens: live picture, verdict and plate entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from terminal.model import NAMING_A_VEHICLE, Candidate, LookupState, Outcome, RecordedCheck, Subject
from terminal.screens.alarms import is_alarm
from terminal.screens.entry import Draft, EntryPurpose
from terminal.screens.looking import Looking
from terminal.screens.values import LastSeen, Status

if TYPE_CHECKING:
    from terminal.screens.choice import OtherCode
    from terminal.screens.shift import ShiftLog

LINGER_S = 2.0
"""Time out of view, s, after which a code counts as shown anew."""
OTHER_CODE_S = 1.0
"""Time, s, for which a second code is still reported as in view after the last frame that showed it."""
_AGEING = frozenset({Outcome.PASS, Outcome.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class Ready:
    """Live picture with a reticle, ready for a code."""

    status: Status = field(default_factory=Status)
    seen: LastSeen | None = None
    checked: RecordedCheck | None = field(default=None, repr=False, compare=False)
    """The check that was shown last; None if there is none to go back to."""
    looking: Looking = Looking()  # noqa: RUF009 - frozen
    draft: Draft | None = None
    """Number with which plate entry was left just now; None if it was not."""

    @property
    def known(self) -> RecordedCheck | None:
        """The check of the code in view, if it is the one that was shown last."""
        seen = self.seen.text if self.seen is not None and self.shows_checked_code else None
        return self.checked if self.checked is not None and seen and self.checked.text == seen else None

    @property
    def shows_checked_code(self) -> bool:
        """True while the code checked last is in view."""
        return self.seen is not None and self.status.clock.monotonic_s - self.seen.last_s <= OTHER_CODE_S


class Phase(StrEnum):
    """Part of a check that is shown; only `VERDICT` has an outcome's colour, icon, words and signal."""

    COMPARE = "compare"
    """The plate that a code names, to be compared with the car (wire format, section 3, "Whose vehicle is
    looked up")."""
    CHECKING = "checking"
    """The vehicle's plate, while the registry is being asked."""
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Result:
    """A check: first its plate, then its verdict and the evidence that it is based on."""

    status: Status
    judged: RecordedCheck
    seen: LastSeen | None = None
    other: OtherCode | None = None
    """Another code in view, which was not checked."""
    revealed: bool = False
    """True once the officer asked to see a verdict that was hidden for its age."""
    details: int = 0
    """Number of the page of details that is shown; 0 for the first page, which has the verdict."""
    log: ShiftLog | None = None
    """The shift's list that the check was reopened from; None for a check that is being made."""
    returned: bool = False
    """True if the officer came back to it from a screen that it leads to: BACK then leads to the next scan,
    so that it never alternates between two screens.
    """
    draft: Draft | None = None
    """Number with which plate entry was left just now; None if it was not."""

    @property
    def phase(self) -> Phase:
        """The part of the check that is shown. Alarms and live `off_road` are shown at once."""
        if is_alarm(self.judged.verdict):
            return Phase.VERDICT
        if self._unconfirmed:
            return Phase.COMPARE
        return Phase.CHECKING if self.judged.lookup is LookupState.WAITING else Phase.VERDICT

    @property
    def reopened(self) -> bool:
        """True if this is an earlier check that the officer opened from the shift's list."""
        return self.log is not None

    @property
    def _unconfirmed(self) -> bool:
        verdict = self.judged.verdict
        return verdict.subject is Subject.CODE and verdict.finding.finding in NAMING_A_VEHICLE

    @property
    def needs_confirmation(self) -> bool:
        """True while the officer has not confirmed that this is the vehicle, and may."""
        return self._unconfirmed and not self.reopened

    @property
    def compares(self) -> bool:
        """True if the officer must compare the car with an alarm's record before stopping it."""
        alarm = self.judged.verdict.outcome is Outcome.ALARM and not self.reopened
        return alarm and self.judged.plate is not None and not self.judged.fits

    @property
    def has_other_code(self) -> bool:
        """True if another inspection mark is in view, which the officer may pick."""
        return self.other is not None and self.other.ours

    @property
    def wants_plate(self) -> bool:
        """True if no vehicle is known, so that its plate must be entered."""
        return self.judged.plate is None and not self.reopened

    @property
    def heard(self) -> Outcome | None:
        """Outcome whose signal belongs to this screen; None if no verdict is shown, or an old one."""
        shown = self.phase is Phase.VERDICT and not self.faded and not self.reopened
        return self.judged.verdict.outcome if shown else None

    @property
    def has_details(self) -> bool:
        """True if the officer may open the pages of details."""
        return self.phase is Phase.VERDICT and not self.hidden

    @property
    def detail_pages(self) -> int:
        """Number of pages of details: the findings, and if the vehicle is known its record."""
        verdict = self.judged.verdict
        return 1 if verdict.status.vehicle is None and verdict.finding.credential is None else 2

    @property
    def age_s(self) -> float:
        """Seconds since the verdict's evidence was gathered."""
        return max(0.0, self.status.clock.monotonic_s - self.judged.as_of_s)

    @property
    def faded(self) -> bool:
        """True if the verdict would let the vehicle go and is too old to look fresh (`AgeLimits.fades_s`)."""
        goes = self.phase is Phase.VERDICT and self.judged.verdict.outcome in _AGEING
        return goes and (self.reopened or self.age_s > self.status.limits.fades_s)

    @property
    def hidden(self) -> bool:
        """True if the verdict would let the vehicle go and is so old that a new check is offered
        (`AgeLimits.hides_s`).
        """
        old = self.faded and self.age_s > self.status.limits.hides_s
        return old and not self.revealed and not self.reopened


@dataclass(frozen=True, slots=True)
class DetailsWanted:
    """The officer touched the key of a verdict's details, or the live picture of a code that was checked."""


class Keys(StrEnum):
    """The keyboards of plate entry."""

    PROVINCES = "provinces"
    SYMBOLS = "symbols"


class Advice(StrEnum):
    """Advice on a number that was entered; only `IMPOSSIBLE` refuses it."""

    INCOMPLETE = "incomplete"
    """It is the beginning of a longer one; if it can be a number, one more press looks it up."""
    UNUSUAL = "unusual"
    """It fits no known pattern; one more press looks it up all the same."""
    IMPOSSIBLE = "impossible"
    """No plate has so few or so many characters."""


@dataclass(frozen=True, slots=True)
class PlateEntry:
    """Entry of a plate number."""

    status: Status
    number: str = ""
    keys: Keys = Keys.PROVINCES
    advice: Advice | None = None
    after: RecordedCheck | None = None
    """The check that it was opened from, and that BACK shows again; None for a new check."""
    seen: LastSeen | None = None
    purpose: EntryPurpose = EntryPurpose.PLATE
    vin: str = ""
    """VIN that was left half typed."""


class KindSource(StrEnum):
    """Source of the kinds that the officer picks from."""

    PATTERNS = "patterns"
    ASKING = "asking"
    REGISTRY = "registry"
    NONE = "none"
    """The registry has no vehicle of this number; the kinds are those whose patterns it fits."""
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class KindChoice:
    """Choice of the plate's kind where several have this number: the officer picks by its colour."""

    status: Status
    number: str
    kinds: tuple[str, ...]
    """Codes of plate_types.csv, and further ones that the registry named."""
    listing: KindSource = KindSource.PATTERNS
    after: RecordedCheck | None = None
    seen: LastSeen | None = None
    found: tuple[Candidate, ...] = ()
    """The registry's vehicles, one for each of `kinds` in the same order; empty if it was not asked."""
    purpose: EntryPurpose = EntryPurpose.PLATE

    @property
    def may_ask(self) -> bool:
        """True if the officer can ask the registry for the kinds of this number."""
        return bool(self.status.online) and self.listing in (KindSource.PATTERNS, KindSource.NO_ANSWER)

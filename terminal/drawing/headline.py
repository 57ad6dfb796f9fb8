"""Words of a verdict's first page: the reason as its headline, the outcome above it, and what to do.

Domain, section 6.4: an alarm's headline is its gravest letter, a caution's its reason; "overdue" names the
day since when. Where nothing but the code failed, its reason stands alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.drawing.result_details import REFUSED
from terminal.model import CredentialFinding, LookupState, Outcome, VehicleFinding
from terminal.screens import alarms
from terminal.vehicle import status
from terminal.vehicle.inspection import SHANGHAI, is_day
from terminal.vehicle.status import StatusClass
from terminal.vehicle.tables import OUTCOMES, Lines
from terminal.vehicle.verdict import by_vin, is_contradicted

if TYPE_CHECKING:
    from terminal.drawing.page import Page
    from terminal.model import VehicleStatus, Verdict
    from terminal.screens.check import Result

_LETTERED = {
    VehicleFinding.OFF_ROAD: StatusClass.OFF_ROAD,
    VehicleFinding.CACHED_OFF_ROAD: StatusClass.OFF_ROAD,
    VehicleFinding.CAUTION: StatusClass.CAUTION,
    VehicleFinding.CACHED_CAUTION: StatusClass.CAUTION,
}
"""Findings that are named by their gravest letter."""
_LIVE = frozenset(
    {
        VehicleFinding.VALID,
        VehicleFinding.CAUTION,
        VehicleFinding.OVERDUE,
        VehicleFinding.OFF_ROAD,
        VehicleFinding.ALARM,
        VehicleFinding.NOT_FOUND,
    }
)
"""Findings of the registry alone, and of no list."""
_CACHED = frozenset(VehicleFinding) - _LIVE - {VehicleFinding.UNCHECKED, VehicleFinding.UNKNOWN}
"""Findings of a list alone."""
_MOMENT_S = 60.0
"""Age, s, up to which a finding is of just now."""
_LETS_GO = frozenset({Outcome.PASS, Outcome.PROVISIONAL})
_FAILURES = frozenset(
    {CredentialFinding.FAILED, CredentialFinding.UNVERIFIABLE, CredentialFinding.UNREADABLE}
)
_BLAMELESS = frozenset({CredentialFinding.CURRENT, CredentialFinding.PAST, CredentialFinding.NOT_SHOWN})
"""Findings of a code that are no reason for anything but a pass."""


def outcome_title(outcome: Outcome, page: Page) -> str:
    """Return an outcome's title."""
    row = OUTCOMES[outcome]
    return text.pick(Lines(row["title_zh"], row["title_en"]), page.style.language)


def headline(page: Page, screen: Result) -> str:
    """Return the reason of a verdict; the outcome's title where the vehicle may go."""
    judged = screen.judged
    verdict = judged.verdict
    if verdict.outcome is Outcome.ALARM:
        return text.pick(alarms.title(verdict), page.style.language)
    if verdict.outcome in _LETS_GO:
        return outcome_title(verdict.outcome, page)
    if judged.several is not None:
        return _named(page, "several")
    return _named(page, "contradicted") if is_contradicted(verdict) else _reason(page, screen)


def _reason(page: Page, screen: Result) -> str:
    verdict, found = screen.judged.verdict, screen.judged.verdict.status.finding
    if (of_vin := by_vin(verdict)) is not None:
        return _named(page, of_vin)
    if found is VehicleFinding.OVERDUE:
        return _overdue(page, screen)
    if found in _LETTERED:
        named = status.gravest(verdict.status.letters or "", _LETTERED[found])
        return text.pick(named, page.style.language) if named else _named(page, found)
    return _named(page, _decisive(verdict))


def _decisive(verdict: Verdict) -> str:
    """Return the finding that decides: the vehicle's where there is one, else the code's."""
    code, vehicle = verdict.finding.finding, verdict.status.finding
    if vehicle in (VehicleFinding.NOT_FOUND, VehicleFinding.UNKNOWN) or code in _BLAMELESS:
        return vehicle
    listed = vehicle is VehicleFinding.CACHED_OVERDUE and verdict.outcome is Outcome.UNDETERMINED
    return vehicle if listed else code


def _named(page: Page, key: str) -> str:
    return text.pick(text.HEADLINES[key], page.style.language)


def _overdue(page: Page, screen: Result) -> str:
    """Return for how long the inspection is overdue; without a trusted clock only that it is."""
    through = screen.judged.verdict.status.valid_through
    if through is None or not is_day(through) or not screen.status.clock.trusted:
        return _named(page, VehicleFinding.OVERDUE)
    first = _day_after(through)
    today = datetime.fromtimestamp(screen.status.clock.now_s, SHANGHAI)
    months = (today.year - first.year) * 12 + today.month - first.month - (today.day < first.day)
    if months > 0:
        return page.say("overdue_months", count=months)
    return page.say("overdue_days", count=max(1, (today.date() - first.date()).days + 1))


def label(page: Page, verdict: Verdict, named: str) -> str:
    """Return the outcome's title if the headline `named` is another; empty for a failure alone."""
    alone = verdict.status.finding is VehicleFinding.UNCHECKED and verdict.finding.finding in _FAILURES
    if alone or verdict.outcome in _LETS_GO or verdict.outcome is Outcome.OVERDUE:
        return ""
    title = outcome_title(verdict.outcome, page)
    return "" if title == named else title


def since(page: Page, vehicle: VehicleStatus) -> str:
    """Return since which day an inspection is overdue; empty if it is not, or the day is not known."""
    through = vehicle.valid_through
    if vehicle.finding is not VehicleFinding.OVERDUE or through is None or not is_day(through):
        return ""
    return page.say("overdue_since", day=_day_after(through).strftime("%Y-%m-%d"))


def source(page: Page, screen: Result) -> str:
    """Return where the vehicle's finding is from and how old it is; empty if no vehicle was looked for.

    A live finding may stand although the registry gave no answer since.
    """
    judged, vehicle = screen.judged, screen.judged.verdict.status
    if judged.plate is None:
        return ""
    if judged.answer.refusal is not None and judged.lookup is LookupState.NO_ANSWER:
        return page.say(REFUSED[judged.answer.refusal])
    if judged.lookup is LookupState.ANSWERED:
        return _dated(page, "source_live", screen.age_s)
    silent = judged.lookup is LookupState.NO_ANSWER
    if vehicle.age_s is None:
        unasked = "alarm_from_list" if vehicle.finding in _CACHED else "vehicle_not_asked"
        return page.say("lookup_no_answer" if silent else unasked)
    listed = "source_no_answer_listed" if silent else "source_list"
    key = "source_live" if vehicle.finding in _LIVE else listed
    return _dated(page, key, vehicle.age_s + screen.age_s)


def _dated(page: Page, key: str, age_s: float) -> str:
    ago = page.say("moment_ago") if age_s < _MOMENT_S else text.ago(age_s, page.style.language)
    return page.say(key, ago=ago)


def hotlist_warning(page: Page, status: VehicleStatus) -> str | None:
    """Return that alarms may be missing, because the hot list is silent or incomplete; else None."""
    word = status.hotlist
    if word is None or (word.age_s is not None and not word.silent):
        return None
    return page.say("hotlist_warning")


def guidance(page: Page, verdict: Verdict) -> str:
    """Return what to do, from the decision table; empty if it only repeats the title."""
    words = text.pick(Lines(verdict.guidance_zh, verdict.guidance_en), page.style.language)
    return "" if words == outcome_title(verdict.outcome, page) else words


def _day_after(yyyymmdd: int) -> datetime:
    year, rest = divmod(yyyymmdd, 10_000)
    return datetime(year, rest // 100, rest % 100, tzinfo=UTC) + timedelta(days=1)

"""Example screens of a check: before its verdict, its details, and reopened from the shift's list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.model import (
    AnswerSummary,
    Candidate,
    CredentialFinding,
    Fit,
    HotlistWord,
    LookupState,
    Reason,
    RecordDetails,
    RefusalReason,
    Several,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.shift import ShiftLog
from tests.terminal.screens.builders import (
    ALARM,
    CAR,
    COMPARE,
    FRESH,
    LABORATORY,
    ONLINE,
    PROVISIONAL,
    SLOW,
    aged,
    by_plate,
    live,
    result,
    with_judged,
)

if TYPE_CHECKING:
    from terminal.screens.check import Result

RECORD = replace(
    live(VehicleFinding.VALID, "A", 20270831),
    vehicle=replace(CAR, first_registered=20210824),
    details=RecordDetails(
        20250811,
        "苏州市吴中区第一机动车检测站",
        exempt=False,
        insured_until=20270308,
        violations=2,
        seats=5,
        energy="汽油",
        scrap_date=20360801,
    ),
    hotlist=HotlistWord(listed=False, age_s=420),
)
"""A vehicle as the registry describes it, with every field of its record."""


def verdict_screens() -> dict[str, Result]:
    """Return the screens of checks, one for each different look."""
    passed = with_judged(
        result(CredentialFinding.CURRENT, RECORD, subject=Subject.CONFIRMED, status=ONLINE),
        lookup=LookupState.ANSWERED,
        answer=AnswerSummary(newer_issued=True),
    )
    log = ShiftLog(LABORATORY)
    differs = (Fit.AGREES, Fit.AGREES, Fit.DIFFERS)
    return {
        "compare": with_judged(COMPARE, lookup=LookupState.WAITING),
        "compare_offline": replace(COMPARE, status=FRESH),
        "compare_answered": with_judged(
            result(CredentialFinding.CURRENT, live(VehicleFinding.OVERDUE, "Q", 20260331), status=ONLINE),
            lookup=LookupState.ANSWERED,
        ),
        "checking_confirmed": with_judged(PROVISIONAL, lookup=LookupState.WAITING),
        "checking_code": with_judged(
            result(CredentialFinding.UNVERIFIABLE, reason=Reason.OTHER_ISSUER, status=ONLINE),
            lookup=LookupState.WAITING,
        ),
        "caution_letters": with_judged(
            result(
                CredentialFinding.CURRENT,
                live(VehicleFinding.CAUTION, "GH", 20270831),
                subject=Subject.CONFIRMED,
                status=ONLINE,
            ),
            lookup=LookupState.ANSWERED,
        ),
        "several": with_judged(
            result(CredentialFinding.UNVERIFIABLE, reason=Reason.OTHER_ISSUER, status=ONLINE),
            lookup=LookupState.ANSWERED,
            several=Several(
                "苏B71002",
                (
                    Candidate("98", live(VehicleFinding.ALARM, "C", 20270831)),
                    Candidate("02", live(VehicleFinding.VALID, "A", 20270831)),
                ),
            ),
        ),
        "refused_clock": with_judged(
            by_plate(
                VehicleFinding.CACHED_VALID, LookupState.NO_ANSWER, status=replace(ONLINE, notices=(SLOW,))
            ),
            answer=AnswerSummary(refusal=RefusalReason.CLOCK),
        ),
        "hotlist_silent": by_plate(
            VehicleStatus(
                VehicleFinding.CACHED_VALID,
                age_s=90_000,
                hotlist=HotlistWord(listed=False, age_s=36_000, silent=True),
            ),
            LookupState.NO_ANSWER,
            status=replace(LABORATORY, online=False),
        ),
        "no_answer": by_plate(
            VehicleStatus(VehicleFinding.CACHED_OVERDUE, "Q", age_s=90_000),
            LookupState.NO_ANSWER,
            status=replace(LABORATORY, online=False),
        ),
        "contradiction": with_judged(
            result(
                CredentialFinding.CURRENT,
                replace(
                    live(VehicleFinding.VALID, "A", 20270831),
                    vehicle=replace(CAR, colour="H", vin_tail="123456", vehicle_type="H31"),
                ),
                subject=Subject.CONFIRMED,
            ),
            lookup=LookupState.ANSWERED,
        ),
        "details": replace(passed, details=1),
        "details_record": replace(passed, details=2),
        "details_alarm": replace(with_judged(ALARM, fits=differs), details=1),
        "reopened": replace(aged(passed, 900.0), log=log),
        "reopened_alarm": replace(aged(ALARM, 4_000.0), log=log),
        "reopened_compare": replace(aged(COMPARE, 900.0), log=log),
    }

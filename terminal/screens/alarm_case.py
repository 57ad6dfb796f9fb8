"""Screens, events and effects of an alarm's case: the radio card, comparisons after the stop, and its result.

They lie above the screen on which they were opened, which returns unchanged (`ui`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.journal.notes import AlarmResult, ResultKey
from terminal.model import POINTS
from terminal.screens.values import Status
from terminal.vehicle.tables import ALARM_WORD_KEYS

if TYPE_CHECKING:
    from terminal.journal.notes import Control
    from terminal.model import ComparedPoint, Fit, RecordedCheck
    from terminal.screens.open_alarm import OpenAlarm


class CaseField(StrEnum):
    """Fields of a result, in the order of the form."""

    RESULT = "result"
    REASON = "reason"
    DISPOSALS = "disposals"
    DOCUMENT = "document"
    HANDED_TO = "handed_to"


MOST_TEXT = 24
"""Most characters of a document number, and of whom a vehicle was handed to."""
ERASE = "erase"
TEXT_KEYS = (*"1234567890", *"ABCDEFGHJKLMNPQRSTUVWXYZ", ERASE)
"""Keys of the texts of a result: no I and no O, which are read as digits."""
RECEIVERS = ("派出所", "刑侦部门", "交警大队", "其他单位")
"""Usual receivers of a vehicle or person, in the recorded words; a number may follow."""


@dataclass(frozen=True, slots=True)
class RadioCard:
    """The card that the officer reads to the control room, and the control room's word."""

    alarm: OpenAlarm
    place: int = 0
    """Place among the open alarms, newest first, from 0."""
    count: int = 1
    """Number of open alarms."""
    status: Status = field(default_factory=Status)


@dataclass(frozen=True, slots=True)
class CarCheck:
    """Kind, type and colour are compared with the car, one point at a time, before it is stopped."""

    alarm: OpenAlarm
    fits: tuple[Fit, ...] = ()
    """Answers so far, in the order of POINTS."""
    status: Status = field(default_factory=Status)

    @property
    def point(self) -> ComparedPoint:
        """The point that is asked about."""
        return POINTS[len(self.fits)]


@dataclass(frozen=True, slots=True)
class VinCheck:
    """The VIN's tail is compared with the car that was stopped."""

    alarm: OpenAlarm
    status: Status = field(default_factory=Status)


@dataclass(frozen=True, slots=True)
class CaseForm:
    """The result so far, before it is recorded."""

    alarm: OpenAlarm
    draft: AlarmResult
    marked: int | None = None
    """Place of the field that CONFIRM opens; None: CONFIRM records the result."""
    status: Status = field(default_factory=Status)

    @property
    def fields(self) -> tuple[CaseField, ...]:
        """The fields that this result has."""
        return fields_of(self.draft)

    @property
    def missing(self) -> CaseField | None:
        """The field without which the result says too little; None if it is complete."""
        return missing(self.draft)


@dataclass(frozen=True, slots=True)
class CasePick:
    """The choice of a result, a reason or disposals."""

    alarm: OpenAlarm
    draft: AlarmResult | None
    """The result so far; None before the first choice."""
    wanted: CaseField = CaseField.RESULT
    marked: int | None = None
    """Place of the option that CONFIRM picks; None if none is marked."""
    status: Status = field(default_factory=Status)

    @property
    def options(self) -> tuple[str, ...]:
        """Keys of alarm_results.csv to pick from."""
        return options(self.wanted, self.draft)

    @property
    def has_form(self) -> bool:
        """True if BACK leads to the form, which has more to show than the result."""
        draft = self.draft
        return draft is not None and draft != AlarmResult(draft.result)


@dataclass(frozen=True, slots=True)
class CaseText:
    """Entry of a document number, or of whom the vehicle was handed to."""

    alarm: OpenAlarm
    draft: AlarmResult
    wanted: CaseField
    text: str = ""
    status: Status = field(default_factory=Status)


CaseScreen: TypeAlias = RadioCard | CarCheck | VinCheck | CaseForm | CasePick | CaseText


def fields_of(draft: AlarmResult) -> tuple[CaseField, ...]:
    """Return the fields of a result: one that was stopped has a disposal, one that was not has a reason."""
    match draft.result:
        case ResultKey.CONFIRMED:
            return tuple(each for each in CaseField if each is not CaseField.REASON)
        case ResultKey.NOT_STOPPED:
            return CaseField.RESULT, CaseField.REASON
        case _:
            return tuple(CaseField)


def missing(draft: AlarmResult) -> CaseField | None:
    """Return the field that must still be filled in; None if there is none."""
    if draft.result == ResultKey.CONFIRMED:
        return None if draft.disposals else CaseField.DISPOSALS
    return None if draft.reason else CaseField.REASON


def options(wanted: CaseField, draft: AlarmResult | None) -> tuple[str, ...]:
    """Return the keys of alarm_results.csv to pick from for a field; none for a text."""
    match wanted:
        case CaseField.RESULT:
            return ResultKey.CONFIRMED, ResultKey.NOT_THIS_VEHICLE, ResultKey.NOT_STOPPED
        case CaseField.REASON:
            stopped = draft is None or draft.result != ResultKey.NOT_STOPPED
            return ALARM_WORD_KEYS["reason" if stopped else "not_stopped"]
        case CaseField.DISPOSALS:
            return ALARM_WORD_KEYS["disposal"]
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class CardTurned:
    """The card of the next open alarm was requested."""


@dataclass(frozen=True, slots=True)
class ControlSaid:
    """The officer touched the control room's word."""

    word: Control


@dataclass(frozen=True, slots=True)
class CasePicked:
    """An option was touched: a key of alarm_results.csv."""

    key: str


@dataclass(frozen=True, slots=True)
class FieldOpened:
    """A field of the form was touched."""

    wanted: CaseField


@dataclass(frozen=True, slots=True)
class CaseTyped:
    """A key of TEXT_KEYS, or one of RECEIVERS, was touched."""

    text: str


CaseTouch: TypeAlias = CardTurned | ControlSaid | CasePicked | FieldOpened | CaseTyped


@dataclass(frozen=True, slots=True)
class AlarmsTold:
    """The alarms without a result, oldest first, as they are now."""

    alarms: tuple[OpenAlarm, ...]


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Record that the officer has seen this check's alarm; answered with AlarmsTold."""

    judged: RecordedCheck


@dataclass(frozen=True, slots=True)
class RecordControl:
    """Record the control room's word on an alarm; answered with AlarmsTold or Failed."""

    alarm: OpenAlarm
    word: Control


@dataclass(frozen=True, slots=True)
class RecordFits:
    """Record how the car fits the alarm before the stop, one answer for each of POINTS; answered with
    AlarmsTold or Failed.
    """

    alarm: OpenAlarm
    fits: tuple[Fit, ...]


@dataclass(frozen=True, slots=True)
class RecordVin:
    """Record how the VIN's tail fits the car that was stopped; answered with AlarmsTold or Failed."""

    alarm: OpenAlarm
    fit: Fit


@dataclass(frozen=True, slots=True)
class CloseAlarm:
    """Record an alarm's result, which closes it; answered with AlarmsTold or Failed."""

    alarm: OpenAlarm
    result: AlarmResult


AlarmEffect: TypeAlias = Acknowledge | RecordControl | RecordFits | RecordVin | CloseAlarm


@dataclass(frozen=True, slots=True)
class AlarmLife:
    """The alarms without a result, and the screen of one of them."""

    open: tuple[OpenAlarm, ...] = ()
    """Oldest first."""
    case: CaseScreen | None = None
    """The screen above the one on which it was opened."""
    card: bool = False
    """True while the radio card of the unacknowledged alarm is shown in its place."""

    def told(self, alarms: tuple[OpenAlarm, ...]) -> AlarmLife:
        """Return this with the alarms as they are now; the case of one that was closed ends."""
        if alarms == self.open:
            return self
        if self.case is None:
            return replace(self, open=alarms)
        now = next((one for one in alarms if one.plate == self.case.alarm.plate), None)
        case = None if now is None else replace(self.case, alarm=now)
        if isinstance(case, RadioCard):
            newest_first = [one.plate for one in reversed(alarms)]
            case = replace(case, place=newest_first.index(case.alarm.plate), count=len(alarms))
        return replace(self, open=alarms, case=case)

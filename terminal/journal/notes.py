"""Officers' notes on checks (wire format, section 6, entry type 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable


class ResultKey(StrEnum):
    """Results of an alarm (alarm_results.csv, group `result`)."""

    CONFIRMED = "confirmed"
    NOT_THIS_VEHICLE = "not_this_vehicle"
    PENDING = "pending"
    """Acknowledged by the officer; the control room has not answered."""
    NOT_STOPPED = "not_stopped"


class Control(StrEnum):
    """Reply of the control room about an alarm, in the words of its results."""

    CONFIRMED = ResultKey.CONFIRMED
    DENIED = ResultKey.NOT_THIS_VEHICLE


CONTROL_ROOM = "指挥中心"
"""Recorded name of the one who confirms or denies an alarm: the control room."""
OFFICER = "民警"
"""Recorded name of the one who acknowledges an alarm and reports its result: the officer of the entry."""
ACTIONS = ("放行", "口头警告", "开具文书", "扣留车辆", "移交", "其他")
"""Recorded texts of measures after a check: released, warned, document issued, and so on."""


@dataclass(frozen=True, slots=True)
class Action:
    """Measure taken by the officer: one of ACTIONS."""

    text: str


REMARKS = ("号牌不清", "颜色不符", "车型不符")
"""Recorded texts of remarks: plate illegible, colour differs, type differs."""


END_REASONS = ("等待指挥中心答复", "已移交其他单位", "未能拦截车辆", "设备或网络故障", "其他原因")
"""Reasons for ending a shift although an alarm has no result, as they are recorded."""


OPENING_REASONS = ("核对车辆身份", "涉嫌套牌或盗抢", "处理交通事故", "联系车主", "指挥中心要求")
"""Reasons for opening sealed claims, in officers' usual words, as they are recorded."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Remark of the officer: one of REMARKS."""

    text: str


@dataclass(frozen=True, slots=True)
class KeepPicture:
    """保存照片: the frame with the code is kept as evidence."""


@dataclass(frozen=True, slots=True)
class SpokenNote:
    """语音备注: a sound clip is kept as evidence."""

    seconds: int
    """Length of the clip."""


@dataclass(frozen=True, slots=True)
class Mistaken:
    """误操作: the check was a mistake."""


@dataclass(frozen=True, slots=True)
class ControlWord:
    """Note of the control room's reply about an alarm."""

    result: Control


@dataclass(frozen=True, slots=True)
class AlarmResult:
    """Result of an alarm; reasons and disposals are keys of alarm_results.csv."""

    result: ResultKey
    reason: str | None = None
    """Why it was not this vehicle, or why it was not stopped."""
    disposals: tuple[str, ...] = ()
    document: str | None = None
    """Number of the document that was issued."""
    handed_to: str | None = None


OfficerNote: TypeAlias = Action | Remark | KeepPicture | SpokenNote | Mistaken | ControlWord | AlarmResult

EXCLUDING: tuple[frozenset[OfficerNote], ...] = (
    frozenset({Action("放行"), Action("扣留车辆")}),
    frozenset({Action("放行"), Action("移交")}),
    frozenset({ControlWord(Control.CONFIRMED), ControlWord(Control.DENIED)}),
)
"""Pairs of notes that cannot both be true of one check: a vehicle that may go is not held or handed over."""


def excluded_by(note: OfficerNote, standing: Iterable[OfficerNote]) -> tuple[OfficerNote, ...]:
    """Return those of the notes that stand which `note` excludes, in their order."""
    return tuple(one for one in standing if one != note and frozenset({one, note}) in EXCLUDING)


def is_revocable(note: OfficerNote) -> bool:
    """Return True if a note can be revoked. Pictures and clips are evidence, which is kept, and an
    alarm's result is replaced by a later one.
    """
    return not isinstance(note, KeepPicture | SpokenNote | AlarmResult)

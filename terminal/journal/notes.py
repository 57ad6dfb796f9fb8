"""Officers' notes on checks (wire format, section 6, entry type 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Control(StrEnum):
    """Reply of the control room about an alarm."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


CONTROL_ROOM = "指挥中心"
"""Recorded name of the one who confirms or denies an alarm: the control room."""
ACTIONS = ("放行", "口头警告", "开具文书", "扣留车辆", "移交", "其他")
"""Recorded texts of measures after a check: released, warned, document issued, and so on."""


@dataclass(frozen=True, slots=True)
class Action:
    """Measure taken by the officer: one of ACTIONS."""

    text: str


REMARKS = ("号牌不清", "颜色不符", "车型不符")
"""Recorded texts of remarks: plate illegible, colour differs, type differs."""


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
class Mistaken:
    """误操作: the check was a mistake."""


@dataclass(frozen=True, slots=True)
class ControlWord:
    """Note of the control room's reply about an alarm."""

    result: Control


OfficerNote: TypeAlias = Action | Remark | KeepPicture | Mistaken | ControlWord

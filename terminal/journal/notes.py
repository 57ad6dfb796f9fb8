"""Notes: what an officer adds to a check (wire format, section 6, entry type 2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Control(StrEnum):
    """The control room's word on an alarm."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


CONTROL_ROOM = "指挥中心"
"""By whom an alarm is confirmed or denied, as it is recorded."""
ACTIONS = ("放行", "口头警告", "开具文书", "扣留车辆", "移交", "其他")
"""What officers do after a check, in their usual words, as they are recorded."""


@dataclass(frozen=True, slots=True)
class Action:
    """What the officer did: one of ACTIONS."""

    text: str


REMARKS = ("号牌不清", "颜色不符", "车型不符")
"""What officers note of a check, in their usual words, as they are recorded."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What the officer noted: one of REMARKS."""

    text: str


@dataclass(frozen=True, slots=True)
class KeepPicture:
    """保存照片: the frame with the code is kept as evidence."""


@dataclass(frozen=True, slots=True)
class Mistaken:
    """误操作: the check was a mistake."""


@dataclass(frozen=True, slots=True)
class ControlWord:
    """What the control room said of the alarm."""

    result: Control


OfficerNote: TypeAlias = Action | Remark | KeepPicture | Mistaken | ControlWord

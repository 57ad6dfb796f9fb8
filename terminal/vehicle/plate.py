"""A plate is a kind and a number; the number's form is hard, its issuing letter is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from terminal.vehicle.tables import KINDS

if TYPE_CHECKING:
    from terminal.model import Plate

_WITHOUT_PATTERN = re.compile("[0-9A-Z一-鿿]{5,10}")


def fits(plate: Plate) -> bool:
    """Whether the number fits its kind: the kind's pattern, or 5 to 10 of 0-9 A-Z and Chinese characters."""
    kind = KINDS.get(plate.kind)
    if kind is None:
        return False
    return (kind.pattern or _WITHOUT_PATTERN).fullmatch(plate.number) is not None


def may_carry_credential(plate: Plate) -> bool:
    """Whether inspection credentials are issued for this kind, and the number fits it."""
    kind = KINDS.get(plate.kind)
    return kind is not None and kind.credential and fits(plate)

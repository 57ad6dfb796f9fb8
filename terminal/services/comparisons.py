"""The words with which comparisons of a car with an alarm's record are recorded."""

from __future__ import annotations

from terminal.model import POINTS, ComparedPoint, Fit

FITS = {Fit.AGREES: "相符", Fit.DIFFERS: "不符", Fit.UNSURE: "无法判断"}
_POINTS = {ComparedPoint.KIND: "号牌种类", ComparedPoint.TYPE: "车辆类型", ComparedPoint.COLOUR: "车身颜色"}


def said_of(fits: tuple[Fit, ...]) -> str:
    """Return the answers on all POINTS, in their order."""
    return "，".join(f"{_POINTS[point]}{FITS[fit]}" for point, fit in zip(POINTS, fits, strict=True))

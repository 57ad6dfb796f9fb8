"""Inspection validity: a month, 检验有效期至, up to its last second in Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""UTC+8, constant since 1991, before any month of validity that a credential may name."""

_FIRST_MONTH, _LAST_MONTH = 200001, 219912


def is_month(yyyymm: int) -> bool:
    """Return True if `yyyymm` is a month of validity that a credential may name."""
    return _FIRST_MONTH <= yyyymm <= _LAST_MONTH and 1 <= yyyymm % 100 <= 12


def end_of_month_s(yyyymm: int) -> int:
    """Return the first second after the month, Unix time. Raises ValueError for an invalid month."""
    if not is_month(yyyymm):
        raise ValueError(f"{yyyymm} is not a month of validity")
    year, month = divmod(yyyymm, 100)
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return int(datetime(year, month, 1, tzinfo=SHANGHAI).timestamp())


def is_day(yyyymmdd: int) -> bool:
    """Return True if `yyyymmdd` is a valid date."""
    year, rest = divmod(yyyymmdd, 10_000)
    try:
        datetime(year, rest // 100, rest % 100, tzinfo=SHANGHAI)
    except (ValueError, OverflowError):  # a year over 2^31 overflows
        return False
    return True

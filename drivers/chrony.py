"""Find out from chrony's report if the system's clock is kept by NTS, or by NTP and GNSS that agree.

The report is the output of `chronyc -n -c -m tracking sources authdata`: lines of comma-separated values
(chronyc(1)). A line of sources has `^` (NTP), `=` (peer) or `#` (reference clock: GNSS) and a state: `*` is
selected, `+` combined with it, `-` agrees and is left out, `x` disagrees. A line of authdata has an address
and the kind of authentication. Anything but a complete report of a synchronized clock gives None.
"""

from __future__ import annotations

from terminal.ports import TimeService

_TRACKING, _OTHER = 14, 10
"""Numbers of values in a line of tracking, and in one of sources and authdata."""
MOST_ERROR_S = 1.0
"""Largest error of the system's clock, and largest offset of a source, s."""
MOST_AGE_S = 3600.0
"""Largest age of the clock's last update, s."""


def time_service(report: str, wall_s: float) -> TimeService | None:
    """Return what keeps the clock, according to chrony's report; `wall_s` is the system's wall clock (Unix
    s).
    """
    lines = [line.split(",") for line in report.splitlines()]
    tracking = [line for line in lines if len(line) == _TRACKING]
    sources = [line for line in lines if len(line) == _OTHER and line[0] in ("^", "=", "#")]
    nts = {line[0] for line in lines if len(line) == _OTHER and line[1] == "NTS"}
    try:
        if len(tracking) != 1 or not _in_step(tracking[0], wall_s):
            return None
        reached = [line for line in sources if _reached(line)]
    except ValueError:
        return None
    if _all_by_nts(sources, reached, nts):
        return TimeService.NTS
    return TimeService.NTP_AND_GNSS if _ntp_and_gnss_agree(sources, reached) else None


def _all_by_nts(sources: list[list[str]], reached: list[list[str]], nts: set[str]) -> bool:
    """Return True if chrony uses sources, and every one of them is reached and authenticated by NTS."""
    used = [line for line in sources if line[1] in ("*", "+")]
    return bool(used) and all(line in reached and line[0] == "^" and line[2] in nts for line in used)


def _ntp_and_gnss_agree(sources: list[list[str]], reached: list[list[str]]) -> bool:
    """Return True if both an NTP server and a GNSS receiver agree, and no source disagrees."""
    agreeing = {line[0] for line in reached if line[1] in ("*", "+", "-")}
    return {"^", "#"} <= agreeing and not any(line[1] == "x" for line in sources)


def _in_step(tracking: list[str], wall_s: float) -> bool:
    """Return True if chrony follows a source, recently and closely: reference time, offset, delay, leap."""
    updated_s, offset_s, delay_s, dispersion_s = (float(tracking[at]) for at in (3, 4, 10, 11))
    near = abs(offset_s) + delay_s / 2 + dispersion_s <= MOST_ERROR_S
    leap = tracking[13] in ("Normal", "Insert second", "Delete second")
    return near and leap and 0 <= wall_s - updated_s <= MOST_AGE_S


def _reached(source: list[str]) -> bool:
    """Return True if a source answered recently and is close to the system's clock."""
    return int(source[5], 8) != 0 and abs(float(source[7])) <= MOST_ERROR_S

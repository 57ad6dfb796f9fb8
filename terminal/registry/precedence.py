"""Precedence of vehicle statuses: a live answer outranks the lists, except for a hot-list alarm.

Of the two lists the graver finding counts (wire format, section 5, "The hot list"; domain, section 6.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.model import VehicleFinding

if TYPE_CHECKING:
    from terminal.model import VehicleStatus

_GRAVEST_FIRST = (
    VehicleFinding.CACHED_ALARM,
    VehicleFinding.CACHED_OFF_ROAD,
    VehicleFinding.CACHED_OVERDUE,
    VehicleFinding.UNKNOWN,
    VehicleFinding.CACHED_CAUTION,
    VehicleFinding.UNCHECKED,  # a hot list without a warning does not prove an inspection
    VehicleFinding.CACHED_VALID,
)


def pick_status(
    live: VehicleStatus | None, listed: VehicleStatus, hot: VehicleStatus | None
) -> VehicleStatus:
    """Return the status that counts among live answer, offline list and hot list, unchanged.

    `live` is None without a live answer; an answer about several vehicles is none. `hot` is None for a
    vehicle that is on no hot list. A hot-list alarm stands until a later change removes it, whatever the live
    answer says; if that is an alarm too, it is returned.
    """
    if live is not None:
        stands = hot is not None and hot.finding is VehicleFinding.CACHED_ALARM
        return hot if hot and stands and live.finding is not VehicleFinding.ALARM else live
    if hot is None:
        return listed
    return min((hot, listed), key=lambda one: _GRAVEST_FIRST.index(one.finding))

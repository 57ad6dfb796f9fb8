"""A live answer outranks the lists, but no alarm of the hot list; of two lists, the graver counts.

Wire format, section 5, "The hot list"; domain, section 6.3.
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
    VehicleFinding.UNCHECKED,  # a hot list without a warning does not stand for an inspection
    VehicleFinding.CACHED_VALID,
)


def weigh(live: VehicleStatus | None, listed: VehicleStatus, hot: VehicleStatus | None) -> VehicleStatus:
    """The status that counts, unchanged, of the live answer, the offline list, and the hot list.

    None is no live answer (`LookupAnswer` about several vehicles is none), and a vehicle that is on no hot
    list. An alarm of the hot list stands until a later change takes it off, whatever the live answer says;
    where that is an alarm too, it is the one to show.
    """
    if live is not None:
        stands = hot is not None and hot.finding is VehicleFinding.CACHED_ALARM
        return hot if hot and stands and live.finding is not VehicleFinding.ALARM else live
    if hot is None:
        return listed
    return min((hot, listed), key=lambda one: _GRAVEST_FIRST.index(one.finding))

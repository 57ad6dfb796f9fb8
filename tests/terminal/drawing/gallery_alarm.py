"""Example screens of an alarm's case, from the radio card to its result, and of the banner of open alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.journal.notes import AlarmResult, Control, ResultKey
from terminal.model import EarlierAlarm, Fit, LookupState, Plate, VehicleFinding
from terminal.screens.alarm_case import CarCheck, CaseField, CaseForm, CasePick, CaseText, RadioCard, VinCheck
from terminal.screens.alarms import About
from terminal.screens.check import Keys, PlateEntry, Ready
from terminal.screens.open_alarm import OpenAlarm, of
from terminal.screens.shift import ShiftOver
from terminal.screens.values import AlarmStatus
from tests.terminal.screens.builders import (
    BUSY,
    LABORATORY,
    NOON_S,
    ONLINE,
    PROVISIONAL,
    alarm,
    by_plate,
    live,
)

if TYPE_CHECKING:
    from terminal.screens.state import Shown

CLONED = (EarlierAlarm(20260802, "not_this_vehicle", "plate_cloned"),)
TYPED = by_plate(
    replace(live(VehicleFinding.ALARM, "C", 20270831), earlier_alarms=CLONED), LookupState.ANSWERED
)
"""A vehicle whose owner was stopped before, for a clone."""


def open_alarm() -> OpenAlarm:
    """Return the open alarm of TYPED, a few minutes old, compared with the car before the stop."""
    judged = replace(TYPED.judged, checked_s=NOON_S - 430.0, fits=(Fit.AGREES, Fit.AGREES, Fit.DIFFERS))
    found = of(judged, ())
    assert found is not None
    return found


OPEN = open_alarm()
LISTED = OpenAlarm(Plate("粤BD12345", "52"), (131,), NOON_S - 95.0, "J")
"""An alarm of the list on the terminal, of which little is known."""
EXCLUDED = AlarmResult(ResultKey.NOT_THIS_VEHICLE, "plate_cloned", ("informed",))
HELD = AlarmResult(
    ResultKey.CONFIRMED,
    disposals=("held", "handed_over"),
    document="3205002026110203",
    handed_to="刑侦部门 032117",
)

PENALISED = AlarmResult(ResultKey.CONFIRMED, disposals=("penalised", "held"))
"""Disposals that rest on articles of law, where the vehicle is deregistered and its inspection overdue."""


def banner(alarm: OpenAlarm, count: int = 1, *, opens: bool = True) -> AlarmStatus:
    """Return the banner of an open alarm."""
    return AlarmStatus(unclosed=count, newest=alarm, opens=opens)


def case_screens() -> dict[str, Shown]:
    """Return the steps of a case, one for each different look."""
    own = replace(LABORATORY, alarms=banner(OPEN, opens=False))
    many = replace(BUSY, online=True, alarms=banner(LISTED, 3, opens=False))
    picked = replace(OPEN, control=Control.DENIED, vin=Fit.AGREES)
    first = alarm(TYPED, About.IN_FRONT)
    return {
        "alarm_radio": replace(first, card=of(first.judged, ())),
        "case_card": RadioCard(OPEN, status=own),
        "case_card_answered": RadioCard(picked, status=own),
        "case_card_list": RadioCard(LISTED, 0, 3, status=many),
        "case_car": CarCheck(replace(OPEN, fits=()), status=own),
        "case_car_type": CarCheck(replace(OPEN, fits=()), (Fit.AGREES,), status=own),
        "case_car_unknown": CarCheck(LISTED, (Fit.AGREES, Fit.UNSURE), status=many),
        "case_vin": VinCheck(OPEN, status=own),
        "case_result": CasePick(OPEN, None, status=own),
        "case_reason": CasePick(
            picked, AlarmResult(ResultKey.NOT_THIS_VEHICLE), CaseField.REASON, 2, status=own
        ),
        "case_not_stopped": CasePick(OPEN, AlarmResult(ResultKey.NOT_STOPPED), CaseField.REASON, status=own),
        "case_disposals": CasePick(OPEN, replace(HELD, document=None), CaseField.DISPOSALS, status=own),
        "case_form": CaseForm(picked, EXCLUDED, status=own),
        "case_form_held": CaseForm(OPEN, HELD, 2, status=many),
        "case_form_law": CaseForm(replace(OPEN, letters="CEQ"), PENALISED, status=own),
        "case_form_incomplete": CaseForm(OPEN, AlarmResult(ResultKey.CONFIRMED), status=own),
        "case_document": CaseText(OPEN, HELD, CaseField.DOCUMENT, "3205002026110203", status=own),
        "case_receiver": CaseText(OPEN, HELD, CaseField.HANDED_TO, "刑侦部门 032117", status=many),
        "open_banner": Ready(replace(ONLINE, alarms=banner(OPEN))),
        "open_banner_verdict": replace(PROVISIONAL, status=replace(LABORATORY, alarms=banner(LISTED, 2))),
        "open_banner_entry": PlateEntry(replace(BUSY, alarms=banner(OPEN)), "粤", Keys.SYMBOLS),
        "open_banner_over": ShiftOver(replace(ONLINE, alarms=AlarmStatus(unclosed=1))),
        "open_banner_alarm": replace(first, status=replace(first.status, alarms=banner(LISTED, opens=False))),
    }

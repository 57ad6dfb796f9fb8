"""Whatever is done in a case: a result is complete and in the table's words, and BACK leads out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.journal.notes import Control, ResultKey
from terminal.model import Fit
from terminal.ports import Button
from terminal.screens.alarm_case import (
    RECEIVERS,
    TEXT_KEYS,
    AlarmEffect,
    AlarmLife,
    CardTurned,
    CaseField,
    CasePicked,
    CaseTouch,
    CaseTyped,
    CloseAlarm,
    ControlSaid,
    FieldOpened,
    RecordControl,
    RecordFits,
    RecordVin,
    missing,
)
from terminal.screens.alarm_case_step import opened, pressed, touched
from terminal.screens.comparing import Fitted
from terminal.screens.open_alarm import with_check
from terminal.vehicle.tables import ALARM_RESULTS, ALARM_WORD_KEYS
from tests.terminal.screens.officer import STOLEN, A, B, check

MOST_BACK = 4
"""Presses of BACK that lead out of a case from anywhere: a comparison has three points."""
OPEN = with_check(with_check((), check(7, A, STOLEN)), check(8, B, STOLEN))
DEEDS: st.SearchStrategy[Button | CaseTouch | Fitted] = st.one_of(
    st.sampled_from([Button.TRIGGER, Button.CONFIRM, Button.BACK]),
    st.builds(CasePicked, st.sampled_from([*ALARM_RESULTS, "unlisted"])),
    st.builds(FieldOpened, st.sampled_from(CaseField)),
    st.builds(CaseTyped, st.sampled_from([*TEXT_KEYS, *RECEIVERS, "I", ""])),
    st.builds(ControlSaid, st.sampled_from(Control)),
    st.builds(Fitted, st.sampled_from(Fit)),
    st.just(CardTurned()),
)


def after(life: AlarmLife, effect: AlarmEffect) -> AlarmLife:
    """Return the alarms as the services tell them after an effect."""
    match effect:
        case CloseAlarm(alarm, _):
            return life.told(tuple(one for one in life.open if one.plate != alarm.plate))
        case RecordControl(alarm, word):
            changed = replace(alarm, control=word)
        case RecordFits(alarm, fits):
            changed = replace(alarm, fits=fits)
        case RecordVin(alarm, fit):
            changed = replace(alarm, vin=fit)
        case _:
            return life
    return life.told(tuple(changed if one.plate == changed.plate else one for one in life.open))


def check_result(effect: CloseAlarm) -> None:
    """A result says what must be said, in the words of alarm_results.csv, and nothing that contradicts it."""
    result = effect.result
    assert missing(result) is None
    stopped = result.result is not ResultKey.NOT_STOPPED
    assert result.reason is None or result.reason in ALARM_WORD_KEYS["reason" if stopped else "not_stopped"]
    assert (result.reason is None) is (result.result is ResultKey.CONFIRMED)
    assert set(result.disposals) <= set(ALARM_WORD_KEYS["disposal"])
    assert len(set(result.disposals)) == len(result.disposals)
    assert stopped or not (result.disposals or result.document or result.handed_to)


@given(st.lists(DEEDS, max_size=40))
@settings(deadline=None)
def test_a_result_is_complete_and_back_leads_out_of_the_case(deeds: list[Button | CaseTouch | Fitted]):
    life = AlarmLife(OPEN)
    for deed in deeds:
        if life.case is None:
            life = replace(life, case=opened(life))
        case, effects = pressed(life, deed) if isinstance(deed, Button) else touched(life, deed)
        life = replace(life, case=case)
        for effect in effects:
            if isinstance(effect, CloseAlarm):
                check_result(effect)
            life = after(life, effect)
        if not life.open:
            return
        assert life.case is None or life.case.alarm in life.open
    for _ in range(MOST_BACK):
        case, effects = pressed(life, Button.BACK)
        life = replace(life, case=case)
        for effect in effects:
            life = after(life, effect)
    assert life.case is None

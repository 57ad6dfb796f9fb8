"""An alarm's case: the card one press away, comparisons answered by themselves, and a complete result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.journal.notes import AlarmResult, Control, ResultKey
from terminal.model import POINTS, Fit
from terminal.ports import Button
from terminal.screens.alarm_case import (
    ERASE,
    MOST_TEXT,
    Acknowledge,
    AlarmsTold,
    CarCheck,
    CardTurned,
    CaseField,
    CaseForm,
    CasePick,
    CasePicked,
    CaseText,
    CaseTyped,
    CloseAlarm,
    ControlSaid,
    FieldOpened,
    RadioCard,
    RecordControl,
    RecordFits,
    RecordVin,
    VinCheck,
)
from terminal.screens.alarms import Alarm, BannerOpened
from terminal.screens.attention import BOUNCE_S, HOLD_S, KeyDown, KeyUp, Touched
from terminal.screens.check import PlateEntry, Ready
from terminal.screens.comparing import Fitted
from terminal.screens.events import Failed, PlaySignal, Recorded, Reported, Scanned, Tick
from terminal.screens.open_alarm import OpenAlarm, of, with_check
from terminal.screens.shift import ShiftOver
from terminal.screens.sign_in import LockNow, SignedIn
from terminal.screens.state import FaultScreen, Screen, Touch
from terminal.screens.values import AlarmStatus, Status
from tests.terminal.screens.builders import ALARM, scan
from tests.terminal.screens.officer import (
    BACK,
    CONFIRM,
    FULL,
    OFFICER,
    OTHER,
    SCREENS,
    STOLEN,
    TRIGGER,
    A,
    B,
    C,
    Desk,
    at,
    check,
    on,
)

TOLD = replace(ALARM.judged, seq=7, plate=C)
"""An alarm with a description of the vehicle."""


def opened(judged_: object = TOLD) -> OpenAlarm:
    found = of(judged_, ())  # type: ignore[arg-type]  # a check
    assert found is not None
    return found


OPEN = opened()
COMPARED = replace(OPEN, fits=(Fit.AGREES,) * 3)
"""The alarm of a car that was compared before the stop."""


def with_open(below: Screen | None = None, *alarms: OpenAlarm) -> Desk:
    """Return a desk with alarms that have no result."""
    desk = at(below or Ready())
    desk.tell(AlarmsTold(alarms or (OPEN,)))
    return desk


def touch(desk: Desk, meant: Touch) -> tuple[object, ...]:
    return desk.tell(Touched(meant, desk.now_s))


def at_card(*alarms: OpenAlarm) -> Desk:
    desk = with_open(None, *alarms)
    touch(desk, BannerOpened())
    on(desk, RadioCard)
    return desk


def test_an_acknowledgement_is_recorded_once_it_is_held():
    desk = at(OTHER)
    desk.tell(Reported(check(9, C, STOLEN)))
    desk.hold()
    assert [one for one in desk.effects if isinstance(one, Acknowledge)] == [Acknowledge(check(9, C, STOLEN))]


@pytest.mark.parametrize("below", SCREENS, ids=lambda one: type(one).__name__)
def test_an_open_alarm_is_in_the_banner_of_any_screen_and_opens_by_touch_or_by_holding_confirm(below: Screen):
    for opens in (lambda desk: touch(desk, BannerOpened()), Desk.hold):
        desk = with_open(below)
        assert desk.screen.status.alarms == AlarmStatus(unclosed=1, newest=OPEN)
        opens(desk)
        if isinstance(below, FaultScreen):  # a fault is read first
            on(desk, FaultScreen)
            desk.press(BACK)
        card = on(desk, RadioCard)
        assert (card.alarm, card.count, card.status.alarms.newest) == (OPEN, 1, OPEN)
        if not isinstance(below, FaultScreen):
            desk.press(BACK)
            assert replace(desk.screen, status=Status()) == replace(below, status=Status())


def test_a_short_press_of_confirm_acts_when_it_is_let_go():
    desk = with_open()
    assert desk.happen(KeyDown(CONFIRM, desk.now_s)) == ()
    on(desk, Ready)
    desk.now_s += 2 * BOUNCE_S
    desk.tell(KeyUp(CONFIRM, desk.now_s))
    on(desk, PlateEntry)


def test_a_contact_that_bounces_opens_nothing_early():
    desk = with_open()
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.happen(KeyUp(CONFIRM, desk.now_s + BOUNCE_S / 4))
    desk.happen(KeyDown(CONFIRM, desk.now_s + BOUNCE_S / 2, bounce=True))
    desk.now_s += HOLD_S
    desk.tell(Tick(Status()))
    on(desk, RadioCard)


def test_a_touch_that_is_too_short_for_a_bounce_counts_as_a_press():
    desk = with_open()
    desk.happen(KeyDown(CONFIRM, desk.now_s))
    desk.happen(KeyUp(CONFIRM, desk.now_s))
    desk.now_s += 2 * BOUNCE_S
    desk.tell(Tick(Status()))
    on(desk, PlateEntry)


def test_the_radio_card_is_one_press_from_an_alarm_and_does_not_acknowledge_it():
    desk = at(OTHER)
    desk.tell(Reported(TOLD))
    desk.press(TRIGGER)
    assert on(desk, Alarm).card == OPEN
    assert desk.ui.heard == ()
    desk.press(TRIGGER)
    assert on(desk, Alarm).card is None
    desk.press(TRIGGER)
    desk.hold()
    assert desk.screen == replace(OTHER, status=Status())


def test_the_card_shows_the_newest_alarm_first_and_turns_to_the_others():
    alarms = with_check(with_check((), check(7, A, STOLEN)), check(8, B, STOLEN))
    desk = at_card(*alarms)
    for plate, place in ((B, 0), (A, 1), (B, 0)):
        card = on(desk, RadioCard)
        assert (card.alarm.plate, card.place, card.count) == (plate, place, 2)
        touch(desk, CardTurned())


def test_the_control_room_s_word_is_recorded_at_once_and_once():
    desk = at_card()
    assert touch(desk, ControlSaid(Control.DENIED)) == (RecordControl(OPEN, Control.DENIED),)
    said = replace(OPEN, control=Control.DENIED)
    desk.tell(AlarmsTold((said,)))
    assert on(desk, RadioCard).alarm == said
    assert touch(desk, ControlSaid(Control.DENIED)) == ()


@pytest.mark.parametrize(
    ("answer", "fit"), [(TRIGGER, Fit.AGREES), (BACK, Fit.DIFFERS), (Fitted(Fit.UNSURE), Fit.UNSURE)]
)
def test_the_vin_is_compared_by_itself_after_the_stop(answer: Button | Fitted, fit: Fit):
    desk = at_card(COMPARED)
    desk.press(TRIGGER)
    on(desk, VinCheck)
    assert desk.press(CONFIRM) == ()
    effects = touch(desk, answer) if isinstance(answer, Fitted) else desk.press(answer)
    assert effects == (RecordVin(COMPARED, fit),)
    on(desk, RadioCard)


def test_kind_type_and_colour_are_compared_one_by_one_before_the_vin():
    desk = at_card()
    desk.press(TRIGGER)
    for point, answer in zip(POINTS, (TRIGGER, BACK, None), strict=True):
        assert on(desk, CarCheck).point is point
        assert desk.press(CONFIRM) == ()
        effects = touch(desk, Fitted(Fit.UNSURE)) if answer is None else desk.press(answer)
    fits = Fit.AGREES, Fit.DIFFERS, Fit.UNSURE
    assert effects == (RecordFits(OPEN, fits),)
    desk.tell(AlarmsTold((replace(OPEN, fits=fits),)))
    desk.press(TRIGGER)
    on(desk, VinCheck)


def test_a_vin_that_is_not_known_is_not_asked_about():
    desk = at_card(replace(COMPARED, described=replace(OPEN.described, vin_tail=None)))
    desk.press(TRIGGER)
    on(desk, RadioCard)


def test_a_cloned_plate_is_closed_in_three_touches_and_presses():
    desk = at_card(replace(OPEN, control=Control.DENIED))
    desk.press(CONFIRM)
    pick = on(desk, CasePick)
    assert (pick.wanted, "plate_cloned" in pick.options) == (CaseField.REASON, True)
    touch(desk, CasePicked("plate_cloned"))
    form = on(desk, CaseForm)
    result = AlarmResult(ResultKey.NOT_THIS_VEHICLE, "plate_cloned")
    assert (form.draft, form.missing) == (result, None)
    assert desk.press(CONFIRM) == (CloseAlarm(form.alarm, result),)
    desk.tell(AlarmsTold(()))
    on(desk, Ready)
    assert desk.screen.status.alarms == AlarmStatus()


def test_a_vehicle_that_is_held_has_disposals_a_document_and_a_receiver():
    desk = at_card()
    desk.press(CONFIRM)
    touch(desk, CasePicked("confirmed"))
    for key in ("held", "penalised", "handed_over", "penalised"):
        touch(desk, CasePicked(key))
    desk.press(CONFIRM)
    touch(desk, FieldOpened(CaseField.DOCUMENT))
    for key in ("3", "2", "X", ERASE, "0"):
        touch(desk, CaseTyped(key))
    desk.press(CONFIRM)
    touch(desk, FieldOpened(CaseField.HANDED_TO))
    for key in ("派出所", "刑侦部门", "0", "7"):
        touch(desk, CaseTyped(key))
    desk.press(CONFIRM)
    said = AlarmResult(ResultKey.CONFIRMED, None, ("held", "handed_over"), "320", "刑侦部门 07")
    assert desk.press(CONFIRM) == (CloseAlarm(OPEN, said),)


def test_a_vehicle_that_was_not_stopped_has_a_reason_alone():
    desk = at_card()
    desk.press(CONFIRM)
    touch(desk, CasePicked("not_stopped"))
    assert on(desk, CasePick).options == ("not_seen", "ran", "turned", "other")
    touch(desk, CasePicked("ran"))
    assert on(desk, CaseForm).fields == (CaseField.RESULT, CaseField.REASON)
    assert desk.press(CONFIRM) == (CloseAlarm(OPEN, AlarmResult(ResultKey.NOT_STOPPED, "ran")),)


def test_a_result_is_given_by_buttons_alone():
    desk = at_card()
    for button in (CONFIRM, TRIGGER, TRIGGER, CONFIRM, TRIGGER, TRIGGER, TRIGGER, CONFIRM):
        desk.press(button)
    assert desk.press(CONFIRM) == (CloseAlarm(OPEN, AlarmResult(ResultKey.NOT_THIS_VEHICLE, "plate_cloned")),)


def test_a_result_without_its_reason_or_disposal_is_not_recorded():
    for key, wanted in (("confirmed", CaseField.DISPOSALS), ("not_this_vehicle", CaseField.REASON)):
        desk = at_card()
        desk.press(CONFIRM)
        touch(desk, CasePicked(key))
        desk.press(CONFIRM)
        if key == "confirmed":
            assert on(desk, CaseForm).missing is wanted
            desk.press(CONFIRM)
        assert on(desk, CasePick).wanted is wanted
        assert not [one for one in desk.effects if isinstance(one, CloseAlarm)]


def test_a_text_has_an_end():
    desk = at_card()
    desk.press(CONFIRM)
    touch(desk, CasePicked("confirmed"))
    touch(desk, CasePicked("held"))
    desk.press(CONFIRM)
    touch(desk, FieldOpened(CaseField.DOCUMENT))
    for _ in range(MOST_TEXT + 2):
        touch(desk, CaseTyped("7"))
    assert on(desk, CaseText).text == "7" * MOST_TEXT
    touch(desk, CaseTyped("刑侦部门"))
    touch(desk, CaseTyped("I"))
    assert on(desk, CaseText).text == "7" * MOST_TEXT
    desk.press(BACK)
    assert on(desk, CaseForm).draft.document is None


def test_back_leaves_the_case_from_anywhere_in_three_presses():
    steps: tuple[Touch | Button, ...] = (
        CONFIRM,
        CasePicked("confirmed"),
        CasePicked("held"),
        CONFIRM,
        FieldOpened(CaseField.DOCUMENT),
    )
    for count in range(len(steps) + 1):
        desk = at_card()
        for done in steps[:count]:
            _ = desk.press(done) if isinstance(done, Button) else touch(desk, done)
        for _ in range(3):
            if desk.ui.life.case is not None:
                desk.press(BACK)
        on(desk, Ready)


def test_a_result_that_cannot_be_recorded_is_said_and_the_case_stays():
    desk = at_card(replace(OPEN, control=Control.DENIED))
    desk.press(CONFIRM)
    touch(desk, CasePicked("plate_cloned"))
    desk.press(CONFIRM)
    desk.tell(Failed(FULL))
    on(desk, FaultScreen)
    desk.press(CONFIRM)
    assert on(desk, CaseForm).draft.reason == "plate_cloned"


def test_an_alarm_interrupts_a_case_which_comes_back_unchanged():
    desk = at_card()
    desk.press(CONFIRM)
    before = on(desk, CasePick)
    assert desk.tell(Reported(check(9, A, STOLEN)))[0] == PlaySignal(TOLD.verdict.outcome)
    shown = on(desk, Alarm)
    assert shown.status.alarms == AlarmStatus(unclosed=1, newest=OPEN, opens=False)
    desk.hold()
    assert replace(on(desk, CasePick), status=Status()) == replace(before, status=Status())


def test_nothing_is_checked_while_a_case_is_open():
    desk = at_card()
    assert desk.tell(Scanned(scan("VI1:B"))) == ()
    desk.tell(Recorded(check(1, A)))
    on(desk, RadioCard)


def test_a_locked_terminal_tells_how_many_alarms_are_open_and_no_plate():
    desk = at_card()
    desk.tell(SignedIn(OFFICER, new_shift=False))
    desk.tell(LockNow())
    assert desk.screen.status.alarms == AlarmStatus(unclosed=1, opens=False)
    desk.tell(SignedIn(OFFICER, new_shift=False))
    on(desk, RadioCard)
    desk.tell(LockNow())
    desk.tell(SignedIn(OFFICER, new_shift=True))
    on(desk, Ready)
    assert desk.screen.status.alarms.newest == OPEN


def test_without_a_shift_the_alarms_of_the_last_one_are_counted():
    desk = with_open(ShiftOver())
    assert desk.screen.status.alarms == AlarmStatus(unclosed=1)
    desk.hold()
    assert desk.ui.life.case is None

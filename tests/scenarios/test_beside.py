"""An alarm about a check that the officer has left interrupts the work; other answers do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from terminal.model import Outcome
from terminal.ports import Button
from terminal.registry.messages import LookupResult
from terminal.screens import check
from terminal.screens.alarms import About, Alarm
from terminal.screens.attention import HOLD_S, SETTLE_S
from terminal.screens.check import Ready
from terminal.screens.shift import ShiftOver
from terminal.screens.values import WaitingAlarms
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.test_checks import entries
from tests.terminal.services.terminal_fixture import (
    OURS,
    HandLink,
    answer_to,
    record_of,
    requests,
    sealed_to_terminal,
)

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.app import App
    from tests.scenarios.conftest import Desk


def left(desk: Desk) -> App:
    """A terminal that is ready again after a check without an answer."""
    desk.link = HandLink()
    desk.play("show phone.jpg\nexpect compare ok\npress TRIGGER\nexpect ready")
    assert desk.app is not None
    return desk.app


T = TypeVar("T")


def on(app: App, kind: type[T]) -> T:
    """Return the screen, which must be of this kind."""
    shown = app.screen
    assert isinstance(shown, kind)
    return shown


def answer(desk: Desk, laboratory: Path, letters: str, place: int = 0) -> None:
    """Have the registry answer a request; the answer is handled in the next turn."""
    assert isinstance(desk.link, HandLink)
    question = requests(desk.link, laboratory)[place]
    at_ms = int(1e3 * desk.rig.clock.now_s())
    record = record_of(OURS, letters)
    said = answer_to(question, laboratory, at_ms, result=LookupResult.FOUND, record=record)
    desk.link.deliver(sealed_to_terminal(said, laboratory))


@pytest.mark.parametrize(
    ("letters", "outcome"), [("C", Outcome.ALARM), ("E", Outcome.OFF_ROAD), ("G", None), ("A", None)]
)
def test_an_answer_to_a_check_that_is_no_longer_shown_interrupts_where_it_is_an_alarm(
    desk: Desk, laboratory: Path, letters: str, outcome: Outcome | None
) -> None:
    app = left(desk)
    answer(desk, laboratory, letters)
    desk.rig.press(Button.CONFIRM)  # in the same turn, so nobody has seen the next screen yet
    app.run_once(0.0)
    if outcome is None:
        assert not isinstance(app.screen, Alarm)
        return
    alarm = on(app, Alarm)
    assert (alarm.judged.verdict.outcome, alarm.about) == (outcome, About.LEFT)
    assert (alarm.judged.plate, app.ui.dropped) == (OURS, 1)
    desk.play(f"press TRIGGER\nexpect alarmed\npress CONFIRM\nexpect {outcome}\nhold CONFIRM\nexpect ready")


def test_an_alarm_about_the_code_before_the_plate_that_was_typed_says_that_it_is_another_car(
    desk: Desk, laboratory: Path
) -> None:
    """The officer scans a code, states that it is another vehicle, and types that vehicle's plate: then the
    alarm comes.
    """
    desk.link = HandLink()
    desk.play("show phone.jpg\nexpect compare ok\npress BACK\nexpect entry\ntype 苏A20002\npress CONFIRM")
    desk.play("pick 02\nexpect checking")
    app = desk.app
    assert app is not None
    before = on(app, check.Result)
    answer(desk, laboratory, "C")
    app.run_once(0.0)
    alarm = on(app, Alarm)
    assert (alarm.about, alarm.judged.plate) == (About.ELSEWHERE, OURS)
    numbers = [getattr(entry.body, "number", None) for entry in entries(desk, laboratory)]
    assert numbers[-1] == OURS.number
    desk.play("shot elsewhere.png\nhold CONFIRM\nexpect checking")
    assert on(app, check.Result).judged == before.judged


def test_an_answer_and_a_press_in_one_turn_confirm_and_acknowledge_nothing(
    desk: Desk, laboratory: Path
) -> None:
    desk.link = HandLink()
    desk.play("show phone.jpg\nexpect compare ok")
    app = desk.app
    assert app is not None
    desk.rig.advance(2 * SETTLE_S)
    answer(desk, laboratory, "A")
    desk.rig.press(Button.CONFIRM)
    app.run_once(0.0)
    assert on(
        app, check.Result
    ).needs_confirmation  # refined, but not confirmed by a press meant for the screen before
    assert app.ui.dropped == 1
    desk.play("press CONFIRM\nexpect pass ok")


def test_a_finger_acknowledges_an_alarm_by_staying_on_the_key(desk: Desk, laboratory: Path) -> None:
    app = left(desk)
    answer(desk, laboratory, "C")
    app.run_once(0.0)
    desk.rig.touch_down(360, 760)
    app.run_once(0.0)
    assert on(app, Alarm).held
    desk.rig.advance(HOLD_S / 2)
    desk.rig.touch_up(360, 760)
    desk.rig.advance(HOLD_S)
    app.run_once(0.0)
    assert not on(app, Alarm).held
    desk.rig.touch_down(360, 760)
    app.run_once(0.0)
    desk.rig.advance(HOLD_S)
    app.run_once(0.0)
    on(app, Ready)


def test_an_alarm_vibrates_until_it_is_acknowledged_and_a_press_that_does_not_count_does_not_end_it(
    desk: Desk, laboratory: Path
) -> None:
    app = left(desk)
    answer(desk, laboratory, "C")
    app.run_once(0.0)
    pin = desk.rig.factory.pin(desk.rig.pins.vibration)
    desk.until(lambda: bool(pin.state))
    desk.play("press BACK\nexpect alarmed")
    desk.until(lambda: not pin.state)
    desk.until(lambda: bool(pin.state))
    desk.play("hold CONFIRM\nexpect ready")
    assert not desk.rig.panel.vibrating


def test_after_the_shift_the_alarm_is_the_next_officer_s_first_screen(desk: Desk, laboratory: Path) -> None:
    app = left(desk)
    desk.play("open menu\nopen end\npress CONFIRM\nexpect uploading\npress BACK\nexpect over")
    answer(desk, laboratory, "C")
    app.run_once(0.0)
    assert on(app, ShiftOver).status.alarms.waiting == WaitingAlarms(1, locked=True)
    desk.play(f"expect over\nclear\n{SIGN_IN}\nexpect alarmed\nhold CONFIRM\nexpect ready")

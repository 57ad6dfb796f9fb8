"""What the registry says of a check that the officer has left is told beside the work, until it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from terminal.cases import LATE_CODE
from terminal.model import Button
from terminal.registry.messages import Result
from terminal.screens import state
from tests.terminal.deskwork import OURS, HandLink, answer_to, record_of, requests

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk


@pytest.mark.parametrize(("letters", "told"), [("C", True), ("E", True), ("G", False), ("A", False)])
def test_an_answer_to_a_check_that_is_no_longer_shown_is_told_where_it_matters(
    desk: Desk, laboratory: Path, letters: str, *, told: bool
) -> None:
    desk.link = link = HandLink()
    desk.play("show phone.jpg\nexpect provisional ok\npress TRIGGER\nexpect ready")
    app = desk.app
    assert app is not None
    assert isinstance(app.screen, state.Ready)
    at_ms = int(1e3 * desk.rig.clock.now_s())
    question = requests(link, laboratory)[0]
    record = record_of(OURS, letters)
    desk.rig.press(Button.BACK)  # in the same turn: nobody has read yet what comes now
    link.deliver(answer_to(question, laboratory, at_ms, result=Result.FOUND, record=record))
    desk.rig.press(Button.BACK)
    app.turn(0.0)
    assert (LATE_CODE in [notice.code for notice in app.screen.status.notices]) is told
    desk.rig.press(Button.BACK)
    app.turn(0.0)
    assert LATE_CODE not in [notice.code for notice in app.screen.status.notices]

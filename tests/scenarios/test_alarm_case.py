"""The whole life of an alarm, against a real broker and registry: its result reaches the next officer.

The owner of a cloned plate is stopped once: the next alarm on the plate shows how the last one ended, before
the stop.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.drawing.draw import compose
from terminal.drawing.items import Text
from terminal.journal.entry import Confirmation, Note
from terminal.journal.notes import Control
from terminal.model import LookupState
from terminal.rigs import link_of
from terminal.screens.alarm_case import ControlSaid, RadioCard
from terminal.screens.alarms import Alarm
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.test_shift import bodies

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.app import App
    from tests.scenarios.conftest import Desk, Registry

STOLEN = "苏A50000"
"""A vehicle of the registry's sample that was reported stolen."""
ENTERED = f"press CONFIRM\nexpect entry\ntype {STOLEN}\npress CONFIRM\nexpect kinds\npick 02\nexpect alarmed"


def drawn(app: App) -> str:
    """Return all texts of the screen."""
    return "\n".join(item.string for item in compose(app.screen, app.style) if isinstance(item, Text))


def answered(desk: Desk) -> App:
    """Wait until the alarm on the screen is the registry's answer."""
    app = desk.app
    assert app is not None
    desk.until(lambda: isinstance(app.screen, Alarm) and app.screen.judged.lookup is LookupState.ANSWERED)
    return app


def open_records(registry: Registry) -> None:
    """Open the uploaded records, as the registry's operator does."""
    tool = [sys.executable, "-m", "scripts.registry", "--lab", str(registry.lab), "--database", registry.url]
    subprocess.run([*tool, "open"], check=True, capture_output=True)


def acknowledged(desk: Desk) -> None:
    """Check the vehicle, read its card, acknowledge the alarm, stop the car, and hear the control room."""
    desk.play(ENTERED)
    app = answered(desk)
    assert "号牌被套用" not in drawn(app)
    desk.play("press TRIGGER\nexpect alarmed")
    assert "电台通报" in drawn(app)
    desk.play("hold CONFIRM\nexpect alarm not_shown")
    assert "未办结" in drawn(app)
    desk.play("hold CONFIRM\nexpect card\npress TRIGGER\nexpect car\npress TRIGGER\npress TRIGGER")
    desk.play("press BACK\nexpect card\npress TRIGGER\nexpect vin\npress TRIGGER\nexpect card")
    desk.touch(ControlSaid(Control.DENIED))
    assert isinstance(app.screen, RadioCard)
    assert app.screen.alarm.control is Control.DENIED


def closed(desk: Desk) -> None:
    """Close the alarm in the banner: the plate was cloned."""
    desk.play("open banner\nexpect card\npress CONFIRM\nexpect option")
    desk.play("press TRIGGER\npress TRIGGER\npress TRIGGER\npress CONFIRM\nexpect form\npress CONFIRM")
    desk.play("expect ready")


def test_the_owner_of_a_cloned_plate_is_not_taken_for_a_thief_twice(
    online: Desk, registry: Registry, laboratory: Path
) -> None:
    acknowledged(online)
    online.stop()
    online.link = link_of(online.settings)
    app = online.start(signed_in=False)
    online.play("expect locked")
    assert STOLEN not in drawn(app)
    online.play(f"{SIGN_IN}\nexpect ready")
    assert f"未办结：{STOLEN}" in drawn(app)
    closed(online)
    assert app.services.open_alarms == ()
    told = [body for body in bodies(online, laboratory) if isinstance(body, Confirmation | Note)]
    seq = told[0].seq
    assert told == [
        Confirmation(seq, "民警", "pending"),
        Note(seq=seq, text="比对：号牌种类相符，车辆类型相符，车身颜色不符"),
        Note(seq=seq, text="停车后比对：车架号后六位相符"),
        Confirmation(seq, "指挥中心", "not_this_vehicle"),
        Confirmation(seq, "民警", "not_this_vehicle", reason="plate_cloned"),
    ]
    online.play("open menu\nopen upload\nexpect uploaded\npress BACK\nexpect ready")
    open_records(registry)
    online.play(ENTERED)
    app = answered(online)
    said = f"{text.date(app.services.clock.now_s())} 核实排除：号牌被套用"
    assert said in drawn(app)
    online.play("press TRIGGER\nexpect alarmed")
    assert said in drawn(app)

"""After a crash the first screen reports it, and the camera stays off until the report was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.sd_notify import SystemdNotify
from terminal.commands import run
from terminal.errors import Restarted
from terminal.screens import state
from terminal.screens.self_test import SelfTest
from tests.scenarios.conftest import SIGN_IN

if TYPE_CHECKING:
    from terminal.app import App
    from terminal.ports import Camera
    from tests.scenarios.conftest import Desk


class Fed(SystemdNotify):
    """Counts the notifications of the watchdog."""

    def __init__(self) -> None:
        super().__init__("")
        self.times = 0

    def alive(self) -> None:
        """See `terminal.ports.Notify`."""
        self.times += 1


def after_a_crash(desk: Desk) -> tuple[App, list[Camera], Fed]:
    """Start an app after an interrupted run; return it with the cameras that it opened and its watchdog."""
    opened: list[Camera] = []
    fed = Fed()

    def open_camera() -> Camera:
        opened.append(desk.rig.camera)
        return desk.rig.camera

    setup = desk.setup()
    desk.app = run.assemble(
        replace(setup, rig=replace(setup.rig, open_camera=open_camera, service_manager=fed))
    )
    desk.app.start_after_crash()
    desk.app.start()
    return desk.app, opened, fed


def test_the_camera_rests_until_the_officer_has_read_of_the_crash_and_the_watchdog_is_fed(desk: Desk) -> None:
    app, opened, fed = after_a_crash(desk)
    for _ in range(5):
        app.run_once(0.01)
    screen = app.screen
    assert isinstance(screen, state.FaultScreen)
    assert screen.notice.code == Restarted.code
    assert (opened, fed.times) == ([], 5)
    desk.play(f"expect trouble {Restarted.code}\npress TRIGGER\n{SIGN_IN}\nshow phone.jpg\nexpect compare")
    assert len(opened) == 1


def test_a_crash_is_a_record_and_no_check_of_the_shift(desk: Desk) -> None:
    desk.play("show phone.jpg\nexpect compare")
    desk.stop()
    app, _, _ = after_a_crash(desk)
    assert app.services.checks.recorder.head.seq == 4  # signed in, shift started, check, crash
    assert (
        sum(
            count
            for _, count in app.services.shift_actions.shift.summary(
                None, app.services.checks.ledger.find
            ).counts
        )
        == 1
    )


def test_a_shift_that_is_over_stays_so(desk: Desk) -> None:
    app = desk.start()
    app.services.shift_actions.shift.end(
        app.services.checks.verifier.moment(0.0, clock_trusted=False), handover=False
    )
    desk.stop()
    app, _, _ = after_a_crash(desk)
    desk.play("press CONFIRM")
    desk.until(lambda: not isinstance(app.screen, state.FaultScreen))
    assert isinstance(app.screen, SelfTest)

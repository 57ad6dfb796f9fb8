"""Whatever happens: an acknowledged alarm without a result is in the banner of every screen, also after a
restart.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminal.drawing import banner
from terminal.drawing.draw import compose
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import Text
from terminal.drawing.page import Page
from terminal.drawing.theme import Style
from terminal.journal.notes import AlarmResult, ResultKey
from terminal.model import Plate, VehicleFinding
from terminal.screens import shift_step
from terminal.screens.alarm_case import Acknowledge, AlarmsTold, CaseScreen, CloseAlarm
from terminal.screens.alarms import Alarm, BannerOpened
from terminal.screens.attention import Touched
from terminal.screens.check import Ready
from terminal.screens.events import Reported
from terminal.screens.sign_in import LockNow, SignedIn, SignInScreen
from terminal.screens.state import Screen
from terminal.screens.ui import Ui
from terminal.screens.values import AlarmStatus
from terminal.services.open_alarms import FILE, OpenAlarms
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS
from tests.terminal.drawing.gallery_alarm import OPEN
from tests.terminal.screens.officer import BACK, CONFIRM, OFFICER, STOLEN, TRIGGER, A, B, C, Desk, check
from tests.terminal.services.terminal_fixture import Work, work_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.model import RecordedCheck
    from terminal.ports import Button
    from terminal.screens.events import Effect

BELOW: list[Screen] = [
    view.screen
    for view in VIEWS.values()
    if not isinstance(view.screen, Alarm | CaseScreen | SignInScreen)
    and view.screen.status.alarms == AlarmStatus()
]
"""Screens of every look, on which a terminal may be after a restart."""


class Walk:
    """A terminal with its services' open alarms, and the acknowledged ones as an observer knows them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.held = work.services.shift_actions.open_alarms
        with suppress(FileNotFoundError):
            (self.held.folder / FILE).unlink()
        self.desk = Desk()
        self.seq = 0
        self.acknowledged: set[Plate] = set()
        self.restart(Ready())

    def raise_alarm(self, plate: Plate, found: VehicleFinding) -> None:
        """Report a check with this finding, which may be an alarm."""
        self.seq += 1
        told: RecordedCheck = check(self.seq, plate, found, as_of_s=self.desk.now_s)
        self.held.update(told)
        self.desk.tell(AlarmsTold(self.held.alarms))
        self._carry_out(self.desk.tell(Reported(told)))

    def acknowledge(self) -> None:
        """Hold CONFIRM."""
        shown, before = self.desk.screen, len(self.desk.effects)
        self.desk.hold()
        self._carry_out(tuple(self.desk.effects[before:]))
        if isinstance(shown, Alarm) and shown.judged.plate is not None:
            self.acknowledged.add(shown.judged.plate)

    def close(self, plate: Plate) -> None:
        """Record the result of a vehicle's alarm, if the officer has seen it."""
        if plate in self.acknowledged:
            alarm = next(one for one in self.held.alarms if one.plate == plate)
            result = AlarmResult(ResultKey.NOT_STOPPED, "ran")
            self._carry_out((CloseAlarm(alarm, result),))
            self.acknowledged.discard(plate)

    def restart(self, below: Screen) -> None:
        """Start again, with this screen."""
        self.held = OpenAlarms(self.held.shift, self.held.folder, self.held.keys)
        self.held.resume()
        self.desk = Desk(Ui(below), self.desk.now_s)
        self.desk.tell(AlarmsTold(self.held.alarms))

    def lock(self) -> None:
        """Lock the terminal."""
        self.desk.tell(SignedIn(OFFICER, new_shift=False))
        self.desk.tell(LockNow())

    def unlock(self) -> None:
        """Sign the officer in again."""
        self.desk.tell(SignedIn(OFFICER, new_shift=False))

    def open_banner(self) -> None:
        """Touch the banner."""
        self._carry_out(self.desk.tell(Touched(BannerOpened(), self.desk.now_s)))

    def press(self, button: Button) -> None:
        """Press a button."""
        self._carry_out(self.desk.press(button))

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Acknowledge | CloseAlarm):
                self.desk.tell(self.held.perform(effect, self._work.moment))


PLATES = st.sampled_from([A, B, C])
STEPS: st.SearchStrategy[list[Callable[[Walk], None]]] = st.lists(
    st.one_of(
        st.builds(
            lambda plate, found: lambda walk: walk.raise_alarm(plate, found),
            PLATES,
            st.sampled_from([STOLEN, VehicleFinding.CACHED_ALARM, VehicleFinding.VALID]),
        ),
        st.just(Walk.acknowledge),
        st.builds(lambda plate: lambda walk: walk.close(plate), PLATES),
        st.builds(lambda below: lambda walk: walk.restart(below), st.sampled_from(BELOW)),
        st.sampled_from([Walk.lock, Walk.unlock, Walk.open_banner]),
        st.builds(lambda button: lambda walk: walk.press(button), st.sampled_from([BACK, TRIGGER, CONFIRM])),
    ),
    max_size=25,
)


@pytest.fixture
def begin(laboratory: Path, tmp_path: Path) -> Iterator[Callable[[], Walk]]:
    """Begin a walk on a terminal without open alarms."""
    work = work_of(laboratory, tmp_path, time.time())
    yield lambda: Walk(work)
    work.services.close()


@pytest.fixture(scope="module")
def page() -> Page:
    """A page in Chinese."""
    return Page(Style("zh", Fonts.load(FONTS)))


@given(STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_acknowledged_alarm_without_a_result_is_in_the_banner_of_every_screen_also_after_a_restart(
    begin: Callable[[], Walk], page: Page, steps: list[Callable[[Walk], None]]
):
    walk = begin()
    for step in steps:
        step(walk)
        ui, held = walk.desk.ui, walk.desk.screen.status.alarms
        unread = {alarm.plate for alarm in (*ui.alerts, *ui.banners)}
        in_banner = {alarm.plate for alarm in ui.open}
        assert walk.acknowledged <= in_banner | unread
        assert held.unclosed == len(in_banner)
        said = banner.words(page, walk.desk.screen.status)
        assert bool(said) is (bool(in_banner) or held.waiting is not None or bool(held.banners))
        if held.newest is not None and held.waiting is None and not held.banners:
            assert held.newest.plate.number in said


def test_every_screen_draws_the_banner(page: Page):
    told = AlarmsTold((OPEN,))
    for below in BELOW:
        desk = Desk(Ui(below))
        desk.tell(told)
        drawn = "".join(item.string for item in compose(desk.screen, page.style) if isinstance(item, Text))
        assert ("报警未办结" if shift_step.over(below) else OPEN.plate.number) in drawn

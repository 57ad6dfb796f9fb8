"""Whatever the network does, the terminal scans on, shows nothing twice, and comes back by itself."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from terminal.cli import link_of
from terminal.model import Outcome, VehicleFinding
from terminal.screens import state
from tests.scenarios.proxy import Proxy, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scenarios.conftest import Desk, Registry


@pytest.fixture
def wire(desk: Desk, registry: Registry) -> Iterator[Proxy]:
    """What the desk's link to the registry goes through; the link is up."""
    with closing(Proxy(registry.port)) as proxy:
        assert desk.settings.registry is not None
        desk.settings = replace(desk.settings, registry=replace(desk.settings.registry, port=proxy.port))
        desk.link = link_of(desk.settings)
        app = desk.start()
        desk.until(lambda: app.screen.status.online is True)
        yield proxy
        desk.stop()


@pytest.mark.parametrize("fault", [wire for wire in Wire if wire is not Wire.WHOLE])
def test_a_check_over_a_broken_wire_stays_what_the_code_says_and_the_next_is_answered(
    desk: Desk, wire: Proxy, fault: Wire
) -> None:
    app = desk.app
    assert app is not None
    wire.become(fault)
    desk.play("show phone.jpg\nexpect provisional ok\nwait 4")
    assert isinstance(app.screen, state.Result)
    seen = app.screen.judged
    assert (seen.verdict.outcome, seen.verdict.status.finding) == (
        Outcome.PROVISIONAL,
        VehicleFinding.UNCHECKED,
    )
    assert seen.lookup is not state.Lookup.ANSWERED
    desk.play("press TRIGGER\nclear\nexpect ready\nshow digit-changed.jpg\nexpect caution bad_signature")
    desk.play("press TRIGGER\nclear\nexpect ready")
    wire.become(Wire.WHOLE)
    desk.until(lambda: app.screen.status.online is True)
    desk.play("wait 5\nshow phone.jpg\nexpect provisional ok")

    def answered() -> bool:
        return isinstance(app.screen, state.Result) and app.screen.judged.lookup is state.Lookup.ANSWERED

    desk.until(answered)
    desk.play("press CONFIRM\nexpect pass ok")


def test_the_clock_that_jumps_while_a_question_is_out_shows_no_pass_by_it(desk: Desk, wire: Proxy) -> None:
    wire.become(Wire.HELD)
    desk.play("show phone.jpg\nexpect provisional ok\nclock 2031-01-01T12:00:00+08:00 untrusted\nwait 4")
    wire.become(Wire.WHOLE)
    desk.play("press CONFIRM\nexpect provisional ok")

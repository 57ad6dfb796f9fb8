"""A terminal whose battery died asks the real registry: its clock is right after the first signed answer."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from drivers.clock import SystemTime
from keys.key_store import open_store
from terminal.clock import file
from terminal.clock.state import TimeOrigin
from terminal.clock.trusted_clock import RELEASED_S, TrustedClock
from terminal.commands import lookup
from terminal.commands.lookup import ANSWERED, LookupArguments
from terminal.rigs import link_of
from terminal.services.trust_service import access
from tests.scenarios.conftest import OFFICER

if TYPE_CHECKING:
    import pytest

    from tests.scenarios.conftest import Desk


class DeadTime(SystemTime):
    """The machine's clocks after its battery died: the wall clock began at 1970 when it was switched on."""

    def wall_s(self) -> float:
        """See `terminal.ports.TimeSource`."""
        return self.running_s()


def test_the_registry_s_answer_sets_a_dead_clock(online: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    online.stop()
    state = online.settings.paths.state
    (state / file.NAME).unlink(missing_ok=True)
    nothing = state / "nothing"
    clock = TrustedClock(DeadTime(nothing, nothing), state, RELEASED_S)
    assert not clock.trusted()

    def ask() -> tuple[int, str]:
        asked = LookupArguments(
            "苏A12345", "02", as_json=True, officer=OFFICER.number, ask_pin=lambda: OFFICER.pin
        )
        trusted = access(online.trust_source())
        status = lookup.run(online.settings, clock, link_of(online.settings), open_store, trusted, asked)
        return status, capsys.readouterr().out

    ask()
    assert clock.trusted()
    assert abs(clock.now_s() - time.time()) < 5
    status, said = ask()
    assert status == ANSWERED
    assert json.loads(said.splitlines()[0])["vehicle"] == "valid"
    kept = file.load(state / file.NAME, RELEASED_S)
    assert kept.setting is not None
    assert kept.setting.origin is TimeOrigin.ANSWER
    again = TrustedClock(DeadTime(nothing, nothing), state, RELEASED_S)
    assert again.trusted()

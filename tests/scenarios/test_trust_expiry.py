"""A terminal that got no new trust set for too long ends after the shift, and removes its lists and keys."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from terminal.commands import run
from terminal.rigs import trust_source
from terminal.services.shift import FILE
from terminal.services.wiping import TRUST_STORE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk

DAY_S = 86_400


def expired(desk: Desk, laboratory: Path) -> Path:
    """Give the desk a trust store of its own, 60 days ago; its enforcement keys."""
    state = desk.settings.paths.state
    shutil.copytree(laboratory / "state" / TRUST_STORE, state / TRUST_STORE, symlinks=True)
    desk.trust_source = partial(trust_source, desk.settings)
    desk.rig.advance(60.1 * DAY_S)
    return state / TRUST_STORE / "current" / "targets" / "enforcement"


def test_it_ends_by_itself_once_nobody_works_with_it(desk: Desk, laboratory: Path) -> None:
    enforcement = expired(desk, laboratory)
    (desk.settings.paths.state / FILE).write_text("", encoding="utf-8")  # the shift is over
    assert enforcement.exists()
    assert run.run(desk.setup()) == run.DONE
    assert not enforcement.exists()
    assert desk.settings.paths.identity.exists()


def test_it_goes_on_while_a_shift_is_on(desk: Desk, laboratory: Path) -> None:
    enforcement = expired(desk, laboratory)
    desk.play("show phone.jpg\nexpect undetermined stale_trust")
    assert desk.app is not None
    assert not desk.app.wants_restart()
    assert not desk.app.has_expired()
    assert enforcement.exists()

"""Orders on a terminal at work, by the registry's own command over a real broker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys import lab
from terminal.commands import run
from terminal.commands.ordered_wipe import finish_wipe
from terminal.errors import TerminalWiped
from terminal.registry.orders import OrderState
from terminal.services.orders import load_state, save_state
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.test_network_faults import connect

if TYPE_CHECKING:
    from pathlib import Path

    from pygame import Rect, Surface

    from terminal.ports import Contact
    from tests.scenarios.conftest import Desk, Registry


_, _, SUPERVISOR = lab.OFFICERS


def give(registry: Registry, command: str, terminal: str = "T0001") -> subprocess.CompletedProcess[str]:
    """Send an order as an operator does."""
    tool = [sys.executable, "-m", "scripts.registry", "--lab", str(registry.lab)]
    address = f"127.0.0.1:{registry.port}"
    return subprocess.run(
        [*tool, "order", terminal, command, "--broker", address], check=False, capture_output=True, text=True
    )


def test_a_terminal_is_locked_and_unlocked_and_told_to_update_by_order(online: Desk, registry: Registry):
    app = online.app
    assert app is not None
    orders = app.services.orders
    asked: list[None] = []
    orders.request_update = lambda: asked.append(None)  # its own starts a process
    assert "the broker has it" in give(registry, "lock").stdout
    online.until(lambda: orders.locked)
    assert give(registry, "refresh").returncode == 0
    online.until(lambda: asked == [None])
    assert give(registry, "unlock").returncode == 0
    online.until(lambda: not orders.locked)
    assert len(orders.state.done) == 3
    assert not orders.refused
    online.play(f"expect locked\n{SIGN_IN}\nexpect ready")


def test_a_lock_by_order_ends_with_a_supervisor_and_with_nobody_else(online: Desk, registry: Registry):
    app = online.app
    assert app is not None
    assert give(registry, "lock").returncode == 0
    online.until(lambda: app.services.orders.locked)
    online.play(f"expect locked\n{SIGN_IN}\nexpect pad")
    assert app.services.orders.locked
    online.play(
        f"press BACK\nsign in {SUPERVISOR.number} {SUPERVISOR.pin}\nexpect taken\npress CONFIRM\nexpect ready"
    )
    assert not app.services.orders.locked


def test_an_order_waits_for_a_terminal_that_is_away(online: Desk, registry: Registry):
    online.stop()
    assert give(registry, "lock").returncode == 0
    app = connect(online, registry.port)
    online.until(lambda: app.services.orders.locked)


def test_an_order_to_nobody_is_refused(registry: Registry):
    unknown = give(registry, "wipe", "T0009")
    assert (unknown.returncode, "T0009 is not in terminals.cbor" in unknown.stderr) == (1, True)
    assert give(registry, "explode").returncode == 2


class EndingDisplay:
    """A display on which the first screen ends the program, as the service manager would."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def show(self, _surface: Surface, _area: Rect | None = None) -> None:
        """See `terminal.ports.Display`."""
        os.kill(os.getpid(), signal.SIGTERM)

    def light(self, *, on: bool) -> None:
        """See `terminal.ports.Display`."""

    def poll(self) -> list[Contact]:
        """See `terminal.ports.Display`."""
        return []

    def close(self) -> None:
        """See `terminal.ports.Display`."""


def test_a_wipe_that_was_cut_short_goes_on_when_the_program_starts(
    desk: Desk, laboratory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shutil.copytree(laboratory / "identity", tmp_path / "identity")
    desk.settings = replace(desk.settings, paths=replace(desk.settings.paths, identity=tmp_path / "identity"))
    desk.settings.paths.state.mkdir()
    save_state(desk.settings.paths.state, OrderState(wiping="ab" * 16))
    setup = desk.setup()
    ending = replace(setup.rig, display=EndingDisplay(setup.rig.display.size))
    for _ in range(2):  # and it says so at every start from then on
        assert run.run(replace(setup, rig=ending)) == run.FAULT
        assert TerminalWiped.code in capsys.readouterr().err
    assert not (tmp_path / "identity").exists()


def test_a_terminal_that_is_ordered_to_wipe_ends_and_is_wiped(
    online: Desk, registry: Registry, tmp_path: Path
):
    app = online.app
    assert app is not None
    online.play("show phone.jpg\nexpect compare ok")
    assert give(registry, "wipe").returncode == 0
    online.until(app.wants_restart)
    online.stop()
    # The laboratory is every test's: its identity is copied for the wipe.
    shutil.copytree(online.settings.paths.identity, tmp_path / "identity")
    paths = replace(online.settings.paths, identity=tmp_path / "identity")
    setup = online.setup()
    with pytest.raises(TerminalWiped):
        finish_wipe(
            replace(online.settings, paths=paths), setup.rig.clock, setup.open_keys, setup.trust_source
        )
    assert not paths.identity.exists()
    assert load_state(paths.state).wiped
    (remaining,) = paths.state.glob("remaining-*.cbor")
    tool = [sys.executable, "-m", "scripts.registry", "--lab", str(registry.lab), "--database", registry.url]
    docked = ["import", str(remaining), "--receipts", str(tmp_path / "receipts.cbor")]
    taken = subprocess.run([*tool, *docked], check=False, capture_output=True, text=True)
    assert taken.returncode == 0, taken.stderr

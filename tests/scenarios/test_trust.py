"""A terminal at work over its real trust store, with updates in a real child process."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from drivers import sim
from keys import issuers, lab, lab_repository
from terminal import config
from terminal.app import App
from terminal.commands import crash_marker, run
from terminal.errors import TrustMissing, TrustNotUpdated
from terminal.limits import DAY_S
from terminal.model import Reason
from terminal.rigs import trust_source, trust_updater
from terminal.screens.check import Result
from tests.scenarios.conftest import FPS, SIGN_IN, Desk


@pytest.fixture
def own(laboratory: Path, photographs: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a laboratory of its own, whose terminal has no trust set yet."""
    folder = tmp_path / "lab"
    shutil.copytree(laboratory, folder, symlinks=True)
    shutil.rmtree(folder / "state" / "trust")
    settings = replace(config.read(folder / lab.CONFIG), registry=None)
    made = Desk(settings, sim.sim_rig(fps=FPS), tmp_path, photographs, partial(trust_source, settings))
    yield made
    made.stop()
    made.rig.close()


def folder_of(desk: Desk) -> Path:
    return desk.settings.paths.state.parent


def setup_of(desk: Desk) -> run.Setup:
    """Return the setup that `roadside run` assembles the app from, with updates."""
    return replace(desk.setup(), updater=trust_updater(folder_of(desk) / lab.CONFIG))


def start(desk: Desk) -> App:
    """Start the app over the set that is in force."""
    desk.app = run.assemble(setup_of(desk))
    desk.app.start()
    return desk.app


def serial(app: App) -> int:
    return app.services.trust.in_force.trust_set.serial


def compromise(desk: Desk) -> None:
    """Publish that every issuer key is compromised."""
    content, now_s = (folder_of(desk) / "trust").resolve(), int(time.time())
    for kid in issuers.load(content):
        issuers.change(content, kid, compromised_since_s=now_s - DAY_S)
    lab_repository.publish(folder_of(desk), now_s)


def test_a_published_compromise_is_in_the_next_verdict_without_a_restart(own: Desk):
    lab_repository.install(folder_of(own), time.time())
    app = start(own)
    own.play(f"{SIGN_IN}\nshow phone.jpg\nexpect compare ok\npress TRIGGER\nexpect ready")
    compromise(own)
    app.services.trust.request_update()
    own.until(lambda: serial(app) == 2)
    own.play("press TRIGGER")
    own.until(lambda: isinstance(app.screen, Result))
    assert isinstance(app.screen, Result)
    assert app.screen.judged.verdict.finding.reason is Reason.KEY_COMPROMISED


def test_an_update_that_is_refused_is_shown_and_checks_go_on(own: Desk):
    lab_repository.install(folder_of(own), time.time())
    app = start(own)
    timestamp = folder_of(own) / lab_repository.PUBLIC / "metadata" / "timestamp.json"
    timestamp.write_bytes(timestamp.read_bytes().replace(b'"version": 1', b'"version": 2'))
    app.services.trust.request_update()
    own.until(lambda: TrustNotUpdated.code in [notice.code for notice in app.screen.status.notices])
    own.play(f"{SIGN_IN}\nshow phone.jpg\nexpect compare ok")
    assert serial(app) == 1


@dataclass
class Ender:
    """A service manager that ends the program once the app is at work."""

    state: Path
    reports: list[str] = field(default_factory=list)

    def ready(self) -> None:
        """Keep that it was said."""
        self.reports.append("ready")

    def alive(self) -> None:
        """End the program, as the real one would."""
        self.reports.append("alive")
        if (self.state / crash_marker.NAME).exists():
            signal.raise_signal(signal.SIGTERM)

    def stopping(self) -> None:
        """Keep that it was said."""
        self.reports.append("stopping")


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the handlers of signals, which the program sets."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_terminal_without_a_set_says_so_fetches_one_and_goes_to_work(
    own: Desk, capsys: pytest.CaptureFixture[str]
):
    setup, ender = setup_of(own), Ender(own.settings.paths.state)
    assert run.run(replace(setup, rig=replace(setup.rig, service_manager=ender))) == run.DONE
    assert TrustMissing.code in capsys.readouterr().err
    assert ender.reports[0] == "ready", "the fault is on the screen, and the program has started"
    assert ender.reports[-1] == "stopping"
    found = trust_source(own.settings).poll()
    assert found is not None
    assert found.trust_set.serial == 1
    assert found.laboratory


@pytest.mark.usefixtures("handlers")
def test_a_terminal_without_a_set_and_without_a_source_halts_with_the_reason(
    own: Desk, capsys: pytest.CaptureFixture[str]
):
    own.settings = replace(own.settings, trust=replace(own.settings.trust, source=""))
    setup, ender = setup_of(own), Ender(own.settings.paths.state)
    assert run.run(replace(setup, rig=replace(setup.rig, service_manager=ender))) == run.FAULT
    assert "no trust set has been installed" in capsys.readouterr().err

"""Fixtures for scenarios: a desk with a configuration of its own, and a registry."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from drivers import sim
from drivers.link import MqttLink
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.commands import run
from terminal.device_ports import Parts
from terminal.drawing.draw import place_of
from terminal.journal.notes import OfficerNote
from terminal.ports import Rig
from terminal.rigs import link_of
from terminal.scenarios import player, script
from terminal.screens.attention import SETTLE_S
from terminal.screens.shift import NotePicked
from tests.trust_sources import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.app import App
    from terminal.credential.trust_source import TrustSource
    from terminal.ports import Link
    from terminal.screens.state import Touch

OFFICER = lab.OFFICERS[0]
"""Officer of the laboratory who signs in."""
SIGN_IN = f"sign in {OFFICER.number} {OFFICER.pin}"
"""Sign the officer in, or unlock their session."""
SIGN_IN_RECORDS = 2
"""Records of a sign-in: the officer, and the start of the shift."""
FPS = 120.0
"""Frames a second, faster than a camera's, to save time."""


@dataclass
class Desk:
    """A simulated rig with a state directory of its own, and the app that was started last on it."""

    settings: config.Config
    rig: sim.SimRig
    shots: Path
    photographs: Path
    trust_source: Callable[[], TrustSource]
    app: App | None = None
    link: Link | None = None

    def setup(self) -> run.Setup:
        """Settings that the app is made from."""
        rig = Rig(
            lambda: self.rig.camera,
            self.rig.display,
            self.rig.panel,
            self.rig.clock,
            SystemdNotify(""),
            self.link,
            Parts(self.rig.battery, self.rig.microphone),
        )
        return run.Setup(self.settings, rig, open_store, self.trust_source)

    def start(self, *, signed_in: bool = True) -> App:
        """Start the app; `stop` ends it."""
        self.app = run.assemble(self.setup())
        self.app.start()
        if signed_in:
            self.play(SIGN_IN)
        return self.app

    def stop(self) -> None:
        """Stop the app; its journal stays."""
        if self.app is not None:
            self.app.stop()
            self.app = None
            self.rig.camera = sim.PhotographCamera(FPS)  # a closed camera cannot be reopened

    def until(self, met: Callable[[], bool]) -> None:
        """Run the app until a condition holds."""
        assert self.app is not None
        deadline = time.monotonic() + player.PATIENCE_S
        while not met():
            assert time.monotonic() < deadline, self.app.screen
            self.app.run_once(player.TURN_S)

    def mark(self, note: OfficerNote) -> None:
        """Touch a note to add it to the check."""
        self.touch(NotePicked(note))

    def touch(self, wanted: Touch) -> None:
        """Touch the cell that means this, once it counts."""
        assert self.app is not None
        self.rig.advance(SETTLE_S)
        self.app.run_once(player.TURN_S)
        place = place_of(self.app.screen, wanted, self.app.style)
        assert place is not None
        self.rig.touch(*place)
        self.app.run_once(player.TURN_S)

    def play(self, words: str) -> list[str]:
        """Play a scenario on the app, starting it if needed; return the printed lines. Every expectation must
        be met.
        """
        app = self.app or self.start()
        said: list[str] = []
        playing = player.Player(app, self.rig, self.shots, said.append)
        playing.play(script.parse(words, self.photographs))
        assert playing.failures == []
        return said


@pytest.fixture
def desk(laboratory: Path, photographs: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with the laboratory's trust set, and an empty journal."""
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(settings, paths=replace(settings.paths, state=tmp_path / "state"))
    made = Desk(settings, sim.sim_rig(fps=FPS), tmp_path, photographs, source_of(laboratory))
    yield made
    made.stop()
    made.rig.close()


@dataclass
class Registry:
    """The reference registry in a process of its own, with a broker on a free port."""

    lab: Path
    url: str
    """URL of its database."""
    process: subprocess.Popen[str]
    port: int

    def put(self, number: str, kind: str, letters: str) -> None:
        """Put a vehicle on the hot list, or take it off with no letters."""
        registry = [sys.executable, "-m", "scripts.registry", "--lab", str(self.lab), "--database", self.url]
        subprocess.run([*registry, "hotlist", number, kind, letters], check=True, capture_output=True)


@pytest.fixture(scope="module")
def registry(laboratory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with its sample; one for each module, since it accepts 16 new journals of a terminal a
    month.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('registry')}/registry.sqlite"
    tool = [sys.executable, "-m", "scripts.registry", "--lab", str(laboratory), "--database", url]
    command = [*tool, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        yield Registry(laboratory, url, process, int(address.rpartition(":")[2]))
        process.terminate()


@pytest.fixture
def online(desk: Desk, registry: Registry) -> Desk:
    """A desk whose link to the registry is up."""
    assert desk.settings.registry is not None
    # One province's hot list: a worker answers 40 of a terminal's questions at once, then one a second, and
    # these tests start the same terminal again and again.
    link_settings = replace(desk.settings.registry, port=registry.port, provinces=("苏",))
    desk.settings = replace(desk.settings, registry=link_settings)
    desk.link = link_of(desk.settings)
    assert isinstance(desk.link, MqttLink)
    app = desk.start()
    desk.until(lambda: app.screen.status.online is True)
    return desk

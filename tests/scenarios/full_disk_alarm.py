"""Receive an alarm while the disk is full; `folder` is on a file system of its own.

python -m tests.scenarios.full_disk_alarm LABORATORY PHOTOGRAPHS FOLDER PORT REGISTRY
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drivers import sim
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.commands import run
from terminal.console import out, warn
from terminal.model import RecordedCheck
from terminal.ports import Incoming, Rig
from terminal.rigs import link_of
from terminal.scenarios import player, script
from terminal.screens.alarms import Alarm
from terminal.screens.check import Result
from terminal.services.answers import RETRY_S
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.full_disk import fill
from tests.scenarios.overhearing import Overhearing
from tests.scenarios.proxy import Proxy, Wire
from tests.trust_sources import source_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.app import App


FILLER = "filler"


@dataclass
class Trial:
    """A terminal with a full disk, its registry, and the proxy between them."""

    folder: Path
    photographs: Path
    registry: int
    """Process id of the registry."""
    proxy: Proxy
    link: Overhearing
    desk: sim.SimRig
    app: App
    failures: list[str] = field(default_factory=list)
    told: Incoming = field(init=False)
    """The answer that raised the alarm."""

    def play(self, words: str) -> None:
        """Play a scenario."""
        playing = player.Player(self.app, self.desk, self.folder, warn, self.failures)
        playing.play(script.parse(words, self.photographs))

    def until(self, met: Callable[[], bool], what: str) -> None:
        """Run the app until a condition holds; the limit ends a hang and allows for a busy machine."""
        deadline_s = time.monotonic() + 6 * player.PATIENCE_S
        while not met():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{what}: {self.app.screen}")
            self.app.run_once(player.TURN_S)

    def begin(self) -> None:
        """Go online, and wait for the answer about the hot list."""
        self.app.start()
        player.Player(self.app, self.desk, self.folder, out).play(script.parse(SIGN_IN, self.folder))
        self.until(lambda: self.link.state.up, "online")
        self.until(lambda: bool(self.link.acknowledged), "the hot list")
        self.forget()

    def forget(self) -> None:
        """Drop everything recorded so far."""
        self.link.heard.clear()
        self.link.acknowledged.clear()

    def ask(self) -> None:
        """Look up a stolen car, and fill the disk before the registry answers."""
        os.kill(self.registry, signal.SIGSTOP)
        try:
            self.play("show wanted.jpg\nexpect compare")
            fill(self.folder / FILLER)
        finally:
            os.kill(self.registry, signal.SIGCONT)

    def reconnect(self) -> None:
        """Cut the connection and restore it."""
        self.proxy.become(Wire.CUT)
        self.until(lambda: not self.link.state.up, "offline")
        self.proxy.become(Wire.WHOLE)
        self.until(lambda: self.link.state.up, "online")

    @property
    def alarm(self) -> RecordedCheck | None:
        """The check whose alarm is shown."""
        return self.app.screen.judged if isinstance(self.app.screen, Alarm) else None

    def be_told(self) -> None:
        """Expect the alarm without a record, and its answer a second time, since it was not acknowledged."""
        self.until(lambda: self.alarm is not None, "the alarm")
        shown = self.alarm
        assert shown is not None
        assert not shown.recorded
        self.told = self.link.heard[-1]
        before = self.times(self.link.heard)  # a busy machine may lose the link and get it again by itself
        self.reconnect()
        self.until(lambda: self.times(self.link.heard) > before, "the answer again")
        assert (self.alarm, self.times(self.link.acknowledged)) == (shown, 0)
        self.play("hold CONFIRM\nexpect alarm")

    def times(self, messages: list[Incoming]) -> int:
        """Return how often the alarm's answer is among messages; answers about the hot list come as well."""
        return sum(one.correlation == self.told.correlation for one in messages)

    def make_room(self) -> None:
        """Free the disk: the alarm is recorded and its answer acknowledged, up to the broker."""
        carried = self.proxy.carried_bytes
        (self.folder / FILLER).unlink()
        self.desk.advance(2 * RETRY_S)
        self.until(lambda: self.times(self.link.acknowledged) == 1, "acknowledged")
        self.until(lambda: self.proxy.carried_bytes > carried, "the acknowledgement on its way")
        assert isinstance(self.app.screen, Result)
        assert self.app.screen.judged.recorded

    def go_on(self) -> None:
        """Expect the answer not to come a third time, and the next check to be answered."""
        self.forget()
        self.reconnect()
        self.play("press TRIGGER\nclear\nwait 5\nshow phone.jpg\nexpect compare")
        self.until(lambda: bool(self.link.acknowledged), "another answer")
        assert self.times(self.link.heard) == 0
        self.app.stop()
        self.desk.close()


def prepared(laboratory: Path, photographs: Path, folder: Path, proxy: Proxy, registry: int) -> Trial:
    """Make a terminal with one hot list, whose records are in `folder`."""
    settings = config.read(laboratory / lab.CONFIG)
    assert settings.registry is not None
    settings = replace(
        settings,
        paths=replace(settings.paths, state=folder / "state"),
        registry=replace(settings.registry, port=proxy.port, provinces=("藏",)),
    )
    real = link_of(settings)
    assert real is not None
    link, desk = Overhearing(real), sim.sim_rig(fps=120)
    rig = Rig(lambda: desk.camera, desk.display, desk.panel, desk.clock, SystemdNotify(""), link)
    app = run.assemble(run.Setup(settings, rig, open_store, source_of(laboratory)))
    return Trial(folder, photographs, registry, proxy, link, desk, app)


def main(laboratory: Path, photographs: Path, folder: Path, port: int, registry: int) -> None:
    """Look up, fill the disk, get the answer twice, free the disk."""
    with closing(Proxy(port)) as proxy:
        trial = prepared(laboratory, photographs, folder, proxy, registry)
        trial.begin()
        trial.ask()
        trial.be_told()
        trial.make_room()
        trial.go_on()
        out(f"{len(trial.failures)} failures")


if __name__ == "__main__":
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    folders, numbers = [Path(one) for one in sys.argv[1:4]], [int(one) for one in sys.argv[4:]]
    main(folders[0], folders[1], folders[2], numbers[0], numbers[1])

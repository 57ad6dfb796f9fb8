"""Compare the frame rate with the link up and with all packets dropped: an outage must not slow scanning."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import nacl.utils

from drivers import sim
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from scripts.benchmarks.rows import Budget, Row, row
from terminal import config
from terminal.commands import run
from terminal.ports import Rig
from terminal.rigs import link_of, trust_source
from terminal.scenarios import player, script
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.proxy import Proxy, Wire

if TYPE_CHECKING:
    from terminal.app import App

SPELLS = 8
SPELL_S = 1.0
FPS = 120.0
"""Four times a camera's rate, so that a slowdown shows before an officer would notice it."""
SETTLE_S = 30.0
SLOWER = Budget(1.1)
"""Scatter of a shared machine. A scanner that waited for the network would exceed any limit."""


def measure() -> list[Row]:
    """Measure frames per second in several periods, and the ratio of the medians."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        lab.make(home / "lab", int(time.time()), nacl.utils.random)
        command = [sys.executable, "-m", "scripts.registry", "--lab", str(home / "lab")]
        with subprocess.Popen(  # noqa: S603 - our own command
            [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as registry:
            if registry.stdout is None:
                raise RuntimeError("no standard output")
            try:
                with closing(Proxy(int(registry.stdout.readline().rpartition(":")[2]))) as wire:
                    online, offline = _compare(home / "lab", wire)
            finally:
                registry.terminate()
    slower = sorted(online)[SPELLS // 2] / sorted(offline)[SPELLS // 2]
    return [
        row("frames scanned, online", "/s", online, note=f"{SPELLS} spells"),
        row("  while all packets are dropped", "/s", offline),
        row("  times slower in an outage", "", [slower], SLOWER),
    ]


def _compare(laboratory: Path, wire: Proxy) -> tuple[list[float], list[float]]:
    settings = config.read(laboratory / lab.CONFIG)
    if settings.registry is None:
        raise RuntimeError("the laboratory has no registry")
    settings = replace(settings, registry=replace(settings.registry, port=wire.port))
    simulated = sim.sim_rig(fps=FPS)
    rig = Rig(
        lambda: simulated.camera,
        simulated.display,
        simulated.panel,
        simulated.clock,
        SystemdNotify(""),
        link_of(settings),
    )
    app = run.assemble(run.Setup(settings, rig, open_store, partial(trust_source, settings)))
    app.start()
    try:
        player.Player(app, simulated, Path(), lambda _: None).play(script.parse(SIGN_IN, Path()))
        _until(app, online=True)
        online = [_spell(app) for _ in range(SPELLS)]
        wire.become(Wire.SWALLOWED)
        _until(app, online=False)
        return online, [_spell(app) for _ in range(SPELLS)]
    finally:
        app.stop()
        simulated.close()


def _until(app: App, *, online: bool) -> None:
    until_s = time.monotonic() + SETTLE_S
    while app.screen.status.online is not online:
        if time.monotonic() > until_s:
            raise RuntimeError(f"the link did not become {online=}")
        app.run_once()


def _spell(app: App) -> float:
    begun_s, seen = time.monotonic(), app.frames_seen
    while (took_s := time.monotonic() - begun_s) < SPELL_S:
        app.run_once()
    return (app.frames_seen - seen) / took_s

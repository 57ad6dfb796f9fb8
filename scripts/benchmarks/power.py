"""Print the energy of a shift: duty cycles that the running app makes, times figures of data sheets.

.venv/bin/python -m scripts.benchmarks.power

The app runs on the simulated rig with a real registry and broker, through a shift of twelve hours on the
rig's clock: at six control points a vehicle is checked every three minutes for an hour, with an hour between
them. CPU time is measured in three spells of real time. Nothing is measured on a Raspberry Pi.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cv2
import nacl.utils

from drivers import sim
from drivers.link_connection import KEEPALIVE_S
from drivers.sd_notify import SystemdNotify
from keys import files, lab
from keys.issue import IssueRequest, issue
from keys.key_store import open_store
from keys.qr import qr_image
from scripts.benchmarks.decode.corpus import photographs
from terminal import config
from terminal.commands import run
from terminal.model import Plate, Vehicle
from terminal.ports import Rig
from terminal.rigs import link_of, trust_source
from terminal.scenarios import player, script
from terminal.screens.check import Ready
from tests.scenarios.conftest import SIGN_IN
from tests.scenarios.proxy import Proxy

if TYPE_CHECKING:
    from terminal.app import App

SHIFT_H = 12
POINTS, CHECKS, EVERY_S = 6, 20, 180
"""Control points of a shift, checks at each, and the time between two checks, s."""
READING_S = 25
"""Time for which the officer reads each verdict, s."""
STEP_S = 5.0
"""Step in which simulated time passes."""
SPELL_S = 4.0
SLOWER = 4
"""Assumption: a core of a Raspberry Pi 4 takes this many times as long as one of this machine."""
EXCHANGE_S = 0.5
"""Assumption: time for which the radio sends or listens for an exchange of some packets, s."""

WATTS = {
    "board, idle": (5.1 * 0.6, "Raspberry Pi 4 B idle, 0.60 A (a)"),
    "a core, busy": (5.1 * (1.2 - 0.6) / 4, "a quarter of its stress minus idle, 1.20 A - 0.60 A (a)"),
    "camera": (5.1 * 0.25, "camera module, 0.25 A (a)"),
    "display": (5.0 * 0.238, 'SLCD43, 4.3", full brightness, 0.238 A (b)'),
    "radio, registered": (3.8 * 0.011, "SIM7000, idle on LTE, 11 mA at 3.8 V (c)"),
    "radio, in exchange": (3.8 * 0.167, "SIM7000, LTE data at 23 dBm, 167 mA (c)"),
}
"""Power of each part, W, and its source."""
SOURCES = (
    "(a) raspberrypi/documentation, power-supplies.adoc; the camera's is the most that it needs.",
    "(b) Reach Technology, typical current of the SLCD43 at 5 V.",
    "(c) SIMCom's hardware design document, as quoted in the wiki of botletics/SIM7000-LTE-Shield.",
)


@dataclass
class Duty:
    """Duty cycles of a shift."""

    ready_s: float = 0.0
    """Seconds with the live picture on the display."""
    shown_s: float = 0.0
    """Seconds with another screen; the camera runs."""
    dark_s: float = 0.0
    """Seconds at rest."""
    cpu: dict[str, float] = field(default_factory=dict)
    """CPU seconds a second in each of these states, on this machine."""
    check_bytes: float = 0.0
    """Bytes over the link for each check, both ways, with its upload."""
    checks: int = 0

    @property
    def awake_s(self) -> float:
        """Seconds with display and camera on."""
        return self.ready_s + self.shown_s

    @property
    def busy_s(self) -> float:
        """CPU seconds of the shift, on this machine."""
        spans = {"ready": self.ready_s, "shown": self.shown_s, "dark": self.dark_s}
        return sum(self.cpu[state] * seconds for state, seconds in spans.items())


def table(duty: Duty) -> list[str]:
    """Return the lines of the table, in Markdown."""
    whole_s = duty.awake_s + duty.dark_s
    exchange_s = EXCHANGE_S * (whole_s / KEEPALIVE_S + duty.checks)
    parts = {
        "board, idle": whole_s,
        "a core, busy": SLOWER * duty.busy_s,
        "camera": duty.awake_s,
        "display": duty.awake_s,
        "radio, registered": whole_s - exchange_s,
        "radio, in exchange": exchange_s,
    }
    lines = ["| part | W | hours | share | Wh | figure |", "|---|---|---|---|---|---|"]
    total = 0.0
    for part, seconds in parts.items():
        watts, source = WATTS[part]
        total += watts * seconds / 3600
        lines.append(
            f"| {part} | {watts:.2f} | {seconds / 3600:.1f} | {100 * seconds / whole_s:.0f} %"
            f" | {watts * seconds / 3600:.1f} | {source} |"
        )
    saved = (WATTS["camera"][0] + WATTS["display"][0]) * duty.dark_s / 3600
    lines.append(f"| **the shift** | | {whole_s / 3600:.1f} | | **{total:.0f}** | rest saves {saved:.0f} |")
    return lines


def main() -> None:
    """Play the shift, and print the table and what it is made from."""
    duty = measured()
    print("\n".join(table(duty)))
    print()
    print("\n".join(SOURCES))
    spent = ", ".join(f"{1e3 * share:.0f} ms {state}" for state, share in duty.cpu.items())
    print(f"CPU a second on this machine: {spent}; {SLOWER} times as much on a Pi.")
    print(
        f"{duty.checks} checks, {duty.check_bytes:.0f} bytes each over the link; keepalive {KEEPALIVE_S} s."
    )


def measured() -> Duty:
    """Play the shift on the rig's clock, and return its duty cycles."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        lab.make(home / "lab", int(time.time()), nacl.utils.random)
        _draw(home)
        command = [sys.executable, "-m", "scripts.registry", "--lab", str(home / "lab")]
        with subprocess.Popen(  # noqa: S603 - our own command
            [*command, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as registry:
            if registry.stdout is None:
                raise RuntimeError("no standard output")
            try:
                with closing(Proxy(int(registry.stdout.readline().rpartition(":")[2]))) as wire:
                    return _Shift.of(home, wire).worked()
            finally:
                registry.terminate()


def _draw(home: Path) -> None:
    seed = files.load_seed(home / "lab" / "private" / "jiangsu.key")
    vehicle = Vehicle(Plate("苏A12345", "02"), "K33", "A", 219912)
    text = issue(IssueRequest(vehicle, "苏A"), seed, nacl.utils.random(12), int(time.time()))
    qr_image(text, "M", 5).save(home / "code.png")
    road = next(each.luma for each in photographs() if not each.coded)
    cv2.imwrite(str(home / "road.png"), road)


@dataclass
class _Shift:
    """The app on the simulated rig, and the time that it spends in each state."""

    app: App
    desk: sim.SimRig
    home: Path
    wire: Proxy
    duty: Duty = field(default_factory=Duty)

    @classmethod
    def of(cls, home: Path, wire: Proxy) -> _Shift:
        """Start the app with a link through `wire`."""
        settings = config.read(home / "lab" / lab.CONFIG)
        if settings.registry is None:
            raise RuntimeError("the laboratory has no registry")
        settings = replace(settings, registry=replace(settings.registry, port=wire.port))
        desk = sim.sim_rig(fps=30)
        link = link_of(settings)
        rig = Rig(lambda: desk.camera, desk.display, desk.panel, desk.clock, SystemdNotify(""), link)
        app = run.assemble(run.Setup(settings, rig, open_store, partial(trust_source, settings)))
        app.start()
        return cls(app, desk, home, wire)

    def worked(self) -> Duty:
        """Work the shift, and close the rig."""
        try:
            self._play(SIGN_IN)
            before = self.wire.carried_bytes
            for _ in range(POINTS):
                for _ in range(CHECKS):
                    self._check()
                self._pass(SHIFT_H * 3600 / POINTS - CHECKS * EVERY_S)
            self.duty.check_bytes = (self.wire.carried_bytes - before) / self.duty.checks
            self._play(f"{SIGN_IN}\nshow code.png\nexpect compare\npress TRIGGER\nexpect ready")
            self._measure_cpu()
        finally:
            self.app.stop()
            self.desk.close()
        return self.duty

    def _check(self) -> None:
        """Check a vehicle, read its verdict and go on to the next."""
        self._play(f"{SIGN_IN}\nshow code.png\nexpect compare\npress CONFIRM")
        self.duty.checks += 1
        self._leave()
        self._pass(READING_S)
        self._play("press TRIGGER\nexpect ready")
        self._pass(EVERY_S - READING_S)

    def _leave(self) -> None:
        """Turn the camera to the road, and let the app see that the code has gone."""
        self.desk.show(self.home / "road.png")
        enough = self.app.frames_seen + player.LOOKS
        while self.app.frames_seen < enough:
            self.app.run_once()

    def _play(self, lines: str) -> None:
        playing = player.Player(self.app, self.desk, self.home, lambda _: None)
        if not playing.play(script.parse(lines, self.home)):
            raise RuntimeError("; ".join(playing.failures))

    def _pass(self, seconds: float) -> None:
        """Let simulated time pass, and count it for the state that the app is in."""
        while seconds > 0:
            step_s = min(STEP_S, seconds)
            self.desk.advance(step_s)
            self.app.run_once(0.0)
            if self.app.resting:
                self.duty.dark_s += step_s
            elif isinstance(self.app.screen, Ready):
                self.duty.ready_s += step_s
            else:
                self.duty.shown_s += step_s
            seconds -= step_s

    def _measure_cpu(self) -> None:
        """Measure the CPU time of each state in real time."""
        self._leave()
        self.desk.advance(READING_S)
        self.duty.cpu["ready"] = self._spell()
        self._play("show code.png\nexpect compare")
        self._leave()
        self.duty.cpu["shown"] = self._spell()
        self._play("press TRIGGER\nexpect ready")
        self.desk.advance(self.app.services.limits.rests_s)
        while not self.app.resting:
            self.app.run_once(0.0)
        self.duty.cpu["dark"] = self._spell()

    def _spell(self) -> float:
        """Return the CPU seconds a second of the app, over a spell."""
        begun_s, begun_cpu_s = time.monotonic(), time.process_time()
        while (took_s := time.monotonic() - begun_s) < SPELL_S:
            self.app.run_once()
        return (time.process_time() - begun_cpu_s) / took_s


if __name__ == "__main__":
    main()

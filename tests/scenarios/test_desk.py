"""The real app on a desk, operated through its page in headless Chromium."""

from __future__ import annotations

import base64
import http.client
import io
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from drivers.browser_display import BrowserDisplay
from drivers.desk import DeskLook, DeskRig, desk_rig, usual_screen
from drivers.sd_notify import SystemdNotify
from drivers.tray import CONTENT
from keys import lab
from keys.key_store import open_store
from scripts.chromium import Chromium
from terminal import cli, config, identity
from terminal.app import App
from terminal.commands import run
from terminal.drawing.draw import event_at
from terminal.model import Outcome
from terminal.ports import Rig
from terminal.rigs import link_of, trusted_clock
from terminal.scenarios.player import PATIENCE_S, TURN_S
from terminal.screens.alarms import Alarm
from terminal.screens.attention import ScreenView
from terminal.screens.check import Ready, Result
from terminal.screens.shift import ShiftOver
from terminal.screens.sign_in import PadTouched, SignIn
from tests.keys.tuf_fixtures import make_authority
from tests.scenarios.conftest import OFFICER, Registry
from tests.trust_sources import source_of

ROOT = Path(__file__).parents[2]
FONTS = Path("/usr/share/fonts/opentype/noto")
MIDDLE = (
    "(b => [b.x + b.width / 2, b.y + b.height / 2])(document.querySelector('{}').getBoundingClientRect())"
)
GENUINE, WANTED = 0, 6
"""Places of codes in the tray."""


@pytest.fixture
def tray(photographs: Path, tmp_path: Path) -> Path:
    """A folder with the tray of scripts/desk."""
    folder = tmp_path / "tray"
    shutil.copytree(photographs, folder)
    shutil.copy(ROOT / "scripts" / "images" / CONTENT, folder)
    return folder


@dataclass
class Trainee:
    """Somebody at the page of a desk, and the app behind it."""

    app: App
    desk: DeskRig
    display: BrowserDisplay
    browser: Chromium
    now_s: Callable[[], float]
    polled_s: float = 0.0
    """Time, s, after which the display was last polled: a contact counts as if it was then."""

    def until(self, met: Callable[[], bool]) -> None:
        """Run the app until a condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not met():
            assert time.monotonic() < deadline, self.app.screen
            self.polled_s = self.now_s()
            self.app.run_once(TURN_S)

    def press(self, key: str) -> None:
        """Press a key of the keyboard once presses count."""
        self.until(lambda: self._sight(key).counts(self.polled_s))
        self.browser.key("rawKeyDown", key)
        self.browser.key("keyUp", key)
        self.deliver()

    def deliver(self) -> None:
        """Let the app act on what the page has sent, and draw the screen."""
        self.browser.run("sending.then(() => null)")
        self.polled_s = self.now_s()
        self.app.run_once(TURN_S)

    def _sight(self, key: str) -> ScreenView:
        return self.app.ui.touches if key.isdigit() else self.app.ui.keys

    def type(self, digits: str) -> None:
        for digit in digits:
            self.press(digit)
        self.press("Enter")

    def place(self, wanted: object) -> tuple[float, float]:
        """Return the point of the view at which a touch means this."""
        style = self.app.style
        width, height = style.size
        places = product(range(8, width, 16), range(8, height, 16))
        x, y = next(at for at in places if event_at(self.app.screen, at, style) == wanted)
        box = self.browser.run("(b => [b.x, b.y, b.width, b.height])(screen.getBoundingClientRect())")
        return box[0] + x * box[2] / width, box[1] + y * box[3] / height

    def touch(self, wanted: object) -> None:
        self.until(lambda: self.app.ui.touches.counts(self.polled_s))
        at = self.place(wanted)
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.mouse(kind, *at)
        self.deliver()

    def hold_before_the_camera(self, code: int) -> None:
        self.browser.run(f"document.querySelectorAll('#codes button')[{code}].click()")

    def canvas(self) -> Image.Image:
        """Return what the page shows of the display, once that is the newest frame."""
        self.until(lambda: self.browser.run("screen.dataset.frame") == str(self.display.picture()[0]))
        png = base64.b64decode(self.browser.run("screen.toDataURL().split(',')[1]"))
        return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.fixture
def trainee(laboratory: Path, tray: Path, registry: Registry, tmp_path: Path) -> Iterator[Trainee]:
    """A desk in a page, with the registry, as scripts/desk makes it."""
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(settings, paths=replace(settings.paths, state=tmp_path / "state"))
    assert settings.registry is not None
    settings = replace(settings, registry=replace(settings.registry, port=registry.port, provinces=("苏",)))
    desk = desk_rig(tray, DeskLook((480, 800), "zh", FONTS), "browser", fps=60, tonal=True)
    assert isinstance(desk.display, BrowserDisplay)
    clock = trusted_clock(settings)
    link = link_of(settings)
    rig = Rig(desk.scene.open_camera, desk.display, desk.panel, clock, SystemdNotify(""), link)
    app = run.assemble(run.Setup(settings, rig, open_store, source_of(laboratory)))
    app.start()
    with Chromium() as browser:
        browser.open(desk.display.address)
        yield Trainee(app, desk, desk.display, browser, clock.monotonic_s)
    app.stop()
    desk.display.close()
    desk.panel.close()


def test_a_trainee_signs_in_checks_a_code_and_acknowledges_an_alarm(trainee: Trainee):
    app, browser = trainee.app, trainee.browser
    trainee.until(lambda: isinstance(app.screen, ShiftOver) and app.screen.status.online is True)
    trainee.press("Enter")
    trainee.until(lambda: isinstance(app.screen, SignIn))
    trainee.touch(PadTouched(OFFICER.number[0]))
    trainee.type(OFFICER.number[1:])
    trainee.type(OFFICER.pin)
    trainee.until(lambda: isinstance(app.screen, Ready))

    trainee.hold_before_the_camera(GENUINE)
    trainee.until(lambda: isinstance(app.screen, Result))
    trainee.press("Enter")
    trainee.until(
        lambda: isinstance(app.screen, Result) and app.screen.judged.verdict.outcome is Outcome.PASS
    )
    _, png = trainee.display.picture()
    shown = trainee.canvas()
    assert ImageChops.difference(shown, Image.open(io.BytesIO(png)).convert("RGB")).getbbox() is None

    trainee.press(" ")
    trainee.hold_before_the_camera(WANTED)
    trainee.until(lambda: isinstance(app.screen, Alarm))
    trainee.until(lambda: browser.run("byId('vibration').classList.contains('on')") is True)
    trainee.until(lambda: app.ui.keys.counts(trainee.polled_s))
    confirm = browser.run(MIDDLE.format("[data-button=CONFIRM]"))
    browser.mouse("mousePressed", *confirm)
    trainee.until(lambda: not isinstance(app.screen, Alarm))
    browser.mouse("mouseReleased", *confirm)
    assert isinstance(app.screen, Result)
    assert app.screen.judged.verdict.outcome is Outcome.ALARM
    assert browser.errors() == []


def test_a_foreign_name_for_the_loopback_address_gets_no_page(trainee: Trainee):
    port = trainee.display.address.rstrip("/").rpartition(":")[2]
    rebound = f"http://attacker.example:{port}/"
    with Chromium("--host-resolver-rules=MAP attacker.example 127.0.0.1") as browser:
        browser.open(rebound)
        assert browser.run("document.title") != "roadside"
        assert browser.run("fetch('/frame').then(answer => answer.status)") == 403
        asked = "fetch('/act', {method: 'POST', body: '{}'}).then(answer => answer.status)"
        assert browser.run(asked) == 403


@pytest.fixture
def laboratory_desk(laboratory: Path, tmp_path: Path) -> Path:
    """A configuration of the laboratory's terminal, without a registry, that a test may change."""
    for name in ("state", "identity"):
        shutil.copytree(laboratory / name, tmp_path / name, symlinks=True)
    (tmp_path / lab.CONFIG).write_text('[paths]\nstate = "state"\nidentity = "identity"\n')
    return tmp_path / lab.CONFIG


def test_the_command_tells_its_address_serves_and_ends_at_ctrl_c(laboratory_desk: Path, tray: Path):
    roadside = [
        sys.executable,
        "-m",
        "terminal.cli",
        "run",
        "--rig",
        "desk",
        "--config",
        str(laboratory_desk),
    ]
    command = [*roadside, "--tray", str(tray), "--screen", "browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        host = told.partition("http://")[2].partition("/")[0]
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", "/")
        assert b"<canvas" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_only_a_laboratory_has_a_desk(
    laboratory_desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    root = make_authority(tmp_path / "authority").repository.root_file(1)
    shutil.copy(root, laboratory_desk.parent / "identity" / identity.ROOT)
    assert cli.main(["run", "--rig", "desk", "--config", str(laboratory_desk)]) == cli.FAULT
    assert "laboratory" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--tray", "x"], ["--screen", "browser"]])
def test_a_tray_and_a_screen_are_a_desks(option: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["run", "--rig", "sim", *option])
    assert "--rig desk" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("desktop", "screen"),
    [
        ({}, "browser"),
        ({"DISPLAY": ""}, "browser"),
        ({"DISPLAY": ":0"}, "window"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "window"),
    ],
)
def test_a_page_is_shown_where_there_is_no_desktop(desktop: dict[str, str], screen: str):
    assert usual_screen(desktop) == screen

"""The real app on a desk, operated through its page in headless Chromium."""

from __future__ import annotations

import base64
import http.client
import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from drivers.desk import usual_screen
from drivers.tray import CONTENT
from keys import lab
from scripts.chromium import Chromium
from scripts.screens.trainee import Trainee, trainee_of
from terminal import cli, config, identity
from terminal.model import Outcome
from terminal.screens.alarms import Alarm
from terminal.screens.check import Ready, Result
from terminal.screens.self_test import SelfTest
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


@pytest.fixture
def trainee(laboratory: Path, tray: Path, registry: Registry, tmp_path: Path) -> Iterator[Trainee]:
    """A desk in a page, with the registry, as scripts/desk makes it."""
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(settings, paths=replace(settings.paths, state=tmp_path / "state"))
    assert settings.registry is not None
    settings = replace(settings, registry=replace(settings.registry, port=registry.port, provinces=("苏",)))
    with trainee_of(settings, source_of(laboratory), tray) as made:
        yield made


def test_a_trainee_signs_in_checks_a_code_and_acknowledges_an_alarm(trainee: Trainee):
    app, browser = trainee.app, trainee.browser
    trainee.until(lambda: isinstance(app.screen, SelfTest) and app.screen.status.online is True)
    trainee.press("Enter")
    trainee.until(lambda: isinstance(app.screen, SignIn))
    trainee.touch(PadTouched(OFFICER.number[0]))
    trainee.type(OFFICER.number[1:])
    trainee.type(OFFICER.pin)
    trainee.until(lambda: isinstance(app.screen, Ready))

    trainee.hold(GENUINE)
    trainee.until(lambda: isinstance(app.screen, Result))
    trainee.press("Enter")
    trainee.until(
        lambda: isinstance(app.screen, Result) and app.screen.judged.verdict.outcome is Outcome.PASS
    )
    trainee.see()
    drawn, (_, sent) = browser.run("screen.toDataURL().split(',')[1]"), trainee.display.picture()
    shown, shot = (Image.open(io.BytesIO(png)).convert("RGB") for png in (base64.b64decode(drawn), sent))
    assert ImageChops.difference(shown, shot).getbbox() is None

    trainee.press(" ")
    trainee.hold(WANTED)
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
        connection.request("GET", "/events")
        states = (json.loads(line[6:]) for line in connection.getresponse() if line.startswith(b"data: "))
        assert any(state["frame"] for state in states), "the app has drawn its first screen"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        connection.close()


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

"""Whatever the network does, the terminal scans on, shows nothing twice, and reconnects by itself."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keys import certificates, lab
from scripts.registry import laboratory_keys as identities
from scripts.registry.broker import Broker
from terminal.errors import LinkExpired
from terminal.journal import database
from terminal.journal.recovery import NAME
from terminal.model import LookupState, Outcome, VehicleFinding
from terminal.rigs import link_of
from terminal.screens.check import Result
from tests.scenarios.conftest import SIGN_IN_RECORDS
from tests.scenarios.proxy import Proxy, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.app import App
    from tests.scenarios.conftest import Desk, Registry


TRIES = 8
"""Checks until one is answered after a restart; the registry's pause is at most a link's."""
LOOKED_AT = 25
"""Frames that prove that the scanner is running."""
PATIENCE_FRAMES = 240
"""Frames to wait for an answer; the desk's clock stands still meanwhile."""


def lookup(app: App) -> LookupState | None:
    """Return the lookup state of the check on the screen."""
    return app.screen.judged.lookup if isinstance(app.screen, Result) else None


def records(desk: Desk) -> int:
    """Return the number of records after those of the sign-in: a check, and each answer to it."""
    with closing(database.connect_read_only(desk.settings.paths.state / NAME)) as db:
        return database.load(db).head.seq - SIGN_IN_RECORDS


def connect(desk: Desk, port: int) -> App:
    """Start the desk with a link to a port of this machine; return once it is up."""
    dial(desk, port)
    app = desk.start()
    desk.until(lambda: app.screen.status.online is True)
    return app


def dial(desk: Desk, port: int) -> None:
    """Give the desk a link to a port of this machine."""
    assert desk.settings.registry is not None
    desk.settings = replace(desk.settings, registry=replace(desk.settings.registry, port=port))
    desk.link = link_of(desk.settings)


def is_answered(desk: Desk, app: App) -> bool:
    """Return True if the check on the screen is answered within PATIENCE_FRAMES."""
    until = app.frames_seen + PATIENCE_FRAMES
    desk.until(lambda: lookup(app) is LookupState.ANSWERED or app.frames_seen >= until)
    return lookup(app) is LookupState.ANSWERED


def answered_check(desk: Desk) -> int:
    """Check until the registry answers live; return the number of checks."""
    app = desk.app
    assert app is not None
    for count in range(1, TRIES + 1):
        desk.play("press TRIGGER\nclear\nexpect ready\nwait 5")
        desk.until(lambda: app.screen.status.online is True)
        desk.play("show phone.jpg\nexpect compare ok")
        if is_answered(desk, app):
            return count
    pytest.fail("no check was answered")


@dataclass
class Parts:
    """A broker and a registry, which can be killed separately."""

    broker: Broker
    command: list[str]
    process: subprocess.Popen[str]

    def begin(self) -> None:
        """Start the registry; return once it is connected to the broker."""
        since = self.broker.lines
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
        )
        self.broker.wait_for("as W0001", since=since, timeout_s=20)

    def kill(self) -> None:
        """Kill the registry, as a power failure would."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def parts(laboratory: Path, tmp_path: Path) -> Iterator[Parts]:
    """A running broker and registry."""
    tls = identities.identities(laboratory, "W0001", int(time.time()))
    broker = Broker(tmp_path / "broker", tls, identities.access_list(laboratory))
    broker.start()
    command = [sys.executable, "-m", "scripts.registry", "--lab", str(laboratory)]
    command += ["--database", f"sqlite:///{tmp_path}/registry.sqlite"]
    command += ["serve", "--broker", f"127.0.0.1:{broker.port}"]
    since = broker.lines
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    ) as process:
        made = Parts(broker, command, process)
        broker.wait_for("as W0001", since=since, timeout_s=20)
        yield made
        process.kill()
    made.kill()
    broker.stop()


@pytest.fixture
def wire(desk: Desk, registry: Registry) -> Iterator[Proxy]:
    """The proxy between the desk's link, which is up, and the registry."""
    with closing(Proxy(registry.port)) as proxy:
        connect(desk, proxy.port)
        yield proxy
        desk.stop()


@pytest.mark.parametrize("fault", [Wire.CUT, Wire.HELD, Wire.DOUBLED, Wire.SPOILT])
def test_a_check_over_a_broken_wire_stays_what_the_code_says_and_the_next_is_answered(
    desk: Desk, wire: Proxy, fault: Wire
) -> None:
    app = desk.app
    assert app is not None
    wire.become(fault)
    desk.play("show phone.jpg\nexpect compare ok\nwait 4")
    assert isinstance(app.screen, Result)
    seen = app.screen.judged
    assert (seen.verdict.outcome, seen.verdict.status.finding) == (
        Outcome.PROVISIONAL,
        VehicleFinding.UNCHECKED,
    )
    assert seen.lookup is not LookupState.ANSWERED
    desk.play("press TRIGGER\nclear\nexpect ready\nshow digit-changed.jpg\nexpect caution bad_signature")
    desk.play("press TRIGGER\nclear\nexpect ready")
    wire.become(Wire.WHOLE)
    desk.until(lambda: app.screen.status.online is True)
    desk.play("wait 5\nshow phone.jpg\nexpect compare ok")
    desk.until(lambda: lookup(app) is LookupState.ANSWERED)
    desk.play("press CONFIRM\nexpect pass ok")


def test_the_clock_that_jumps_while_a_question_is_out_shows_no_pass_by_it(desk: Desk, wire: Proxy) -> None:
    wire.become(Wire.HELD)
    desk.play("show phone.jpg\nexpect compare ok\nclock 2031-01-01T12:00:00+08:00 untrusted\nwait 4")
    wire.become(Wire.WHOLE)
    desk.play("press CONFIRM\nexpect provisional ok")


def test_a_wire_that_swallows_is_left_and_told_of_and_the_scanner_looks_on_all_the_while(
    desk: Desk, wire: Proxy
) -> None:
    app = desk.app
    assert app is not None
    wire.become(Wire.SWALLOWED)
    desk.play("show phone.jpg\nexpect compare ok")
    swallowed = app.frames_seen
    desk.until(lambda: app.frames_seen >= swallowed + LOOKED_AT)
    desk.until(lambda: app.screen.status.online is False)
    offline = app.frames_seen
    desk.until(lambda: app.frames_seen >= offline + LOOKED_AT)
    desk.play("wait 4")
    assert lookup(app) is not LookupState.ANSWERED
    desk.play("press TRIGGER\nclear\nexpect ready\nshow digit-changed.jpg\nexpect caution bad_signature")
    wire.become(Wire.WHOLE)
    assert answered_check(desk) <= TRIES
    desk.play("press CONFIRM\nexpect pass ok")


def test_an_answer_after_the_wait_changes_no_screen_and_the_next_check_is_answered(
    desk: Desk, wire: Proxy
) -> None:
    app = desk.app
    assert app is not None
    wire.become(Wire.HELD)
    desk.play("show phone.jpg\nexpect compare ok\nwait 4")
    shown = app.screen
    assert lookup(app) is LookupState.NO_ANSWER
    kept = records(desk)
    wire.become(Wire.WHOLE)
    desk.until(lambda: records(desk) > kept)
    assert lookup(app) is LookupState.NO_ANSWER
    assert isinstance(shown, Result)
    assert isinstance(app.screen, Result)
    assert app.screen.judged == shown.judged
    answered_check(desk)


def test_a_broker_killed_mid_request_and_started_again_is_found_again(desk: Desk, parts: Parts) -> None:
    app = connect(desk, parts.broker.port)
    parts.process.send_signal(signal.SIGSTOP)
    desk.play("show phone.jpg\nexpect compare ok")
    parts.broker.kill()
    parts.process.send_signal(signal.SIGCONT)
    desk.until(lambda: app.screen.status.online is False)
    desk.play("wait 4")
    assert lookup(app) is LookupState.NO_ANSWER
    assert records(desk) == 1
    parts.broker.start()
    desk.until(lambda: app.screen.status.online is True)
    checks = answered_check(desk)
    answers = records(desk) - 1 - checks  # each check once
    assert answers in (1, 2)  # the registry may have had the first question, and answers it late


def test_a_registry_killed_mid_request_and_started_again_answers_the_next_check(
    desk: Desk, parts: Parts
) -> None:
    app = connect(desk, parts.broker.port)
    parts.process.send_signal(signal.SIGSTOP)
    desk.play("show phone.jpg\nexpect compare ok")
    parts.kill()
    desk.play("wait 4")
    assert lookup(app) is LookupState.NO_ANSWER
    assert app.screen.status.online is True
    parts.begin()
    answered_check(desk)
    assert isinstance(app.screen, Result)
    assert app.screen.judged.verdict.outcome is Outcome.PROVISIONAL


def test_an_expired_certificate_is_told_by_its_code_until_it_is_renewed_and_checks_go_on(
    desk: Desk, parts: Parts, laboratory: Path, tmp_path: Path
) -> None:
    tls = laboratory / lab.TLS
    ca = certificates.load(tls, "ca")
    now_s = int(time.time())
    own = tmp_path / "identity"
    shutil.copytree(laboratory / lab.IDENTITY, own)
    for name in ("tls.pem", "tls.key"):
        (own / name).unlink()
    expired = certificates.issue_client("T0001", ca, now_s - 9 * 86_400, 1)
    certificates.save_files(expired, own / "tls.pem", own / "tls.key")
    renewed = certificates.issue_client("T0001", ca, now_s, 1)
    certificates.save_files(renewed, tmp_path / "tls.pem", tmp_path / "tls.key")
    desk.settings = replace(desk.settings, paths=replace(desk.settings.paths, identity=own))
    dial(desk, parts.broker.port)
    app = desk.start()
    desk.until(lambda: LinkExpired.code in {notice.code for notice in app.screen.status.notices})
    assert app.screen.status.online is False
    desk.play("show phone.jpg\nexpect compare ok\npress TRIGGER\nclear\nexpect ready")
    for name in ("tls.key", "tls.pem"):
        shutil.copy(tmp_path / name, own / name)
    desk.until(lambda: app.screen.status.online is True)
    assert app.screen.status.notices == ()

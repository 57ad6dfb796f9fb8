"""A shift from its first check to the registry's receipt, by touches and presses, against a real registry."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.clock import ManualClock
from keys import files
from keys.files import Algorithm
from terminal.journal import codec, record
from terminal.journal.entry import Note, Session, SessionStep
from terminal.journal.notes import KeepPicture, Mistaken, Remark
from terminal.model import Outcome
from terminal.rigs import link_of
from terminal.screens import state
from terminal.screens.shift import LogEntry, ShiftLog
from terminal.services.shift_actions import QUIET_S
from terminal.wire.sealed import SealingKeyPair
from tests.scenarios.conftest import SIGN_IN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk, Registry


def bodies(desk: Desk, laboratory: Path) -> list[object]:
    """Return the contents of this journal's records, opened with the registry's key."""
    assert desk.app is not None
    private = files.load(laboratory / "private" / "journal.key", Algorithm.X25519)
    pair = SealingKeyPair.of(private)
    sealed = [record.read(one).sealed for one in desk.app.services.checks.recorder.journal.records(0)]
    return [codec.read_entry(pair.open(one) or b"").body for one in sealed]


def test_a_shift_ends_with_every_record_receipted(online: Desk) -> None:
    app = online.app
    assert app is not None
    online.play("show phone.jpg\nexpect compare\npress TRIGGER\nshow payment.jpg\nexpect undetermined")
    online.play("press TRIGGER\nexpect ready\nopen menu\nexpect menu\nopen log\nexpect log")
    assert isinstance(app.screen, ShiftLog)
    assert [(one.seq, one.outcome) for one in app.screen.log][-1] == (3, Outcome.PROVISIONAL)
    online.play("press BACK\nexpect menu\nopen end\nexpect ending\npress CONFIRM\nexpect uploaded")
    assert app.services.checks.recorder.unreceipted == 0
    online.play("press BACK\nexpect over\nclear\nwait 5\nshow phone.jpg\nexpect over")
    online.play(f"clear\n{SIGN_IN}\nexpect ready\nshow phone.jpg\nexpect compare")


def test_an_ended_shift_stays_ended_over_a_restart_and_uploads_when_the_network_is_back(
    desk: Desk, laboratory: Path, registry: Registry
) -> None:
    desk.play("show phone.jpg\nexpect compare\npress TRIGGER\nexpect ready\nopen menu\nopen end")
    desk.play("press CONFIRM\nexpect uploading")
    assert desk.app is not None
    steps = [SessionStep.SHIFT_ENDED, SessionStep.SIGNED_OUT]
    assert bodies(desk, laboratory)[-2:] == list(map(Session, steps))
    desk.stop()
    assert desk.settings.registry is not None
    desk.settings = replace(desk.settings, registry=replace(desk.settings.registry, port=registry.port))
    desk.link = link_of(desk.settings)
    app = desk.start(signed_in=False)
    desk.play("expect selftest")
    desk.until(lambda: app.services.checks.recorder.unreceipted == 0)


def test_an_action_is_an_entry_of_its_own(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    app = desk.app
    assert app is not None
    assert isinstance(app.screen, LogEntry)
    desk.mark(Mistaken())
    assert Note(seq=3, mistaken=True) in bodies(desk, laboratory)


def test_the_picture_of_the_newest_check_is_kept_at_a_touch(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    desk.mark(KeepPicture())
    desk.mark(Remark("号牌不清"))
    assert desk.app is not None
    ((name, size),) = desk.app.services.shift_actions.uploads.uploading.evidence.pending()
    noted = bodies(desk, laboratory)[-2:]
    assert noted == [Note(seq=3, pictures=(name,)), Note(seq=3, text="号牌不清")]
    assert size > 10_000


def test_a_picture_that_is_gone_is_not_said_to_be_kept(desk: Desk) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    assert desk.app is not None
    desk.app.services.shift_actions.remember_frame(2, None)
    desk.mark(KeepPicture())
    assert isinstance(desk.app.screen, state.FaultScreen)
    assert desk.app.services.shift_actions.uploads.uploading.evidence.pending() == []


def test_a_journal_with_a_refused_record_is_set_aside_by_a_restart_once_the_shift_is_over_and_quiet(
    desk: Desk,
) -> None:
    clock = ManualClock(time.time())
    desk.play("show phone.jpg\nexpect compare\npress TRIGGER\nexpect ready")
    app = desk.app
    assert app is not None
    app.services.shift_actions.uploads.clock = clock
    journal = app.services.checks.recorder.journal
    old = journal.head.journal_id
    journal.refuse(1)
    assert not app.wants_restart()
    clock.advance(2 * QUIET_S)
    assert not app.wants_restart()  # its checks may still be annotated
    desk.play("open menu\nopen end\npress CONFIRM\nexpect uploading\npress BACK\nexpect over")
    assert not app.wants_restart()
    clock.advance(QUIET_S - 1)
    assert not app.wants_restart()
    clock.advance(1)
    assert app.wants_restart()
    desk.stop()
    app = desk.start(signed_in=False)
    assert not app.wants_restart()
    journal = app.services.checks.recorder.journal
    assert (journal.head.seq, journal.refused, journal.head.journal_id != old) == (1, None, True)
    assert app.services.shift_actions.uploads.uploading.uploader.pending() == 6
    desk.play("expect selftest")
    assert "U03" in {notice.code for notice in app.screen.status.notices}

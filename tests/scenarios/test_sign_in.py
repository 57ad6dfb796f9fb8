"""Signing in on the running terminal: nothing is checked before, while locked, or without a roster."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys import lab
from terminal.errors import RosterFault
from tests.scenarios.conftest import OFFICER, SIGN_IN
from tests.scenarios.test_checks import entries
from tests.trust_sources import ChangingTrust

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk

_, OTHER, SUPERVISOR = lab.OFFICERS


def test_nothing_is_checked_before_the_sign_in(desk: Desk, laboratory: Path) -> None:
    desk.start(signed_in=False)
    desk.play(
        "expect selftest\nshow phone.jpg\nexpect selftest\npress CONFIRM\nexpect pad\nshow phone.jpg\n"
        "expect pad"
    )
    assert entries(desk, laboratory) == []
    desk.play(f"{SIGN_IN}\nexpect compare ok")
    assert [entry.stamp.officer for entry in entries(desk, laboratory)] == [OFFICER.number]


def test_a_locked_terminal_checks_nothing_and_gives_the_work_back(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\nhold BACK\nexpect locked")
    desk.play("show digit-changed.jpg\npress TRIGGER\nexpect locked")
    assert len(entries(desk, laboratory)) == 1
    desk.play(f"clear\n{SIGN_IN}\nexpect compare")


def test_another_officer_takes_over_with_a_shift_of_their_own(desk: Desk, laboratory: Path) -> None:
    desk.play(f"hold BACK\nexpect locked\nsign in {OTHER.number} {OTHER.pin}\nexpect taken")
    desk.play("press CONFIRM\nexpect ready")
    desk.play("show phone.jpg\nexpect compare")
    (entry,) = entries(desk, laboratory)
    assert entry.stamp.officer == OTHER.number


def test_the_session_locks_by_itself(desk: Desk) -> None:
    desk.settings = replace(desk.settings, sign_in=replace(desk.settings.sign_in, locks_s=30))
    desk.play(f"expect ready\nwait 31\nexpect locked\n{SIGN_IN}\nexpect ready")


def test_ten_wrong_pins_block_a_number_until_a_supervisor_releases_it(desk: Desk) -> None:
    desk.start(signed_in=False)
    for _ in range(10):
        desk.play(f"sign in {OTHER.number} 000000\nwait 1024")
    desk.play("expect blocked\npress BACK\nexpect pad")
    desk.play(f"{SIGN_IN}\nexpect ready\nhold BACK\nexpect locked\nsign in {OTHER.number} {OTHER.pin}")
    desk.play(f"expect blocked\npress CONFIRM\nsign in {SUPERVISOR.number} {SUPERVISOR.pin}\nexpect pad")
    desk.play(f"sign in {OTHER.number} {OTHER.pin}\nexpect taken\npress CONFIRM\nexpect ready")


def test_without_a_roster_the_terminal_says_so_and_nobody_makes_a_check(desk: Desk, laboratory: Path) -> None:
    trust = ChangingTrust.of(laboratory)
    targets = dict(trust.first.targets)
    roster = targets.pop(lab.ROSTER)
    trust.put(targets=targets)
    desk.trust_source = trust.opened
    app = desk.start(signed_in=False)
    desk.play(f"expect notice {RosterFault.code}\n{SIGN_IN}\nexpect pad\nshow phone.jpg\nexpect pad")
    trust.put(targets={**targets, lab.ROSTER: roster})
    desk.play(f"wait 60\n{SIGN_IN}\nexpect compare")
    trust.put(targets=targets)
    desk.play(f"expect locked\nexpect notice {RosterFault.code}")
    assert app.services.session.officer is not None

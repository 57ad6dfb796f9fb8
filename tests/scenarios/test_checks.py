"""The whole path on a desk: photographs give verdicts, each recorded on disk before it is shown."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers.panel import MissingPanel
from keys import files
from keys.files import Algorithm
from terminal.commands import run
from terminal.errors import CameraStalled, JournalDamaged, PanelFault
from terminal.journal import codec, database, record
from terminal.journal.entry import Check, CodeDigest, Entry, Event, Note, Refinement, Session
from terminal.journal.evidence import Evidence
from terminal.journal.recovery import NAME
from terminal.model import Reason, Subject
from terminal.screens.check import PlateEntry, Result
from terminal.services.recorder import PACKAGE_RULES
from terminal.wire.sealed import SealingKeyPair
from tests.scenarios.conftest import SIGN_IN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.scenarios.conftest import Desk


def entries(desk: Desk, laboratory: Path) -> list[Entry]:
    """Open the journal with the registry's private key; return its entries but for those of the session."""
    private = files.load(laboratory / "private" / "journal.key", Algorithm.X25519)
    pair = SealingKeyPair.of(private)
    with closing(database.connect_read_only(desk.settings.paths.state / NAME)) as db:
        sealed = [record.read(one).sealed for one in database.records(db, 0)]
    found = [codec.read_entry(pair.open(one) or b"") for one in sealed]
    return [entry for entry in found if not isinstance(entry.body, Session)]


@pytest.mark.parametrize(
    ("picture", "shown", "outcome"),
    [
        ("phone", "compare ok", "provisional"),
        ("paper", "compare ok", "provisional"),
        ("last-month", "compare expired", "undetermined"),
        ("digit-changed", "caution bad_signature", "caution"),
        ("never-issued", "compare not_issued", "caution"),
        ("unknown-key", "undetermined unknown_key", "undetermined"),
        ("payment", "undetermined foreign", "undetermined"),
    ],
)
def test_each_photograph_gets_its_verdict_and_its_record(
    desk: Desk, laboratory: Path, picture: str, shown: str, outcome: str
) -> None:
    """The outcome is recorded at once; where the code names a vehicle, its plate is compared first."""
    desk.play(f"expect ready\nshow {picture}.jpg\nexpect {shown}")
    entry, *notes = entries(desk, laboratory)
    assert isinstance(entry.body, Check)
    assert [note.body.pictures for note in notes if isinstance(note.body, Note)] == [
        (sealed,) for sealed, _ in Evidence(desk.settings.paths.state, bytes(32)).pending()
    ]
    assert len(notes) == (outcome == "caution")  # the picture of a forged or never issued code is kept
    assert (entry.body.outcome, entry.body.reason, entry.seq) == (outcome, shown.split()[1], 3)
    foreign = entry.body.reason is Reason.FOREIGN
    assert isinstance(entry.body.code.text, CodeDigest if foreign else str)
    assert entry.body.basis.rules == PACKAGE_RULES


def test_what_cannot_be_read_is_no_verdict_and_no_record(desk: Desk, laboratory: Path) -> None:
    desk.play("show blur.jpg\nexpect ready")
    assert entries(desk, laboratory) == []


def test_a_code_left_in_view_is_checked_once_and_a_new_sighting_again(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare\npress TRIGGER\nexpect ready\nwait 1\nexpect ready")
    assert len(entries(desk, laboratory)) == 1
    desk.play("clear\nwait 5\nshow phone.jpg\nexpect compare\npress TRIGGER\npress TRIGGER\nexpect compare")
    assert len(entries(desk, laboratory)) == 3


def test_one_press_confirms_the_vehicle_and_the_confirmation_is_recorded(
    desk: Desk, laboratory: Path
) -> None:
    desk.play("show phone.jpg\nexpect compare\npress CONFIRM\nexpect provisional\npress CONFIRM")
    check, refinement = [entry.body for entry in entries(desk, laboratory)]
    assert isinstance(check, Check)
    assert check.subject is Subject.CODE
    assert refinement == Refinement(seq=3, subject=Subject.CONFIRMED)  # only what changed


def test_a_second_code_in_view_is_said_to_be_there_and_not_checked(desk: Desk, laboratory: Path) -> None:
    app = desk.start()
    desk.play("show phone.jpg\nexpect compare\nshow payment.jpg\nexpect compare ok")
    assert isinstance(app.screen, Result)
    assert app.screen.other is not None
    assert len(entries(desk, laboratory)) == 1


def test_an_untrusted_clock_decides_nothing(desk: Desk) -> None:
    desk.play(
        "clock 2026-11-22T12:00:00+08:00 untrusted\nshow phone.jpg\nexpect undetermined untrusted_clock"
    )
    desk.stop()


def test_a_clock_before_the_trust_set_was_made_decides_nothing(desk: Desk) -> None:
    desk.play("clock 2020-01-01T00:00:00+08:00\nshow phone.jpg\nexpect undetermined untrusted_clock")


def test_a_trust_set_over_a_week_old_verifies_nothing_and_a_forgery_is_still_found(desk: Desk) -> None:
    desk.play(f"wait 700000\n{SIGN_IN}\nshow phone.jpg\nexpect undetermined stale_trust\npress TRIGGER")
    desk.play("show digit-changed.jpg\nexpect caution bad_signature")


def test_the_lamp_and_the_sound_say_the_outcome(desk: Desk) -> None:
    desk.play("show digit-changed.jpg\nexpect caution")
    red, green, blue = desk.rig.panel.lamp_colour
    assert red > green > blue == 0


def test_a_camera_without_frames_is_said_and_comes_back(desk: Desk) -> None:
    said = desk.play(
        f"camera stalled\nexpect notice {CameraStalled.code}\nshot stalled.png\ncamera live\n"
        "show phone.jpg\nexpect compare ok"
    )
    assert CameraStalled.en in said[0]


def test_a_panel_that_is_missing_is_said_and_the_verdict_is_shown(desk: Desk, laboratory: Path) -> None:
    setup = desk.setup()
    desk.app = run.assemble(replace(setup, rig=replace(setup.rig, panel=MissingPanel(PanelFault("no pins")))))
    desk.app.start()
    desk.play(f"{SIGN_IN}\nshow digit-changed.jpg\nexpect caution\nexpect notice {PanelFault.code}")
    assert len(entries(desk, laboratory)) == 2  # the check, and its picture


def test_a_damaged_journal_is_said_and_checks_go_on(desk: Desk, laboratory: Path) -> None:
    desk.play("show phone.jpg\nexpect compare")
    desk.stop()
    file = desk.settings.paths.state / NAME
    content = bytearray(file.read_bytes())
    content[4096:8192] = bytes(4096)
    file.write_bytes(content)
    desk.play(f"expect notice {JournalDamaged.code}\nclear\nwait 5\nshow phone.jpg\nexpect compare ok")
    first, second = entries(desk, laboratory)
    assert isinstance(first.body, Event)
    assert isinstance(second.body, Check)
    kept = [path for path in desk.settings.paths.state.glob("journal.damaged*") if path.suffix == ".sqlite"]
    assert [path.read_bytes() for path in kept] == [bytes(content)]


def test_plate_entry_begins_with_the_last_province_over_a_restart_too(desk: Desk) -> None:
    desk.play("press CONFIRM\nexpect entry\ntype 粤B12345\npress CONFIRM\nexpect kinds")
    desk.play("pick 02\nexpect undetermined")
    desk.stop()
    app = desk.start()
    desk.play("expect ready\npress CONFIRM\nexpect entry")
    assert isinstance(app.screen, PlateEntry)
    assert app.screen.number == "粤"

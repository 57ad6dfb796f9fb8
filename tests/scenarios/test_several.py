"""With several marks in view, only the one that the officer picks is checked, recorded and looked up."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import base45
import cv2
import numpy as np
import pygame
import pytest
from nacl.utils import random as random_bytes

from keys import files
from keys.issue import IssueRequest, issue
from keys.voucher import A6, VoucherText, voucher
from terminal.codes import PREFIX
from terminal.credential.verify import write_text
from terminal.journal.entry import Check, Note
from terminal.journal.evidence import Evidence
from terminal.model import Outcome, Plate, Reason, RecordedCheck, Vehicle
from terminal.registry.messages import PlateQuestion
from terminal.screens.check import Result
from terminal.screens.choice import CodeChoice
from terminal.wire.fields import CTI_SIZE
from terminal.wire.sealed import SealingKeyPair
from tests.scenarios.test_checks import entries
from tests.terminal.credential.test_register import digest as digest_of_text
from tests.terminal.services.terminal_fixture import HandLink, requests

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.app import App
    from tests.scenarios.conftest import Desk

FIRST = Vehicle(Plate("苏A12345", "02"), "K33", "A", 209912, colour="H", vin_tail="123456")
SECOND = replace(FIRST, plate=Plate("苏AD54321", "52"), colour="A", vin_tail="654321")


@dataclass(frozen=True)
class Marks:
    """Vouchers with the laboratory's codes, as they lie in view from left to right."""

    laboratory: Path
    folder: Path

    def text(self, vehicle: Vehicle, key: bytes | None = None) -> str:
        """Return a vehicle's code, genuine unless another key is given."""
        seed = key or files.load_seed(self.laboratory / "private" / "jiangsu.key")
        return issue(IssueRequest(vehicle, "苏A"), seed, random_bytes(CTI_SIZE), int(time.time()) - 60)

    def show(self, *texts: str) -> str:
        """Return the scenario line that shows vouchers with these codes side by side."""
        face = VoucherText(FIRST, "苏A", int(time.time()))
        sheets = [np.asarray(voucher(text, face, A6).convert("L")) for text in texts]
        picture = np.full((720, 1280), 70, np.uint8)
        width = 1280 // len(sheets)
        for place, sheet in enumerate(sheets):
            tall = min(720, int(width * sheet.shape[0] / sheet.shape[1]))
            small = cv2.resize(
                sheet, (tall * sheet.shape[1] // sheet.shape[0], tall), interpolation=cv2.INTER_AREA
            )
            left = place * width + (width - small.shape[1]) // 2
            picture[:tall, left : left + small.shape[1]] = small
        path = self.folder / f"{len(list(self.folder.glob('marks-*')))}.png"
        path = path.with_name(f"marks-{path.name}")
        cv2.imwrite(str(path), picture)
        return f"show {path}"


@pytest.fixture
def marks(laboratory: Path, tmp_path: Path) -> Marks:
    return Marks(laboratory, tmp_path)


def forged(text: str) -> str:
    """Return the code with one bit of its signature changed."""
    parts = bytearray(base45.b45decode(text.removeprefix(PREFIX)))
    parts[-1] ^= 1
    return write_text(bytes(parts))


def judged(app: App | None) -> RecordedCheck:
    assert app is not None
    assert isinstance(app.screen, Result)
    return app.screen.judged


def test_of_two_marks_the_second_is_picked_and_the_verdict_and_the_only_record_are_its(
    desk: Desk, marks: Marks, laboratory: Path
) -> None:
    app = desk.start()
    first, second = marks.text(FIRST), marks.text(SECOND)
    desk.play(f"{marks.show(first, second)}\nexpect codes\nwait 1\nexpect codes\nshot codes.png")
    assert entries(desk, laboratory) == []
    assert isinstance(app.screen, CodeChoice)
    assert app.screen.proven is not None
    assert [one.vehicle for one in app.screen.proven if one] == [FIRST, SECOND]
    desk.play("choose 2\nexpect compare ok")
    assert (judged(app).text, judged(app).plate) == (second, SECOND.plate)
    (check,) = [entry.body for entry in entries(desk, laboratory)]
    assert isinstance(check, Check)
    assert (check.number, check.kind, check.outcome) == (*_named(SECOND), Outcome.PROVISIONAL)


def _named(vehicle: Vehicle) -> tuple[str, str]:
    return vehicle.plate.number, vehicle.plate.kind


def test_what_was_picked_is_not_offered_again_and_the_other_is_one_touch_away(
    desk: Desk, marks: Marks, laboratory: Path
) -> None:
    first, second = marks.text(FIRST), marks.text(SECOND)
    desk.play(f"{marks.show(first, second)}\nexpect codes\npress TRIGGER\npress CONFIRM\nexpect compare ok")
    assert judged(desk.app).text == first
    desk.play("wait 0.5\nchoose other\nexpect codes\npress BACK\nexpect compare ok")
    assert judged(desk.app).text == first
    desk.play("wait 0.5\nchoose other\nexpect codes\nchoose 2\nexpect compare ok")
    assert judged(desk.app).text == second
    desk.play("press TRIGGER\nexpect ready\nwait 1\nexpect ready\npress TRIGGER\nexpect codes")
    assert len(entries(desk, laboratory)) == 2


def test_a_desk_s_digit_picks_a_code_by_its_number_and_says_nothing_elsewhere(
    desk: Desk, marks: Marks
) -> None:
    first, second = marks.text(FIRST), marks.text(SECOND)
    app = desk.start()
    for key, words in (
        (pygame.K_2, "expect ready"),
        (None, f"{marks.show(first, second)}\nexpect codes"),
        (pygame.K_9, "wait 1\nexpect codes"),
        (pygame.K_2, "expect compare ok"),
    ):
        if key is not None:
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
        desk.play(words)
    assert judged(app).text == second


def test_nothing_is_asked_until_a_code_is_picked_and_then_of_its_vehicle_alone(
    desk: Desk, marks: Marks, laboratory: Path
) -> None:
    desk.link = link = HandLink()
    stranger, genuine = marks.text(FIRST, random_bytes(32)), marks.text(SECOND)
    words = marks.show(stranger, genuine)
    app = desk.start()
    desk.play(f"{words}\nexpect codes")
    assert isinstance(app.screen, CodeChoice)
    assert [one and one.vehicle for one in app.screen.proven or ()] == [None, SECOND]
    assert requests(link, laboratory) == []
    desk.play("choose 1\nexpect undetermined unknown_key")
    assert requests(link, laboratory) == []
    desk.play("press TRIGGER\nexpect ready\npress TRIGGER\nexpect codes\nchoose 2\nexpect compare ok")
    (question,) = [one.question for one in requests(link, laboratory)]
    assert isinstance(question, PlateQuestion)
    asked = PlateQuestion(*_named(SECOND), digest_of_text(genuine), question.code_claims)
    assert question == asked


def test_the_picture_of_a_forged_code_is_the_one_that_it_was_picked_from(
    desk: Desk, marks: Marks, laboratory: Path
) -> None:
    words = marks.show(marks.text(SECOND), forged(marks.text(FIRST)))
    desk.play(f"{words}\nexpect codes\nclear\nwait 3\nexpect codes\nshow payment.jpg\nexpect codes")
    desk.play("choose 2\nexpect caution bad_signature")
    check, note = [entry.body for entry in entries(desk, laboratory)]
    assert isinstance(check, Check)
    assert (check.reason, check.number) == (Reason.BAD_SIGNATURE, None)
    assert isinstance(note, Note)
    kept = Evidence(desk.settings.paths.state, bytes(32))
    (name,) = note.pictures or ()
    private = files.load(laboratory / "private" / "journal.key", files.Algorithm.X25519)
    sealed = kept.read(name, 0, 1 << 24)
    frame = cv2.imdecode(
        np.frombuffer(SealingKeyPair.of(private).open(sealed) or b"", np.uint8), cv2.IMREAD_GRAYSCALE
    )
    shown = cv2.imread(words.removeprefix("show "), cv2.IMREAD_GRAYSCALE)
    assert frame is not None
    assert shown is not None
    assert np.abs(np.subtract(frame, shown, dtype=float)).mean() < 8


def test_marks_that_frames_show_in_turns_with_both_are_not_checked_one_by_one(
    desk: Desk, marks: Marks, laboratory: Path
) -> None:
    first, second = marks.text(FIRST), marks.text(SECOND)
    alone = partial(marks.show, second)
    both = marks.show(first, second)
    desk.play(f"{both}\nexpect codes\npress BACK\n{alone()}\nexpect ready\n{both}\nexpect ready")
    assert entries(desk, laboratory) == []
    desk.play(f"{alone()}\nwait 1.5\nexpect compare ok")
    assert judged(desk.app).text == second
    assert len(entries(desk, laboratory)) == 1

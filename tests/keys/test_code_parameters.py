"""The parameters of `keys.code_parameters` agree with measurements, and handheld vouchers are read."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from keys import code_parameters
from keys.code_parameters import Level
from keys.qr import qr_image
from keys.voucher import A6, PHONE, VoucherSheet
from scripts.benchmarks.voucher.tables import HELD
from scripts.benchmarks.voucher.trials import LENGTHS, REQUESTS, TrialTally, ladder, text_of, trial, whole
from scripts.images.degradations import CodePlacement, code

GOLDENS = Path(__file__).parent / "goldens"
SEEDS = range(2)
USUAL = 348
MOST = max(REQUESTS)
KINDS = [pytest.param(kind, severity, id=f"{kind}-{severity}") for kind, severity in HELD]


def read_of_a_kind(level: Level, kind: str, share: float) -> int:
    """Return the number of severities and seeds that zxing-cpp reads, without a time limit."""
    return sum(ladder(MOST, level, share, kind, SEEDS), TrialTally()).zxing_series


@pytest.mark.parametrize("kind", ["crease", "stain"])
def test_paper_damage_is_read_best_at_the_print_level(kind: str):
    read = {level: read_of_a_kind(level, kind, 0.25) for level in ("L", "M", "Q")}
    assert read[code_parameters.PRINT[0]] == max(read.values())
    assert read["L"] < read[code_parameters.PRINT[0]]


def test_blurred_screens_are_read_better_at_their_level_than_at_q():
    assert read_of_a_kind(code_parameters.SCREEN[0], "defocus", 0.15) > read_of_a_kind("Q", "defocus", 0.15)


@pytest.mark.parametrize(("kind", "severity"), KINDS)
@pytest.mark.parametrize("level", {*code_parameters.SCREEN, *code_parameters.PRINT})
def test_a_code_of_the_module_that_is_planned_for_is_read_in_the_hand(level: Level, kind: str, severity: int):
    text = text_of(USUAL, 0)
    subject = code(text, level)
    view = CodePlacement(code_parameters.HELD_MODULE_PX * subject.modules, 0)
    tally = trial(subject, text, view, kind, severity)
    assert tally.series or tally.zxing_series


@pytest.mark.parametrize("quiet", [1, code_parameters.QUIET_MODULES])
def test_a_quiet_zone_is_needed_before_dark_surroundings(quiet: int):
    text = text_of(USUAL, 0)
    side = code_parameters.HELD_MODULE_PX * code(text, "M").modules
    assert trial(code(text, "M", quiet), text, CodePlacement(side, 0, ground=10)).series
    assert not trial(code(text, "M", 0), text, CodePlacement(side, 0, ground=10)).series


@pytest.mark.parametrize("sheet", [PHONE, A6], ids=["phone", "a6"])
@pytest.mark.parametrize("length", REQUESTS)
def test_a_voucher_s_modules_are_as_wide_as_reading_in_the_hand_takes(sheet: VoucherSheet, length: int):
    subject = whole(length, sheet)
    assert subject.side / subject.modules * sheet.px_mm > 0.99 * code_parameters.LEAST_MODULE_MM


@pytest.mark.parametrize("sheet", [PHONE, A6], ids=["phone", "a6"])
@pytest.mark.parametrize("length", [min(LENGTHS), max(LENGTHS)])
def test_a_whole_voucher_is_read_at_the_distance_that_is_planned_for(sheet: VoucherSheet, length: int):
    subject, text = whole(length, sheet), text_of(length, 0)
    side_px = subject.side * sheet.px_mm * code_parameters.FOCAL_PX / code_parameters.READING_MM
    assert trial(subject, text, CodePlacement(side_px, 0)).first


@pytest.mark.parametrize("level", ["M", "Q"])
def test_a_code_is_drawn_as_it_always_was(level: Level):
    """A fixed hash of a known text's modules: another version, mask or mode would change it."""
    drawn = np.asarray(qr_image(text_of(USUAL, 0), level, 1))
    golden = cv2.imread(str(GOLDENS / f"code-{level.lower()}.png"), cv2.IMREAD_GRAYSCALE)
    assert (drawn == golden).all()

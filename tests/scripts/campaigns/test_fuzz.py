"""Short fuzzing: the invariants hold for random pictures, and a violation ends the run with a report."""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scripts.campaigns.fuzz.invariants import GENUINE, TEXTS, check, look, recovered
from scripts.campaigns.fuzz.run import FAILED, fuzz, seed_corpus
from scripts.images.from_bytes import LARGEST, LAYOUTS, modules_of, picture
from scripts.images.qr_encoder import BLOCKS, MASKS, symbol
from terminal import scan
from terminal.codes import Scan

if TYPE_CHECKING:
    from terminal.model import Luma

ROOT = Path(__file__).parents[3]
CAMPAIGN = ROOT / "scripts" / "campaign"
needs_fuzzer = pytest.mark.skipif(find_spec("atheris") is None, reason="there is no fuzzer for this machine")


def inputs(count: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [chance.randbytes(chance.randrange(1024)) for _ in range(count)]


def drawn(modules: Luma, pixels: int = 4) -> Luma:
    ink = np.where(np.pad(modules, 4) != 0, 0, 255).astype(np.uint8)
    return np.kron(ink, np.ones((pixels, pixels), np.uint8))


@pytest.mark.parametrize("seed", range(4))
def test_the_rules_hold_for_pictures_by_lot(seed: int):
    for data in inputs(60, seed):
        look(data)


def test_the_pictures_differ_are_bounded_and_some_of_their_codes_are_read():
    pictures = [picture(data[2:], TEXTS) for data in inputs(150, 9)]
    assert all(luma.dtype == np.uint8 and luma.ndim == 2 and max(luma.shape) <= LARGEST for luma in pictures)
    assert len({luma.shape for luma in pictures}) > 75
    found = [scan.read(luma, 1.0) for luma in pictures]
    assert 5 <= sum(one is not None for one in found) <= 75


@pytest.mark.parametrize("version", range(1, len(BLOCKS) + 1))
@pytest.mark.parametrize("mask", range(MASKS))
def test_a_symbol_of_any_data_is_without_fault(version: int, mask: int):
    two_bytes = b"\x40\x25\x64\x90"  # the mode, the count, "VI", and the end
    found = scan.read(drawn(symbol(version, mask, two_bytes + b"\xec\x11" * 3)))
    assert found is not None
    assert found.text == "VI"


@pytest.mark.parametrize("number", range(len(LAYOUTS) - 1))
def test_every_layout_but_the_repeated_row_keeps_the_picture(number: int):
    luma = drawn(modules_of("1"))
    assert (LAYOUTS[number](luma) == luma).all()


def test_a_false_text_would_be_told():
    luma = drawn(modules_of(GENUINE[0]))
    found = scan.read(luma)
    assert found is not None
    check(found, luma)
    recovered(luma, [0, 0, 224, 0, 224, 224, 0, 224], 0)
    with pytest.raises(UnicodeEncodeError):
        check(Scan("\ud800", found.corners), luma)
    with pytest.raises(AssertionError):
        check(Scan(found.text, ((9_999_999, 0),) * 4), luma)


@needs_fuzzer
def test_a_short_run_finds_nothing(tmp_path: Path):
    command = [str(CAMPAIGN), "fuzz", "--runs", "100", "--corpus", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tried = re.search(r"(?m)^inputs    ([0-9]+) in [0-9]+ rounds", done.stdout)
    assert tried is not None
    assert int(tried[1]) >= 100
    assert done.stdout.endswith("nothing was found\n")


@needs_fuzzer
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("raise ValueError", "Uncaught Python exception"),
        ("ctypes.string_at(1)", "deadly signal"),
        ("held.append(b'1' * (1 << 24 if len(held) < 80 else 1))", "out-of-memory"),
    ],
)
def test_what_goes_wrong_ends_a_round_and_its_input_is_kept(tmp_path: Path, harm: str, said: str):
    program = (
        "import ctypes\nfrom scripts.campaigns.fuzz.round import fuzz\n"
        "from scripts.campaigns.fuzz.run import options\n"
        f"held = []\ndef look(data):\n    if len(data) > 3:\n        {harm}\n"
        f"fuzz(look, options({str(tmp_path)!r}, 2_000_000, 60, 1))"
    )
    seed_corpus(tmp_path, 1)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert list(tmp_path.glob(f"{FAILED}*"))


def test_a_round_that_fails_or_an_input_that_was_kept_fails_the_campaign(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    none = argparse.Namespace(seconds=60, runs=0, corpus=tmp_path, seed=1)
    assert fuzz(none) == 0
    (tmp_path / f"{FAILED}crash-1").touch()
    assert fuzz(none) == 1
    assert "FAILED    failed-crash-1" in capsys.readouterr().out

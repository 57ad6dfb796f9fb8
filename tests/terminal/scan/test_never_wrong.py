"""A damaged, misread or mixed code never yields another text, and no altered credential is genuine."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.issue import IssueRequest, issue
from scripts.campaigns.fuzz.invariants import NOW_S, SEED, TRUST
from scripts.images.from_bytes import modules_of
from terminal import scan
from terminal.credential import verify
from terminal.model import CredentialFinding, Plate, Vehicle
from tests.pictures import scene
from tests.terminal.credential.issuing import as_bytes, as_text

if TYPE_CHECKING:
    from terminal.model import Luma

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BELIEVED = {
    CredentialFinding.CURRENT,
    CredentialFinding.PAST,
    CredentialFinding.WITHDRAWN,
    CredentialFinding.NOT_ISSUED,
    CredentialFinding.OTHER_VEHICLE,
}
"""Findings of genuine credentials."""
LEVELS = ["L", "M", "Q", "H"]


def credential(number: int) -> str:
    """Return a different credential for each number, signed by the test's key."""
    vehicle = Vehicle(Plate(f"苏A{number:05}", "02"), "K33", "A", 202708)
    return issue(IssueRequest(vehicle, "苏A"), SEED, number.to_bytes(12, "big"), NOW_S - 86_400)


def finding(text: str) -> CredentialFinding:
    return verify.verify(text, TRUST, verify.Moment(NOW_S)).finding


def mask_of(modules: Luma) -> tuple[int, ...]:
    """Return the format information beside the first finder pattern; equal for symbols with the same mask."""
    return tuple(int(one) for one in modules[8, :9])


@cache
def alike(level: str) -> tuple[str, str]:
    """Return two credentials whose symbols have the same version and mask."""
    seen: dict[tuple[int, ...], str] = {}
    for number in range(100):
        text = credential(number)
        mask = mask_of(modules_of(text, level))
        if mask in seen:
            return seen[mask], text
        seen[mask] = text
    raise AssertionError("masks are drawn from eight")


def frame_of(modules: Luma, pixels: int) -> Luma:
    """Return a scene that contains a symbol."""
    ink = np.where(np.pad(modules, 4) != 0, 20, 235).astype(np.uint8)
    drawn = np.kron(ink, np.ones((pixels, pixels), np.uint8))
    height, width = drawn.shape
    return scene((drawn, 40, 30), size=(height + 60, width + 80))


def texts(luma: Luma) -> set[str]:
    """Return every text that any way of scanning gives."""
    _, memory = scan.read_next(luma, scan.START, 1.0)
    found = (scan.read(luma, 1.0), scan.read_still(luma), scan.read_next(luma, memory, 1.0)[0])
    return {code.text for one in found if one is not None for code in one.codes}


def mixed(one: Luma, other: Luma, how: str, cut: int) -> Luma:
    """Combine two symbols: the modules of `one` where a pattern selects them, those of `other` elsewhere."""
    rows, columns = np.indices(one.shape)
    side = len(one)
    part = {
        "left and right": columns < cut,
        "top and bottom": rows < cut,
        "across": rows + columns < 2 * cut,
        "the other way across": rows + side - columns < 2 * cut,
        "rows by turns": rows % 2 == cut % 2,
        "columns by turns": columns // 2 % 2 == cut % 2,
        "blocks by turns": (rows // 8 + columns // 8) % 2 == cut % 2,
        "one over the other": (abs(rows - side // 2) > cut // 2) | (abs(columns - side // 2) > cut // 2),
    }[how]
    return np.where(part, one, other).astype(np.uint8)


WAYS = [
    "left and right",
    "top and bottom",
    "across",
    "the other way across",
    "rows by turns",
    "columns by turns",
    "blocks by turns",
    "one over the other",
]


@pytest.mark.parametrize("how", WAYS)
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_mixed_codes_give_one_of_their_texts_or_none(how: str, data: st.DataObject):
    level = data.draw(st.sampled_from(LEVELS))
    one, other = alike(level)
    modules = modules_of(one, level), modules_of(other, level)
    cut = data.draw(st.integers(0, len(modules[0])))
    luma = frame_of(mixed(*modules, how, cut), data.draw(st.integers(2, 5)))
    assert texts(luma) <= {one, other}


@pytest.mark.parametrize("how", ["left and right", "top and bottom", "across", "blocks by turns"])
def test_halves_in_successive_frames_are_not_combined(how: str):
    one, other = alike("M")
    modules = modules_of(one), modules_of(other)
    side = len(modules[0])
    blank = np.zeros_like(modules[0])
    first = mixed(modules[0], blank, how, side // 2)
    second = mixed(blank, modules[1], how, side // 2)
    memory, seen = scan.START, set[str]()
    for number in range(24):
        luma = frame_of((first, second)[number % 2], 3 + number // 12)
        found, memory = scan.read_next(luma, memory, 1.0)
        seen |= set() if found is None else {code.text for code in found.codes}
    assert seen <= {one, other}


def test_the_mixed_codes_have_one_version_and_mask():
    for level in LEVELS:
        pair = alike(level)
        modules = [modules_of(text, level) for text in pair]
        assert modules[0].shape == modules[1].shape
        assert mask_of(modules[0]) == mask_of(modules[1])
        for text, symbol in zip(pair, modules, strict=True):
            assert texts(frame_of(symbol, 4)) == {text}
            assert finding(text) is CredentialFinding.CURRENT


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0, 0.4), st.sampled_from(LEVELS), st.integers(2, 4))
def test_inverted_modules_give_the_text_or_none(seed: int, share: float, level: str, pixels: int):
    text = credential(1)
    modules = modules_of(text, level)
    turned = np.random.default_rng(seed).random(modules.shape) < share
    assert texts(frame_of(modules ^ turned.astype(np.uint8), pixels)) <= {text}


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
    st.tuples(st.integers(1, 45), st.integers(1, 45)),
    st.sampled_from(["dark", "light", "turned over", "moved"]),
    st.sampled_from(LEVELS),
)
def test_burst_damage_gives_the_text_or_none(
    at: tuple[int, int], size: tuple[int, int], how: str, level: str
):
    text = credential(2)
    modules = modules_of(text, level)
    hole = np.s_[at[0] : at[0] + size[0], at[1] : at[1] + size[1]]
    filling = {
        "dark": np.ones_like(modules),
        "light": np.zeros_like(modules),
        "turned over": 1 - modules,
        "moved": np.roll(modules, 1, axis=1),
    }[how]
    modules[hole] = filling[hole]
    assert texts(frame_of(modules, 3)) <= {text}


def test_spliced_credentials_are_not_genuine():
    one, other = alike("M")
    length = min(len(one), len(other))
    for left, right in ((one, other), (other, one)):
        for cut in range(length):
            text = left[:cut] + right[cut:]
            assert (finding(text) in BELIEVED) == (text in (one, other))


def test_a_changed_character_is_not_genuine():
    text = credential(3)
    for at, was in enumerate(text):
        for character in set(BASE45) - {was}:
            assert finding(text[:at] + character + text[at + 1 :]) not in BELIEVED


def test_a_changed_bit_is_not_genuine():
    message = as_bytes(credential(4))
    for bit in range(8 * len(message)):
        changed = bytearray(message)
        changed[bit // 8] ^= 1 << bit % 8
        assert finding(as_text(bytes(changed))) not in BELIEVED


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 233), min_size=1, max_size=12, unique=True), st.data())
def test_otherwise_altered_texts_are_not_genuine(places: list[int], data: st.DataObject):
    text = credential(5)
    pieces = [text[a:b] for a, b in pairwise([0, *sorted(places), len(text)])]
    altered = "".join(data.draw(st.permutations(pieces))) + data.draw(st.sampled_from(["", "0", text[-3:]]))
    altered = altered[: data.draw(st.integers(0, len(altered)))]
    assert (finding(altered) in BELIEVED) == (altered == text)

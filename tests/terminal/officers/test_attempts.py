"""Wrong PINs are counted before they are checked, and the count outlives everything but the right PIN."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.errors import SignInFault
from terminal.officers.attempts import FILE, MOST_WRONG, Attempts, Standing, delay_s
from tests.terminal.officers.rosters import officer, verifier

ONE, OTHER = officer("1"), officer("2", verifier=verifier("141421"))


def opened(folder: Path, monotonic_s: float = 0.0) -> Attempts:
    """The counts as a start reads them."""
    return Attempts.open(folder, monotonic_s)


def test_count_is_on_disk_and_delays_grow(tmp_path: Path):
    attempts = opened(tmp_path)
    waits = []
    for wrong in range(1, MOST_WRONG + 1):
        attempts.count(ONE, 100.0)
        assert opened(tmp_path, 500.0).standing(ONE) == Standing(wrong, 500.0 + delay_s(wrong))
        waits.append(attempts.standing(ONE).opens_s - 100.0)
    assert waits == sorted(set(waits))
    assert waits[0] == 2.0
    assert attempts.standing(ONE).locked
    assert opened(tmp_path).standing(ONE).locked
    assert opened(tmp_path).standing(OTHER) == Standing()


def test_right_pin_takes_the_count_back(tmp_path: Path):
    attempts = opened(tmp_path)
    for _ in range(3):
        attempts.count(ONE, 0.0)
    attempts.count(OTHER, 0.0)
    attempts.clear(ONE)
    for one in (attempts, opened(tmp_path)):
        assert one.standing(ONE) == Standing()
        assert one.standing(OTHER).wrong == 1


def test_new_verifier_begins_anew(tmp_path: Path):
    attempts = opened(tmp_path)
    for _ in range(MOST_WRONG):
        attempts.count(ONE, 0.0)
    renewed = officer("1", verifier=verifier("161803"))
    assert opened(tmp_path).standing(renewed) == Standing()
    assert opened(tmp_path).standing(officer("1", name="李")).locked


def test_what_cannot_be_counted_is_not_counted_in_memory_either(tmp_path: Path):
    attempts = opened(tmp_path / "none")
    with pytest.raises(SignInFault):
        attempts.count(ONE, 0.0)
    assert attempts.standing(ONE) == Standing()


def test_unreadable_folder_is_a_fault(tmp_path: Path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(SignInFault):
        opened(tmp_path)


@given(content=st.binary(max_size=64))
def test_any_file_is_read_or_taken_as_no_count(content: bytes, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("state")
    (folder / FILE).write_bytes(content)
    assert opened(folder).standing(ONE).wrong <= MOST_WRONG


def test_file_is_the_owners_alone(tmp_path: Path):
    opened(tmp_path).count(ONE, 0.0)
    assert os.stat(tmp_path / FILE).st_mode & 0o777 == 0o600  # noqa: PTH116 - the mode is what is tested

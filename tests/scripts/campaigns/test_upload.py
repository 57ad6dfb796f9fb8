"""Short runs of the campaigns, and of the comparison that detects losses."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from scripts.campaigns.power import CutTally, report
from scripts.campaigns.upload_compare import Name, differences

CAMPAIGN = Path(__file__).parents[3] / "scripts" / "campaign"
JOURNAL = b"J" * 16


def records(count: int) -> list[Name]:
    return [(JOURNAL, seq, bytes([seq]) * 32) for seq in range(1, count + 1)]


@pytest.mark.parametrize(
    ("kept", "stored", "acknowledged", "said"),
    [
        (records(9), records(8), records(8), "1 on the terminal's disk, and not in the registry: 4a4a4a4a/9"),
        (records(8), records(9), records(8), "1 in the registry, and not on the terminal's disk: 4a4a4a4a/9"),
        (records(9), records(9) + records(1), [], "1 in the registry more than once: 4a4a4a4a/1"),
        (records(8), records(8), records(9), "1 acknowledged, and not on the terminal's disk: 4a4a4a4a/9"),
        (records(2), records(2)[::-1], [], "in the registry in another order"),
    ],
)
def test_the_comparison_names_what_is_lacking_besides_doubled_unsafe_or_out_of_order(
    kept: list[Name], stored: list[Name], acknowledged: list[Name], said: str
):
    assert differences(kept, stored, acknowledged) == [said]


def test_the_comparison_names_a_record_that_differs_in_its_bytes_on_both_sides():
    changed = [*records(2), (JOURNAL, 3, bytes(32))]
    assert len(differences(records(3), changed, records(3))) == 2


def test_the_comparison_is_silent_where_both_have_the_same():
    assert differences(records(9), records(9), records(7)) == []


def test_ten_kills_and_what_comes_between_lose_and_double_nothing():
    """Runs as any user who may create a mount namespace."""
    done = subprocess.run(
        [CAMPAIGN, "upload", "--kills", "10", "--seed", "3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kills, records_stored = (
        int(found[1])
        for found in (re.search(rf"{name} +([0-9]+)", done.stdout) for name in ("kills", "records"))
        if found
    )
    assert kills >= 10
    assert records_stored > 50


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="cutting the power needs root and loop devices",
)
def test_five_power_cuts_lose_no_record_that_was_acknowledged_before():
    done = subprocess.run(
        [CAMPAIGN, "power", "--cuts", "5", "--seed", "3"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cuts = dict(re.findall(r"(?m)^(\w+, \w+) +([0-9]+)", done.stdout))
    assert cuts == {"journal, idle": "3", "journal, writing": "2", "plain, idle": "3", "plain, writing": "2"}


@pytest.mark.parametrize("wrong", [CutTally(lost=1), CutTally(unopened=1)])
def test_a_record_lost_or_a_journal_that_does_not_open_fails_the_campaign(wrong: CutTally):
    assert report({("journal", "idle"): wrong}) == 1
    assert report({("plain", "writing"): wrong}) == 0

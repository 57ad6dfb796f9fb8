"""While one terminal attacks the registry, every lookup of the others is answered."""

from __future__ import annotations

import argparse

import pytest

from scripts.campaigns import flood
from scripts.campaigns.flood_messages import ATTACKS


def test_every_lookup_of_the_other_terminals_is_answered_under_each_attack(
    capsys: pytest.CaptureFixture[str],
):
    short = argparse.Namespace(rounds=1, seconds=0.5, mbit=20.0, terminals=20)
    assert flood.campaign(short) == 0
    said = capsys.readouterr().out
    assert all(each.name in said for each in ATTACKS)

"""A thief with an issuer key is found out, and no honest driver is accused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.campaigns import thief


def test_every_forgery_is_found_and_no_honest_code_is_flagged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert thief.run(tmp_path, forgeries=40, honest=1600, seed=3) == 0
    said = capsys.readouterr().out
    assert "1600 honest codes, not flagged offline\n" in said
    assert "1600 honest codes, not flagged online\n" in said
    assert "40 forgeries, not genuine after the compromise\n" in said
    for name in ("found offline", "found online at once", "found when rechecked", "good after"):
        assert name in said

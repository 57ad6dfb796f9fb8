"""The code of the moment that the health check of a release signs, draws, reads and verifies."""

from __future__ import annotations

import pytest

from keys import test_code
from terminal.credential.trust import NO_TRUST
from terminal.errors import InputFault
from terminal.scan import reader

NOW_S = 1_790_000_000
SEED = bytes(range(32))


def randomness(size: int) -> bytes:
    return SEED[:size]


def test_it_is_read_back():
    assert "read and verified" in test_code.read_back(randomness, NOW_S)


def test_a_reader_that_reads_nothing_is_found_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "read_still", lambda _: None)
    with pytest.raises(InputFault, match="not read"):
        test_code.read_back(randomness, NOW_S)


def test_a_verifier_that_does_not_find_it_current_is_found_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(test_code, "TrustSet", lambda *_, **__: NO_TRUST)
    with pytest.raises(InputFault, match="unknown_key"):
        test_code.read_back(randomness, NOW_S)

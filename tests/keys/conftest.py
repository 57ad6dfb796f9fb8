"""An authority with a published trust set, and the empty store of one of its terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from keys.trust_store import TrustStore
from tests.keys.tuf_fixtures import Authority, make_authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = make_authority(tmp_path / "authority")
    made.publish()
    return made


@pytest.fixture
def store(authority: Authority, tmp_path: Path) -> TrustStore:
    return authority.store(tmp_path / "terminal")

"""Fonts for the screen tests."""

from __future__ import annotations

import pytest

from terminal.drawing.fonts import Fonts
from tests.terminal.drawing.displays import FONTS


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """The Chinese fonts that scripts/setup installs."""
    return Fonts.load(FONTS)

"""Shared fixtures: a laboratory with random keys, its photographs, and an app on a simulated rig."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from nacl.utils import random as random_bytes

from keys import lab
from scripts.images import demo_photographs

if TYPE_CHECKING:
    from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"  # no test opens a window


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laboratory that tests must not change."""
    folder = tmp_path_factory.mktemp("laboratory") / "lab"
    lab.make(folder, int(time.time()), random_bytes)
    return folder


@pytest.fixture(scope="session")
def photographs(laboratory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the demo's photographs, made with the laboratory's keys."""
    folder = tmp_path_factory.mktemp("photographs")
    demo_photographs.main(laboratory, folder)
    return folder

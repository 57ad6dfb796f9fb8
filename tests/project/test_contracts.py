"""The import contracts work: each fails on an import that it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program and its contracts, to modify."""
    for package in ("terminal", "drivers", "keys"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def kept(folder: Path, contract: str) -> bool:
    """Return True if a contract holds in a copy."""
    command = [
        str(Path(sys.prefix) / "bin" / "lint-imports"),
        "--no-cache",
        "--no-logo",
        "--contract",
        contract,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    held, broke = "Contracts: 1 kept, 0 broken." in done.stdout, "Contracts: 0 kept, 1 broken." in done.stdout
    assert held is not broke, done.stdout + done.stderr
    assert held is (done.returncode == 0)
    return held


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "terminal/vehicle/verdict.py", "from terminal.credential import verify"),
        ("layers", "terminal/newcomer.py", "from terminal import model"),
        ("composition", "terminal/screens/state.py", "from drivers import clock"),
        ("composition", "terminal/ports.py", "import keys"),
        ("drivers", "drivers/clock.py", "from terminal.credential import verify"),
        ("pure", "terminal/credential/verify.py", "import time"),
        ("pure", "terminal/vehicle/verdict.py", "import sqlite3"),
    ],
)
def test_an_import_against_the_rule_is_found(copy: Path, contract: str, module: str, line: str):
    assert kept(copy, contract)
    with (copy / module).open("a") as file:
        file.write(f"\n{line}\n")
    assert not kept(copy, contract)

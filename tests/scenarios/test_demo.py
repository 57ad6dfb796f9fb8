"""The demonstration's scenarios are valid, and the registry answers as they expect."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keys import lab
from terminal.scenarios import script

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk

SCRIPTS = Path(__file__).parents[2] / "scripts"
SCENARIOS = sorted((SCRIPTS / "scenarios").glob("*.scenario"))


def words(path: Path) -> str:
    """Return a scenario whose pictures are beside it."""
    return path.read_text(encoding="utf-8").replace("../../build/demo/", "")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_names_pictures_that_are_made_and_is_played(path: Path, photographs: Path) -> None:
    assert any(isinstance(line.deed, script.ExpectResult) for line in script.parse(words(path), photographs))
    assert f"scripts/scenarios/{path.name}" in (SCRIPTS / "demo").read_text(encoding="utf-8")


def test_the_registrys_scenario_is_met_and_no_person_or_vehicle_is_in_the_log(
    online: Desk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = online.play(words(SCRIPTS / "scenarios" / "online.scenario"))
    assert said[-1] == "10 checks, 0 expectations not met"
    logged = capfd.readouterr().err + caplog.text
    for secret in (
        "A12345",
        "A50000",
        "A60001",
        "VI1:",
        "LSVAA4182E2123456",
        lab.OFFICERS[0].number,
    ):
        assert secret not in logged

"""`roadside fault` shows E02, tells the service manager, and ends by itself or when stopped."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from drivers import display
from keys import lab
from terminal import config
from terminal.commands import fault

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class NotedManager:
    """A service manager that notes what it is told."""

    told: list[str] = field(default_factory=list)

    def ready(self) -> None:
        """See `terminal.ports.ServiceManager`."""
        self.told.append("ready")

    def alive(self) -> None:
        """See `terminal.ports.ServiceManager`."""
        self.told.append("alive")

    def stopping(self) -> None:
        """See `terminal.ports.ServiceManager`."""
        self.told.append("stopping")


@pytest.mark.parametrize("fonts", ["installed", "missing"])
def test_the_fault_is_on_the_display_until_its_time_is_over(
    laboratory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], fonts: str
):
    settings = config.read(laboratory / lab.CONFIG)
    if fonts == "missing":
        settings = replace(settings, paths=replace(settings.paths, fonts=tmp_path))
    shown, manager = display.offscreen(), NotedManager()
    done = fault.run(settings, shown, manager, 0.0, seconds=0.01, stop=threading.Event())
    assert done == fault.DONE
    assert manager.told == ["ready", "alive", "stopping"]
    assert "E02" in capsys.readouterr().err
    shown.shot(tmp_path / "shot.png")
    assert (tmp_path / "shot.png").stat().st_size > 2000


def test_a_stop_ends_it_at_once(laboratory: Path):
    stop, manager = threading.Event(), NotedManager()
    stop.set()
    fault.run(
        config.read(laboratory / lab.CONFIG), display.offscreen(), manager, 0.0, seconds=3600, stop=stop
    )
    assert manager.told == ["ready", "stopping"]

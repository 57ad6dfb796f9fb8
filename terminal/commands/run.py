"""`roadside run`: assemble and run the app; a fault that prevents its start is shown to the officer."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import app, console
from terminal.commands import crash_marker
from terminal.drawing.fonts import Fonts
from terminal.drawing.theme import Style
from terminal.errors import Fault, FontFault, InputFault, Restarted
from terminal.scenarios import player
from terminal.scenarios import script as scenario
from terminal.services.assembly import open_services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.ports import KeyStore, Rig


@dataclass(frozen=True, slots=True)
class Setup:
    """Configuration, rig and keys that the app is assembled from."""

    settings: Config
    rig: Rig
    open_keys: Callable[[Path], KeyStore]
    """Open the private keys of an identity folder. Raises InputFault."""


DONE, NOT_MET, FAULT = 0, 1, 2
"""Exit statuses."""


def run(setup: Setup) -> int:
    """Run the app until SIGTERM or SIGINT; return FAULT if it could not start or continue.

    It also ends for a restart by the service manager (see `ShiftActions.wants_restart`).
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        terminal = assemble(setup)
    except Fault as fault:
        console.warn(fault.line())
        app.show_fatal(setup.rig, fault, _look_for(fault, setup), stop)
        return FAULT
    state = setup.settings.paths.state
    if crash_marker.begin(state, crash_marker.boot_id()):
        console.warn(Restarted().line())
        terminal.start_after_crash()
    terminal.start()
    try:
        while not stop.is_set() and not terminal.wants_restart():
            terminal.run_once()
    finally:
        terminal.stop()
    crash_marker.end(state)  # not if a bug ended the loop
    return DONE


def play(setup: Setup, stage: player.Stage, script: Path, shots: Path) -> int:
    """Play a scenario, saving pictures in `shots`; return NOT_MET if an expectation failed. Raises Fault."""
    try:
        text = script.read_text(encoding="utf-8")
        shots.mkdir(parents=True, exist_ok=True)
    except (OSError, UnicodeDecodeError) as error:
        raise InputFault(str(error)) from error
    deeds = scenario.parse(text, script.parent)
    terminal = assemble(setup)
    terminal.start()
    try:
        met = player.Player(terminal, stage, shots, console.out).play(deeds)
    finally:
        terminal.stop()
    return DONE if met else NOT_MET


def assemble(setup: Setup) -> app.App:
    """Assemble the app with its services and style. Raises Fault."""
    settings, display = setup.settings, setup.rig.display
    fonts = Fonts.load(settings.paths.fonts)
    style = Style(settings.terminal.language, fonts, display.size, settings.display.night)
    services = open_services(settings, setup.rig.clock, setup.rig.link, setup.open_keys)
    budget_s = 1e-3 * settings.camera.budget_ms
    return app.App(setup.rig, services, style, loud_alarm=settings.panel.loud_alarm, budget_s=budget_s)


def _look_for(fault: Fault, setup: Setup) -> Style:
    """Return the style to show a fault in: English if the Chinese font is missing."""
    settings, rig = setup.settings, setup.rig
    if not isinstance(fault, FontFault):
        try:
            fonts = Fonts.load(settings.paths.fonts)
            return Style(settings.terminal.language, fonts, rig.display.size, settings.display.night)
        except FontFault:
            console.warn(FontFault().line())
    return Style("en", Fonts.fallback(), rig.display.size)

"""`roadside run`: assemble and run the app; a fault that prevents its start is shown to the officer."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import app, console
from terminal.commands import crash_marker
from terminal.commands.fault import style_for, style_of
from terminal.commands.ordered_wipe import finish_wipe
from terminal.drawing.fonts import Fonts
from terminal.errors import Fault, InputFault, Restarted, TrustFault, TrustMissing, TrustNotUpdated
from terminal.scenarios import player
from terminal.scenarios import script as scenario
from terminal.services.assembly import open_services
from terminal.services.trust_service import TrustAccess, access
from terminal.services.trust_updates import TrustUpdates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust_source import TrustSource
    from terminal.ports import KeyStore, Rig, TrustUpdater


@dataclass(frozen=True, slots=True)
class Setup:
    """Configuration, rig and keys that the app is assembled from."""

    settings: Config
    rig: Rig
    open_keys: Callable[[Path], KeyStore]
    """Open the private keys of an identity folder. Raises InputFault."""
    trust_source: Callable[[], TrustSource]
    """Open the terminal's own trust store. Raises IdentityFault, TrustFault."""
    updater: TrustUpdater | None = None
    """None for a scenario, whose trust set stays as it is."""


FETCH_AGAIN_S = 60.0
"""Interval of fetching the first trust set, s."""
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
        _finish_wipe(setup)
        trusted = _await_trust(setup, stop)
        if trusted is None:
            return DONE
        terminal = assemble(setup, trusted)
    except Fault as fault:
        return _show_fatal(setup, fault, stop)
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
    try:
        _finish_wipe(setup)
        if terminal.has_expired():
            terminal.services.trust.remove_expired()
    except Fault as fault:
        return _show_fatal(setup, fault, stop)
    return DONE


def _finish_wipe(setup: Setup) -> None:
    """Carry out a wipe that was ordered. Raises TerminalWiped and OrdersFault."""
    finish_wipe(setup.settings, setup.rig.clock, setup.open_keys, setup.trust_source)


def _show_fatal(setup: Setup, fault: Fault, stop: threading.Event) -> int:
    console.warn(fault.line())
    app.show_fatal(
        setup.rig,
        fault,
        style_for(fault, setup.settings, setup.rig.display.size),
        stop,
        laboratory=_is_laboratory(setup),
    )
    return FAULT


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


def assemble(setup: Setup, trusted: TrustAccess | None = None) -> app.App:
    """Assemble the app with its services and style; `trusted` is opened unless given. Raises Fault."""
    if trusted is None:
        trusted = access(setup.trust_source(), setup.updater)
    settings, display = setup.settings, setup.rig.display
    fonts = Fonts.load(settings.paths.fonts)
    style = style_of(settings, fonts, display.size)
    services = open_services(settings, setup.rig.clock, setup.rig.link, setup.open_keys, trusted)
    return app.App(setup.rig, services, style, settings)


def _await_trust(setup: Setup, stop: threading.Event) -> TrustAccess | None:
    """Load the trust set in force; without one, say so and fetch it. None if `stop` is set meanwhile.

    Without registry keys no record could be sealed, and so no verdict shown. Raises Fault.
    """
    source, settings = setup.trust_source(), setup.settings
    fetching = None
    if setup.updater is not None and settings.trust.source:
        fetching = TrustUpdates(setup.updater, setup.rig.clock, FETCH_AGAIN_S)
    shown = ""
    fault: TrustFault = TrustMissing("no trust set has been installed")
    while not stop.is_set():
        try:
            found = source.poll()
        except TrustFault as refused:
            found, fault = None, refused
        if found is not None:
            if fetching is not None:
                fetching.close()
            return TrustAccess(source, found, setup.updater)
        if fetching is None:
            raise fault
        fetching.poll(online=None)
        if fetching.failure is not None:
            fault = TrustNotUpdated(fetching.failure.failure or "", None)
        if fault.line() != shown:
            shown = fault.line()
            console.warn(shown)
            app.show_fault(
                setup.rig,
                fault,
                style_for(fault, setup.settings, setup.rig.display.size),
                laboratory=source.laboratory,
            )
        setup.rig.service_manager.alive()
        stop.wait(app.TURN_S)
    if fetching is not None:
        fetching.close()
    return None


def _is_laboratory(setup: Setup) -> bool:
    """Return True if this terminal is enrolled in a laboratory; False if its root cannot be read."""
    try:
        return setup.trust_source().laboratory
    except Fault:
        return False

"""From a configuration and a rig to the app at work; what keeps it from starting is shown to the officer."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nacl.utils
from nacl import bindings

from terminal import app, cases, checking, console, lab, player, scenario
from terminal.asking import Asker, Lists
from terminal.credential.signed import signer
from terminal.errors import Fault, FontFault, InputFault, JournalDamaged
from terminal.journal.store import Journal
from terminal.registry.hotlist_store import HotList
from terminal.registry.lookup import Lookup
from terminal.registry.offline import OfflineList
from terminal.screens.fonts import Fonts
from terminal.screens.theme import Look
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust import RegistryKeys
    from terminal.ports import Rig


@dataclass(frozen=True, slots=True)
class Setup:
    """What the app is made from."""

    settings: Config
    rig: Rig
    load_seed: Callable[[Path], bytes]
    """Reads the Ed25519 seed of a private key file. Raises InputFault."""


HOTLIST = "hotlist.sqlite"
DONE, NOT_MET, FAULT = 0, 1, 2
"""Exit statuses."""


def run(setup: Setup) -> int:
    """Be the terminal until SIGTERM or SIGINT; FAULT where it could not start or could not go on."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        terminal = assemble(setup)
    except Fault as fault:
        console.warn(fault.line())
        app.halt(setup.rig, fault, _look_for(fault, setup), stop)
        return FAULT
    terminal.start()
    try:
        while not stop.is_set():
            terminal.turn()
    finally:
        terminal.stop()
    return DONE


def play(setup: Setup, stage: player.Stage, script: Path, shots: Path) -> int:
    """Play a scenario, its pictures into `shots`; NOT_MET where an expectation was not. Raises Fault."""
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
    """The app with its trust, journal and look. Raises Fault."""
    settings, rig = setup.settings, setup.rig
    look = Look(
        settings.terminal.language, Fonts.load(settings.paths.fonts), rig.display.size, settings.display.night
    )
    trusted = lab.load_directory(settings.paths.trust)
    registry = lab.load_registry(settings.paths.trust)
    public_key, _ = bindings.crypto_sign_seed_keypair(setup.load_seed(settings.paths.key))
    checker = checking.Checker(
        trusted, checking.policy(settings.checks), 3600 * settings.checks.trust_fresh_h, laboratory=True
    )
    author = checking.Author(settings.terminal.number, settings.terminal.officer, settings.terminal.shift)
    journal = Journal.open(
        settings.paths.state,
        terminal_public_key=public_key,
        sealing_key=registry.journal[0],
        random=nacl.utils.random,
        stamp=author.stamp(checker.moment(rig.clock.now_s(), clock_trusted=rig.clock.trusted())),
    )
    lists = _lists(settings)
    keeper = checking.Keeper(journal, author, trusted, lists)
    asker = _asker(setup, registry, lists)
    work = cases.Cases(checker, keeper, lists, asker)
    terminal = app.App(rig, work, look, loud_alarm=settings.panel.loud_alarm)
    if journal.set_aside is not None:
        terminal.notice(JournalDamaged(str(journal.set_aside)))
    return terminal


def _lists(settings: Config) -> Lists:
    """The lists on this terminal. A hot list needs a registry that keeps it."""
    offline = OfflineList(settings.paths.offline) if settings.paths.offline else None
    if settings.registry is None:
        return Lists(offline)
    provinces = settings.registry.provinces or tuple(PROVINCES)
    return Lists(offline, HotList.open(settings.paths.state / HOTLIST, provinces))


def _asker(setup: Setup, registry: RegistryKeys, lists: Lists) -> Asker | None:
    settings, link = setup.settings, setup.rig.link
    if link is None or settings.registry is None:
        return None
    seed = setup.load_seed(settings.paths.key)
    return Asker(
        link=link,
        lookup=Lookup(settings.terminal.number, signer(seed), registry.answer),
        lists=lists,
        officer=settings.terminal.officer,
        wait_s=settings.registry.wait_s,
        hotlist_keys=registry.hotlist,
        random=nacl.utils.random,
        clock=setup.rig.clock,
    )


def _look_for(fault: Fault, setup: Setup) -> Look:
    """How to show a fault: where the Chinese font is what is missing, in English."""
    settings, rig = setup.settings, setup.rig
    if not isinstance(fault, FontFault):
        try:
            fonts = Fonts.load(settings.paths.fonts)
            return Look(settings.terminal.language, fonts, rig.display.size, settings.display.night)
        except FontFault:
            console.warn(FontFault().line())
    return Look("en", Fonts.fallback(), rig.display.size)

"""Carries out a wipe that was ordered, before the app starts and after it has ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal import identity
from terminal.commands.upload import prepared
from terminal.errors import OrdersFault, TerminalWiped
from terminal.journal.entry import Stamp
from terminal.services import orders
from terminal.services.trust_service import access
from terminal.services.wiping import Holdings, wipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust_source import TrustSource
    from terminal.ports import Clock, KeyStore


def finish_wipe(
    settings: Config,
    clock: Clock,
    open_keys: Callable[[Path], KeyStore],
    trust_source: Callable[[], TrustSource],
) -> None:
    """Carry out a wipe that was ordered, if there is one.

    Raises TerminalWiped once it is done, and from then on until the terminal is enrolled anew; OrdersFault
    where something cannot be removed, which is tried again at the next start.
    """
    paths = settings.paths
    state, unread = orders.state_at_start(paths.state, clock.now_s())
    if unread is not None:
        return  # the app shows it, and is locked
    if state.wiping:
        holdings = Holdings(paths.state, paths.identity)
        try:
            for _ in wipe(holdings, state.wiping, lambda: _remains(settings, clock, open_keys, trust_source)):
                pass
        except OSError as error:
            raise OrdersFault(f"{error.filename}: {error.strerror}") from error
        state = replace(state, wiping="", wiped=True)
        orders.save_state(paths.state, state)
    if state.wiped and not (paths.identity / identity.DESCRIPTION).exists():
        raise TerminalWiped


def _remains(
    settings: Config,
    clock: Clock,
    open_keys: Callable[[Path], KeyStore],
    trust_source: Callable[[], TrustSource],
) -> Iterator[bytes]:
    """Sign what has no receipt, as batches and pieces. Raises Fault."""
    folder = settings.paths.identity
    stamp = Stamp(
        terminal=identity.load(folder).number,
        at_ms=int(1e3 * clock.now_s()),
        clock_trusted=clock.trusted(),
    )
    keys = access(trust_source()).first.registry_keys
    with prepared(settings, stamp, open_keys(folder), keys) as work:
        yield from work.uploader.messages()

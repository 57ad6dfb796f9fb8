"""Builds the services of a terminal from its configuration."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import nacl.utils

from terminal import identity
from terminal.journal.store import Journal
from terminal.limits import DAY_S
from terminal.model import ComparedField
from terminal.registry.hotlist_store import HotList
from terminal.registry.lookup import LookupSession
from terminal.registry.offline.offline_list import OfflineList
from terminal.screens.values import AgeLimits
from terminal.services import laid_aside, trust_directory
from terminal.services.answers import Answers
from terminal.services.check_lookups import CheckLookups
from terminal.services.checks import Checks
from terminal.services.hotlist_sync import HotlistSync
from terminal.services.last_province import LastProvince
from terminal.services.ledger import Ledger
from terminal.services.lists import Lists
from terminal.services.recorder import Author, Recorder
from terminal.services.registry_client import RegistryClient
from terminal.services.sealed_link import SealedLink
from terminal.services.services import Services
from terminal.services.shift import Shift
from terminal.services.shift_actions import ShiftActions
from terminal.services.uploads import Upload, UploadService
from terminal.services.verifier import Verifier, policy
from terminal.vehicle.tables import PROVINCES
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.ports import Clock, KeyStore, Link

HOTLIST = "hotlist.sqlite"


def open_services(
    settings: Config, clock: Clock, link: Link | None, open_keys: Callable[[Path], KeyStore]
) -> Services:
    """Open the journal, the lists and the trust set, and build the services around them.

    `link` is None without a registry. `open_keys` opens the private keys of an identity folder. Raises Fault.
    """
    number = identity.load(settings.paths.identity).number
    own = open_keys(settings.paths.identity)
    signer = signer_with(own.public_key, own.sign)
    trusted = trust_directory.load_directory(settings.paths.trust)
    clock.note_trust_set(trusted.made_s)
    keys = trust_directory.load_registry(settings.paths.trust)
    sealed = None if link is None else SealedLink(link, number, own.open_sealed, keys.lookup[0])
    verifier = Verifier(
        trusted,
        policy(settings.checks),
        3600 * settings.checks.trust_fresh_h,
        laboratory=True,
        laid_aside=laid_aside.load(settings.paths.state),
        keep_laid_aside=partial(laid_aside.save, settings.paths.state),
    )
    author = Author(number, settings.terminal.officer, settings.terminal.shift)
    journal = Journal.open(
        settings.paths.state,
        terminal_public_key=own.public_key,
        sealing_key=keys.journal[0],
        random=nacl.utils.random,
        stamp=author.stamp(verifier.moment(clock.now_s(), clock_trusted=clock.trusted())),
    )
    lists = _lists(settings)
    recorder = Recorder(journal, author, trusted)
    registry = None
    if sealed is not None and settings.registry is not None:
        registry = RegistryClient(
            link=sealed,
            lookup=LookupSession(
                number,
                signer,
                keys.answer,
                frozenset(map(ComparedField, settings.checks.display_only)),
            ),
            hotlist=HotlistSync(lists, keys.hotlist),
            officer=settings.terminal.officer,
            wait_s=settings.registry.wait_s,
            random=nacl.utils.random,
            clock=clock,
        )
    ledger = Ledger(recorder, lists)
    lookups = CheckLookups(ledger, registry)
    shift = Shift(recorder, settings.paths.state)
    shift.resume()
    uploads = UploadService(
        Upload.open(settings.paths.state, journal, number, signer, keys),
        clock,
        sealed,
        nacl.utils.random,
        interval_s=60 * settings.upload.interval_min,
        retention_s=DAY_S * settings.upload.retention_days,
    )
    province = LastProvince(settings.paths.state)
    province.load()
    services = Services(
        Checks(verifier, ledger, lookups, clock),
        Answers(verifier, ledger, lookups, clock),
        ShiftActions(shift, uploads),
        uploads,
        province,
        clock,
        sealed,
        AgeLimits(settings.checks.verdict_fades_s, settings.checks.verdict_hides_s),
    )
    if journal.set_aside is not None:
        services.notices.add(journal.set_aside.fault())
    return services


def _lists(settings: Config) -> Lists:
    """Open the lists on this terminal; there is a hot list only with a registry, which keeps it current."""
    folder, usable_days = settings.paths.offline, settings.checks.offline_usable_days
    offline = OfflineList(folder, usable_days=usable_days) if folder else None
    if settings.registry is None:
        return Lists(offline)
    provinces = settings.registry.provinces or tuple(PROVINCES)
    return Lists(offline, HotList.open(settings.paths.state / HOTLIST, provinces))

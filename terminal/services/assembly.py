"""Builds the services of a terminal from its configuration."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import nacl.utils

from terminal import identity
from terminal.journal.store import Journal
from terminal.limits import DAY_S
from terminal.model import ComparedField
from terminal.officers.attempts import Attempts
from terminal.officers.roster_source import RosterSource
from terminal.registry.hotlist_store import HotList
from terminal.registry.lookup import LookupSession
from terminal.registry.offline.offline_list import OfflineList
from terminal.screens.values import AgeLimits
from terminal.services import laid_aside
from terminal.services.answers import Answers
from terminal.services.check_lookups import CheckLookups
from terminal.services.checks import Checks
from terminal.services.enforcement import EnforcementAccess
from terminal.services.hotlist_sync import HotlistSync
from terminal.services.last_province import LastProvince
from terminal.services.ledger import Ledger
from terminal.services.lists import Lists
from terminal.services.notices import Notices
from terminal.services.officer_session import OfficerSession
from terminal.services.orders import OrderService
from terminal.services.recorder import Author, Recorder
from terminal.services.registry_client import RegistryClient
from terminal.services.sealed_link import SealedLink
from terminal.services.services import Services
from terminal.services.shift import Shift
from terminal.services.shift_actions import ShiftActions
from terminal.services.trust_expiry import TrustExpiry
from terminal.services.trust_service import TrustService
from terminal.services.trust_updates import TrustUpdates
from terminal.services.uploads import Upload, UploadService
from terminal.services.verifier import Verifier, policy
from terminal.services.wiping import Holdings
from terminal.vehicle.tables import PROVINCES
from terminal.wire.cose import key_id
from terminal.wire.signed import signer_with

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.ports import Clock, KeyStore, Link
    from terminal.services.trust_service import TrustAccess

HOTLIST = "hotlist.sqlite"


def open_services(
    settings: Config,
    clock: Clock,
    link: Link | None,
    open_keys: Callable[[Path], KeyStore],
    trusted: TrustAccess,
) -> Services:
    """Open the journal, the lists and the trust set, and build the services around them.

    `link` is None without a registry. `open_keys` opens the private keys of an identity folder. Raises Fault.
    """
    described = identity.load(settings.paths.identity)
    number = described.number
    own = open_keys(settings.paths.identity)
    signer = signer_with(own.public_key, own.sign)
    trust = _trust(settings, clock, trusted)
    keys = trusted.first.registry_keys
    sealed = None if link is None else SealedLink(link, number, own.open_sealed, keys.lookup[0])
    verifier = Verifier(
        trusted.first.trust_set,
        policy(settings.checks),
        laid_aside=laid_aside.load(settings.paths.state),
        keep_laid_aside=partial(laid_aside.save, settings.paths.state),
    )
    author = Author(number)
    journal = Journal.open(
        settings.paths.state,
        terminal_public_key=own.public_key,
        sealing_key=keys.journal[0],
        random=nacl.utils.random,
        stamp=author.stamp(verifier.moment(clock.now_s(), clock_trusted=clock.trusted())),
    )
    lists = _lists(settings)
    recorder = Recorder(journal, author, trusted.first.trust_set)
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
            officer=lambda: recorder.author.officer,
            wait_s=settings.registry.wait_s,
            random=nacl.utils.random,
            clock=clock,
            request_update=trust.request_update,
        )
    ledger = Ledger(recorder, lists)
    lookups = CheckLookups(ledger, registry)
    shift = Shift(recorder, settings.paths.state, own)
    shift.resume()
    enforcement = EnforcementAccess(number, described.province, own.open_sealed, recorder)
    uploads = UploadService(
        Upload.open(settings.paths.state, journal, number, signer, keys),
        clock,
        sealed,
        nacl.utils.random,
        interval_s=60 * settings.upload.interval_min,
        retention_s=DAY_S * settings.upload.retention_days,
    )
    orders = OrderService.open(
        settings.paths.state,
        (number, key_id(own.public_key)),
        keys.order,
        trust.request_update,
        clock.now_s(),
    )
    province = LastProvince(settings.paths.state)
    province.load()
    shift_actions, notices = ShiftActions(shift, uploads, enforcement), Notices()
    services = Services(
        Checks(verifier, ledger, lookups, clock),
        Answers(verifier, ledger, lookups, clock),
        shift_actions,
        uploads,
        trust,
        province,
        clock,
        sealed,
        AgeLimits(settings.checks.verdict_fades_s, settings.checks.verdict_hides_s, settings.sign_in.locks_s),
        OfficerSession(
            shift_actions,
            RosterSource(described.unit, described.running_number, own.open_sealed),
            Attempts.open(settings.paths.state, clock.monotonic_s()),
            orders,
            verifier,
            clock,
            notices,
        ),
        notices,
    )
    _subscribe(services, sealed)
    if journal.set_aside is not None:
        services.notices.add(journal.set_aside.fault())
    return services


def _trust(settings: Config, clock: Clock, trusted: TrustAccess) -> TrustService:
    """Put the first trust set in force, for the clock's floor as well."""
    updates = None
    if trusted.updater is not None and settings.trust.source:
        updates = TrustUpdates(trusted.updater, clock, 60 * settings.trust.poll_min)
    service = TrustService(
        trusted.source,
        trusted.first,
        fresh_s=3600 * settings.checks.trust_fresh_h,
        usable_s=3600 * settings.checks.trust_usable_h,
        expiry=TrustExpiry(
            Holdings(settings.paths.state, settings.paths.identity), settings.trust.expires_days
        ),
        updates=updates,
    )
    service.subscribe(lambda new: clock.note_trust_set(new.trust_set.made_s))
    return service


def _subscribe(services: Services, sealed: SealedLink | None) -> None:
    """Have everything that holds a part of the trust set take each new one."""
    trust, checks, upload = services.trust, services.checks, services.uploads.uploading
    trust.subscribe(lambda new: checks.verifier.trust(new.trust_set))
    trust.subscribe(checks.lists.trust)
    trust.subscribe(lambda new: upload.trust(new.registry_keys))
    trust.subscribe(lambda new: services.orders.trust(new.registry_keys.order))
    rosters = services.session.rosters
    trust.subscribe(lambda new: rosters.load(new.targets.get(rosters.name)))
    if checks.registry is not None:
        trust.subscribe(checks.registry.trust)
    if sealed is not None:
        trust.subscribe(lambda new: sealed.seal_to(new.registry_keys.lookup[0]))
    enforcement, shift = services.shift_actions.enforcement, services.shift_actions.shift
    trust.subscribe(lambda new: enforcement.trust(new.targets, on_duty=shift.on))


def _lists(settings: Config) -> Lists:
    """Open the lists on this terminal; there is a hot list only with a registry, which keeps it current."""
    offline = OfflineList(None, usable_days=settings.checks.offline_usable_days)
    if settings.registry is None:
        return Lists(offline)
    provinces = settings.registry.provinces or tuple(PROVINCES)
    return Lists(offline, HotList.open(settings.paths.state / HOTLIST, provinces))

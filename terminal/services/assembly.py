"""Builds the services of a terminal from its configuration."""

from __future__ import annotations

from dataclasses import dataclass
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
from terminal.services.open_alarms import OpenAlarms
from terminal.services.orders import OrderService
from terminal.services.rechecks import Rechecks
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
    from terminal.credential.trust import RegistryKeys
    from terminal.identity import Identity
    from terminal.ports import Clock, KeyStore, Link
    from terminal.services.trust_service import TrustAccess
    from terminal.wire.signed import Signer

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
    opening = _Opening(
        settings, clock, identity.load(settings.paths.identity), open_keys(settings.paths.identity), trusted
    )
    services = opening.services(link)
    _subscribe(services)
    if services.checks.recorder.journal.set_aside is not None:
        services.notices.add(services.checks.recorder.journal.set_aside.fault())
    return services


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens each service from the configuration, the identity and the first trust set."""

    settings: Config
    clock: Clock
    described: Identity
    own: KeyStore
    trusted: TrustAccess

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.paths.state

    @property
    def keys(self) -> RegistryKeys:
        """The registry's keys."""
        return self.trusted.first.registry_keys

    @property
    def signer(self) -> Signer:
        """Signs with the terminal's Ed25519 key."""
        return signer_with(self.own.public_key, self.own.sign)

    def services(self, link: Link | None) -> Services:
        """Open all services. Raises Fault."""
        trust = _trust(self.settings, self.clock, self.trusted)
        sealed = self._sealed(link)
        verifier = Verifier(
            self.trusted.first.trust_set,
            policy(self.settings.checks),
            laid_aside=laid_aside.load(self.state),
            keep_laid_aside=partial(laid_aside.save, self.state),
        )
        recorder = self._recorder(verifier)
        lists = _lists(self.settings)
        ledger = Ledger(recorder, lists)
        lookups = CheckLookups(ledger, self._registry(sealed, lists, recorder, trust))
        shift = Shift(recorder, self.state, self.own)
        shift.resume()
        enforcement = EnforcementAccess(
            self.described.number, self.described.province, self.own.open_sealed, recorder
        )
        uploads = self._uploads(recorder.journal, sealed)
        orders = OrderService.open(
            self.state,
            (self.described.number, key_id(self.own.public_key)),
            self.keys.order,
            trust.request_update,
            self.clock.now_s(),
        )
        province = LastProvince(self.state)
        province.load()
        open_alarms = OpenAlarms(shift, self.state, self.own)
        open_alarms.resume()
        shift_actions = ShiftActions(shift, ledger, uploads, enforcement, open_alarms)
        notices = Notices()
        checks = self.settings.checks
        return Services(
            Checks(verifier, ledger, lookups, self.clock),
            Answers(verifier, ledger, lookups, self.clock, Rechecks(lookups, self.clock)),
            shift_actions,
            uploads,
            trust,
            province,
            self.clock,
            sealed,
            AgeLimits(
                checks.verdict_fades_s,
                checks.verdict_hides_s,
                self.settings.sign_in.locks_s,
                self.settings.display.rests_s,
            ),
            OfficerSession(
                shift_actions,
                RosterSource(self.described.unit, self.described.running_number, self.own.open_sealed),
                Attempts.open(self.state, self.clock.monotonic_s()),
                orders,
                verifier,
                self.clock,
                notices,
            ),
            notices,
        )

    def _sealed(self, link: Link | None) -> SealedLink | None:
        if link is None:
            return None
        return SealedLink(link, self.described.number, self.own.open_sealed, self.keys.lookup[0])

    def _recorder(self, verifier: Verifier) -> Recorder:
        author = Author(self.described.number)
        journal = Journal.open(
            self.state,
            terminal_public_key=self.own.public_key,
            sealing_key=self.keys.journal[0],
            random=nacl.utils.random,
            stamp=author.stamp(verifier.now(self.clock)),
        )
        return Recorder(journal, author, self.trusted.first.trust_set)

    def _registry(
        self, sealed: SealedLink | None, lists: Lists, recorder: Recorder, trust: TrustService
    ) -> RegistryClient | None:
        if sealed is None or self.settings.registry is None:
            return None
        display_only = frozenset(map(ComparedField, self.settings.checks.display_only))
        return RegistryClient(
            link=sealed,
            lookup=LookupSession(self.described.number, self.signer, self.keys.answer, display_only),
            hotlist=HotlistSync(lists, self.keys.hotlist),
            officer=lambda: recorder.author.officer,
            wait_s=self.settings.registry.wait_s,
            random=nacl.utils.random,
            clock=self.clock,
            request_update=trust.request_update,
        )

    def _uploads(self, journal: Journal, sealed: SealedLink | None) -> UploadService:
        return UploadService(
            Upload.open(self.state, journal, self.described.number, self.signer, self.keys),
            self.clock,
            sealed,
            nacl.utils.random,
            interval_s=60 * self.settings.upload.interval_min,
            retention_s=DAY_S * self.settings.upload.retention_days,
        )


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


def _subscribe(services: Services) -> None:
    """Have everything that holds a part of the trust set take each new one."""
    trust, checks, upload = services.trust, services.checks, services.uploads.uploading
    sealed = services.link
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

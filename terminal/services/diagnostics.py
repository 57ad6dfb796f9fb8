"""Collects the facts of the diagnostics page. None names a vehicle, an officer or a place."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509

import terminal
from terminal import identity
from terminal.errors import IdentityFault, JournalFault, OfflineListFault
from terminal.limits import DAY_S
from terminal.screens.diagnostics import Fact
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Iterable

    from terminal.config import Config
    from terminal.screens.values import Notice
    from terminal.services.services import Services

FAULTS_KEPT = 6
_NONE = "-"


@dataclass(slots=True)
class FaultHistory:
    """Codes of the last faults, newest first, each with the time at which it appeared."""

    _last: list[tuple[str, float]] = field(default_factory=list, init=False)
    _present: frozenset[str] = field(default_factory=frozenset, init=False)

    def note(self, notices: Iterable[Notice], now_s: float) -> None:
        """Note the faults that are shown at `now_s`, Unix s; those that were shown before are not new."""
        codes = frozenset(notice.code for notice in notices)
        appeared = [(code, now_s) for code in sorted(codes - self._present)]
        self._last = [*appeared, *self._last][:FAULTS_KEPT]
        self._present = codes

    def __str__(self) -> str:
        return " ".join(f"{code}@{_time(at_s)}" for code, at_s in self._last) or _NONE


def facts(
    services: Services, settings: Config, camera: str, faults: FaultHistory, started_s: float
) -> tuple[Fact, ...]:
    """Return the facts, in the order of the page.

    `camera` is the camera's state; `started_s` is the monotonic time of the program's start, s.
    """
    taken = settings.camera
    up_s = int(services.clock.monotonic_s() - started_s)
    return (
        Fact("version", f"roadside {terminal.__version__} · Python {platform.python_version()}"),
        Fact("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        Fact("identity", _identity(services, settings)),
        Fact("certificate", _certificate(settings)),
        Fact("trust", _trust(services)),
        Fact("keys", _keys(services)),
        Fact("offline", _offline(services)),
        Fact("hotlist", _hotlist(services)),
        Fact("link", _link(services, settings)),
        Fact("queues", _queues(services)),
        Fact("storage", _storage(services)),
        Fact("camera", f"{taken.source} {taken.width}x{taken.height} {taken.frames_per_s}/s · {camera}"),
        Fact("clock", _clock(services)),
        Fact("faults", str(faults)),
        Fact("uptime", f"{up_s // DAY_S} d {up_s // 3600 % 24:02}:{up_s // 60 % 60:02}:{up_s % 60:02}"),
    )


def _identity(services: Services, settings: Config) -> str:
    number = services.checks.recorder.author.terminal
    try:
        described = identity.load(settings.paths.identity)
    except IdentityFault as fault:
        return f"{number} · {fault.code}"
    return f"{number} · {described.running_number} · {described.province} {described.unit} {described.fleet}"


def _certificate(settings: Config) -> str:
    """Return the last day of the TLS certificate, or why it cannot be read."""
    try:
        content = (settings.paths.identity / identity.TLS_CERTIFICATE).read_bytes()
        found = x509.load_pem_x509_certificate(content)
    except OSError as error:
        return error.strerror or _NONE
    except ValueError:
        return "not a certificate"
    return f"TLS {_day(found.not_valid_after_utc.timestamp())}"


def _trust(services: Services) -> str:
    held, now_s = services.trust.in_force, services.moment().now_s
    if held.fault is not None:
        return held.fault.code
    mark = " LAB" if held.laboratory else ""
    rules = services.trust.rules.named.serial
    made = f"{held.trust_set.serial} · {_day(held.trust_set.made_s)} {_time(held.trust_set.made_s)}"
    return f"{made} · {services.trust.grade(now_s).value}{mark} · rules {rules}"


def _keys(services: Services) -> str:
    """Return the number of issuer keys with the first day on which one ends, and the enforcement epochs."""
    issuers, moment = services.trust.in_force.trust_set.issuers, services.moment()
    ends = [key.issues_until_s for key in issuers.values() if key.issues_until_s > moment.now_s]
    until = _day(min(ends)) if ends else _NONE
    epochs = services.shift_actions.enforcement.status(moment).epochs
    return f"{len(issuers)} issuers, {until} · enforcement {', '.join(map(str, sorted(epochs))) or _NONE}"


def _offline(services: Services) -> str:
    offline = services.checks.lists.offline
    province = services.shift_actions.enforcement.province
    try:
        day = None if offline is None else offline.day(province)
    except OfflineListFault as fault:
        return fault.code
    return f"{province} {day or _NONE}"


def _hotlist(services: Services) -> str:
    """Return the own province's epoch and number, and how many provinces' lists are complete."""
    hotlist = services.checks.lists.hotlist
    if hotlist is None:
        return _NONE
    province = services.shift_actions.enforcement.province
    positions = hotlist.positions
    complete = sum(1 for one in positions.values() if one.at_ms is not None and not one.renewing)
    own = positions.get(province)
    at = f"{province} {own.epoch}/{own.seq}" if own else _NONE
    return f"{at} · {complete} of {len(positions)} complete"


def _link(services: Services, settings: Config) -> str:
    if services.link is None or settings.registry is None:
        return _NONE
    fault = services.link.state.fault
    state = "up" if fault is None else fault.code
    return f"{state} · {settings.registry.host}:{settings.registry.port}"


def _queues(services: Services) -> str:
    try:
        records, pictures = services.uploads.uploading.left()
    except JournalFault as fault:
        return fault.code
    return f"{records} records · {pictures} files"


def _storage(services: Services) -> str:
    try:
        storage = services.checks.recorder.journal.storage()
    except JournalFault as fault:
        return fault.code
    reserve = "" if storage.reserved else " · no reserve"
    return f"{storage.share:.0%} of {storage.total / 1e9:.1f} GB{reserve}"


def _clock(services: Services) -> str:
    moment = services.moment()
    state = "trusted" if moment.clock_trusted else "not trusted"
    return f"{_day(moment.now_s)} {_time(moment.now_s)} · {state}"


def _day(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, SHANGHAI).strftime("%Y-%m-%d")


def _time(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, SHANGHAI).strftime("%H:%M")

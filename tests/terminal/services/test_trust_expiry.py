"""Without a new trust set for too long, lists, roster and keys go; identity and records stay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from drivers.clock import ManualClock
from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.config import Config
from terminal.errors import ConfigFault, TrustExpired, TrustExpiring
from terminal.rigs import trust_source
from terminal.services.assembly import open_services
from terminal.services.services import Services
from terminal.services.status import faults_of
from terminal.services.trust_service import access
from terminal.services.wiping import SECRET_TARGETS, TRUST_STORE
from tests.terminal.services.terminal_fixture import HandLink

DAY_S = 86_400


@pytest.fixture
def settings(laboratory: Path, tmp_path: Path) -> Config:
    """A terminal of its own, which expires after 60 days."""
    made = config.read(laboratory / lab.CONFIG)
    shutil.copytree(made.paths.identity, tmp_path / "identity")
    shutil.copytree(made.paths.state / TRUST_STORE, tmp_path / "state" / TRUST_STORE, symlinks=True)
    paths = replace(made.paths, identity=tmp_path / "identity", state=tmp_path / "state")
    return replace(made, paths=paths)


@pytest.fixture
def clock(settings: Config) -> ManualClock:
    """A trusted clock, at the time when the trust set was made."""
    return ManualClock(access(trust_source(settings)).first.trust_set.made_s)


@pytest.fixture
def services(settings: Config, clock: ManualClock) -> Iterator[Services]:
    """The terminal's services."""
    made = opened(settings, clock)
    yield made
    made.close()


def opened(settings: Config, clock: ManualClock) -> Services:
    """Start the services."""
    return open_services(settings, clock, HandLink(), open_store, access(trust_source(settings)))


def kept(settings: Config) -> set[str]:
    """Which of the lists, the roster and the enforcement keys are there."""
    targets = settings.paths.state / TRUST_STORE / "current" / "targets"
    return {path.name for path in targets.iterdir()} & {*SECRET_TARGETS}


def codes(services: Services) -> set[str]:
    """The codes of the faults that are shown."""
    return {fault.code for fault in faults_of(services)} & {TrustExpiring.code, TrustExpired.code}


@pytest.mark.parametrize(
    ("days", "shown", "due"),
    [
        (45.9, set(), False),
        (46.1, {TrustExpiring.code}, False),
        (59.9, {TrustExpiring.code}, False),
        (60, {TrustExpired.code}, True),
    ],
)
def test_it_is_due_after_its_days_and_warned_of_from_14_days_before(
    services: Services, clock: ManualClock, days: float, shown: set[str], *, due: bool
):
    clock.advance(days * DAY_S)
    assert codes(services) == shown
    assert services.trust.is_expired(services.moment()) is due
    assert services.wants_restart() is due


def test_time_that_is_not_trusted_does_not_count(services: Services, clock: ManualClock):
    services.clock = ManualClock(clock.now_s() + 400 * DAY_S, trusted=False)
    assert codes(services) == set()
    assert not services.wants_restart()


def test_the_warning_says_how_many_days_are_left(services: Services, clock: ManualClock):
    clock.advance(55.5 * DAY_S)
    (fault,) = services.trust.expiry.faults(services.trust.in_force, services.moment())
    assert "4 天" in fault.zh
    assert "4 days" in fault.en


def test_what_is_removed_is_removed_once_and_the_rest_still_verifies(
    settings: Config, services: Services, clock: ManualClock
):
    assert "enforcement" in kept(settings)
    identity = set(settings.paths.identity.iterdir())
    services.close()
    clock.advance(60 * DAY_S)
    services.trust.remove_expired()
    assert kept(settings) == set()
    assert set(settings.paths.identity.iterdir()) == identity
    again = opened(settings, clock)
    assert not again.trust.is_expired(again.moment())
    assert codes(again) == {TrustExpired.code}
    again.close()


def test_a_removal_that_was_cut_short_is_due_again(settings: Config, services: Services, clock: ManualClock):
    clock.advance(60 * DAY_S)
    removed = partial(services.trust.is_expired, services.moment())
    shutil.rmtree(settings.paths.state / TRUST_STORE / "current" / "targets" / "enforcement")
    assert removed()
    services.trust.remove_expired()
    assert not removed()


@pytest.mark.parametrize("days", [59, 0, -1])
def test_no_setting_makes_it_less_than_60_days(laboratory: Path, tmp_path: Path, days: int):
    file = tmp_path / "roadside.toml"
    text = (laboratory / lab.CONFIG).read_text(encoding="utf-8")
    file.write_text(text.replace("[trust]\n", f"[trust]\nexpires_days = {days}\n"), encoding="utf-8")
    with pytest.raises(ConfigFault, match="expected 60 to"):
        config.read(file)

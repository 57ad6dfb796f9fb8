"""Verifies codes against the trust set, by the policy that the configuration sets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential import trust
from terminal.credential.register_watch import RegisterWatch
from terminal.credential.verify import DEFAULT_POLICY, Moment, Policy, verify
from terminal.errors import RegisterFault
from terminal.journal.entry import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import config
    from terminal.model import Finding, Plate


@dataclass(slots=True)
class Verifier:
    """Trust set and policy that every code is verified with, and the watch over the register's files."""

    trusted: trust.TrustSet
    policy: Policy = DEFAULT_POLICY
    fresh_s: int = trust.FRESH_S
    """A trust set older than this shows its age."""
    laboratory: bool = False
    laid_aside: frozenset[bytes] = frozenset()
    """Fingerprints of files of the register of issued codes that former runs laid aside."""
    keep_laid_aside: Callable[[frozenset[bytes]], None] = lambda _: None
    """Takes the fingerprints when another file is laid aside."""
    _watch: RegisterWatch = field(init=False)
    _in_force: trust.TrustSet = field(init=False)
    reports: list[Event] = field(default_factory=list, init=False)
    """Events about the register's files that are yet to be recorded; cleared by the caller once they are."""

    def __post_init__(self) -> None:
        self._watch = RegisterWatch(self.trusted.register, self.laid_aside)
        self._in_force = replace(self.trusted, register=self._watch.in_force)

    def trust(self, trusted: trust.TrustSet, *, laboratory: bool) -> None:
        """Verify with another trust set from now on. Files that are laid aside and the same stay so."""
        self.trusted, self.laboratory = trusted, laboratory
        self._watch = self._watch.follow(trusted.register)
        self._in_force = replace(trusted, register=self._watch.in_force)

    @property
    def faults(self) -> tuple[RegisterFault, ...]:
        """That files of the register of issued codes are laid aside."""
        targets = self._watch.targets_aside
        return (RegisterFault(", ".join(targets)),) if targets else ()

    def report_missing(self, finding: Finding) -> None:
        """Have it recorded that the registry knows a code that files of the register of issued codes lack."""
        self.reports += [
            Event(EventKind.TRUST, f"{target} lacks a code that the registry has")
            for target in finding.register.missing
        ]

    def moment(self, now_s: float, *, clock_trusted: bool) -> Moment:
        """The moment of a check; a clock that reads earlier than the trust set was made decides nothing."""
        return Moment(now_s, clock_trusted and self.trusted.age_s(now_s) >= 0)

    def verify(self, text: str, moment: Moment, entered: Plate | None = None) -> Finding:
        """Verify a code; `entered` is the plate that the officer entered, if any.

        A file of the register that accuses too many codes is laid aside before it accuses this one.
        """
        finding = verify(text, self._in_force, moment, entered=entered, policy=self.policy)
        laid_aside = self._watch.observe(finding)
        if not laid_aside:
            return finding
        self.reports += [
            Event(EventKind.TRUST, f"{target} is faulty and was laid aside") for target in laid_aside
        ]
        self._in_force = replace(self.trusted, register=self._watch.in_force)
        self.keep_laid_aside(self._watch.aside)
        return verify(text, self._in_force, moment, entered=entered, policy=self.policy)


def policy(checks: config.CheckSettings) -> Policy:
    """The policy that the configuration sets."""
    return Policy(3600 * checks.trust_usable_h, tuple(re.compile(one) for one in checks.other_issuers))

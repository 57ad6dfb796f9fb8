"""Verifies codes against the trust set in force, by the configuration's policy (wire format, section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.credential.register_watch import RegisterWatch
from terminal.credential.verify import DEFAULT_POLICY, Moment, Policy, verify
from terminal.errors import RegisterFault
from terminal.journal.entry import Event, EventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal import config
    from terminal.credential import trust
    from terminal.model import Finding, Plate
    from terminal.ports import Clock


@dataclass(slots=True)
class Verifier:
    """Verifies every code of a run, and lays faulty files of the register of issued codes aside."""

    trusted: trust.TrustSet
    policy: Policy = DEFAULT_POLICY
    laid_aside: frozenset[bytes] = frozenset()
    """Fingerprints of files of the register of issued codes that former runs laid aside."""
    keep_laid_aside: Callable[[frozenset[bytes]], None] = lambda _: None
    """Called with all fingerprints when another file is laid aside."""
    _watch: RegisterWatch = field(init=False)
    _in_force: trust.TrustSet = field(init=False)
    reports: list[Event] = field(default_factory=list, init=False)
    """Events about the register's files that are not recorded yet; whoever records them clears the list."""

    def __post_init__(self) -> None:
        self._watch = RegisterWatch(self.trusted.register, self.laid_aside)
        self._in_force = replace(self.trusted, register=self._watch.in_force)

    def trust(self, trusted: trust.TrustSet) -> None:
        """Verify with another trust set from now on. Files that are laid aside and the same stay so."""
        self.trusted = trusted
        self._watch = self._watch.follow(trusted.register, self.laid_aside)
        self._in_force = replace(trusted, register=self._watch.in_force)

    @property
    def faults(self) -> tuple[RegisterFault, ...]:
        """A fault while files of the register of issued codes are laid aside."""
        targets = self._watch.targets_aside
        return (RegisterFault(", ".join(targets)),) if targets else ()

    def report_missing(self, finding: Finding) -> None:
        """Report that files of the register of issued codes lack a code that the registry has."""
        self.reports += [
            Event(EventKind.TRUST, f"{target} lacks a code that the registry has")
            for target in finding.register.missing
        ]

    def moment(self, now_s: float, *, clock_trusted: bool) -> Moment:
        """Return the moment of a check at Unix time `now_s`.

        A clock that reads earlier than the trust set was made is not trusted.
        """
        return Moment(now_s, clock_trusted and self.trusted.age_s(now_s) >= 0)

    def now(self, clock: Clock) -> Moment:
        """Return the moment of a check that is made now."""
        return self.moment(clock.now_s(), clock_trusted=clock.trusted())

    def verify(self, text: str, moment: Moment, entered: Plate | None = None) -> Finding:
        """Return the finding of a code's text; `entered` is the plate that the officer entered, if any.

        A file of the register that calls too many codes not issued is laid aside, and the code is then
        verified without it. Never raises for any text.
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
    """Return the configuration's policy."""
    return Policy(3600 * checks.trust_usable_h, tuple(re.compile(one) for one in checks.other_issuers))

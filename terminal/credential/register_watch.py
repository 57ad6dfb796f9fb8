"""Lay aside files of the register of issued codes that were built wrongly (wire format, section 4).

1. A file is ignored if more than MOST of the last WINDOW different codes that it covers were found
   `not_issued`, or if a search met entries out of order.
2. It stays laid aside until a file with another fingerprint takes its place.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.model import Reason

if TYPE_CHECKING:
    from terminal.credential.register import Register
    from terminal.model import Finding

WINDOW = 20
MOST = 3
_PAST_THE_REGISTER = frozenset({Reason.OK, Reason.OTHER_VEHICLE})
"""Reasons of later checks: a covered code with one of these was found in the register."""


@dataclass(slots=True)
class RegisterWatch:
    """The register of the trust set, with the results of its files for the last codes."""

    loaded: Register
    aside: frozenset[bytes] = frozenset()
    """Fingerprints of the files that are laid aside; files that are not in the trust set are dropped."""
    in_force: Register = field(init=False)
    """The register without the files that are laid aside."""
    targets_aside: tuple[str, ...] = field(init=False)
    """Target names of the files that are laid aside."""
    _recent: dict[str, OrderedDict[bytes, bool]] = field(default_factory=dict, init=False)
    """By file: the last codes that it covers, by digest, and True for each found not issued."""

    def __post_init__(self) -> None:
        self._lay_aside(
            frozenset(file.target for file in self.loaded.files if file.fingerprint in self.aside)
        )

    def follow(self, loaded: Register, aside: frozenset[bytes] = frozenset()) -> RegisterWatch:
        """Return the watch over the files of another trust set.

        An unchanged file stays laid aside, or keeps its results for the last codes. Files with a fingerprint
        in `aside` are laid aside as well.
        """
        watch = RegisterWatch(loaded, self.aside | aside)
        before = {file.target: file.fingerprint for file in self.loaded.files}
        same = {file.target for file in loaded.files if before.get(file.target) == file.fingerprint}
        watch._recent = {target: codes.copy() for target, codes in self._recent.items() if target in same}
        return watch

    def observe(self, finding: Finding) -> tuple[str, ...]:
        """Count a finding; return the target names of the files that it causes to be laid aside."""
        accused = finding.reason is Reason.NOT_ISSUED
        if finding.digest is not None and (accused or finding.reason in _PAST_THE_REGISTER):
            for target in (*finding.register.listed, *finding.register.missing):
                self._count(target, finding.digest, accused=accused)
        wrong = [target for target, codes in self._recent.items() if sum(codes.values()) > MOST]
        laid = frozenset((*wrong, *finding.register.damaged)) - frozenset(self.targets_aside)
        if laid:
            self._lay_aside(laid | frozenset(self.targets_aside))
        return tuple(sorted(laid))

    def _count(self, target: str, digest: bytes, *, accused: bool) -> None:
        codes = self._recent.setdefault(target, OrderedDict())
        codes[digest] = accused
        codes.move_to_end(digest)
        if len(codes) > WINDOW:
            codes.popitem(last=False)

    def _lay_aside(self, targets: frozenset[str]) -> None:
        aside = [file for file in self.loaded.files if file.target in targets]
        self.aside = frozenset(file.fingerprint for file in aside)
        self.targets_aside = tuple(file.target for file in aside)
        self.in_force = self.loaded.without(targets)
        for target in targets:
            self._recent.pop(target, None)

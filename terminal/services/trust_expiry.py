"""Removes lists, roster and enforcement keys from a terminal that got no new trust set for too long.

A terminal that was lost without anybody noticing must not keep them for ever. Identity, trust metadata and
records stay, so that one that lay in a drawer catches up. The age is counted in trusted time alone, and
nothing is removed while a shift is on: the program ends after the shift, removes, and starts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import OrdersFault, TrustExpired, TrustExpiring
from terminal.limits import DAY_S
from terminal.services.wiping import forget

if TYPE_CHECKING:
    from terminal.credential.trust_source import TrustInForce
    from terminal.credential.verify import Moment
    from terminal.errors import Fault
    from terminal.services.wiping import Holdings

WARNED_DAYS = 14
"""The officer is warned for so many days before."""
FILE = "trust-expired"
"""Names the trust set whose lists, roster and keys were removed."""


@dataclass(frozen=True, slots=True)
class TrustExpiry:
    """The age at which a trust set expires."""

    holdings: Holdings
    expires_days: int

    def is_due(self, held: TrustInForce, moment: Moment) -> bool:
        """Return True if the set in force has expired, and nothing was removed for that yet."""
        left_s = self._left_s(held, moment)
        return left_s is not None and left_s <= 0 and not self._is_done(held)

    def carry_out(self, held: TrustInForce) -> None:
        """Remove what is to be removed. Raises OrdersFault where that fails; then it is due again."""
        try:
            for _ in forget(self.holdings):
                pass
            atomic_file.replace(self.holdings.state / FILE, held.generation.encode())
        except OSError as error:
            raise OrdersFault(f"{error.filename}: {error.strerror}") from error

    def faults(self, held: TrustInForce, moment: Moment) -> tuple[Fault, ...]:
        """Return the warning that the set in force expires soon, or that it has."""
        left_s = self._left_s(held, moment)
        if left_s is None or left_s > WARNED_DAYS * DAY_S:
            return ()
        return (TrustExpired(),) if left_s <= 0 else (TrustExpiring(int(left_s // DAY_S)),)

    def _left_s(self, held: TrustInForce, moment: Moment) -> float | None:
        """Return the seconds until a set expires; None while the clock is not trusted."""
        if held.fault is not None or not moment.clock_trusted:
            return None
        return self.expires_days * DAY_S - held.trust_set.age_s(moment.now_s)

    def _is_done(self, held: TrustInForce) -> bool:
        try:
            return (self.holdings.state / FILE).read_text(encoding="utf-8") == held.generation
        except (OSError, ValueError):
            return False

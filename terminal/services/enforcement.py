"""Sealed claims on a terminal: which may be opened now, and their opening, which is recorded first.

The enforcement keys come with each trust set, sealed to this terminal. They are in memory only while a shift
is active: its end overwrites them, and the next shift opens the sealed target again. Without them, or with
keys that cannot be used, everything else works.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal.credential import enforcement
from terminal.credential.enforcement import EnforcementKeys, target_of
from terminal.errors import EnforcementFault
from terminal.journal.entry import SealedClaimsViewed
from terminal.screens.sealed import SealedOpened
from terminal.screens.values import EnforcementStatus
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from terminal.credential.verify import Moment
    from terminal.screens.sealed import OpenSealed
    from terminal.services.recorder import Recorder


@dataclass(slots=True)
class EnforcementAccess:
    """The enforcement keys of a terminal."""

    terminal: str
    province: str
    open_box: Callable[[bytes], bytes | None]
    """Opens a sealed box to the terminal's X25519 key; None if it is not one."""
    recorder: Recorder
    fault: EnforcementFault | None = field(default=None, init=False)
    """Why the keys of the trust set in force cannot be used."""
    _box: bytes | None = field(default=None, init=False, repr=False)
    _keys: EnforcementKeys | None = field(default=None, init=False, repr=False)

    def trust(self, targets: Mapping[str, bytes], *, on_duty: bool) -> None:
        """Take the keys of a trust set that has come into force; open them if a shift is active."""
        self._box = targets.get(target_of(self.terminal))
        self.wipe()
        if on_duty:
            self.restore()

    def restore(self) -> None:
        """Open the keys again, as a shift starts."""
        self.wipe()
        self.fault = None
        if self._box is None:
            return
        content = self.open_box(self._box)
        if content is None:
            self.fault = EnforcementFault("not sealed to this terminal")
            return
        try:
            self._keys = enforcement.read(content, self.province)
        except Malformed as error:
            self.fault = EnforcementFault(str(error))

    def wipe(self) -> None:
        """Overwrite the keys in memory, as a shift ends (see `EnforcementKeys.wipe` for the limits)."""
        if self._keys is not None:
            self._keys.wipe()
        self._keys = None

    def status(self, moment: Moment) -> EnforcementStatus:
        """Return the keys that may be used now; none while the clock is not trusted."""
        if self._keys is None or not moment.clock_trusted:
            return EnforcementStatus()
        return EnforcementStatus(self.province, self._keys.epochs(moment.now_s))

    def open(self, wanted: OpenSealed, moment: Moment) -> SealedOpened:
        """Open the sealed claims of a check, and record that they are shown and why.

        Raises JournalFault; then nothing is shown. A failed opening is not recorded, as it shows nothing.
        """
        judged = wanted.judged
        claims = None
        if self._keys is not None and judged.text is not None and moment.clock_trusted:
            claims = self._keys.open(judged.text, judged.verdict.finding.credential, moment.now_s)
        if claims is not None:
            self.recorder.record(SealedClaimsViewed(judged.seq, wanted.reason), moment)
        return SealedOpened(judged.seq, claims)

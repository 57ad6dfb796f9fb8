"""Wrong PINs by officer number, on disk, so that no restart gives anybody another try.

1. A PIN is counted as wrong, and the count synced, before it is checked; the right one takes the count back.
2. After the n-th wrong PIN the number has to wait 2^n seconds; a restart begins the wait anew.
3. After MOST_WRONG the number is locked, until a supervisor releases it or a roster gives it a new verifier.
4. Each number is counted for itself: others can sign in meanwhile.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import SignInFault
from terminal.wire import cbor, fields
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.officers.roster import Officer

FILE = "wrong-pins"
MOST_WRONG = 10
"""Wrong PINs after which a number is locked."""
_DIGEST_SIZE = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """Consequence of an officer's wrong PINs so far."""

    wrong: int = 0
    opens_s: float = 0.0
    """Monotonic time, s, from which the next PIN is accepted."""

    @property
    def locked(self) -> bool:
        """True if no PIN is accepted any more."""
        return self.wrong >= MOST_WRONG


def delay_s(wrong: int) -> float:
    """Return the wait after so many wrong PINs, s."""
    return float(2**wrong) if wrong else 0.0


@dataclass(frozen=True, slots=True)
class _Count:
    verifier: bytes
    """First bytes of the SHA-256 of the verifier that the PINs were wrong for."""
    wrong: int


@dataclass(slots=True)
class Attempts:
    """The counts in a state folder. `monotonic_s` is the time on which waits are measured, s."""

    folder: Path
    _counts: dict[str, _Count] = field(default_factory=dict, init=False)
    _opens_s: dict[str, float] = field(default_factory=dict, init=False)

    def load(self, monotonic_s: float) -> None:
        """Read the counts, if there are any; a file that is none is taken as no count."""
        try:
            content = (self.folder / FILE).read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise SignInFault(f"{self.folder / FILE}: {error.strerror}") from error
        try:
            self._counts = _read(content)
        except Malformed:
            self._counts = {}
        self._opens_s = {number: monotonic_s + delay_s(count.wrong) for number, count in self._counts.items()}

    def standing(self, officer: Officer) -> Standing:
        """Return an officer's wrong PINs, none if the roster has given another verifier since."""
        count = self._counts.get(officer.number)
        if count is None or count.verifier != _digest(officer):
            return Standing()
        return Standing(count.wrong, self._opens_s.get(officer.number, 0.0))

    def count(self, officer: Officer, monotonic_s: float) -> None:
        """Count a PIN as wrong before it is checked. Raises SignInFault if the count cannot be kept."""
        wrong = self.standing(officer).wrong + 1
        self._keep({**self._counts, officer.number: _Count(_digest(officer), wrong)})
        self._opens_s[officer.number] = monotonic_s + delay_s(wrong)

    def clear(self, number: str) -> None:
        """Forget a number's wrong PINs: the right one came, or a supervisor. Raises SignInFault."""
        self._opens_s.pop(number, None)
        if number in self._counts:
            self._keep({one: count for one, count in self._counts.items() if one != number})

    def _keep(self, counts: dict[str, _Count]) -> None:
        try:
            atomic_file.replace(self.folder / FILE, _write(counts))
        except OSError as error:
            raise SignInFault(f"{self.folder / FILE}: {error.strerror}") from error
        self._counts = counts


def _digest(officer: Officer) -> bytes:
    return hashlib.sha256(officer.verifier.encode()).digest()[:_DIGEST_SIZE]


def _write(counts: dict[str, _Count]) -> bytes:
    return cbor.write([[number, count.verifier, count.wrong] for number, count in counts.items()])


def _read(content: bytes) -> dict[str, _Count]:
    counts = {}
    for entry in fields.array(cbor.read(content)):
        number, verifier, wrong = fields.array(entry, 3)
        counts[fields.text(number)] = _Count(
            fields.data(verifier, _DIGEST_SIZE), min(MOST_WRONG, fields.uint(wrong))
        )
    return counts

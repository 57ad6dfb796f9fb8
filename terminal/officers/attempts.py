"""Wrong PINs of each officer, on disk, so that no restart gives anybody another try.

1. A PIN is counted as wrong, and the count synced, before it is checked; the right one takes the count back.
2. After the n-th wrong PIN the number has to wait 2^n seconds; a restart begins the wait anew.
3. After MOST_WRONG the number is locked, until a supervisor releases it or a roster gives it a new verifier.
4. Each officer is counted for themselves: others can sign in meanwhile.

The file names nobody: an officer is a digest of the verifier, which has a salt of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

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


@dataclass(slots=True)
class Attempts:
    """The counts in a state folder. `monotonic_s` is the time on which waits are measured, s."""

    folder: Path
    _counts: dict[bytes, int] = field(default_factory=dict, init=False)
    _opens_s: dict[bytes, float] = field(default_factory=dict, init=False)

    @classmethod
    def open(cls, folder: Path, monotonic_s: float) -> Self:
        """Read the counts of a state folder, if there are any; a file of another form counts as none.

        Every wait begins at `monotonic_s`. Raises SignInFault if the file cannot be read.
        """
        attempts = cls(folder)
        try:
            attempts._counts = _read((folder / FILE).read_bytes())
        except (FileNotFoundError, Malformed):
            return attempts
        except OSError as error:
            raise SignInFault(f"{folder / FILE}: {error.strerror}") from error
        for officer, wrong in attempts._counts.items():
            attempts._opens_s[officer] = monotonic_s + delay_s(wrong)
        return attempts

    def standing(self, officer: Officer) -> Standing:
        """Return an officer's wrong PINs, none if the roster has given another verifier since."""
        kept = _digest(officer)
        return Standing(self._counts.get(kept, 0), self._opens_s.get(kept, 0.0))

    def count(self, officer: Officer, monotonic_s: float) -> None:
        """Count a PIN as wrong before it is checked. Raises SignInFault if the count cannot be kept."""
        wrong, kept = self.standing(officer).wrong + 1, _digest(officer)
        self._keep({**self._counts, kept: wrong})
        self._opens_s[kept] = monotonic_s + delay_s(wrong)

    def clear(self, officer: Officer) -> None:
        """Forget an officer's wrong PINs: the right one came, or a supervisor. Raises SignInFault."""
        kept = _digest(officer)
        self._opens_s.pop(kept, None)
        if kept in self._counts:
            self._keep({one: wrong for one, wrong in self._counts.items() if one != kept})

    def _keep(self, counts: dict[bytes, int]) -> None:
        try:
            atomic_file.replace(self.folder / FILE, _write(counts))
        except OSError as error:
            raise SignInFault(f"{self.folder / FILE}: {error.strerror}") from error
        self._counts = counts


def _digest(officer: Officer) -> bytes:
    return hashlib.sha256(officer.verifier.encode()).digest()[:_DIGEST_SIZE]


def _write(counts: dict[bytes, int]) -> bytes:
    return cbor.write([[officer, wrong] for officer, wrong in counts.items()])


def _read(content: bytes) -> dict[bytes, int]:
    counts = {}
    for entry in fields.array(cbor.read(content)):
        officer, wrong = fields.array(entry, 2)
        counts[fields.data(officer, _DIGEST_SIZE)] = min(MOST_WRONG, fields.uint(wrong))
    return counts

"""Pictures kept as evidence: sealed, each in a file named by the SHA-256 of its sealed bytes.

The terminal cannot open them. Once the registry has a picture, the receipt's time is added to its name; it is
then removed after its retention, or earlier to make room. A picture without a receipt is never removed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from terminal import atomic_file
from terminal.errors import JournalFull
from terminal.journal import database
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "evidence"
MOST_BYTES = 512 << 20
_PENDING = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DONE = re.compile(r"[0-9a-f]{64}\.([0-9]+)", re.ASCII)
_BUILDING = ".part"
_DAMAGED = ".damaged"


class Evidence:
    """Pictures of a state directory, at most `most_bytes`. Every method raises JournalFault."""

    def __init__(self, state_dir: Path, sealing_key: bytes, *, most_bytes: int = MOST_BYTES) -> None:
        """`sealing_key` is the registry's newest X25519 key for journals. Raises JournalFault."""
        self._folder, self._key, self._most = state_dir / FOLDER, sealing_key, most_bytes
        with database.faults(state_dir):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for cut in self._folder.glob(f"*{_BUILDING}"):
                cut.unlink()

    def seal_to(self, sealing_key: bytes) -> None:
        """Seal pictures to this key of the registry (X25519, 32 bytes) from now on."""
        self._key = sealing_key

    def keep(self, picture: bytes) -> bytes:
        """Seal a JPEG and return its name for the record; the file is durable on return.

        Raises JournalFull if the pictures without a receipt leave no room.
        """
        sealed = seal(picture, self._key)
        name = sha256(sealed).digest()
        with database.faults(self._folder):
            self._make_room(len(sealed))
            building = self._folder / (name.hex() + _BUILDING)
            try:
                atomic_file.write(building, sealed)
            except OSError:
                building.unlink(missing_ok=True)
                raise
            building.rename(self._folder / name.hex())
            atomic_file.sync_folder(self._folder)
        return name

    def pending(self) -> list[tuple[bytes, int]]:
        """Return name and size, bytes, of the pictures without a receipt, oldest first."""
        with database.faults(self._folder):
            found = [(file.stat(), file.name) for file in self._files(_PENDING)]
        found.sort(key=lambda one: (one[0].st_mtime_ns, one[1]))
        return [(bytes.fromhex(name), stat.st_size) for stat, name in found]

    def is_whole(self, name: bytes) -> bool:
        """Verify a picture against its name; a damaged one is set aside and no longer pending."""
        file = self._folder / name.hex()
        with database.faults(self._folder), file.open("rb") as content:
            digest = sha256()
            while part := content.read(1 << 20):
                digest.update(part)
            if digest.digest() == name:
                return True
            file.rename(file.with_name(file.name + _DAMAGED))
        return False

    def read(self, name: bytes, offset: int, size: int) -> bytes:
        """Read `size` bytes of a sealed picture from `offset`; fewer only at its end."""
        with database.faults(self._folder), (self._folder / name.hex()).open("rb") as content:
            content.seek(offset)
            return content.read(size)

    def mark_receipted(self, name: bytes, received_ms: int) -> None:
        """Mark a picture as received by the registry at `received_ms` (Unix ms); harmless twice."""
        file = self._folder / name.hex()
        with database.faults(self._folder):
            if file.exists():
                file.rename(file.with_name(f"{file.name}.{received_ms}"))
                atomic_file.sync_folder(self._folder)

    def remove(self, before_ms: int) -> int:
        """Remove the pictures received before a time (Unix ms) and return their number."""
        with database.faults(self._folder):
            gone = [file for at_ms, file in self._done() if at_ms < before_ms]
            for file in gone:
                file.unlink()
        return len(gone)

    def _make_room(self, size: int) -> None:
        used = sum(file.stat().st_size for file in self._folder.iterdir())
        for _, file in self._done():
            if used + size <= self._most:
                break
            used -= file.stat().st_size
            file.unlink()
        if used + size > self._most:
            raise JournalFull("pictures that are not uploaded fill the space for pictures")

    def _done(self) -> list[tuple[int, Path]]:
        """Return the receipted pictures, oldest receipt first."""
        return sorted((int(file.suffix[1:]), file) for file in self._files(_DONE))

    def _files(self, pattern: re.Pattern[str]) -> list[Path]:
        return [file for file in self._folder.iterdir() if pattern.fullmatch(file.name)]

"""Records of an authority's enrolments, as JSON files with mode 0600 beside the CA.

CA/enrolment/codes/ID.json        a code that was given out, and what it was used for
CA/enrolment/terminals/ID.json    an enrolled terminal, and its certificates that have not expired
CA/enrolment/rosters/UNIT.cbor    roster of a unit, unsealed, if officers sign in (`terminal.officers.roster`)
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from keys import files
from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Profile:
    """Identity assigned to a device by the authority: the content of its identity.json."""

    terminal: str
    number: int
    province: str
    unit: str
    fleet: str


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A code that was given out."""

    code: str = field(repr=False)
    """Its text, which holds the secret."""
    profile: Profile
    root_version: int
    """Version of the root whose digest the code has."""
    request: str | None = None
    """SHA-256 of the request that used it, hex; None while it is unused."""
    answer: str | None = None
    """The answer to that request, hex, which is given again if it was lost on the way."""


@dataclass(frozen=True, slots=True)
class TerminalRecord:
    """An enrolled terminal."""

    profile: Profile
    serial: str
    """Serial number of the device."""
    certificates: tuple[tuple[int, int], ...]
    """Serial number, and the time until which it is valid (Unix s), of each certificate not expired."""
    renewed_s: int = 0
    """Time that the last renewal names, Unix s; older ones are replays."""

    def standing(self, now_s: int) -> tuple[tuple[int, int], ...]:
        """Return the certificates that have not expired."""
        return tuple(one for one in self.certificates if one[1] > now_s)


@dataclass(frozen=True, slots=True)
class Records:
    """The records in one folder; hold `lock` while they are read and changed."""

    folder: Path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Exclude other processes that enrol."""
        for name in ("codes", "terminals", "rosters"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def codes(self) -> dict[bytes, CodeRecord]:
        """Load all codes by id. Raises InputFault."""
        return {bytes.fromhex(path.stem): _load(path, _code) for path in self._all("codes")}

    def save_code(self, code_id: bytes, record: CodeRecord) -> None:
        """Save a code."""
        _save(self.folder / "codes" / f"{code_id.hex()}.json", asdict(record))

    def remove_code(self, code_id: bytes) -> None:
        """Remove a code, which counts no more."""
        (self.folder / "codes" / f"{code_id.hex()}.json").unlink(missing_ok=True)

    def terminals(self) -> dict[str, TerminalRecord]:
        """Load all terminals by id. Raises InputFault."""
        return {path.stem: _load(path, _terminal) for path in self._all("terminals")}

    def save_terminal(self, record: TerminalRecord) -> None:
        """Save a terminal."""
        _save(self.folder / "terminals" / f"{record.profile.terminal}.json", asdict(record))

    def roster(self, unit: str) -> bytes | None:
        """Load the roster of a unit; None if there is none."""
        path = self.folder / "rosters" / f"{unit}.cbor"
        return path.read_bytes() if path.exists() else None

    def _all(self, kind: str) -> list[Path]:
        return sorted((self.folder / kind).glob("*.json"))


def _load(path: Path, build: Callable[[dict[str, Any]], _Record]) -> _Record:
    try:
        files.require_private(path)
        return build(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, KeyError) as error:  # not repeated: it may hold a secret
        raise InputFault(f"{path}: not a record of an enrolment") from error


def _save(path: Path, content: dict[str, Any]) -> None:
    files.replace(path, json.dumps(content, ensure_ascii=False).encode() + b"\n", mode=0o600)


def _code(content: dict[str, Any]) -> CodeRecord:
    return CodeRecord(**content | {"profile": Profile(**content["profile"])})


def _terminal(content: dict[str, Any]) -> TerminalRecord:
    certificates = tuple((number, until_s) for number, until_s in content["certificates"])
    return TerminalRecord(
        **content | {"profile": Profile(**content["profile"]), "certificates": certificates}
    )

"""Build files of the register of issued codes from an authority's records, in bounded memory (wire format,
section 4, "Register of issued codes").

An external merge sort: digests are collected into sorted runs of RUN entries on disk, which are then merged
block by block. Records come as lines, from a CSV file or from a database's COPY ... TO STDOUT (FORMAT csv):

    AUTHORITY,IAT,EXP,DIGEST        such as 苏A,1790000000,1822000000,9f86d081884c7d659a2feaa0c55ad015
    VI1:...                         the text of a code

IAT and EXP are Unix times, s; DIGEST is the first 16 bytes of SHA-256 over the code's Sig_structure, in hex.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING

import base45
import numpy as np

from keys.register_order import entries_of
from terminal.codes import PREFIX
from terminal.credential import claims, register
from terminal.credential.register import HEADER, MAGIC
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.vehicle.tables import PROVINCES
from terminal.wire import cose
from terminal.wire.fields import CODE_DIGEST_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from keys.register_order import Entries

RUN = 1 << 20
"""Entries sorted in memory at a time, 16 MiB."""
KEPT_S = 31 * DAY_S
"""A code is kept this long after its expiry, s."""


@dataclass(frozen=True, slots=True)
class Span:
    """Scope of a file, and its span of iat: from inclusive, to exclusive (Unix time, s)."""

    scope: str
    from_s: int
    to_s: int


@dataclass(slots=True)
class BuiltRegister:
    """Figures of a file that was built."""

    count: int = 0
    """Entries in the file."""
    by_authority: Counter[str] = field(default_factory=Counter)
    """Records kept, by authority."""
    expired: int = 0
    """Records left out because they expired more than 31 days ago."""

    @property
    def repeated(self) -> int:
        """Records of a code that another record had already."""
        return self.by_authority.total() - self.count


def covers(scope: str, authority: str) -> bool:
    """Return True if `authority` is the scope, or belongs to the province that is the scope."""
    return authority == scope or (scope in PROVINCES and authority.startswith(scope))


def build(lines: Iterable[str], span: Span, out: Path, as_of_s: int, *, run: int = RUN) -> BuiltRegister:
    """Write the file `out` of the records whose iat is in the span, as of a time (Unix time, s).

    Raises InputFault for a record that is malformed, outside the span or of another scope; then `out` is left
    as it was.
    """
    built = BuiltRegister()
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        runs = _write_runs(_digests(lines, span, as_of_s, built), Path(folder), run)
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(bytes(HEADER.size))
            for block in _merged(runs, max(1, run // max(1, len(runs)))):
                file.write(block.astype(">u8").tobytes())
                built.count += len(block)
            file.seek(0)
            file.write(HEADER.pack(MAGIC, CODE_DIGEST_SIZE, span.from_s, span.to_s, built.count))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(out)
    return built


def _digests(lines: Iterable[str], span: Span, as_of_s: int, built: BuiltRegister) -> Iterator[bytes]:
    known: set[str] = set()
    for number, line in enumerate(lines, 1):
        try:
            authority, iat_s, exp_s, digest = read_record(line.rstrip("\r\n"))
        except ValueError as error:
            raise InputFault(f"record {number}: {error}") from error
        if authority not in known:
            if not covers(span.scope, authority):
                raise InputFault(f"record {number}: {authority} is not within {span.scope}")
            known.add(authority)
        if not span.from_s <= iat_s < span.to_s:
            raise InputFault(f"record {number}: iat {iat_s} is outside the span")
        if exp_s + KEPT_S <= as_of_s:
            built.expired += 1
            continue
        built.by_authority[authority] += 1
        yield digest


def read_record(line: str) -> tuple[str, int, int, bytes]:
    """Read a record: authority, iat and exp (Unix time, s), and digest (16 bytes). Raises ValueError."""
    if line.startswith(PREFIX):
        message = cose.parse(base45.b45decode(line.removeprefix(PREFIX).encode("ascii")))
        one = claims.parse(message.payload)
        return one.issuer, one.issued_s, one.expires_s, register.digest_of(cose.signed_bytes(message, b""))
    authority, iat, exp, hexadecimal = line.split(",")
    digest = bytes.fromhex(hexadecimal)
    if len(digest) != CODE_DIGEST_SIZE:
        raise ValueError(f"a digest has {CODE_DIGEST_SIZE} bytes")
    return authority, int(iat), int(exp), digest


def _write_runs(digests: Iterator[bytes], folder: Path, size: int) -> list[Path]:
    runs: list[Path] = []
    gathered = bytearray()
    for digest in digests:
        gathered += digest
        if len(gathered) >= size * CODE_DIGEST_SIZE:
            runs.append(_write_run(gathered, folder / str(len(runs))))
            gathered.clear()
    if gathered:
        runs.append(_write_run(gathered, folder / str(len(runs))))
    return runs


def _write_run(gathered: bytearray, path: Path) -> Path:
    path.write_bytes(_sorted(entries_of(bytes(gathered))).astype(">u8").tobytes())
    return path


def _sorted(entries: Entries) -> Entries:
    return entries[np.lexsort((entries[:, 1], entries[:, 0]))]


@dataclass(slots=True)
class _Run:
    file: BinaryIO
    block: Entries
    size: int
    """Entries to read at a time."""
    ended: bool = False

    def refill(self) -> None:
        if not len(self.block) and not self.ended:
            self.block = entries_of(self.file.read(self.size * CODE_DIGEST_SIZE))
            self.ended = not len(self.block)

    def take(self, pivot: tuple[int, int]) -> Entries:
        """Take the entries up to the pivot."""
        high, low = self.block[:, 0], self.block[:, 1]
        count = int(((high < pivot[0]) | ((high == pivot[0]) & (low <= pivot[1]))).sum())
        taken, self.block = self.block[:count], self.block[count:]
        return taken


def _merged(paths: list[Path], size: int) -> Iterator[Entries]:
    """Merge sorted runs; yield blocks of entries that ascend, none twice."""
    empty = entries_of(b"")
    last: Entries = empty
    with ExitStack() as stack:
        runs = [_Run(stack.enter_context(path.open("rb")), empty, size) for path in paths]
        while True:
            for run in runs:
                run.refill()
            runs = [run for run in runs if not run.ended]
            if not runs:
                return
            # No run has anything up to the least of the last entries but what is in memory.
            pivot = min((int(run.block[-1, 0]), int(run.block[-1, 1])) for run in runs)
            block = np.concatenate([last, _sorted(np.concatenate([run.take(pivot) for run in runs]))])
            new = np.ones(len(block), dtype=bool)
            new[1:] = (block[1:] != block[:-1]).any(axis=1)
            new[: len(last)] = False
            last = block[-1:]
            yield block[new]

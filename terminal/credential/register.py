"""Register of issued codes (wire format, section 4): one file for each scope and span of time.

A file is searched in place through a memory map and never loaded. Loading a trust set checks header, size and
the order of SAMPLES evenly spaced entries. The order of all entries is checked when a set is put in place
(`RegisterFile.is_sorted`), and along every search: one that meets entries out of order says nothing.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from mmap import mmap
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from terminal.model import NOT_SEARCHED, RegisterResult
from terminal.vehicle import inspection
from terminal.wire.cbor import Malformed
from terminal.wire.fields import CODE_DIGEST_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from terminal.model import Credential

Content: TypeAlias = bytes | mmap
"""A file's bytes, or a read-only memory map of them; a slice of either is `bytes`."""

MAGIC = b"VIR1"
HEADER = struct.Struct("<4sIQQQ")
"""Magic, bytes of an entry, iat from (inclusive), iat to (exclusive), count of entries."""
SAMPLES = 64
"""Number of entries whose order is checked when a file is read; all, if it has fewer."""
_TARGET = re.compile(r"issued/(?P<scope>[^/]{1,12}?)(?:-(?P<day>[0-9]{8}))?\.bin", re.ASCII)


def digest_of(signed: bytes) -> bytes:
    """Return a code's entry, 16 bytes, from its Sig_structure (RFC 9052 section 4.4)."""
    return hashlib.sha256(signed).digest()[:CODE_DIGEST_SIZE]


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """File of the register: the codes that the authorities of `scope` issued in a span of iat."""

    target: str
    """Target name in the trust set, such as `issued/苏-20261101.bin`."""
    scope: str
    """An issuing authority, or a province."""
    from_s: int
    """First iat of the span, Unix s."""
    to_s: int
    """First iat after the span, Unix s."""
    count: int
    content: Content = field(repr=False)

    def search(self, digest: bytes) -> bool | None:
        """Return True if the file has a 16-byte digest, by bisection; None if entries are out of order."""
        content = self.content
        low, high = 0, self.count
        before, after = b"", b"\xff" * (CODE_DIGEST_SIZE + 1)
        while low < high:
            middle = (low + high) // 2
            at = HEADER.size + CODE_DIGEST_SIZE * middle
            entry = content[at : at + CODE_DIGEST_SIZE]
            if entry == digest:
                return True
            if not before < entry < after:
                return None
            if entry < digest:
                low, before = middle + 1, entry
            else:
                high, after = middle, entry
        return False

    @property
    def fingerprint(self) -> bytes:
        """Return 16 bytes of SHA-256 over target name, header and evenly spaced entries.

        Two files share it only if they have as many entries, and the same ones at all those places.
        """
        said = [self.target.encode(), b"\0", self.content[: HEADER.size]]
        said += _samples(self.content, self.count)
        return hashlib.sha256(b"".join(said)).digest()[:CODE_DIGEST_SIZE]

    def is_sorted(self) -> bool:
        """Read every entry; return True if they ascend and none occurs twice."""
        with memoryview(self.content) as whole, whole[HEADER.size :] as entries:
            return all(one < other for one, other in pairwise(struct.iter_unpack("16s", entries)))


@dataclass(frozen=True, slots=True)
class Register:
    """Register of a trust set: its files by scope."""

    by_scope: Mapping[str, tuple[RegisterFile, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, files: Iterable[RegisterFile]) -> Register:
        """Return the register of these files."""
        by_scope: dict[str, tuple[RegisterFile, ...]] = {}
        for file in files:
            by_scope[file.scope] = (*by_scope.get(file.scope, ()), file)
        return cls(MappingProxyType(by_scope))

    @property
    def files(self) -> tuple[RegisterFile, ...]:
        """All files."""
        return tuple(file for files in self.by_scope.values() for file in files)

    def without(self, targets: frozenset[str]) -> Register:
        """Return the register without the files of these target names."""
        return Register.of(file for file in self.files if file.target not in targets)

    def search(self, credential: Credential, digest: bytes, now_s: float) -> RegisterResult:
        """Search every file that covers the code: scope and iat match, and the code has not expired."""
        if now_s >= credential.expires_s:
            return NOT_SEARCHED
        found: dict[bool | None, tuple[str, ...]] = {}
        for scope in dict.fromkeys((credential.issuer, credential.issuer[:1])):
            for file in self.by_scope.get(scope, ()):
                if file.from_s <= credential.issued_s < file.to_s:
                    listed = file.search(digest)
                    found[listed] = (*found.get(listed, ()), file.target)
        if not found:
            return NOT_SEARCHED
        return RegisterResult(found.get(True, ()), found.get(False, ()), found.get(None, ()))


def read(target: str, content: Content) -> RegisterFile:
    """Read a file of the register; `target` is its name in the trust set.

    Raises Malformed for a wrong name, header or size, or if evenly spaced entries do not ascend.
    """
    named = _TARGET.fullmatch(target)
    if named is None or not unicodedata.is_normalized("NFC", target) or not _is_day(named["day"]):
        raise Malformed(f"{target}: not a name of a target")
    if len(content) < HEADER.size:
        raise Malformed(f"{target}: shorter than its header")
    magic, size, from_s, to_s, count = HEADER.unpack(content[: HEADER.size])
    if magic != MAGIC or size != CODE_DIGEST_SIZE:
        raise Malformed(f"{target}: not a register of issued codes in form VIR1 with entries of 16 bytes")
    if from_s >= to_s:
        raise Malformed(f"{target}: an empty span of time")
    if len(content) != HEADER.size + CODE_DIGEST_SIZE * count:
        raise Malformed(f"{target}: {len(content)} bytes do not hold {count} entries")
    if not _samples_ascend(content, count):
        raise Malformed(f"{target}: entries are out of order")
    return RegisterFile(target, named["scope"], from_s, to_s, count, content)


def write(digests: Iterable[bytes], from_s: int, to_s: int) -> bytes:
    """Encode a file of these 16-byte digests, for iat from `from_s` until before `to_s` (Unix s)."""
    entries = sorted(set(digests))
    return HEADER.pack(MAGIC, CODE_DIGEST_SIZE, from_s, to_s, len(entries)) + b"".join(entries)


def _samples(content: Content, count: int) -> list[bytes]:
    """Return evenly spaced entries, including the first."""
    places = range(0, count, max(1, count // SAMPLES))
    starts = [HEADER.size + CODE_DIGEST_SIZE * place for place in places]
    return [content[at : at + CODE_DIGEST_SIZE] for at in starts]


def _samples_ascend(content: Content, count: int) -> bool:
    return all(one < other for one, other in pairwise(_samples(content, count)))


def _is_day(text: str | None) -> bool:
    return text is None or inspection.is_day(int(text))

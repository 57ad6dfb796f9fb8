"""Lookup-sealing keys of the registry: those of the trust set, and those that left it in the last 400 days.

A terminal seals its lookups to the newest key of the trust set that it has, which may be old. Key files are
`lookup*.key` in the registry's private folder. Beside a file whose key is not in the set, `NAME.left` says
since when (Unix s).
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from keys import files
from keys.files import Algorithm
from scripts.registry.terminals import identity_of
from terminal.errors import InputFault, TrustFault
from terminal.limits import DAY_S
from terminal.services import trust_directory
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOG = logging.getLogger("registry")
KEPT_S = 400 * DAY_S
"""Lookups sealed to a key are opened for so long after it left the trust set (wire format, section 5)."""


def load(private: Path, listed: Sequence[bytes], now_s: int) -> tuple[SealingKeyPair, ...]:
    """Load the key pairs that open lookups, newest first; `listed` are the trust set's public keys.

    Notes since when a key is not listed. Raises InputFault for an invalid key file.
    """
    in_set: dict[bytes, SealingKeyPair] = {}
    left: list[tuple[int, SealingKeyPair]] = []
    for path in sorted(private.glob("lookup*.key")):
        pair = SealingKeyPair.of(files.load(path, Algorithm.X25519))
        mark = path.with_suffix(".left")
        if pair.public in listed:
            mark.unlink(missing_ok=True)
            in_set[pair.public] = pair
        elif now_s - (since_s := _left_since(mark, now_s)) <= KEPT_S:
            left.append((since_s, pair))
    newest_first = sorted(left, key=lambda each: each[0], reverse=True)
    return (
        *(in_set[public] for public in listed if public in in_set),
        *(pair for _, pair in newest_first),
    )


class LookupKeys:
    """The key pairs that open lookups, loaded anew when another trust set takes its place."""

    def __init__(self, private: Path, trust: Path, now_s: int) -> None:
        """`private` has the key files, `trust` is a trust set's folder or a link to one.

        Raises InputFault and TrustFault.
        """
        self._private, self._trust = private, trust
        self._set = identity_of(trust)
        self._pairs = load(private, trust_directory.load_registry(trust).lookup, now_s)

    def pairs(self, now_s: int) -> tuple[SealingKeyPair, ...]:
        """Return the pairs, newest first. What cannot be loaded leaves the last ones in use."""
        if (found := identity_of(self._trust)) != self._set:
            self._set = found
            try:
                self._pairs = load(self._private, trust_directory.load_registry(self._trust).lookup, now_s)
            except (InputFault, TrustFault) as fault:
                LOG.warning("the last lookup keys stay in use: %s", fault.line())
        return self._pairs


def _left_since(mark: Path, now_s: int) -> int:
    """Return since when a key is not in the set, Unix s; it is noted when it is seen first."""
    with suppress(FileExistsError):
        handle = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{now_s}\n")
            file.flush()
            os.fsync(handle)
    try:
        return int(mark.read_text(encoding="ascii"))
    except ValueError as error:
        raise InputFault(f"{mark}: not a Unix time in seconds") from error

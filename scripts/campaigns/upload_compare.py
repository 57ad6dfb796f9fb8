"""Compare the records of terminal and registry: the same records, once each, in the same order.

A record is identified by its journal, its number and the SHA-256 of its bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Name: TypeAlias = tuple[bytes, int, bytes]
MOST_SAID = 5
"""Most examples per kind of difference."""


def differences(kept: Sequence[Name], stored: Sequence[Name], acknowledged: Iterable[Name]) -> list[str]:
    """Return all differences; empty if there are none.

    `kept` is on the terminal's disk, `stored` in the registry in order of storage, `acknowledged` what the
    terminal's program was told is durable.
    """
    ours, theirs = Counter(kept), Counter(stored)
    found = [
        *_said("acknowledged, and not on the terminal's disk", set(acknowledged) - set(ours)),
        *_said("on the terminal's disk, and not in the registry", set(ours) - set(theirs)),
        *_said("in the registry, and not on the terminal's disk", set(theirs) - set(ours)),
        *_said("in the registry more than once", {name for name, times in theirs.items() if times > 1}),
    ]
    if not found and list(kept) != list(stored):
        found.append("in the registry in another order")
    return found


def _said(what: str, names: set[Name]) -> list[str]:
    if not names:
        return []
    some = ", ".join(f"{journal.hex()[:8]}/{seq}" for journal, seq, _ in sorted(names)[:MOST_SAID])
    return [f"{len(names)} {what}: {some}"]

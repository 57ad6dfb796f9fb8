"""Health of a release after a boot, from the findings about its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CAMERA, JOURNAL, TRUST, CODE = "camera", "journal", "trust", "code"
PARTS = (CAMERA, JOURNAL, TRUST, CODE)
MAY_BE_ABSENT = frozenset({CAMERA, TRUST})
"""Parts that a terminal may lack: without a camera it looks plates up, and it boots before it is enrolled."""


@dataclass(frozen=True, slots=True)
class PartHealth:
    """Finding about one part."""

    state: str
    """`ok`, `absent` or `fault`."""
    detail: str
    """The reason, for the log."""


def ok(detail: str) -> PartHealth:
    """Return the finding about a part in order."""
    return PartHealth("ok", detail)


def absent(detail: str) -> PartHealth:
    """Return the finding about a part that is not there, with the reason."""
    return PartHealth("absent", detail)


def fault(detail: str) -> PartHealth:
    """Return the finding about a part that is there and fails."""
    return PartHealth("fault", detail)


def failing(found: Mapping[str, PartHealth], had: frozenset[str]) -> tuple[str, ...]:
    """Return the parts for which a release is not healthy, in the order of PARTS.

    A part may be absent only if it may be at all, and was absent under the release before (`had` are the
    parts that were in order): an update that loses the camera is no good one. A part that nothing was found
    out about fails.
    """
    return tuple(part for part in PARTS if not _passes(part, found.get(part), had))


def in_order(found: Mapping[str, PartHealth]) -> frozenset[str]:
    """Return the parts that are in order, to be compared with after the next update."""
    return frozenset(part for part in PARTS if part in found and found[part].state == "ok")


def _passes(part: str, finding: PartHealth | None, had: frozenset[str]) -> bool:
    if finding is None or finding.state == "fault":
        return False
    return finding.state == "ok" or (part in MAY_BE_ABSENT and part not in had)

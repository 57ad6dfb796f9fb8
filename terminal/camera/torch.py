"""Torch control: request light when exposure alone is not enough; the officer's key takes precedence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.camera.statistics import Statistics

DARK = 48
"""`Tones.bright` below which the box is dark. An exposure shortened for motion stays above it."""
DARK_FRAMES = 18
"""Dark frames without rising exposure before the torch is requested; light frames before it is withdrawn."""
SURE_FRAMES = 6
"""Dark frames that suffice if the camera is at the limit of its exposure and gain."""
BLINDED = 0.015
"""Share of the box clipped, 0 to 1, from which the lit torch counts as dazzling."""
BLIND_FRAMES = 45
"""Dazzled frames without a reading, one bracketing trial among them, before the request is withdrawn."""
NEEDLESS = 1000.0
"""The torch is not needed if the camera could take this many times the light it uses, as by day: hardly any
torch is that bright. It must hold for NEEDLESS_FRAMES.
"""
NEEDLESS_FRAMES = 60
USELESS_FRAMES = 300
"""Frames for which the torch may be lit without making the box light."""
REST = 60
"""Frames before a torch that did not help is requested again; doubled each time up to LONGEST_REST."""
LONGEST_REST = 1920


@dataclass(frozen=True, slots=True)
class Torch:
    """Torch state."""

    wish: bool = False
    against: int = 0
    """Consecutive frames that speak for changing the request."""
    rest: int = 0
    """Frames before it may be requested again."""
    next_rest: int = REST
    light: float = 0.0
    """Exposure times gain of the previous frame, µs."""


def request(torch: Torch, seen: Statistics, *, found: bool, lit: bool, most: float | None) -> Torch:
    """Return the state after this frame.

    `lit` is the actual state of the torch, whoever switched it. `most` is the most light (exposure times
    gain, µs) that the camera can take, None if unknown. `found` means that a code was read.
    """
    light = seen.light or 0.0
    rising, torch = light > 1.05 * torch.light, replace(torch, light=light, rest=max(0, torch.rest - 1))
    if found:
        return replace(torch, against=0, next_rest=REST)
    dark = seen.box.bright < DARK
    if not torch.wish:
        sure = most is not None and light > 0.9 * most
        return _unwished(
            torch, dark=dark and not rising and not lit, limit=SURE_FRAMES if sure else DARK_FRAMES
        )
    if not lit:  # not scanning, or switched off by the officer: only check if it is still dark
        return _counted(torch, against=not dark, limit=DARK_FRAMES)
    if dark:
        return _counted(torch, against=True, limit=USELESS_FRAMES, rest=LONGEST_REST)
    if seen.box.clipped >= BLINDED:
        return _counted(torch, against=True, limit=BLIND_FRAMES, rest=torch.next_rest)
    needless = most is not None and 0 < light < most / NEEDLESS
    return _counted(torch, against=needless, limit=NEEDLESS_FRAMES, rest=torch.next_rest)


def _unwished(torch: Torch, *, dark: bool, limit: int) -> Torch:
    against = torch.against + 1 if dark and not torch.rest else 0
    return replace(torch, wish=against >= limit, against=0 if against >= limit else against)


def _counted(torch: Torch, *, against: bool, limit: int, rest: int = 0) -> Torch:
    """Count a frame for or against a requested torch; withdraw the request after `limit` frames against it.

    `rest` frames must then pass before it is requested again; 0 for none.
    """
    count = torch.against + 1 if against else 0
    if count < limit:
        return replace(torch, against=count)
    longer = min(2 * torch.next_rest, LONGEST_REST) if rest else torch.next_rest
    return replace(torch, wish=False, against=0, rest=rest, next_rest=longer)


def should_be_lit(*, hand: bool | None, wished: bool, looking: bool) -> bool:
    """Return True if the torch is to be lit.

    The officer's choice `hand` wins unless it is None; otherwise it follows the request, while scanning.
    """
    return wished and looking if hand is None else hand

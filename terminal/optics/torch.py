"""The torch is wished for where nothing else helps against the dark; the officer's key has the last word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.optics.statistics import Statistics

DARK = 48
"""`Tones.bright` of the box under which a picture is dark; the light that motion may cost leaves less."""
DARK_FRAMES = 18
"""Frames of darkness, the exposure no longer rising, before the torch is wished on; of light, off again."""
SURE_FRAMES = 6
"""Frames that are enough where the camera says that it has no more light to give."""
BLINDED = 0.015
"""Share of the box that the lit torch clips from which it blinds."""
BLIND_FRAMES = 45
"""Frames of that without a read, a trial of other exposures among them, before the torch is wished off."""
NEEDLESS = 1000.0
"""A torch is not needed where the camera's most light is so many times what it takes, as by day: hardly a
torch gives so much by itself. For NEEDLESS_FRAMES.
"""
NEEDLESS_FRAMES = 60
USELESS_FRAMES = 300
"""Frames that a torch may shine into the dark and show nothing."""
REST = 60
"""Frames before a torch that did not help is wished on again: doubled each time, up to LONGEST_REST."""
LONGEST_REST = 1920


@dataclass(frozen=True, slots=True)
class Torch:
    """The wish, and what speaks against it."""

    wish: bool = False
    against: int = 0
    """Frames in a row that speak for the other way."""
    rest: int = 0
    """Frames before it may be wished on."""
    next_rest: int = REST
    light: float = 0.0
    """The light of the frame before."""


def wish(torch: Torch, seen: Statistics, *, found: bool, lit: bool, most: float | None) -> Torch:
    """What is wished after this frame. `lit` is what the torch does, whoever switched it; `most` is the most
    light (exposure by gain, µs) that the camera has, None where that is not known.
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
    if not lit:  # nobody looks for a code, or the officer has it dark: only ask whether the dark is over
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
    """One frame more for or against a torch that is wished; after `limit` of them it is not, for `rest`."""
    count = torch.against + 1 if against else 0
    if count < limit:
        return replace(torch, against=count)
    longer = min(2 * torch.next_rest, LONGEST_REST) if rest else torch.next_rest
    return replace(torch, wish=False, against=0, rest=rest, next_rest=longer)


def shines(*, hand: bool | None, wished: bool, looking: bool) -> bool:
    """Whether the torch is to be lit: as the officer's hand set it (None: it did not), else as the camera
    wishes while a code is looked for.
    """
    return wished and looking if hand is None else hand

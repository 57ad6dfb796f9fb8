"""Text layout: wrapping, fitting and stacking. Text that does not fit is reduced in size, never truncated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing.items import Item, Text, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.drawing.fonts import Colour, Fonts

_LEADING = 1.24
"""Line height, em: the least at which Chinese lines stay apart and Latin descenders are complete."""

# A line never starts with closing punctuation or ends with opening punctuation; Latin words stay whole.
_ATOM = re.compile(r"\s+|[（《“‘(\[]*(?:[0-9A-Za-z#/_':-]+|\S)[，。；：！？、）》”’…,.;:!?)\]%]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Type:
    """Text style: font, pixels per em, colour and weight."""

    fonts: Fonts
    size: int
    colour: Colour
    bold: bool = False

    @property
    def leading(self) -> int:
        """Line height, px."""
        return round(self.size * _LEADING)

    def width(self, text: str) -> float:
        """Return the width of a text on one line, px."""
        return self.fonts.width(text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True)
class Block:
    """Items laid out from (0, 0) downwards, and their total height, px."""

    height: int
    items: tuple[Item, ...]


@lru_cache(maxsize=1024)
def wrap(text: str, style: Type, width: float) -> tuple[str, ...]:
    """Break a text into lines of at most `width` px; only a word wider than that is broken itself."""
    lines, line = [], ""
    for atom in _atoms(text, style, width):
        if line and style.width((line + atom).rstrip()) > width:
            lines.append(line.rstrip())
            line = atom.lstrip()
        else:
            line += atom
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return tuple(lines)


def _atoms(text: str, style: Type, width: float) -> list[str]:
    atoms: list[str] = []
    for atom in _ATOM.findall(text):
        atoms += [atom] if style.width(atom) <= width else list(atom)
    return atoms


def evenly(text: str, style: Type, width: int) -> tuple[str, ...]:
    """Break a text like `wrap`, in lines of similar length, to avoid a single character on the last."""
    lines = wrap(text, style, width)
    low, high = width // 2, width
    while high - low > style.size // 2:
        middle = (low + high) // 2
        if len(wrap(text, style, middle)) > len(lines):
            low = middle
        else:
            high = middle
    return wrap(text, style, high)


def paragraph(text: str, style: Type, width: int, *, centred: bool = False, even: bool = False) -> Block:
    """Lay out a text in lines of at most `width` px."""
    items = []
    for number, line in enumerate((evenly if even else wrap)(text, style, width)):
        measure = min(width, -int(-style.width(line) // 1))
        left = (width - measure) // 2 if centred else 0
        rect = Rect(left, number * style.leading, measure, style.leading)
        items.append(Text(rect, line, style.size, style.colour, style.bold))
    return Block(len(items) * style.leading, tuple(items))


def largest(text: str, sizes: Sequence[int], style: Type, box: tuple[int, int], lines: int) -> Type:
    """Return `style` at the first of the falling `sizes` at which `text` fits `box` (px) in `lines` lines."""
    words = [atom for atom in _ATOM.findall(text) if atom.strip()]
    for size in sizes:
        chosen = replace(style, size=size)
        if all(chosen.width(word) <= box[0] for word in words):
            count = len(wrap(text, chosen, box[0]))
            if count <= lines and count * chosen.leading <= box[1]:
                return chosen
    return replace(style, size=sizes[-1])


def at(block: Block, x: int, y: int) -> list[Item]:
    """Return a block's items, shifted to (x, y)."""
    return [moved(item, x, y) for item in block.items]


def beside(blocks: Sequence[tuple[int, Block]]) -> Block:
    """Arrange blocks side by side, each at its x, centred vertically."""
    height = max(block.height for _, block in blocks)
    items = [item for x, block in blocks for item in at(block, x, (height - block.height) // 2)]
    return Block(height, tuple(items))


def stack(blocks: Sequence[Block], gap: int = 0) -> Block:
    """Arrange blocks below each other, `gap` px apart."""
    items: list[Item] = []
    y = 0
    for block in blocks:
        items += at(block, 0, y)
        y += block.height + gap
    return Block(max(0, y - gap), tuple(items))


def padded(block: Block, x: int, top: int, bottom: int, behind: Callable[[int], Sequence[Item]]) -> Block:
    """Indent a block by `x` and add space above and below, px; `behind(height)` returns its background."""
    height = block.height + top + bottom
    return Block(height, (*behind(height), *at(block, x, top)))

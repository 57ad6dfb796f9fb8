"""Text is wrapped and blocks are stacked by measure; what does not fit is made smaller, never cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.screens.items import Item, Text, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.screens.fonts import Colour, Fonts

_LEADING = 1.24
"""Line height in em: the least at which Chinese lines stay apart and low Latin letters are whole."""

# A line never begins with closing punctuation nor ends with an opening one; a Latin word stays whole.
_ATOM = re.compile(r"\s+|[（《“‘(\[]*(?:[0-9A-Za-z#/_':-]+|\S)[，。；：！？、）》”’…,.;:!?)\]%]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set: pixels per em, colour, weight."""

    fonts: Fonts
    size: int
    colour: Colour
    bold: bool = False

    @property
    def leading(self) -> int:
        """Height of a line in pixels."""
        return round(self.size * _LEADING)

    def width(self, text: str) -> float:
        """Width of a text on one line, in pixels."""
        return self.fonts.width(text, self.size, bold=self.bold)


@dataclass(frozen=True, slots=True)
class Block:
    """Items from (0, 0) down, and how high they are together."""

    height: int
    items: tuple[Item, ...]


@lru_cache(maxsize=1024)
def wrap(text: str, style: Type, width: float) -> tuple[str, ...]:
    """The lines of a text within `width` pixels; a word that is wider than a line is broken."""
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
    """As `wrap`, in lines of much the same length, so that no character stands alone in the last."""
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
    """A text set in lines of at most `width` pixels."""
    items = []
    for number, line in enumerate((evenly if even else wrap)(text, style, width)):
        measure = min(width, -int(-style.width(line) // 1))
        left = (width - measure) // 2 if centred else 0
        rect = Rect(left, number * style.leading, measure, style.leading)
        items.append(Text(rect, line, style.size, style.colour, style.bold))
    return Block(len(items) * style.leading, tuple(items))


def largest(text: str, sizes: Sequence[int], style: Type, box: tuple[int, int], lines: int) -> Type:
    """`style` in the first of the falling `sizes` at which `text` fits `box` in so many lines."""
    words = [atom for atom in _ATOM.findall(text) if atom.strip()]
    for size in sizes:
        chosen = replace(style, size=size)
        if all(chosen.width(word) <= box[0] for word in words):
            count = len(wrap(text, chosen, box[0]))
            if count <= lines and count * chosen.leading <= box[1]:
                return chosen
    return replace(style, size=sizes[-1])


def at(block: Block, x: int, y: int) -> list[Item]:
    """A block's items in their place."""
    return [moved(item, x, y) for item in block.items]


def beside(blocks: Sequence[tuple[int, Block]]) -> Block:
    """Blocks side by side, each at its x, in the middle of the highest."""
    height = max(block.height for _, block in blocks)
    items = [item for x, block in blocks for item in at(block, x, (height - block.height) // 2)]
    return Block(height, tuple(items))


def stack(blocks: Sequence[Block], gap: int = 0) -> Block:
    """Blocks one below the other."""
    items: list[Item] = []
    y = 0
    for block in blocks:
        items += at(block, 0, y)
        y += block.height + gap
    return Block(max(0, y - gap), tuple(items))


def padded(block: Block, x: int, top: int, bottom: int, behind: Callable[[int], Sequence[Item]]) -> Block:
    """A block set in from the left and with room above and below; `behind(height)` is what it stands on."""
    height = block.height + top + bottom
    return Block(height, (*behind(height), *at(block, x, top)))

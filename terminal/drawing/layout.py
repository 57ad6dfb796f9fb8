"""Text layout: wrapping, fitting and stacking. Text that does not fit is reduced in size, never truncated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing.items import Item, Text, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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


class Block:
    """Items laid out from (0, 0) downwards, and their total height, px. It is never changed.

    A block made of others places their items only when `items` is read: a screen is measured at several
    scales, and placed at one.
    """

    __slots__ = ("_items", "_parts", "height")

    def __init__(
        self, height: int, items: Iterable[Item] = (), *, parts: Iterable[tuple[int, int, Block]] = ()
    ) -> None:
        """Take `items`, and below them in drawing order other blocks, each with its x and y."""
        self.height = height
        self._items = tuple(items)
        self._parts = tuple(parts)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in the order in which they are drawn."""
        if self._parts:
            self._items, self._parts = tuple(self._placed(0, 0)), ()
        return self._items

    def _placed(self, x: int, y: int) -> Iterator[Item]:
        for item in self._items:
            yield moved(item, x, y)
        for right, down, part in self._parts:
            yield from part._placed(x + right, y + down)  # noqa: SLF001 - another block's


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=256)
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


@lru_cache(maxsize=4096)
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
    return _largest(text, tuple(sizes), style, box, lines)


@lru_cache(maxsize=2048)
def _largest(text: str, sizes: tuple[int, ...], style: Type, box: tuple[int, int], lines: int) -> Type:
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
    return list(Block(block.height, parts=[(x, y, block)]).items)


def beside(blocks: Sequence[tuple[int, Block]]) -> Block:
    """Arrange blocks side by side, each at its x, centred vertically."""
    height = max(block.height for _, block in blocks)
    return Block(height, parts=[(x, (height - block.height) // 2, block) for x, block in blocks])


def stack(blocks: Sequence[Block], gap: int = 0) -> Block:
    """Arrange blocks below each other, `gap` px apart."""
    parts, y = [], 0
    for block in blocks:
        parts.append((0, y, block))
        y += block.height + gap
    return Block(max(0, y - gap), parts=parts)


def padded(block: Block, x: int, top: int, bottom: int, behind: Callable[[int], Sequence[Item]]) -> Block:
    """Indent a block by `x` and add space above and below, px; `behind(height)` returns its background."""
    height = block.height + top + bottom
    return Block(height, behind(height), parts=[(x, top, block)])

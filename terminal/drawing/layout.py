"""Text layout: wrapping, fitting and stacking. Text that does not fit is reduced in size, never truncated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import line_breaks
from terminal.drawing.items import Item, Text, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from terminal.drawing.fonts import Colour, Fonts

_LEADING = 1.24
"""Line height, em: the least at which Chinese lines stay apart and Latin descenders are complete."""


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
    """Break a text into lines of at most `width` px, between words; only a word wider than that is broken
    itself. The last line is not a single character if one more word of the line before fits on it.
    """
    lines: list[list[str]] = [[]]
    for piece in _pieces(text, style, width):
        if lines[-1] and style.width("".join((*lines[-1], piece)).rstrip()) > width:
            lines.append([])
        if lines[-1] or len(lines) == 1 or piece.strip():
            lines[-1].append(piece if lines[-1] or len(lines) == 1 else piece.lstrip())
    _join_last(lines, style, width)
    return tuple("".join(line).rstrip() for line in lines if line) or ("",)


def _pieces(text: str, style: Type, width: float) -> list[str]:
    """Return the parts between breaks; a part that no line holds is broken into characters."""
    parts: list[str] = []
    for piece in line_breaks.pieces(text):
        if style.width(piece.rstrip()) <= width:
            parts.append(piece)
            continue
        for token in line_breaks.letters(piece):
            parts += [token] if style.width(token) <= width else list(token)
    return parts


def _join_last(lines: list[list[str]], style: Type, width: float) -> None:
    """Move the last word of the line before to a last line of a single character."""
    if len(lines) < 2 or not line_breaks.is_alone("".join(lines[-1])):
        return
    *rest, word = lines[-2]
    last = "".join((word, *lines[-1]))
    if "".join(rest).strip() and not line_breaks.is_alone("".join(rest)) and style.width(last) <= width:
        lines[-2:] = [rest, [word, *lines[-1]]]


@lru_cache(maxsize=256)
def evenly(text: str, style: Type, width: int) -> tuple[str, ...]:
    """Break a text like `wrap`, in lines of similar length, to avoid a single character on the last."""
    lines = wrap(text, style, width)
    widest = max((style.width(piece) for piece in line_breaks.pieces(text)), default=0.0)
    low, high = max(width // 2, min(width, int(widest))), width
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
    words = [piece.strip() for piece in line_breaks.pieces(text)]
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

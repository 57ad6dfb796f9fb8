"""Forms of verdict blocks: each outcome's shape, which is seen before a word is read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing.items import Dashes, Fill, Item, Stripes
from terminal.drawing.theme import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.drawing.page import Page
    from terminal.drawing.theme import OutcomeStyle

_RIMS = {
    Form.SOLID: (20, 16),
    Form.STRIPED: (23, 24),
    Form.TAPED: (14, 26),
    Form.PLAIN: (16, 14),
    Form.BARRED: (16, 28),
    Form.FLASHING: (23, 24),
    Form.DASHED: (16, 14),
}
"""Space that a form takes from the text: at each side, and above and below, units."""
_RADIUS = 14


def rim(page: Page, form: Form) -> tuple[int, int]:
    """Return the space between a block's edge and its text: at each side, and above and below, px."""
    across, down = _RIMS[form]
    return page.px(across), page.px(down)


def ground(page: Page, dress: OutcomeStyle, size: tuple[int, int]) -> list[Item]:
    """Return what is drawn behind the text of a block of `size` px at (0, 0)."""
    return _BACKS[dress.form](page, dress, Rect((0, 0), size))


def _plain(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    return [Fill(rect, dress.paper, page.px(_RADIUS))]


def _solid(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    edge = page.px(10)
    inner = Fill(rect.inflate(-2 * edge, -2 * edge), dress.paper, page.px(7))
    return [Fill(rect, dress.mark, page.px(_RADIUS)), inner]


def _striped(page: Page, dress: OutcomeStyle, rect: Rect, width: float = 14) -> list[Item]:
    edge = page.px(18)
    stripes = Stripes(rect, (dress.mark, dress.paper), page.px(width), page.px(_RADIUS))
    return [stripes, Fill(rect.inflate(-2 * edge, -2 * edge), dress.paper, page.px(5))]


def _taped(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    tape = page.px(18)
    stripes = Stripes(rect, (dress.paper, dress.mark), page.px(18), page.px(_RADIUS))
    return [stripes, Fill(rect.inflate(0, -2 * tape), dress.paper)]


def _barred(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    inset, edge, bar = page.px(14), page.px(8), page.px(12)
    places = (edge, rect.height - edge - bar)
    bars = [Fill(Rect(inset, y, rect.width - 2 * inset, bar), dress.mark) for y in places]
    return [*_plain(page, dress, rect), *bars]


def _dashed(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    return [Fill(rect, dress.paper), Dashes(rect, dress.mark, page.px(6))]


_BACKS: dict[Form, Callable[[Page, OutcomeStyle, Rect], list[Item]]] = {
    Form.SOLID: _solid,
    Form.STRIPED: _striped,
    Form.TAPED: _taped,
    Form.PLAIN: _plain,
    Form.BARRED: _barred,
    Form.FLASHING: partial(_striped, width=26),
    Form.DASHED: _dashed,
}

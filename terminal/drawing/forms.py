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
    Form.SOLID: (2.7, 2.15),
    Form.STRIPED: (3.05, 3.2),
    Form.TAPED: (1.82, 3.5),
    Form.PLAIN: (2.15, 1.82),
    Form.BARRED: (2.15, 3.8),
    Form.FLASHING: (3.05, 3.2),
    Form.DASHED: (2.15, 1.82),
}
"""Space that a form takes from the text: at each side, and above and below, mm."""
_RADIUS = 1.82


def rim(page: Page, form: Form) -> tuple[int, int]:
    """Return the space between a block's edge and its text: at each side, and above and below, px."""
    across, down = _RIMS[form]
    return page.mm(across), page.mm(down)


def ground(page: Page, dress: OutcomeStyle, size: tuple[int, int]) -> list[Item]:
    """Return what is drawn behind the text of a block of `size` px at (0, 0)."""
    return _BACKS[dress.form](page, dress, Rect((0, 0), size))


def _plain(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    return [Fill(rect, dress.paper, page.mm(_RADIUS))]


def _solid(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    edge = page.mm(1.3)
    inner = Fill(rect.inflate(-2 * edge, -2 * edge), dress.paper, page.mm(0.9))
    return [Fill(rect, dress.mark, page.mm(_RADIUS)), inner]


def _striped(page: Page, dress: OutcomeStyle, rect: Rect, width: float = 1.82) -> list[Item]:
    edge = page.mm(2.4)
    stripes = Stripes(rect, (dress.mark, dress.paper), page.mm(width), page.mm(_RADIUS))
    return [stripes, Fill(rect.inflate(-2 * edge, -2 * edge), dress.paper, page.mm(0.6))]


def _taped(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    tape = page.mm(2.4)
    stripes = Stripes(rect, (dress.paper, dress.mark), page.mm(2.4), page.mm(_RADIUS))
    return [stripes, Fill(rect.inflate(0, -2 * tape), dress.paper)]


def _barred(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    inset, edge, bar = page.mm(1.82), page.mm(1.0), page.mm(1.6)
    places = (edge, rect.height - edge - bar)
    bars = [Fill(Rect(inset, y, rect.width - 2 * inset, bar), dress.mark) for y in places]
    return [*_plain(page, dress, rect), *bars]


def _dashed(page: Page, dress: OutcomeStyle, rect: Rect) -> list[Item]:
    return [Fill(rect, dress.paper), Dashes(rect, dress.mark, page.mm(0.77))]


_BACKS: dict[Form, Callable[[Page, OutcomeStyle, Rect], list[Item]]] = {
    Form.SOLID: _solid,
    Form.STRIPED: _striped,
    Form.TAPED: _taped,
    Form.PLAIN: _plain,
    Form.BARRED: _barred,
    Form.FLASHING: partial(_striped, width=3.5),
    Form.DASHED: _dashed,
}

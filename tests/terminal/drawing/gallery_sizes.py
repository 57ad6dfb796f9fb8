"""Golden screens on the other displays: a small portrait one, a larger one, and one wider than high."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.terminal.drawing.displays import SIZE, sized
from tests.terminal.drawing.gallery import VIEWS, View

if TYPE_CHECKING:
    from terminal.drawing.fonts import Fonts
    from terminal.drawing.theme import Style

SIZES = (720, 1280), (320, 480), (800, 480)


@dataclass(frozen=True)
class SizedView(View):
    """A screen on a display of another size."""

    size: tuple[int, int] = SIZE

    def look(self, fonts: Fonts) -> Style:
        """Return the style of the display."""
        return replace(sized(self.size), fonts=fonts, language=self.language, night=self.night)


def _sized(name: str, size: tuple[int, int]) -> SizedView:
    view = VIEWS[name]
    return SizedView(view.screen, view.preview, view.language, view.night, size)


SIZED_VIEWS: dict[str, View] = {
    f"{name}_{width}x{height}": _sized(name, (width, height))
    for width, height in SIZES
    for name in ("ready", "overdue", "alarm", "entry_number", "kinds_en", "menu", "log_night")
}
"""A selection of the golden screens on each other display, by name and size."""

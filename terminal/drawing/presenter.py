"""Shows screens on the display, and reads its touches as input for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing.draw import draw
from terminal.drawing.touch_input import Contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.drawing.draw import Style
    from terminal.model import Luma
    from terminal.ports import Display
    from terminal.screens.attention import Input
    from terminal.screens.state import Shown


class Presenter:
    """A display and the screen that it shows. Its methods raise DisplayFault."""

    def __init__(self, display: Display, style: Style) -> None:
        """Draw in `style` on `display`, whose content is not known yet."""
        self._display = display
        self._style = style
        self._contacts = Contacts()
        self._drawn: tuple[Shown, Luma | None] | None = None

    @property
    def style(self) -> Style:
        """The style that screens are drawn in."""
        return self._style

    def show(self, screen: Shown, picture: Luma | None) -> None:
        """Draw a screen with `picture` (uint8 [height, width]) unless exactly this is already shown."""
        if self._drawn is None or self._drawn[0] != screen or self._drawn[1] is not picture:
            self._display.show(draw(screen, picture, self._style))
            self._drawn = (screen, picture)

    def inputs(self, screen: Callable[[], Shown], now_s: float) -> Iterator[Input]:
        """Yield the inputs since the last call, each as it is meant on the screen that `screen` then returns.

        `now_s` is the monotonic time of this call, s. The iterator must be used up.
        """
        for contact in self._display.poll():
            event = self._contacts.read(contact, screen(), self._style)
            if event is not None:
                yield event
        self._contacts.polled_s = now_s

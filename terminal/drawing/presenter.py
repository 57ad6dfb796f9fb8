"""Shows screens on the display, and reads its touches as input for them. Nothing is drawn twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pygame

from terminal.drawing import theme
from terminal.drawing.draw import compose, paint_all
from terminal.drawing.items import ImageItem
from terminal.drawing.rehearsal import rehearse
from terminal.drawing.touch_cells import Turned
from terminal.drawing.touch_input import Contacts
from terminal.screens.attention import key_face

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.codes import Corners
    from terminal.drawing.draw import Style
    from terminal.drawing.items import Item
    from terminal.drawing.theme import Language
    from terminal.model import Luma
    from terminal.ports import Display
    from terminal.screens.attention import Input
    from terminal.screens.state import Shown


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A screen, the items it consists of, and the camera's picture in it."""

    screen: Shown
    style: Style
    items: list[Item]
    picture: Luma | None
    found: Corners

    @property
    def view(self) -> ImageItem | None:
        """The place of the camera's picture, None if the screen has none."""
        return next((item for item in self.items if isinstance(item, ImageItem)), None)


class Presenter:
    """A display and the screen that it shows. Its methods raise DisplayFault."""

    def __init__(self, display: Display, style: Style) -> None:
        """Draw in `style` on `display`, whose content is not known yet."""
        self._display = display
        self._style = style
        self._contacts = Contacts()
        self._surface = pygame.Surface(style.size, depth=32)
        self._drawn: _Drawn | None = None
        self._dark = False
        self._rehearsal = rehearse(style)
        self._face: object = None
        self._page = 0
        """Page of the screen, where the display does not hold all of it; a new face begins at its first."""

    @property
    def style(self) -> Style:
        """The style that the screen was drawn in, or will be before the first."""
        return self._style if self._drawn is None else self._drawn.style

    def restyle(self, language: str, night: bool, dimmed: float) -> None:  # noqa: FBT001 - a look, as a whole
        """Draw in another language, theme or share of each colour (0 to 1) from now on."""
        chosen: Language = "en" if language == "en" else "zh"
        style = replace(self._style, language=chosen, night=night, dimmed=dimmed)
        if style != self._style:
            self._style, self._drawn = style, None

    def show(self, screen: Shown, picture: Luma | None, found: Corners = ()) -> None:
        """Draw a screen with `picture` (uint8 [height, width]) unless exactly this is already shown.

        `found` are the corners of the code in the picture. If the picture alone changed, its area alone is
        drawn.
        """
        before, now = self._drawn, self._composed(screen, picture, found)
        self._drawn = now
        if before is None or before.items != now.items:
            self._paint(now, None)
        elif now.view is not None and not (before.picture is picture and before.found == found):
            self._paint(now, now.view.rect)
        if self._dark:  # only now, so that nothing old flashes up
            self._dark = False
            self._display.light(on=True)

    def rest(self) -> None:
        """Show nothing, with the panel's light off, until `show`."""
        self._drawn, self._dark = None, True
        self._surface.set_clip(None)
        self._surface.fill(theme.BLACK)
        self._display.show(self._surface)
        self._display.light(on=False)

    def _composed(self, screen: Shown, picture: Luma | None, found: Corners) -> _Drawn:
        """Lay out a screen, unless it is the one that is shown."""
        last = self._drawn
        if last is None or last.screen != screen:
            face = key_face(screen)
            self._face, self._page = face, self._page if face == self._face else 0
        style = replace(self._style, page=self._page)
        if (
            last is not None
            and (last.screen, last.style) == (screen, style)
            and (last.picture is None) == (picture is None)
        ):
            return _Drawn(screen, style, last.items, picture, found)
        items = compose(screen, style, live=picture is not None)
        return _Drawn(screen, style, items, picture, found)

    def _paint(self, now: _Drawn, area: pygame.Rect | None) -> None:
        """Paint everything, or only `area`, and show it."""
        self._surface.set_clip(area)
        paint_all(self._surface, now.items, self._style, now.picture, now.found)
        self._display.show(self._surface, area)

    def rehearse(self) -> None:
        """Draw a little more of what verdicts consist of, unseen, until all of it was drawn once."""
        next(self._rehearsal, None)

    def is_touched(self, now_s: float) -> bool:
        """Return True if anything was touched since the last call; the touches mean nothing else.

        `now_s` is the monotonic time of this call, s.
        """
        self._contacts.polled_s = now_s
        return any(contact.down for contact in self._display.poll())

    def inputs(self, screen: Callable[[], Shown], now_s: float) -> Iterator[Input]:
        """Yield the inputs since the last call, each as it is meant on the screen that `screen` then returns.

        `now_s` is the monotonic time of this call, s. The iterator must be used up.
        """
        for contact in self._display.poll():
            event = self._contacts.read(contact, screen(), self.style)
            if isinstance(event, Turned):
                self._page += 1
            elif event is not None:
                yield event
        self._contacts.polled_s = now_s

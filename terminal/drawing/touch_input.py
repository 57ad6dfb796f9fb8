"""Converts touches of the display, and keys of a desk, to input for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.drawing.draw import event_at
from terminal.drawing.touch_cells import Turned
from terminal.ports import Button
from terminal.screens.attention import KeyDown, KeyUp, Touched
from terminal.screens.choice import CodeChosen
from terminal.screens.events import Pressed
from terminal.screens.sign_in import PadTouched, SignIn

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.ports import Contact
    from terminal.screens.attention import Input
    from terminal.screens.state import Shown


@dataclass(slots=True)
class Contacts:
    """Touches of the display, and keys of a desk's keyboard.

    Touches are noticed by polling, so one may have begun or ended as early as the poll before. That is the
    time it is given: a press then never counts for a screen that may have appeared after it, and no key
    counts as held longer than it certainly was.
    """

    polled_s: float = 0.0
    """Monotonic time, s, before the previous poll."""
    _finger: Button | None = None
    """The button whose place on the display is touched."""

    def read(self, contact: Contact, screen: Shown, style: Style) -> Input | Turned | None:
        """Return the input of a contact on the screen shown, drawn in `style`: None if it has none, Turned if
        it only turns the page.
        """
        match contact.what:
            case Button() as button:
                return self._key(button, down=contact.down)
            case int() as digit:
                return self._digit(digit, screen) if contact.down else None
            case _ if not contact.down:
                finger, self._finger = self._finger, None
                return None if finger is None else self._key(finger, down=False)
            case tuple() as point:
                return self._touch(point, screen, style)
            case None:
                return None

    def _digit(self, digit: int, screen: Shown) -> Input | None:
        if isinstance(screen, SignIn):
            return Touched(PadTouched(str(digit)), self.polled_s)
        return Touched(CodeChosen(digit - 1), self.polled_s) if digit else None

    def _key(self, button: Button, *, down: bool) -> Input:
        return KeyDown(button, self.polled_s) if down else KeyUp(button, self.polled_s)

    def _touch(self, point: tuple[int, int], screen: Shown, style: Style) -> Input | Turned | None:
        meant = event_at(screen, point, style)
        if isinstance(meant, Pressed):
            self._finger = meant.button
            return self._key(meant.button, down=True)
        return meant if meant is None or isinstance(meant, Turned) else Touched(meant, self.polled_s)

"""`roadside fault`: show for a time that the terminal does not start, when it ended many times in a row.

The service manager runs it in place of `roadside run`. It loads nothing that reads codes or records, since
one of these may be what ends the terminal.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from terminal import console
from terminal.drawing.draw import draw
from terminal.drawing.fonts import Fonts
from terminal.drawing.theme import Style
from terminal.errors import FontFault, StartFault
from terminal.screens import state
from terminal.screens.values import ClockStatus, Notice, Status, TrustStatus

if TYPE_CHECKING:
    from terminal.config import Config
    from terminal.errors import Fault
    from terminal.ports import Display, ServiceManager

DONE = 0
"""Exit status."""
_ALIVE_S = 2.0
"""Interval of the watchdog's feeding, s."""


def run(  # noqa: PLR0913 - the parts of a terminal that are still used
    settings: Config,
    display: Display,
    service_manager: ServiceManager,
    now_s: float,
    *,
    seconds: float,
    stop: threading.Event | None = None,
) -> int:
    """Show the fault for so many seconds, or until SIGTERM or SIGINT; return DONE. Raises DisplayFault."""
    stop = stop or _stopped_by_signals()
    fault = StartFault()
    console.warn(fault.line())
    style = style_for(fault, settings, display.size)
    screen = state.FaultScreen(Status(ClockStatus(now_s), TrustStatus(laboratory=False)), Notice.of(fault))
    display.show(draw(screen, None, style))
    service_manager.ready()
    for _ in range(max(1, int(seconds / _ALIVE_S))):
        if stop.wait(min(_ALIVE_S, seconds)):
            break
        service_manager.alive()
    service_manager.stopping()
    return DONE


def style_for(fault: Fault, settings: Config, size: tuple[int, int]) -> Style:
    """Return the style to show a fault in: English if the Chinese font is missing."""
    if not isinstance(fault, FontFault):
        try:
            return style_of(settings, Fonts.load(settings.paths.fonts), size)
        except FontFault:
            console.warn(FontFault().line())
    return replace(style_of(settings, Fonts.fallback(), size), language="en")


def style_of(settings: Config, fonts: Fonts, size: tuple[int, int]) -> Style:
    """Return the style of all screens on a display of `size` px."""
    display = settings.display
    return Style(settings.terminal.language, fonts, size, display.night, display.diagonal_in)


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop

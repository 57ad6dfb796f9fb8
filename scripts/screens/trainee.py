"""Somebody who operates the page of a desk: the app runs here, and headless Chromium shows its page."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from drivers.browser_display import BrowserDisplay
from drivers.desk import DeskLook, desk_rig
from drivers.sd_notify import SystemdNotify
from keys.key_store import open_store
from scripts.chromium import Chromium
from terminal.commands import run
from terminal.drawing.draw import event_at
from terminal.ports import Rig
from terminal.rigs import link_of, trusted_clock
from terminal.scenarios.player import PATIENCE_S, TURN_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.app import App
    from terminal.config import Config
    from terminal.credential.trust_source import TrustSource
    from terminal.screens.attention import ScreenView

_FPS = 60


@dataclass
class Trainee:
    """Operates a page by keys and touches, each once it counts."""

    app: App
    display: BrowserDisplay
    browser: Chromium
    now_s: Callable[[], float]
    polled_s: float = 0.0
    """Monotonic time, s, after which the display was last polled: a contact counts as if it was then."""

    def until(self, met: Callable[[], bool]) -> None:
        """Run the app until a condition holds. Raises TimeoutError after PATIENCE_S."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not met():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{self.app.screen}")
            self._run_once()

    def press(self, key: str) -> None:
        """Press and release a key of the keyboard."""
        self.until(lambda: self._sight(key).counts(self.polled_s))
        self.browser.key("rawKeyDown", key)
        self.browser.key("keyUp", key)
        self._deliver()

    def type(self, digits: str) -> None:
        """Press the keys of some digits, then Enter."""
        for key in (*digits, "Enter"):
            self.press(key)

    def touch(self, wanted: object) -> None:
        """Click the place of the display at which a touch means `wanted`."""
        self.until(lambda: self.app.ui.touches.counts(self.polled_s))
        style = self.app.style
        width, height = style.size
        places = product(range(8, width, 16), range(8, height, 16))
        x, y = next(at for at in places if event_at(self.app.screen, at, style) == wanted)
        left, top, across, down = self.browser.run(
            "(b => [b.x, b.y, b.width, b.height])(screen.getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.browser.mouse(kind, left + x * across / width, top + y * down / height)
        self._deliver()

    def hold(self, code: int) -> None:
        """Hold a sample code before the camera, by its place in the tray."""
        self.browser.run(f"document.querySelectorAll('#codes button')[{code}].click()")

    def see(self) -> None:
        """Run the app until the page shows the newest frame."""
        self.until(lambda: self.browser.run("screen.dataset.frame") == str(self.display.picture()[0]))

    def _deliver(self) -> None:
        """Let the app act on what the page has sent, and draw the screen."""
        self.browser.run("sending.then(() => null)")
        self._run_once()

    def _run_once(self) -> None:
        self.polled_s = self.now_s()
        self.app.run_once(TURN_S)

    def _sight(self, key: str) -> ScreenView:
        return self.app.ui.touches if key.isdigit() else self.app.ui.keys


@contextmanager
def trainee_of(settings: Config, trust_source: Callable[[], TrustSource], tray: Path) -> Iterator[Trainee]:
    """Run the app of these settings on a desk with a tray, in a page, and somebody at it."""
    look = DeskLook((480, 800), settings.terminal.language, settings.paths.fonts)
    desk = desk_rig(tray, look, "browser", fps=_FPS, tonal=True)
    if not isinstance(desk.display, BrowserDisplay):
        raise TypeError("a page was wanted")
    clock = trusted_clock(settings)
    link = link_of(settings)
    rig = Rig(desk.scene.open_camera, desk.display, desk.panel, clock, SystemdNotify(""), link)
    app = run.assemble(run.Setup(settings, rig, open_store, trust_source))
    app.start()
    try:
        with Chromium() as browser:
            browser.open(desk.display.address)
            yield Trainee(app, desk.display, browser, clock.monotonic_s)
    finally:
        app.stop()
        desk.display.close()
        desk.panel.close()

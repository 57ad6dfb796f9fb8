"""Measure how long screens take to draw, how smoothly the live picture moves, and how soon it wakes.

The screens are the golden ones (tests/terminal/drawing/gallery.py), composed, painted and shown on a display
without a screen. An officer has one language and one theme, so the screens of each are drawn in rounds of
their own, the first of which fills the caches.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import cv2
import nacl.utils
from PIL import Image, ImageDraw, ImageFont

from drivers import display, sim
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from keys.qr import qr_image
from scripts.benchmarks.decode.corpus import photographs
from scripts.benchmarks.rows import Budget, Row, cpu_s, row
from terminal import config
from terminal.commands import run
from terminal.drawing.draw import compose
from terminal.drawing.fonts import BOLD, REGULAR, SIMPLIFIED_CHINESE, Fonts
from terminal.drawing.items import Text
from terminal.drawing.presenter import Presenter
from terminal.ports import Button, Rig
from terminal.rigs import trust_source
from terminal.scenarios import player, script
from tests.scenarios.conftest import SIGN_IN
from tests.terminal.drawing.displays import FONTS
from tests.terminal.drawing.gallery import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pygame import Rect, Surface

    from terminal.app import App
    from terminal.ports import Contact, Display
    from tests.terminal.drawing.gallery import View

ROUNDS = 7
DRAW_MS = Budget(3)
PICTURE_MS = Budget(40)
"""25 pictures a second."""
WAKE_MS = Budget(300, "p95")
WAKES = 20
SECONDS = 4.0
FPS = 30.0


def measure() -> list[Row]:
    """Measure CPU time of drawing each screen, and wall time between two pictures and of waking."""
    return [*_drawing(), *_living()]


def _drawing() -> list[Row]:
    fonts, peer, panel = Fonts.load(FONTS), _Pillow(), display.offscreen()
    first_ms: list[float] = []
    again_ms: dict[str, float] = {}
    peer_ms: dict[str, float] = {}
    for kind in {_kind(view) for view in VIEWS.values()}:
        views = {name: view for name, view in VIEWS.items() if _kind(view) == kind}
        presenter = Presenter(panel, next(iter(views.values())).look(fonts))
        shows = {name: partial(presenter.show, view.screen, view.preview) for name, view in views.items()}
        first_ms += [_ms(show) for show in shows.values()]
        again_ms |= _medians(shows)
        peer_ms |= _medians({name: partial(peer.draw, _texts(view, fonts)) for name, view in views.items()})
    panel.close()
    worst = max(again_ms, key=again_ms.__getitem__)
    slowest_ms = again_ms[worst]
    return [
        row("drawing a screen again", "ms", list(again_ms.values()), DRAW_MS, note=f"{len(VIEWS)} screens"),
        Row("  the slowest", "ms", slowest_ms, slowest_ms, note=worst),
        row("  for the first time", "ms", first_ms),
        row("  its texts alone, by Pillow", "ms", list(peer_ms.values())),
    ]


def _kind(view: View) -> tuple[str, bool]:
    """Return the language and the theme."""
    return view.language, view.night


def _texts(view: View, fonts: Fonts) -> list[Text]:
    items = compose(view.screen, view.look(fonts), live=view.preview is not None)
    return [item for item in items if isinstance(item, Text)]


def _ms(task: Callable[[], object]) -> float:
    return 1e3 * cpu_s(task)


def _medians(tasks: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median CPU time of each task, ms, over rounds through all of them; the first only warms."""
    rounds = [{name: _ms(task) for name, task in tasks.items()} for _ in range(1 + ROUNDS)][1:]
    return {name: statistics.median(one[name] for one in rounds) for name in tasks}


class _Pillow:
    """Draws texts with Pillow, as luma.core and most small displays' examples do."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (480, 800))
        self._fonts: dict[tuple[int, bool], ImageFont.FreeTypeFont] = {}

    def draw(self, texts: Sequence[Text]) -> None:
        """Draw the texts at their places; the fonts are kept."""
        canvas = ImageDraw.Draw(self._image)
        for item in texts:
            key = (item.size, item.bold)
            if key not in self._fonts:
                path = str(FONTS / (BOLD if item.bold else REGULAR))
                self._fonts[key] = ImageFont.truetype(path, item.size, SIMPLIFIED_CHINESE)
            canvas.text(item.rect.topleft, item.string, item.colour, self._fonts[key])


@dataclass
class _Watched:
    """A display that notes when it was shown something."""

    display: Display
    shown_s: list[float] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """See `terminal.ports.Display`."""
        return self.display.size

    def show(self, surface: Surface, area: Rect | None = None) -> None:
        """See `terminal.ports.Display`."""
        self.display.show(surface, area)
        self.shown_s.append(time.monotonic())

    def light(self, *, on: bool) -> None:
        """See `terminal.ports.Display`."""
        self.display.light(on=on)

    def poll(self) -> Sequence[Contact]:
        """See `terminal.ports.Display`."""
        return self.display.poll()

    def close(self) -> None:
        """See `terminal.ports.Display`."""
        self.display.close()


def _living() -> list[Row]:
    """Run the app without a code in view, and with one that is outlined, having been checked already."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        lab.make(home / "lab", int(time.time()), nacl.utils.random)
        settings = config.read(home / "lab" / lab.CONFIG)
        desk = sim.sim_rig(fps=FPS)
        watched = _Watched(desk.display)
        rig = Rig(lambda: desk.camera, watched, desk.panel, desk.clock, SystemdNotify(""))
        setup = run.Setup(replace(settings, registry=None), rig, open_store, partial(trust_source, settings))
        app = run.assemble(setup)
        app.start()
        try:
            _pictures_of(home)
            play = player.Player(app, desk, home, lambda _: None).play
            rows = []
            for what, script_text in _SCENES.items():
                play(script.parse(script_text, home))
                rows.append(_shown(app, watched, what))
            return [*rows, _woken(app, desk)]
        finally:
            app.stop()
            desk.close()


_SCENES = {
    "no code in view": f"{SIGN_IN}\nshow road.png\nexpect ready",
    "a code outlined": "show code.png\nexpect undetermined\npress TRIGGER\nexpect ready",
}


def _pictures_of(home: Path) -> None:
    """Write a photograph without a code, which costs the reader its whole budget, and a code."""
    road = next(each.luma for each in photographs() if not each.coded)
    cv2.imwrite(str(home / "road.png"), road)
    qr_image("a code of another issuer", "M", 8).save(home / "code.png")


def _shown(app: App, watched: _Watched, what: str) -> Row:
    """Measure the time between two pictures on the display."""
    watched.shown_s.clear()
    seen, until_s = app.frames_seen, time.monotonic() + SECONDS
    while time.monotonic() < until_s:
        app.run_once()
    between_ms = [1e3 * (later - earlier) for earlier, later in pairwise(watched.shown_s)]
    note = f"{len(watched.shown_s)} shown, {app.frames_seen - seen} scanned in {SECONDS:g} s"
    return row(f"live picture, {what}", "ms", between_ms, PICTURE_MS, note=note)


def _woken(app: App, desk: sim.SimRig) -> Row:
    """Measure the time from the press that wakes the terminal to the first frame scanned and shown."""
    waits_ms = []
    for _ in range(WAKES):
        desk.clear()
        desk.advance(app.services.limits.rests_s)
        while not app.resting or desk.camera.streaming:
            desk.advance(1.0)
            app.run_once(0.01)
        seen, begun_s = app.frames_seen, time.monotonic()
        desk.press(Button.TRIGGER)
        while app.frames_seen == seen:
            app.run_once()
        waits_ms.append(1e3 * (time.monotonic() - begun_s))
    return row("wake by a press to the first frame shown", "ms", waits_ms, WAKE_MS, note=f"{WAKES} rests")

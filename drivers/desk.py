"""The rig of a desk: the device's own panel on mock pins, a tray before the camera, a window or a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from drivers import tray
from drivers.browser_display import BrowserDisplay
from drivers.desk_camera import DeskScene
from drivers.desk_panel import DeskPanel
from drivers.desk_window import DeskWindow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from drivers.display import Size

DeskScreen = Literal["window", "browser"]


@dataclass(frozen=True, slots=True)
class DeskLook:
    """Size, language and fonts of a desk's display."""

    size: Size
    """Width and height of the terminal's screen, px."""
    language: Literal["zh", "en"]
    fonts: Path
    """Folder of the Noto CJK fonts."""


@dataclass(frozen=True, slots=True)
class DeskRig:
    """The parts of a desk."""

    display: BrowserDisplay | DeskWindow
    panel: DeskPanel
    scene: DeskScene

    @property
    def address(self) -> str | None:
        """Address of the page; None with a window."""
        return self.display.address if isinstance(self.display, BrowserDisplay) else None


def usual_screen(environment: Mapping[str, str]) -> DeskScreen:
    """Return `window` where the environment variables name a desktop to open one on, else `browser`."""
    named = any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return "window" if named else "browser"


def desk_rig(samples: Path | None, look: DeskLook, screen: DeskScreen, *, fps: float, tonal: bool) -> DeskRig:
    """Make a desk with the tray of a folder (None: an empty one). Raises InputFault, DisplayFault."""
    held = tray.Tray() if samples is None else tray.read(samples)
    panel = DeskPanel(tonal=tonal)
    scene = DeskScene([one.picture for one in held.codes], fps)
    display: BrowserDisplay | DeskWindow
    if screen == "browser":
        display = BrowserDisplay(look.size, panel, scene, held)
    else:
        display = DeskWindow(look.size, panel, scene, held, language=look.language, fonts=look.fonts)
    return DeskRig(display, panel, scene)

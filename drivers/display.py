"""Displays through SDL and frame buffers: show a portrait picture, and return touches in its pixels."""

from __future__ import annotations

import fcntl
import mmap
import os
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pygame

from terminal.errors import DisplayFault
from terminal.ports import Button, Contact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rotation = Literal[0, 90, 180, 270]
Size = tuple[int, int]

PORTRAIT: Size = (480, 800)
"""Width and height of the picture in portrait orientation, px."""

_KEYS = {
    pygame.K_SPACE: Button.TRIGGER,
    pygame.K_RETURN: Button.CONFIRM,
    pygame.K_KP_ENTER: Button.CONFIRM,
    pygame.K_ESCAPE: Button.BACK,
}
"""Keyboard keys that stand for the terminal's buttons on a desk."""
_DIGITS = {
    pygame.K_0: 0,
    pygame.K_KP_0: 0,
    **{key: digit for row in (pygame.K_1, pygame.K_KP_1) for digit, key in enumerate(range(row, row + 9), 1)},
}
"""Keyboard keys for numbered items on the screen."""

_MASKS = {16: (0xF800, 0x07E0, 0x001F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}
"""Bits per pixel to the masks of red, green, blue and alpha: RGB565 and XRGB8888, as on the Pi."""
_BLANK, _LIT, _DARK = 0x4611, 0, 4
"""FBIOBLANK, FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN of linux/fb.h."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Placement of a portrait picture on a panel: rotated clockwise, as large as fits, centred."""

    portrait: Size
    panel: Size
    rotation: Rotation = 0
    aside: int = 0
    """Columns at the panel's right that are left free, px."""

    @property
    def turned(self) -> Size:
        """Size of the picture after rotation, before scaling."""
        width, height = self.portrait
        return (width, height) if self.rotation in {0, 180} else (height, width)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of the picture on the panel, px."""
        across, down = self.turned
        room = self.panel[0] - self.aside
        scale = min(room / across, self.panel[1] / down)
        width, height = max(1, round(across * scale)), max(1, round(down * scale))
        return (room - width) // 2, (self.panel[1] - height) // 2, width, height

    def to_panel(self, area: pygame.Rect) -> tuple[int, int, int, int]:
        """Return left, top, width and height on the panel of a part of the picture that is not scaled, px."""
        left, top, _, _ = self.box
        width, height = self.portrait
        match self.rotation:
            case 0:
                return left + area.x, top + area.y, area.width, area.height
            case 90:
                return left + height - area.bottom, top + area.x, area.height, area.width
            case 180:
                return left + width - area.right, top + height - area.bottom, area.width, area.height
            case 270:
                return left + area.y, top + width - area.right, area.height, area.width

    def to_portrait(self, x: int, y: int) -> tuple[int, int] | None:
        """Return the picture's pixel at the panel's pixel (x, y); None outside the picture."""
        left, top, width, height = self.box
        if not (0 <= x - left < width and 0 <= y - top < height):
            return None
        across, down = self.turned
        u, v = (x - left) * across // width, (y - top) * down // height
        picture = self.portrait
        match self.rotation:
            case 0:
                return u, v
            case 90:
                return v, picture[1] - 1 - u
            case 180:
                return picture[0] - 1 - u, picture[1] - 1 - v
            case 270:
                return picture[0] - 1 - v, u


class SdlDisplay:
    """A display driven by SDL; one at a time per process, used by the main thread."""

    def __init__(  # noqa: PLR0913 - what SDL and the picture's place need
        self,
        driver: str | None,
        panel: Size | None,
        size: Size,
        rotation: Rotation,
        title: str,
        *,
        aside: int = 0,
    ) -> None:
        """Open SDL's video `driver` (None: SDL's default) for pictures of `size`. Raises DisplayFault.

        `panel` is the size of the panel, None for the whole screen; its last `aside` columns are left free.
        See `window`, `kms` and `offscreen`.
        """
        with _as_fault():
            _init_video(driver)
            pygame.display.set_caption(title)
            # The whole screen is a device without a pointer.
            screen = pygame.display.set_mode(panel or (0, 0), 0 if panel else pygame.FULLSCREEN)
            pygame.mouse.set_visible(panel is not None)
        self._panel = screen
        self._placement = Placement(size, screen.get_size(), rotation, aside)

    @property
    def size(self) -> Size:
        """See `terminal.ports.Display`."""
        return self._placement.portrait

    def show(self, surface: pygame.Surface, area: pygame.Rect | None = None) -> None:
        """See `terminal.ports.Display`."""
        if surface.get_size() != self.size:
            raise DisplayFault(f"a picture of {surface.get_size()} on a display of {self.size}")
        placement = self._placement
        scaled = placement.box[2:] != placement.turned
        with _as_fault():
            if area is None or scaled:
                part, place = surface, pygame.Rect(placement.box)
            else:
                part, place = surface.subsurface(area), pygame.Rect(placement.to_panel(area))
            # pygame rotates anticlockwise.
            turned = pygame.transform.rotate(part, -placement.rotation) if placement.rotation else part
            if scaled:
                turned = pygame.transform.smoothscale(turned, place.size)
            self._panel.blit(turned, place)
            self._flush(place)

    def _flush(self, place: pygame.Rect) -> None:
        """Bring a part of the panel's content to the panel."""
        pygame.display.update(place)

    def light(self, *, on: bool) -> None:
        """See `terminal.ports.Display`. SDL cannot switch a panel's light: a dark picture has to do."""

    def poll(self) -> Sequence[Contact]:
        """See `terminal.ports.Display`. Closing the window acts like Ctrl-C. Raises DisplayFault."""
        with _as_fault():
            events = pygame.event.get()
        found = [self._heard(event) for event in events]
        return [one for one in found if one is not None]

    def _heard(self, event: pygame.event.Event) -> Contact | None:
        width, height = self._placement.panel
        match event.type:
            case pygame.KEYDOWN | pygame.KEYUP:
                key = _KEYS.get(event.key, _DIGITS.get(event.key))
                return None if key is None else Contact(key, down=event.type == pygame.KEYDOWN)
            case pygame.FINGERDOWN | pygame.FINGERUP:  # coordinates are fractions of the panel
                point = int(event.x * width), int(event.y * height)
                return self._touched(point, down=event.type == pygame.FINGERDOWN)
            # SDL repeats each finger event as a mouse event, which is ignored.
            case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP if event.button == 1 and not event.touch:
                return self._touched(event.pos, down=event.type == pygame.MOUSEBUTTONDOWN)
            case pygame.QUIT:
                signal.raise_signal(signal.SIGINT)
                return None
            case _:
                return None

    def _touched(self, point: tuple[int, int], *, down: bool) -> Contact | None:
        """Return a touch that began in the picture, or one that ended anywhere."""
        at = self._placement.to_portrait(*point)
        return None if down and at is None else Contact(at, down=down)

    def shot(self, path: Path) -> None:
        """Save the panel's content upright, in the format of the path's suffix. Raises DisplayFault."""
        with _as_fault():
            upright = pygame.transform.rotate(
                self._panel.subsurface(self._placement.box), self._placement.rotation
            )
            if upright.get_size() != self.size:
                upright = pygame.transform.smoothscale(upright, self.size)
            pygame.image.save(upright, path)

    def close(self) -> None:
        """See `terminal.ports.Display`."""
        pygame.display.quit()


def window(size: Size = PORTRAIT, rotation: Rotation = 0, title: str = "roadside") -> SdlDisplay:
    """Open a window on a desktop. Raises DisplayFault."""
    placed = Placement(size, size, rotation)
    return SdlDisplay(None, placed.turned, size, rotation, title)


def offscreen(size: Size = PORTRAIT, rotation: Rotation = 0) -> SdlDisplay:
    """Create a display without a screen; `shot` saves its content. Raises DisplayFault."""
    return SdlDisplay("dummy", Placement(size, size, rotation).turned, size, rotation, "")


def kms(size: Size = PORTRAIT, rotation: Rotation = 0) -> SdlDisplay:
    """Open the whole screen by kernel mode setting, without a desktop. Raises DisplayFault.

    Needs Debian's pygame: the SDL in PyPI's wheels lacks it. Not tested on a Pi's screen.
    """
    return SdlDisplay("kmsdrm", None, size, rotation, "")


class FramebufferDisplay(SdlDisplay):
    """A display with a frame buffer: drawn off-screen and copied to the device.

    Touches come through SDL's `evdev` driver; not tested on a touch screen. The text console draws on the
    same buffer: hide it with `vt.global_cursor_default=0` and `consoleblank=0`.
    """

    def __init__(
        self,
        size: Size = PORTRAIT,
        rotation: Rotation = 0,
        *,
        device: Path = Path("/dev/fb0"),
        sysfs: Path = Path("/sys/class/graphics/fb0"),
    ) -> None:
        """Map `device`, with the geometry in `sysfs`: `modes` or `virtual_size`, `bits_per_pixel` and
        `stride`.

        Raises DisplayFault.
        """
        panel, bits, stride = _geometry(sysfs)
        try:
            super().__init__("evdev", panel, size, rotation, "")
        except DisplayFault:
            super().__init__("dummy", panel, size, rotation, "")  # an SDL without evdev: no touch
        self._panel = pygame.Surface(panel, 0, bits, _MASKS[bits])
        self._device = device
        try:
            with device.open("r+b") as file:
                memory = mmap.mmap(file.fileno(), stride * panel[1])
        except (OSError, ValueError) as error:
            raise DisplayFault(f"{device}: {error}") from error
        self._pixels = np.ndarray(panel[::-1], f"<u{bits // 8}", memory, strides=(stride, bits // 8))
        self._pixels[:] = 0  # beside the picture too

    def light(self, *, on: bool) -> None:
        """See `terminal.ports.Display`. Not tested on a panel; one whose driver cannot blank it stays lit."""
        with suppress(OSError), self._device.open("r+b") as file:
            fcntl.ioctl(file, _BLANK, _LIT if on else _DARK)

    def _flush(self, place: pygame.Rect) -> None:
        down, across = slice(place.top, place.bottom), slice(place.left, place.right)
        self._pixels[down, across] = pygame.surfarray.pixels2d(self._panel)[across, down].T


def _geometry(sysfs: Path) -> tuple[Size, int, int]:
    """Return size, bits per pixel and bytes per row of a frame buffer. Raises DisplayFault."""
    try:
        bits = int((sysfs / "bits_per_pixel").read_text())
        stride = int((sysfs / "stride").read_text())
        modes = (sysfs / "modes").read_text().split() if (sysfs / "modes").exists() else []
        # "U:800x480p-60"; virtual_size, "800,480", may be taller with double buffering.
        text = modes[0].partition(":")[2].partition("p")[0] if modes else (sysfs / "virtual_size").read_text()
        width, height = (int(part) for part in text.replace("x", ",").split(","))
    except (OSError, ValueError) as error:
        raise DisplayFault(f"{sysfs}: {error}") from error
    if bits not in _MASKS or stride < width * bits // 8:
        raise DisplayFault(f"{sysfs}: {bits} bits per pixel in rows of {stride} bytes for {width} pixels")
    return (width, height), bits, stride


def _init_video(driver: str | None) -> None:
    """Initialize SDL's video and events only. Raises pygame.error."""
    # SDL would turn the service manager's SIGTERM into an ordinary event.
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"
    before = os.environ.pop("SDL_VIDEODRIVER", None) if driver else None
    try:
        if driver:
            os.environ["SDL_VIDEODRIVER"] = driver
        pygame.display.init()
    finally:
        if driver:
            del os.environ["SDL_VIDEODRIVER"]
        if before is not None:
            os.environ["SDL_VIDEODRIVER"] = before
    if driver and pygame.display.get_driver().lower() != driver:
        raise pygame.error(f"the display is already open with {pygame.display.get_driver()}")


@contextmanager
def _as_fault() -> Iterator[None]:
    """Translate SDL's errors into DisplayFault."""
    try:
        yield
    except pygame.error as error:
        raise DisplayFault(str(error)) from error

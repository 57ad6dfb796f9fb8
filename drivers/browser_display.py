"""A display in a browser page, for a desk without a screen: frames go out, touches and keys come in.

The page talks to a server on the loopback address (`browser_server.py`). Each frame is kept until the next
one and encoded as PNG only when a page asks for it, so the main thread never waits for a page. A page is told
of changes by server-sent events and fetches the newest frame when it has drawn the one before: it paces
itself, and reconnects by itself.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
import pygame

from drivers.browser_server import Answer, BrowserServer, PageContent
from terminal.errors import DisplayFault, InputFault
from terminal.ports import Button, Contact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drivers.desk_camera import DeskScene
    from drivers.desk_panel import DeskPanel
    from drivers.tray import Tray

_FASTEST_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True, slots=True)
class DeskHold:
    """The sample code to hold before the camera; None for none."""

    code: int | None


DeskAction: TypeAlias = Contact | DeskHold


def read_action(body: bytes) -> DeskAction:
    """Read what the page says its user did, one JSON object. Raises ValueError for anything else.

    It has `touch`, [x, y] in px or null, `button`, a name, or `digit`, 0 to 9, each with `down`; or `hold`,
    the index of a sample code or null.
    """
    match json.loads(body):
        case {"touch": [int() as x, int() as y], "down": True, **rest} if not rest:
            return Contact((x, y), down=True)
        case {"touch": None, "down": False, **rest} if not rest:
            return Contact(None, down=False)
        case {"button": str() as name, "down": bool() as down, **rest} if not rest:
            return Contact(Button(name), down=down)
        case {"digit": int() as digit, "down": bool() as down, **rest} if not rest and 0 <= digit <= 9:
            return Contact(digit, down=down)
        case {"hold": None | int() as code, **rest} if not rest and (code is None or code >= 0):
            return DeskHold(code)
        case _:
            raise ValueError("not an action")


class BrowserDisplay:
    """A display in a page, beside the tray. Buttons and touches are contacts, in the order of the page."""

    def __init__(self, size: tuple[int, int], panel: DeskPanel, scene: DeskScene, tray: Tray) -> None:
        """Serve the page, with pictures of `size` px. Raises DisplayFault, and InputFault for the tray."""
        self._size, self._panel, self._scene = size, panel, scene
        self._changed = threading.Condition()
        self._version, self._frame, self._pages, self._closed = 0, 0, 0, False
        self._pixels = bytes(size[0] * size[1] * 3)
        self._encoded: tuple[int, bytes] = (-1, b"")
        self._contacts: deque[Contact] = deque()
        content = PageContent(json.dumps(tray.public()).encode(), tuple(one.picture for one in tray.codes))
        self._server = BrowserServer(self, content)
        panel.watch(self._tell)

    @property
    def address(self) -> str:
        """Address of the page."""
        return self._server.address

    # terminal.ports.Display

    @property
    def size(self) -> tuple[int, int]:
        """See `terminal.ports.Display`."""
        return self._size

    def show(self, surface: pygame.Surface, area: pygame.Rect | None = None) -> None:  # noqa: ARG002 - the port's
        """See `terminal.ports.Display`. A page gets whole frames: it may skip some."""
        if surface.get_size() != self._size:
            raise DisplayFault(f"a picture of {surface.get_size()} on a display of {self._size}")
        pixels = pygame.image.tobytes(surface, "RGB")
        with self._changed:
            self._pixels, self._frame = pixels, self._frame + 1
        self._tell()

    def light(self, *, on: bool) -> None:
        """See `terminal.ports.Display`. The picture is dark enough."""

    def poll(self) -> Sequence[Contact]:
        """See `terminal.ports.Display`."""
        found = []
        while self._contacts:
            found.append(self._contacts.popleft())
        return found

    def close(self) -> None:
        """See `terminal.ports.Display`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.close()

    # What the server asks for, on its own threads.

    def state(self, after: int, timeout_s: float) -> tuple[int, bytes | None]:
        """Wait until the state is newer than version `after`, at most `timeout_s`; return version and state.

        The state is a JSON object, None if it is still the same or the display is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._version != after or self._closed, timeout_s)
            version, frame = self._version, self._frame
        if version == after:
            return version, None
        told: dict[str, Any] = asdict(self._panel.outputs)
        return version, json.dumps({**told, "frame": frame, "held": self._scene.held}).encode()

    @property
    def closed(self) -> bool:
        """True once the display was closed."""
        return self._closed

    def picture(self) -> tuple[int, bytes]:
        """Return the newest frame's number and its PNG."""
        with self._changed:
            frame, pixels, encoded = self._frame, self._pixels, self._encoded
        if encoded[0] == frame:
            return encoded
        width, height = self._size
        rgb = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
        _, png = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), _FASTEST_PNG)
        made = frame, png.tobytes()
        with self._changed:
            self._encoded = made
        return made

    def act(self, body: bytes) -> Answer:
        """Do what the page's user did; the answer is the refusal if that makes no sense."""
        try:
            match read_action(body):
                case Contact(what=(x, y)) if not (0 <= x < self._size[0] and 0 <= y < self._size[1]):
                    return Answer.REFUSED
                case Contact() as contact:
                    self._contacts.append(contact)
                case DeskHold(code):
                    self._scene.hold(code)
                    self._tell()
        except (ValueError, IndexError, RecursionError, InputFault):
            return Answer.REFUSED
        return Answer.DONE

    def page_opened(self) -> None:
        """A page is connected."""
        with self._changed:
            self._pages += 1

    def page_closed(self) -> None:
        """A page is gone; with the last one, no button or finger stays down."""
        with self._changed:
            self._pages -= 1
            left = self._pages
        if not left:
            self._contacts.extend(Contact(what, down=False) for what in (None, *Button))

    def _tell(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()

"""The Protocols that drivers fill: at most five verbs each, all raising `terminal.errors` alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pygame import Surface

    from terminal.errors import LinkFault
    from terminal.model import Contact, Frame, Incoming, KeyEdge, Outgoing, Sent, Signal, Unsent


@dataclass(frozen=True, slots=True)
class Reach:
    """Within what a camera can be asked; None: it cannot, because it is fixed, automatic or a film."""

    exposure_us: tuple[int, int] | None = None
    """Shortest and longest exposure."""
    gain: tuple[float, float] | None = None
    """Least and most amplification."""
    dioptres: float | None = None
    """The nearest focus, 1/m."""


@dataclass(frozen=True, slots=True)
class CameraControls:
    """What is asked of a camera; None leaves it automatic."""

    exposure_us: int | None = None
    gain: float | None = None
    """Of the sensor; asked together with an exposure."""
    dioptres: float | None = None
    """Where the lens is to focus, 1/m."""
    torch: bool = False
    """The light that is wished for. It is the panel's: a camera leaves it alone."""


class Camera(Protocol):
    """A source of luminance frames; used by the scanner thread alone."""

    @property
    def reach(self) -> Reach:
        """What `set` can ask of it."""

    def set(self, controls: CameraControls) -> None:
        """Take frames so from now on, as far as it can; the next few still come as before.

        Raises CameraFault.
        """

    def capture(self, timeout_s: float) -> Frame | None:
        """The newest frame not yet given, or None when none comes within `timeout_s`.

        Its `luma` may be the camera's own memory: good until the next `capture` or `close`, and not to be
        written to. Raises CameraFault when the device is gone; the caller opens a new one.
        """

    def close(self) -> None:
        """Let go of the device; harmless twice."""


class Display(Protocol):
    """A screen and what touches it; used by the main thread alone."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the officer holds it."""

    def show(self, surface: Surface) -> None:
        """Put a surface of `size` on the screen. Raises DisplayFault."""

    def poll(self) -> Sequence[Contact]:
        """Touches and keys that began or ended since the last call, in order; a desk's keys stand for
        buttons, and digits from 1 to 9 for what is numbered on the screen. Raises DisplayFault.
        """

    def close(self) -> None:
        """Let go of the screen; harmless twice."""


class Panel(Protocol):
    """Buzzer, lamp, vibration, torch and buttons."""

    def listen(self, on_edge: Callable[[KeyEdge], None]) -> None:
        """Call `on_edge` when a button goes down or comes up, from any thread; it only enqueues."""

    def signal(self, signal: Signal | None) -> None:
        """Play a signal in the background in place of the last one; None is quiet. Raises PanelFault."""

    def torch(self, *, on: bool) -> None:
        """Light or darken the torch. Raises PanelFault."""

    def close(self) -> None:
        """Everything off; harmless twice."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """Whether the registry's broker takes our messages; where it does not, why."""

    fault: LinkFault | None

    @property
    def up(self) -> bool:
        """Whether it does."""
        return self.fault is None


LinkMessage: TypeAlias = Union["Incoming", "Sent", "Unsent", LinkState]


class Link(Protocol):
    """The way to the registry. Being offline is a state of it, and never raised."""

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """Connect, and again whenever the connection is lost; `deliver` is called on the link's own thread
        and only enqueues. A LinkState comes with each change, a Sent or an Unsent for each `send`.
        """

    def send(self, message: Outgoing) -> None:
        """Queue a message; returns at once."""

    def acknowledge(self, message: Incoming) -> None:
        """Tell the broker that a message is dealt with; returns at once.

        One that is not acknowledged comes again over the next connection. Nothing is told of a message that
        came over an earlier connection, or that the link acknowledged by itself.
        """

    @property
    def state(self) -> LinkState:
        """How it is now."""

    def close(self) -> None:
        """Disconnect, and deliver nothing more; what was not sent is forgotten. Harmless twice."""


class Clock(Protocol):
    """Wall and monotonic time."""

    def now_s(self) -> float:
        """Unix time, s."""

    def monotonic_s(self) -> float:
        """Monotonic time, s."""

    def trusted(self) -> bool:
        """Whether the wall time comes from a source that may decide a date."""


class Notify(Protocol):
    """The service manager's ear (sd_notify)."""

    def ready(self) -> None:
        """The app is up."""

    def alive(self) -> None:
        """The loops turn: feed the watchdog."""

    def stopping(self) -> None:
        """The app is going down on purpose."""


@dataclass(frozen=True, slots=True)
class Rig:
    """The hardware, or what stands for it."""

    open_camera: Callable[[], Camera]
    """Called by the scanner thread, again after each fault."""
    display: Display
    panel: Panel
    clock: Clock
    notify: Notify
    link: Link | None = None
    """None where this terminal has no registry to ask."""

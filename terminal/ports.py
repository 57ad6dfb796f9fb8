"""Protocols that drivers implement: at most five methods each, raising only `terminal.errors`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

from terminal.device_ports import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pygame import Rect, Surface

    from terminal.errors import LinkFault
    from terminal.model import Luma


class Button(StrEnum):
    """The three buttons of the terminal."""

    TRIGGER = "TRIGGER"
    CONFIRM = "CONFIRM"
    BACK = "BACK"


@dataclass(frozen=True, slots=True)
class ExposureInfo:
    """Exposure of a frame, as reported by the camera."""

    exposure_us: float
    gain: float
    """Product of analogue and digital gain."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A camera frame: luminance, uint8 [height, width], not copied."""

    luma: Luma
    captured_s: float
    """Monotonic time of capture, s."""
    number: int
    taken: ExposureInfo | None = None
    """None if the camera does not report it."""


@dataclass(frozen=True, slots=True)
class OutputStep:
    """A step of sound or vibration. `level` is the tone, Hz, or 1 for vibration; 0 is off."""

    level: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LampStep:
    """A step of the lamp: red, green and blue from 0 to 1."""

    colour: tuple[float, float, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Signal of an outcome: the lamp repeats; sound and vibration play once unless `insistent`."""

    sound: tuple[OutputStep, ...] = ()
    lamp: tuple[LampStep, ...] = ()
    vibration: tuple[OutputStep, ...] = ()
    insistent: bool = False
    volume: float = 1.0
    """Loudness of the sound, up to 1."""
    lead: tuple[OutputStep, ...] = ()
    """Vibration that is played once, before the rest."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the registry, QoS 1; the link reports once that it was Sent or Unsent."""

    topic: str
    payload: bytes = field(repr=False)  # names vehicles and officers
    correlation: bytes | None = None
    """MQTT Correlation Data, which the answer repeats."""
    expiry_s: int | None = None
    """MQTT Message Expiry, whole seconds from now; None is never."""
    response_topic: str | None = None
    urgent: bool = False
    """Sent before messages that are not urgent."""
    retain: bool = False
    """MQTT retain: the broker keeps it as the topic's last message."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A received message; nothing in it is verified yet."""

    topic: str
    payload: bytes = field(repr=False)  # names vehicles and officers
    correlation: bytes | None = None
    delivery: tuple[int, int] | None = field(default=None, compare=False, repr=False)
    """Connection number and packet id for `Link.acknowledge`; None if there is nothing to acknowledge."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The broker accepted the message; only a receipt or an answer proves that it arrived."""

    message: Outgoing


class NotSent(StrEnum):
    """Reason for which a message was not delivered to the broker."""

    UNROUTED = "unrouted"
    """No subscriber at the moment."""
    DENIED = "denied"
    """The terminal may not use the topic."""
    QUOTA = "quota"
    """A quota of the broker is used up, or the link's own queue is full."""
    TOO_LARGE = "too_large"
    EXPIRED = "expired"
    """It expired before it was sent."""
    LOST = "lost"
    """The connection was lost each time it was sent."""
    REFUSED = "refused"
    """The broker gave another reason."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that will not be sent again."""

    message: Outgoing
    why: NotSent


@dataclass(frozen=True, slots=True)
class KeyEdge:
    """A button was pressed or released; `at_s` is monotonic time, s."""

    button: Button
    down: bool
    at_s: float
    bounce: bool = False
    """True for a contact bounce, or a second press while the button is down: not a new press."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Begin or end of a touch, or of a press of a key on a desk.

    `what` is a pixel (x, y) of the screen, a button, a digit from 0 to 9, or None for an end outside of it.
    """

    what: tuple[int, int] | Button | int | None
    down: bool


@dataclass(frozen=True, slots=True)
class CameraLimits:
    """Limits of a camera's controls; None if a control is unavailable (fixed, automatic or a file)."""

    exposure_us: tuple[int, int] | None = None
    """Shortest and longest exposure, µs."""
    gain: tuple[float, float] | None = None
    """Lowest and highest gain."""
    dioptres: float | None = None
    """Nearest focus, dioptres (1/m)."""


@dataclass(frozen=True, slots=True)
class CameraControls:
    """Requested camera controls; None leaves a control automatic."""

    exposure_us: int | None = None
    gain: float | None = None
    """Sensor gain; requested together with an exposure."""
    dioptres: float | None = None
    """Lens position, dioptres (1/m)."""
    torch: bool = False
    """Torch request, which the panel serves; a camera ignores it."""


class Camera(Protocol):
    """A source of luminance frames; used by the scanner thread only."""

    @property
    def reach(self) -> CameraLimits:
        """Limits of the controls that `set` accepts."""

    def set(self, controls: CameraControls) -> None:
        """Request controls for the following frames; the next few frames still have the old ones.

        Raises CameraFault.
        """

    def stream(self, *, on: bool) -> None:
        """Stop or start the frames; the device stays open and configured. Raises CameraFault."""

    def capture(self, timeout_s: float) -> Frame | None:
        """Return the newest frame not returned yet, or None if there is none within `timeout_s` (s).

        Its `luma` may be the camera's own buffer: valid until the next `capture` or `close`, and read-only.
        Raises CameraFault if the device is gone; the caller then opens a new one.
        """

    def close(self) -> None:
        """Close the device; harmless twice."""


class Display(Protocol):
    """A display and its touch input; used by the main thread only."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in portrait orientation, px."""

    def show(self, surface: Surface, area: Rect | None = None) -> None:
        """Show a surface of `size`. Raises DisplayFault.

        `area`, px, is the part that differs from the surface shown before; None is all of it.
        """

    def light(self, *, on: bool) -> None:
        """Switch the panel's light, where it can be switched."""

    def poll(self) -> Sequence[Contact]:
        """Return the touches and keys that began or ended since the last call, in order. Raises DisplayFault.

        On a desk, keyboard keys stand for buttons, and digits for numbered items and keys on the screen.
        """

    def close(self) -> None:
        """Close the display; harmless twice."""


class Panel(Protocol):
    """Buzzer, lamp, vibration, torch and buttons."""

    def listen(self, on_edge: Callable[[KeyEdge], None]) -> None:
        """Call `on_edge` when a button goes down or up, from any thread; it must only enqueue."""

    def signal(self, signal: Signal | None) -> None:
        """Play a signal in the background, replacing the previous one; None is silence. Raises PanelFault."""

    def torch(self, *, on: bool) -> None:
        """Switch the torch. Raises PanelFault."""

    def close(self) -> None:
        """Switch everything off; harmless twice."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """State of the link: up, or the fault that keeps the registry's broker from taking messages."""

    fault: LinkFault | None

    @property
    def up(self) -> bool:
        """True if the broker takes messages."""
        return self.fault is None


LinkMessage: TypeAlias = Union["Incoming", "Sent", "Unsent", LinkState]


class Link(Protocol):
    """Connection to the registry. Being offline is a state and never an exception."""

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        """Connect, and reconnect whenever the connection is lost.

        `deliver` is called on the link's own thread and must only enqueue. It receives a LinkState for each
        change, and a Sent or Unsent for each `send`.
        """

    def send(self, message: Outgoing) -> None:
        """Queue a message; returns at once."""

    def acknowledge(self, message: Incoming) -> None:
        """Acknowledge a processed message to the broker; returns at once.

        An unacknowledged message is delivered again on the next connection. Messages of earlier connections
        and those that the link acknowledges itself are ignored.
        """

    @property
    def state(self) -> LinkState:
        """The current state."""

    def close(self) -> None:
        """Disconnect and deliver nothing more; unsent messages are dropped. Harmless twice."""


class Clock(Protocol):
    """Wall and monotonic time."""

    def now_s(self) -> float:
        """Unix time, s."""

    def monotonic_s(self) -> float:
        """Monotonic time, s."""

    def trusted(self) -> bool:
        """True if the wall time comes from a source reliable enough to decide a date."""

    def note_trust_set(self, made_s: int) -> None:
        """A verified trust set, made at `made_s` (Unix s), is in force: the clock cannot be before that."""

    def note_answer(self, signed_s: float, round_trip_s: float) -> None:
        """A verified answer to our own request has come: set the clock by it, and raise its floor.

        `signed_s` is the answer's signed time (Unix s), `round_trip_s` the time since the request was sent.
        """


class TimeService(StrEnum):
    """A service that keeps the system's clock by reliable sources at the moment."""

    NTP_AND_GNSS = "ntp_and_gnss"
    """NTP and GNSS, unsigned both, which agree with each other."""
    NTS = "nts"
    """Network Time Security (RFC 8915) for every source in use."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The system's clocks at one moment."""

    wall_s: float
    """The system's wall clock, Unix s."""
    running_s: float
    """Time since boot, s: suspended time counts, and neither setting nor slewing the clock changes it."""
    boot_id: str
    """Name of this boot: another after each."""
    service: TimeService | None = None
    """Service that keeps `wall_s`; None if no reliable one does."""
    battery_s: float | None = None
    """The battery-backed clock, Unix s; None if there is none."""


class TimeSource(Protocol):
    """The system's clocks."""

    def wall_s(self) -> float:
        """The system's wall clock, Unix s."""

    def running_s(self) -> float:
        """Time since boot, s; see `ClockReading`."""

    def monotonic_s(self) -> float:
        """Monotonic time, s."""

    def read(self) -> ClockReading:
        """Read all clocks, and what keeps them; a source that cannot be read counts as absent."""


class TrustUpdater(Protocol):
    """Updates of the trust set, each in a process of its own."""

    def start(self) -> None:
        """Start an update; nothing while one runs. Raises TrustFault."""

    @property
    def running(self) -> bool:
        """True while an update runs."""

    def result(self) -> UpdateResult | None:
        """Return the result of an update that ended, once."""

    def close(self) -> None:
        """End an update that runs; the set in force stays as it is. Harmless twice."""


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """Result of an update: `failure` None if the newest set is in force."""

    failure: str | None = None
    """For the log and the administrator."""
    unreachable: bool = False
    """The source could not be read, as without a network."""


class ServiceManager(Protocol):
    """Notifications to the service manager (sd_notify)."""

    def ready(self) -> None:
        """Report that the app has started."""

    def alive(self) -> None:
        """Feed the watchdog: all loops are running."""

    def stopping(self) -> None:
        """Report that the app is stopping on purpose."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files of a terminal's TLS identity, in PEM."""

    ca: Path
    """Certificate of the authority that signed the broker's certificate and this terminal's."""
    certificate: Path
    key: Path
    passphrase: bytes | None = field(default=None, repr=False)
    """Passphrase of an encrypted key."""


class KeyStore(Protocol):
    """Private keys of a terminal's identity, used where they are kept."""

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message, 64 bytes."""

    @property
    def sealing_public_key(self) -> bytes:
        """The X25519 public key, 32 bytes."""

    def open_sealed(self, box: bytes) -> bytes | None:
        """Open a libsodium sealed box to the terminal's X25519 key; None if it is not one."""

    @property
    def tls(self) -> TlsFiles:
        """The TLS identity."""


@dataclass(frozen=True, slots=True)
class Rig:
    """The hardware, or its simulation."""

    open_camera: Callable[[], Camera]
    """Called by the scanner thread, again after each fault."""
    display: Display
    panel: Panel
    clock: Clock
    service_manager: ServiceManager
    link: Link | None = None
    """None if no registry is configured."""
    parts: Parts = field(default_factory=Parts)

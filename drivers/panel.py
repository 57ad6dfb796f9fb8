"""Buzzer, lamp, vibration, torch and buttons through gpiozero; a failing part does not affect the others."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gpiozero import RGBLED, Buzzer, DigitalOutputDevice, PWMOutputDevice
from gpiozero import Button as PushButton
from gpiozero.exc import GPIOZeroError
from gpiozero.threads import GPIOThread

from terminal.errors import PanelFault
from terminal.ports import Button, KeyEdge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from terminal.ports import Signal

T = TypeVar("T")

_LOUDEST = 0.5
"""Duty cycle at which a piezo sounder is loudest: a pulse's fundamental is as strong as the sine of pi times
its duty.
"""
_GLITCH_S = 0.005
"""Pulses shorter than this, s, are interference from the motor or the buzzer."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pins:
    """BCM pin numbers; buttons connect their pin to ground.

    The defaults leave I2C (2, 3), UART (14, 15), SPI (7 to 11), sound (18 to 21) and an SPI display's usual
    lines (24, 25) free.
    """

    buzzer: int = 12
    vibration: int = 13
    lamp: tuple[int, int, int] = (5, 6, 26)
    """Red, green and blue."""
    torch: int = 23
    trigger: int = 17
    confirm: int = 27
    back: int = 22

    def button(self, button: Button) -> int:
        """Return the pin of a button."""
        return {Button.TRIGGER: self.trigger, Button.CONFIRM: self.confirm, Button.BACK: self.back}[button]


class Debounce:
    """Debounces a button: a press counts if the button was still before; holding it is one press."""

    def __init__(self, still_s: float) -> None:
        """Ignore edges within `still_s` seconds of the previous one."""
        self._still_s = still_s
        self._last_s = float("-inf")
        self._down = False

    def edge(self, now_s: float, *, down: bool) -> bool:
        """Return True if the edge at monotonic `now_s` is a press."""
        still = now_s - self._last_s >= self._still_s
        pressed = down and still and not self._down
        self._last_s, self._down = now_s, down
        return pressed


def pi_factory() -> Any:  # noqa: ANN401 - gpiozero ships no annotations
    """Return the Pi's pins through lgpio. Raises PanelFault if there are none."""
    with _as_fault("pins"):
        try:
            from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only the device has lgpio
        except ImportError as error:
            raise PanelFault("lgpio is missing: install python3-lgpio (Raspberry Pi OS)") from error
        return LGPIOFactory()


class GpioPanel:
    """The panel on GPIO pins; on a desk with gpiozero's MockFactory."""

    def __init__(
        self,
        pins: Pins | None = None,
        *,
        factory: Any = None,  # noqa: ANN401 - gpiozero ships no annotations
        tonal: bool = True,
        still_s: float = 0.03,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Claim `pins` from `factory` (None: the Pi's). Raises PanelFault without keeping any pin.

        `tonal` selects a passive buzzer, which plays tones, instead of an active one. See Debounce for
        `still_s`.
        """
        pins = pins or Pins()
        self._monotonic_s = monotonic_s
        self._on_edge: Callable[[KeyEdge], None] | None = None
        with ExitStack() as stack:
            if factory is None:
                factory = pi_factory()
                stack.callback(factory.close)
            with _as_fault("pins"):
                make = partial(self._claim, stack, factory)
                sounder = PWMOutputDevice if tonal else Buzzer
                self._sounder = make(sounder, pins.buzzer)
                self._lamp = make(RGBLED, *pins.lamp)
                self._motor = make(DigitalOutputDevice, pins.vibration)
                self._torch = make(DigitalOutputDevice, pins.torch)
                for button in Button:
                    self._watch(make(PushButton, pins.button(button), bounce_time=_GLITCH_S), button, still_s)
            self._sound = _Channel(self._write_sound, (0, 0.0))
            self._light = _Channel(partial(setattr, self._lamp, "value"), (0.0, 0.0, 0.0))
            self._vibration = _Channel(partial(setattr, self._motor, "value"), 0)
            self._devices = stack.pop_all()

    @staticmethod
    def _claim(stack: ExitStack, factory: Any, kind: Any, *pins: int, **options: Any) -> Any:  # noqa: ANN401 - gpiozero
        device = kind(*pins, pin_factory=factory, **options)
        stack.callback(device.close)
        return device

    def _watch(self, switch: Any, button: Button, still_s: float) -> None:  # noqa: ANN401 - gpiozero
        # Needed because kernels without line debouncing and gpiozero's mock pins ignore bounce_time.
        debounce = Debounce(still_s)
        switch.when_pressed = partial(self._down, button, debounce)
        switch.when_released = partial(self._up, button, debounce)

    def _down(self, button: Button, debounce: Debounce) -> None:
        now_s = self._monotonic_s()
        pressed = debounce.edge(now_s, down=True)
        self._tell(KeyEdge(button, down=True, at_s=now_s, bounce=not pressed))

    def _up(self, button: Button, debounce: Debounce) -> None:
        now_s = self._monotonic_s()
        debounce.edge(now_s, down=False)
        self._tell(KeyEdge(button, down=False, at_s=now_s))

    def _tell(self, edge: KeyEdge) -> None:
        if self._on_edge is not None:
            self._on_edge(edge)

    def _write_sound(self, tone: tuple[int, float]) -> None:
        """Sound a tone of (hertz, volume), or be quiet if either is 0."""
        hertz, volume = tone
        if not isinstance(self._sounder, PWMOutputDevice):
            self._sounder.value = bool(hertz and volume)
            return
        if hertz and volume:
            self._sounder.frequency = hertz
        self._sounder.value = _LOUDEST * volume if hertz else 0

    def listen(self, on_edge: Callable[[KeyEdge], None]) -> None:
        """See `terminal.ports.Panel`."""
        self._on_edge = on_edge

    def signal(self, signal: Signal | None) -> None:
        """See `terminal.ports.Panel`. Tries every part; PanelFault names those that failed."""
        sound = [((t.level, signal.volume), t.seconds) for t in signal.sound] if signal else []
        light = [(g.colour, g.seconds) for g in signal.lamp] if signal else []
        vibration = [(int(p.level > 0), p.seconds) for p in signal.vibration] if signal else []
        lead = [(int(p.level > 0), p.seconds) for p in signal.lead] if signal else []
        insistent = signal is not None and signal.insistent
        failed: list[str] = []
        for play in (
            partial(self._light.play, light, repeat=True),
            partial(self._sound.play, sound, repeat=insistent),
            partial(self._vibration.play, vibration, repeat=insistent, lead=lead),
        ):
            try:
                with _as_fault("signal"):
                    play()
            except PanelFault as fault:
                failed.append(fault.detail)
        if failed:
            raise PanelFault("; ".join(failed))

    def torch(self, *, on: bool) -> None:
        """See `terminal.ports.Panel`."""
        with _as_fault("torch"):
            self._torch.value = on

    def close(self) -> None:
        """See `terminal.ports.Panel`."""
        self._on_edge = None
        for channel in (self._sound, self._light, self._vibration):
            with suppress(*_broken()):
                channel.stop()
        with suppress(*_broken()):
            self._devices.close()

    @property
    def sounding(self) -> int:
        """Current tone, Hz; 0 if quiet, 1 for a buzzer that beeps by itself. Raises PanelFault."""
        with _as_fault("buzzer"):
            if not self._sounder.value:
                return 0
            return int(self._sounder.frequency) if isinstance(self._sounder, PWMOutputDevice) else 1

    @property
    def volume(self) -> float:
        """Current duty cycle of the sounder, 0 to 1. Raises PanelFault."""
        with _as_fault("buzzer"):
            return float(self._sounder.value)

    @property
    def lamp_colour(self) -> tuple[float, float, float]:
        """Current colour of the lamp: red, green and blue, 0 to 1. Raises PanelFault."""
        with _as_fault("lamp"):
            red, green, blue = self._lamp.value
        return red, green, blue

    @property
    def vibrating(self) -> bool:
        """True while the motor runs. Raises PanelFault."""
        with _as_fault("vibration"):
            return bool(self._motor.value)

    @property
    def torch_lit(self) -> bool:
        """True while the torch is lit. Raises PanelFault."""
        with _as_fault("torch"):
            return bool(self._torch.value)


class _Channel(Generic[T]):
    """One output. The first step runs in the caller, which sees its errors; the rest in the background."""

    def __init__(self, write: Callable[[T], None], quiet: T) -> None:
        self._write = write
        self._quiet = quiet
        self._thread: GPIOThread | None = None

    def play(
        self, steps: Sequence[tuple[T, float]], *, repeat: bool, lead: Sequence[tuple[T, float]] = ()
    ) -> None:
        """Play `steps` of value and seconds, once or repeatedly; without steps, be quiet.

        `lead` is played before them, once.
        """
        self.stop()
        first = next(iter((*lead, *steps)), (self._quiet, 0.0))
        self._write(first[0])
        if not lead and (not steps or (repeat and len(steps) == 1)):
            return  # quiet or steady: nothing follows
        endless = repeat and any(seconds > 0 for _, seconds in steps)
        self._thread = GPIOThread(self._follow, (chain(lead, cycle(steps) if endless else steps),))
        self._thread.start()

    def stop(self) -> None:
        """Take no further step; the output keeps its value."""
        if self._thread is not None:
            self._thread.stop(timeout=2)
            self._thread = None

    def _follow(self, steps: Iterable[tuple[T, float]]) -> None:
        stopping = self._thread.stopping  # type: ignore[union-attr]  # `stop` joins this thread before clearing it
        following = iter(steps)
        _, seconds = next(following)
        try:
            for value, next_seconds in following:
                if stopping.wait(seconds):
                    return
                self._write(value)
                seconds = next_seconds
            if not stopping.wait(seconds):
                self._write(self._quiet)
        except _broken() as error:
            _log.warning("a signal was interrupted: %s: %s", type(error).__name__, error)


def _broken() -> tuple[type[Exception], ...]:
    """Return the exceptions that gpiozero, the kernel and lgpio raise for missing or failing hardware."""
    lgpio = sys.modules.get("lgpio")  # imported by gpiozero on the device only
    return (GPIOZeroError, OSError, lgpio.error) if lgpio else (GPIOZeroError, OSError)


@contextmanager
def _as_fault(part: str) -> Iterator[None]:
    """Translate hardware errors into PanelFault, which names the part."""
    try:
        yield
    except _broken() as error:
        raise PanelFault(f"{part}: {type(error).__name__}: {error}") from error


class MissingPanel:
    """Stands for a panel that could not be opened: every request raises its fault."""

    def __init__(self, fault: PanelFault) -> None:
        """Raise `fault` on every request."""
        self._fault = fault

    def listen(self, on_edge: Callable[[KeyEdge], None]) -> None:
        """See `terminal.ports.Panel`. No press will arrive."""

    def signal(self, _signal: Signal | None) -> None:
        """See `terminal.ports.Panel`."""
        raise self._fault

    def torch(self, *, on: bool) -> None:  # noqa: ARG002 - the port's name
        """See `terminal.ports.Panel`."""
        raise self._fault

    def close(self) -> None:
        """See `terminal.ports.Panel`."""

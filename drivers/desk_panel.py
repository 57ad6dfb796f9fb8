"""A desk's panel: the device's own panel on mock pins, whose outputs can be watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.panel import GpioPanel, Pins

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class PanelOutputs:
    """The outputs of the panel at one moment."""

    tone_hz: float = 0.0
    """Frequency of the sounder, Hz; 0 while it is silent."""
    volume: float = 0.0
    """Loudness from 0 to 1, which is at a duty of a half."""
    lamp: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Red, green and blue from 0 to 1."""
    vibrating: bool = False
    torch: bool = False


class DeskPanel(GpioPanel):
    """The panel of the device on mock pins; a desk's buttons are keys of its display."""

    def __init__(self, *, tonal: bool = True) -> None:
        """Make a panel with a sounder that plays tones (`tonal`) or a buzzer."""
        self._wired = Pins()
        self._pins = MockFactory(pin_class=_WatchedPin)
        self._pins.changed = lambda: None
        super().__init__(self._wired, factory=self._pins, tonal=tonal)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, from any thread, whenever an output may have changed; it must only notify."""
        self._pins.changed = changed

    @property
    def outputs(self) -> PanelOutputs:
        """The outputs as the pins have them now."""
        sounder, motor, torch = (
            self._pins.pin(number)
            for number in (self._wired.buzzer, self._wired.vibration, self._wired.torch)
        )
        red, green, blue = (float(self._pins.pin(number).state) for number in self._wired.lamp)
        tone_hz = (sounder.frequency or BUZZER_HZ) if sounder.state else 0.0
        volume = min(1.0, 2.0 * sounder.state)
        return PanelOutputs(float(tone_hz), volume, (red, green, blue), bool(motor.state), bool(torch.state))


BUZZER_HZ = 2700.0
"""Tone of a usual active buzzer, which its driver does not choose."""


class _WatchedPin(MockPWMPin):  # type: ignore[misc]  # gpiozero ships no annotations
    """A mock pin that reports each change of its state or frequency to its factory."""

    def _change_state(self, value: Any) -> Any:  # noqa: ANN401 - gpiozero ships no annotations
        changed = super()._change_state(value)
        self.factory.changed()
        return changed

    def _set_frequency(self, value: Any) -> None:  # noqa: ANN401 - gpiozero ships no annotations
        super()._set_frequency(value)
        self.factory.changed()

"""Signals play, repeat and replace each other; presses are debounced; failures raise PanelFault."""

from __future__ import annotations

import queue
import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from gpiozero.exc import PinInvalidState
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.clock import ManualClock
from drivers.panel import Debounce, GpioPanel, MissingPanel, Pins, pi_factory
from terminal.errors import PanelFault
from terminal.ports import Button, KeyEdge, LampStep, OutputStep, Signal

if TYPE_CHECKING:
    from gpiozero.pins.data import PinInfo

    from terminal.ports import Panel

PINS = Pins()
RED, DARK = (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)
TICK = 0.001


class HeardPin(MockPWMPin):  # type: ignore[misc]  # gpiozero ships no annotations
    """A pin whose changes can be awaited, and which can fail."""

    def __init__(self, factory: MockFactory, info: PinInfo) -> None:
        super().__init__(factory, info)
        self.heard: queue.Queue[float] = queue.Queue()
        self.broken = False

    def _change_state(self, value: float) -> bool:
        if self.broken:
            raise PinInvalidState("the driver's transistor is gone")
        changed: bool = super()._change_state(value)
        if changed:
            self.heard.put(value)
        return changed

    def changes(self, count: int) -> list[float]:
        """Return the next states."""
        return [self.heard.get(timeout=5) for _ in range(count)]


@pytest.fixture
def factory() -> MockFactory:
    return MockFactory(pin_class=HeardPin)


@pytest.fixture
def panel(factory: MockFactory):
    panel = GpioPanel(PINS, factory=factory, still_s=0)
    for pin in (PINS.buzzer, PINS.vibration, *PINS.lamp, PINS.torch):
        factory.pin(pin).heard = queue.Queue()  # ignore what the setup did
    yield panel
    panel.close()


def test_a_steady_lamp_shines_in_its_colour_until_it_is_quiet(panel: GpioPanel):
    port: Panel = panel
    port.signal(Signal(lamp=(LampStep((1.0, 0.5, 0.0), 1),)))
    assert panel.lamp_colour == (1.0, 0.5, 0.0)
    port.signal(None)
    assert panel.lamp_colour == DARK


def test_a_lamp_flashes_over_and_over(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(lamp=(LampStep(RED, TICK), LampStep(DARK, TICK))))

    assert factory.pin(PINS.lamp[0]).changes(6) == [1, 0, 1, 0, 1, 0]


def test_vibration_plays_once_and_ends_still(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(vibration=(OutputStep(1, TICK), OutputStep(0, TICK), OutputStep(1, TICK))))

    assert factory.pin(PINS.vibration).changes(4) == [1, 0, 1, 0]
    assert factory.pin(PINS.vibration).heard.empty()


def test_an_insistent_vibration_repeats(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(vibration=(OutputStep(1, TICK), OutputStep(0, TICK)), insistent=True))

    assert factory.pin(PINS.vibration).changes(6) == [1, 0] * 3


def test_a_lead_is_felt_once_before_what_repeats(panel: GpioPanel, factory: MockFactory):
    lead = (OutputStep(1, TICK), OutputStep(0, TICK))
    panel.signal(Signal(lead=lead))
    assert factory.pin(PINS.vibration).changes(2) == [1, 0]

    panel.signal(Signal(vibration=(OutputStep(1, 60),), lead=lead))
    assert factory.pin(PINS.vibration).changes(3) == [1, 0, 1]
    assert panel.vibrating


def test_sound_plays_once_and_ends_quiet(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(sound=(OutputStep(2600, TICK), OutputStep(0, TICK), OutputStep(2000, TICK))))

    assert factory.pin(PINS.buzzer).changes(4) == [0.5, 0, 0.5, 0]
    assert panel.sounding == 0
    assert factory.pin(PINS.buzzer).heard.empty()


def test_an_insistent_sound_repeats(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(sound=(OutputStep(2600, TICK), OutputStep(0, TICK)), insistent=True))

    assert factory.pin(PINS.buzzer).changes(6) == [0.5, 0] * 3


@pytest.mark.parametrize("hertz", [2000, 2637, 4000])
def test_a_tone_is_that_frequency_on_the_pin(panel: GpioPanel, factory: MockFactory, hertz: int):
    panel.signal(Signal(sound=(OutputStep(hertz, 60),)))

    assert panel.sounding == hertz
    assert factory.pin(PINS.buzzer).frequency == hertz
    assert factory.pin(PINS.buzzer).state == 0.5


def test_each_tone_of_a_signal_has_its_own_frequency(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(sound=(OutputStep(3200, TICK), OutputStep(0, TICK), OutputStep(2600, 60))))

    assert factory.pin(PINS.buzzer).changes(3) == [0.5, 0, 0.5]
    assert panel.sounding == 2600


@pytest.mark.parametrize(("volume", "duty"), [(1.0, 0.5), (0.12, 0.06)])
def test_a_lower_volume_is_a_shorter_pulse(
    panel: GpioPanel, factory: MockFactory, volume: float, duty: float
):
    panel.signal(Signal(sound=(OutputStep(2600, 60),), volume=volume))

    assert factory.pin(PINS.buzzer).state == pytest.approx(duty)
    assert panel.volume == pytest.approx(duty)


def test_without_volume_there_is_no_sound(panel: GpioPanel):
    panel.signal(Signal(sound=(OutputStep(2600, 60),), volume=0))
    assert panel.sounding == 0


def test_a_buzzer_that_beeps_by_itself_is_only_on_or_off(factory: MockFactory):
    panel = GpioPanel(PINS, factory=factory, tonal=False)
    panel.signal(Signal(sound=(OutputStep(2000, 60),)))

    assert panel.sounding == 1
    assert factory.pin(PINS.buzzer).frequency is None
    panel.close()


def test_a_new_signal_replaces_the_old_one(panel: GpioPanel):
    panel.signal(
        Signal(
            sound=(OutputStep(2600, 60),),
            lamp=(LampStep(RED, 60), LampStep(DARK, 60)),
            vibration=(OutputStep(1, 60),),
        )
    )
    assert (panel.sounding, panel.lamp_colour, panel.vibrating) == (2600, RED, True)

    panel.signal(Signal(lamp=(LampStep((0.0, 1.0, 0.0), 60),)))
    assert (panel.sounding, panel.lamp_colour, panel.vibrating) == (0, (0.0, 1.0, 0.0), False)


def test_steps_without_length_neither_spin_nor_stay(panel: GpioPanel, factory: MockFactory):
    panel.signal(Signal(vibration=(OutputStep(1, 0), OutputStep(0, 0), OutputStep(1, 0))))

    assert factory.pin(PINS.vibration).changes(4) == [1, 0, 1, 0]
    assert not panel.vibrating


def test_the_torch_is_lit_and_darkened(panel: GpioPanel):
    panel.torch(on=True)
    assert panel.torch_lit
    panel.torch(on=False)
    assert not panel.torch_lit


def test_signals_leave_no_threads_behind(panel: GpioPanel):
    before = threading.active_count()
    for _ in range(20):
        panel.signal(Signal(sound=(OutputStep(2600, 60),), lamp=(LampStep(RED, 60), LampStep(DARK, 60))))
    panel.signal(None)

    assert threading.active_count() == before


def test_closing_turns_everything_off_and_is_harmless_twice(factory: MockFactory):
    panel = GpioPanel(PINS, factory=factory)
    panel.signal(
        Signal(sound=(OutputStep(2600, 60),), lamp=(LampStep(RED, 60),), vibration=(OutputStep(1, 60),))
    )
    panel.torch(on=True)
    panel.close()
    panel.close()

    assert [factory.pin(pin).state for pin in (PINS.buzzer, PINS.vibration, *PINS.lamp, PINS.torch)] == [
        0
    ] * 6


def press(factory: MockFactory, button: Button) -> None:
    pin = factory.pin(PINS.button(button))
    pin.drive_low()
    pin.drive_high()


def test_each_button_is_heard_as_itself(panel: GpioPanel, factory: MockFactory):
    heard: list[KeyEdge] = []
    panel.listen(heard.append)
    for button in Button:
        press(factory, button)

    assert [(edge.button, edge.down) for edge in heard] == [
        (button, down) for button in Button for down in (True, False)
    ]
    assert not any(edge.bounce for edge in heard)


def test_an_edge_has_the_time_at_which_the_key_moved(factory: MockFactory):
    clock = ManualClock(0)
    heard: list[KeyEdge] = []
    panel = GpioPanel(PINS, factory=factory, monotonic_s=clock.monotonic_s)
    panel.listen(heard.append)
    pin = factory.pin(PINS.button(Button.CONFIRM))
    clock.advance(5)
    pin.drive_low()
    clock.advance(1.25)
    pin.drive_high()
    assert heard == [
        KeyEdge(Button.CONFIRM, down=True, at_s=5.0),
        KeyEdge(Button.CONFIRM, down=False, at_s=6.25),
    ]
    panel.close()


def test_presses_before_anyone_listens_and_after_closing_are_dropped(factory: MockFactory):
    heard: list[KeyEdge] = []
    panel = GpioPanel(PINS, factory=factory, still_s=0)
    press(factory, Button.BACK)
    panel.listen(heard.append)
    panel.close()
    assert heard == []


def test_a_bouncing_contact_is_one_press(factory: MockFactory):
    clock = ManualClock(0)
    heard: list[KeyEdge] = []
    panel = GpioPanel(PINS, factory=factory, still_s=0.03, monotonic_s=clock.monotonic_s)
    panel.listen(heard.append)
    for _ in range(2):
        clock.advance(1)
        for _ in range(5):  # pressing and releasing bounce alike
            press(factory, Button.TRIGGER)
            clock.advance(0.002)
    presses = [edge.button for edge in heard if edge.down and not edge.bounce]
    assert presses == [Button.TRIGGER] * 2
    assert sum(edge.bounce for edge in heard) == 8
    panel.close()


edges = st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), max_size=50)


@settings(deadline=None)
@given(edges)
def test_presses_are_downward_edges_at_least_the_still_time_apart(steps: list[tuple[float, bool]]):
    debounce, now_s = Debounce(0.03), 0.0
    presses: list[float] = []
    for wait_s, down in steps:
        now_s += wait_s
        if debounce.edge(now_s, down=down):
            assert down
            presses.append(now_s)
    assert all(later - earlier >= 0.03 for earlier, later in pairwise(presses))


@settings(deadline=None)
@given(st.lists(st.floats(0.031, 10), max_size=20))
def test_no_slow_press_is_lost_however_long_it_is_held(waits: list[float]):
    debounce, now_s, presses = Debounce(0.03), 0.0, 0
    for wait_s in waits:
        now_s += wait_s
        presses += debounce.edge(now_s, down=True)
        now_s += wait_s
        presses += debounce.edge(now_s, down=False)
    assert presses == len(waits)


def test_a_held_button_is_one_press():
    debounce = Debounce(0.03)

    assert debounce.edge(1.0, down=True)
    assert not debounce.edge(9.0, down=True)


def test_where_there_are_no_pins_opening_is_a_fault_that_says_what_is_missing():
    with pytest.raises(PanelFault, match=r"lgpio|pins"):
        pi_factory()
    with pytest.raises(PanelFault):
        GpioPanel()


def test_a_pin_used_twice_is_a_fault_and_no_pin_stays_claimed(factory: MockFactory):
    with pytest.raises(PanelFault, match="GPIOPinInUse"):
        GpioPanel(Pins(torch=PINS.back), factory=factory)
    GpioPanel(PINS, factory=factory).close()


def test_pins_without_pwm_are_a_fault():
    with pytest.raises(PanelFault, match="PWM"):
        GpioPanel(PINS, factory=MockFactory(pin_class=MockPin))


def test_a_broken_buzzer_is_a_fault_and_the_lamp_shines_all_the_same(panel: GpioPanel, factory: MockFactory):
    factory.pin(PINS.buzzer).broken = True
    with pytest.raises(PanelFault, match="transistor"):
        panel.signal(
            Signal(sound=(OutputStep(2600, 60),), lamp=(LampStep(RED, 60),), vibration=(OutputStep(1, 60),))
        )
    assert panel.lamp_colour == RED
    assert panel.vibrating
    factory.pin(PINS.buzzer).broken = False


def test_a_lamp_that_breaks_while_it_flashes_ends_its_thread_alone(
    panel: GpioPanel, factory: MockFactory, caplog: pytest.LogCaptureFixture
):
    lamp = factory.pin(PINS.lamp[0])
    panel.signal(Signal(lamp=(LampStep(RED, TICK), LampStep(DARK, TICK))))
    lamp.changes(2)
    lamp.broken = True
    [thread] = [t for t in threading.enumerate() if type(t).__name__ == "GPIOThread"]
    thread.join(5)
    assert not thread.is_alive()
    assert "was interrupted" in caplog.text

    with pytest.raises(PanelFault, match="transistor"):
        panel.signal(Signal(lamp=(LampStep((0.5, 0.0, 0.0), 1),)))
    lamp.broken = False
    panel.signal(Signal(lamp=(LampStep(RED, 1),)))
    assert panel.lamp_colour == RED


def test_a_broken_torch_is_a_fault(panel: GpioPanel, factory: MockFactory):
    factory.pin(PINS.torch).broken = True
    with pytest.raises(PanelFault, match=r"torch.*transistor"):
        panel.torch(on=True)
    factory.pin(PINS.torch).broken = False


def test_a_missing_panel_says_so_when_it_is_asked_and_stops_nothing():
    panel: Panel = MissingPanel(PanelFault("no pins"))
    panel.listen(print)
    with pytest.raises(PanelFault, match="no pins"):
        panel.signal(None)
    with pytest.raises(PanelFault, match="no pins"):
        panel.torch(on=True)
    panel.close()
    panel.close()

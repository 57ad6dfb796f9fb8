"""The torch follows the camera's request while codes are looked for, unless the officer chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gpiozero.exc import PinInvalidState
from gpiozero.pins.mock import MockFactory, MockPWMPin

from drivers.panel import GpioPanel, Pins
from terminal.errors import PanelFault
from terminal.services.torch_switch import TorchSwitch

if TYPE_CHECKING:
    from collections.abc import Iterator

PINS = Pins()


class FailingPin(MockPWMPin):  # type: ignore[misc]  # gpiozero ships no annotations
    """A pin that can be broken."""

    broken = False

    def _change_state(self, value: float) -> bool:
        if self.broken:
            raise PinInvalidState("the driver's transistor is gone")
        return bool(super()._change_state(value))


@pytest.fixture
def factory() -> MockFactory:
    return MockFactory(pin_class=FailingPin)


@pytest.fixture
def switch(factory: MockFactory) -> Iterator[TorchSwitch]:
    panel = GpioPanel(PINS, factory=factory, still_s=0)
    yield TorchSwitch(panel)
    factory.pin(PINS.torch).broken = False
    panel.close()


def light(factory: MockFactory) -> bool:
    """Return the state of the torch's pin."""
    return bool(factory.pin(PINS.torch).state)


def test_a_request_is_served_while_codes_are_looked_for(switch: TorchSwitch, factory: MockFactory):
    switch.requested = True
    for looking in (True, False, True):
        switch.apply(looking=looking)
        assert (switch.lit, light(factory)) == (looking, looking)
    switch.requested = False
    switch.apply(looking=True)
    assert (switch.lit, light(factory)) == (False, False)


def test_the_officers_choice_stays_until_it_is_reset(switch: TorchSwitch, factory: MockFactory):
    switch.toggle()
    switch.apply(looking=False)
    assert (switch.lit, light(factory)) == (True, True)
    switch.toggle()
    switch.requested = True
    switch.apply(looking=True)
    assert (switch.lit, light(factory)) == (False, False)
    switch.reset()
    switch.apply(looking=True)
    assert (switch.lit, light(factory)) == (True, True)


def test_a_torch_that_cannot_be_switched_is_tried_again_at_the_next_press_only(
    switch: TorchSwitch, factory: MockFactory
):
    factory.pin(PINS.torch).broken = True
    switch.toggle()
    with pytest.raises(PanelFault):
        switch.apply(looking=True)
    switch.requested = True
    switch.apply(looking=True)
    factory.pin(PINS.torch).broken = False
    switch.apply(looking=True)
    assert (switch.lit, light(factory)) == (False, False)
    switch.toggle()
    switch.apply(looking=True)
    assert (switch.lit, light(factory)) == (True, True)

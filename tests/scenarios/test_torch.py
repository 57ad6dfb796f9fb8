"""In the dark the terminal lights its torch by itself, and the officer's key takes precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from drivers.panel import MissingPanel
from terminal.errors import PanelFault
from tests.scenarios.conftest import SIGN_IN

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk


@pytest.fixture
def night(desk: Desk) -> Desk:
    """A desk whose camera sees almost nothing."""
    desk.start()
    dark(desk)
    return desk


def dark(desk: Desk) -> None:
    """Show a dark scene to the camera."""
    picture = desk.shots / "dark.png"
    Image.fromarray(np.full((720, 1280), 6, np.uint8)).save(picture)
    desk.rig.show(picture)


def lit(desk: Desk) -> bool:
    """Return the state of the torch's pin; the screen must show the same."""
    assert desk.app is not None
    shines = bool(desk.rig.factory.pin(desk.rig.pins.torch).state)
    desk.until(lambda: desk.app is not None and desk.app.screen.status.torch is shines)
    return shines


def seen(desk: Desk, frames: int) -> None:
    """Run until this many more frames were scanned."""
    app = desk.app
    assert app is not None
    enough = app.frames_seen + frames
    desk.until(lambda: app.frames_seen >= enough)


def test_the_dark_lights_the_torch_and_light_does_not(desk: Desk) -> None:
    desk.start()
    seen(desk, 60)
    assert not lit(desk)

    dark(desk)
    desk.until(lambda: lit(desk))


def test_a_torch_that_lit_by_itself_is_dark_behind_a_verdict_and_lit_again_for_the_next_check(
    night: Desk,
) -> None:
    desk = night
    desk.until(lambda: lit(desk))
    desk.play("show phone.jpg\nexpect compare")
    desk.until(lambda: not lit(desk))

    dark(desk)
    desk.play("press TRIGGER\nexpect ready")
    desk.until(lambda: lit(desk))


def test_a_torch_switched_off_by_hand_stays_off_until_it_is_switched_on_again(night: Desk) -> None:
    desk = night
    desk.until(lambda: lit(desk))
    desk.play("press BACK")
    seen(desk, 60)
    assert not lit(desk)

    desk.play("show phone.jpg\nexpect compare\npress TRIGGER\nexpect ready")
    dark(desk)
    seen(desk, 60)
    assert not lit(desk)

    desk.play("press BACK")
    assert lit(desk)


def test_a_torch_switched_on_by_hand_stays_on_behind_a_verdict(desk: Desk) -> None:
    desk.start()
    desk.play("press BACK\nshow phone.jpg\nexpect compare")
    seen(desk, 60)

    assert lit(desk)


def test_the_hand_s_word_ends_with_the_shift(online: Desk) -> None:
    desk = online
    dark(desk)
    desk.until(lambda: lit(desk))
    desk.play("press BACK\nopen menu\nexpect menu\nopen end\nexpect ending\npress CONFIRM\nexpect uploaded")
    desk.play("press BACK\nexpect over")
    assert not lit(desk)

    desk.play(f"{SIGN_IN}\nexpect ready")
    desk.until(lambda: lit(desk))


def test_a_torch_that_cannot_be_switched_is_told_and_stops_nothing(desk: Desk) -> None:
    desk.rig.panel.close()
    desk.rig.panel = MissingPanel(PanelFault("no pins"))  # type: ignore[assignment]  # a panel as any
    app = desk.start()
    dark(desk)
    desk.until(lambda: PanelFault.code in {notice.code for notice in app.screen.status.notices})

    assert not app.screen.status.torch
    desk.play("press BACK\nshow phone.jpg\nexpect compare")

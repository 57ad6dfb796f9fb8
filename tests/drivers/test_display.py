"""Pictures are placed to the pixel, and touches are mapped back."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import display
from drivers.display import FramebufferDisplay, Placement, Rotation
from terminal.errors import DisplayFault
from terminal.ports import Button, Contact

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.ports import Display

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)
ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)


def picture(size: tuple[int, int]) -> pygame.Surface:
    """A white picture with corners red (top left), green (top right), blue (bottom left) and black."""
    surface = pygame.Surface(size)
    surface.fill(WHITE)
    right, bottom = size[0] - 1, size[1] - 1
    for at, colour in (((0, 0), RED), ((right, 0), GREEN), ((0, bottom), BLUE), ((right, bottom), BLACK)):
        surface.set_at(at, colour)
    return surface


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """Return top left, top right, bottom right and bottom left of [height, width, 3]."""
    return [tuple(int(c) for c in pixels[y, x]) for y, x in ((0, 0), (0, -1), (-1, -1), (-1, 0))]


def turned(rotation: Rotation) -> list[tuple[int, ...]]:
    """Return the corners of `picture`, clockwise from the top left, after clockwise rotation."""
    clockwise: list[tuple[int, ...]] = [RED, GREEN, BLACK, BLUE]
    steps = rotation // 90
    return clockwise[4 - steps :] + clockwise[: 4 - steps]


sizes = st.tuples(st.integers(1, 300), st.integers(1, 300))


@settings(deadline=None)
@given(sizes, sizes, st.sampled_from(ROTATIONS), st.data())
def test_every_touch_in_the_box_is_in_the_picture_and_none_outside(
    portrait: tuple[int, int], panel: tuple[int, int], rotation: Rotation, data: st.DataObject
):
    placed = Placement(portrait, panel, rotation)
    left, top, width, height = placed.box
    assert 0 <= left <= left + width <= panel[0]
    assert 0 <= top <= top + height <= panel[1]

    x, y = data.draw(st.integers(-5, panel[0] + 5)), data.draw(st.integers(-5, panel[1] + 5))
    touch = placed.to_portrait(x, y)

    inside = left <= x < left + width and top <= y < top + height
    assert (touch is not None) == inside
    if touch is not None:
        assert 0 <= touch[0] < portrait[0]
        assert 0 <= touch[1] < portrait[1]


@settings(deadline=None)
@given(sizes, st.sampled_from(ROTATIONS), st.data())
def test_a_touch_finds_the_pixel_that_turning_put_there(
    portrait: tuple[int, int], rotation: Rotation, data: st.DataObject
):
    width, height = portrait
    numbered = np.arange(width * height).reshape(height, width)
    on_panel = np.rot90(numbered, -rotation // 90)  # numpy rotates anticlockwise
    placed = Placement(portrait, (on_panel.shape[1], on_panel.shape[0]), rotation)
    x = data.draw(st.integers(0, on_panel.shape[1] - 1))
    y = data.draw(st.integers(0, on_panel.shape[0] - 1))

    touch = placed.to_portrait(x, y)

    assert touch is not None
    assert numbered[touch[1], touch[0]] == on_panel[y, x]


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_off_screen_a_shot_is_the_picture_whatever_the_rotation(tmp_path: Path, rotation: Rotation):
    screen = display.offscreen((48, 80), rotation)
    port: Display = screen
    port.show(picture((48, 80)))
    screen.shot(tmp_path / "shot.png")
    saved = pygame.image.load(tmp_path / "shot.png")
    screen.close()

    expected = pygame.surfarray.array3d(picture((48, 80)))
    assert (pygame.surfarray.array3d(saved) == expected).all()


def test_the_default_is_480_by_800():
    screen = display.offscreen()
    assert screen.size == (480, 800)
    screen.close()


def test_a_part_that_changed_is_all_that_the_panel_gets(tmp_path: Path):
    for rotation in ROTATIONS:
        folder = tmp_path / str(rotation)
        folder.mkdir()
        panel = Placement((48, 80), (0, 0), rotation).turned
        device, sysfs = frame_buffer(folder, panel, 32, panel[0] * 4)
        screen = FramebufferDisplay((48, 80), rotation, device=device, sysfs=sysfs)
        before, after = picture((48, 80)), picture((48, 80))
        area = pygame.Rect(8, 20, 30, 50)
        after.fill((0, 0, 255), area)
        after.fill((9, 9, 9), (0, 79, 48, 1))  # differs too, but is not in the area
        screen.show(before)
        screen.show(after, area)
        part = decoded(device, panel, 32, panel[0] * 4)
        before.fill((0, 0, 255), area)
        screen.show(before)
        assert (part == decoded(device, panel, 32, panel[0] * 4)).all()
        screen.close()


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_part_of_a_picture_that_is_scaled_is_shown_with_the_rest(tmp_path: Path, rotation: Rotation):
    device, sysfs = frame_buffer(tmp_path, (100, 200), 32, 400)
    screen = FramebufferDisplay((48, 80), rotation, device=device, sysfs=sysfs)
    shown = picture((48, 80))
    shown.fill((0, 0, 255), (8, 20, 30, 50))
    screen.show(shown, pygame.Rect(8, 20, 30, 50))
    part = decoded(device, (100, 200), 32, 400)
    screen.show(shown)
    assert (part == decoded(device, (100, 200), 32, 400)).all()
    screen.close()


def test_a_picture_of_another_size_is_a_fault():
    screen = display.offscreen((48, 80))
    with pytest.raises(DisplayFault, match="48"):
        screen.show(pygame.Surface((80, 48)))
    screen.close()


def test_keys_touches_and_the_mouse_are_heard_in_order_and_nothing_else():
    screen = display.offscreen((48, 80), 90)
    screen.poll()
    for event in (
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_q),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_0),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_1),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_KP_9),
        pygame.event.Event(pygame.FINGERDOWN, x=0.999, y=0.0),
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(79, 0), button=1, touch=True),
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(0, 47), button=1, touch=False),
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(0, 0), button=3, touch=False),
        pygame.event.Event(pygame.MOUSEBUTTONUP, pos=(0, 47), button=1, touch=False),
        pygame.event.Event(pygame.FINGERUP, x=0.0, y=0.0),
        pygame.event.Event(pygame.KEYUP, key=pygame.K_RETURN),
        pygame.event.Event(pygame.KEYUP, key=pygame.K_q),
    ):
        pygame.event.post(event)

    heard = screen.poll()

    assert [contact.what for contact in heard if contact.down] == [
        *(Button.TRIGGER, Button.CONFIRM, Button.BACK, 0, 1, 9, (0, 0), (47, 79)),
    ]
    assert heard[8:] == [Contact(what, down=False) for what in ((47, 79), (0, 79), Button.CONFIRM)]
    assert screen.poll() == []
    screen.close()


def test_closing_the_window_is_ctrl_c():
    screen = display.offscreen((48, 80))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        with pytest.raises(KeyboardInterrupt):
            screen.poll()
    finally:
        signal.signal(signal.SIGINT, before)
    screen.close()


def test_a_closed_display_is_a_fault_and_closing_twice_is_not():
    screen = display.offscreen((48, 80))
    screen.close()
    screen.close()
    with pytest.raises(DisplayFault):
        screen.poll()


def test_a_screen_that_sdl_cannot_open_is_a_fault():
    with pytest.raises(DisplayFault):
        display.kms()
    pygame.display.quit()


def test_only_the_display_of_pygame_is_started_and_the_environment_is_left_alone():
    driver = os.environ.get("SDL_VIDEODRIVER")
    screen = display.offscreen((48, 80))

    assert pygame.display.get_driver() == "dummy"
    assert os.environ.get("SDL_VIDEODRIVER") == driver
    assert not pygame.get_init()  # pygame.mixer warns where its libraries are missing
    assert not pygame.joystick.get_init()
    screen.close()


def frame_buffer(
    folder: Path, size: tuple[int, int], bits: int, stride: int, **more: str
) -> tuple[Path, Path]:
    """A file for the device and a folder for its description."""
    sysfs = folder / "fb0"
    sysfs.mkdir()
    description = {
        "bits_per_pixel": f"{bits}\n",
        "stride": f"{stride}\n",
        "virtual_size": f"{size[0]},{size[1]}\n",
    }
    for name, text in (description | more).items():
        (sysfs / name).write_text(text)
    device = folder / "device"
    device.write_bytes(b"\xa5" * stride * size[1])
    return device, sysfs


def decoded(device: Path, size: tuple[int, int], bits: int, stride: int) -> np.ndarray:
    """Decode the device's bytes as a screen would show them, [height, width, 3]: RGB565 or XRGB8888."""
    rows = np.frombuffer(device.read_bytes(), np.uint8).reshape(size[1], stride)
    if bits == 32:
        return rows[:, : size[0] * 4].reshape(size[1], size[0], 4)[:, :, 2::-1]
    words = np.ascontiguousarray(rows[:, : size[0] * 2]).view("<u2").astype(int)
    parts = [(words >> 11) * 255 // 31, (words >> 5 & 63) * 255 // 63, (words & 31) * 255 // 31]
    return np.stack(parts, axis=2)


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize(("bits", "padding"), [(16, 0), (16, 24), (32, 0), (32, 64)])
def test_the_frame_buffer_holds_every_pixel_and_its_padding_is_left_alone(
    tmp_path: Path, rotation: Rotation, bits: int, padding: int
):
    panel = Placement((48, 80), (0, 0), rotation).turned
    stride = panel[0] * bits // 8 + padding
    device, sysfs = frame_buffer(tmp_path, panel, bits, stride)
    screen = FramebufferDisplay((48, 80), rotation, device=device, sysfs=sysfs)
    screen.show(picture((48, 80)))
    screen.close()

    pixels = decoded(device, panel, bits, stride)
    assert corners(pixels) == turned(rotation)
    assert (pixels == 255).all(axis=2).sum() == 48 * 80 - 4
    rows = np.frombuffer(device.read_bytes(), np.uint8).reshape(panel[1], stride)
    assert (rows[:, stride - padding :] == 0xA5).all() or not padding


def test_a_larger_panel_shows_the_picture_in_the_middle_as_large_as_fits(tmp_path: Path):
    device, sysfs = frame_buffer(tmp_path, (100, 200), 32, 400)
    screen = FramebufferDisplay((48, 80), device=device, sysfs=sysfs)
    white = pygame.Surface((48, 80))
    white.fill(WHITE)
    screen.show(white)
    screen.shot(tmp_path / "shot.png")
    assert pygame.image.load(tmp_path / "shot.png").get_size() == (48, 80)
    screen.close()

    rows, columns = np.nonzero(decoded(device, (100, 200), 32, 400).all(axis=2))
    edges = [int(edge) for edge in (columns.min(), columns.max(), rows.min(), rows.max())]
    assert edges == [0, 99, 16, 182]


def test_a_flipping_frame_buffer_is_as_tall_as_its_mode(tmp_path: Path):
    device, sysfs = frame_buffer(tmp_path, (48, 160), 32, 192, modes="U:48x80p-60\n")
    screen = FramebufferDisplay((48, 80), device=device, sysfs=sysfs)
    screen.show(picture((48, 80)))
    screen.close()

    pixels = decoded(device, (48, 160), 32, 192)
    assert corners(pixels[:80]) == turned(0)
    assert (pixels[80:] == 0xA5).all()


@pytest.mark.parametrize(("bits", "stride"), [(24, 144), (32, 100), (8, 48)])
def test_a_frame_buffer_of_an_unknown_shape_is_a_fault(tmp_path: Path, bits: int, stride: int):
    device, sysfs = frame_buffer(tmp_path, (48, 80), bits, stride)
    with pytest.raises(DisplayFault, match="bits per pixel"):
        FramebufferDisplay((48, 80), device=device, sysfs=sysfs)


def test_no_frame_buffer_is_a_fault(tmp_path: Path):
    with pytest.raises(DisplayFault, match="none"):
        FramebufferDisplay(device=tmp_path / "fb0", sysfs=tmp_path / "none")
    _, sysfs = frame_buffer(tmp_path, (48, 80), 32, 192)
    with pytest.raises(DisplayFault, match="gone"):
        FramebufferDisplay((48, 80), device=tmp_path / "gone", sysfs=sysfs)
    pygame.display.quit()


def test_a_nonsensical_description_is_a_fault(tmp_path: Path):
    device, sysfs = frame_buffer(tmp_path, (48, 80), 32, 192, virtual_size="tall")
    with pytest.raises(DisplayFault):
        FramebufferDisplay(device=device, sysfs=sysfs)

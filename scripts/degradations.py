"""What spoils a code before the camera: one kind at a time, five severities in physical terms, seeded.

A frame is drawn as a camera takes it: the sheet (paper or screen), its pose before a pinhole, light, lens,
sensor. `python -m scripts.degradation_strength` prints what each severity measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from scripts import sheet_damage
from scripts.sheet_damage import Sheet, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma

Field: TypeAlias = npt.NDArray[np.float32]
"""Light before the sensor rounds it: float32 [height, width], 0 to 255."""

WIDTH, HEIGHT = 1280, 720
FOCAL_PX = 985.0
"""A field of view of 66 degrees over the width: Camera Module 3."""
LENS_SIGMA_PX, SENSOR_SIGMA = 0.6, 2.0
"""The blur and the noise of a clean frame."""
WHITE, BLACK = 220.0, 20.0
"""Grey levels of a clean frame."""
_FINE = 3
"""Pixels drawn for each of the frame, along each axis, before they are averaged."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A flat picture with one code in it."""

    luma: Luma
    left: float
    """Of the code without its quiet zone, in pixels of the picture; so `top` and `side`."""
    top: float
    side: float
    modules: int
    """Across the code without its quiet zone."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the code is in a frame, px."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class View:
    """How the code is held: `side_px` wide without its quiet zone, before surroundings of grey `ground`."""

    side_px: float
    seed: int
    ground: float = 100


@dataclass(frozen=True, slots=True)
class Taking:
    """What of a frame is plain numbers."""

    side_px: float
    modules: int
    tilt: float = 0.0
    """Between the sheet's normal and the camera's axis, radians."""
    lens_sigma_px: float = LENS_SIGMA_PX
    sensor_sigma: float = SENSOR_SIGMA


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to spoil a code; `values` are its severities 1 to 5, in `unit`."""

    unit: str
    values: tuple[Value, Value, Value, Value, Value]
    on_taking: Callable[[Taking, Value], Taking] | None = None
    on_sheet: Callable[[Sheet, Value, np.random.Generator], Luma] | None = None
    on_frame: Callable[[Field, Spot, Value, np.random.Generator], Field] | None = None


def code(text: str, level: str, quiet: int = 4) -> Subject:
    """The QR code of `text`, a pixel a module, in a quiet zone of `quiet` modules."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    modules = np.array(symbol.to_image(scale=1, add_quiet_zones=False), np.uint8)
    framed = np.pad(modules, quiet, constant_values=255)
    return Subject(framed, quiet, quiet, modules.shape[0], modules.shape[0])


def frames(subject: Subject, view: View, kind: str = "none", severity: int = 0, count: int = 1) -> list[Luma]:
    """Frames of one hand, uint8 [HEIGHT, WIDTH], spoilt by `kind` at `severity`; 0 is a clean frame.

    The same seed gives the same poses for every kind and severity. Raises KeyError for a kind not in KINDS.
    """
    spoil = KINDS[kind] if severity else Kind("", ((),) * 5)
    value = spoil.values[severity - 1]
    taking = Taking(view.side_px, subject.modules)
    if spoil.on_taking:
        taking = spoil.on_taking(taking, value)
    sheet = _sheet(subject, taking.side_px)
    if spoil.on_sheet:
        sheet = replace(sheet, luma=spoil.on_sheet(sheet, value, np.random.default_rng([view.seed, 1])))
    hand = _hand(taking.side_px, np.random.default_rng(view.seed))
    ground = _ground(view.ground, np.random.default_rng([view.seed, 2]))
    taken = []
    for number in range(count):
        rng = np.random.default_rng([view.seed, 3, number])
        spot, turn = hand.at(rng)
        scene = _scene(sheet, _corners(sheet, spot, turn, taking.tilt, hand.axis), ground)
        field = np.asarray(cv2.GaussianBlur(scene, (0, 0), taking.lens_sigma_px), np.float32)
        if spoil.on_frame:
            field = spoil.on_frame(field, spot, value, rng)
        taken.append(_sensed(field, taking.sensor_sigma, rng))
    return taken


@dataclass(frozen=True, slots=True)
class _Hand:
    """Where a hand holds the sheet; it wanders by a few pixels from frame to frame."""

    spot: Spot
    turn: float
    axis: float
    """Of the tilt, in the frame's plane; angles in radians."""

    def at(self, rng: np.random.Generator) -> tuple[Spot, float]:
        dx, dy = rng.normal(0, 4, 2)
        turn = self.turn + math.radians(rng.normal(0, 1))
        return Spot(self.spot.x + dx, self.spot.y + dy, self.spot.side), turn


def _hand(side_px: float, rng: np.random.Generator) -> _Hand:
    turn, axis, across, down = rng.uniform(-1, 1, 4)
    room_x, room_y = (max(0.0, (size - 1.5 * side_px) / 2) for size in (WIDTH, HEIGHT))
    spot = Spot(WIDTH / 2 + across * room_x, HEIGHT / 2 + down * room_y, side_px)
    return _Hand(spot, math.radians(15) * turn, math.pi * axis)


def _sheet(subject: Subject, side_px: float) -> Sheet:
    """About as fine as what is drawn from it; modules stay even: whole enlargements alone."""
    factor = side_px * _FINE / subject.side
    luma = subject.luma
    if factor < 1:
        luma = np.asarray(
            cv2.resize(luma, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
    else:
        factor = math.ceil(factor)
        luma = np.kron(luma, np.ones((factor, factor), np.uint8))
    left, top, side = subject.left * factor, subject.top * factor, subject.side * factor
    return Sheet(luma, left, top, side, side / subject.modules, FOCAL_PX * side / side_px)


def _corners(sheet: Sheet, spot: Spot, turn: float, tilt: float, axis: float) -> npt.NDArray[np.float64]:
    """Where a pinhole sees the sheet's corners, px [4, 2]: turned in its plane, then tilted about `axis`."""
    height, width = sheet.luma.shape
    scale = spot.side / sheet.side
    middle = np.array([sheet.left + sheet.side / 2, sheet.top + sheet.side / 2])
    flat = (np.array([[0, 0], [width, 0], [width, height], [0, height]]) - middle) * scale
    plane = flat @ _turning(turn + axis).T
    depth = FOCAL_PX + plane[:, 1:] * math.sin(tilt)
    tilted = plane * [1, math.cos(tilt)] * FOCAL_PX / depth
    return np.asarray(tilted @ _turning(-axis).T + [spot.x, spot.y], np.float64)


def _turning(angle: float) -> npt.NDArray[np.float64]:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _ground(grey: float, rng: np.random.Generator) -> Field:
    soft = rng.uniform(-1, 1, (9, 16)).astype(np.float32) * min(30.0, grey)
    return np.asarray(cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) + grey, np.float32)


def _scene(sheet: Sheet, corners: npt.NDArray[np.float64], ground: Field) -> Field:
    """The sheet before the ground; only the part where the sheet is is drawn fine."""
    scene = ground.copy()
    low = np.clip(np.floor(corners.min(axis=0)) - 1, 0, [WIDTH, HEIGHT]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, [WIDTH, HEIGHT]).astype(int)
    height, width = sheet.luma.shape
    # OpenCV's coordinates are of pixels' middles.
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    target = ((corners - low) * _FINE - 0.5).astype(np.float32)
    warp = cv2.getPerspectiveTransform(source, target)
    size = tuple(int(side) for side in (high - low) * _FINE)
    drawn = cv2.warpPerspective(sheet.luma, warp, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(np.full_like(sheet.luma, 255), warp, size, flags=cv2.INTER_LINEAR)
    shape = tuple(int(side) for side in high - low)
    shade, here = (
        np.asarray(cv2.resize(fine, shape, interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
        for fine in (drawn, cover)
    )
    part = scene[low[1] : high[1], low[0] : high[0]]
    # What the warp draws outside is black, so it is weighed by its cover already.
    part[:] = part * (1 - here) + here * np.float32(BLACK) + shade * np.float32(WHITE - BLACK)
    return scene


def _sensed(field: Field, sigma: float, rng: np.random.Generator) -> Luma:
    across, down = rng.integers(0, (WIDTH, HEIGHT))
    noisy = field + np.float32(sigma) * np.roll(_grain(), (down, across), (0, 1))
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)


@cache
def _grain() -> Field:
    # Drawing it anew for every frame would take longer than all else.
    return np.random.default_rng(0).standard_normal((HEIGHT, WIDTH), np.float32)


@cache
def _places() -> tuple[Field, Field]:
    """The row and the column of every pixel of a frame, to be broadcast."""
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    return y.astype(np.float32), x.astype(np.float32)


def _motion(field: Field, _spot: Spot, value: Value, rng: np.random.Generator) -> Field:
    length, angle = value[0], rng.uniform(0, math.pi)
    size = math.ceil(length) // 2 * 2 + 3
    kernel = np.zeros((size * 8, size * 8), np.float32)
    middle = size * 4
    reach = np.array([math.cos(angle), math.sin(angle)]) * length * 4
    ends = [tuple(round(middle + sign * part) for part in reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 8)
    small = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.filter2D(field, -1, small / small.sum(), borderType=cv2.BORDER_REPLICATE), np.float32
    )


def _contrast(field: Field, _spot: Spot, value: Value, _rng: np.random.Generator) -> Field:
    mean, half = (WHITE + BLACK) / 2, (WHITE - BLACK) / 2
    return np.asarray(mean + (field - mean) * (value[0] * mean / half), np.float32)


def _glare(field: Field, spot: Spot, value: Value, rng: np.random.Generator) -> Field:
    """A lamp's oblong image, saturated over a share of the code's area, with a halo about it."""
    aspect, angle = rng.uniform(1, 2.5), rng.uniform(0, math.pi)
    dx, dy = rng.uniform(-0.45, 0.45, 2) * spot.side
    y, x = _places()
    x, y = x - float(spot.x + dx), y - float(spot.y + dy)
    along = (x * math.cos(angle) + y * math.sin(angle)) / math.sqrt(aspect)
    aside = (y * math.cos(angle) - x * math.sin(angle)) * math.sqrt(aspect)
    radius = math.sqrt(value[0] / math.pi) * spot.side
    beyond = np.maximum(np.hypot(along, aside) - radius, 0) / (0.3 * radius)
    return np.asarray(field + 255 * np.exp(-(beyond**2) / 2), np.float32)


def _moire(field: Field, spot: Spot, value: Value, rng: np.random.Generator) -> Field:
    """The beat of the screen's pixels, 1.04 to 1.12 of the sensor's, slightly turned against them."""
    pitch, turn = rng.uniform(1.04, 1.12), math.radians(rng.uniform(-3, 3))
    phases = rng.uniform(0, 2 * math.pi, 2)
    y, x = _places()
    along = x * math.cos(turn) + y * math.sin(turn)
    aside = y * math.cos(turn) - x * math.sin(turn)
    # Taken at the sensor's pixels, the grid's own frequency folds down to the beat's.
    waves = [
        np.cos(2 * math.pi / pitch * at + phase) for at, phase in zip((along, aside), phases, strict=True)
    ]
    screen = np.maximum(np.abs(x - spot.x), np.abs(y - spot.y)) < 0.65 * spot.side
    bright = 1 - np.where(screen, value[0] * (2 - waves[0] - waves[1]) / 4, 0)
    return np.asarray(BLACK + (field - BLACK) * bright, np.float32)


def _lens(taking: Taking, value: Value) -> Taking:
    return replace(taking, lens_sigma_px=math.hypot(taking.lens_sigma_px, value[0]))


KINDS = {
    "perspective": Kind(
        "degrees off the normal",
        ((20,), (35,), (45,), (55,), (65,)),
        on_taking=lambda taking, value: replace(taking, tilt=math.radians(value[0])),
    ),
    "defocus": Kind("sigma, px", ((0.8,), (1.2,), (1.6,), (2.1,), (2.8,)), on_taking=_lens),
    "motion": Kind("length, px", ((2,), (4,), (6,), (9,), (12,)), on_frame=_motion),
    "contrast": Kind("Michelson", ((0.5,), (0.3,), (0.15,), (0.08,), (0.04,)), on_frame=_contrast),
    "glare": Kind("share saturated", ((0.01,), (0.025,), (0.05,), (0.1,), (0.16,)), on_frame=_glare),
    "moire": Kind("depth of the beat", ((0.2,), (0.35,), (0.5,), (0.65,), (0.8,)), on_frame=_moire),
    "jpeg": Kind(
        "px a module, quality, encodings",
        ((6, 60, 1), (4, 45, 2), (3, 35, 3), (2.5, 25, 4), (2, 15, 5)),
        on_sheet=sheet_damage.forwarded,
    ),
    "noise": Kind(
        "sigma, grey levels",
        ((6,), (12,), (20,), (30,), (45,)),
        on_taking=lambda taking, value: replace(taking, sensor_sigma=value[0]),
    ),
    "small": Kind(
        "px a module",
        ((2.4,), (2.0,), (1.8,), (1.6,), (1.4,)),
        on_taking=lambda taking, value: replace(taking, side_px=value[0] * taking.modules),
    ),
    "crease": Kind(
        "folds, modules lost", ((1, 0.5), (1, 1), (2, 1), (2, 1.5), (3, 2)), on_sheet=sheet_damage.crease
    ),
    "stain": Kind(
        "share, light let through",
        ((0.05, 0.5), (0.1, 0.35), (0.15, 0.25), (0.2, 0.15), (0.3, 0.08)),
        on_sheet=sheet_damage.stain,
    ),
    "tear": Kind("share torn out", ((0.01,), (0.02,), (0.04,), (0.07,), (0.1,)), on_sheet=sheet_damage.tear),
    "curve": Kind("degrees of a cylinder", ((30,), (45,), (60,), (80,), (100,)), on_sheet=sheet_damage.curve),
}
"""All kinds; those in PAPER befall paper alone. Shares are of the code's area."""
PAPER = ("crease", "stain", "tear", "curve")

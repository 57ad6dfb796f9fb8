"""Degradations of a code: one kind at a time, five severities each in physical units, reproducible by seed.

A frame is rendered in the order of imaging: sheet (paper or screen), pose in front of a pinhole, light, lens,
sensor. `python -m scripts.images.degradation_strength` prints the effect of each severity.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from keys.code_parameters import FOCAL_PX, QUIET_MODULES
from scripts.images import frame_damage as light
from scripts.images import sheet_damage
from scripts.images.frame_damage import BLACK, HEIGHT, WHITE, WIDTH, LightField, Spot
from scripts.images.sheet_damage import Severity, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from terminal.model import Luma

LENS_SIGMA_PX, SENSOR_SIGMA = 0.6, 2.0
"""Blur and noise of a clean frame."""
_FINE = 3
"""Supersampling factor along each axis."""


@dataclass(frozen=True, slots=True)
class CodePicture:
    """A flat picture that contains one code."""

    luma: Luma
    left: float
    """Position of the code without its quiet zone, in pixels of the picture, like `top` and `side`."""
    top: float
    side: float
    modules: int
    """Modules across the code without its quiet zone."""


@dataclass(frozen=True, slots=True)
class CodePlacement:
    """View of a code, `side_px` wide without its quiet zone, on a background of grey level `ground`."""

    side_px: float
    seed: int
    ground: float = 100


@dataclass(frozen=True, slots=True)
class Taking:
    """Numeric parameters of a frame."""

    side_px: float
    modules: int
    tilt: float = 0.0
    """Angle between the sheet's normal and the camera's axis, radians."""
    lens_sigma_px: float = LENS_SIGMA_PX
    sensor_sigma: float = SENSOR_SIGMA


@dataclass(frozen=True, slots=True)
class Degradation:
    """A kind of degradation; `values` are its severities 1 to 5, in `unit`."""

    unit: str
    values: tuple[Severity, Severity, Severity, Severity, Severity]
    on_taking: Callable[[Taking, Severity], Taking] | None = None
    on_sheet: Callable[[Sheet, Severity, np.random.Generator], Luma] | None = None
    on_frame: Callable[[LightField, Spot, Severity, np.random.Generator], LightField] | None = None


def code(text: str, level: str, quiet: int = QUIET_MODULES) -> CodePicture:
    """Encode `text` as a QR code, one pixel per module, with a quiet zone of `quiet` modules."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    modules = np.array(symbol.to_image(scale=1, add_quiet_zones=False), np.uint8)
    framed = np.pad(modules, quiet, constant_values=255)
    return CodePicture(framed, quiet, quiet, modules.shape[0], modules.shape[0])


def frames(
    subject: CodePicture, view: CodePlacement, kind: str = "none", severity: int = 0, count: int = 1
) -> list[Luma]:
    """Return the first `count` frames of `series`."""
    return list(itertools.islice(series(subject, view, kind, severity), count))


def series(
    subject: CodePicture, view: CodePlacement, kind: str = "none", severity: int = 0
) -> Iterator[Luma]:
    """Yield frames of a handheld camera endlessly, uint8 [HEIGHT, WIDTH], degraded by `kind` at `severity`.

    Severity 0 is clean. The same seed gives the same poses for every kind and severity. Raises KeyError for a
    kind not in KINDS.
    """
    spoil, value, taking = _spoiling(subject, view, kind, severity)
    sheet = _sheet(subject, taking.side_px)
    if spoil.on_sheet:
        sheet = replace(sheet, luma=spoil.on_sheet(sheet, value, np.random.default_rng([view.seed, 1])))
    ground = _ground(view.ground, np.random.default_rng([view.seed, 2]))
    height, width = sheet.luma.shape
    for number in itertools.count():
        pose = _pose(view, taking, number)
        scene = _scene(sheet, pose.seen(sheet, (0, 0, width, height)), ground)
        field = np.asarray(cv2.GaussianBlur(scene, (0, 0), taking.lens_sigma_px), np.float32)
        rng = np.random.default_rng([view.seed, 3, number])
        if spoil.on_frame:
            field = spoil.on_frame(field, pose.spot, value, rng)
        yield _sensed(field, taking.sensor_sigma, rng)


def place(
    subject: CodePicture, view: CodePlacement, kind: str = "none", severity: int = 0, number: int = 0
) -> npt.NDArray[np.float64]:
    """Return the code's corners in frame `number` of `frames`, px [4, 2], clockwise from its top left.

    For `curve`, the corners are those of a flat sheet.
    """
    _, _, taking = _spoiling(subject, view, kind, severity)
    sheet = _sheet(subject, taking.side_px)
    code = (sheet.left, sheet.top, sheet.left + sheet.side, sheet.top + sheet.side)
    return _pose(view, taking, number).seen(sheet, code)


def _spoiling(
    subject: CodePicture, view: CodePlacement, kind: str, severity: int
) -> tuple[Degradation, Severity, Taking]:
    taking = Taking(view.side_px, subject.modules)
    if not severity:
        return Degradation("", ((),) * 5), (), taking
    spoil = KINDS[kind]
    value = spoil.values[severity - 1]
    return spoil, value, spoil.on_taking(taking, value) if spoil.on_taking else taking


@dataclass(frozen=True, slots=True)
class _Pose:
    """Pose of a sheet in front of a pinhole; angles in radians."""

    spot: Spot
    turn: float
    axis: float
    """Direction of the tilt axis in the frame's plane."""
    tilt: float

    def seen(self, sheet: Sheet, box: tuple[float, float, float, float]) -> npt.NDArray[np.float64]:
        """Project the corners of a box (left, top, right, bottom on the sheet) into the frame, px [4, 2]."""
        left, top, right, bottom = box
        middle = np.array([sheet.left, sheet.top]) + sheet.side / 2
        points = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        plane = (points - middle) * (self.spot.side / sheet.side) @ _turning(self.turn + self.axis).T
        depth = FOCAL_PX + plane[:, 1:] * math.sin(self.tilt)
        tilted = plane * [1, math.cos(self.tilt)] * FOCAL_PX / depth
        return np.asarray(tilted @ _turning(-self.axis).T + [self.spot.x, self.spot.y], np.float64)


def _pose(view: CodePlacement, taking: Taking, number: int) -> _Pose:
    """Return the pose for a seed; it varies by some pixels and a degree from frame to frame."""
    turn, axis, across, down = np.random.default_rng(view.seed).uniform(-1, 1, 4)
    dx, dy, more = np.random.default_rng([view.seed, 4, number]).normal(0, (4, 4, 1))
    side = taking.side_px
    room_x, room_y = (max(0.0, (size - 1.5 * side) / 2) for size in (WIDTH, HEIGHT))
    spot = Spot(WIDTH / 2 + across * room_x + dx, HEIGHT / 2 + down * room_y + dy, side)
    return _Pose(spot, math.radians(15 * turn + more), math.pi * axis, taking.tilt)


def _sheet(subject: CodePicture, side_px: float) -> Sheet:
    """Scale the subject to about the rendering resolution; enlarged by whole factors to keep modules even."""
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


def _turning(angle: float) -> npt.NDArray[np.float64]:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _ground(grey: float, rng: np.random.Generator) -> LightField:
    soft = rng.uniform(-1, 1, (9, 16)).astype(np.float32) * min(30.0, grey)
    return np.asarray(cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) + grey, np.float32)


def _scene(sheet: Sheet, corners: npt.NDArray[np.float64], ground: LightField) -> LightField:
    """Render the sheet on its background; only the sheet's own area is supersampled."""
    scene = ground.copy()
    low = np.clip(np.floor(corners.min(axis=0)) - 1, 0, [WIDTH, HEIGHT]).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, [WIDTH, HEIGHT]).astype(int)
    height, width = sheet.luma.shape
    # OpenCV's coordinates refer to pixel centres.
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
    # Outside the sheet the warp is black, so `shade` is already weighted by its cover.
    part[:] = part * (1 - here) + here * np.float32(BLACK) + shade * np.float32(WHITE - BLACK)
    return scene


def _sensed(field: LightField, sigma: float, rng: np.random.Generator) -> Luma:
    across, down = rng.integers(0, (WIDTH, HEIGHT))
    noisy = field + np.float32(sigma) * np.roll(_grain(), (down, across), (0, 1))
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)


@cache
def _grain() -> LightField:
    # New noise for every frame would take longer than everything else.
    return np.random.default_rng(0).standard_normal((HEIGHT, WIDTH), np.float32)


def _lens(taking: Taking, value: Severity) -> Taking:
    return replace(taking, lens_sigma_px=math.hypot(taking.lens_sigma_px, value[0]))


KINDS = {
    "perspective": Degradation(
        "degrees off the normal",
        ((20,), (35,), (45,), (55,), (65,)),
        on_taking=lambda taking, value: replace(taking, tilt=math.radians(value[0])),
    ),
    "defocus": Degradation("sigma, px", ((0.8,), (1.2,), (1.6,), (2.1,), (2.8,)), on_taking=_lens),
    "motion": Degradation("length, px", ((2,), (4,), (6,), (9,), (12,)), on_frame=light.motion),
    "contrast": Degradation(
        "Michelson", ((0.5,), (0.3,), (0.15,), (0.08,), (0.04,)), on_frame=light.contrast
    ),
    "glare": Degradation(
        "share saturated", ((0.01,), (0.025,), (0.05,), (0.1,), (0.16,)), on_frame=light.glare
    ),
    "moire": Degradation(
        "depth of the beat", ((0.2,), (0.35,), (0.5,), (0.65,), (0.8,)), on_frame=light.moire
    ),
    "jpeg": Degradation(
        "px a module, quality, encodings",
        ((6, 60, 1), (4, 45, 2), (3, 35, 3), (2.5, 25, 4), (2, 15, 5)),
        on_sheet=sheet_damage.forwarded,
    ),
    "noise": Degradation(
        "sigma, grey levels",
        ((6,), (12,), (20,), (30,), (45,)),
        on_taking=lambda taking, value: replace(taking, sensor_sigma=value[0]),
    ),
    "small": Degradation(
        "px a module",
        ((2.4,), (2.0,), (1.8,), (1.6,), (1.4,)),
        on_taking=lambda taking, value: replace(taking, side_px=value[0] * taking.modules),
    ),
    "crease": Degradation(
        "folds, modules lost", ((1, 0.5), (1, 1), (2, 1), (2, 1.5), (3, 2)), on_sheet=sheet_damage.crease
    ),
    "stain": Degradation(
        "share, light let through",
        ((0.05, 0.5), (0.1, 0.35), (0.15, 0.25), (0.2, 0.15), (0.3, 0.08)),
        on_sheet=sheet_damage.stain,
    ),
    "tear": Degradation(
        "share torn out", ((0.01,), (0.02,), (0.04,), (0.07,), (0.1,)), on_sheet=sheet_damage.tear
    ),
    "curve": Degradation(
        "degrees of a cylinder", ((30,), (45,), (60,), (80,), (100,)), on_sheet=sheet_damage.curve
    ),
}
"""All kinds; those in PAPER affect paper only. Shares are of the code's area."""
PAPER = ("crease", "stain", "tear", "curve")

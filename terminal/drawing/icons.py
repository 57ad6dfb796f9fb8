"""Icons drawn from shapes, not from a font: one colour, antialiased, cached by size."""

from __future__ import annotations

import math
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import pygame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from terminal.drawing.fonts import Colour

GRID = 96
"""Icons are drawn on a square of this many units."""
FINE = 4
"""Oversampling factor; the icon is reduced at the end, which smooths the edges."""

Vertex: TypeAlias = tuple[float, float]
IconBox: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height."""


class Icon(StrEnum):
    """The icons: seven for the outcomes of outcomes.csv, and those of bars and rows."""

    CHECK = "check"
    CLOCK_CHECK = "clock_check"
    TRIANGLE = "triangle"
    CALENDAR_CROSS = "calendar_cross"
    NO_ENTRY = "no_entry"
    SIREN = "siren"
    QUESTION = "question"
    CLOCK = "clock"
    DASH = "dash"
    CROSS = "cross"
    SWAP = "swap"
    TORCH = "torch"
    DEVICE = "device"
    CAMERA_OFF = "camera_off"
    UPLOAD = "upload"
    MENU = "menu"
    NOT_EQUAL = "not_equal"
    LOCK = "lock"


class _Pen:
    """Draws on a square of GRID units; with `cut` it erases instead."""

    def __init__(self, surface: pygame.Surface, colour: Colour) -> None:
        self._surface = surface
        self._unit = surface.get_width() / GRID
        self._inks = ((*colour, 255), (*colour, 0))

    def _at(self, points: Iterable[Vertex]) -> list[Vertex]:
        return [(x * self._unit, y * self._unit) for x, y in points]

    def disc(self, centre: Vertex, radius: float, *, cut: bool = False) -> None:
        pygame.draw.circle(self._surface, self._inks[cut], self._at([centre])[0], radius * self._unit)

    def ring(self, centre: Vertex, radius: float, width: float) -> None:
        self.disc(centre, radius)
        self.disc(centre, radius - width, cut=True)

    def area(self, *points: Vertex, cut: bool = False) -> None:
        pygame.draw.polygon(self._surface, self._inks[cut], self._at(points))

    def box(self, place: IconBox, radius: float = 0, *, cut: bool = False) -> None:
        rect = pygame.Rect([round(length * self._unit) for length in place])
        pygame.draw.rect(self._surface, self._inks[cut], rect, border_radius=round(radius * self._unit))

    def line(self, width: float, *points: Vertex, cut: bool = False) -> None:
        """Draw a line with round ends and joints."""
        for point in points:
            self.disc(point, width / 2, cut=cut)
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0)
            dx, dy = (y0 - y1) / length * width / 2, (x1 - x0) / length * width / 2
            self.area((x0 + dx, y0 + dy), (x1 + dx, y1 + dy), (x1 - dx, y1 - dy), (x0 - dx, y0 - dy), cut=cut)

    def arc(self, centre: Vertex, radius: float, width: float, start: float, end: float) -> None:
        """Draw an arc from `start` to `end`, degrees clockwise from the right, with round ends."""
        steps = 24
        angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
        self.line(
            width, *((centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in angles)
        )


def _check(pen: _Pen) -> None:
    pen.disc((48, 48), 46)
    pen.line(12, (26, 50), (42, 66), (71, 33), cut=True)


def _clock_check(pen: _Pen) -> None:
    _clock(pen)
    pen.disc((70, 70), 31, cut=True)
    pen.disc((70, 70), 26)
    pen.line(7.5, (58, 71), (67, 80), (83, 61), cut=True)


def _clock(pen: _Pen) -> None:
    pen.ring((44, 44), 42, 9)
    pen.line(8, (44, 22), (44, 46), (28, 56))


def _triangle(pen: _Pen) -> None:
    pen.line(10, (48, 11), (90, 83), (6, 83), (48, 11))
    pen.area((48, 11), (90, 83), (6, 83))
    _exclamation(pen, (48, 36), (48, 58), 73, cut=True)


def _exclamation(pen: _Pen, top: Vertex, bottom: Vertex, dot: float, *, cut: bool) -> None:
    pen.line(10, top, bottom, cut=cut)
    pen.disc((bottom[0], dot), 6, cut=cut)


def _calendar_cross(pen: _Pen) -> None:
    pen.box((6, 14, 84, 78), 9)
    pen.box((15, 36, 66, 47), 3, cut=True)
    for x in (28, 68):
        pen.line(15, (x, 10), (x, 21), cut=True)
        pen.line(9, (x, 8), (x, 21))
    pen.line(10, (35, 46), (61, 73))
    pen.line(10, (61, 46), (35, 73))


def _no_entry(pen: _Pen) -> None:
    pen.disc((48, 48), 46)
    pen.box((18, 39, 60, 18), 3, cut=True)


def _siren(pen: _Pen) -> None:
    pen.disc((48, 52), 25)
    pen.box((23, 52, 50, 22))
    pen.box((12, 79, 72, 13), 4)
    pen.line(6, (36, 67), (36, 52), (41, 43), cut=True)
    pen.line(8, (48, 6), (48, 17))
    for near, far in ((5, 14), (91, 82)):
        pen.line(8, (near, 48), (far, 49))
    for near, far in ((17, 25), (79, 71)):
        pen.line(8, (near, 18), (far, 26))


def _question(pen: _Pen) -> None:
    pen.arc((48, 30), 20, 13, -175, 60)
    pen.line(13, (58, 47.3), (48, 57), (48, 64))
    pen.disc((48, 84), 8.5)


def _dash(pen: _Pen) -> None:
    pen.line(14, (20, 48), (76, 48))


def _cross(pen: _Pen) -> None:
    pen.line(14, (22, 22), (74, 74))
    pen.line(14, (74, 22), (22, 74))


def _swap(pen: _Pen) -> None:
    for y, tip, tail in ((32, 82, 14), (64, 14, 82)):
        barb = tip - math.copysign(16, tip - tail)
        pen.line(11, (tail, y), (tip, y))
        pen.line(11, (barb, y - 16), (tip, y), (barb, y + 16))


def _torch(pen: _Pen) -> None:
    pen.area((14, 26), (14, 70), (38, 60), (38, 36))
    pen.box((36, 36, 54, 24), 5)
    pen.box((56, 44, 14, 8), 4, cut=True)


def _device(pen: _Pen) -> None:
    pen.box((20, 4, 56, 88), 10)
    pen.box((28, 13, 40, 62), 3, cut=True)
    _exclamation(pen, (48, 26), (48, 46), 61, cut=False)


def _camera_off(pen: _Pen) -> None:
    pen.box((8, 24, 80, 56), 9)
    pen.box((32, 14, 32, 16), 5)
    pen.disc((48, 52), 20, cut=True)
    pen.disc((48, 52), 12)
    pen.line(20, (10, 10), (86, 88), cut=True)
    pen.line(9, (10, 10), (86, 88))


def _upload(pen: _Pen) -> None:
    pen.line(12, (48, 66), (48, 16))
    pen.line(12, (26, 38), (48, 14), (70, 38))
    pen.line(12, (12, 86), (84, 86))


def _menu(pen: _Pen) -> None:
    for y in (22, 48, 74):
        pen.line(12, (14, y), (82, y))


def _not_equal(pen: _Pen) -> None:
    for y in (34, 62):
        pen.line(12, (12, y), (84, y))
    pen.line(12, (68, 8), (28, 88))


def _lock(pen: _Pen) -> None:
    pen.arc((48, 36), 22, 11, -180, 0)
    pen.line(11, (26, 36), (26, 50))
    pen.line(11, (70, 36), (70, 50))
    pen.box((12, 44, 72, 48), 9)
    pen.disc((48, 63), 8, cut=True)
    pen.line(8, (48, 63), (48, 76), cut=True)


_SHAPES: dict[Icon, Callable[[_Pen], None]] = {
    Icon.CHECK: _check,
    Icon.CLOCK_CHECK: _clock_check,
    Icon.TRIANGLE: _triangle,
    Icon.CALENDAR_CROSS: _calendar_cross,
    Icon.NO_ENTRY: _no_entry,
    Icon.SIREN: _siren,
    Icon.QUESTION: _question,
    Icon.CLOCK: _clock,
    Icon.DASH: _dash,
    Icon.CROSS: _cross,
    Icon.SWAP: _swap,
    Icon.TORCH: _torch,
    Icon.DEVICE: _device,
    Icon.CAMERA_OFF: _camera_off,
    Icon.UPLOAD: _upload,
    Icon.MENU: _menu,
    Icon.NOT_EQUAL: _not_equal,
    Icon.LOCK: _lock,
}


@lru_cache(maxsize=192)
def icon_surface(icon: Icon, side: int, colour: Colour) -> pygame.Surface:
    """Return an icon, `side` px square, in one colour on a transparent ground."""
    large = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    large.fill((*colour, 0))
    _SHAPES[icon](_Pen(large, colour))
    return pygame.transform.smoothscale(large, (side, side))

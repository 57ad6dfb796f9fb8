"""Items: the primitives that a screen consists of, with their places, and how each is painted.

Painting makes no decisions, so that layout can be tested without it.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, assert_never

import cv2
import numpy as np
import pygame

from terminal.drawing.icons import FINE, Icon, icon_surface
from terminal.drawing.light import luminance
from terminal.drawing.plates import plate_surface

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from terminal.codes import Corners
    from terminal.drawing.fonts import Colour, Fonts
    from terminal.model import Luma, Plate


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `rect` is its em box at the line's height."""

    rect: pygame.Rect
    string: str
    size: int
    colour: Colour
    bold: bool


@dataclass(frozen=True, slots=True)
class Fill:
    """A rectangle, with rounded corners if `radius` is not 0."""

    rect: pygame.Rect
    colour: Colour
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Stripes:
    """A rectangle with diagonal stripes and rounded corners."""

    rect: pygame.Rect
    colours: tuple[Colour, Colour]
    width: int
    radius: int


@dataclass(frozen=True, slots=True)
class Dashes:
    """A dashed outline inside `rect`."""

    rect: pygame.Rect
    colour: Colour
    width: int


@dataclass(frozen=True, slots=True)
class IconItem:
    """An icon; `rect` is square."""

    rect: pygame.Rect
    icon: Icon
    colour: Colour


@dataclass(frozen=True, slots=True)
class PlateArt:
    """A number plate; dimmed at `night`."""

    rect: pygame.Rect
    plate: Plate
    night: bool = False


@dataclass(frozen=True, slots=True)
class ImageItem:
    """The camera picture, scaled to fill `rect` and cropped evenly."""

    rect: pygame.Rect
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """The part to show: left, top, right and bottom as shares of width and height."""
    night: bool = False
    """Dimmed to NIGHT_PICTURE, so that it does not blind the officer."""


@dataclass(frozen=True, slots=True)
class Reticle:
    """Four corner brackets around the area where the code should be."""

    rect: pygame.Rect
    width: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed line through `points`, white with a black border; relative to `rect` and clipped to it."""

    rect: pygame.Rect
    points: tuple[tuple[int, int], ...]
    width: int


_QUIET = 0.08
"""Distance of an outline from its code, as a share of the distance from its centre: inside the quiet zone."""

Item: TypeAlias = Text | Fill | Stripes | Dashes | IconItem | PlateArt | ImageItem | Reticle | Outline


def dimmed(item: Item) -> Item:
    """Return the item as it is shown at night; only pictures and plates have colours of their own."""
    return replace(item, night=True) if isinstance(item, PlateArt | ImageItem) else item


def moved(item: Item, x: int, y: int) -> Item:
    """Return the item shifted by `x` and `y` px."""
    return replace(item, rect=item.rect.move(x, y))


def outlined(view: ImageItem, shape: tuple[int, ...], found: Corners, width: int) -> Outline:
    """Return the outline of the code at `found` in a picture of `shape` (height, width) that fills `view`."""
    high, wide = shape[0], shape[1]
    scale = max(view.rect.width / wide, view.rect.height / high)
    places = [
        (view.rect.width / 2 + (x - 0.5) * wide * scale, view.rect.height / 2 + (y - 0.5) * high * scale)
        for x, y in found
    ]
    return Outline(view.rect, around(places), width)


def around(corners: Sequence[tuple[float, float]]) -> tuple[tuple[int, int], ...]:
    """Return the points of a line around a code with these corners, px, inside its quiet zone."""
    middle_x, middle_y = (sum(axis) / len(corners) for axis in zip(*corners, strict=True))
    return tuple((round(x + _QUIET * (x - middle_x)), round(y + _QUIET * (y - middle_y))) for x, y in corners)


def paint(surface: pygame.Surface, item: Item, fonts: Fonts, preview: Luma | None) -> None:
    """Draw one item. `preview` is uint8 [height, width]; only Picture needs it."""
    match item:
        case Text():
            # Noto CJK's em box extends 0.88 em above the baseline and 0.12 em below.
            x, baseline = item.rect.x, round(item.rect.centery + 0.38 * item.size)
            letters = fonts.letters(item.string, item.size, item.colour, bold=item.bold)
            surface.blits([(glyph, (x + dx, baseline + dy)) for glyph, (dx, dy) in letters], doreturn=False)
        case Fill():
            _fill(surface, item.rect, item.colour, item.radius)
        case Stripes():
            _stripe(surface, item)
        case Dashes():
            _dash(surface, item)
        case IconItem():
            surface.blit(icon_surface(item.icon, item.rect.width, item.colour), item.rect)
        case PlateArt():
            surface.blit(plate_surface(item.plate, item.rect.size, fonts, night=item.night), item.rect)
        case ImageItem() | Reticle() | Outline():
            _paint_view(surface, item, preview)
        case _:
            assert_never(item)


def paint_seen(
    surface: pygame.Surface, item: Item, following: Item | None, fonts: Fonts, preview: Luma | None
) -> None:
    """Draw one item but for what `following`, the next, hides of it, where that saves much."""
    hidden = _hidden(item, following)
    if hidden is None:
        paint(surface, item, fonts, preview)
        return
    clip = surface.get_clip()
    for band in _bands(item.rect, hidden):
        surface.set_clip(band.clip(clip))
        paint(surface, item, fonts, preview)
    surface.set_clip(clip)


_MUCH = 20_000
"""Area, px, from which hidden parts are left out."""


def _hidden(item: Item, following: Item | None) -> pygame.Rect | None:
    """Return the part of a background that the next one hides, None if it is small."""
    if not isinstance(item, Fill | Stripes) or not isinstance(following, Fill):
        return None
    core = following.rect.inflate(-2 * following.radius, -2 * following.radius)
    much = core.width * core.height >= _MUCH and min(core.size) > 0
    return core if much and item.rect.contains(core) else None


def _bands(outer: pygame.Rect, hidden: pygame.Rect) -> Iterator[pygame.Rect]:
    """Yield what is left of a rectangle above, below, left and right of a hidden part."""
    yield pygame.Rect(outer.x, outer.y, outer.width, hidden.top - outer.top)
    yield pygame.Rect(outer.x, hidden.bottom, outer.width, outer.bottom - hidden.bottom)
    yield pygame.Rect(outer.x, hidden.y, hidden.left - outer.left, hidden.height)
    yield pygame.Rect(hidden.right, hidden.y, outer.right - hidden.right, hidden.height)


def _paint_view(surface: pygame.Surface, item: ImageItem | Reticle | Outline, preview: Luma | None) -> None:
    """Draw the camera picture or an item that lies on it."""
    match item:
        case ImageItem():
            if preview is not None and preview.size:
                picture = _kept_picture(preview, item.part, item.rect.size)
                level = night_level(_part(preview, item.part)) if item.night else _NIGHT_LEVELS
                picture.set_palette(_GREYS_AT_NIGHT[level])
                surface.blit(picture, item.rect)
        case Reticle():
            _corners(surface, item.rect.inflate(item.width, item.width), item.width * 2, (0, 0, 0))
            _corners(surface, item.rect, item.width, (255, 255, 255))
        case Outline():
            _outline(surface, item)


def _fill(surface: pygame.Surface, rect: pygame.Rect, colour: Colour, radius: int) -> None:
    if radius <= 0:
        _cover(surface, rect, colour)
    elif rect.width * rect.height <= _SMALL:
        surface.blit(_rounded(rect.size, colour, radius), rect)
    else:
        _fill_rounded(surface, rect, colour, radius)


def _cover(surface: pygame.Surface, rect: pygame.Rect, colour: Colour) -> None:
    """Give every pixel of a rectangle the colour, where the clip permits.

    SDL takes ten times as long where a row does not end with a line of the processor's cache.
    """
    seen = rect.clip(surface.get_clip())
    if seen.width * seen.height < _FEW:
        surface.fill(colour, rect)
        return
    pixels = pygame.surfarray.pixels2d(surface)
    pixels[seen.left : seen.right, seen.top : seen.bottom] = surface.map_rgb(colour) & 0xFFFFFFFF


_FEW = 4_096
"""Area, px, below which SDL covers a rectangle as fast."""
_SMALL = 16_384
"""Area, px, up to which a rounded rectangle, such as a key's, is kept drawn."""


@lru_cache(maxsize=64)
def _rounded(size: tuple[int, int], colour: Colour, radius: int) -> pygame.Surface:
    drawn = pygame.Surface(size, pygame.SRCALPHA)
    _fill_rounded(drawn, drawn.get_rect(), colour, radius)
    return drawn


def _fill_rounded(surface: pygame.Surface, rect: pygame.Rect, colour: Colour, radius: int) -> None:
    side = pygame.Rect(rect.x, rect.y + radius, radius, rect.height - 2 * radius)
    for part in (rect.inflate(-2 * radius, 0), side, side.move(rect.width - radius, 0)):
        _cover(surface, part, colour)
    disc = _disc(radius, colour)
    for right in (False, True):
        for low in (False, True):
            place = (rect.right - radius if right else rect.x, rect.bottom - radius if low else rect.y)
            surface.blit(disc, place, pygame.Rect(right * radius, low * radius, radius, radius))


@lru_cache(maxsize=64)
def _disc(radius: int, colour: Colour) -> pygame.Surface:
    large = pygame.Surface((2 * radius * FINE, 2 * radius * FINE), pygame.SRCALPHA)
    large.fill((*colour, 0))
    pygame.draw.circle(large, (*colour, 255), (radius * FINE, radius * FINE), radius * FINE)
    return pygame.transform.smoothscale(large, (2 * radius, 2 * radius))


def _stripe(surface: pygame.Surface, item: Stripes) -> None:
    """Draw stripes from a pattern that rectangles of many sizes share, and their corners."""
    rect, radius = item.rect, item.radius
    across, down = (-(-side // _STEP) * _STEP for side in rect.size)
    pattern = _pattern(item.colours, item.width, (across, down))
    side = pygame.Rect(0, radius, radius, rect.height - 2 * radius)
    for part in (
        pygame.Rect(radius, 0, rect.width - 2 * radius, rect.height),
        side,
        side.move(rect.width - radius, 0),
    ):
        surface.blit(pattern, part.move(rect.topleft), part)
    for right in (False, True):
        for low in (False, True):
            x, y = right * (rect.width - radius), low * (rect.height - radius)
            phase = (x + y) * _FINE_STRIPES % _period(item.width)
            corner = _corner(item.colours, item.width, radius, (right, low), phase)
            surface.blit(corner, (rect.x + x, rect.y + y))


_STEP = 128
"""Sizes of kept patterns are multiples of this, px."""
_FINE_STRIPES = 2
"""Oversampling factor of stripes."""


def _period(width: int) -> int:
    """Return the distance at which fine stripes repeat along a row, px."""
    return 2 * round(width * _FINE_STRIPES * 2**0.5)


@lru_cache(maxsize=8)
def _pattern(colours: tuple[Colour, Colour], width: int, size: tuple[int, int]) -> pygame.Surface:
    large = _diagonals(colours, width, (size[0] * _FINE_STRIPES, size[1] * _FINE_STRIPES), 0)
    pattern = pygame.transform.smoothscale(large, size)
    pattern.set_alpha(None)  # opaque
    return pattern


@lru_cache(maxsize=64)
def _corner(
    colours: tuple[Colour, Colour], width: int, radius: int, place: tuple[bool, bool], phase: int
) -> pygame.Surface:
    fine = radius * _FINE_STRIPES
    large = _diagonals(colours, width, (fine, fine), phase)
    mask = pygame.Surface((4 * fine, 4 * fine), pygame.SRCALPHA)
    pygame.draw.rect(mask, (255, 255, 255, 255), mask.get_rect(), border_radius=fine)
    large.blit(mask, (-3 * fine * place[0], -3 * fine * place[1]), special_flags=pygame.BLEND_RGBA_MIN)
    return pygame.transform.smoothscale(large, (radius, radius))


def _diagonals(
    colours: tuple[Colour, Colour], width: int, size: tuple[int, int], phase: int
) -> pygame.Surface:
    """Draw a part of fine stripes whose corner is `phase` px into their period."""
    large = pygame.Surface(size, pygame.SRCALPHA)
    large.fill(colours[0])
    height, period = size[1], _period(width)
    step = period // 2
    for x in range(-height - phase - period * (height // period + 1), size[0] + step, period):
        corners = [(x, height), (x + step, height), (x + step + height, 0), (x + height, 0)]
        pygame.draw.polygon(large, colours[1], corners)
    return large


def _dash(surface: pygame.Surface, item: Dashes) -> None:
    """Draw whole dashes from corner to corner, so that each corner is covered."""
    rect, width = item.rect, item.width
    for length, along in ((rect.width, True), (rect.height, False)):
        count = max(3, round(length / (3.4 * width)) | 1)
        edges = [round(place * length / count) for place in range(count + 1)]
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            for far in (False, True):
                if along:
                    y = rect.bottom - width if far else rect.y
                    surface.fill(item.colour, pygame.Rect(rect.x + start, y, end - start, width))
                else:
                    x = rect.right - width if far else rect.x
                    surface.fill(item.colour, pygame.Rect(x, rect.y + start, width, end - start))


def _corners(surface: pygame.Surface, rect: pygame.Rect, width: int, colour: Colour) -> None:
    arm = rect.width // 5
    for x, dx in ((rect.x, 1), (rect.right, -1)):
        for y, dy in ((rect.y, 1), (rect.bottom, -1)):
            for w, h in ((arm, width), (width, arm)):
                bar = pygame.Rect(x if dx > 0 else x - w, y if dy > 0 else y - h, w, h)
                surface.fill(colour, bar)


def _outline(surface: pygame.Surface, item: Outline) -> None:
    inside = surface.subsurface(item.rect)
    seam = item.width + 2 * max(2, item.width * 2 // 3)
    for width, colour in ((seam, (0, 0, 0)), (item.width, (255, 255, 255))):
        pygame.draw.polygon(inside, colour, item.points, width)
        for point in item.points:  # round joints
            pygame.draw.circle(inside, colour, point, (width - 1) // 2)


NIGHT_PICTURE = 0.05
"""Largest mean relative luminance of a camera picture at night."""
_NIGHT_LEVELS = 16
"""Steps of dimming; the eye does not see one from the next."""
_GREYS_AT_NIGHT = [
    [(round(level * step / _NIGHT_LEVELS),) * 3 for level in range(256)] for step in range(_NIGHT_LEVELS + 1)
]
_SPARSE = 8
_LINEAR = np.array([luminance((level, level, level)) for level in range(256)], np.float32)
_BRIGHTEST_AT_NIGHT = 12
"""Step of a dark picture, in which a lamp would still blind at full level."""


def night_level(preview: Luma) -> int:
    """Return the step of dimming, 0 to 16 of 16, at which the picture's mean luminance is NIGHT_PICTURE at
    most. Only every eighth pixel each way is read.
    """
    mean = float(_LINEAR[preview[::_SPARSE, ::_SPARSE]].mean())
    share = (NIGHT_PICTURE / mean) ** (1 / 2.2) if mean > NIGHT_PICTURE else 1.0
    return min(_BRIGHTEST_AT_NIGHT, int(_NIGHT_LEVELS * share))


_Part: TypeAlias = tuple[float, float, float, float]
pictures_kept: dict[tuple[int, _Part, tuple[int, int]], tuple[weakref.ref[Luma], pygame.Surface]] = {}
"""Pictures as they are shown, by the id of the frame: at most _MOST_PICTURES, and only while it is kept."""
_MOST_PICTURES = 8


def _kept_picture(preview: Luma, part: _Part, size: tuple[int, int]) -> pygame.Surface:
    """Return a frame's picture; a whole frame's is kept: the one to choose codes from stays the same."""
    if preview.size < 2 * size[0] * size[1]:  # the live picture, half a frame in size
        return _picture(_part(preview, part), size)
    key = id(preview), part, size
    known = pictures_kept.get(key)
    if known is not None and known[0]() is preview:
        return known[1]
    while len(pictures_kept) >= _MOST_PICTURES:
        del pictures_kept[next(iter(pictures_kept))]
    picture = _picture(_part(preview, part), size)
    pictures_kept[key] = weakref.ref(preview, lambda _: pictures_kept.pop(key, None)), picture
    return picture


def _part(preview: Luma, part: _Part) -> Luma:
    height, width = preview.shape
    left, top, right, bottom = (
        round(share * side) for share, side in zip(part, (width, height) * 2, strict=True)
    )
    return preview[top : max(bottom, top + 1), left : max(right, left + 1)]


def _picture(preview: Luma, size: tuple[int, int]) -> pygame.Surface:
    height, width = preview.shape
    scale = max(size[0] / width, size[1] / height)
    cut_w, cut_h = min(width, max(1, round(size[0] / scale))), min(height, max(1, round(size[1] / scale)))
    left, top = (width - cut_w) // 2, (height - cut_h) // 2
    cut = preview[top : top + cut_h, left : left + cut_w]
    how = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
    grey = np.ascontiguousarray(cv2.resize(cut, size, interpolation=how))
    return pygame.image.frombuffer(grey.data.cast("B"), size, "P")

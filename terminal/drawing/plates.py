"""Draw number plates as they look on the vehicle: ground, characters, red characters and dot of the kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pygame

from terminal.drawing.fonts import SizedCache
from terminal.vehicle.plate import RED_ON_DARK, RED_ON_LIGHT, has_dot, red_places
from terminal.vehicle.tables import COLOURS, KINDS, derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.drawing.fonts import Colour, Fonts
    from terminal.model import Plate

FINE = 2
"""Oversampling factor; the plate is reduced at the end, which smooths the edges."""
ASPECT, LONG_ASPECT = 440 / 140, 480 / 140
"""Width to height of a car's plate, and of one with eight characters (GA 36-2018)."""
_NO_GROUND: Colour = (214, 219, 226)
"""Ground of kinds without a plate of their own: administrative codes and unknown kinds."""
_DOT = "·"
BLANK = "_"
"""A character not entered yet."""
_FAINT: Colour = (120, 128, 138)
_NIGHT = 104
"""Level of white on a plate at night."""
_CAPITAL = 0.733
"""Cap height of the font, em."""


TILE_BYTES = 4 << 20
"""Most memory of the characters that are kept, each with the ground behind it: about 170."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One character of a plate, or its dot."""

    text: str
    red: bool = False

    @property
    def width(self) -> float:
        """Width in character cells."""
        return 0.5 if self.text == _DOT else 1.0


def aspect(plate: Plate) -> float:
    """Return width divided by height."""
    return LONG_ASPECT if len(plate.number) > 7 else ASPECT


def letters(plate: Plate) -> tuple[Letter, ...]:
    """Return the characters to draw, red where the kind requires it, with the dot after the second."""
    red = red_places(plate)
    painted = [Letter(letter, red=place in red) for place, letter in enumerate(plate.number)]
    if has_dot(plate.number):
        painted.insert(2, Letter(_DOT))
    return tuple(painted)


class _Ground(NamedTuple):
    """A plate without its characters."""

    tokens: tuple[str, ...]
    size: tuple[int, int]
    """Width and height, px."""
    night: bool

    @property
    def fine(self) -> tuple[int, int]:
        """Size at which it is drawn before it is reduced, px."""
        return self.size[0] * FINE, self.size[1] * FINE

    @property
    def inside(self) -> pygame.Rect:
        """Place of the characters on the fine plate."""
        edge = _edge(self.fine)
        return _framed(self.fine).inflate(-4 * edge, -3 * edge)


class _Place(NamedTuple):
    """Place of a character on a fine plate, px."""

    x: float
    cell: float
    """Width of a whole cell."""


class _Tile(NamedTuple):
    """A character with the ground behind it, reduced."""

    left: int
    top: int
    art: pygame.Surface


@lru_cache(maxsize=8)
def plate_surface(
    plate: Plate, size: tuple[int, int], fonts: Fonts, *, night: bool = False
) -> pygame.Surface:
    """Draw a plate of `size` px, transparent outside its rounded corners; dimmed at `night`, so that a white
    or yellow plate does not blind.

    Its characters are drawn one by one and kept, since other plates have them at the same places.
    """
    ground, painted = _Ground(tuple(_tokens(plate)), size, night), letters(plate)
    places = list(_places(ground.inside, painted))
    tiles = [_kept_tile(ground, letter, place, fonts) for letter, place in zip(painted, places, strict=True)]
    if any(one.left + one.art.get_width() > other.left for one, other in pairwise(tiles)):
        fine = _blank(ground.tokens, ground.fine).copy()  # a tile would cut off the character before it
        for letter, place in zip(painted, places, strict=True):
            _write(fine, ground, letter, place, fonts)
        return _reduced(fine, night=night)
    art = _small(ground).copy()
    for tile in tiles:
        art.blit(tile.art, (tile.left, tile.top))
    return art


tiles_kept: SizedCache[tuple[_Ground, Letter, _Place, Fonts], _Tile] = SizedCache(TILE_BYTES)
"""Characters with the ground behind them, reduced."""


def _kept_tile(ground: _Ground, letter: Letter, place: _Place, fonts: Fonts) -> _Tile:
    """Return a character with the ground behind it, from the cache if possible."""
    key = (ground, letter, place, fonts)
    tile = tiles_kept.get(key)
    if tile is None:
        tile = _tile(ground, letter, place, fonts)
        width, height = tile.art.get_size()
        tiles_kept.put(key, tile, 4 * width * height)
    return tile


def _tile(ground: _Ground, letter: Letter, place: _Place, fonts: Fonts) -> _Tile:
    """Draw a character with the ground behind it, over whole pixels of the reduced plate."""
    blank = _blank(ground.tokens, ground.fine)
    drawn = _mark(ground, letter, place, fonts)[0].clip(blank.get_rect())
    left, top = drawn.left // FINE, drawn.top // FINE
    box = pygame.Rect(left * FINE, top * FINE, 0, 0)
    box.width, box.height = (
        FINE * max(1, -(-(far - near) // FINE)) for near, far in ((box.x, drawn.right), (box.y, drawn.bottom))
    )
    art = blank.subsurface(box).copy()
    _write(art, ground, letter, place, fonts, corner=box.topleft)
    small = _reduced(art, night=ground.night)
    small.set_alpha(None)  # it replaces what is below it
    return _Tile(left, top, small)


@lru_cache(maxsize=24)
def _small(ground: _Ground) -> pygame.Surface:
    """Draw a plate without a number, reduced."""
    return _reduced(_blank(ground.tokens, ground.fine).copy(), night=ground.night)


def _reduced(fine: pygame.Surface, *, night: bool) -> pygame.Surface:
    """Return fine art at its size on the screen; `fine` is used up."""
    if night:
        fine.fill((_NIGHT,) * 3, special_flags=pygame.BLEND_RGB_MULT)
    return pygame.transform.smoothscale(fine, (fine.get_width() // FINE, fine.get_height() // FINE))


def _edge(size: tuple[int, int]) -> int:
    return max(2, size[1] // 28)


def _framed(size: tuple[int, int]) -> pygame.Rect:
    """Return the place of the line around the number."""
    edge = _edge(size)
    return pygame.Rect((0, 0), size).inflate(-3 * edge, -3 * edge)


@lru_cache(maxsize=3)
def _blank(tokens: tuple[str, ...], size: tuple[int, int]) -> pygame.Surface:
    """Draw a plate without a number."""
    art = _ground(tokens, size)
    pygame.draw.rect(art, _ink(tokens), _framed(size), width=_edge(size), border_radius=size[1] // 12)
    return _rounded(art, size[1] // 9)


@derived
def _forget_plates() -> None:
    plate_surface.cache_clear()  # drawn by the tables of kinds and of colours
    for kept in (_blank, _small):
        kept.cache_clear()
    tiles_kept.clear()


def _rgb(token: str, column: str) -> Colour:
    return _of_hex(COLOURS[token][column])


def _of_hex(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _tokens(plate: Plate) -> list[str]:
    kind = KINDS.get(plate.kind)
    return [] if kind is None else [token for token in kind.background.split("|") if token in COLOURS]


def _ink(tokens: tuple[str, ...]) -> Colour:
    return _rgb(tokens[0], "hex_text") if tokens else (0, 0, 0)


def _ground(tokens: tuple[str, ...], size: tuple[int, int]) -> pygame.Surface:
    art = pygame.Surface(size, pygame.SRCALPHA)
    width, height = size
    if not tokens:
        art.fill(_NO_GROUND)
        return art
    first = _rgb(tokens[0], "hex_screen")
    art.fill(first)
    if tokens[0] == "green-gradient":
        _shade(art, first, _rgb(tokens[0], "hex_second"))
    elif tokens[0] == "yellow-green":
        split = round(width * 0.29)  # behind the first two characters
        art.fill(_rgb(tokens[0], "hex_second"), pygame.Rect(split, 0, width - split, height))
    if len(tokens) > 1:  # both grounds are lawful and the code does not say which: show both
        pygame.draw.polygon(art, _rgb(tokens[1], "hex_screen"), [(width, 0), (width, height), (0, height)])
    if tokens[0].endswith("-patterned"):
        _hatch(art)
    return art


def _shade(art: pygame.Surface, top: Colour, bottom: Colour) -> None:
    width, height = art.get_size()
    for y in range(height):
        part = max(0.0, (y / height - 0.15) / 0.85)
        red, green, blue = (round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True))
        pygame.draw.line(art, (red, green, blue), (0, y), (width, y))


def _hatch(art: pygame.Surface) -> None:
    width, height = art.get_size()
    pattern = pygame.Surface((width, height), pygame.SRCALPHA)
    for x in range(-height, width, height // 7):
        pygame.draw.line(pattern, (255, 255, 255, 110), (x, height), (x + height, 0), max(1, height // 40))
    art.blit(pattern, (0, 0))


def _places(inside: pygame.Rect, painted: tuple[Letter, ...]) -> Iterator[_Place]:
    """Yield the place of each character."""
    cells = sum(letter.width for letter in painted)
    cell = inside.width / max(7.5, cells)
    x = inside.centerx - cell * cells / 2
    for letter in painted:
        yield _Place(x, cell)
        x += cell * letter.width


def _mark(
    ground: _Ground, letter: Letter, place: _Place, fonts: Fonts
) -> tuple[pygame.Rect, pygame.Surface | None]:
    """Return where a character is on the fine plate, and its glyph; None for the line of a blank."""
    inside, (x, cell) = ground.inside, place
    if letter.text == BLANK:
        line = pygame.Rect(0, 0, round(cell * 0.66), max(2, round(inside.height * 0.06)))
        line.midbottom = round(x + cell / 2), inside.bottom - round(inside.height * 0.08)
        return line, None
    ink = _ink(ground.tokens)
    red = _of_hex(RED_ON_DARK if sum(ink) > 384 else RED_ON_LIGHT)
    size = _em(letter.text, cell, inside.height, fonts)
    glyph, _, above = fonts.glyph(letter.text, size, red if letter.red else ink, bold=True)
    rect = glyph.get_rect(center=(round(x + cell * letter.width / 2), inside.centery))
    if letter.text.isascii():  # capitals share a baseline, whatever the descender of a Q
        rect.top = round(inside.centery + _CAPITAL * size[1] / 2) - above
    return rect, glyph


def _write(  # noqa: PLR0913 - a character and its place on the art
    art: pygame.Surface,
    ground: _Ground,
    letter: Letter,
    place: _Place,
    fonts: Fonts,
    *,
    corner: tuple[int, int] = (0, 0),
) -> None:
    """Draw a character on a part of the fine plate that begins at `corner`."""
    rect, glyph = _mark(ground, letter, place, fonts)
    rect.move_ip(-corner[0], -corner[1])
    if glyph is None:
        pygame.draw.rect(art, _FAINT, rect)
    else:
        art.blit(glyph, rect)


def _em(letter: str, cell: float, height: int, fonts: Fonts) -> tuple[int, int]:
    """Return the em size, (width, height) px, that gives characters their stamped proportions."""
    if not letter.isascii():
        return round(cell * 1.06), round(height * 0.96)
    return round(min(1.36 * cell, 0.94 * cell / fonts.advance(letter, bold=True))), round(height * 1.06)


def _rounded(art: pygame.Surface, radius: int) -> pygame.Surface:
    mask = pygame.Surface(art.get_size(), pygame.SRCALPHA)
    pygame.draw.rect(mask, (255, 255, 255, 255), mask.get_rect(), border_radius=radius)
    art.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MIN)
    return art

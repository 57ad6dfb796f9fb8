"""Draw licence plates in the colours of their kind, for vouchers. The picture proves nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from terminal.errors import FontFault
from terminal.vehicle.plate import RED_ON_DARK, RED_ON_LIGHT, has_dot, red_places
from terminal.vehicle.tables import COLOURS, KINDS

if TYPE_CHECKING:
    from terminal.model import Plate
    from terminal.vehicle.tables import PlateKind

_FONTS = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
_SIMPLIFIED = 2
"""Index of the face with simplified Chinese forms in the collection; 0 is Japanese."""
_FINE = 4
"""Oversampling factor; the picture is reduced at the end, which smooths the edges."""
_HEIGHT, _GLYPH_HEIGHT = 140.0, 90.0
"""Heights of a plate and of its characters, mm (GA 36-2018)."""
_MARGIN, _DOT_GAP = 15.5, 34.0


@cache
def font(size_px: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Load the Chinese font. Raises FontFault if it is not installed."""
    path = _FONTS.format("Bold" if bold else "Regular")
    try:
        return ImageFont.truetype(path, size_px, index=_SIMPLIFIED)
    except OSError as error:
        raise FontFault(path) from error


def plate_image(identity: Plate, height_px: int) -> Image.Image:
    """Draw the plate, mode RGBA, transparent outside its rounded corners.

    A kind that the table does not list is drawn black on white. Raises FontFault if the Chinese font is not
    installed.
    """
    kind = KINDS.get(identity.kind)
    scale = height_px * _FINE / _HEIGHT
    glyph, lefts, width = _places(identity)
    size = (round(width * scale), round(_HEIGHT * scale))
    picture = _ground(kind, size, round((lefts[2] - _DOT_GAP / 2) * scale))
    ink = COLOURS[_token(kind)]["hex_text"]
    _frame(picture, ink, scale)
    red = red_places(identity)
    for place, (left, character) in enumerate(zip(lefts, identity.number, strict=True)):
        mask = _glyph(character, round(glyph * scale), round(_GLYPH_HEIGHT * scale))
        at = (round((left + glyph / 2) * scale) - mask.width // 2, (picture.height - mask.height) // 2)
        picture.paste(_red(ink) if place in red else ink, at, mask)
    if has_dot(identity.number):
        x, y = (lefts[2] - _DOT_GAP / 2) * scale, _HEIGHT / 2 * scale
        radius = 5 * scale
        ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    picture.putalpha(_corners(size, 10 * scale))
    return picture.resize((size[0] // _FINE, height_px), Image.Resampling.LANCZOS)


def _places(identity: Plate) -> tuple[float, list[float], float]:
    """Return the width of a character, the left edge of each, and the width of the plate, mm."""
    count = len(identity.number)
    glyph, gap = (45.0, 12.0) if count <= 7 else (43.0, 9.0)
    wider = _DOT_GAP - gap if has_dot(identity.number) else 0.0
    lefts = [_MARGIN + place * (glyph + gap) + (wider if place >= 2 else 0.0) for place in range(count)]
    return glyph, lefts, lefts[-1] + glyph + _MARGIN


def _glyph(character: str, width_px: int, height_px: int) -> Image.Image:
    """Draw a character at the width and height used on plates, mode L; a 1 stays narrower than an 8."""
    face = font(height_px, bold=True)
    drawn = Image.new("L", (2 * height_px, 2 * height_px), 0)
    ImageDraw.Draw(drawn).text((height_px, height_px), character, 255, face, anchor="mm")
    drawn = drawn.crop(drawn.getbbox())
    widest = face.getlength("0" if character.isascii() else character) * 0.88
    width = min(width_px, round(width_px * drawn.width / widest))
    return drawn.resize((width, height_px), Image.Resampling.LANCZOS)


def _frame(picture: Image.Image, ink: str, scale: float) -> None:
    inset = 5 * scale
    box = (inset, inset, picture.width - inset, picture.height - inset)
    ImageDraw.Draw(picture).rounded_rectangle(box, 7 * scale, outline=ink, width=round(2 * scale))


def _token(kind: PlateKind | None) -> str:
    return kind.background.split("|")[0] if kind else "white"


def _ground(kind: PlateKind | None, size: tuple[int, int], split: int) -> Image.Image:
    colour = COLOURS[_token(kind)]
    picture = Image.new("RGB", size, colour["hex_screen"])
    second = colour["hex_second"]
    if _token(kind) == "green-gradient":
        shade = Image.linear_gradient("L").resize(size)  # black at the top, white at the bottom
        picture.paste(Image.new("RGB", size, second), mask=shade)
    elif second:
        picture.paste(second, (split, 0, *size))
    return picture


def _red(ink: str) -> str:
    return RED_ON_DARK if ink == "#FFFFFF" else RED_ON_LIGHT


def _corners(size: tuple[int, int], radius: float) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
    return mask

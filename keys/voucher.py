"""Draw laboratory vouchers: they look like the 检验标志电子凭证 and are marked as specimens.

One design for two sheets, a phone's screen and A6 paper. A unit is 1/1080 of the sheet's width.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from keys import code_parameters, qr
from keys.plate_image import font, plate_image
from terminal.errors import InputFault
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import KINDS, USES, VEHICLE_TYPES

if TYPE_CHECKING:
    from keys.code_parameters import Level
    from terminal.model import Vehicle

_DEEP, _GREEN, _PALE = "#0B5A4A", "#12876B", "#DDF0E8"
_INK, _MUTED, _LINE, _WHITE = "#14302A", "#567068", "#C9DFD6", "#FFFFFF"
_AMBER_INK, _AMBER = "#8A3B06", "#FDEFC8"
_WATERMARK_STRENGTH = 20
"""Opacity of the watermark, 0 to 255: visible at a glance, without affecting reading."""
_COLUMNS = 2
"""Columns of facts about the vehicle."""
_CARD_RADIUS, _CARD_INSET = 24, 12
"""Units. The inset keeps the quiet zone clear of the card's rounded corners."""


@dataclass(frozen=True, slots=True)
class _Type:
    """Style of a line of text; the size is in units."""

    size: float
    fill: str
    bold: bool = False
    anchor: str = "mm"


_EMBLEM = _Type(66, _GREEN, bold=True)
_TITLE = _Type(66, _WHITE, bold=True, anchor="lm")
_SUBTITLE = _Type(30, "#BFE3D6", anchor="lm")
_SPECIMEN = _Type(32, _AMBER_INK, bold=True)
_CAPTION, _SMALL = _Type(32, _MUTED), _Type(26, _MUTED)
_MONTH = _Type(88, _DEEP, bold=True)
_LABEL, _VALUE = _Type(34, _MUTED, anchor="lm"), _Type(36, _INK, bold=True, anchor="lm")


@dataclass(frozen=True, slots=True)
class VoucherText:
    """Text shown beside the code. It proves nothing: only the code does."""

    vehicle: Vehicle
    issuer: str
    made_s: int
    """Unix time, s."""


@dataclass(frozen=True, slots=True)
class PlatePlace:
    """Where the plate is drawn, in units."""

    middle: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """Layout of a voucher for one medium; units except where pixels are stated."""

    width_px: int
    height_px: int
    dpi: float
    levels: tuple[Level, ...]
    """QR error correction levels to try in order, if none is requested; the last one is the fallback."""
    oversampled: int
    header: int
    plate: PlatePlace
    valid_middle: int
    valid_top: int
    code_top: int
    code_side: int
    rows_top: int

    @property
    def unit_px(self) -> float:
        """Pixels per unit."""
        return self.width_px / 1080

    @property
    def px_mm(self) -> float:
        """Millimetres per pixel."""
        return 25.4 / self.dpi

    @property
    def height(self) -> float:
        """Height of the sheet in units."""
        return self.height_px / self.unit_px


PHONE = VoucherSheet(
    width_px=1080,
    height_px=1920,
    dpi=420,
    levels=code_parameters.SCREEN,
    oversampled=2,
    header=200,
    plate=PlatePlace(middle=540, top=292, height=146),
    valid_middle=540,
    valid_top=460,
    code_top=612,
    code_side=1000,
    rows_top=1632,
)
A6 = VoucherSheet(
    width_px=2480,
    height_px=3496,
    dpi=600,
    levels=code_parameters.PRINT,
    oversampled=1,
    header=172,
    plate=PlatePlace(middle=290, top=256, height=116),
    valid_middle=750,
    valid_top=246,
    code_top=394,
    code_side=840,
    rows_top=1256,
)


def voucher(text: str, face: VoucherText, sheet: VoucherSheet, level: Level | None = None) -> Image.Image:
    """Draw the voucher for the code `text`, mode RGB, at the sheet's size.

    Raises InputFault if the code is too fine for the sheet, FontFault if no Chinese font is installed.
    """
    pen = _Pen(sheet)
    _ground(pen)
    _header(pen, sheet)
    _validity(pen, face, sheet)
    _card(pen, sheet)
    _rows(pen, face, sheet)
    _footer(pen, face, sheet)
    picture = pen.picture.resize((sheet.width_px, sheet.height_px), Image.Resampling.LANCZOS)
    _paste_plate(picture, face, sheet)
    _paste_code(picture, text, sheet, level or level_of(text, sheet))
    return picture


def level_of(text: str, sheet: VoucherSheet) -> Level:
    """Choose the QR level for a sheet: the first whose modules are wide enough to be read in the hand.

    Falls back to the sheet's last level. Raises InputFault as `qr.width`.
    """
    wide = (
        level
        for level in sheet.levels
        if _module_px(text, sheet, level) * sheet.px_mm >= code_parameters.LEAST_MODULE_MM
    )
    return next(wide, sheet.levels[-1])


def png(picture: Image.Image, sheet: VoucherSheet) -> bytes:
    """Encode the picture as PNG."""
    content = io.BytesIO()
    picture.save(content, "PNG", dpi=(sheet.dpi, sheet.dpi), optimize=True)
    return content.getvalue()


def pdf(picture: Image.Image, sheet: VoucherSheet, made_s: int) -> bytes:
    """Encode the picture as a PDF page at the sheet's physical size, dated `made_s` (Unix time, s)."""
    content = io.BytesIO()
    made = datetime.fromtimestamp(made_s, SHANGHAI).utctimetuple()
    picture.save(
        content,
        "PDF",
        resolution=sheet.dpi,
        quality=92,
        subsampling=0,
        title="机动车检验标志电子凭证 样本 SPECIMEN",
        creationDate=made,
        modDate=made,
    )
    return content.getvalue()


class _Pen:
    """Draws in units on a picture of higher resolution than the sheet, which smooths the edges."""

    def __init__(self, sheet: VoucherSheet) -> None:
        self.unit = sheet.unit_px * sheet.oversampled
        size = (sheet.width_px * sheet.oversampled, sheet.height_px * sheet.oversampled)
        self.picture = Image.new("RGB", size, _WHITE)
        self.draw = ImageDraw.Draw(self.picture)

    def px(self, *units: float) -> tuple[float, ...]:
        return tuple(unit * self.unit for unit in units)

    def text(self, x: float, y: float, text: str, style: _Type, width: float = math.inf) -> None:
        """Draw a line of text, reduced in size if it would be wider than `width` units."""
        face = font(round(style.size * self.unit), bold=style.bold)
        if (length := face.getlength(text)) > width * self.unit:
            face = font(int(face.size * width * self.unit / length), bold=style.bold)
        self.draw.text((x * self.unit, y * self.unit), text, style.fill, face, anchor=style.anchor)


def _ground(pen: _Pen) -> None:
    shade = Image.linear_gradient("L").resize(pen.picture.size)
    pen.picture.paste(_PALE, mask=ImageChops.invert(shade))
    pen.picture.paste(_DEEP, mask=_watermark(pen.picture.size, pen.unit))


def _watermark(size: tuple[int, int], unit: float) -> Image.Image:
    """Return the watermark text in slanted rows, mode L."""
    tile = Image.new("L", (round(430 * unit), round(170 * unit)), 0)
    middle = (tile.width / 2, tile.height / 2)
    face = font(round(44 * unit), bold=True)
    ImageDraw.Draw(tile).text(middle, "样本 SPECIMEN", _WATERMARK_STRENGTH, face, anchor="mm")
    side = math.ceil(math.hypot(*size))  # covers the sheet at any angle
    rows = Image.new("L", (side, side), 0)
    for row, y in enumerate(range(0, rows.height, tile.height)):
        for x in range(-(row % 2) * tile.width // 2, rows.width, tile.width):
            rows.paste(tile, (x, y))
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    turned = rows.rotate(28, Image.Resampling.BILINEAR)
    return turned.crop((left, top, left + size[0], top + size[1]))


def _header(pen: _Pen, sheet: VoucherSheet) -> None:
    middle = sheet.header / 2
    pen.draw.rectangle(pen.px(0, 0, 1080, sheet.header), _DEEP)
    pen.draw.rectangle(pen.px(0, sheet.header, 1080, sheet.header + 62), _AMBER)
    pen.draw.ellipse(pen.px(60, middle - 62, 184, middle + 62), _WHITE)
    pen.draw.ellipse(pen.px(68, middle - 54, 176, middle + 54), outline=_GREEN, width=round(4 * pen.unit))
    pen.text(122, middle - 3, "检", _EMBLEM)
    pen.text(222, middle - 22, "机动车检验标志电子凭证", _TITLE)
    pen.text(224, middle + 42, "Motor vehicle inspection mark, electronic voucher", _SUBTITLE)
    pen.text(540, sheet.header + 29, "实验室样本  LABORATORY SPECIMEN  无法律效力", _SPECIMEN)


def _validity(pen: _Pen, text: VoucherText, sheet: VoucherSheet) -> None:
    year, month = divmod(text.vehicle.valid_through, 100)
    pen.text(sheet.valid_middle, sheet.valid_top + 26, "检验有效期至", _CAPTION)
    pen.text(sheet.valid_middle, sheet.valid_top + 92, f"{year}年{month:02}月", _MONTH)


def _card(pen: _Pen, sheet: VoucherSheet) -> None:
    left = 540 - sheet.code_side / 2
    box = pen.px(left, sheet.code_top, left + sheet.code_side, sheet.code_top + sheet.code_side)
    pen.draw.rounded_rectangle(box, _CARD_RADIUS * pen.unit, _WHITE, _LINE, round(2 * pen.unit))


def _rows(pen: _Pen, text: VoucherText, sheet: VoucherSheet) -> None:
    vehicle = text.vehicle
    kind = KINDS.get(vehicle.plate.kind)
    facts = (
        ("号牌种类", kind.name_zh.removesuffix("号牌") if kind else vehicle.plate.kind),
        ("车辆类型", VEHICLE_TYPES.get(vehicle.vehicle_type, vehicle.vehicle_type)),
        ("使用性质", USES[vehicle.use].zh),
        ("发证机关", text.issuer),
    )
    pitch = 920 / _COLUMNS
    width = pitch - 24 * (_COLUMNS - 1)
    for index, (label, value) in enumerate(facts):
        row, column = divmod(index, _COLUMNS)
        left, y = 80 + column * (pitch + 12), sheet.rows_top + row * 72 + 36
        pen.text(left + 12, y, label, _LABEL)
        pen.text(left + 184, y, value, _VALUE, width - 196)
        pen.draw.line(pen.px(left, y + 36, left + width, y + 36), _LINE, round(2 * pen.unit))


def _footer(pen: _Pen, text: VoucherText, sheet: VoucherSheet) -> None:
    made = datetime.fromtimestamp(text.made_s, SHANGHAI)
    pen.text(540, sheet.height - 82, f"生成时间  {made:%Y-%m-%d %H:%M:%S}", _CAPTION)
    pen.text(540, sheet.height - 38, "仅供实验室测试  for the laboratory alone", _SMALL)


def _paste_plate(picture: Image.Image, text: VoucherText, sheet: VoucherSheet) -> None:
    plate = plate_image(text.vehicle.plate, round(sheet.plate.height * sheet.unit_px))
    left = round(sheet.plate.middle * sheet.unit_px) - plate.width // 2
    at = (left, round(sheet.plate.top * sheet.unit_px))
    picture.paste(plate, at, plate)


def _paste_code(picture: Image.Image, text: str, sheet: VoucherSheet, level: Level) -> None:
    module_px = _module_px(text, sheet, level)
    if module_px < code_parameters.LEAST_MODULE_PX:
        raise InputFault(f"the code is too fine for this sheet at level {level}; use a lower level")
    code = qr.qr_image(text, level, module_px)
    left = (picture.width - code.width) // 2
    top = round((sheet.code_top + sheet.code_side / 2) * sheet.unit_px) - code.height // 2
    picture.paste(code.convert("RGB"), (left, top))


def _module_px(text: str, sheet: VoucherSheet, level: Level) -> int:
    return int((sheet.code_side - 2 * _CARD_INSET) * sheet.unit_px) // qr.width(text, level)

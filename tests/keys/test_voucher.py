"""Codes and vouchers are read back from picture files and printed pages."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from keys import plate_image, qr, voucher
from keys.code_parameters import LEVELS, Level
from keys.issue import Enforcement, IssueRequest, issue
from keys.voucher import A6, PHONE, VoucherSheet, VoucherText
from terminal.credential import verify
from terminal.errors import InputFault
from terminal.model import Plate, SealedClaims, StatusListRef, Vehicle
from terminal.vehicle.tables import COLOURS, KINDS, VEHICLE_TYPES

NOW_S = 1_790_000_000
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
VEHICLE = Vehicle(Plate("苏A12345", "02"), "K33", "A", 202708, "H", "184322", 20210815)
SECRET = Enforcement(SealedClaims("LSVAU2180E2184322", "123456", "王*"), 1, bytes(32))
TEXT = issue(IssueRequest(VEHICLE, "苏A", StatusListRef(1, 131_071), SECRET), bytes(32), bytes(12), NOW_S)
LONGEST = verify.write_text(bytes(range(240)) * 2)
FACE = VoucherText(VEHICLE, "苏A", NOW_S)


def codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(np.asarray(picture.convert("L")), formats=QR)


def texts(picture: Image.Image) -> list[str]:
    return [code.text for code in codes(picture)]


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    content = io.BytesIO()
    picture.convert("RGB").save(content, "JPEG", quality=quality)
    return Image.open(io.BytesIO(content.getvalue()))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("text", [TEXT, LONGEST], ids=["usual", "longest"])
@pytest.mark.parametrize("module_px", [3, 5, 12])
def test_a_code_is_read_back_at_each_level_and_after_jpeg(text: str, level: Level, module_px: int):
    picture = qr.qr_image(text, level, module_px)
    assert texts(picture) == [text]
    assert texts(as_jpeg(picture, 60)) == [text]
    assert texts(Image.open(io.BytesIO(qr.png(picture)))) == [text]


@pytest.mark.parametrize("level", LEVELS)
def test_a_code_is_whole_modules_in_a_quiet_zone_of_four(level: Level):
    picture = np.asarray(qr.qr_image(TEXT, level, 5))
    assert picture.shape == (5 * qr.width(TEXT, level),) * 2
    modules = picture[2::5, 2::5]
    assert (np.kron(modules, np.ones((5, 5), np.uint8)) == picture).all()
    assert (modules.shape[0] - 8 - 17) % 4 == 0
    dark = np.argwhere(modules == 0)
    assert (dark.min(axis=0) == 4).all()
    assert (dark.max(axis=0) == modules.shape[0] - 5).all()
    assert set(np.unique(picture)) == {0, 255}


def test_a_code_uses_the_alphanumeric_mode():
    # ISO/IEC 18004, table 7: version 17 at M holds 734 alphanumeric characters, but 504 bytes.
    assert len(LONGEST) == verify.MAX_TEXT == 724
    assert qr.width(LONGEST, "M") == 17 + 4 * 17 + 8


def test_a_text_too_long_for_a_symbol_is_refused():
    with pytest.raises(InputFault, match="too long for a QR code at level H"):
        qr.qr_image("A" * 2_000, "H", 5)


@pytest.mark.parametrize("level", LEVELS)
def test_a_phone_s_voucher_is_read_back_at_each_level_and_after_jpeg(level: Level):
    picture = voucher.voucher(TEXT, FACE, PHONE, level)
    assert picture.size == (1080, 1920)
    assert texts(Image.open(io.BytesIO(voucher.png(picture, PHONE)))) == [TEXT]
    assert texts(as_jpeg(picture, 50)) == [TEXT]


def test_a_printed_voucher_is_one_a6_page_that_reads_back():
    content = voucher.pdf(voucher.voucher(TEXT, FACE, A6), A6, NOW_S)
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    millimetres = [size / 72 * 25.4 for size in document[0].get_size()]
    assert millimetres == pytest.approx([105, 148], abs=0.1)
    assert texts(document[0].render(scale=300 / 72).to_pil()) == [TEXT]
    assert texts(document[0].render(scale=100 / 72).to_pil()) == [TEXT]
    image = next(document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
    assert image.get_px_size() == (2480, 3496)
    document.close()


def test_the_same_voucher_is_the_same_file():
    made = [voucher.pdf(voucher.voucher(TEXT, FACE, A6), A6, NOW_S) for _ in range(2)]
    assert made[0] == made[1]


def test_a_code_too_fine_for_its_sheet_is_refused():
    small = replace(PHONE, code_side=300)
    with pytest.raises(InputFault, match="too fine for this sheet at level H"):
        voucher.voucher(LONGEST, FACE, small, "H")


@pytest.mark.parametrize(
    ("sheet", "text", "level"), [(PHONE, TEXT, "M"), (A6, TEXT, "Q"), (A6, LONGEST, "M")]
)
def test_a_voucher_s_level_is_m_for_a_screen_and_q_for_print_where_it_is_coarse_enough(
    sheet: VoucherSheet, text: str, level: Level
):
    assert [code.ec_level for code in codes(voucher.voucher(text, FACE, sheet))] == [level]


def test_each_fact_is_visible_on_the_voucher():
    """A change of any fact on the face changes its area of the picture and nothing of the code."""
    first = np.asarray(voucher.voucher(TEXT, FACE, PHONE))
    others = [
        replace(FACE, vehicle=replace(VEHICLE, plate=Plate("苏A12346", "02"))),
        replace(FACE, vehicle=replace(VEHICLE, valid_through=202709)),
        replace(FACE, vehicle=replace(VEHICLE, vehicle_type="H11")),
        replace(FACE, vehicle=replace(VEHICLE, use="D")),
        replace(FACE, issuer="苏B"),
        replace(FACE, made_s=NOW_S + 1),
    ]
    pictures = [np.asarray(voucher.voucher(TEXT, face, PHONE)) for face in others]
    changed = [np.argwhere((first != picture).any(axis=2)) for picture in pictures]
    places = {tuple(where.min(axis=0)) for where in changed}
    assert len(places) == len(others)
    code = slice(PHONE.code_top, PHONE.code_top + PHONE.code_side)
    assert not any(((where[:, 0] >= code.start) & (where[:, 0] < code.stop)).any() for where in changed)


def test_the_longest_facts_stay_on_the_sheet():
    longest = max(VEHICLE_TYPES, key=lambda code: len(VEHICLE_TYPES[code]))
    face = VoucherText(replace(VEHICLE, vehicle_type=longest, use="S"), "W" * 12, NOW_S)
    picture = np.asarray(voucher.voucher(TEXT, face, A6).convert("L"))
    band = picture[round(A6.rows_top * A6.unit_px) :, :]
    assert (band[:, -round(60 * A6.unit_px) :] > 180).all()


def number_of(kind: str) -> str:
    examples = [
        "苏A12345",
        "苏AD12345",
        "苏A12345D",
        "123456使",
        "苏12345领",
        "粤Z1234港",
        "粤Z1234澳",
        "苏0112345",
    ]
    examples += [f"苏A1234{letter}" for letter in "挂学试警"]
    pattern = KINDS[kind].pattern
    return next(number for number in examples if pattern is None or pattern.fullmatch(number))


def colours_of(picture: Image.Image) -> set[tuple[int, int, int]]:
    """The colours of the opaque pixels."""
    pixels = np.unique(np.asarray(picture).reshape(-1, 4), axis=0)
    return {(int(r), int(g), int(b)) for r, g, b, alpha in pixels if alpha == 255}


@pytest.mark.parametrize("kind", [kind.code for kind in KINDS.values() if kind.credential])
def test_a_plate_is_drawn_on_its_kind_s_ground_in_its_kind_s_ink(kind: str):
    picture = plate_image.plate_image(Plate(number_of(kind), kind), 140)
    assert picture.height == 140
    assert picture.getchannel("A").getpixel((0, 0)) == 0
    colour = COLOURS[KINDS[kind].background.split("|")[0]]
    found = colours_of(picture)
    expected = {colour["hex_screen"], colour["hex_text"]} | ({colour["hex_second"]} - {""})
    if KINDS[kind].background == "green-gradient":
        expected = {colour["hex_text"]}
    assert {rgb(code) for code in expected} <= found
    red = "red:" in KINDS[kind].foreground
    assert any(r > 150 and g < 90 and b < 90 for r, g, b in found) is red


def test_a_plate_of_an_unlisted_kind_is_drawn_black_on_white():
    picture = plate_image.plate_image(Plate("京AA0001Z", "77"), 140)
    found = colours_of(picture)
    assert all(max(pixel) - min(pixel) < 8 for pixel in found)
    assert {rgb(COLOURS["white"]["hex_screen"]), rgb(COLOURS["white"]["hex_text"])} <= found
    face = VoucherText(replace(VEHICLE, plate=Plate("京AA0001Z", "77")), "京A", NOW_S)
    assert voucher.voucher(TEXT, face, A6).height > 0


def rgb(code: str) -> tuple[int, int, int]:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)

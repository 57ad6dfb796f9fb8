"""Every supported type of file yields its pictures, and any other raises one clear fault."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from terminal.commands import image_files
from terminal.errors import InputFault

if TYPE_CHECKING:
    from terminal.model import Luma

pillow_heif.register_heif_opener()

GRADIENT = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))


def only(path: Path) -> Luma:
    [picture] = image_files.pictures(path)
    assert (picture.page, picture.frame) == (None, None)
    assert picture.luma.dtype == np.uint8
    return picture.luma


def fault(path: Path) -> str:
    with pytest.raises(InputFault) as raised:
        list(image_files.pictures(path))
    assert str(path) not in raised.value.detail
    return raised.value.detail


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "I;16"])
def test_every_kind_of_png_gives_its_luminance(tmp_path: Path, mode: str):
    image = Image.fromarray(GRADIENT)
    if mode == "I;16":
        image = Image.fromarray(GRADIENT.astype(np.uint16) * 257)
    (image if mode == "I;16" else image.convert(mode)).save(tmp_path / "picture.png")
    assert np.array_equal(only(tmp_path / "picture.png"), GRADIENT)


def test_a_picture_of_one_bit_is_black_and_white(tmp_path: Path):
    Image.fromarray(GRADIENT > 127).save(tmp_path / "picture.png")
    assert np.array_equal(only(tmp_path / "picture.png"), np.where(GRADIENT > 127, 255, 0))


@pytest.mark.parametrize(("kind", "mode"), [("jpeg", "L"), ("jpeg", "RGB"), ("webp", "RGB"), ("heif", "RGB")])
def test_lossy_photographs_give_nearly_their_luminance(tmp_path: Path, kind: str, mode: str):
    Image.fromarray(GRADIENT).convert(mode).save(tmp_path / "photograph", format=kind, quality=95)
    assert np.abs(only(tmp_path / "photograph").astype(int) - GRADIENT).max() <= 12


def test_a_photograph_for_print_is_no_negative(tmp_path: Path):
    Image.fromarray(GRADIENT).convert("RGB").convert("CMYK").save(tmp_path / "p.jpg", quality=95)
    assert np.abs(only(tmp_path / "p.jpg").astype(int) - GRADIENT).max() <= 12


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str):
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 4, 8))
    path = tmp_path / "clear.png"
    if mode == "P":
        palette = Image.new("P", (8, 8), 1)
        palette.putpalette([0, 0, 0, 0, 0, 0])
        palette.paste(0, (0, 0, 4, 8))
        palette.save(path, transparency=1)
    else:
        clear.convert(mode).save(path)
    assert only(path)[0].tolist() == [0] * 4 + [255] * 4


def test_the_first_bytes_decide_and_not_the_name(tmp_path: Path):
    Image.fromarray(GRADIENT).save(tmp_path / "letter.pdf", format="png")
    assert only(tmp_path / "letter.pdf").shape == GRADIENT.shape
    Image.new("RGB", (50, 50), "white").save(tmp_path / "photograph.jpg", format="pdf")
    assert [picture.page for picture in image_files.pictures(tmp_path / "photograph.jpg")] == [1]


def test_a_pdf_gives_its_pages_in_order_at_300_dots_an_inch(tmp_path: Path):
    shades = [Image.new("L", (100, 200), shade) for shade in (0, 128, 255)]
    shades[0].save(tmp_path / "three.pdf", save_all=True, append_images=shades[1:], resolution=100)
    pages = list(image_files.pictures(tmp_path / "three.pdf"))
    assert [page.page for page in pages] == [1, 2, 3]
    assert [page.luma.shape for page in pages] == [(600, 300)] * 3
    assert np.allclose([page.luma[300, 150] for page in pages], [0, 128, 255], atol=2)


def test_a_page_as_large_as_a_wall_is_drawn_coarser(tmp_path: Path):
    Image.new("L", (10, 20), 255).save(tmp_path / "wall.pdf", resolution=0.1)
    [page] = image_files.pictures(tmp_path / "wall.pdf")
    assert page.luma.size <= image_files.PDF_PIXELS * 1.01


def pdf(*objects: str, trailer: str) -> bytes:
    """Return a PDF of these objects, numbered from 1."""
    content, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size} {trailer}>>\n"
    return content + f"{tail}startxref\n{len(content)}\n%%EOF\n".encode()


PAGE = (
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
)


def test_a_pdf_that_is_locked_says_so(tmp_path: Path):
    lock = f"<</Filter/Standard/V 1/R 2/P -4/O<{'00' * 32}>/U<{'11' * 32}>>>"
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf(*PAGE, lock, trailer=f"/Root 1 0 R/Encrypt 4 0 R/ID[<{'22' * 16}><{'22' * 16}>]"))
    assert fault(path) == "the PDF asks for a password"
    path.write_bytes(pdf(*PAGE, trailer="/Root 1 0 R"))
    assert [picture.luma.shape for picture in image_files.pictures(path)] == [(300, 300)]


def test_a_pdf_of_too_many_pages_is_refused(tmp_path: Path):
    many = f"<</Type/Pages/Kids[{'3 0 R ' * 101}]/Count 101>>"
    (tmp_path / "book.pdf").write_bytes(pdf(PAGE[0], many, PAGE[2], trailer="/Root 1 0 R"))
    assert fault(tmp_path / "book.pdf") == "101 pages, over 100"


@pytest.mark.parametrize(("name", "codec"), [("film.avi", "MJPG"), ("film.mp4", "mp4v")])
def test_a_video_gives_its_frames_in_order(tmp_path: Path, name: str, codec: str):
    path = tmp_path / name
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, (64, 48))
    for shade in (0, 60, 120, 180, 240):
        writer.write(np.full((48, 64, 3), shade, np.uint8))
    writer.release()
    frames = list(image_files.pictures(path))
    assert [(frame.frame, frame.page) for frame in frames] == [(number, None) for number in range(5)]
    assert np.allclose([frame.luma.mean() for frame in frames], [0, 60, 120, 180, 240], atol=6)


def test_no_playlist_opens_another_file(tmp_path: Path):
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\nAVI \n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{film}\n")
    assert len(list(image_files.pictures(film))) == 1
    assert fault(playlist).startswith("not a PNG, JPEG, HEIF or WebP picture")
    assert not cv2.VideoCapture(str(playlist), cv2.CAP_FFMPEG).isOpened()  # by FFmpeg's own white lists


def png(width: int, height: int) -> bytes:
    """Return a PNG whose header states this size, without pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [
        (10_001, 10_000, "10001 x 10000 pixels, over 100 megapixels"),
        (2**31 - 1, 2**31 - 1, "over 100 megapixels"),
        (10_000, 10_000, "the picture is truncated or damaged"),
    ],
)
def test_the_size_is_known_before_a_picture_is_decoded(tmp_path: Path, width: int, height: int, said: str):
    (tmp_path / "p.png").write_bytes(png(width, height))
    assert fault(tmp_path / "p.png") == said


def test_a_file_over_64_mib_is_refused_unread(tmp_path: Path):
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate((64 << 20) + 1)
    assert fault(tmp_path / "big.png") == "64 MiB, over 64"


def test_what_is_no_file_is_said(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    assert fault(tmp_path / "missing") == "no such file"
    assert fault(tmp_path) == "a directory"
    assert fault(tmp_path / "pipe") == "not a regular file"
    assert fault(Path("/dev/zero")) == "not a regular file"
    assert fault(tmp_path / "empty") == "an empty file"
    assert fault(tmp_path / "empty" / "below") == "Not a directory"
    assert fault(tmp_path / ("x" * 300)) == "File name too long"
    assert fault(tmp_path / "null\0byte") == "a name that no file can have"


@pytest.mark.parametrize(
    "content", [b"hello", b"GIF89a" + bytes(50), b"#EXTM3U\n/dev/zero\n", b"#EXTM3U\nAVI \n", bytes(2000)]
)
def test_what_is_no_picture_is_said(tmp_path: Path, content: bytes):
    (tmp_path / "picture.png").write_bytes(content)
    assert fault(tmp_path / "picture.png").startswith("not a PNG, JPEG, HEIF or WebP picture")


BEGINNINGS = [
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    b"RIFF\x40\x00\x00\x00WEBPVP8 ",
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    b"%PDF-1.4\n",
    b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isom",
    b"RIFF\x40\x00\x00\x00AVI LIST",
    b"\x1a\x45\xdf\xa3",
]


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=[repr(beginning[:12]) for beginning in BEGINNINGS])
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.binary(max_size=300))
def test_any_bytes_after_a_true_beginning_are_pictures_or_a_fault(
    tmp_path: Path, beginning: bytes, rest: bytes
):
    (tmp_path / "file").write_bytes(beginning + rest)
    fault(tmp_path / "file")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "heif", "pdf"])
def test_a_file_that_was_cut_short_is_a_fault(tmp_path: Path, kind: str):
    noise = np.random.default_rng(1).integers(0, 256, (100, 100), dtype=np.uint8)
    Image.fromarray(noise).convert("RGB").save(tmp_path / "whole", format=kind)
    whole = (tmp_path / "whole").read_bytes()
    for part in (0.02, 0.5, 0.9):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * part)])
        try:
            list(image_files.pictures(tmp_path / "cut"))
        except InputFault:
            continue
        assert kind in ("webp", "pdf")  # their readers mend what they can

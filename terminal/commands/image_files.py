"""Read image files as luminance: photographs (PNG, JPEG, HEIF, WebP), PDF pages and video frames.

The type of a file is taken from its first bytes, and its size is checked before it is decoded. Anything else
raises InputFault with the reason.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pillow_heif
import pypdfium2
from PIL import Image, UnidentifiedImageError

from terminal.errors import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from terminal.model import Luma

MAX_FILE_BYTES = 64 << 20
MAX_PIXELS = 100_000_000
MAX_PIXELS_WHOLE = 40_000_000
"""Limit for WebP and HEIF, whose decoders hold a picture in colour twice."""
MAX_PAGES = 100
PDF_DPI = 300
PDF_PIXELS = 25_000_000
"""Limit for a page, which is drawn at less than PDF_DPI above it; A4 has 8.7 million pixels."""

_HEADER_BYTES = 1024
_PDF_DEPTH = 15
"""Greatest nesting of forms that are searched for a page's pictures."""
_BAND_PIXELS = 1_000_000
"""Pixels converted to luminance at once."""
_IMAGES = ("PNG", "JPEG", "WEBP", "HEIF")
_HEIF_BRANDS = (b"hei", b"hev", b"mif1", b"msf1")
_VIDEO = re.compile(
    rb"....(ftyp|moov|mdat)"  # MP4, QuickTime, 3GP
    rb"|RIFF....AVI "
    rb"|\x1a\x45\xdf\xa3"  # Matroska, WebM
    rb"|\x00\x00\x01\xba"  # MPEG program stream
    rb"|FLV\x01",
    re.DOTALL,
)
_FFMPEG_OPTIONS = "format_whitelist;mov,avi,matroska,mpeg,flv|protocol_whitelist;file"
"""Options without which a playlist given as a video makes FFmpeg open other files or wait forever."""


@dataclass(frozen=True, slots=True)
class InputImage:
    """A picture of a file: luminance, uint8 [height, width], and its place in the file."""

    luma: Luma
    page: int | None = None
    """Page of a PDF, from 1."""
    frame: int | None = None
    """Frame of a video, from 0."""


def pictures(path: Path) -> Iterator[InputImage]:
    """Yield the pictures of a file, in order; each is decoded on demand. Raises InputFault."""
    header = _header(path)
    if b"%PDF-" in header:
        return _pages(path)
    if _is_image(header):
        return _image(path)
    if _VIDEO.match(header):
        return _frames(path)
    raise InputFault("not a PNG, JPEG, HEIF or WebP picture, a PDF or a video")


def _header(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputFault("a directory")
        if path.exists() and not path.is_file():
            raise InputFault("not a regular file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputFault(f"{size / (1 << 20):.0f} MiB, over {MAX_FILE_BYTES >> 20}")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError as error:
        raise InputFault("no such file") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise InputFault(getattr(error, "strerror", None) or "a name that no file can have") from error
    if not header:
        raise InputFault("an empty file")
    return header


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputFault(error.strerror or "cannot be read") from error


def _is_image(header: bytes) -> bool:
    heif = header[4:8] == b"ftyp" and header[8:12].startswith(_HEIF_BRANDS)
    webp = header[:4] == b"RIFF" and header[8:12] == b"WEBP"
    return heif or webp or header.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def _image(path: Path) -> Iterator[InputImage]:
    pillow_heif.register_heif_opener()
    try:
        with warnings.catch_warnings(), _opened(_content(path)) as image:
            whole = image.format in ("WEBP", "HEIF")
            _refuse_if_large(*image.size, MAX_PIXELS_WHOLE if whole else MAX_PIXELS)
            image.draft("L", image.size)  # a JPEG yields its luminance directly
            luma = _luma(image)
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow's readers raise
        raise InputFault("the picture is truncated or damaged") from error
    yield InputImage(luma)


def _opened(content: bytes) -> Image.Image:
    # The size is checked here against our own limit, so Pillow's own warning is not needed.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    warnings.simplefilter("ignore", UserWarning)
    try:
        return Image.open(io.BytesIO(content), formats=_IMAGES)
    except Image.DecompressionBombError as error:
        raise InputFault(f"over {MAX_PIXELS // 1_000_000} megapixels") from error
    except UnidentifiedImageError as error:
        raise InputFault("the picture is truncated or damaged") from error


def _refuse_if_large(width: int, height: int, most: int = MAX_PIXELS) -> None:
    if width * height > most:
        raise InputFault(f"{width} x {height} pixels, over {most // 1_000_000} megapixels")


def _luma(image: Image.Image) -> Luma:
    """Return the luminance of a picture of any mode, converted in bands to save memory."""
    width, height = image.size
    luma = np.empty((height, width), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        band = image.crop((0, top, width, min(height, top + rows)))
        luma[top : top + rows] = _band(band)
    return luma


def _band(image: Image.Image) -> Luma:
    if image.mode.startswith("I"):  # 16 bits a sample; Pillow's own conversion would clip them
        samples = np.asarray(image, np.int64)
        return np.asarray(np.clip(samples >> 8, 0, 255), np.uint8)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("L"), np.uint8)


def _pages(path: Path) -> Iterator[InputImage]:
    try:
        document = pypdfium2.PdfDocument(_content(path))
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise InputFault("the PDF asks for a password" if locked else "the PDF is damaged") from error
    try:
        if len(document) > MAX_PAGES:
            raise InputFault(f"{len(document)} pages, over {MAX_PAGES}")
        for index in range(len(document)):
            yield InputImage(_page(document[index]), page=index + 1)
    except pypdfium2.PdfiumError as error:
        raise InputFault("the PDF is damaged") from error
    finally:
        document.close()


def _page(page: pypdfium2.PdfPage) -> Luma:
    width, height = page.get_size()
    pixels = max(width * height, 1.0) * (PDF_DPI / 72) ** 2
    for drawn in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=_PDF_DEPTH):
        _refuse_if_large(*drawn.get_px_size())  # it is decoded at full size, however small it is drawn
    scale = PDF_DPI / 72 * min(1.0, (PDF_PIXELS / pixels) ** 0.5)
    if max(width, height) * scale > PDF_PIXELS:
        raise InputFault(f"a page of {width:.0f} x {height:.0f} points")
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        pixels_drawn = np.array(bitmap.to_numpy(), np.uint8)
    finally:
        bitmap.close()
        page.close()
    return pixels_drawn.reshape(pixels_drawn.shape[:2])


def _frames(path: Path) -> Iterator[InputImage]:
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = _FFMPEG_OPTIONS
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"  # the library would write to the terminal window
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    # Only FFmpeg, and an absolute path: never a file pattern, an address or a device.
    capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    try:
        if not capture.isOpened():
            raise InputFault("the video is damaged, or of an unknown kind")
        _refuse_if_large(
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        )
        index = 0
        read, picture = capture.read()
        while read:
            yield InputImage(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), frame=index)
            index += 1
            read, picture = capture.read()
        if index == 0:
            raise InputFault("the video holds no frame that can be read")
    finally:
        capture.release()

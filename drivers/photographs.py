"""Read photographs as the luminance plane that an upright camera would have given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from terminal.errors import InputFault

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.model import Luma

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif"})
"""File name suffixes of photographs."""

NEUTRAL = 112
"""Luminance of an empty scene, 0 to 255: the grey that light meters aim at."""

LARGEST_PIXELS = 80_000_000
"""Photographs with more pixels are refused, to limit memory."""

pillow_heif.register_heif_opener()  # iPhones save HEIC


def read_luma(path: Path, largest: int = 4096) -> Luma:
    """Read a photograph's luminance, uint8 [height, width], turned upright by its EXIF orientation.

    A JPEG may be decoded at reduced size, with at least `largest` pixels on its longer side. Raises
    InputFault if the file is missing, damaged, not a photograph or larger than LARGEST_PIXELS.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise InputFault(f"{path.name}: more than {LARGEST_PIXELS:,} pixels")
            longest = max(image.size)
            image.draft("L", (image.width * largest // longest, image.height * largest // longest))
            return np.asarray(ImageOps.exif_transpose(image).convert("L"))
    except (
        OSError,  # includes UnidentifiedImageError
        ValueError,
        SyntaxError,  # Pillow's exception for a broken PNG
        Image.DecompressionBombError,
    ) as error:
        # Pillow's message may contain the whole path; the file name is enough.
        said = "not a photograph" if isinstance(error, UnidentifiedImageError) else type(error).__name__
        raise InputFault(f"{path.name}: {said}") from error


def empty_scene(size: tuple[int, int]) -> Luma:
    """Return a grey scene of `size` (width, height), uint8 [height, width]."""
    return np.full(size[::-1], NEUTRAL, np.uint8)


def fit(luma: Luma, size: tuple[int, int]) -> Luma:
    """Scale the whole picture to fit `size` (width, height), undistorted, on a grey scene."""
    scene = empty_scene(size)
    height, width = luma.shape
    scale = min(size[0] / width, size[1] / height)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = cv2.resize(luma, small, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - small[0]) // 2, (size[1] - small[1]) // 2
    scene[top : top + small[1], left : left + small[0]] = picture
    return scene

"""A photograph becomes the luminance plane that a camera held upright would have given."""

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
"""Endings of file names that are photographs."""

NEUTRAL = 112
"""Luminance of a scene with nothing in it, 0..255: the grey that a light meter aims at."""

LARGEST_PIXELS = 80_000_000
"""A photograph with more is refused: no terminal should spend its memory on one."""

pillow_heif.register_heif_opener()  # the phone's own format


def read_luma(path: Path, largest: int = 4096) -> Luma:
    """The photograph's luminance, uint8 [height, width], turned upright by its EXIF orientation.

    A JPEG may be decoded smaller, but not below `largest` pixels on its longer side.
    Raises InputFault when the file is missing, no photograph, damaged, or absurdly large.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > LARGEST_PIXELS:
                raise InputFault(f"{path.name}: more than {LARGEST_PIXELS:,} pixels")
            longest = max(image.size)
            image.draft("L", (image.width * largest // longest, image.height * largest // longest))
            return np.asarray(ImageOps.exif_transpose(image).convert("L"))
    except (
        OSError,  # UnidentifiedImageError is one
        ValueError,
        SyntaxError,  # Pillow's word for a broken PNG
        Image.DecompressionBombError,
    ) as error:
        # Pillow's own text may carry the whole path; the file's name is what a person needs.
        said = "no photograph" if isinstance(error, UnidentifiedImageError) else type(error).__name__
        raise InputFault(f"{path.name}: {said}") from error


def empty_scene(size: tuple[int, int]) -> Luma:
    """A grey scene of `size` (width, height) with nothing in it, uint8 [height, width]."""
    return np.full(size[::-1], NEUTRAL, np.uint8)


def fit(luma: Luma, size: tuple[int, int]) -> Luma:
    """The whole picture as large as `size` (width, height) allows, on a grey scene, not distorted."""
    scene = empty_scene(size)
    height, width = luma.shape
    scale = min(size[0] / width, size[1] / height)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = cv2.resize(luma, small, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - small[0]) // 2, (size[1] - small[1]) // 2
    scene[top : top + small[1], left : left + small[0]] = picture
    return scene

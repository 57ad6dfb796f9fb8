"""Photographs are read upright, complete and undistorted, or refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drivers.photographs import NEUTRAL, fit, read_luma
from terminal.errors import InputFault


def corner_picture() -> Image.Image:
    """A black picture, 40 by 20 px, with a white quarter at the top left."""
    picture = Image.new("L", (40, 20), 0)
    picture.paste(255, (0, 0, 20, 10))
    return picture


def test_a_phone_held_sideways_gives_an_upright_picture(tmp_path: Path):
    path = tmp_path / "phone.png"
    exif = Image.Exif()
    exif[0x0112] = 6  # EXIF 2.3, Orientation: the top of the scene is the right-hand side
    corner_picture().save(path, exif=exif)

    luma = read_luma(path)

    assert luma.shape == (40, 20)
    assert luma[2, 17] == 255  # the top left moved to the top right
    assert luma[2, 2] == 0
    assert luma[37, 17] == 0


def test_colour_becomes_its_luminance(tmp_path: Path):
    Image.new("RGB", (4, 4), (0, 255, 0)).save(tmp_path / "green.png")

    assert read_luma(tmp_path / "green.png")[0, 0] == 150  # ITU-R 601: 0.587 * 255


def test_a_phone_s_heic_is_read(tmp_path: Path):
    corner_picture().convert("RGB").save(tmp_path / "phone.heic")

    assert read_luma(tmp_path / "phone.heic").shape == (20, 40)


def test_a_large_jpeg_is_decoded_no_smaller_than_asked(tmp_path: Path):
    Image.new("L", (4000, 3000), 90).save(tmp_path / "large.jpg")

    height, width = read_luma(tmp_path / "large.jpg", 1000).shape

    assert (width, height) == (1000, 750)


@pytest.mark.parametrize("content", [b"", b"no photograph", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_an_invalid_photograph_is_refused_by_name(tmp_path: Path, content: bytes):
    path = tmp_path / "card.png"
    path.write_bytes(content)

    with pytest.raises(InputFault, match=r"^card\.png: ") as caught:
        read_luma(path)
    assert str(tmp_path) not in caught.value.detail


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(InputFault, match=r"none\.jpg: FileNotFoundError"):
        read_luma(tmp_path / "none.jpg")


def test_a_cut_photograph_is_refused(tmp_path: Path):
    whole = tmp_path / "whole.jpg"
    Image.effect_noise((200, 200), 60).save(whole)
    (tmp_path / "cut.jpg").write_bytes(whole.read_bytes()[:3000])

    with pytest.raises(InputFault):
        read_luma(tmp_path / "cut.jpg")


def test_an_absurdly_large_picture_is_refused_before_it_is_decoded(tmp_path: Path):
    Image.new("1", (10_000, 8_001)).save(tmp_path / "bomb.png")

    with pytest.raises(InputFault, match="pixels"):
        read_luma(tmp_path / "bomb.png")


@pytest.mark.parametrize(("width", "height"), [(100, 100), (3000, 100), (10, 2000), (1280, 720)])
def test_a_picture_is_fitted_whole_and_undistorted_on_grey(width: int, height: int):
    scene = fit(np.full((height, width), 255, np.uint8), (1280, 720))

    assert scene.shape == (720, 1280)
    rows, columns = np.nonzero(scene != NEUTRAL)
    fitted = columns.max() - columns.min() + 1, rows.max() - rows.min() + 1
    assert fitted[0] == 1280 or fitted[1] == 720
    assert fitted[0] / fitted[1] == pytest.approx(width / height, rel=0.2)

"""A small file that unpacks to a large picture is read in bounded memory, or refused."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from terminal.cli import main

ROOT = Path(__file__).parents[3]
SIDE = 9_999
MOST_MIB = 700
"""Memory beyond the program itself: 100 megapixels take 400 MiB in colour, and 100 MiB as luminance."""

PROGRAM = """
import resource, sys
from pathlib import Path
from terminal import scan
from terminal.commands import image_files
from terminal.errors import InputFault
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
try:
    for one in image_files.pictures(Path(sys.argv[1])):
        print(one.luma.shape, scan.read_still(one.luma))
except InputFault as fault:
    print(fault.detail)
print(peak() - before)
"""


def bomb(folder: Path, mode: str, kind: str) -> Path:
    """Return a blank picture of 100 megapixels in a few hundred KiB."""
    path = folder / f"bomb.{kind}"
    Image.new(mode, (SIDE, SIDE)).save(path)
    assert path.stat().st_size < 8 << 20
    return path


def page_with_a_picture(folder: Path, side: int) -> Path:
    """Return a PDF page that draws a colour picture of `side` × `side` px small."""
    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(bytes(3 * side)) for _ in range(side)), packer.flush()])
    size = f"/Width {side}/Height {side}/ColorSpace/DeviceRGB/BitsPerComponent 8/Length {len(packed)}"
    content = b"q 100 0 0 100 0 0 cm /I Do Q"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>",
        f"<</Type/XObject/Subtype/Image{size}/Filter/FlateDecode>>stream\n".encode()
        + packed
        + b"\nendstream",
        f"<</Length {len(content)}>>stream\n".encode() + content + b"\nendstream",
    )
    parts, places = [b"%PDF-1.4\n"], list[int]()
    for number, one in enumerate(objects, start=1):
        places.append(sum(map(len, parts)))
        parts.append(f"{number} 0 obj".encode() + one + b"endobj\n")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n"
    file = folder / "page.pdf"
    file.write_bytes(b"".join(parts) + f"{end}{sum(map(len, parts))}\n%%EOF".encode())
    return file


def taken(path: Path) -> tuple[str, int]:
    """Return the result of reading a file, and the peak memory it took, MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *said, more = done.stdout.splitlines()
    return "\n".join(said), int(more)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "I;16"])
def test_a_hundred_megapixels_of_any_png_are_read_in_bounded_memory(tmp_path: Path, mode: str):
    said, more = taken(bomb(tmp_path, mode, "png"))
    assert said == f"({SIDE}, {SIDE}) None"
    assert more <= MOST_MIB


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_hundred_megapixels_of_any_jpeg_are_read_in_bounded_memory(tmp_path: Path, mode: str):
    said, more = taken(bomb(tmp_path, mode, "jpeg"))
    assert said == f"({SIDE}, {SIDE}) None"
    assert more <= MOST_MIB


def test_what_its_decoder_would_hold_twice_is_refused_sooner(tmp_path: Path):
    said, more = taken(bomb(tmp_path, "RGB", "webp"))
    assert said == f"{SIDE} x {SIDE} pixels, over 40 megapixels"
    assert more <= 16


def test_a_picture_in_a_page_is_refused_by_its_own_size(tmp_path: Path):
    assert taken(page_with_a_picture(tmp_path, 1_000))[0] == "(834, 834) None"
    said, more = taken(page_with_a_picture(tmp_path, 11_000))
    assert said == "11000 x 11000 pixels, over 100 megapixels"
    assert more <= 32


def test_verify_says_what_it_cannot_use_and_checks_the_rest(
    tmp_path: Path, laboratory: Path, photographs: Path, capfd: pytest.CaptureFixture[str]
):
    whole = (photographs / "phone.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + 2 * (2**31 - 1).to_bytes(4, "big") + b"\x08\0\0\0\0" + bytes(4)
    (tmp_path / "huge.png").write_bytes(huge)
    files = [tmp_path / "cut.jpg", tmp_path / "huge.png", photographs / "phone.jpg"]
    status = main(["verify", "--lab-trust", str(laboratory / "trust"), *map(str, files)])
    said = capfd.readouterr()
    assert status == 2
    assert "cut.jpg: F01" in said.err
    assert "huge.png: F01" in said.err
    assert "Traceback" not in said.err
    assert "phone.jpg" in said.out

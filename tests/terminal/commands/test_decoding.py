"""A file that exhausts its decoder costs only that file, and the limit is reported."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zlib
from contextlib import chdir
from pathlib import Path

import pytest
from PIL import Image

from terminal.cli import main
from terminal.commands.decoding import Decoder, Limits
from terminal.errors import InputFault

SMALL = Limits(memory_mib=1024, cpu_s=1)


def fault(path: Path, limits: Limits = SMALL) -> str:
    with Decoder(limits) as decoder, pytest.raises(InputFault) as raised:
        list(decoder.sights(path))
    return raised.value.detail


# Files that ask for far more than they weigh.


def pdf(folder: Path, *objects: bytes) -> Path:
    """Return a PDF with a page whose content is object 4."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        *objects,
    )
    parts, places = [b"%PDF-1.4\n"], list[int]()
    for number, one in enumerate(objects, start=1):
        places.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj%bendobj\n" % (number, one))
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    path = folder / "bomb.pdf"
    path.write_bytes(b"".join(parts) + end % (size, table, size, sum(map(len, parts))))
    assert path.stat().st_size < 2048
    return path


def stream(content: bytes, head: bytes = b"") -> bytes:
    """Return a PDF stream, compressed twice."""
    packed = zlib.compress(zlib.compress(content, 9), 9)
    filters = b"/Filter[/FlateDecode/FlateDecode]"
    return b"<<%b%b/Length %d>>stream\n%b\nendstream" % (head, filters, len(packed), packed)


def shapes(folder: Path) -> Path:
    """Return a page with three million rectangles."""
    return pdf(folder, stream(b"0 0 1 1 re f\n" * 3_000_000))


def nested(folder: Path) -> Path:
    """Return a page that draws a form of 200,000 rectangles sixty times."""
    form = stream(b"0 0 1 1 re f\n" * 200_000, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return pdf(folder, stream(b"/F Do\n" * 60), form)


def scans(folder: Path) -> Path:
    """Return a progressive JPEG of 100 megapixels with a thousand scans."""
    held = io.BytesIO()
    Image.new("L", (9_999, 9_999), 128).save(held, "JPEG", progressive=True)
    whole = held.getvalue()
    last = whole.rindex(b"\xff\xda")
    path = folder / "scans.jpg"
    path.write_bytes(whole[:last] + 1_000 * whole[last:-2] + whole[-2:])
    assert path.stat().st_size < 600_000
    return path


@pytest.mark.parametrize("make", [shapes, nested])
def test_a_page_that_unpacks_to_gigabytes_meets_the_limit_of_memory(tmp_path: Path, make: object):
    assert callable(make)
    said = fault(make(tmp_path), Limits(memory_mib=1024, cpu_s=60))
    assert said.endswith("more than 1024 MiB of memory (--max-memory)")


def test_a_picture_larger_than_the_memory_says_so(tmp_path: Path):
    Image.new("RGB", (9_000, 9_000)).save(tmp_path / "large.png")
    said = fault(tmp_path / "large.png", Limits(memory_mib=700))
    assert said == "needs more than 700 MiB of memory (--max-memory)"


def test_a_picture_of_a_thousand_scans_meets_the_limit_of_cpu_time(tmp_path: Path):
    said = fault(scans(tmp_path))
    assert said == "needs more than 1 s of CPU time for one picture (--max-cpu)"


def test_a_limit_above_what_the_system_allows_is_the_system_s(photographs: Path):
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from terminal.commands.decoding import Decoder, Limits\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1500 << 20, 1500 << 20))\n"
        "with Decoder(Limits(memory_mib=2048)) as decoder:\n"
        "    print(len(list(decoder.sights(Path(sys.argv[1])))))"
    )
    command = [sys.executable, "-c", program, str(photographs / "phone.jpg")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"


def test_what_takes_its_time_meets_the_limit_of_wall_time(tmp_path: Path):
    said = fault(scans(tmp_path), Limits(cpu_s=60, wall_s=1))
    assert said == "not decoded within 1 s (--max-time)"


def test_one_process_decodes_many_files_and_is_replaced_after_a_limit(tmp_path: Path, photographs: Path):
    good = photographs / "phone.jpg"
    bomb = scans(tmp_path)
    others = children()
    with Decoder(SMALL) as decoder:
        for _ in range(2):
            assert len(list(decoder.sights(good))) == 1
            child = children() - others
            assert len(child) == 1
            assert len(list(decoder.sights(good))) == 1
            assert children() - others == child
            with pytest.raises(InputFault, match="--max-cpu"):
                list(decoder.sights(bomb))
            assert children() <= others
    assert children() <= others


def children() -> set[str]:
    """Return the ids of this process's children."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_a_file_that_is_left_half_read_is_left_for_the_next(tmp_path: Path, photographs: Path):
    pages = [Image.new("L", (100, 100), 255) for _ in range(3)]
    pages[0].save(tmp_path / "three.pdf", save_all=True, append_images=pages[1:])
    with Decoder(Limits()) as decoder:
        [first] = next(decoder.sights(tmp_path / "three.pdf"))
        assert (first.page, first.text) == (1, None)
        [[seen]] = decoder.sights(photographs / "phone.jpg")
        assert (seen.text or "").startswith("VI1:")
        assert [one.page for [one] in decoder.sights(tmp_path / "three.pdf")] == [1, 2, 3]


def test_a_folder_of_this_package_s_name_beside_the_files_is_not_run(tmp_path: Path, photographs: Path):
    (tmp_path / "terminal").mkdir()
    (tmp_path / "terminal" / "__init__.py").write_text("raise SystemExit(77)")
    with chdir(tmp_path), Decoder(Limits()) as decoder:
        assert len(list(decoder.sights(photographs / "phone.jpg"))) == 1


def test_verify_tells_what_met_a_limit_and_checks_the_rest(
    tmp_path: Path, laboratory: Path, photographs: Path, capfd: pytest.CaptureFixture[str]
):
    bomb, good = str(scans(tmp_path)), str(photographs / "phone.jpg")
    limits = ["--max-cpu", "1", "--max-memory", "1500", "--max-time", "60"]
    status = main(["verify", "--lab-trust", str(laboratory / "trust"), *limits, bomb, good])
    said = capfd.readouterr()
    assert status == 2
    _, line = said.err.splitlines()
    assert line.startswith(f"roadside: {bomb}: F01 ")
    assert line.endswith("needs more than 1 s of CPU time for one picture (--max-cpu)")
    assert said.out.startswith(good)
    assert "(ok)" in said.out


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "x", "1000000", "٣"])
def test_a_limit_is_a_whole_number(limit: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["verify", "--lab-trust", "x", f"--max-cpu={limit}", "file"])
    assert "is not a whole number from 1 to 999999" in capsys.readouterr().err

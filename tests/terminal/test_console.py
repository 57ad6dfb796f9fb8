"""Printed text appears as itself or as an escape that JSON reads, and never moves the cursor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from terminal import console
from terminal.commands import output
from tests.pictures import code, scene
from tests.vectors_on_disk import case, write_directory

if TYPE_CHECKING:
    from pathlib import Path

NOW = case("good 苏A12345 02")["now"]


@pytest.mark.parametrize(
    "text", ["", "苏A12345 小型汽车号牌", "naïve – 10 °C", "车😀", "\\u202e", "a\u3000b"]
)
def test_what_shows_as_itself_is_printed_as_it_is(text: str):
    assert console.escaped(text) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a\x1b[2Jb", r"a\u001b[2Jb"),
        ("a\nb\r\tc\x7f\x85", r"a\u000ab\u000d\u0009c\u007f\u0085"),
        ("invoice\u202egnp.exe", r"invoice\u202egnp.exe"),
        ("\u2066\u2069\u200e\u200f\u061c", r"\u2066\u2069\u200e\u200f\u061c"),
        ("a\u200bb\ufeffc\xad", r"a\u200bb\ufeffc\u00ad"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("\U000e0041", r"\udb40\udc41"),
        ("\udcff", r"\udcff"),
    ],
)
def test_what_hides_or_moves_is_escaped(text: str, printed: str):
    assert console.escaped(text) == printed


@given(st.text())
def test_json_reads_back_what_was_escaped(text: str):
    line = console.escaped(output.line({"text": text}))
    assert json.loads(line) == {"text": text}
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_verify_escapes_a_file_s_name_and_a_code_s_text(tmp_path: Path, *, as_json: bool):
    write_directory(tmp_path / "lab", NOW)
    hostile = "x\x1b[31m\u202ey\n苏A12345"
    name = os.fsencode(f"{hostile}.png") + b"\xff"
    Image.fromarray(scene((code(hostile, pixels=10), 300, 100))).save(tmp_path / "picture.png")
    os.rename(tmp_path / "picture.png", os.fsencode(tmp_path) + b"/" + name)  # noqa: PTH104 - bytes that no str is
    command = [sys.executable, "-m", "terminal.cli", "verify", "--lab-trust", "lab", "--at", str(NOW)]
    done = subprocess.run(
        [*command, *(["--json"] if as_json else []), name, name + b".none"],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=False,
    )
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 2
    assert all(line.isprintable() for line in printed.split("\n"))
    shown = r"x\u001b[31m\u202ey\u000a苏A12345.png\udcff"
    assert rf"roadside: {shown}.none: F01" in printed
    if as_json:
        assert json.loads(done.stdout) | {"source": os.fsdecode(name), "text": hostile} == json.loads(
            done.stdout
        )
    else:
        assert done.stdout.decode().splitlines()[0] == shown

"""The command starts quickly and states its version."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from terminal import __version__, cli

HEAVY = {"cv2", "numpy", "zxingcpp", "PIL", "pypdfium2", "pygame", "nacl", "sqlite3", "gpiozero"}


def test_help_loads_no_heavy_library():
    program = (
        "import sys\nfrom terminal import cli\ntry:\n cli.main(['--help'])\nfinally:\n print(*sys.modules)"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=bare, capture_output=True, text=True, check=True
    )
    *said, loaded = done.stdout.splitlines()
    assert said[0].startswith("usage: roadside")
    assert not HEAVY & {name.partition(".")[0] for name in loaded.split()}


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"roadside {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["verfy"], ["--wrong"]])
def test_what_is_no_command_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    said = capsys.readouterr()
    assert said.out == ""
    assert "roadside: error:" in said.err

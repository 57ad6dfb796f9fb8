"""Fill the disk under a running app and free it again; `folder` is on a file system of its own.

python -m tests.scenarios.full_disk LABORATORY PHOTOGRAPHS FOLDER
"""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import replace
from pathlib import Path

from drivers import sim
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.commands import run
from terminal.console import out, warn
from terminal.errors import JournalFull
from terminal.ports import Rig
from terminal.scenarios import player, script
from tests.scenarios.conftest import SIGN_IN
from tests.trust_sources import source_of


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        size = 65536
        while size:
            try:
                file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2


def main(laboratory: Path, photographs: Path, folder: Path) -> int:
    """Show a photograph, fill the disk, show another, free the disk, show a third."""
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(settings, paths=replace(settings.paths, state=folder / "state"))
    desk = sim.sim_rig(fps=120)
    rig = Rig(lambda: desk.camera, desk.display, desk.panel, desk.clock, SystemdNotify(""))
    app = run.assemble(run.Setup(settings, rig, open_store, source_of(laboratory)))
    app.start()
    playing = player.Player(app, desk, folder, warn)
    playing.play(script.parse(f"{SIGN_IN}\nshow phone.jpg\nexpect compare\npress TRIGGER", photographs))
    fill(folder / "filler")
    trouble = f"expect trouble {JournalFull.code}"
    playing.play(script.parse(f"show digit-changed.jpg\n{trouble}\npress TRIGGER\n{trouble}", photographs))
    (folder / "filler").unlink()
    playing.play(script.parse("press TRIGGER\nexpect caution bad_signature", photographs))
    app.stop()
    desk.close()
    out(f"{len(playing.failures)} failures")
    return len(playing.failures)


if __name__ == "__main__":
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    sys.exit(main(*map(Path, sys.argv[1:])))

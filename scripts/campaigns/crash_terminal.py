"""`roadside run` on simulated hardware whose camera returns unreadable memory when a file requests it.

.venv/bin/python -m scripts.campaigns.crash_terminal --config FILE

Program and crash are real: the decoder's C++ code reads the frame in the scanner thread, and the kernel sends
SIGSEGV. The camera shows a new code after each check, and a simulated button press dismisses the result.
"""

from __future__ import annotations

import argparse
import mmap
import sys
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

from drivers.fixed_camera import FixedCamera
from drivers.frame_pacer import FramePacer
from drivers.photographs import fit
from drivers.sd_notify import SystemdNotify
from drivers.sim import SimRig, sim_rig
from keys import lab
from keys.key_store import open_store
from terminal import config
from terminal.commands import run
from terminal.drawing.fonts import Fonts
from terminal.drawing.sign_in import cells
from terminal.drawing.theme import Style
from terminal.journal import lock
from terminal.ports import Button, Frame, Rig
from terminal.rigs import trust_source
from terminal.screens.attention import SETTLE_S
from terminal.screens.sign_in import ENTER, PadTouched, SignIn
from terminal.services.shift import FILE as SHIFT

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.model import Luma

OFFICER = lab.OFFICERS[0]
HOSTILE = "hostile"
"""File in the state directory that makes the next frame unreadable."""
SHOWN = "shown.png"
"""Screenshot at the time of READY, in the state directory."""
IN_CODES = "pay.example"
"""Text in every code that no log may contain."""
FPS = 30.0
SIZE = (1280, 720)


def unreadable() -> Luma:
    """Return a picture, uint8 [720, 1280], in memory that the process may not read."""
    memory = mmap.mmap(-1, SIZE[0] * SIZE[1], prot=0)  # PROT_NONE
    return np.frombuffer(memory, np.uint8).reshape(SIZE[::-1])


def code(text: str) -> Luma:
    """Return a scene with a code in it, uint8 [720, 1280]."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    return fit(np.array(barcode.to_image(scale=4), np.uint8), SIZE)


@dataclass(slots=True)
class AutoOfficer:
    """Service manager that also acts as the officer, who signs in, then presses TRIGGER all the time."""

    desk: SimRig
    state: Path
    manager: SystemdNotify = field(default_factory=SystemdNotify)
    _steps: list[Callable[[], None]] = field(default_factory=list, init=False)
    """Remaining steps of the sign-in, in order."""

    def ready(self) -> None:
        """See `terminal.ports.Notify`."""
        self.manager.ready()
        self.desk.shot(self.state / SHOWN)
        locked = bool(_read(self.state / SHIFT))  # by the restart; it asks for the PIN alone
        keys = (*(() if locked else (*OFFICER.number, ENTER)), *OFFICER.pin, ENTER)
        places = {
            cell.event: cell.rect.center
            for cell in cells(SignIn(), Style("zh", Fonts.fallback(), self.desk.display.size))
        }
        wait: list[Callable[[], None]] = [lambda: None] * 5  # until a press counts
        touches = [partial(self.desk.touch, *places[PadTouched(key)]) for key in keys]
        leave: list[Callable[[], None]] = [*wait, partial(self.desk.press, Button.CONFIRM)]
        self._steps = [*leave, *leave, *touches]  # the fault of a crash, if any, and the self-test

    def alive(self) -> None:
        """See `terminal.ports.Notify`: the first screen and each verdict are left once a press counts."""
        self.manager.alive()
        self.desk.advance(SETTLE_S / 4)
        if self._steps:
            self._steps.pop(0)()
        else:
            self.desk.press(Button.TRIGGER)

    def stopping(self) -> None:
        """See `terminal.ports.Notify`."""
        self.manager.stopping()


class HostileCamera(FixedCamera):
    """Shows the next code once the last check is on disk, and an unreadable frame on request."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._pace = FramePacer(FPS)
        self._number = 0
        self._kept = _kept(state)
        self._picture = code(f"https://{IN_CODES}/{self._kept}")

    def capture(self, timeout_s: float) -> Frame | None:
        """See `terminal.ports.Camera`."""
        if not self._pace.wait(timeout_s):
            return None
        kept = _kept(self._state)
        if kept > self._kept:
            self._kept, self._picture = kept, code(f"https://{IN_CODES}/{kept}")
        self._number += 1
        frame = Frame(self._picture, time.monotonic(), self._number)
        try:
            (self._state / HOSTILE).unlink()  # first, so that the next run is spared
        except FileNotFoundError:
            return frame
        return replace(frame, luma=unreadable())

    def close(self) -> None:
        """See `terminal.ports.Camera`."""
        self._pace.stop()


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _kept(state: Path) -> int:
    """Return the number of the last record on disk, as stated by its writer."""
    head = lock.remembered(state)
    return 0 if head is None else head.seq


def main() -> int:
    """Run the terminal; the exit status is that of `roadside run`, unless it crashes."""
    parser = argparse.ArgumentParser(prog="scripts.campaigns.crash_terminal")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    settings = config.read(parser.parse_args().config)
    state, desk = settings.paths.state, sim_rig()
    rig = Rig(
        open_camera=partial(HostileCamera, state),
        display=desk.display,
        panel=desk.panel,
        clock=desk.clock,
        service_manager=AutoOfficer(desk, state),
    )
    return run.run(run.Setup(settings, rig, open_store, partial(trust_source, settings)))


if __name__ == "__main__":
    sys.exit(main())

"""Make the officer's manual: play each flow in both languages, and write its pages and PDFs.

    python -m scripts.screens.manual [NAME ...]

A flow is a scenario with captions. Each is played with a state folder of its own on the simulated rig; one
that expects to be online has the reference registry behind a real broker.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import nacl.utils

from drivers import sim
from drivers.sd_notify import SystemdNotify
from keys import lab
from keys.key_store import open_store
from scripts.chromium import Chromium
from scripts.images import demo_photographs
from scripts.screens.manual_page import ManualError, ManualFlow, contents, page, read_flow
from terminal import config
from terminal.commands import run
from terminal.ports import Rig
from terminal.rigs import link_of, trust_source
from terminal.scenarios import player

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLOWS = Path("scripts/scenarios/manual")
MANUAL = Path("build/manual")
LANGUAGES: tuple[config.Language, ...] = ("zh", "en")
FPS = 120.0
"""Frames a second, faster than a camera's, to save time."""


@dataclass(frozen=True, slots=True)
class ManualDesk:
    """A laboratory and its photographs, on which flows are played."""

    lab: Path
    photographs: Path
    work: Path
    """Folder for the terminal's states and the registries' databases."""
    patience_s: float = player.PATIENCE_S
    """Longest time that an expectation is waited for, s."""


def main(names: Sequence[str]) -> int:
    """Make the manual of the flows with these names, or of all; return 1 if an expectation was not met."""
    paths = [path for path in sorted(FLOWS.glob("*.scenario")) if not names or path.stem in names]
    with tempfile.TemporaryDirectory() as work:
        desk = ManualDesk(Path(work) / "lab", Path(work) / "photographs", Path(work))
        lab.make(desk.lab, int(time.time()), nacl.utils.random)
        demo_photographs.main(desk.lab, desk.photographs)
        try:
            made = make(paths, desk, MANUAL)
        except ManualError as error:
            print(f"manual: {error}", file=sys.stderr)
            return 1
    print(f"manual: {len(made)} pages in {MANUAL}, each as HTML and PDF")
    return 0


def make(paths: Sequence[Path], desk: ManualDesk, out: Path) -> list[Path]:
    """Play the flows and write their pages below `out`; return the HTML pages.

    Raises ManualError if a flow has no title or lacks a caption, or if one of its expectations was not met.
    """
    flows = [read_flow(path, desk.photographs) for path in paths]
    made = []
    with Chromium() as browser:
        for language in LANGUAGES:
            folder = out / language
            folder.mkdir(parents=True, exist_ok=True)
            play_all(flows, desk, language, folder)
            for flow in flows:
                written = folder / f"{flow.name}.html"
                written.write_text(page(flow, language), encoding="utf-8")
                browser.open(written.absolute().as_uri())
                written.with_suffix(".pdf").write_bytes(browser.pdf())
                made.append(written)
            (folder / "index.html").write_text(contents(flows, language), encoding="utf-8")
    return made


def play_all(flows: Sequence[ManualFlow], desk: ManualDesk, language: config.Language, folder: Path) -> None:
    """Play the flows in a language, each on a terminal of its own; pictures go to `folder`/NAME.

    Raises ManualError with every expectation that was not met.
    """
    settings = config.read(desk.lab / lab.CONFIG)
    settings = replace(settings, terminal=replace(settings.terminal, language=language))
    failures: list[str] = []
    with ExitStack() as stack:
        if any(flow.online for flow in flows):
            # A registry of its own: it takes 16 new journals of a terminal.
            port = stack.enter_context(registry_of(desk.lab, desk.work / f"{language}.sqlite"))
            assert settings.registry is not None  # noqa: S101 - a laboratory has one
            registry = replace(settings.registry, port=port, provinces=("苏",))
            settings = replace(settings, registry=registry)
        for flow in flows:
            state = desk.work / language / flow.name
            own = replace(settings, paths=replace(settings.paths, state=state))
            failures += _play(flow, own, desk, folder / flow.name)
    if failures:
        raise ManualError("; ".join(failures))


def _play(flow: ManualFlow, settings: config.Config, desk: ManualDesk, shots: Path) -> list[str]:
    shots.mkdir(exist_ok=True)
    rig = sim.sim_rig(fps=FPS)
    link = link_of(settings) if flow.online else None
    parts = Rig(lambda: rig.camera, rig.display, rig.panel, rig.clock, SystemdNotify(""), link)
    source = partial(trust_source, config.read(desk.lab / lab.CONFIG))
    app = run.assemble(run.Setup(settings, parts, open_store, source))
    app.start()
    playing = player.Player(app, rig, shots, lambda _: None, patience_s=desk.patience_s)
    try:
        playing.play(flow.lines)
    finally:
        app.stop()
        rig.close()
    return [f"{flow.name}: {failure}" for failure in playing.failures]


@contextmanager
def registry_of(laboratory: Path, database: Path) -> Iterator[int]:
    """Run the reference registry with a new database; yields its broker's port."""
    registry = [sys.executable, "-m", "scripts.registry", "--lab", str(laboratory)]
    command = [*registry, "--database", f"sqlite:///{database}", "serve", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        if process.stdout is None:
            raise ManualError("the registry has no output")
        try:
            address = process.stdout.readline().split()
            if not address:
                raise ManualError("the registry did not start")
            yield int(address[-1].rpartition(":")[2])
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Take the picture of a desk's page that README.md shows: a genuine code was checked and its car confirmed.

python -m scripts.screens.desk_picture
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import nacl.utils
from PIL import Image

from drivers.tray import CONTENT
from keys import lab
from scripts.images import demo_photographs
from scripts.screens.manual import registry_of
from scripts.screens.trainee import Trainee, trainee_of
from terminal import config
from terminal.model import Outcome
from terminal.rigs import trust_source
from terminal.screens.check import Ready, Result
from terminal.screens.self_test import SelfTest

PICTURE = Path("scripts/screens/desk.png")


def main() -> None:
    """Make a laboratory, operate the page, and save its picture."""
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lab.make(work / "lab", int(time.time()), nacl.utils.random)
        demo_photographs.main(work / "lab", work / "tray")
        shutil.copy(Path("scripts/images") / CONTENT, work / "tray")
        (work / "state").mkdir()
        settings = config.read(work / "lab" / lab.CONFIG)
        trusted = partial(trust_source, settings)
        registry = settings.registry
        if registry is None:
            raise RuntimeError("a laboratory has a registry")
        port = stack.enter_context(registry_of(work / "lab", work / "registry.sqlite"))
        settings = replace(
            settings,
            registry=replace(registry, port=port, provinces=("苏",)),
            terminal=replace(settings.terminal, language="en"),
            paths=replace(settings.paths, state=work / "state"),
        )
        trainee = stack.enter_context(trainee_of(settings, trusted, work / "tray"))
        _operate(trainee)
        with Image.open(io.BytesIO(trainee.browser.screenshot())) as picture:
            picture.convert("RGB").quantize(128).save(PICTURE, optimize=True)  # a fifth of the size
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes")


def _operate(trainee: Trainee) -> None:
    """Sign in, check the first sample, and confirm the car."""
    app, officer = trainee.app, lab.OFFICERS[0]
    trainee.browser.run("language = 'en'; say()")
    trainee.until(lambda: isinstance(app.screen, SelfTest) and app.screen.status.online is True)
    trainee.press("Enter")
    trainee.type(officer.number)
    trainee.type(officer.pin)
    trainee.until(lambda: isinstance(app.screen, Ready))
    trainee.hold(0)
    trainee.until(lambda: isinstance(app.screen, Result))
    trainee.press("Enter")
    trainee.until(
        lambda: isinstance(app.screen, Result) and app.screen.judged.verdict.outcome is Outcome.PASS
    )
    trainee.see()


if __name__ == "__main__":
    main()

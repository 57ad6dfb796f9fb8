"""Take the picture of a desk's page that README.md shows: somebody signs in and holds a genuine code.

    scripts/desk --english --screen browser                                in one terminal
    python -m scripts.screens.desk_picture http://127.0.0.1:8380/ [zh|en]  in another

The terminal must be without a shift.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

from PIL import Image

from scripts.chromium import Chromium

PICTURE = Path("scripts/screens/desk.png")
OFFICER = ("000001", "112358")
_PAUSE_S = 0.3
"""Time between keys, s, in which the terminal draws its screen."""
_ANSWER_S = 4.0
"""Time, s, for a sign-in, and for a code and the registry's answer."""


def main(address: str, language: str = "en") -> None:
    """Operate the page and save its picture."""
    with Chromium() as browser:
        browser.open(address, width=1180, height=1010)
        browser.run(f"language = '{language}'; say()")
        for text in ("", *OFFICER):
            for key in (*text, "Enter"):
                browser.key("rawKeyDown", key)
                browser.key("keyUp", key)
                time.sleep(_PAUSE_S)
        time.sleep(_ANSWER_S)
        browser.run("document.querySelector('#codes button').click()")
        time.sleep(_ANSWER_S)
        with Image.open(io.BytesIO(browser.screenshot())) as picture:
            picture.convert("RGB").quantize(128).save(PICTURE, optimize=True)  # a fifth of the size
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A page of the golden screens that changed: the recorded one, the one drawn now, and their difference.

The page is one file that loads nothing; it is for a reviewer, who looks at each change before it is recorded.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Pixels: TypeAlias = npt.NDArray[np.uint8]

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Changed screens</title>
<style>
body {{ font-family: sans-serif }}
figure {{ display: inline-block; margin: 8px }}
img {{ width: 240px; border: 1px solid }}
</style>
<h1>{count} changed screens</h1>
{sections}
</html>
"""


def recorded(folder: Path) -> dict[str, Pixels]:
    """Return the recorded screens of a folder by name, uint8 [height, width, 3], BGR."""
    read = {path.stem: cv2.imread(str(path)) for path in sorted(folder.glob("*.png"))}
    return {name: np.asarray(picture, np.uint8) for name, picture in read.items() if picture is not None}


def changed(old: Mapping[str, Pixels], new: Mapping[str, Pixels]) -> list[str]:
    """Return the names of the screens that were added, removed or whose pixels differ."""
    return [
        name
        for name in sorted(old.keys() | new.keys())
        if name not in old or name not in new or not np.array_equal(old[name], new[name])
    ]


def difference(old: Pixels, new: Pixels) -> Pixels:
    """Return the new picture in light grey with the pixels that differ in red; of the new one's size."""
    grey = cv2.cvtColor(cv2.cvtColor(new, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    marked = np.asarray(160 + grey // 4, np.uint8)
    height, width = (min(old.shape[side], new.shape[side]) for side in (0, 1))
    differs = np.ones(new.shape[:2], bool)
    differs[:height, :width] = (old[:height, :width] != new[:height, :width]).any(axis=2)
    marked[differs] = (0, 0, 255)
    return marked


def page(old: Mapping[str, Pixels], new: Mapping[str, Pixels]) -> str:
    """Return the page of all screens that changed, as HTML."""
    names = changed(old, new)
    return _PAGE.format(count=len(names), sections="\n".join(_section(name, old, new) for name in names))


def _section(name: str, old: Mapping[str, Pixels], new: Mapping[str, Pixels]) -> str:
    pictures = {"recorded": old.get(name), "now": new.get(name)}
    if name in old and name in new:
        pictures["difference"] = difference(old[name], new[name])
    figures = "".join(_figure(said, shown) for said, shown in pictures.items() if shown is not None)
    return f"<h2>{escape(name)}</h2>{figures}"


def _figure(caption: str, picture: Pixels) -> str:
    encoded = b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
    return f'<figure><img src="data:image/png;base64,{encoded}"><figcaption>{caption}</figcaption></figure>'

"""Prepare the frames of the camera laboratory: photographs fitted to the frame, and the texts of their codes.

    python -m scripts.camera_lab.frames PHOTOGRAPHS.csv FOLDER TEXTS.json

PHOTOGRAPHS.csv lists files in photographs/ beside it and the texts of their codes, which TEXTS.json receives.
FOLDER, which must be empty, receives 0.jpg, 1.jpg … for libcamera's virtual pipeline.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from PIL import Image

from drivers.camera_pi import SIZE
from drivers.photographs import fit, read_luma


def main(table: Path, folder: Path, texts: Path) -> None:
    """Write the frames. Raises InputFault for a photograph that cannot be read."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        luma = fit(read_luma(table.parent / "photographs" / row["file"]), SIZE)
        # The pipeline decodes colour only.
        Image.fromarray(luma).convert("RGB").save(folder / f"{number}.jpg", quality=95)
    texts.write_text(json.dumps([row["text"] for row in rows]))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))

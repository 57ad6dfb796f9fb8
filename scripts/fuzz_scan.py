"""Any bytes, as a picture: scanning never crashes, hangs or fills the memory, and nothing false is genuine.

scripts/campaign fuzz [--seconds S] [--runs N] [--corpus DIR] [--seed S]

libFuzzer, through atheris, chooses the bytes by what they reach in the product's Python. The C++ under it is
the published wheels' and tells no coverage; so every byte means something to `fuzz_pictures`, which starts
from real codes. What crashes, hangs, fills the memory or breaks a rule of `fuzz_rules` is kept in DIR.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parents[1] / "build" / "fuzz"
INSTRUMENTED = ("terminal.scan", "terminal.credential", "scripts.fuzz_pictures")
"""The last so that pictures of every kind count as found."""
LONGEST = 1024
"""Bytes of an input."""
LONGEST_S = 30
"""Of one input, by the clock on the wall: everything is tried on it, many times over."""
MOST_MIB = 1024
SEEDS = 200


def fuzz(look: Callable[[bytes], None], given: argparse.Namespace) -> None:
    """Give `look` one input after another; ends the process, by 0 where nothing was found."""
    folder: Path = given.corpus
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(given.seed)  # noqa: S311 - to be repeated, not secret
    for number in range(SEEDS):
        (folder / f"seed-{number}").write_bytes(chance.randbytes(chance.randrange(16, LONGEST)))
    options = [
        f"-max_total_time={given.seconds}",
        f"-runs={given.runs}",
        f"-seed={given.seed}",
        f"-max_len={LONGEST}",
        f"-timeout={LONGEST_S}",
        f"-rss_limit_mb={MOST_MIB}",
        f"-artifact_prefix={folder}/failed-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], look)
    atheris.Fuzz()


def asked(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="scripts/campaign fuzz")
    parser.add_argument("--seconds", type=int, default=3600, metavar="S", help="how long; 0 is without end")
    parser.add_argument("--runs", type=int, default=-1, metavar="N", help="inputs; -1 is without end")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    return parser.parse_args(arguments)


def main() -> None:
    """Instrument what is fuzzed as it is imported, and fuzz it."""
    given = asked()
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from scripts.fuzz_rules import look  # noqa: PLC0415 - what it imports is to be instrumented
    fuzz(look, given)


if __name__ == "__main__":
    main()

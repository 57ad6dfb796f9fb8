"""Any bytes, as a picture: scanning never crashes, hangs or fills the memory, and nothing false is genuine.

scripts/campaign fuzz [--seconds S] [--runs N] [--corpus DIR] [--seed S]

libFuzzer, through atheris, chooses the bytes by what they reach in the product's Python. The C++ under it is
the published wheels' and tells no coverage; so every byte means something to `fuzz_pictures`, which starts
from real codes. What crashes, hangs, fills the memory or breaks a rule of `fuzz_rules` is kept in DIR.

It goes by rounds, since atheris keeps what an instrumented comparison of arrays gives.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "build" / "fuzz"
ROUND = 5000
"""Inputs of a round."""
LONGEST = 1024
"""Bytes of an input."""
LONGEST_S = 30
"""Of one input, by the clock on the wall: everything is tried on it, many times over."""
MOST_MIB = 1024
SEEDS = 200
FAILED = "failed-"
"""How the file of an input begins that broke something."""


def options(folder: Path, runs: int, seconds: int, seed: int) -> list[str]:
    """What a round is told."""
    return [
        f"-runs={runs}",
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        f"-timeout={LONGEST_S}",
        f"-rss_limit_mb={MOST_MIB}",
        f"-artifact_prefix={folder}/{FAILED}",
        "-print_final_stats=1",
        str(folder),
    ]


def sow(folder: Path, seed: int) -> None:
    """Put the first inputs into a folder that may not be there."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    for number in range(SEEDS):
        (folder / f"seed-{number}").write_bytes(chance.randbytes(chance.randrange(16, LONGEST)))


def run(arguments: list[str]) -> tuple[int, int]:
    """A round's exit status, and how many inputs it tried; what it says is passed on."""
    command = [sys.executable, "-m", "scripts.fuzz_round", *arguments]
    tried = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace") as fuzzer:  # noqa: S603 - our own
        for line in fuzzer.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            found = re.match(r"stat::number_of_executed_units: ([0-9]+)", line)
            tried = int(found[1]) if found else tried
    return fuzzer.returncode, tried


def fuzz(given: argparse.Namespace) -> int:
    """Round after round until the time or the inputs are used up; 0 where nothing was found."""
    begun_s, tried, number, status = time.monotonic(), 0, 0, 0
    sow(given.corpus, given.seed)
    while status == 0 and (given.runs < 0 or tried < given.runs):
        left_s = int(given.seconds - (time.monotonic() - begun_s))
        if left_s <= 0:
            break
        runs = ROUND if given.runs < 0 else min(ROUND, given.runs - tried)
        status, more = run(options(given.corpus.resolve(), runs, left_s, given.seed + number))
        tried, number = tried + more, number + 1
    took_s = time.monotonic() - begun_s
    print(f"inputs    {tried} in {number} rounds and {took_s:.0f} s, seed {given.seed}")
    failed = sorted(path.name for path in given.corpus.glob(f"{FAILED}*"))
    print("\n".join(f"FAILED    {name}" for name in failed) or "nothing was found")
    return int(status != 0 or bool(failed))


def main() -> int:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="scripts/campaign fuzz")
    parser.add_argument("--seconds", type=int, default=3600, metavar="S")
    parser.add_argument("--runs", type=int, default=-1, metavar="N", help="inputs; -1 is without end")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    return fuzz(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""Fuzz scanning: no input may crash, hang or exhaust memory, and no false credential may be genuine.

scripts/campaign fuzz [--seconds S] [--runs N] [--corpus DIR] [--seed S]

libFuzzer, through atheris, selects inputs by coverage of the product's Python. The C++ libraries are the
published wheels and report no coverage; therefore `scripts.images.from_bytes` gives each byte a meaning, and
the first inputs are real codes. Inputs that crash, hang, exhaust memory or violate `invariants` are kept in
DIR.

It runs in rounds, because atheris retains the results of instrumented array comparisons.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "build" / "fuzz"
ROUND = 5000
"""Inputs per round."""
LONGEST = 1024
"""Longest input, bytes."""
LONGEST_S = 300
"""Wall time limit for one input, s. It finds hangs: on a busy machine half a second of work may take 30 s."""
MOST_MIB = 1024
SEEDS = 200
FAILED = "failed-"
"""File name prefix of inputs that failed."""


def options(folder: Path, runs: int, seconds: int, seed: int) -> list[str]:
    """Return libFuzzer's options for a round."""
    return [
        f"-runs={runs}",
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        f"-timeout={LONGEST_S}",
        f"-report_slow_units={LONGEST_S}",
        f"-rss_limit_mb={MOST_MIB}",
        f"-artifact_prefix={folder}/{FAILED}",
        "-print_final_stats=1",
        str(folder),
    ]


def seed_corpus(folder: Path, seed: int) -> None:
    """Write the initial inputs to a folder, creating it if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    for number in range(SEEDS):
        (folder / f"seed-{number}").write_bytes(chance.randbytes(chance.randrange(16, LONGEST)))


def run(arguments: list[str]) -> tuple[int, int]:
    """Run a round and return its exit status and number of inputs; its output is passed on."""
    command = [sys.executable, "-m", "scripts.campaigns.fuzz.round", *arguments]
    tried = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace") as fuzzer:  # noqa: S603 - our own
        for line in fuzzer.stderr or ():
            print(line, end="", file=sys.stderr, flush=True)
            found = re.match(r"stat::number_of_executed_units: ([0-9]+)", line)
            tried = int(found[1]) if found else tried
    return fuzzer.returncode, tried


def fuzz(given: argparse.Namespace) -> int:
    """Run rounds until the time or the inputs are used up; return 0 if nothing was found."""
    begun_s, tried, number, status = time.monotonic(), 0, 0, 0
    seed_corpus(given.corpus, given.seed)
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
    """Parse the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="scripts/campaign fuzz")
    parser.add_argument("--seconds", type=int, default=3600, metavar="S")
    parser.add_argument("--runs", type=int, default=-1, metavar="N", help="number of inputs; -1 for no limit")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    return fuzz(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

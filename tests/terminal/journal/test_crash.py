"""Records acknowledged before the process is killed are still there afterwards."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from tests.terminal.journal.journals import CHECK, SHIFT, open_journal, opened, whole

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 10


def appended_until_killed(state_dir: Path, lines: int) -> int:
    """Kill an appending process after a number of lines, and return the last number that it printed."""
    command = [sys.executable, "-m", "tests.terminal.journal.appender", str(state_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().splitlines(keepends=True)
    assert child.returncode == -signal.SIGKILL
    assert told[0] == "open\n"
    numbers = [int(line) for line in told[1:] if line.endswith("\n")]  # the last line may be incomplete
    return numbers[-1] if numbers else 0


def test_every_number_that_was_given_out_survives_sigkill(tmp_path: Path):
    draw = random.Random(20_240_501)  # noqa: S311 - reproducible
    before = 0
    for _ in range(KILLS):
        given_out = appended_until_killed(tmp_path, draw.randint(1, 120))
        with closing(open_journal(tmp_path)) as journal:
            assert journal.set_aside is None
            assert journal.head.seq >= max(given_out, before)
            assert journal.tallies(SHIFT) == ({"caution": journal.head.seq} if journal.head.seq else {})
            assert whole(journal)
            before = journal.head.seq
            if before:
                assert opened(journal.records(before - 1))[0].body == CHECK
    assert before > KILLS

"""A process that appends checks to a journal until it is killed, printing each number once it is durable."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.terminal.journal.journals import CHECK, STAMP, open_journal

if __name__ == "__main__":
    journal = open_journal(Path(sys.argv[1]))
    print("open", flush=True)  # noqa: T201 - the test reads it
    while True:
        print(journal.append(STAMP, CHECK), flush=True)  # noqa: T201 - same

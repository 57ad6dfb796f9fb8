"""Append records to the terminal's journal until the end, and report the number of each that is on disk."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from terminal.journal.entry import Event, EventKind, Stamp
from terminal.journal.store import Journal

STATE = Path("/var/lib/roadside")
PAUSE_S = 0.5


def main(most: int) -> None:
    """Append `most` records, or without end if 0."""
    stamp = Stamp(terminal="T0001", at_ms=1_700_000_000_000, clock_trusted=True, officer="", shift="")
    journal = Journal.open(
        STATE,
        terminal_public_key=bytes(range(32)),
        sealing_key=(STATE / "laboratory-sealing-key").read_bytes(),
        random=os.urandom,
        stamp=stamp,
        reserve_bytes=1 << 20,
    )
    done = 0
    while not most or done < most:
        seq = journal.append(stamp, Event(EventKind.FAULT, f"laboratory {done}"))
        print(f"ACK {seq}", flush=True)
        done += 1
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(int(sys.argv[1]))

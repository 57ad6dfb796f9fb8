"""Sound clips are WAVE files that other programs read."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from terminal.device_ports import SAMPLES_PER_S
from terminal.journal.sound import wave


@given(st.binary(max_size=300))
def test_every_clip_is_a_wave_file_whose_chunks_add_up(samples: bytes):
    file = wave(samples)
    assert file[:4] == b"RIFF"
    assert struct.unpack("<I", file[4:8])[0] == len(file) - 8
    assert file[8:12] == b"WAVE"
    chunks, at = {}, 12
    while at < len(file):
        name, size = struct.unpack("<4sI", file[at : at + 8])
        chunks[name] = file[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert struct.unpack("<HHIIHHH", chunks[b"fmt "]) == (7, 1, SAMPLES_PER_S, SAMPLES_PER_S, 1, 8, 0)
    assert chunks[b"data"] == samples
    assert struct.unpack("<I", chunks[b"fact"])[0] == len(samples)

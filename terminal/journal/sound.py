"""Sound clips as WAVE files: one channel of G.711 mu-law, 8000 samples a second (RIFF, WAVE_FORMAT_MULAW)."""

from __future__ import annotations

import struct

from terminal.device_ports import SAMPLES_PER_S

_MULAW, _CHANNELS, _BITS = 7, 1, 8


def wave(samples: bytes) -> bytes:
    """Return a WAVE file of mu-law samples."""
    rate = SAMPLES_PER_S
    form = struct.pack("<HHIIHHH", _MULAW, _CHANNELS, rate, rate, _CHANNELS, _BITS, 0)
    chunks = (
        _chunk(b"fmt ", form) + _chunk(b"fact", struct.pack("<I", len(samples))) + _chunk(b"data", samples)
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a RIFF chunk, padded to whole words."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

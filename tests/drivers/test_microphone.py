"""The microphone's process: samples are kept up to the greatest length; what it cannot do is a fault."""

from __future__ import annotations

import sys
import time

import pytest

from drivers.microphone import MOST_BYTES, AlsaMicrophone, heard
from terminal.device_ports import CLIP_S, SAMPLES_PER_S
from terminal.errors import MicrophoneFault

ENDLESS = (sys.executable, "-c", "import sys\nwhile True: sys.stdout.buffer.write(b'\\x20' * 8000)")
SILENT = (sys.executable, "-c", "pass")


def until(microphone: AlsaMicrophone, seconds: float) -> None:
    deadline_s = time.monotonic() + 20
    while microphone.heard().seconds < seconds:
        assert time.monotonic() < deadline_s


def test_a_clip_is_never_longer_than_its_limit():
    microphone = AlsaMicrophone(ENDLESS)
    microphone.start()
    until(microphone, CLIP_S)
    samples = microphone.stop()
    assert samples == b"\x20" * MOST_BYTES
    assert len(samples) == CLIP_S * SAMPLES_PER_S


def test_a_clip_that_is_dropped_or_begun_anew_leaves_nothing():
    microphone = AlsaMicrophone(ENDLESS)
    microphone.start()
    until(microphone, 1.0)
    microphone.close()
    assert microphone.heard().seconds == 0.0
    microphone.close()
    with pytest.raises(MicrophoneFault):
        microphone.stop()


def test_a_microphone_that_records_nothing_is_a_fault():
    microphone = AlsaMicrophone(SILENT)
    microphone.start()
    with pytest.raises(MicrophoneFault, match="no sound"):
        microphone.stop()


def test_a_missing_program_is_a_fault():
    with pytest.raises(MicrophoneFault):
        AlsaMicrophone(("/nonexistent/arecord",)).start()


@pytest.mark.parametrize(
    ("samples", "level"), [(b"", 0.0), (b"\xff" * 9, 0.0), (b"\x7f\x00", 1.0), (b"\x80", 1.0)]
)
def test_loudness_is_that_of_the_loudest_of_the_last_samples(samples: bytes, level: float):
    assert heard(samples).level == level
    assert heard(samples + b"\xff" * SAMPLES_PER_S).level == 0.0

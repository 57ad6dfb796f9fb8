"""The slots of an image: the reason that is told when a command fails."""

from __future__ import annotations

import pytest

from drivers.slots import reason

REFUSED = """\
installing
 20% Verifying signature failed.
LastError: signature verification failed: Verify error
idle
Installing `/data/update/bundle.raucb` failed
"""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", ""),
        ("\n \n", ""),
        ("Failed to connect\n", "Failed to connect"),
        (REFUSED, "signature verification failed: Verify error"),
        ("\x1b[2KLastError: the slot is not there\nInstalling failed\n", "the slot is not there"),
        ("LastError: \nInstalling failed\n", "Installing failed"),
    ],
)
def test_reason_of_a_failed_command(told: str, expected: str) -> None:
    assert reason(told) == expected

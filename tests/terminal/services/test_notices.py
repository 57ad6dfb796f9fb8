"""Notices hold the newest fault of each code until it is withdrawn."""

from __future__ import annotations

import pytest

from terminal.errors import CameraFault, CameraStalled, JournalFault, JournalFull, PanelFault
from terminal.services.notices import Notices


def fail(fault: Exception) -> None:
    """Raise it."""
    raise fault


def test_a_newer_fault_takes_the_place_of_one_of_its_code():
    notices = Notices()
    first, camera, second = PanelFault("first"), CameraFault("gone"), PanelFault("second")
    for fault in (first, camera, second):
        notices.add(fault)
    assert list(notices.faults) == [second, camera]
    notices.clear(PanelFault.code, CameraStalled.code)
    assert list(notices.faults) == [camera]


def test_a_fault_of_a_named_kind_ends_the_block_and_is_noted():
    notices, full = Notices(), JournalFull()
    done = []
    with notices.noting(JournalFault):
        done.append(1)
        fail(full)
        done.append(2)
    assert (done, notices.faults) == ([1], (full,))


def test_any_other_exception_passes():
    notices = Notices()
    with pytest.raises(PanelFault), notices.noting(JournalFault):
        raise PanelFault("broken")
    with pytest.raises(KeyError), notices.noting(JournalFault, PanelFault):
        raise KeyError("a bug")
    assert notices.faults == ()

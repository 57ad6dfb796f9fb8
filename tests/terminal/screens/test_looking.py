"""A hint comes after a second and a half without a code, plate entry after six; a known code leads back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.codes import Scan, ScanProblem
from terminal.model import CredentialFinding
from terminal.ports import Button
from terminal.screens.attention import key_face, touch_face
from terminal.screens.check import DetailsWanted, PlateEntry, Ready, Result
from terminal.screens.events import Pressed, Scanned
from terminal.screens.looking import Looking, Unread, after
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, Status
from tests.terminal.screens.builders import result, with_judged

GLARE, FAR = ScanProblem.GLARE, ScanProblem.FAR


def searched(*problems: tuple[float, ScanProblem | None]) -> Looking:
    """Return the search after frames at these times."""
    looking = Looking()
    for now_s, problem in problems:
        looking = after(looking, problem, now_s)
    return looking


@pytest.mark.parametrize(("now_s", "shown"), [(11.4, None), (11.5, GLARE)])
def test_a_hint_waits_a_second_and_a_half(now_s: float, shown: ScanProblem | None):
    assert searched((10.0, GLARE), (now_s, GLARE)).problem is shown


def test_a_hint_stays_long_enough_to_be_read():
    looking = searched((10.0, GLARE), (11.5, GLARE), (12.0, FAR), (12.9, None))
    assert looking.problem is GLARE
    assert after(looking, FAR, 13.0).problem is FAR
    assert after(looking, None, 13.0).problem is None


@pytest.mark.parametrize(("now_s", "offered"), [(15.9, False), (16.0, True)])
def test_plate_entry_is_offered_after_six_seconds(now_s: float, offered: bool):  # noqa: FBT001 - a parameter
    assert searched((10.0, None)).offers_entry(now_s) is offered


def test_a_code_begins_the_search_anew():
    ready, _ = step(Ready(), Unread(GLARE), 10.0)
    ready, _ = step(ready, Unread(GLARE), 12.0)
    assert isinstance(ready, Ready)
    assert ready.looking.problem is GLARE
    ready, _ = step(ready, Scanned(Scan("https://pay.example/1", ())), 12.1)
    assert isinstance(ready, Ready)
    assert ready.looking == Looking()


def test_hints_change_the_meaning_of_no_button():
    hinted = replace(Ready(), looking=searched((0.0, FAR), (2.0, FAR)))
    assert key_face(hinted) == key_face(Ready())


def test_a_code_left_in_view_leads_back_to_its_check():
    shown = result(CredentialFinding.FAILED)
    shown = with_judged(shown, text="VI1:A")
    ready, _ = step(shown, Pressed(Button.TRIGGER), 20.0)
    ready, _ = step(ready, Scanned(Scan("VI1:A", ())), 20.1)
    assert isinstance(ready, Ready)
    ready = replace(ready, status=replace(Status(), clock=ClockStatus(monotonic_s=20.2)))
    assert ready.known == shown.judged
    back, effects = step(ready, DetailsWanted(), 20.2)
    assert isinstance(back, Result)
    assert (back.judged, effects) == (shown.judged, ())
    entry, _ = step(ready, Pressed(Button.CONFIRM), 20.2)
    assert isinstance(entry, PlateEntry)
    gone = replace(ready, status=replace(Status(), clock=ClockStatus(monotonic_s=30.0)))
    assert touch_face(gone) != touch_face(ready)
    assert key_face(gone) == key_face(ready)
    assert step(gone, DetailsWanted(), 30.0) == (gone, ())

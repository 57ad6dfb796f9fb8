"""Sign-in screens to look at and to test with."""

from __future__ import annotations

from dataclasses import replace

from terminal.screens.sign_in import Blocked, Locked, PadEntry, SignIn, SignInRefusal, SignInScreen
from terminal.screens.values import AlarmStatus, SignedInOfficer, WaitingAlarms
from tests.terminal.screens.builders import BUSY, LABORATORY

OFFICER = SignedInOfficer("012345", "王小明")


def sign_in_screens() -> dict[str, SignInScreen]:
    """Return the sign-in screens, each in every state that looks different."""
    waiting = replace(LABORATORY, alarms=AlarmStatus(WaitingAlarms(2, locked=True)))
    pad = SignIn("012345", "2718", PadEntry.PIN, status=LABORATORY)
    wrong = replace(pad, pin="", refusal=SignInRefusal.WRONG, opens_s=LABORATORY.clock.monotonic_s + 8)
    return {
        "sign_in": SignIn("0123", status=LABORATORY),
        "sign_in_pin": pad,
        "sign_in_buttons": replace(pad, marked="7"),
        "sign_in_checking": replace(pad, pin="", checking=True),
        "sign_in_wrong": wrong,
        "sign_in_busy": replace(
            wrong, status=replace(BUSY, alarms=AlarmStatus(WaitingAlarms(1, locked=True)))
        ),
        "sign_in_no_roster": replace(pad, pin="", refusal=SignInRefusal.NO_ROSTER),
        "sign_in_released": replace(pad, pin="", released=True),
        "sign_in_supervisor": SignIn("90", release="012345", status=LABORATORY),
        "blocked": Blocked("012345", status=LABORATORY),
        "locked": Locked(OFFICER, LABORATORY),
        "locked_alarm": Locked(OFFICER, waiting),
        "unlock": replace(pad, officer=OFFICER, status=waiting),
    }

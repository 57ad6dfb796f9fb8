"""Names of the screens in the state diagram."""

from __future__ import annotations

from terminal.screens.check import KindChoice, Phase, PlateEntry, Ready, Result
from terminal.screens.self_test import SelfTest
from terminal.screens.shift import ShiftEnd, Uploading
from terminal.screens.state import FaultScreen, Shown
from terminal.screens.vin_entry import VinEntry

NAMES = {
    "Ready": "Ready: show a code",
    "Compare_plate": "Plate to compare: is this the vehicle?",
    "Checking": "Plate, while the registry is asked",
    "Question": "Alarm, or off the road: is this the vehicle?",
    "Plateless": "Verdict: no vehicle is known",
    "Verdict": "Verdict",
    "Details": "Details of a verdict",
    "Reopened": "Check from the shift's list",
    "Hidden": "Verdict, too old to be shown",
    "Alarm": "Alarm, not acknowledged",
    "Compare": "Verdict: compare the car with the alarm",
    "Comparison": "Does this point agree?",
    "RadioCard": "Radio card of an open alarm",
    "CarCheck": "Before the stop: does this point agree?",
    "VinCheck": "After the stop: does the VIN's tail agree?",
    "CasePick": "Result, reason or disposals of an alarm",
    "CaseForm": "Result of an alarm, before it is recorded",
    "CaseText": "Document, or receiver",
    "CodeChoice": "Which of several codes?",
    "Entry": "Plate entry",
    "Vin": "VIN entry",
    "Kinds": "Which kind of plate?",
    "Fault": "Fault: no verdict",
    "Menu": "Menu",
    "ShiftLog": "This shift's checks",
    "LogEntry": "Add to a check",
    "VoiceNote": "Spoken note is recorded",
    "NoteChange": "Revoke or replace this note?",
    "SealedReasons": "Why open the enforcement data?",
    "SealedView": "Enforcement data",
    "ShiftEnd": "End or hand over the shift?",
    "EndReason": "Why end with open alarms?",
    "HandedOver": "What the successor takes over",
    "Uploading": "Upload",
    "Ended": "Upload of an ended shift",
    "ShiftOver": "Nobody is signed in: no check",
    "StartTest": "Self-test at the start: no check",
    "SelfTest": "Self-test",
    "SettingsScreen": "Settings",
    "Diagnostics": "Diagnostics",
    "SignIn": "Officer number and PIN",
    "Locked": "Locked session",
    "Blocked": "Number with too many wrong PINs",
}


_SHORT = {FaultScreen: "Fault", PlateEntry: "Entry", VinEntry: "Vin", KindChoice: "Kinds"}


def name(screen: Shown) -> str:
    """Return a screen's name in the diagram."""
    match screen:
        case Ready():
            return "Ready"
        case Result():
            return _result_name(screen)
        case Uploading() if screen.ended is not None:
            return "Ended"
        case _:
            return _day_name(screen)


def _day_name(screen: Shown) -> str:
    match screen:
        case SelfTest(on_duty=False):
            return "StartTest"
        case ShiftEnd(asking=True):
            return "EndReason"
        case _:
            return _SHORT.get(type(screen), type(screen).__name__)


def _result_name(screen: Result) -> str:
    """Return the name of a check's screen in the diagram."""
    names = {
        "Hidden": screen.hidden,
        "Details": screen.details > 0,
        "Reopened": screen.reopened,
        "Compare": screen.compares,
        "Compare_plate": screen.phase is Phase.COMPARE,
        "Checking": screen.phase is Phase.CHECKING,
        "Question": screen.needs_confirmation,
        "Plateless": screen.wants_plate,
    }
    return next((given for given, holds in names.items() if holds), "Verdict")

"""Events by what they are for the display: touches on an alarm's case, answers to what the officer did, and
news that reach a screen below others.
"""

from terminal.screens.alarm_case import CardTurned, CasePicked, CaseTyped, ControlSaid, FieldOpened
from terminal.screens.choice import Identified
from terminal.screens.comparing import Fitted
from terminal.screens.events import (
    Failed,
    Listed,
    Rechecked,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
    Tick,
)
from terminal.screens.sealed import SealedOpened
from terminal.screens.shift import Annotated, ShiftEnded, ShiftLoaded, UploadTold

CASE_TOUCHES = (CardTurned, ControlSaid, CasePicked, FieldOpened, CaseTyped, Fitted)
"""Touches on the case of an alarm."""
OF_AN_EFFECT = (Identified, ShiftLoaded, Annotated, SealedOpened, ShiftEnded)
"""Answers to what the officer did. A verdict is not among them: it always counts as a change by itself."""
NEWS = (
    *(Tick, Recorded, Refined, Reported, Rechecked, Rerecorded, Listed, Failed),
    *(Identified, ShiftLoaded, Annotated, ShiftEnded, UploadTold),
)
"""Events that reach the screen below the sign-in screens: time, and answers to what was done before."""

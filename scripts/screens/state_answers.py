"""Answers that each effect of the screens may have, for the state diagram."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from terminal.device_ports import Heard
from terminal.errors import JournalFull
from terminal.journal.notes import Action
from terminal.model import (
    Candidate,
    CredentialFinding,
    Fit,
    LookupState,
    Plate,
    RecordedCheck,
    SealedClaims,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.alarm_case import (
    Acknowledge,
    AlarmEffect,
    AlarmsTold,
    CloseAlarm,
    RecordControl,
    RecordFits,
    RecordVin,
)
from terminal.screens.choice import Identified, Identify
from terminal.screens.comparing import Compared
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Confirm,
    Effect,
    Enter,
    Failed,
    Listed,
    Recheck,
    Recorded,
)
from terminal.screens.open_alarm import Description, OpenAlarm
from terminal.screens.sealed import OpenSealed, SealedOpened
from terminal.screens.settings import ChangeSettings, DeviceSettings, LoadSettings, SettingsTold
from terminal.screens.shift import (
    Annotate,
    Annotated,
    EndShift,
    LoadShift,
    Revoke,
    ShiftEnded,
    ShiftLoaded,
)
from terminal.screens.shift_step import logged
from terminal.screens.sign_in import (
    CheckPin,
    Released,
    SignedIn,
    SignInRefusal,
    SignInRefused,
    Takeover,
)
from terminal.screens.values import Notice, SignedInOfficer
from terminal.screens.vin_entry import LookUpVin
from terminal.screens.voice import ClipHeard, KeepClip, StartClip
from terminal.vehicle.verdict import decide
from tests.terminal.screens.builders import judged, with_sealed_claims

if TYPE_CHECKING:
    from terminal.screens.ui import UiEvent

SAMPLE = "粤B12345"
"""A plate to type, which several kinds may have."""
OFFICER = SignedInOfficer("111111", "王小明")
OPEN_ALARM = OpenAlarm(Plate("粤B99999", "02"), (9,), 0.0, described=Description(vin_tail="123456"))
"""An alarm of the shift without a result."""
LATER_ALARM = replace(OPEN_ALARM, plate=Plate("粤B54321", "02"))
"""The alarm that is open once that one is closed."""
FULL = Failed(Notice(JournalFull.code, JournalFull.zh, JournalFull.en))
ALARMED = VehicleFinding.ALARM


def answers(effect: Effect, at_s: float) -> list[UiEvent]:
    """Return the answers that an effect may have at a monotonic time, s; none if it has none."""
    match effect:
        case Identify(scan):
            return [Identified((None,) * len(scan.codes), (1280, 720))]
        case CheckCode():
            found = (
                with_sealed_claims(judged("A", CredentialFinding.CURRENT)),
                judged("A", CredentialFinding.CURRENT, VehicleFinding.CACHED_ALARM),
                judged("A", CredentialFinding.FAILED),
            )
            return [*(Recorded(one) for one in found), FULL]
        case Confirm() | Recheck() | Compared():
            return _check_answers(effect, at_s)
        case Enter() | LookUpVin():
            return _entry_answers(effect)
        case AskKinds(number):
            several = tuple(
                Candidate(kind, VehicleStatus(VehicleFinding.VALID, "A")) for kind in ("02", "07")
            )
            return [Listed(number, found) for found in (several, several[:1], None)]
        case _:
            return _shift_answers(effect)


def _entry_answers(effect: Enter | LookUpVin) -> list[UiEvent]:
    if isinstance(effect, LookUpVin):
        return [Recorded(_about(_unshown(), None, Subject.TYPED)), FULL]
    typed = _about(effect.after or _unshown(), effect.plate, Subject.TYPED)
    return [Recorded(typed), *(Recorded(more) for more in refined(typed)), FULL]


def _sign_in_answers(effect: CheckPin) -> list[UiEvent]:
    refused: list[UiEvent] = [SignInRefused(SignInRefusal.WRONG), SignInRefused(SignInRefusal.BLOCKED)]
    if effect.release:
        return [Released(effect.release), *refused]
    taken = Takeover(OFFICER, (OPEN_ALARM,), 1)
    return [
        *(SignedIn(OFFICER, new_shift=new_shift) for new_shift in (True, False)),
        SignedIn(OFFICER, new_shift=True, takeover=taken),
        *refused,
    ]


def _check_answers(effect: Confirm | Recheck | Compared, at_s: float) -> list[UiEvent]:
    one = effect.judged
    subject, fits, as_of_s = one.verdict.subject or Subject.CODE, one.fits, one.as_of_s
    match effect:
        case Compared():
            fits = effect.fits
            subject = Subject.CONFIRMED if set(fits) == {Fit.AGREES} else subject
        case Confirm():
            subject = Subject.CONFIRMED
        case Recheck():
            as_of_s = at_s
    about = replace(_about(one, one.plate, subject), fits=fits, as_of_s=as_of_s)
    return [Recorded(about), Recorded(replace(about, lookup=LookupState.WAITING)), FULL]


def _shift_answers(effect: Effect) -> list[UiEvent]:
    match effect:
        case LoadShift():
            checked = replace(logged(judged("A", CredentialFinding.CURRENT)), acts=(Action("放行"),))
            return [ShiftLoaded((checked,), (), 1), ShiftLoaded((checked,), (), 1, (OPEN_ALARM,))]
        case Annotate(seq) | Revoke(seq):
            return [Annotated(seq), FULL]
        case OpenSealed(one):
            return [SealedOpened(one.seq, SealedClaims("LSVAA4182E2123456")), FULL]
        case EndShift():
            return [ShiftEnded((), 1), FULL]
        case CheckPin():
            return _sign_in_answers(effect)
        case _:
            return _day_answers(effect)


def _after(effect: AlarmEffect) -> OpenAlarm:
    """Return the one alarm that is open after an effect on the alarm that was."""
    match effect:
        case RecordControl(alarm, word):
            return replace(alarm, control=word)
        case RecordFits(alarm, fits):
            return replace(alarm, fits=fits)
        case RecordVin(alarm, fit):
            return replace(alarm, vin=fit)
        case CloseAlarm() | Acknowledge():
            return LATER_ALARM


def _day_answers(effect: Effect) -> list[UiEvent]:
    match effect:
        case LoadSettings() | ChangeSettings():
            return [SettingsTold(DeviceSettings())]
        case RecordControl() | RecordFits() | RecordVin() | CloseAlarm():
            return [AlarmsTold((_after(effect),)), FULL]
        case KeepClip(seq):
            return [Annotated(seq), FULL]
        case StartClip():
            return [ClipHeard(Heard(0.0, 0.0)), FULL]
        case _:
            return []


def _unshown() -> RecordedCheck:
    """Return a check without a code."""
    return replace(judged("A", CredentialFinding.NOT_SHOWN), text=None)


def _about(one: RecordedCheck, plate: Plate | None, subject: Subject) -> RecordedCheck:
    verdict = decide(one.verdict.finding, one.verdict.status, subject)
    return replace(one, plate=plate, verdict=verdict)


def refined(one: RecordedCheck) -> list[RecordedCheck]:
    """Return a check's refinements: nothing unusual, or an alarm; none if it has no vehicle."""
    if one.plate is None:
        return []
    statuses = [replace(one.verdict.status, finding=finding) for finding in (VehicleFinding.VALID, ALARMED)]
    answered = replace(one, lookup=LookupState.ANSWERED)
    return [
        replace(answered, verdict=decide(one.verdict.finding, status, one.verdict.subject))
        for status in statuses
    ]

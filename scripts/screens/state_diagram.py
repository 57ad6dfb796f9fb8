"""Derive the state diagram of the screens from `step`, by applying every event to every state."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from scripts.screens.state_names import NAMES, name
from terminal.codes import Scan
from terminal.device_ports import CLIP_S, Heard
from terminal.errors import JournalFull
from terminal.journal.notes import END_REASONS, OPENING_REASONS, Action
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
from terminal.officers.roster import LEAST_PIN
from terminal.ports import Button
from terminal.screens import offers
from terminal.screens.attention import BOUNCE_S, HOLD_S, SETTLE_S, KeyDown, KeyUp, Touched
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice, CodeChosen, Identified, Identify, OthersWanted
from terminal.screens.comparing import Compared, Comparison, Fitted
from terminal.screens.entry import NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Confirm,
    Effect,
    Enter,
    Failed,
    Listed,
    Picked,
    Recheck,
    Recorded,
    Refined,
    Scanned,
    ScreenEvent,
    Tick,
    Typed,
)
from terminal.screens.open_alarm import OpenAlarm
from terminal.screens.sealed import OpenSealed, ReasonPicked, SealedOpened, SealedReasons
from terminal.screens.self_test import SelfTest
from terminal.screens.settings import (
    ChangeSettings,
    DeviceSettings,
    LoadSettings,
    SettingsTold,
)
from terminal.screens.shift import (
    MENU,
    Annotate,
    Annotated,
    EndReasonPicked,
    EndShift,
    LoadShift,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Part,
    Revoke,
    ShiftEnd,
    ShiftEnded,
    ShiftLoaded,
    ShiftLog,
)
from terminal.screens.shift_step import logged
from terminal.screens.sign_in import (
    CheckPin,
    LockNow,
    PadTouched,
    Released,
    SignedIn,
    SignIn,
    SignInRefusal,
    SignInRefused,
    Takeover,
)
from terminal.screens.state import Screen, subject_of
from terminal.screens.ui import Ui, UiEvent, advance
from terminal.screens.values import (
    ClockStatus,
    EnforcementStatus,
    Notice,
    SignedInOfficer,
    Status,
    TrustStatus,
)
from terminal.screens.vin_entry import LookUpVin, VinEntry
from terminal.screens.voice import ClipHeard, KeepClip, StartClip, VoiceNote, VoiceWanted
from terminal.vehicle.verdict import decide
from tests.terminal.screens.builders import judged, placed, with_sealed_claims

README = Path("terminal/README.md")
BEGIN, END = "<!-- states -->", "<!-- /states -->"
SAMPLE, VIN = "粤B12345", "1M8GDM9AXKP042788"
"""A plate to type, which several kinds may have, and a VIN."""
ENFORCING = TrustStatus(enforcement=EnforcementStatus("苏", frozenset({1})))
ONLINE = Status(online=True, trust=ENFORCING)
LATER = replace(ONLINE, clock=ClockStatus(monotonic_s=1000.0))
ONE, SEVERAL = Scan("A", ()), placed("VI1:A", "VI1:B")
OFFICER = SignedInOfficer("111111", "王小明")
OPEN_ALARM = OpenAlarm(Plate(SAMPLE, "02"), (9,), 0.0)
"""An alarm of the shift without a result."""
FULL = Failed(Notice(JournalFull.code, JournalFull.zh, JournalFull.en))
ALARMED = VehicleFinding.ALARM
_NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_PASSING = re.compile(
    rf"(?:status=Status|logged=Logged|seen=LastSeen){_NESTED}|<Fit\.[^>]*>|kind='..'|noted=\w+"
    rf"|draft=Draft{_NESTED}|draft=None|, vin='[A-Z0-9]*'(?=\))"
    r"|(?:as_of_s|checked_s|taken_s|last_s)=[0-9.]+|(?<=details=)[12]"
)
"""Parts of a state that do not distinguish states here: bar, notes, earlier codes, points, kinds, times, and
what was left half typed.
"""
_NOTES = (Action("放行"), Action("扣留车辆"))
"""Notes that are picked: one that the check has, and one that excludes it. Others lead nowhere else."""
Edges = dict[tuple[str, str], list[str]]


def main(arguments: list[str]) -> None:
    """Print the diagram, or write it into terminal/README.md with `--keep`."""
    if "--keep" in arguments:
        README.write_text(kept(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(diagram())


def kept(readme: str) -> str:
    """Return the manual with the diagram between its markers. Raises ValueError if they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README} has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}{after}"


def diagram() -> str:
    """Return all screens and their transitions as Mermaid."""
    lines = [
        f"    {start} --> {end}: {' or '.join(sorted(set(labels)))}"
        for (start, end), labels in sorted(walk().items())
    ]
    names = [f'    state "{words}" as {name}' for name, words in NAMES.items()]
    return "\n".join(["stateDiagram-v2", *names, "    [*] --> StartTest", *lines])


@cache
def walk() -> Edges:
    """Return every transition between screens with different names, with its causes."""
    start = Ui(SelfTest(ONLINE))
    edges: Edges = {}
    seen, ahead = {_key(start)}, [start]
    while ahead:
        ui = ahead.pop()
        for label, event in _events(ui):
            for after in _ends(ui, event):
                if name(after.screen) != name(ui.screen):
                    edges.setdefault((name(ui.screen), name(after.screen)), []).append(label)
                if _key(after) not in seen:
                    seen.add(_key(after))
                    ahead.append(after)
    return edges


def _key(ui: Ui) -> str:
    """Return the text that distinguishes states; of times, only a hidden verdict counts.

    Of the screen below a sign-in screen only the name counts: it returns as it was.
    """
    hidden = isinstance(ui.below, Result) and ui.below.hidden
    below = ui.below if ui.session.gate is None else name(ui.below)
    return _PASSING.sub("", repr((below, hidden, ui.up, ui.alerts, ui.session.gate, _pin_length(ui))))


def _pin_length(ui: Ui) -> int:
    return len(ui.session.gate.pin) if isinstance(ui.session.gate, SignIn) else 0


def _events(ui: Ui) -> list[tuple[str, UiEvent | Button]]:
    """Return the events that may occur by themselves, by hand or from afar; a button is pressed, or held on
    an alarm.
    """
    if ui.up is not None:
        return [("CONFIRM, held", Button.CONFIRM)]
    screen = ui.below
    events: list[tuple[str, UiEvent | Button]] = [(button.name, button) for button in Button]
    if ui.session.gate is not None:
        full = not isinstance(ui.session.gate, SignIn) or len(ui.session.gate.text) >= LEAST_PIN
        touch = Touched(PadTouched("1"), SETTLE_S)
        return [one for one in events if one[1] is not Button.TRIGGER] + ([] if full else [("a key", touch)])
    if isinstance(screen, Ready):
        events.append(("BACK held, or 5 minutes", LockNow()))
    events += [("a code", Scanned(ONE)), ("several codes", Scanned(SEVERAL))]
    events += [("3 minutes", Tick(LATER))] if isinstance(screen, Result) else []
    if isinstance(screen, PlateEntry):
        events += [] if screen.number else [("keys", Typed(SAMPLE))]
        events += [] if screen.number else [("the key for a VIN", VinWanted())]
    if isinstance(screen, VinEntry):
        events += [] if screen.vin else [("keys", Typed(VIN))]
    if isinstance(screen, KindChoice):
        events += [("a kind", Picked(kind)) for kind in (*screen.kinds, None)]
    events += [("a touch", touch) for touch in _touches(screen)]
    about = subject_of(screen)
    if about is not None:
        events += [("the registry", Refined(more)) for more in _refined(about)]
    return events


def _touches(screen: Screen) -> list[ScreenEvent]:
    """Return the touches on the bar, on a choice or a comparison, and on the screens of the shift."""
    touches: list[ScreenEvent] = []
    match screen:
        case Ready():
            touches = [MenuTouched(Part.MENU)]
        case Result() | CodeChoice():
            touches = _choices(screen)
        case Comparison():
            touches = [Fitted(Fit.UNSURE)]
        case Menu():
            touches = [MenuTouched(part) for part in MENU]
        case ShiftLog():
            touches = [LogRowTouched(one.seq) for one in screen.log]
        case LogEntry():
            touches = [*(NotePicked(note) for note in screen.notes if note in _NOTES), VoiceWanted()]
        case SealedReasons():
            touches = [ReasonPicked(OPENING_REASONS[0])]
        case _:
            touches = _day_touches(screen)
    return touches


def _day_touches(screen: Screen) -> list[ScreenEvent]:
    """Return the touches of the summaries, and a clip of full length."""
    match screen:
        case ShiftEnd(asking=True):
            return [EndReasonPicked(END_REASONS[0])]
        case VoiceNote():
            return [ClipHeard(Heard(CLIP_S, 0.5))]
        case _:
            return []


def _choices(screen: Result | CodeChoice) -> list[ScreenEvent]:
    """Return the touches of a choice among codes."""
    if isinstance(screen, CodeChoice):
        return [CodeChosen(place) for place in range(len(screen.codes))]
    details: list[ScreenEvent] = [DetailsWanted()] if screen.has_details and not screen.details else []
    if screen.other is not None:
        return [*details, *([OthersWanted()] if screen.has_other_code else [])]
    return [*details, NumberWanted(), PartnerWanted(), VinWanted(), *map(NearPicked, offers.near(screen))]


def _ends(ui: Ui, event: UiEvent | Button) -> list[Ui]:
    """Return the states after an event whose effects succeeded, and after one whose effects failed."""
    if isinstance(event, Typed):  # in one step, to keep the states few
        for symbol in event.text:
            ui, _ = advance(ui, Typed(symbol), SETTLE_S)
        return [ui]
    seen = replace(ui, keys=replace(ui.keys, drawn_s=0.0), touches=replace(ui.touches, drawn_s=0.0))
    if isinstance(event, Button):
        after, effects = advance(seen, KeyDown(event, SETTLE_S), SETTLE_S)
        if ui.up is not None:
            after, effects = advance(after, KeyUp(event, SETTLE_S + HOLD_S), SETTLE_S + HOLD_S)
        elif event is Button.BACK:
            after, released = advance(after, KeyUp(event, SETTLE_S), SETTLE_S + 2 * BOUNCE_S)
            effects = (*effects, *released)
    else:
        after, effects = advance(seen, event, SETTLE_S)
    answers = [answer for effect in effects for answer in _answers(effect)]
    return [advance(after, answer, SETTLE_S)[0] for answer in answers] or [after]


def _answers(effect: Effect) -> list[UiEvent]:
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
            return _case_answers(effect)
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
    return [Recorded(typed), *(Recorded(more) for more in _refined(typed)), FULL]


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


def _case_answers(effect: Confirm | Recheck | Compared) -> list[UiEvent]:
    one = effect.judged
    subject, fits, as_of_s = one.verdict.subject or Subject.CODE, one.fits, one.as_of_s
    match effect:
        case Compared():
            fits = effect.fits
            subject = Subject.CONFIRMED if set(fits) == {Fit.AGREES} else subject
        case Confirm():
            subject = Subject.CONFIRMED
        case Recheck():
            as_of_s = LATER.clock.monotonic_s
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


def _day_answers(effect: Effect) -> list[UiEvent]:
    match effect:
        case LoadSettings() | ChangeSettings():
            return [SettingsTold(DeviceSettings())]
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


def _refined(one: RecordedCheck) -> list[RecordedCheck]:
    """Return a check's refinements: nothing unusual, or an alarm; none if it has no vehicle."""
    if one.plate is None:
        return []
    statuses = [replace(one.verdict.status, finding=finding) for finding in (VehicleFinding.VALID, ALARMED)]
    answered = replace(one, lookup=LookupState.ANSWERED)
    return [
        replace(answered, verdict=decide(one.verdict.finding, status, one.verdict.subject))
        for status in statuses
    ]


if __name__ == "__main__":
    main(sys.argv[1:])

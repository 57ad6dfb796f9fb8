"""Events that may occur on each screen of the state diagram: by themselves, by hand or from afar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from scripts.screens.state_answers import SAMPLE, refined
from terminal.codes import Scan
from terminal.device_ports import CLIP_S, Heard
from terminal.journal.notes import END_REASONS, OPENING_REASONS, Action, Control
from terminal.model import Fit
from terminal.officers.roster import LEAST_PIN
from terminal.ports import Button
from terminal.screens import offers
from terminal.screens.alarm_case import (
    CarCheck,
    CaseField,
    CaseForm,
    CasePick,
    CasePicked,
    CaseScreen,
    CaseText,
    CaseTyped,
    ControlSaid,
    FieldOpened,
    RadioCard,
    VinCheck,
)
from terminal.screens.alarms import BannerOpened
from terminal.screens.attention import SETTLE_S, Touched
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice, CodeChosen, OthersWanted
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.entry import NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import Picked, Refined, Scanned, Tick, Typed
from terminal.screens.sealed import ReasonPicked, SealedReasons
from terminal.screens.shift import (
    MENU,
    EndReasonPicked,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Part,
    ShiftEnd,
    ShiftLog,
)
from terminal.screens.sign_in import LockNow, PadTouched, SignIn
from terminal.screens.state import FaultScreen, subject_of
from terminal.screens.values import ClockStatus
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import ClipHeard, VoiceNote, VoiceWanted
from tests.terminal.screens.builders import placed

if TYPE_CHECKING:
    from terminal.screens.events import ScreenEvent
    from terminal.screens.sign_in import SignInScreen
    from terminal.screens.state import Screen, Touch
    from terminal.screens.ui import Ui, UiEvent
    from terminal.screens.values import Status

VIN = "1M8GDM9AXKP042788"
"""A VIN to type."""
LONG_S = 1000.0
"""Time, s, after which a verdict is too old to be shown."""
ONE, SEVERAL = Scan("A", ()), placed("VI1:A", "VI1:B")
_NOTES = (Action("放行"), Action("扣留车辆"))
"""Notes that are picked: one that the check has, and one that excludes it. Others lead nowhere else."""
StateEvent: TypeAlias = "UiEvent | Button"
Labelled: TypeAlias = "list[tuple[str, StateEvent]]"


def events(ui: Ui) -> Labelled:
    """Return the events that may occur in a state; a button is pressed, or held on an alarm.

    A case returns the screen below it unchanged, so it is walked above Ready; above others it is left.
    """
    gate, case = ui.session.gate, ui.life.case
    if ui.up is not None:
        return [("CONFIRM, held", Button.CONFIRM)]
    if gate is not None:
        return _at_gate(gate)
    pressed: Labelled = [(button.name, button) for button in Button]
    if case is not None and not isinstance(ui.below, FaultScreen):
        return [*pressed, *_in_case(case)] if isinstance(ui.below, Ready) else [("BACK", Button.BACK)]
    return [*pressed, *_by_themselves(ui.below), *_by_hand(ui.below)]


def _at_gate(gate: SignInScreen) -> Labelled:
    """Return the events of a sign-in screen: keys of the pad until the text is long enough."""
    full = not isinstance(gate, SignIn) or len(gate.text) >= LEAST_PIN
    touch = Touched(PadTouched("1"), SETTLE_S)
    pressed: Labelled = [(button.name, button) for button in (Button.CONFIRM, Button.BACK)]
    return pressed if full else [*pressed, ("a key", touch)]


def _in_case(case: CaseScreen) -> Labelled:
    """Return the touches of an alarm's case; of options that lead to the same screen, the first."""
    match case:
        case RadioCard(alarm=alarm):
            touches: list[Touch] = [ControlSaid(word) for word in Control if word is not alarm.control]
        case CarCheck() | VinCheck():
            touches = [Fitted(Fit.UNSURE)]
        case CasePick(options=options):
            touches = [CasePicked(one) for one in options[: 3 if case.wanted is CaseField.RESULT else 1]]
        case CaseForm(fields=fields):
            touches = [FieldOpened(one) for one in fields]
        case CaseText():
            touches = [] if case.text else [CaseTyped("7")]
    return [("a touch", Touched(touch, SETTLE_S)) for touch in touches]


def _by_themselves(screen: Screen) -> Labelled:
    """Return the events that the officer does not cause on a screen: codes, the registry, time, the lock."""
    found: Labelled = [("a code", Scanned(ONE)), ("several codes", Scanned(SEVERAL))]
    if isinstance(screen, Ready):
        found.append(("BACK held, or 5 minutes", LockNow()))
    if isinstance(screen, Result):
        found.append(("3 minutes", Tick(_later(screen.status))))
    about = subject_of(screen)
    if about is not None:
        found += [("the registry", Refined(more)) for more in refined(about)]
    return found


def _later(status: Status) -> Status:
    return replace(status, clock=ClockStatus(monotonic_s=status.clock.monotonic_s + LONG_S))


def _by_hand(screen: Screen) -> Labelled:
    """Return what is typed and touched on a screen; a touch of the banner opens the alarm's case."""
    done: Labelled = [("the banner", Touched(BannerOpened(), SETTLE_S))]
    match screen:
        case PlateEntry(number=""):
            done += [("keys", Typed(SAMPLE)), ("the key for a VIN", VinWanted())]
        case VinEntry(vin=""):
            done.append(("keys", Typed(VIN)))
        case KindChoice(kinds=kinds):
            done += [("a kind", Picked(kind)) for kind in (*kinds, None)]
        case _:
            pass
    return [*done, *(("a touch", touch) for touch in _touches(screen))]


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

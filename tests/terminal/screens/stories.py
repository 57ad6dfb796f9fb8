"""Random sequences of events ("stories"), weighted to reach every screen, with each step's outcome."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from terminal.device_ports import Heard
from terminal.errors import JournalFull
from terminal.journal.notes import (
    ACTIONS,
    END_REASONS,
    OPENING_REASONS,
    Action,
    Control,
    ControlWord,
    Mistaken,
)
from terminal.model import (
    Candidate,
    CredentialFinding,
    EntryDetails,
    Fit,
    LookupState,
    Plate,
    RecordedCheck,
    SealedClaims,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.ports import Button
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice, CodeChosen, Identified, OthersWanted
from terminal.screens.comparing import Comparison, Fitted
from terminal.screens.diagnostics import DiagnosticsTold
from terminal.screens.entry import Erased, NearPicked, NumberWanted, PartnerWanted, VinWanted
from terminal.screens.events import (
    Effect,
    Failed,
    KeyboardSwitched,
    Listed,
    Picked,
    Pressed,
    Recorded,
    Refined,
    Reported,
    Rerecorded,
    Scanned,
    ScreenEvent,
    Tick,
    Typed,
)
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import ReasonPicked, SealedOpened, SealedReasons, SealedView
from terminal.screens.self_test import Component, SelfTested, SignalAnswered
from terminal.screens.settings import DeviceSettings, Setting, SettingPicked, SettingsTold
from terminal.screens.shift import (
    Annotated,
    EndReasonPicked,
    LogEntry,
    LogRowTouched,
    MenuTouched,
    NotePicked,
    Paged,
    Part,
    ShiftEnded,
    ShiftLoaded,
    UploadTold,
)
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.step import step
from terminal.screens.values import (
    ClockStatus,
    EnforcementStatus,
    Sending,
    Status,
    TrustStatus,
    UploadProgress,
)
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import ClipHeard, VoiceNote, VoiceWanted
from terminal.vehicle.plate import SYMBOLS
from tests.terminal.drawing.gallery import COUNTS, THIS_YEAR, log
from tests.terminal.drawing.gallery_day import BROKEN, FACTS, IN_ORDER, LIMITED, OPEN_ALARMS
from tests.terminal.screens.builders import judged, notice, scan, with_sealed_claims

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
FULL = notice(JournalFull)

ENFORCING = TrustStatus(enforcement=EnforcementStatus("苏", frozenset({1})))
REOPENED = judged(vehicle=VehicleFinding.VALID, subject=Subject.CONFIRMED)
TEXTS = "A", "VI1:B", "VI1:C", "VI1:D"
"""Texts of codes that come into view: a foreign one, and inspection marks."""
JUDGED = st.builds(
    lambda judged_, text, seq, lookup: replace(judged_, text=text, seq=seq, lookup=lookup),
    st.builds(
        judged,
        st.just("A"),
        st.sampled_from(CredentialFinding),
        st.sampled_from(VehicleFinding),
        st.sampled_from(Subject),
    ),
    st.sampled_from([*TEXTS, None]),
    st.sampled_from([123, 124]),
    st.sampled_from(LookupState),
)
NEAR = Plate("粤B12346", "02")
"""A number that is offered where nothing was found."""
NOTHING_FOUND = replace(
    judged(found=CredentialFinding.NOT_SHOWN, vehicle=VehicleFinding.NOT_FOUND, subject=Subject.TYPED),
    text=None,
    plate=Plate("粤B12345", "02"),
    entry=EntryDetails(near=(NEAR,)),
)
TRACTOR = replace(
    judged(found=CredentialFinding.NOT_SHOWN, vehicle=VehicleFinding.VALID, subject=Subject.TYPED),
    text=None,
    plate=Plate("粤B12345", "01"),
)
NUMBERS = st.sampled_from(["粤B12345", "粤B1234警", "渝AD00Z1Z", "粤B1", ""])
FOUND = [
    Candidate("98", VehicleStatus(VehicleFinding.ALARM, "C", 20270831)),
    Candidate("02", VehicleStatus(VehicleFinding.VALID, "A", 20270831)),
    Candidate("07", VehicleStatus(VehicleFinding.OVERDUE, "A", 20200831)),
]
FOUND_LISTED = st.lists(st.sampled_from(FOUND), unique=True).map(tuple)
SCANS = st.builds(
    lambda texts: scan(*sorted(texts, key=lambda text: not text.startswith("VI1:"))),
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True),
)
"""Frames, in which inspection marks come first, as from the reader."""
LOG = tuple(
    replace(one, judged=replace(REOPENED, seq=one.seq) if place % 2 else None)
    for place, one in enumerate(log(7))
)
"""Checks of the shift, every other one in memory so that it can be reopened."""
NOTES = st.sampled_from([*map(Action, (*ACTIONS, "别的")), Mistaken(), *map(ControlWord, Control)])
TOLD = st.builds(
    ShiftLoaded,
    st.integers(0, 7).map(lambda count: LOG[:count]),
    st.just(COUNTS),
    st.integers(0, 9),
    st.integers(0, 2).map(lambda count: OPEN_ALARMS[:count]),
)
DAY = st.one_of(
    st.builds(SelfTested, st.sampled_from([IN_ORDER, LIMITED, BROKEN])),
    st.builds(SignalAnswered, st.sampled_from(Component)),
    st.builds(SettingsTold, st.builds(DeviceSettings, volume=st.sampled_from(["off", "low", "high"]))),
    st.builds(SettingPicked, st.sampled_from(Setting), st.integers(-1, 5)),
    st.builds(DiagnosticsTold, st.sampled_from([FACTS, FACTS[:3]])),
    st.just(VoiceWanted()),
    st.builds(ClipHeard, st.builds(Heard, st.floats(0, 31), st.floats(0, 1))),
)
"""Events of the self-test, the settings, the diagnostics and spoken notes."""
EVENTS = st.one_of(
    st.builds(Scanned, SCANS),
    st.just(OthersWanted()),
    st.just(DetailsWanted()),
    st.builds(CodeChosen, st.integers(-1, 3)),
    st.builds(Identified, st.just((None, THIS_YEAR)), st.just((1280, 720))),
    st.builds(Pressed, st.sampled_from(Button)),
    st.builds(
        Tick,
        st.builds(
            Status,
            clock=st.builds(ClockStatus, now_s=st.floats(0, 9), monotonic_s=st.floats(0, 300)),
            province=st.sampled_from(["", "粤"]),
            trust=st.sampled_from([TrustStatus(), ENFORCING]),
            online=st.none() | st.booleans(),
            torch=st.booleans(),
        ),
    ),
    st.builds(Recorded, JUDGED),
    st.builds(Refined, JUDGED),
    st.builds(Reported, JUDGED),
    st.builds(Rerecorded, st.sampled_from([123, -1]), JUDGED),
    st.builds(Fitted, st.sampled_from(Fit)),
    st.builds(Listed, NUMBERS, st.none() | FOUND_LISTED),
    st.builds(Typed, st.sampled_from([*sorted(SYMBOLS), "I", "ab", ""])),
    st.just(KeyboardSwitched()),
    st.builds(Picked, st.none() | st.sampled_from(["02", "07", "23", "99"])),
    st.sampled_from([Erased(), NumberWanted(), PartnerWanted(), VinWanted(), NearPicked(NEAR)]),
    st.just(Failed(FULL)),
    st.builds(MenuTouched, st.sampled_from(Part)),
    st.builds(Paged, st.sampled_from([-1, 1])),
    st.builds(LogRowTouched, st.sampled_from([one.seq for one in LOG])),
    st.builds(NotePicked, NOTES),
    st.builds(ReasonPicked, st.sampled_from([*OPENING_REASONS, "别的"])),
    st.builds(SealedOpened, st.sampled_from([123, 124]), st.none() | st.just(SealedClaims("V" * 17))),
    st.builds(Annotated, st.sampled_from([123, *(one.seq for one in LOG)])),
    TOLD,
    st.just(ShiftEnded(COUNTS, 3)),
    st.builds(EndReasonPicked, st.sampled_from([*END_REASONS, "别的"])),
    DAY,
    st.builds(
        UploadTold, st.builds(UploadProgress, st.integers(0, 9), st.just(9), state=st.sampled_from(Sending))
    ),
)
NEXT = [
    [],
    [Picked("07")],
    [Tick(Status(online=True)), Picked(None)],
    [Tick(Status(online=True)), Picked(None), Listed("粤B12345", tuple(FOUND))],
]
ENTERED = st.builds(
    lambda number, following: [
        Pressed(CONFIRM),
        *(Typed(symbol) for symbol in number),
        Pressed(CONFIRM),
        *following,
    ],
    st.sampled_from(["粤B12345", "粤B1234警", "渝AD00Z1Z"]),
    st.sampled_from(NEXT),
)
"""A plate typed completely, and possible continuations, which random single events seldom reach."""
OPENED = st.sampled_from(
    [
        [Recorded(judged(found=CredentialFinding.FAILED)), Pressed(CONFIRM)],
        [Recorded(judged()), Pressed(BACK)],
    ]
)
"""Plate entry for a check."""
ADDED = st.builds(
    lambda one, touch, typed, buttons: [
        Recorded(one),
        touch,
        *(Typed(symbol) for symbol in typed),
        *(Pressed(button) for button in buttons),
    ],
    st.sampled_from([NOTHING_FOUND, TRACTOR]),
    st.sampled_from([NumberWanted(), PartnerWanted(), VinWanted(), NearPicked(NEAR)]),
    st.sampled_from(["", "粤B1234", "1M8GDM9AXKP042788", "LSVAA4182E2123456"]),
    st.lists(st.sampled_from([CONFIRM, CONFIRM, BACK]), max_size=3),
)
"""Corrections and additions that a result offers."""
SHIFT = st.builds(
    lambda part, following: [Pressed(TRIGGER), MenuTouched(Part.MENU), MenuTouched(part), *following],
    st.sampled_from(Part),
    st.sampled_from(
        [
            [],
            [
                ShiftLoaded(LOG, COUNTS, 3),
                LogRowTouched(LOG[0].seq),
                NotePicked(Mistaken()),
                Annotated(LOG[0].seq),
            ],
            [ShiftLoaded(LOG, COUNTS, 3), LogRowTouched(LOG[1].seq), DetailsWanted()],
            [ShiftLoaded(LOG, COUNTS, 3), LogRowTouched(LOG[1].seq), Pressed(CONFIRM), Pressed(BACK)],
            [ShiftLoaded(LOG, COUNTS, 3, OPEN_ALARMS), Pressed(CONFIRM), EndReasonPicked(END_REASONS[0])],
            [ShiftLoaded(LOG[:2], COUNTS, 3), Pressed(CONFIRM), ShiftEnded(COUNTS, 3)],
            [SelfTested(LIMITED), SettingsTold(DeviceSettings()), Pressed(CONFIRM)],
            [
                ShiftLoaded(LOG, COUNTS, 3),
                LogRowTouched(LOG[0].seq),
                VoiceWanted(),
                ClipHeard(Heard(30.0, 0.5)),
                Annotated(LOG[0].seq),
            ],
            [ShiftLoaded(LOG, COUNTS, 3), Pressed(CONFIRM), ShiftEnded(COUNTS, 3), Pressed(BACK)],
            [ShiftLoaded(LOG, COUNTS, 3), Pressed(CONFIRM), Failed(FULL), Pressed(CONFIRM)],
        ]
    ),
)
"""The menu's destinations and possible continuations, suitable or not."""
NOTED = st.sampled_from(
    [
        [Recorded(judged(subject=Subject.CONFIRMED)), Pressed(CONFIRM)],
        [
            Tick(Status(trust=ENFORCING)),
            Recorded(with_sealed_claims(judged(subject=Subject.CONFIRMED))),
            Pressed(CONFIRM),
            Pressed(CONFIRM),
            ReasonPicked(OPENING_REASONS[0]),
            SealedOpened(123, None),
        ],
        [
            Recorded(judged(subject=Subject.CONFIRMED)),
            Pressed(CONFIRM),
            NotePicked(Mistaken()),
            Annotated(123),
        ],
    ]
)
"""A note on the verdict shown."""
ALARMED = st.builds(
    lambda more: [Recorded(judged(vehicle=VehicleFinding.ALARM)), Pressed(CONFIRM), *more],
    st.lists(
        st.sampled_from([Pressed(TRIGGER), Pressed(BACK), Pressed(CONFIRM), Fitted(Fit.UNSURE)]), max_size=4
    ),
)
"""An alarm that is compared with the car."""
SEVERAL = st.builds(
    lambda begun, frame, following: [*begun, Scanned(frame), *following],
    st.sampled_from([[Pressed(TRIGGER), Pressed(TRIGGER)], [Recorded(judged("VI1:B"))]]),
    st.sampled_from([scan("VI1:B", "VI1:C"), scan("VI1:C", "VI1:B", "A"), scan("VI1:D")]),
    st.sampled_from(
        [
            [],
            [OthersWanted()],
            [OthersWanted(), CodeChosen(0)],
            [OthersWanted(), Pressed(TRIGGER), Pressed(CONFIRM)],
            [OthersWanted(), Refined(judged("VI1:B", vehicle=VehicleFinding.ALARM))],
        ]
    ),
)
"""Several codes in view, before a check or behind a verdict, and possible continuations."""
STORY = st.lists(
    st.tuples(
        st.one_of(EVENTS.map(lambda event: [event]), ENTERED, OPENED, ADDED, SHIFT, NOTED, ALARMED, SEVERAL),
        st.floats(0, 5),
    ),
    min_size=4,
    max_size=40,
).map(lambda parts: [(event, later_s) for events, later_s in parts for event in events])

MANY = settings(max_examples=400)
"""More examples, for states that stories seldom reach."""


def told(
    story: list[tuple[ScreenEvent, float]],
) -> list[tuple[Screen, ScreenEvent, Screen, tuple[Effect, ...]]]:
    """Return every step of a story: screen before, event, screen after, effects."""
    screen: Screen = Ready()
    now_s, steps = 0.0, []
    for event, later_s in story:
        now_s += later_s
        after, effects = step(screen, event, now_s)
        steps.append((screen, event, after, effects))
        screen = after
    return steps


def subject_of(screen: Screen) -> RecordedCheck | None:
    """Return the check that a screen shows, or that an entry belongs to."""
    screen = screen.entry if isinstance(screen, VoiceNote) else screen
    match screen:
        case Result(reopened=True) | FaultScreen(back=Result(reopened=True)):
            return None
        case Result(judged=judged_) | FaultScreen(back=Result(judged=judged_)) | Comparison(judged=judged_):
            return judged_
        case LogEntry(back=Result() as back) | NoteChange(back=LogEntry(back=Result() as back)):
            return back.judged
        case SealedReasons(judged=judged_) | SealedView(judged=judged_):
            return judged_
        case PlateEntry() | VinEntry() | KindChoice() | CodeChoice():
            return screen.after
        case _:
            return None

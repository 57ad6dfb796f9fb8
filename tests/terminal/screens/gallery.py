"""Screens to look at and to test with: one of each kind and outcome, as the state machine makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from terminal.errors import CameraFault, CameraStalled, ClockWrong, Fault, JournalFull, PanelFault
from terminal.model import (
    Code,
    Credential,
    CredentialFinding,
    Finding,
    HotlistWord,
    Outcome,
    Plate,
    Reason,
    RefusalReason,
    Scan,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.choosing import is_ours
from terminal.screens.draw import draw
from terminal.screens.fonts import Fonts
from terminal.screens.shift_step import logged
from terminal.screens.state import (
    Action,
    Advice,
    Camera,
    Candidate,
    CodeChoice,
    Control,
    ControlWord,
    Judged,
    Keys,
    KindChoice,
    Listing,
    LogEntry,
    Logged,
    Lookup,
    Menu,
    Mistaken,
    Neighbour,
    Notice,
    PlateEntry,
    Progress,
    Ready,
    Result,
    Screen,
    Sending,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
    Sighting,
    Status,
    Trouble,
    Uploading,
)
from terminal.screens.theme import Language, Look
from terminal.vehicle.plate import kinds_of
from terminal.vehicle.verdict import decide
from tests.pictures import code, scene

if TYPE_CHECKING:
    from terminal.model import Luma

FONTS = Path("/usr/share/fonts/opentype/noto")
SIZE = (480, 800)
NOON_S = 1_786_000_000.0
"""2026-08-06 15:06:40 in Shanghai."""
FRESH = Status(now_s=NOON_S, trust_age_s=7_200.0, records=12)
LABORATORY = replace(FRESH, laboratory=True)
ONLINE = replace(LABORATORY, online=True)
CAR = Vehicle(Plate("苏A7X31Q", "02"), "K33", "A", 202708, "A", "4K7P2C")

PROVES_CLAIMS = {
    CredentialFinding.CURRENT: Reason.OK,
    CredentialFinding.PAST: Reason.EXPIRED,
    CredentialFinding.WITHDRAWN: Reason.WITHDRAWN,
    CredentialFinding.NOT_ISSUED: Reason.NOT_ISSUED,
    CredentialFinding.OTHER_VEHICLE: Reason.OTHER_VEHICLE,
}
REFUSALS = {
    CredentialFinding.FAILED: Reason.BAD_SIGNATURE,
    CredentialFinding.UNVERIFIABLE: Reason.UNKNOWN_KEY,
    CredentialFinding.UNREADABLE: Reason.FOREIGN,
    CredentialFinding.NOT_SHOWN: Reason.NOT_SHOWN,
}


def notice(fault: type[Fault]) -> Notice:
    """A fault as the screens say it."""
    return Notice(fault.code, fault.zh, fault.en)


def result(  # noqa: PLR0913 - every argument is one thing that a verdict may have
    found: CredentialFinding,
    vehicle: VehicleFinding | VehicleStatus = VehicleFinding.UNCHECKED,
    *,
    reason: Reason | None = None,
    car: Vehicle = CAR,
    subject: Subject = Subject.CODE,
    status: Status = FRESH,
) -> Result:
    """The screen of a verdict, as `decide` and `step` make it: an alarm waits for the officer."""
    why = reason or {**PROVES_CLAIMS, **REFUSALS}[found]
    proven = found in PROVES_CLAIMS
    credential = Credential("苏A", 0, 0, b"", car) if proven else None
    known = vehicle if isinstance(vehicle, VehicleStatus) else VehicleStatus(vehicle)
    verdict = decide(Finding(found, why, credential), known, subject)
    plate = car.plate if proven and found is not CredentialFinding.OTHER_VEHICLE else None
    judged = Judged("VI1:", verdict, 123, status.now_s, plate)
    return Result(status, judged, Sighting("VI1:", 0.0), acknowledged=verdict.outcome.value != "alarm")


def with_judged(screen: Result, **changes: object) -> Result:
    """A verdict's screen with something else known of the check."""
    return replace(screen, judged=replace(screen.judged, **changes))  # type: ignore[arg-type]  # by its caller


def by_plate(
    vehicle: VehicleFinding | VehicleStatus,
    lookup: Lookup = Lookup.NOT_ASKED,
    *,
    plate: Plate = CAR.plate,
    status: Status = ONLINE,
) -> Result:
    """The screen of a plate that was entered, where no code was shown."""
    screen = result(CredentialFinding.NOT_SHOWN, vehicle, subject=Subject.TYPED, status=status)
    return replace(with_judged(screen, text=None, plate=plate, lookup=lookup), seen=None)


def scan(text: str = "A", *others: str) -> Scan:
    """A frame with a code, and others in view."""
    square = (0, 0), (9, 0), (9, 9), (0, 9)
    return Scan(text, square, tuple(Code(other, square) for other in others))


def placed(
    *texts: str, at: tuple[tuple[int, int], ...] = ((150, 200), (760, 260), (420, 60), (980, 520))
) -> Scan:
    """A frame of 1280x720 with codes apart from each other, slightly turned, each 180 pixels wide."""
    first, *others = (
        Code(text, ((x, y), (x + 178, y + 24), (x + 154, y + 202), (x - 24, y + 178)))
        for text, (x, y) in zip(texts, at, strict=False)
    )
    return Scan(first.text, first.corners, tuple(others))


def neighbour(*texts: str, last_s: float = 0.0) -> Neighbour:
    """What was in view behind a verdict."""
    return Neighbour(any(map(is_ours, texts)), scan(*texts), last_s, last_s)


def judged(
    text: str = "A",
    found: CredentialFinding = CredentialFinding.CURRENT,
    vehicle: VehicleFinding = VehicleFinding.UNCHECKED,
    subject: Subject = Subject.CODE,
) -> Judged:
    """A check on disk."""
    return replace(result(found, vehicle, subject=subject).judged, text=text)


@dataclass(frozen=True)
class View:
    """A screen, and how it is looked at."""

    screen: Screen
    preview: Luma | None = None
    language: Language = "zh"
    night: bool = False

    def look(self, fonts: Fonts) -> Look:
        """At the size that officers hold."""
        return Look(self.language, fonts, SIZE, night=self.night)


def street() -> Luma:
    """What the camera shows: a code in the middle of a scene, half of 1280x720."""
    shade = np.add.outer(np.linspace(40, 150, 360), np.linspace(0, 60, 640)).astype(np.uint8)
    mark = code("VI1:" + "A" * 200, pixels=3)
    top, left = (360 - mark.shape[0]) // 2, (640 - mark.shape[1]) // 2
    placed = scene((mark, left, top), size=(360, 640))
    return np.where(placed == 180, shade, placed).astype(np.uint8)


def _live(finding: VehicleFinding, letters: str, valid_through: int) -> VehicleStatus:
    return VehicleStatus(finding, letters, valid_through, 4, CAR, "大众牌SVW7183LJD", 20360801)


SLOW = Notice(ClockWrong.code, ClockWrong(-75).zh, ClockWrong(-75).en)
PROVISIONAL = result(CredentialFinding.CURRENT, status=LABORATORY)
ALARM = result(CredentialFinding.CURRENT, _live(VehicleFinding.ALARM, "C", 20270831), subject=Subject.CODE)
BUSY = replace(
    LABORATORY,
    clock_trusted=False,
    trust_age_s=300_000.0,
    trust_fresh=False,
    records=12_345,
    torch=True,
    notices=(notice(PanelFault), notice(CameraStalled)),
)


COUNTS = tuple((outcome, 3 * place) for place, outcome in enumerate(Outcome))
FORKED = Notice("U01", "登记系统所存记录链与本机不符", "The registry holds another chain of this journal")
ON_DUTY = replace(ONLINE, shift="320508-0042", upload=Sending.SENDING)


def log(count: int = 12) -> tuple[Logged, ...]:
    """Checks of a shift, newest first: every outcome, known plates and none, with notes and without."""
    plates = (CAR.plate, Plate("粤BD12345", "52"), None, Plate("WJ粤1234X", "31"), None)
    notes = ((), (Action("放行"),), (Action("开具文书"), Mistaken()), (ControlWord(Control.DENIED),))
    outcomes = tuple(Outcome)
    return tuple(
        Logged(
            200 + count - place,
            NOON_S - 97.0 * place,
            plates[place % len(plates)],
            outcomes[place % len(outcomes)],
            notes[place % len(notes)],
            read=place % 2 == 0,
        )
        for place in range(count)
    )


def _shift_screens() -> dict[str, Screen]:
    """The screens of the shift, each in every state that looks different."""
    listed = ShiftLog(ON_DUTY, log(), 1, told=True)
    alarm = replace(log()[5], picture=True, acts=(Action("扣留车辆"), ControlWord(Control.CONFIRMED)))
    checked = result(CredentialFinding.CURRENT, VehicleFinding.VALID, subject=Subject.CONFIRMED)
    return {
        "menu": Menu(ON_DUTY),
        "log": listed,
        "log_short": replace(listed, log=log(2), page=0),
        "log_empty": replace(listed, log=(), page=0),
        "note": LogEntry(FRESH, logged(checked.judged), checked),
        "note_alarm": LogEntry(ON_DUTY, alarm, listed, noted=True),
        "note_busy": LogEntry(BUSY, replace(alarm, acts=(*alarm.acts, Mistaken())), listed, noted=True),
        "shift_end": ShiftEnd(ON_DUTY, counts=COUNTS, unuploaded=37),
        "shift_handover": ShiftEnd(BUSY, handover=True, counts=COUNTS),
        "upload": Uploading(ON_DUTY, Progress(41, 128, 25.2, 11_800.0, 3.4, Sending.SENDING)),
        "upload_begun": Uploading(ON_DUTY, Progress(0, 128, state=Sending.SENDING)),
        "upload_waiting": Uploading(replace(ON_DUTY, upload=Sending.WAITING), Progress(0, 12)),
        "upload_done": Uploading(LABORATORY, Progress(128, 128, state=Sending.DONE), COUNTS),
        "upload_offline": Uploading(
            replace(ON_DUTY, online=False, upload=Sending.OFFLINE),
            Progress(41, 128, state=Sending.OFFLINE),
            COUNTS,
        ),
        "upload_fault": Uploading(
            replace(ON_DUTY, upload=Sending.FAULT, notices=(FORKED,)),
            Progress(41, 128, state=Sending.FAULT, fault=FORKED),
        ),
        "shift_over": ShiftOver(ONLINE, COUNTS),
        "shift_over_unknown": ShiftOver(FRESH),
    }


LAST_YEAR = Credential("苏A", 0, int(NOON_S) - 500 * 86_400, b"", replace(CAR, valid_through=202608))
THIS_YEAR = Credential("苏A", 0, int(NOON_S) - 40 * 86_400, b"", CAR)
OTHER_CAR = Credential(
    "粤B",
    0,
    int(NOON_S) - 9 * 86_400,
    b"",
    replace(CAR, plate=Plate("粤BD12345", "52"), valid_through=202710),
)
IN_VIEW = "VI1:A", "VI1:B", "VI1:C", "VI1:D"


def choice(count: int, *proven: Credential | None, **changes: Any) -> CodeChoice:  # noqa: ANN401 - fields of its
    """The choice between so many codes in view, of which the officer is offered what is proven."""
    shown = placed(*IN_VIEW[:count])
    return replace(CodeChoice(LABORATORY, shown, proven, (1280, 720)), **changes)


def table() -> Luma:
    """What the camera shows of four marks: 1280x720."""
    shade = np.add.outer(np.linspace(40, 150, 720), np.linspace(0, 60, 1280)).astype(np.uint8)
    for one in placed(*IN_VIEW).codes:
        mark = cv2.resize(code("VI1:" + "A" * 200, pixels=3), (180, 180))
        turned = cv2.getPerspectiveTransform(
            np.array([(0, 0), (180, 0), (180, 180), (0, 180)], np.float32), np.array(one.corners, np.float32)
        )
        cv2.warpPerspective(mark, turned, (1280, 720), shade, borderMode=cv2.BORDER_TRANSPARENT)
    return shade


def _choices() -> dict[str, View]:
    """The choice of a code, in every state that looks different."""
    four = LAST_YEAR, THIS_YEAR, None, OTHER_CAR
    busy = replace(BUSY, online=True)
    screens: dict[str, CodeChoice] = {
        "codes": choice(2, LAST_YEAR, THIS_YEAR),
        "codes_marked": choice(2, LAST_YEAR, OTHER_CAR, marked=1),
        "codes_unproven": choice(3, None, THIS_YEAR, None, status=ONLINE),
        "codes_four": choice(4, *four, marked=2, status=busy),
        "codes_after": choice(2, THIS_YEAR, OTHER_CAR, after=judged("VI1:A"), status=ONLINE),
    }
    return {name: View(screen, table()) for name, screen in screens.items()}


def _views() -> dict[str, View]:
    confirmed = Subject.CONFIRMED
    screens: dict[str, Screen] = {
        "pass": result(
            CredentialFinding.CURRENT, _live(VehicleFinding.VALID, "A", 20270831), subject=confirmed
        ),
        "provisional": PROVISIONAL,
        "provisional_cached": result(
            CredentialFinding.CURRENT,
            VehicleStatus(VehicleFinding.CACHED_VALID, age_s=86_400),
            car=replace(CAR, plate=Plate("粤BD12345", "52"), colour="AB"),
        ),
        "caution": result(CredentialFinding.FAILED),
        "withdrawn": result(CredentialFinding.WITHDRAWN),
        "not-issued": result(CredentialFinding.NOT_ISSUED),
        "other_vehicle": with_judged(
            result(CredentialFinding.OTHER_VEHICLE, VehicleFinding.CACHED_VALID, subject=Subject.TYPED),
            plate=Plate("苏A12345", "02"),
        ),
        "overdue": result(CredentialFinding.PAST, _live(VehicleFinding.OVERDUE, "Q", 20260331)),
        "newer_issued": with_judged(
            result(
                CredentialFinding.CURRENT,
                _live(VehicleFinding.VALID, "A", 20270831),
                subject=confirmed,
                status=ONLINE,
            ),
            lookup=Lookup.ANSWERED,
            newer_issued=True,
        ),
        "waiting": by_plate(VehicleFinding.CACHED_VALID, Lookup.WAITING),
        "answered": by_plate(
            replace(_live(VehicleFinding.VALID, "A", 20270831), hotlist=HotlistWord(listed=False, age_s=420)),
            Lookup.ANSWERED,
        ),
        "refused_clock": with_judged(
            by_plate(VehicleFinding.CACHED_VALID, Lookup.NO_ANSWER, status=replace(ONLINE, notices=(SLOW,))),
            refusal=RefusalReason.CLOCK,
        ),
        "hotlist_silent": by_plate(
            VehicleStatus(
                VehicleFinding.CACHED_VALID,
                age_s=90_000,
                hotlist=HotlistWord(listed=False, age_s=36_000, silent=True),
            ),
            Lookup.NO_ANSWER,
            status=replace(LABORATORY, online=False),
        ),
        "no_answer": by_plate(
            VehicleStatus(VehicleFinding.CACHED_OVERDUE, "Q", age_s=90_000),
            Lookup.NO_ANSWER,
            status=replace(LABORATORY, online=False),
        ),
        "alarm_typed": by_plate(_live(VehicleFinding.ALARM, "CN", 20270831), Lookup.ANSWERED),
        "alarm_cached": by_plate(VehicleFinding.CACHED_ALARM, Lookup.WAITING),
        "entry": PlateEntry(ONLINE),
        "entry_number": PlateEntry(ONLINE, "粤B1234", Keys.SYMBOLS),
        "entry_refused": PlateEntry(
            replace(ONLINE, online=False), "粤B1", Keys.SYMBOLS, advice=Advice.IMPOSSIBLE
        ),
        "entry_unusual": PlateEntry(ONLINE, "渝AD00Z1Z", Keys.SYMBOLS, advice=Advice.UNUSUAL),
        "entry_busy": PlateEntry(
            replace(BUSY, online=False), "粤", Keys.SYMBOLS, after=result(CredentialFinding.FAILED).judged
        ),
        "kinds": KindChoice(ONLINE, "粤B12345", kinds_of("粤B12345")),
        "kinds_asking": KindChoice(ONLINE, "粤B12345", kinds_of("粤B12345"), Listing.ASKING),
        "kinds_listed": KindChoice(
            ONLINE,
            "苏B71002",
            ("98", "07", "02"),
            Listing.REGISTRY,
            found=(
                Candidate("98", _live(VehicleFinding.ALARM, "C", 20270831)),
                Candidate("07", _live(VehicleFinding.OVERDUE, "A", 20240831)),
                Candidate("02", _live(VehicleFinding.VALID, "A", 20270831)),
            ),
        ),
        "kinds_no_answer": KindChoice(
            replace(BUSY, online=True), "粤B1234警", kinds_of("粤B1234警"), Listing.NO_ANSWER
        ),
        "contradiction": with_judged(
            result(
                CredentialFinding.CURRENT,
                replace(
                    _live(VehicleFinding.VALID, "A", 20270831),
                    vehicle=replace(CAR, colour="H", vin_tail="123456", vehicle_type="H31"),
                ),
                subject=Subject.CONFIRMED,
            ),
            lookup=Lookup.ANSWERED,
        ),
        "off_road": result(CredentialFinding.CURRENT, _live(VehicleFinding.OFF_ROAD, "GE", 20270831)),
        "alarm": ALARM,
        "alarm_dark": replace(ALARM, status=replace(FRESH, now_s=NOON_S + 0.5)),
        "alarm_acknowledged": replace(ALARM, acknowledged=True),
        "undetermined": result(CredentialFinding.UNVERIFIABLE),
        "unreadable": result(CredentialFinding.UNREADABLE),
        "past": result(CredentialFinding.PAST),
        "second_code": replace(PROVISIONAL, other=neighbour("VI1:B")),
        "second_foreign": replace(PROVISIONAL, other=neighbour("https://pay.example/1")),
        "busy": replace(PROVISIONAL, status=BUSY, other=neighbour("VI1:B")),
        "stalled": Ready(replace(BUSY, camera=Camera.STALLED)),
        "absent": Ready(replace(FRESH, camera=Camera.ABSENT, notices=(notice(CameraFault),))),
        "trouble": Trouble(FRESH, notice(JournalFull)),
        **_shift_screens(),
    }
    views = {"ready": View(Ready(LABORATORY), street())}
    views |= {name: View(screen) for name, screen in screens.items()} | _choices()
    english = (
        "ready",
        "pass",
        "provisional",
        "caution",
        "overdue",
        "off_road",
        "alarm",
        "undetermined",
        "busy",
        "entry_number",
        "kinds",
        "second_code",
        "codes",
        "codes_four",
        "menu",
        "log",
        "note_alarm",
        "shift_end",
        "upload",
        "upload_fault",
        "shift_over",
    )
    views |= {f"{name}_en": replace(views[name], language="en") for name in (*english, "trouble")}
    views |= {
        f"{name}_night": replace(views[name], night=True)
        for name in (
            *("ready", "pass", "provisional", "undetermined", "alarm", "entry_number", "kinds"),
            *("log", "upload", "codes", "codes_marked"),
        )
    }
    return views


VIEWS = _views()
"""The golden screens, by name."""


def pixels(view: View, fonts: Fonts) -> Luma:
    """A view's pixels, uint8 [height, width, 3], blue first as OpenCV reads them."""
    surface = draw(view.screen, view.preview, view.look(fonts))
    width, height = surface.get_size()
    return np.frombuffer(surface.get_buffer().raw, np.uint8).reshape(height, width, 4)[..., :3].copy()

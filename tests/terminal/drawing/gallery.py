"""Example screens: one of each kind and outcome, as the state machine makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from terminal.drawing.draw import draw
from terminal.drawing.fonts import Fonts
from terminal.drawing.theme import Language, Style
from terminal.errors import CameraFault, JournalFull
from terminal.journal.notes import Action, Control, ControlWord, Mistaken
from terminal.model import (
    AnswerSummary,
    Candidate,
    Credential,
    CredentialFinding,
    EarlierAlarm,
    Fit,
    HotlistWord,
    LookupState,
    Outcome,
    Plate,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.alarms import About, Alarm
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry, Ready
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.shift import LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, Uploading
from terminal.screens.shift_step import logged
from terminal.screens.state import FaultScreen, Screen, Shown
from terminal.screens.values import (
    AlarmStatus,
    CameraStatus,
    Logged,
    Notice,
    Sending,
    UploadProgress,
    WaitingAlarms,
)
from terminal.vehicle.plate import kinds_of
from tests.pictures import code, scene
from tests.terminal.drawing import gallery_entry
from tests.terminal.drawing.displays import SIZE
from tests.terminal.drawing.gallery_alarm import case_screens
from tests.terminal.drawing.gallery_day import DAY_ENGLISH, DAY_NIGHT, day_screens
from tests.terminal.drawing.gallery_entry import entry_screens
from tests.terminal.drawing.gallery_hints import hint_screens
from tests.terminal.drawing.gallery_sealed import sealed_screens
from tests.terminal.drawing.gallery_verdict import verdict_screens
from tests.terminal.drawing.sign_in_gallery import sign_in_screens
from tests.terminal.screens.builders import (
    ALARM,
    BUSY,
    CAR,
    EXPIRED,
    FRESH,
    LABORATORY,
    NOON_S,
    ONLINE,
    PROVISIONAL,
    aged,
    alarm,
    by_plate,
    judged,
    live,
    neighbour,
    notice,
    placed,
    result,
    with_judged,
)

if TYPE_CHECKING:
    from terminal.model import Luma


@dataclass(frozen=True)
class View:
    """A screen, and the style and picture that it is drawn with."""

    screen: Shown
    preview: Luma | None = None
    language: Language = "zh"
    night: bool = False

    def look(self, fonts: Fonts) -> Style:
        """Return the style of the screens that officers see."""
        return Style(self.language, fonts, SIZE, night=self.night)


def street() -> Luma:
    """Return a camera picture with a code in the middle of a scene, half of 1280x720."""
    shade = np.add.outer(np.linspace(40, 150, 360), np.linspace(0, 60, 640)).astype(np.uint8)
    mark = code("VI1:" + "A" * 200, pixels=3)
    top, left = (360 - mark.shape[0]) // 2, (640 - mark.shape[1]) // 2
    placed = scene((mark, left, top), size=(360, 640))
    return np.where(placed == 180, shade, placed).astype(np.uint8)


COUNTS = tuple((outcome, 3 * place) for place, outcome in enumerate(Outcome))
FORKED = Notice("U01", "登记系统所存记录链与本机不符", "The registry holds another chain of this journal")
ON_DUTY = replace(ONLINE, shift="320508-0042", upload=Sending.SENDING)


def log(count: int = 12) -> tuple[Logged, ...]:
    """Return checks of a shift, newest first: every outcome, with and without plate and notes."""
    plates = (CAR.plate, Plate("粤BD12345", "52"), None, Plate("WJ粤1234X", "31"), None)
    notes = ((), (Action("放行"),), (Action("开具文书"), Mistaken()), (ControlWord(Control.DENIED),))
    outcomes, found = tuple(Outcome), CredentialFinding
    return tuple(
        Logged(
            200 + count - place,
            NOON_S - 97.0 * place,
            plates[place % len(plates)],
            outcomes[place % len(outcomes)],
            notes[place % len(notes)],
            finding=(found.CURRENT, found.CURRENT, found.FAILED, found.NOT_SHOWN, found.UNREADABLE)[
                place % 5
            ],
        )
        for place in range(count)
    )


def _shift_screens() -> dict[str, Screen]:
    """Return the screens of the shift, one for each different look."""
    listed = ShiftLog(ON_DUTY, log(), 1, told=True)
    alarm = replace(log()[5], picture=True, acts=(Action("扣留车辆"), ControlWord(Control.CONFIRMED)))
    checked = result(CredentialFinding.CURRENT, VehicleFinding.VALID, subject=Subject.CONFIRMED)
    return {
        "menu": Menu(ON_DUTY),
        "log": listed,
        "log_short": replace(listed, log=log(2), page=0),
        "log_empty": replace(listed, log=(), page=0),
        "note": LogEntry(FRESH, logged(checked.judged), checked),
        **sealed_screens(),
        "note_alarm": LogEntry(ON_DUTY, alarm, listed, noted=True),
        "note_busy": LogEntry(BUSY, replace(alarm, acts=(*alarm.acts, Mistaken())), listed, noted=True),
        "shift_end": ShiftEnd(ON_DUTY, counts=COUNTS, unuploaded=37),
        "shift_handover": ShiftEnd(BUSY, handover=True, counts=COUNTS),
        "upload": Uploading(ON_DUTY, UploadProgress(41, 128, 3.4, Sending.SENDING)),
        "upload_begun": Uploading(ON_DUTY, UploadProgress(0, 128, state=Sending.SENDING)),
        "upload_waiting": Uploading(replace(ON_DUTY, upload=Sending.WAITING), UploadProgress(0, 12)),
        "upload_done": Uploading(LABORATORY, UploadProgress(128, 128, state=Sending.DONE), COUNTS),
        "upload_offline": Uploading(
            replace(ON_DUTY, online=False, upload=Sending.OFFLINE),
            UploadProgress(41, 128, state=Sending.OFFLINE),
            COUNTS,
        ),
        "upload_fault": Uploading(
            replace(ON_DUTY, upload=Sending.FAULT, notices=(FORKED,)),
            UploadProgress(41, 128, state=Sending.FAULT, fault=FORKED),
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
    """Return the choice between `count` codes in view, with their proven content."""
    shown = placed(*IN_VIEW[:count])
    return replace(CodeChoice(LABORATORY, shown, proven, (1280, 720)), **changes)


def table() -> Luma:
    """Return a camera picture of four marks, 1280x720."""
    shade = np.add.outer(np.linspace(40, 150, 720), np.linspace(0, 60, 1280)).astype(np.uint8)
    for one in placed(*IN_VIEW).codes:
        mark = cv2.resize(code("VI1:" + "A" * 200, pixels=3), (180, 180))
        turned = cv2.getPerspectiveTransform(
            np.array([(0, 0), (180, 0), (180, 180), (0, 180)], np.float32), np.array(one.corners, np.float32)
        )
        cv2.warpPerspective(mark, turned, (1280, 720), shade, borderMode=cv2.BORDER_TRANSPARENT)
    return shade


def _choices() -> dict[str, View]:
    """Return the choice of a code, one for each different look."""
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


def _alarm_screens() -> dict[str, Screen | Alarm]:
    """Return alarms, the comparison after them, and waiting alarms."""
    typed = by_plate(live(VehicleFinding.ALARM, "CN", 20270831), LookupState.ANSWERED)
    cached = by_plate(VehicleStatus(VehicleFinding.CACHED_ALARM, "J", age_s=7_200), LookupState.WAITING)
    earlier = (
        EarlierAlarm(20260801, "not_this_vehicle", "plate_cloned"),
        EarlierAlarm(20260612, "confirmed"),
    )
    before = replace(live(VehicleFinding.ALARM, "C", 20270831), earlier_alarms=earlier)
    known = by_plate(before, LookupState.ANSWERED)
    scrapped = by_plate(live(VehicleFinding.OFF_ROAD, "MG", 20270831), LookupState.ANSWERED)
    asked = alarm(ALARM, About.ASKED)
    banner = replace(typed.judged, as_of_s=-1_500.0)
    differs = (Fit.AGREES, Fit.AGREES, Fit.DIFFERS)
    return {
        "alarm": asked,
        "alarm_dark": replace(
            asked, status=replace(asked.status, clock=replace(asked.status.clock, now_s=NOON_S + 0.5))
        ),
        "alarm_held": replace(asked, held=True),
        "alarm_in_front": alarm(typed, About.IN_FRONT),
        "alarm_earlier": alarm(known, About.IN_FRONT),
        "alarm_elsewhere": alarm(typed, About.ELSEWHERE, age_s=481.0, more=1),
        "alarm_left": alarm(cached, About.LEFT, age_s=95.0),
        "alarm_off_road": alarm(scrapped, About.IN_FRONT),
        "alarm_unrecorded": alarm(with_judged(ALARM, recorded=False, seq=-1), About.ASKED, status=BUSY),
        "comparison": Comparison(LABORATORY, ALARM.judged, ALARM),
        "comparison_type": Comparison(LABORATORY, ALARM.judged, ALARM, differs[:1]),
        "comparison_colour": Comparison(
            replace(BUSY, alarms=AlarmStatus(WaitingAlarms(2))), typed.judged, typed, (Fit.AGREES, Fit.UNSURE)
        ),
        "compared": with_judged(typed, fits=(Fit.AGREES,) * 3),
        "compared_differs": with_judged(ALARM, fits=differs),
        "alarm_waiting": replace(ALARM, status=replace(LABORATORY, alarms=AlarmStatus(WaitingAlarms(1)))),
        "alarm_banner": Ready(replace(LABORATORY, alarms=AlarmStatus(banners=(banner,)))),
        "alarm_banner_busy": PlateEntry(
            replace(BUSY, online=True, alarms=AlarmStatus(banners=(banner,))), "粤", Keys.SYMBOLS
        ),
        "alarm_locked": ShiftOver(replace(ONLINE, alarms=AlarmStatus(WaitingAlarms(1, locked=True))), COUNTS),
    }


def _aged_screens() -> dict[str, Screen | Alarm]:
    """Return old verdicts that would let a vehicle go."""
    passed = result(
        CredentialFinding.CURRENT, live(VehicleFinding.VALID, "A", 20270831), subject=Subject.CONFIRMED
    )
    passed = with_judged(passed, lookup=LookupState.ANSWERED)
    return {
        "faded": aged(passed, 75.0),
        "faded_provisional": aged(PROVISIONAL, 130.0),
        "hidden": aged(passed, 1_800.0),
        "revealed": replace(aged(passed, 1_800.0), revealed=True),
    }


def _views() -> dict[str, View]:
    confirmed = Subject.CONFIRMED
    screens: dict[str, Shown] = {
        "pass": result(
            CredentialFinding.CURRENT, live(VehicleFinding.VALID, "A", 20270831), subject=confirmed
        ),
        "provisional": PROVISIONAL,
        "provisional_cached": result(
            CredentialFinding.CURRENT,
            VehicleStatus(VehicleFinding.CACHED_VALID, age_s=86_400),
            car=replace(CAR, plate=Plate("粤BD12345", "52"), colour="AB"),
            subject=confirmed,
        ),
        "caution": result(CredentialFinding.FAILED),
        "withdrawn": result(CredentialFinding.WITHDRAWN, subject=confirmed),
        "not-issued": result(CredentialFinding.NOT_ISSUED, subject=confirmed),
        "other_vehicle": with_judged(
            result(CredentialFinding.OTHER_VEHICLE, VehicleFinding.CACHED_VALID, subject=Subject.TYPED),
            plate=Plate("苏A12345", "02"),
        ),
        "overdue": result(
            CredentialFinding.PAST,
            live(VehicleFinding.OVERDUE, "Q", 20260331),
            car=EXPIRED,
            subject=confirmed,
        ),
        "newer_issued": with_judged(
            result(
                CredentialFinding.CURRENT,
                live(VehicleFinding.VALID, "A", 20270831),
                subject=confirmed,
                status=ONLINE,
            ),
            lookup=LookupState.ANSWERED,
            answer=AnswerSummary(newer_issued=True),
        ),
        "checking": by_plate(VehicleFinding.CACHED_VALID, LookupState.WAITING),
        "answered": by_plate(
            replace(live(VehicleFinding.VALID, "A", 20270831), hotlist=HotlistWord(listed=False, age_s=420)),
            LookupState.ANSWERED,
        ),
        "alarm_typed": by_plate(live(VehicleFinding.ALARM, "CN", 20270831), LookupState.ANSWERED),
        "alarm_by_radio": by_plate(VehicleFinding.CACHED_ALARM, LookupState.WAITING),
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
        "kinds_asking": KindChoice(ONLINE, "粤B12345", kinds_of("粤B12345"), KindSource.ASKING),
        "kinds_listed": KindChoice(
            ONLINE,
            "苏B71002",
            ("98", "07", "02"),
            KindSource.REGISTRY,
            found=(
                Candidate("98", live(VehicleFinding.ALARM, "C", 20270831)),
                Candidate("07", live(VehicleFinding.OVERDUE, "A", 20240831)),
                Candidate("02", live(VehicleFinding.VALID, "A", 20270831)),
            ),
        ),
        "kinds_no_answer": KindChoice(
            replace(BUSY, online=True), "粤B1234警", kinds_of("粤B1234警"), KindSource.NO_ANSWER
        ),
        "off_road": result(CredentialFinding.CURRENT, live(VehicleFinding.OFF_ROAD, "GE", 20270831)),
        "alarm_acknowledged": ALARM,
        "undetermined": result(CredentialFinding.UNVERIFIABLE),
        "unreadable": result(CredentialFinding.UNREADABLE),
        "past": result(CredentialFinding.PAST, car=EXPIRED, subject=confirmed),
        "second_code": replace(PROVISIONAL, other=neighbour("VI1:B")),
        "second_foreign": replace(PROVISIONAL, other=neighbour("https://pay.example/1")),
        "busy": replace(PROVISIONAL, status=BUSY, other=neighbour("VI1:B")),
        "stalled": Ready(replace(BUSY, camera=CameraStatus.STALLED)),
        "absent": Ready(replace(FRESH, camera=CameraStatus.ABSENT, notices=(notice(CameraFault),))),
        "trouble": FaultScreen(FRESH, notice(JournalFull)),
        **_shift_screens(),
        **_alarm_screens(),
        **case_screens(),
        **_aged_screens(),
        **verdict_screens(),
        **sign_in_screens(),
        **day_screens(),
        **entry_screens(),
    }
    views = {"ready": View(Ready(LABORATORY), street())}
    views |= {name: View(hinted, street()) for name, hinted in hint_screens().items()}
    views |= {name: View(screen) for name, screen in screens.items()} | _choices()
    english = (
        "ready",
        "ready_entry",
        "ready_known",
        "pass",
        "compare",
        "checking",
        "provisional",
        "caution",
        "details",
        "details_record",
        "reopened",
        "contradiction",
        "overdue",
        "off_road",
        "alarm",
        "alarm_elsewhere",
        "alarm_acknowledged",
        "alarm_off_road",
        "comparison",
        "hidden",
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
        "note_sealed",
        "sealed_reasons",
        "sealed_claims",
        "sealed_failed",
        "shift_end",
        "upload",
        "upload_fault",
        "shift_over",
        *("sign_in", "sign_in_pin", "sign_in_wrong", "sign_in_busy", "sign_in_supervisor", "blocked"),
        *("locked_alarm", "unlock"),
        *(name for name in case_screens() if name != "open_banner_entry"),
        *DAY_ENGLISH,
        *gallery_entry.IN_ENGLISH,
    )
    views |= {f"{name}_en": replace(views[name], language="en") for name in (*english, "trouble")}
    views |= {
        f"{name}_night": replace(views[name], night=True)
        for name in (
            *("ready", "compare", "pass", "provisional", "undetermined", "alarm", "entry_number", "kinds"),
            *("log", "upload", "codes", "codes_marked"),
            *("alarm_elsewhere", "comparison", "faded", "hidden", "alarm_banner"),
            *("sign_in_buttons", "locked_alarm"),
            *("case_card", "case_form", "open_banner"),
            *DAY_NIGHT,
            *gallery_entry.AT_NIGHT,
        )
    }
    return views


VIEWS = _views()
"""The golden screens, by name."""


def pixels(view: View, fonts: Fonts) -> Luma:
    """Return a view's pixels, uint8 [height, width, 3], blue first as OpenCV reads them."""
    surface = draw(view.screen, view.preview, view.look(fonts))
    width, height = surface.get_size()
    return np.frombuffer(surface.get_buffer().raw, np.uint8).reshape(height, width, 4)[..., :3].copy()

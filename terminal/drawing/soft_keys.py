"""Soft keys: the action of each button on each screen, and their places on the display."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, assert_never

from pygame import Rect

from terminal.drawing import regions, theme
from terminal.drawing.items import Fill, Item
from terminal.drawing.layout import at, paragraph, stack
from terminal.drawing.page import LEAST_KEY, Page, Role
from terminal.drawing.shift import pages_of_log
from terminal.drawing.sign_in import enter_words
from terminal.model import Outcome
from terminal.ports import Button
from terminal.screens.alarm_case import (
    CarCheck,
    CaseField,
    CaseForm,
    CasePick,
    CaseScreen,
    CaseText,
    RadioCard,
    VinCheck,
)
from terminal.screens.alarms import Alarm
from terminal.screens.check import KindChoice, Phase, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.day import DayScreen
from terminal.screens.diagnostics import Diagnostics
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import SealedReasons, SealedView, offered
from terminal.screens.self_test import SelfTest
from terminal.screens.settings import SettingsScreen
from terminal.screens.shift import HandedOver, LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, Uploading
from terminal.screens.sign_in import Blocked, Locked, SignIn, SignInScreen
from terminal.screens.state import FaultScreen, Shown
from terminal.screens.values import Sending
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote

if TYPE_CHECKING:
    from terminal.drawing.theme import Style
    from terminal.screens.shift import ShiftScreen


@dataclass(frozen=True, slots=True)
class SoftKey:
    """A soft key: its button, the text keys of the button's name and its action; `main` is highlighted."""

    button: Button
    name: str
    action: str
    main: bool = False


def keys(screen: Shown, style: Style) -> tuple[SoftKey, ...]:
    """Return the active soft keys from left to right, in the order of the buttons: BACK, TRIGGER, CONFIRM."""
    shown: tuple[SoftKey, ...]
    match screen:
        case Ready(status=status):
            again = "check_again" if screen.shows_checked_code else "scan_now"
            shown = (
                SoftKey(Button.BACK, "button_back", "torch_off" if status.torch else "torch_on"),
                SoftKey(Button.TRIGGER, "button_trigger", again),
                SoftKey(Button.CONFIRM, "button_confirm", "enter_plate"),
            )
        case Alarm():
            shown = _alarm_keys(screen)
        case Result():
            shown = _result_keys(screen)
        case Comparison():
            shown = (
                SoftKey(Button.BACK, "button_back", "point_differs", main=True),
                SoftKey(Button.TRIGGER, "button_trigger", "point_agrees", main=True),
            )
        case PlateEntry() | KindChoice() | VinEntry() | NoteChange():
            shown = _entry_keys(screen)
        case CodeChoice():
            shown = _choice_keys(screen)
        case FaultScreen():
            shown = (SoftKey(Button.CONFIRM, "button_any", "go_on", main=True),)
        case SealedReasons() | SealedView():
            shown = (
                SoftKey(Button.BACK, "button_back", "to_notes"),
                SoftKey(Button.TRIGGER, "button_trigger", "scan"),
            )
        case Menu() | ShiftLog() | LogEntry() | ShiftEnd() | HandedOver() | Uploading() | ShiftOver():
            shown = _shift_keys(screen, style)
        case _:
            shown = _upper_keys(screen)
    return shown


def _upper_keys(screen: DayScreen | CaseScreen | SignInScreen) -> tuple[SoftKey, ...]:
    if isinstance(screen, CaseScreen):
        return _case_keys(screen)
    return _day_keys(screen) if isinstance(screen, DayScreen) else _sign_in_keys(screen)


def _day_keys(screen: DayScreen) -> tuple[SoftKey, ...]:
    back = partial(SoftKey, Button.BACK, "button_back")
    trigger = partial(SoftKey, Button.TRIGGER, "button_trigger")
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm")
    match screen:
        case SelfTest(on_duty=on_duty):
            onward = "scan" if on_duty else "sign_in"
            leave = back("to_menu" if on_duty else "selftest_later")
            return leave, trigger("selftest_again"), confirm(onward, main=True)
        case SettingsScreen():
            return back("to_menu"), trigger("settings_next"), confirm("settings_change")
        case Diagnostics(pages=1):
            return back("to_menu"), trigger("scan")
        case Diagnostics():
            return back("to_menu"), trigger("scan"), confirm("diagnostics_next")
        case VoiceNote(kept=True):
            return (back("voice_drop"),)
        case VoiceNote():
            return back("voice_drop"), confirm("voice_keep", main=True)
        case _:
            assert_never(screen)


def _alarm_keys(screen: Alarm) -> tuple[SoftKey, ...]:
    action = "keep_holding" if screen.held else "acknowledge"
    held = SoftKey(Button.CONFIRM, "button_confirm", action, main=not screen.held)
    if screen.judged.plate is None:
        return (held,)
    card = "case_radio" if screen.card is None else "case_to_alarm"
    return SoftKey(Button.TRIGGER, "button_trigger", card), held


def _comparison_due(screen: RadioCard) -> str | None:
    """Return the text key of the comparison that TRIGGER opens; None if there is none."""
    if not screen.alarm.fits:
        return "case_to_car"
    return None if screen.alarm.described.vin_tail is None else "case_to_vin"


def _case_keys(screen: CaseScreen) -> tuple[SoftKey, ...]:
    back = partial(SoftKey, Button.BACK, "button_back")
    trigger = partial(SoftKey, Button.TRIGGER, "button_trigger")
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm", main=True)
    match screen:
        case RadioCard():
            compared = () if (action := _comparison_due(screen)) is None else (trigger(action),)
            return back("case_leave"), *compared, confirm("case_to_result")
        case CarCheck() | VinCheck():
            return back("point_differs", main=True), trigger("point_agrees", main=True)
        case CasePick(draft=draft, marked=marked, wanted=wanted):
            leave = back("case_to_form" if screen.has_form else "case_to_card")
            done = wanted is CaseField.DISPOSALS and draft is not None and bool(draft.disposals)
            if marked is not None:
                return leave, trigger("case_next_option"), confirm("case_choose")
            return (leave, trigger("case_next_option"), *((confirm("case_done"),) if done else ()))
        case CaseForm(missing=lacks, marked=marked):
            action = "case_close" if lacks is None else "case_fill_in"
            chosen = action if marked is None else "case_change"
            return back("case_to_card"), trigger("case_next_option"), confirm(chosen)
        case CaseText():
            return back("case_to_form"), confirm("case_done")


def _sign_in_keys(screen: SignInScreen) -> tuple[SoftKey, ...]:
    back = partial(SoftKey, Button.BACK, "button_back")
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm", main=True)
    match screen:
        case Locked():
            return back("other_officer"), confirm("pad_unlock")
        case Blocked():
            return back("other_number"), confirm("ask_supervisor")
        case SignIn():
            return (
                back("pad_erase" if screen.text else "pad_back"),
                SoftKey(Button.TRIGGER, "button_trigger", "pad_next_key"),
                confirm(enter_words(screen) if screen.marked is None else "pad_press_key"),
            )


def _shift_keys(screen: ShiftScreen, style: Style) -> tuple[SoftKey, ...]:
    back = partial(SoftKey, Button.BACK, "button_back")
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm", main=True)
    scan = SoftKey(Button.TRIGGER, "button_trigger", "scan")
    shown: tuple[SoftKey, ...]
    match screen:
        case ShiftLog():
            older = SoftKey(Button.CONFIRM, "button_confirm", "page_older")
            shown = back("to_menu"), scan, *([older] if pages_of_log(screen, style) > 1 else [])
        case LogEntry(back=behind):
            shown = back("to_log" if isinstance(behind, ShiftLog) else "to_verdict"), scan
            if offered(screen) is not None:
                shown = (*shown, SoftKey(Button.CONFIRM, "button_confirm", "sealed_claims"))
        case HandedOver():
            shown = (SoftKey(Button.CONFIRM, "button_any", "start_work", main=True),)
        case ShiftEnd(counts=counts, asking=asking):
            ending = "end_anyway" if screen.open else "end_and_upload"
            onward = confirm("handover_sign_in" if screen.handover else ending)
            shown = back("not_yet"), scan if counts is None or asking else onward
        case ShiftOver():
            shown = back("see_upload"), confirm("sign_in")
        case Menu():
            shown = (SoftKey(Button.BACK, "button_back_or_trigger", "scan"),)
        case Uploading():
            shown = (_upload_key(screen),)
    return shown


def _upload_key(screen: Uploading) -> SoftKey:
    key = partial(SoftKey, Button.BACK, "button_back_or_trigger")
    if screen.ended is None:
        return key("scan")
    return key("finish" if screen.progress.state is Sending.DONE else "leave_upload", main=True)


def _note_keys(screen: NoteChange) -> tuple[SoftKey, ...]:
    change = "replace_note" if screen.replaced else "revoke_note"
    return (
        SoftKey(Button.BACK, "button_back", "keep_note"),
        SoftKey(Button.TRIGGER, "button_trigger", "scan"),
        SoftKey(Button.CONFIRM, "button_confirm", change, main=True),
    )


def _result_keys(screen: Result) -> tuple[SoftKey, ...]:
    back = partial(SoftKey, Button.BACK, "button_back")
    home = partial(SoftKey, Button.BACK, "button_back_or_trigger", "scan_next")
    scan = SoftKey(Button.TRIGGER, "button_trigger", "scan_next")
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm")
    shown: tuple[SoftKey, ...]
    if screen.hidden:
        shown = back("show_old"), scan, confirm("recheck", main=True)
    elif screen.details:
        turn = (confirm("details_next", main=True),) if screen.detail_pages > 1 else ()
        shown = back("to_verdict"), scan, *turn
    elif screen.reopened:
        shown = back("to_log"), SoftKey(Button.TRIGGER, "button_trigger", "scan"), confirm("note")
    elif screen.phase is Phase.CHECKING:
        shown = (home(),)
    elif screen.needs_confirmation and not screen.returned:
        shown = back("not_this"), scan, _confirm_key(screen)
    elif screen.needs_confirmation or screen.compares:
        shown = home(), _confirm_key(screen)
    elif screen.wants_plate:
        action = "enter_plate" if screen.judged.several is None else "pick_vehicle"
        shown = home(), confirm(action, main=True)
    else:
        shown = home(main=True), confirm("note")
    return shown


def _confirm_key(screen: Result) -> SoftKey:
    """Return what CONFIRM does where the officer must confirm or compare the vehicle."""
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm")
    if screen.compares:
        return confirm("compare_points", main=True)
    if screen.judged.verdict.outcome is Outcome.ALARM:
        return confirm("note")
    return confirm("yes_this", main=True)


def _entry_keys(screen: PlateEntry | KindChoice | VinEntry | NoteChange) -> tuple[SoftKey, ...]:
    if isinstance(screen, NoteChange):
        return _note_keys(screen)
    scan = SoftKey(Button.TRIGGER, "button_trigger", "scan")
    if isinstance(screen, KindChoice):
        return SoftKey(Button.BACK, "button_back", "to_number"), scan
    confirm = partial(SoftKey, Button.CONFIRM, "button_confirm", main=True)
    if isinstance(screen, VinEntry):
        back = "enter_plate" if isinstance(screen.back, PlateEntry) else "to_verdict"
        return SoftKey(Button.BACK, "button_back", back), scan, confirm("ask_vin")
    end = (confirm("to_kinds"),) if screen.number else ()
    if screen.after is not None:
        return SoftKey(Button.BACK, "button_back", "to_verdict"), scan, *end
    return SoftKey(Button.BACK, "button_back_or_trigger", "scan"), *end


def _choice_keys(screen: CodeChoice) -> tuple[SoftKey, ...]:
    back = SoftKey(Button.BACK, "button_back", "scan" if screen.after is None else "to_verdict")
    following = SoftKey(Button.TRIGGER, "button_trigger", "next_code")
    if screen.marked is None:
        return back, following
    return back, following, SoftKey(Button.CONFIRM, "button_confirm", "check_code", main=True)


def key_rects(screen: Shown, style: Style) -> list[tuple[SoftKey, Rect]]:
    """Return the soft keys with their areas, px; they share the width equally."""
    area, gap = regions.keys(style), style.mm(1.0)
    margin = (area.height - style.mm(LEAST_KEY)) // 2
    shown = keys(screen, style)
    each = (area.width - gap * (len(shown) + 1)) // len(shown)
    return [
        (key, Rect(gap + place * (each + gap), area.y + margin, each, area.height - 2 * margin))
        for place, key in enumerate(shown)
    ]


def key_bar(page: Page, screen: Shown) -> list[Item]:
    """Draw the soft keys at the bottom of the screen."""
    items: list[Item] = [Fill(regions.keys(page.style), theme.BAR)]
    for key, rect in key_rects(screen, page.style):
        items += _key(page, key, rect)
    return items


def _key(page: Page, key: SoftKey, rect: Rect) -> list[Item]:
    hue = page.colours.bars.main_key if key.main else page.colours.bars.key
    ground, ink, faint = hue.ground, hue.ink, hue.mark
    inset = page.mm(0.5)
    room = rect.width - 2 * inset
    name = paragraph(page.say(key.name), page.font(Role.DETAIL, faint), room, centred=True)
    words, box = page.say(key.action), (room, rect.height - name.height)
    style = page.fitting(words, page.font(Role.LEAD, ink, bold=True), box, 2)
    label = stack([name, paragraph(words, style, room, centred=True)])
    y = rect.y + (rect.height - label.height) // 2
    return [Fill(rect, ground, page.mm(1.5)), *at(label, rect.x + inset, y)]

"""The shift's screens show all their content, and each touch cell produces its own event."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pygame
import pytest

from terminal.drawing import theme
from terminal.drawing.draw import cells, compose, event_at
from terminal.drawing.fonts import Fonts
from terminal.drawing.items import Fill, IconItem, Item, Text
from terminal.drawing.shift import cells as shift_cells
from terminal.drawing.shift import pages_of_log, rows_of_log
from terminal.drawing.soft_keys import key_rects
from terminal.drawing.text import ACTIONS as NAMES
from terminal.drawing.text import note
from terminal.drawing.theme import Language, Style
from terminal.drawing.touch_cells import Turned
from terminal.drawing.upload import share
from terminal.journal.notes import ACTIONS, Action, ControlWord, KeepPicture, Mistaken, Remark
from terminal.model import CredentialFinding, Outcome
from terminal.screens.alarm_case import CaseScreen, CaseTouch
from terminal.screens.alarms import Alarm, BannerOpened
from terminal.screens.check import Ready
from terminal.screens.events import Pressed
from terminal.screens.shift import (
    MENU,
    LogEntry,
    LogRowTouched,
    Menu,
    MenuTouched,
    NotePicked,
    Paged,
    Part,
    ShiftEnd,
    ShiftLog,
    ShiftOver,
    Uploading,
)
from terminal.screens.sign_in import Blocked, Locked, PadTouched, SignIn
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import Sending, Status, UploadProgress
from terminal.screens.voice import VoiceWanted
from tests.terminal.drawing.displays import STYLE, sized
from tests.terminal.drawing.gallery import COUNTS, FORKED, ON_DUTY, VIEWS, log

SIZES = [(480, 800), (720, 1280), (600, 1024), (320, 480)]
MM_A_UNIT = 127 / (480**2 + 800**2) ** 0.5
"""On a 5-inch screen of 480x800."""
TOUCHED = ["ready", "menu", "log", "log_short", "log_empty", "note", "note_alarm", "note_busy"]


def said(screen: Screen, fonts: Fonts, language: Language = "zh") -> str:
    """Return all texts, without spaces."""
    items = compose(screen, Style(language, fonts))
    return "".join("".join(item.string for item in items if isinstance(item, Text)).split())


def inside(items: list[Item], rect: pygame.Rect) -> str:
    """Return the texts inside a rectangle, without spaces."""
    texts = [item.string for item in items if isinstance(item, Text) and rect.contains(item.rect)]
    return "".join("".join(texts).split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TOUCHED)
def test_every_cell_and_soft_key_says_its_own_from_corner_to_corner(name: str, size: tuple[int, int]):
    screen = VIEWS[name].screen
    places: list[tuple[pygame.Rect, object]] = [
        (cell.rect, cell.event) for cell in cells(screen, sized(size))
    ]
    places += [(rect, Pressed(key.button)) for key, rect in key_rects(screen, sized(size))]
    for one, other in combinations([rect for rect, _ in places], 2):
        assert not one.colliderect(other)
    for rect, event in places:
        assert pygame.Rect((0, 0), size).contains(rect)
        far = rect.right - 1, rect.bottom - 1
        for point in (rect.topleft, far, (rect.x, far[1]), (far[0], rect.y), rect.center):
            assert event_at(screen, point, sized(size)) == event


@pytest.mark.parametrize("name", TOUCHED)
def test_every_cell_is_large_enough_for_a_glove(name: str):
    for cell in cells(VIEWS[name].screen, STYLE):
        assert min(cell.rect.size) * MM_A_UNIT >= 8


@pytest.mark.parametrize("name", TOUCHED)
def test_no_touch_is_for_nothing(name: str):
    """Each cell changes the screen or has an effect, but for a picture that is kept."""
    screen = VIEWS[name].screen
    assert not isinstance(screen, Alarm | CaseScreen | Locked | SignIn | Blocked)
    for cell in cells(screen, STYLE):
        assert not isinstance(cell.event, BannerOpened | PadTouched | CaseTouch | Turned)
        after, effects = step(screen, cell.event, 0.0)
        kept = isinstance(screen, LogEntry) and KeepPicture() in screen.logged.acts
        stays = kept and cell.event == NotePicked(KeepPicture())
        assert (after != screen or bool(effects)) is not stays


@pytest.mark.parametrize("point", [(0, 0), (479, 0), (240, 43), (240, 22)])
def test_anywhere_on_the_bar_opens_the_menu_of_a_ready_terminal_alone(point: tuple[int, int]):
    for view in VIEWS.values():
        opened = event_at(view.screen, point, STYLE) == MenuTouched(Part.MENU)
        assert opened is isinstance(view.screen, Ready)


def test_menu_says_each_of_its_parts_in_its_row(fonts: Fonts):
    screen = Menu(ON_DUTY)
    items = compose(screen, Style("zh", fonts))
    rows = {cell.event: inside(items, cell.rect) for cell in shift_cells(screen, STYLE)}
    assert [row.part for row in rows if isinstance(row, MenuTouched)] == list(MENU)
    assert [words[:2] for words in rows.values()] == [
        "本班",
        "上传",
        "交接",
        "结束",
        "设置",
        "设备",
        "设备",
        "锁定",
    ]
    assert "待上传记录12条" in rows[MenuTouched(Part.UPLOAD)]


@pytest.mark.parametrize("size", SIZES)
def test_every_check_is_on_one_page_of_the_log_in_its_order(size: tuple[int, int]):
    style = sized(size)
    rows = rows_of_log(style)
    for count in (0, 1, rows, rows + 1, 12):
        listed = ShiftLog(ON_DUTY, log(count), told=True)
        pages = range(pages_of_log(listed, style))
        cells_of = [cell for page in pages for cell in shift_cells(replace(listed, page=page), style)]
        shown = [cell.event.seq for cell in cells_of if isinstance(cell.event, LogRowTouched)]
        assert shown == [one.seq for one in listed.log]


def test_every_row_of_the_log_says_its_check(fonts: Fonts):
    screen = ShiftLog(ON_DUTY, log(), 0, told=True)
    items = compose(screen, Style("zh", fonts))
    rows = {cell.event: inside(items, cell.rect) for cell in shift_cells(screen, STYLE)}
    words = [rows[LogRowTouched(one.seq)] for one in screen.log[: rows_of_log(STYLE)]]
    assert words == [
        "苏A7X31Q放行记录号21215:06",
        "粤BD12345暂可放行·放行记录号21115:05",
        "号牌未知（防伪未通过）注意核查·误操作记录号21015:03",
        "WJ粤1234X逾期未检验·指挥中心核实排除记录号20915:01",
        "号牌未知（未识读）禁止上路记录号20815:00",
    ]
    assert (rows[Paged(-1)], rows[Paged(1)]) == ("上一页", "下一页")


def test_check_of_an_unknown_plate_says_so_and_nothing_more_where_the_code_tells_nothing(fonts: Fonts):
    unknown = replace(log()[2], finding=CredentialFinding.CURRENT)
    words = said(ShiftLog(ON_DUTY, (unknown,), told=True), fonts)
    assert "号牌未知" in words
    assert "（" not in words


def test_empty_log_and_one_that_is_not_yet_told_differ(fonts: Fonts):
    assert "本班尚无核验" in said(ShiftLog(ON_DUTY, told=True), fonts)
    assert "本班尚无核验" not in said(ShiftLog(ON_DUTY), fonts)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_note_stands_in_its_cell_and_is_marked_once_it_is_on_disk(language: Language, fonts: Fonts):
    screen = VIEWS["note_alarm"].screen
    assert isinstance(screen, LogEntry)
    items = compose(screen, Style(language, fonts))
    offered = []
    for cell in shift_cells(screen, STYLE):
        if isinstance(cell.event, VoiceWanted):
            continue
        if isinstance(cell.event, VoiceWanted):
            continue
        assert isinstance(cell.event, NotePicked)
        offered.append(cell.event.note)
        assert inside(items, cell.rect) == "".join(note(cell.event.note, language).split())
        (ground,) = [item for item in items if isinstance(item, Fill) and cell.rect.contains(item.rect)]
        assert (ground.colour == theme.DAY.ink) is (cell.event.note in screen.logged.acts)
    assert tuple(offered) == screen.notes
    assert {type(one) for one in offered} == {Action, Remark, KeepPicture, Mistaken, ControlWord}


def test_actions_have_their_names_in_both_languages():
    assert set(NAMES) == set(ACTIONS)
    assert all(lines.zh == word and lines.en.isascii() for word, lines in NAMES.items())


def test_recorded_is_said_with_what_was_recorded_latest_last(fonts: Fonts):
    screen = VIEWS["note_alarm"].screen
    assert isinstance(screen, LogEntry)
    did, word = screen.logged.acts
    assert "已登记：扣留车辆、指挥中心确认属实" in said(screen, fonts)
    again = replace(screen, logged=replace(screen.logged, acts=(did, word, did)))
    assert "已登记：指挥中心确认属实、扣留车辆" in said(again, fonts)
    blank = replace(screen, logged=replace(screen.logged, acts=()), noted=False)
    assert "已登记" not in said(blank, fonts)


@pytest.mark.parametrize(
    "screen", [ShiftEnd(ON_DUTY, counts=COUNTS, unuploaded=37), ShiftOver(ON_DUTY, COUNTS)]
)
def test_count_has_every_outcome_that_there_was_with_its_sign(screen: Screen, fonts: Fonts):
    items = compose(screen, Style("zh", fonts))
    signs = [item.icon for item in items if isinstance(item, IconItem)]
    numbers = [item.string for item in items if isinstance(item, Text) and item.string.isdigit()]
    assert numbers == [str(count) for _, count in COUNTS if count]
    assert signs == [theme.dress(outcome, theme.DAY).icon for outcome, count in COUNTS if count]
    assert "本班核验63次" in said(screen, fonts)


def test_what_is_not_yet_uploaded_is_said_before_the_end(fonts: Fonts):
    assert "待上传记录37条" in said(ShiftEnd(ON_DUTY, counts=COUNTS, unuploaded=37), fonts)
    assert "记录已全部上传" in said(ShiftEnd(ON_DUTY, counts=COUNTS), fonts)
    uncounted = said(ShiftEnd(ON_DUTY), fonts)
    assert "记录已全部上传" not in uncounted
    assert "结束并上传" not in uncounted


def test_time_left_is_said_while_records_are_sent(fonts: Fonts):
    sending = UploadProgress(41, 128, 200.0, Sending.SENDING)
    words = said(Uploading(ON_DUTY, sending), fonts)
    for part in ("正在上传", "41/128条", "剩余约3分钟"):
        assert part in words
    assert "剩余约3秒" in said(Uploading(ON_DUTY, replace(sending, seconds_left=3.4)), fonts)
    assert "剩余时间未知" in said(Uploading(ON_DUTY, replace(sending, seconds_left=None)), fonts)


RESULTS = {
    Sending.WAITING: "等待登记系统签收",
    Sending.DONE: "登记系统已全部签收",
    Sending.OFFLINE: "下次联网自动继续",
    Sending.FAULT: "请联系管理员，记录保留在本机",
}


@pytest.mark.parametrize("state", Sending)
def test_what_becomes_of_the_upload_is_said_of_its_own_state_alone(state: Sending, fonts: Fonts):
    words = said(Uploading(Status(), UploadProgress(41, 128, 9.0, state, FORKED)), fonts)
    assert [other for other, result in RESULTS.items() if result in words] == [state] * (state in RESULTS)
    assert (f"{FORKED.code}{FORKED.zh}" in words) is (state is Sending.FAULT)


@pytest.mark.parametrize("state", [state for state in Sending if state is not Sending.DONE])
def test_bar_is_full_and_green_when_all_is_receipted_and_only_then(state: Sending, fonts: Fonts):
    all_sent = UploadProgress(128, 128, state=state)
    assert share(all_sent) < 1.0
    assert share(replace(all_sent, state=Sending.DONE)) == 1.0
    worn = {
        getattr(item, "colour", None) for item in compose(Uploading(ON_DUTY, all_sent), Style("zh", fonts))
    }
    assert theme.GREEN not in worn


def test_share_is_that_of_the_records_and_none_of_none():
    assert share(UploadProgress(32, 128)) == 0.25
    assert share(UploadProgress()) == 0.0


def test_outcomes_of_the_log_wear_the_fills_of_their_verdicts(fonts: Fonts):
    for one in log(7):
        worn = {
            getattr(item, "colour", None)
            for item in compose(ShiftLog(Status(), (one,), told=True), Style("zh", fonts))
        }
        solid = {theme.GREEN, theme.AMBER, theme.RED} & worn
        decided = {
            Outcome.PASS: theme.GREEN,
            Outcome.PROVISIONAL: theme.GREEN,
            Outcome.CAUTION: theme.AMBER,
            Outcome.UNDETERMINED: None,
        }.get(one.outcome, theme.RED)
        assert solid == ({decided} if decided else set())

"""Draws a screen, with a camera picture and a style, on a surface. The same input gives the same pixels."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

import pygame
from pygame import Rect

from terminal.codes import ScanProblem
from terminal.drawing import (
    alarm,
    alarm_card,
    alarm_case,
    choice,
    comparing,
    diagnostics,
    note_change,
    plate_entry,
    regions,
    result,
    result_keys,
    sealed,
    self_test,
    settings,
    shift,
    shift_end,
    sign_in,
    text,
    theme,
    upload,
    vin_entry,
    voice,
)
from terminal.drawing.flow import Flow, flow
from terminal.drawing.icons import Icon
from terminal.drawing.items import (
    Fill,
    IconItem,
    ImageItem,
    Item,
    Reticle,
    dimmed,
    outlined,
    paint,
    paint_seen,
)
from terminal.drawing.layout import Block, at, paragraph, stack
from terminal.drawing.page import Page, Role, top
from terminal.drawing.shift_parts import filled
from terminal.drawing.soft_keys import key_bar, key_rects
from terminal.drawing.theme import Style
from terminal.drawing.touch_cells import TouchCell, Turned, banner_cell, block_cell
from terminal.errors import CameraFault, CameraStalled
from terminal.screens.alarm_case import CarCheck, CaseForm, CasePick, CaseText, RadioCard, VinCheck
from terminal.screens.alarms import Alarm
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.diagnostics import Diagnostics
from terminal.screens.events import Pressed
from terminal.screens.note_change import NoteChange
from terminal.screens.sealed import SealedReasons, SealedView
from terminal.screens.self_test import SelfTest
from terminal.screens.settings import SettingsScreen
from terminal.screens.shift import HandedOver, LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, Uploading
from terminal.screens.sign_in import Blocked, Locked, SignIn
from terminal.screens.state import FaultScreen, Shown
from terminal.screens.state import Touch as CellTouch
from terminal.screens.values import CameraStatus
from terminal.screens.vin_entry import VinEntry
from terminal.screens.voice import VoiceNote
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from terminal.codes import Corners
    from terminal.model import Luma

__all__ = ["Style", "cells", "compose", "draw", "event_at", "place_of"]

ScreenTouch: TypeAlias = Pressed | CellTouch | Turned


_PICTURE_MM = 62.0
"""Width of the camera's picture on a display wider than high, mm."""
_FOUND_MM = 0.7
"""Width of the line around the code that was found, mm."""


def draw(screen: Shown, preview: Luma | None, style: Style, found: Corners = ()) -> pygame.Surface:
    """Draw a screen on a new surface, 32 bits a pixel. `preview` is the camera's picture, uint8 [height,
    width], and `found` the corners of the code in it.
    """
    surface = pygame.Surface(style.size, depth=32)
    paint_all(surface, compose(screen, style, live=preview is not None), style, preview, found)
    return surface


def paint_all(
    surface: pygame.Surface, items: list[Item], style: Style, preview: Luma | None, found: Corners
) -> None:
    """Paint a screen's items where the surface's clip permits, over what was there."""
    surface.fill(theme.palette(style).paper)
    for item, following in zip_longest(items, items[1:]):
        paint_seen(surface, item, following, style.fonts, preview)
        if isinstance(item, ImageItem) and preview is not None and found:
            outline = outlined(item, preview.shape, found, style.mm(_FOUND_MM))
            paint(surface, outline, style.fonts, preview)
    if style.dimmed < 1.0:
        share = round(255 * style.dimmed)
        surface.fill((share, share, share), special_flags=pygame.BLEND_RGB_MULT)


def event_at(screen: Shown, point: tuple[int, int], style: Style) -> ScreenTouch | None:
    """Return the event for a touch at a point of the display, px: soft keys and cells react. Else None."""
    for key, rect in key_rects(screen, style):
        if rect.collidepoint(point):
            return Pressed(key.button)
    return next((cell.event for cell in cells(screen, style) if cell.rect.collidepoint(point)), None)


def place_of(screen: Shown, wanted: ScreenTouch, style: Style) -> tuple[int, int] | None:
    """Return a point of the display, px, whose touch produces the event; None if there is none."""
    keys = [(Pressed(key.button), rect) for key, rect in key_rects(screen, style)]
    places = [*keys, *((cell.event, cell.rect) for cell in cells(screen, style))]
    centres = [rect.center for event, rect in places if event == wanted]
    return next((point for point in centres if event_at(screen, point, style) == wanted), None)


def cells(screen: Shown, style: Style) -> list[TouchCell]:
    """Return all touch cells besides the soft keys; where two overlap, the first counts."""
    flowed, own = _flow(screen, style), _CELLS.get(type(screen))
    shown = own(screen, style) if own is not None else []
    shown += [flowed.turn] if flowed is not None and flowed.turn is not None else []
    beside = list(shown) if style.landscape else ()
    heard = isinstance(screen, Result) and screen.heard is not None
    shown += [_above(block_cell(style, below_banner=_opens_banner(screen)), shown)] if heard else []
    banner = banner_cell(style, beside, menu=isinstance(screen, Ready))
    return [banner, *shown] if _opens_banner(screen) else shown


def _above(cell: TouchCell, others: Sequence[TouchCell]) -> TouchCell:
    """Return a cell without the part that others, which begin below its top, would cover."""
    under = [other.rect.y for other in others if other.rect.x < cell.rect.right]
    height = min([cell.rect.height, *(y - cell.rect.y for y in under)])
    return TouchCell(Rect(cell.rect.topleft, (cell.rect.width, height)), cell.event)


def _opens_banner(screen: Shown) -> bool:
    """Return True if a touch of the strip below the bar opens an alarm."""
    held = screen.status.alarms
    return held.opens and held.waiting is None and bool(held.banners or held.newest is not None)


def compose(screen: Shown, style: Style, *, live: bool = True) -> list[Item]:
    """Lay out everything to draw, in order. `live` says if there is a camera picture."""
    flowed = _flow(screen, style)
    if flowed is not None:
        items: Sequence[Item] = flowed.items
    elif isinstance(screen, Ready):
        items = _ready(Page(style), screen, live=live)
    else:
        items = _COMPOSED[type(screen)](style, screen)
    keys = result_keys.items(Page(style), screen) if isinstance(screen, Result) else []
    shown = [*items, *keys, *key_bar(Page(style), screen)]
    return [dimmed(item) for item in shown] if style.night else shown


def _flow(screen: Shown, style: Style) -> Flow | None:
    """Lay out a screen whose blocks follow one another; None for another screen."""
    made = _FLOWS.get(type(screen))
    return None if made is None else made(style, screen)


def _result(style: Style, screen: Result) -> Flow:
    below = result_keys.room(screen, style)
    return flow(style, screen.status, lambda page: result.blocks(page, screen), below=below)


def _alarm(style: Style, screen: Alarm) -> Flow:
    if screen.card is not None:
        return alarm_card.alarm_card(style, screen.status, screen.card)
    return flow(style, screen.status, lambda page: alarm.blocks(page, screen))


def _fault(style: Style, screen: FaultScreen) -> Flow:
    return filled(style, screen.status, lambda page: _trouble(page, screen))


def _ready(page: Page, screen: Ready, *, live: bool) -> list[Item]:
    """Lay out the picture with its reticle, and the hint below it or, on a wide display, at the left."""
    style = page.style
    left, area = regions.low_cells(style, 1.0, _PICTURE_MM)
    side = replace(page, area=left if style.landscape else None)
    bars = top(side, screen.status, menu=True)
    above = regions.bar(style, menu=True).bottom if style.landscape else bars.height
    area.update(area.x, above, area.width, regions.keys(style).y - above)
    if screen.status.camera is not CameraStatus.LIVE or not live:
        return [*bars.items, *_no_picture(page, screen.status.camera, area)]
    hint = stack(_hints(page, screen, side.width), page.mm(0.8))
    gap = page.mm(1.8)
    hint_y = bars.height + (area.bottom - bars.height - hint.height) // 2
    if not style.landscape:
        area.height -= hint.height + 2 * gap
        hint_y = area.bottom + gap
    across = min(round(0.66 * area.width), round(0.9 * area.height))
    reticle = Rect(0, 0, across, across)
    reticle.center = area.center
    picture: list[Item] = [Fill(area, theme.BLACK), ImageItem(area), Reticle(reticle, page.mm(0.95))]
    return [*bars.items, *picture, *at(hint, page.margin, hint_y)]


_HINTS = {
    ScanProblem.FAR: "hint_far",
    ScanProblem.MOTION: "hint_motion",
    ScanProblem.GLARE: "hint_glare",
    ScanProblem.DARK: "hint_dark",
}


def _known_cell(screen: Ready, style: Style) -> list[TouchCell]:
    """Return the cell that leads back to the check of the code in view: the lower half above the keys."""
    width, height = style.size
    area = Rect(0, height // 2, width, regions.keys(style).y - height // 2)
    return [TouchCell(area, DetailsWanted())] if screen.known is not None else []


def _hints(page: Page, screen: Ready, width: int) -> list[Block]:
    """Lay out what to do at the live picture, in lines of `width` px."""
    if screen.known is not None:
        told = [page.say("hint_known", seq=screen.known.seq)]
    else:
        problem = screen.looking.problem
        told = [page.say("show_code" if problem is None else _HINTS[problem])]
        if screen.looking.offers_entry(screen.status.clock.monotonic_s):
            told.append(page.say("hint_entry"))
    font = page.font(Role.LEAD, page.colours.ink, bold=True)
    return [paragraph(words, font, width, centred=True, even=True) for words in told]


def _no_picture(page: Page, camera: CameraStatus, area: Rect) -> list[Item]:
    """Describe the camera's state where its picture would be."""
    words = {
        CameraStatus.LIVE: page.say("camera_waiting"),
        CameraStatus.STALLED: text.pick(Lines(CameraStalled.zh, CameraStalled.en), page.style.language),
        CameraStatus.ABSENT: text.pick(Lines(CameraFault.zh, CameraFault.en), page.style.language),
    }[camera]
    page = replace(page, area=area)
    side = page.mm(14)
    sign = IconItem(Rect((page.width - side) // 2, 0, side, side), Icon.CAMERA_OFF, page.colours.muted)
    style = page.font(Role.LEAD, page.colours.ink, bold=True)
    said = paragraph(words, style, page.width, centred=True, even=True)
    body = stack([Block(side, (sign,)), said], page.mm(2.7))
    return [
        Fill(area, page.colours.panel),
        *at(body, area.x + page.margin, area.y + (area.height - body.height) // 2),
    ]


def _trouble(page: Page, screen: FaultScreen) -> Block:
    """Lay out a fault of the device: its code, what to do, and that nothing is said about code or vehicle."""
    colours, notice = page.colours, screen.notice
    side = page.mm(14 if page.smaller <= 0 else 9)
    lines = (
        (f"{page.say('device_fault')} {notice.code}", page.font(Role.TITLE, colours.ink, bold=True)),
        (
            text.pick(Lines(notice.zh, notice.en), page.style.language),
            page.font(Role.LEAD, colours.ink, bold=True),
        ),
        (page.say("no_verdict"), page.font(Role.BODY, colours.muted)),
    )
    sign = Block(side, (IconItem(Rect((page.width - side) // 2, 0, side, side), Icon.DEVICE, colours.ink),))
    said = [paragraph(words, style, page.width, centred=True) for words, style in lines]
    return stack([sign, *said], page.mm(2.4))


_CASE_SCREENS = CarCheck, VinCheck, CasePick, CaseForm, CaseText
_FLOWS: dict[type, Callable[[Style, Any], Flow]] = {
    Result: _result,
    Alarm: _alarm,
    SealedView: sealed.view,
    FaultScreen: _fault,
    Locked: sign_in.notice,
    Blocked: sign_in.notice,
    ShiftEnd: shift_end.summary,
    HandedOver: shift_end.summary,
    SelfTest: self_test.report,
    Diagnostics: diagnostics.facts,
    VoiceNote: voice.recording,
    ShiftOver: shift_end.summary,
    Uploading: upload.progress,
    Comparison: comparing.comparison,
    RadioCard: alarm_card.card,
    NoteChange: note_change.question,
}
"""Layout of the screens whose blocks follow one another, on pages where a display does not hold them."""
_COMPOSED: dict[type, Callable[[Style, Any], Sequence[Item]]] = {
    PlateEntry: plate_entry.compose_entry,
    VinEntry: vin_entry.compose,
    KindChoice: plate_entry.compose_choice,
    CodeChoice: choice.compose_choice,
    SealedReasons: sealed.compose_reasons,
    Menu: shift.compose_menu,
    ShiftLog: shift.compose_log,
    LogEntry: shift.compose_note,
    SignIn: sign_in.compose,
    **dict.fromkeys(_CASE_SCREENS, alarm_case.compose),
    SettingsScreen: settings.compose,
}
"""Layout of the other screens but for Ready."""
_CELLS: dict[type, Callable[[Any, Style], list[TouchCell]]] = {
    Ready: lambda screen, style: [shift.bar_cell(style), *_known_cell(screen, style)],
    Result: result_keys.cells,
    Comparison: lambda _, style: comparing.cells(style),
    PlateEntry: plate_entry.cells,
    VinEntry: vin_entry.cells,
    KindChoice: plate_entry.cells,
    CodeChoice: choice.cells,
    SealedReasons: lambda _, style: sealed.cells(style),
    Menu: shift.cells,
    ShiftLog: shift.cells,
    LogEntry: shift.cells,
    SignIn: sign_in.cells,
    RadioCard: alarm_card.cells,
    **dict.fromkeys(_CASE_SCREENS, alarm_case.cells),
    SelfTest: self_test.cells,
    SettingsScreen: settings.cells,
    ShiftEnd: shift_end.cells,
    HandedOver: shift_end.cells,
}
"""Touch cells of each screen that has any of its own."""

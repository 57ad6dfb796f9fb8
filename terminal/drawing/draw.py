"""Draws a screen, with a camera picture and a style, on a surface. The same input gives the same pixels."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

import pygame
from pygame import Rect

from terminal.drawing import (
    alarm,
    alarm_card,
    alarm_case,
    choice,
    comparing,
    plate_entry,
    result,
    sealed,
    shift,
    shift_end,
    sign_in,
    text,
    theme,
)
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, ImageItem, Item, Reticle, dimmed, outlined, paint
from terminal.drawing.layout import Block, at, padded, paragraph, stack
from terminal.drawing.page import KEYS_HEIGHT, MARGIN, Page, top
from terminal.drawing.soft_keys import key_bar, key_rects
from terminal.drawing.theme import Style
from terminal.drawing.touch_cells import banner_cell, block_cell
from terminal.drawing.upload import compose_upload
from terminal.errors import CameraFault, CameraStalled
from terminal.screens.alarm_case import CaseScreen
from terminal.screens.alarms import Alarm
from terminal.screens.check import DetailsWanted, KindChoice, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice
from terminal.screens.comparing import Comparison
from terminal.screens.events import Pressed
from terminal.screens.sealed import SealedReasons, SealedView
from terminal.screens.shift import LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, Uploading
from terminal.screens.sign_in import Blocked, Locked, SignIn
from terminal.screens.state import FaultScreen, Shown
from terminal.screens.state import Touch as CellTouch
from terminal.screens.values import CameraStatus
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from terminal.codes import Corners
    from terminal.drawing.touch_cells import TouchCell
    from terminal.model import Luma
    from terminal.screens.shift import ShiftScreen
    from terminal.screens.sign_in import SignInScreen

__all__ = ["Style", "cells", "compose", "draw", "event_at"]

ScreenTouch: TypeAlias = Pressed | CellTouch

_EASES = [step / 100 for step in range(40, 132, 4)]
"""Scales of the text; the largest at which everything fits is used."""
_LEAST_AIR, _AIR = 7, 22
"""Least and most space between two blocks, units."""
_FOUND = 5
"""Width of the line around the code that was found, units."""


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
    for item in items:
        paint(surface, item, style.fonts, preview)
        if isinstance(item, ImageItem) and preview is not None and found:
            outline = outlined(item, preview.shape, found, Page(style).px(_FOUND))
            paint(surface, outline, style.fonts, preview)


def event_at(screen: Shown, point: tuple[int, int], style: Style) -> ScreenTouch | None:
    """Return the event for a touch at a point of the display, px: soft keys and cells react. Else None."""
    for key, rect in key_rects(screen, style):
        if rect.collidepoint(point):
            return Pressed(key.button)
    return next((cell.event for cell in cells(screen, style) if cell.rect.collidepoint(point)), None)


def cells(screen: Shown, style: Style) -> list[TouchCell]:
    """Return all touch cells besides the soft keys; where two overlap, the first counts."""
    held = screen.status.alarms
    opens = held.opens and held.waiting is None and (held.banners or held.newest is not None)
    banner = [banner_cell(style)] if opens else []
    return [*banner, *_own_cells(screen, style)]


def _own_cells(screen: Shown, style: Style) -> list[TouchCell]:
    own: list[TouchCell] = []
    match screen:
        case PlateEntry() | KindChoice():
            own = plate_entry.cells(screen, style)
        case CodeChoice():
            own = choice.cells(screen, style)
        case Comparison():
            own = comparing.cells(style)
        case Result():
            own = [*_result_cells(screen, style), block_cell(style)]
        case Menu() | ShiftLog() | LogEntry():
            own = shift.cells(screen, style)
        case SealedReasons():
            own = sealed.cells(style)
        case Ready():
            own = [shift.bar_cell(style)]
        case SignIn():
            own = sign_in.cells(screen, style)
        case _:
            own = alarm_case.cells(screen, style) if isinstance(screen, CaseScreen) else []
    return own


def _result_cells(screen: Result, style: Style) -> list[TouchCell]:
    """Return the key of the details, and below it the strip that offers another code."""
    others = [choice.strip_cell(style)] if screen.has_other_code else []
    opened = result.details_cell(screen, style, sum(cell.rect.height for cell in others))
    return others if opened is None else [opened, *others]


def compose(screen: Shown, style: Style, *, live: bool = True) -> list[Item]:
    """Lay out everything to draw, in order. `live` says if there is a camera picture."""
    match screen:
        case Ready():
            items = _ready(Page(style), screen, live=live)
        case Result() | Alarm():
            items = _stacked(style, screen)
        case Comparison():
            items = comparing.compose(style, screen)
        case PlateEntry():
            items = plate_entry.compose_entry(Page(style), screen)
        case KindChoice():
            items = plate_entry.compose_choice(Page(style), screen)
        case CodeChoice():
            items = choice.compose_choice(style, screen)
        case SealedReasons():
            items = sealed.compose_reasons(style, screen)
        case SealedView():
            items = sealed.compose_view(style, screen)
        case FaultScreen():
            items = _trouble(Page(style), screen)
        case _:
            items = _compose_case_or_shift(style, screen)
    items = [*items, *key_bar(Page(style), screen)]
    return [dimmed(item) for item in items] if style.night else items


def _compose_case_or_shift(style: Style, screen: ShiftScreen | CaseScreen | SignInScreen) -> list[Item]:
    if isinstance(screen, CaseScreen):
        return alarm_case.compose(style, screen)
    return _compose_shift(style, screen)


def _compose_shift(style: Style, screen: ShiftScreen | SignInScreen) -> list[Item]:
    if isinstance(screen, Locked | SignIn | Blocked):
        return sign_in.compose(style, screen)
    match screen:
        case Menu():
            return shift.compose_menu(style, screen)
        case ShiftLog():
            return shift.compose_log(style, screen)
        case LogEntry():
            return shift.compose_note(style, screen)
        case ShiftEnd() | ShiftOver():
            return shift_end.compose(style, screen)
        case Uploading():
            return compose_upload(style, screen)


def _stacked(style: Style, screen: Result | Alarm) -> list[Item]:
    """Lay out the blocks of a verdict or an alarm in the largest type at which all fit, with the remaining
    space between them.
    """
    if isinstance(screen, Alarm) and screen.card is not None:
        return alarm_card.compose_alarm(style, screen.status, screen.card)
    bars = top(Page(style), screen.status)
    below = _result_cells(screen, style) if isinstance(screen, Result) else []
    bottom = min((cell.rect.y for cell in below), default=_keys_top(style))
    room = bottom - bars.height
    # The space shrinks as the type grows: bisect for the first scale that does not fit.
    over = bisect_right(_EASES, 0, key=lambda ease: -_spare(Page(style, ease), screen, room))
    page = Page(style, _EASES[max(0, over - 1)])
    blocks = _blocks(page, screen)
    gap = (room - sum(block.height for block in blocks)) // (len(blocks) + 1)
    gap = max(0, min(page.px(_AIR), gap))
    drawn = [item for cell in below for item in _result_key(Page(style), screen, cell)]
    return [*bars.items, *at(stack(blocks, gap), 0, bars.height + gap), *drawn]


def _result_key(page: Page, screen: Result | Alarm, cell: TouchCell) -> list[Item]:
    if isinstance(screen, Result) and cell.event == DetailsWanted():
        return result.details_key(page, screen, cell)
    return choice.strip(page)


def _keys_top(style: Style) -> int:
    return style.size[1] - Page(style).px(KEYS_HEIGHT)


def _blocks(page: Page, screen: Result | Alarm) -> list[Block]:
    if isinstance(screen, Alarm):
        return alarm.blocks(page, screen)
    return result.blocks(page, screen)


def _spare(page: Page, screen: Result | Alarm, room: int) -> int:
    """Return the pixels left over with the least gap around every block; negative if they do not fit."""
    blocks = _blocks(page, screen)
    return room - sum(block.height for block in blocks) - page.px(_LEAST_AIR) * (len(blocks) + 1)


def _ready(page: Page, screen: Ready, *, live: bool) -> list[Item]:
    bars = top(page, screen.status, menu=True)
    width, height = page.style.size
    bottom = height - page.px(KEYS_HEIGHT)
    if screen.status.camera is not CameraStatus.LIVE or not live:
        area = Rect(0, bars.height, width, bottom - bars.height)
        return [*bars.items, *_no_picture(page, screen.status.camera, area)]
    style = page.firm(31, page.colours.ink, bold=True)
    hint = paragraph(page.say("show_code"), style, page.width, centred=True, even=True)
    hint = padded(hint, page.px(MARGIN), page.px(14), page.px(14), lambda _: ())
    area = Rect(0, bars.height, width, bottom - hint.height - bars.height)
    side = min(round(0.66 * area.width), round(0.9 * area.height))
    reticle = Rect(0, 0, side, side)
    reticle.center = area.center
    picture: list[Item] = [Fill(area, theme.BLACK), ImageItem(area), Reticle(reticle, page.px(7))]
    return [*bars.items, *picture, *at(hint, 0, area.bottom)]


def _no_picture(page: Page, camera: CameraStatus, area: Rect) -> list[Item]:
    """Describe the camera's state where its picture would be."""
    words = {
        CameraStatus.LIVE: page.say("camera_waiting"),
        CameraStatus.STALLED: text.pick(Lines(CameraStalled.zh, CameraStalled.en), page.style.language),
        CameraStatus.ABSENT: text.pick(Lines(CameraFault.zh, CameraFault.en), page.style.language),
    }[camera]
    side = page.px(128)
    sign = IconItem(Rect((page.width - side) // 2, 0, side, side), Icon.CAMERA_OFF, page.colours.muted)
    style = page.firm(30, page.colours.ink, bold=True)
    body = stack(
        [Block(side, (sign,)), paragraph(words, style, page.width, centred=True, even=True)],
        page.px(20),
    )
    return [
        Fill(area, page.colours.panel),
        *at(body, page.px(MARGIN), area.y + (area.height - body.height) // 2),
    ]


def _trouble(page: Page, screen: FaultScreen) -> list[Item]:
    """Lay out a fault of the device: its code, what to do, and that nothing is said about code or vehicle."""
    bars = top(page, screen.status)
    colours = page.colours
    side = page.px(128)
    notice = screen.notice
    parts: Sequence[Block] = [
        Block(side, (IconItem(Rect((page.width - side) // 2, 0, side, side), Icon.DEVICE, colours.ink),)),
        paragraph(
            f"{page.say('device_fault')} {notice.code}",
            page.firm(44, colours.ink, bold=True),
            page.width,
            centred=True,
        ),
        paragraph(
            text.pick(Lines(notice.zh, notice.en), page.style.language),
            page.firm(30, colours.ink, bold=True),
            page.width,
            centred=True,
        ),
        paragraph(page.say("no_verdict"), page.firm(26, colours.muted), page.width, centred=True),
    ]
    body = stack(parts, page.px(22))
    room = page.style.size[1] - page.px(KEYS_HEIGHT) - bars.height
    return [*bars.items, *at(body, page.px(MARGIN), bars.height + (room - body.height) // 2)]

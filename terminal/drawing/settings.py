"""Drawing and touch cells of the settings: a row of keys for each, the present value filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.items import Dashes, Item
from terminal.drawing.layout import Block, at, paragraph
from terminal.drawing.page import LEAST_CELL, Page, Role
from terminal.drawing.shift_parts import headed, inside
from terminal.drawing.touch_cells import TouchCell, Turned, key_face, part, turn_face
from terminal.screens.settings import CHOICES, Setting, SettingPicked, SettingsScreen

if TYPE_CHECKING:
    from terminal.drawing.theme import Style

_LABEL, _MOST_ROW = 3.4, 18.0
"""Height of a setting's name above its keys, and most height of a setting, mm."""


def cells(screen: SettingsScreen, style: Style) -> list[TouchCell]:
    """Return a key for each value of the settings on the page; no two overlap."""
    rows, turn = _places(style, screen.marked)
    found = []
    for setting, row in rows.items():
        label = style.mm(_LABEL)
        keys = Rect(row.x, row.y + label, row.width, row.height - label)
        count = len(CHOICES[setting])
        found += [
            TouchCell(part(keys, place, count, 0, keys.height), SettingPicked(setting, place))
            for place in range(count)
        ]
    return [*found, *turn]


def _places(style: Style, marked: Setting) -> tuple[dict[Setting, Rect], list[TouchCell]]:
    """Return the place of each setting of the page, and the cell that turns it if there are more. The page
    with the marked setting is the first.
    """
    area = regions.high_cells(style)[1]
    least, shown = style.mm(LEAST_CELL + _LABEL), tuple(Setting)
    turn: list[TouchCell] = []
    if area.height < least * len(shown):
        tall = style.mm(LEAST_CELL)
        turn = [TouchCell(Rect(area.x, area.bottom - tall, area.width, tall), Turned())]
        area.height -= tall
        count = max(1, area.height // least)
        pages = -(-len(shown) // count)
        start = (shown.index(marked) // count + style.page) % pages * count
        shown = shown[start : start + count]
    each = min(area.height / len(shown), style.mm(_MOST_ROW))
    return {setting: part(area, 0, 1, row, each) for row, setting in enumerate(shown)}, turn


def compose(style: Style, screen: SettingsScreen) -> list[Item]:
    """Lay out the settings."""
    page = Page(style)
    drawn: list[Item] = []
    for setting, row in _places(style, screen.marked)[0].items():
        font = page.font(Role.DETAIL, page.colours.muted, bold=True)
        label = paragraph(_label(page, setting, screen), font, row.width)
        drawn += at(label, row.x + page.margin, row.y)
        if setting is screen.marked:
            drawn.append(Dashes(row.inflate(-page.mm(0.6), 0), page.colours.slate, page.mm(0.4)))
    for cell in cells(screen, style):
        if isinstance(cell.event, SettingPicked):
            drawn += _key(page, cell, cell.event, screen)
        else:
            drawn += turn_face(page, cell)
    return [*headed(style, screen.status, _head), *drawn]


def _head(page: Page) -> Block:
    return paragraph(
        page.say("settings_title"), page.font(Role.TITLE, page.colours.ink, bold=True), page.width
    )


def _label(page: Page, setting: Setting, screen: SettingsScreen) -> str:
    """Return a setting's name, and what its present value leaves on."""
    settings = screen.settings
    silent = settings is not None and setting is Setting.VOLUME and settings.volume == "off"
    still = settings is not None and setting is Setting.VIBRATION and not settings.vibration
    key = f"{setting}_quiet" if silent or still else setting.value
    return text.pick(text.SETTINGS[key], page.style.language)


def _key(page: Page, cell: TouchCell, picked: SettingPicked, screen: SettingsScreen) -> list[Item]:
    value = CHOICES[picked.setting][picked.place]
    chosen = screen.settings is not None and screen.settings.value(picked.setting) == value
    ground, ink = page.colours.face(chosen=chosen)
    words = text.pick(text.SETTINGS[f"{picked.setting}_{str(value).lower()}"], page.style.language)
    return key_face(page, inside(page, cell), words, ground, ink)

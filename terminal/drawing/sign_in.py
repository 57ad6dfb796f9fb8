"""Drawing and touch cells of the sign-in screens. A PIN is drawn as dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import regions, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item
from terminal.drawing.layout import Block, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import filled, headed, inside
from terminal.drawing.touch_cells import TouchCell, grid, key_face
from terminal.officers.attempts import MOST_WRONG
from terminal.screens.sign_in import (
    ENTER,
    ERASE,
    PAD,
    Blocked,
    Locked,
    PadEntry,
    PadTouched,
    SignIn,
    SignInScreen,
)

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style

COLUMNS = 3
_PAD_MM, _LOW_PAD_MM = 56.0, 40.0
"""Height of the pad, mm, and on a low display."""
_DOT, _DOT_GAP, _LINE = 2.5, 1.5, 6.0
"""A dot, the space between two, and the line of what was entered, mm."""


def cells(screen: SignInScreen, style: Style) -> list[TouchCell]:
    """Return the touch cells of the pad; no two overlap."""
    if not isinstance(screen, SignIn):
        return []
    keys = [PadTouched(key) for key in PAD]
    return grid(style, _places(style)[1], keys, COLUMNS)


def _places(style: Style) -> tuple[Rect, Rect]:
    """Return the areas of the heading and of the pad, px."""
    return regions.low_cells(style, _LOW_PAD_MM if regions.is_low(style) else _PAD_MM)


def enter_words(screen: SignIn) -> str:
    """Return the text key of what entering leads to."""
    if screen.entry is PadEntry.NUMBER:
        return "pad_to_pin"
    if screen.release:
        return "pad_release"
    if screen.handover:
        return "pad_hand_over"
    return "pad_unlock" if _unlocks(screen) else "pad_sign_in"


def notice(style: Style, screen: Locked | Blocked) -> Flow:
    """Lay out why nobody is signed in."""
    return filled(style, screen.status, lambda page: _notice(page, _lines(page, screen)))


def _lines(page: Page, screen: Locked | Blocked) -> tuple[str, ...]:
    match screen:
        case Locked(officer=officer):
            named = page.say("locked_officer", name=officer.name, number=officer.number)
            return page.say("locked_title"), named, page.say("locked_rule")
        case Blocked(number=number):
            return page.say("blocked_title", number=number), page.say("blocked_rule", count=MOST_WRONG)


def _notice(page: Page, lines: tuple[str, ...]) -> Block:
    """Lay out an icon above lines, the first of them large."""
    side = page.mm(14 if page.smaller <= 0 else 9)
    icon = IconItem(Rect((page.width - side) // 2, 0, side, side), Icon.LOCK, page.colours.ink)
    said = [
        paragraph(
            line,
            page.font(Role.LEAD if place else Role.TITLE, page.colours.ink, bold=True),
            page.width,
            centred=True,
            even=True,
        )
        for place, line in enumerate(lines)
    ]
    return stack([Block(side, (icon,)), *said], page.mm(2.4))


def compose(style: Style, screen: SignIn) -> list[Item]:
    """Lay out the pad, what is entered and what is asked for."""
    page = Page(style)
    drawn: list[Item] = []
    for cell in cells(screen, style):
        if isinstance(cell.event, PadTouched):
            drawn += _key(page, screen, cell, cell.event.key)
    head = headed(style, screen.status, lambda page: _head(page, screen), _places(style)[0])
    return [*head, *drawn]


def _key(page: Page, screen: SignIn, cell: TouchCell, key: str) -> list[Item]:
    colours = page.colours
    words = {ERASE: "pad_erase", ENTER: enter_words(screen)}
    said = page.say(words[key]) if key in words else key
    marked = key == screen.marked or (key == ENTER and screen.marked is None)
    ground, ink = colours.face(chosen=marked)
    return key_face(page, inside(page, cell), said, ground, ink)


def _head(page: Page, screen: SignIn) -> Block:
    """Lay out what is asked for, what was entered, and what came of the last try."""
    ink = page.colours.ink
    asked = paragraph(
        _asked(page, screen), page.font(Role.LEAD, ink, bold=True), page.width, centred=True, even=True
    )
    words, style = _said(page, screen), page.font(Role.BODY, ink, bold=True)
    said = paragraph(words, style, page.width, centred=True) if words else Block(style.leading, ())
    return stack([asked, _entered(page, screen), said], page.mm(0.8))


def _asked(page: Page, screen: SignIn) -> str:
    if screen.entry is PadEntry.NUMBER:
        asked = "enter_successor" if screen.handover else "enter_number"
        return page.say("enter_supervisor" if screen.release else asked, number=screen.release)
    if screen.officer is not None and _unlocks(screen):
        return page.say("enter_pin_to_unlock", name=screen.officer.name)
    return page.say("enter_pin", number=screen.number)


def _unlocks(screen: SignIn) -> bool:
    return screen.officer is not None and screen.officer.number == screen.number and not screen.release


def _entered(page: Page, screen: SignIn) -> Block:
    """The number in digits, or a dot for each digit of the PIN, on a line of fixed height."""
    height = page.mm(_LINE)
    if screen.entry is PadEntry.NUMBER:
        style = page.font(Role.TITLE, page.colours.ink, bold=True)
        items = paragraph(screen.number, style, page.width, centred=True).items if screen.number else ()
        return Block(max(height, style.leading), tuple(items))
    side, gap = page.mm(_DOT), page.mm(_DOT_GAP)
    wide = len(screen.pin) * (side + gap) - gap
    left, above = (page.width - wide) // 2, (height - side) // 2
    dots = [
        Fill(Rect(left + place * (side + gap), above, side, side), page.colours.ink, side // 2)
        for place in range(len(screen.pin))
    ]
    return Block(height, tuple(dots))


def _said(page: Page, screen: SignIn) -> str:
    """Return the result of the last try and how long the next has to wait, or a hint."""
    if screen.checking:
        return page.say("pin_checking")
    if screen.released:
        return page.say("number_released", number=screen.number)
    if screen.refusal is None:
        return page.say("pin_hint") if screen.entry is PadEntry.PIN else ""
    said = text.pick(text.SIGN_IN_REFUSALS[screen.refusal], page.style.language)
    left_s = screen.opens_s - screen.status.clock.monotonic_s
    if left_s <= 0:
        return said
    return page.say("again_in", said=said, left=text.left(left_s, page.style.language))

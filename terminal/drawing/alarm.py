"""Drawing of an alarm: which car it is about, its name, the plate, the reason, and its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import headline, hero, result, result_vehicle, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem
from terminal.drawing.layout import Block, beside, largest, padded, paragraph, stack
from terminal.drawing.page import MARGIN, Page
from terminal.model import VehicleFinding
from terminal.screens import alarms
from terminal.screens.alarms import About
from terminal.vehicle import status as letters
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from terminal.drawing.items import Item
    from terminal.screens.alarms import Alarm

_LIVE = frozenset({VehicleFinding.ALARM, VehicleFinding.OFF_ROAD})
_FIRST_LINES = {
    About.IN_FRONT: "alarm_in_front",
    About.ASKED: "alarm_asked",
    About.ELSEWHERE: "alarm_elsewhere",
    About.LEFT: "alarm_left",
}
_SIGNS = {
    About.IN_FRONT: Icon.CHECK,
    About.ASKED: Icon.QUESTION,
    About.ELSEWHERE: Icon.SWAP,
    About.LEFT: Icon.QUESTION,
}


def blocks(page: Page, screen: Alarm) -> list[Block]:
    """Lay out the blocks of an alarm from top to bottom."""
    judged = screen.judged
    shown = [_which_car(page, screen), *_hero(page, screen)]
    if judged.plate is not None:
        plate = result_vehicle.wide(page, judged.plate, page.say("alarm_vehicle"), 24)
        shown.append(padded(plate, page.px(MARGIN), 0, 0, lambda _: ()))
    shown.append(_reason(page, screen))
    if not judged.recorded:
        shown.append(_strip(page, page.say("alarm_not_recorded"), Icon.DEVICE))
    if screen.more:
        shown.append(_strip(page, page.say("alarms_more", count=screen.more), Icon.SIREN))
    return shown


def first_line(page: Page, screen: Alarm) -> str:
    """Return which car the alarm is about, in one or two lines."""
    judged, language = screen.judged, page.style.language
    ago = text.ago(max(0.0, screen.status.clock.monotonic_s - judged.as_of_s), language)
    number = judged.plate.number if judged.plate else ""
    what = text.pick(alarms.title(judged.verdict), language)
    return page.say(_FIRST_LINES[screen.about], number=number, ago=ago, what=what)


def _which_car(page: Page, screen: Alarm) -> Block:
    """Lay out the first line; its ground shows whether the alarm is about the car in front or another one."""
    elsewhere = screen.about in (About.ELSEWHERE, About.LEFT)
    hue = page.colours.notice if elsewhere else page.colours.strong
    side = page.eased(52)
    room = page.width - side - page.px(12)
    lines = first_line(page, screen).split("\n")
    longest = max(lines, key=page.type(34, hue.ink, bold=True).width)
    sizes = [page.type(units, hue.ink).size for units in range(38, 15, -1)]
    style = largest(longest, sizes, page.type(34, hue.ink, bold=True), (room, page.px(200)), 1)
    said = stack([paragraph(line, style, room) for line in lines])
    sign = Block(side, (IconItem(Rect(0, 0, side, side), _SIGNS[screen.about], hue.ink),))
    row = beside([(0, sign), (side + page.px(12), said)])
    width = page.style.size[0]

    def behind(height: int) -> list[Item]:
        return [Fill(Rect(0, 0, width, height), hue.ground)]

    return padded(row, page.px(MARGIN), page.eased(8), page.eased(8), behind)


def _hero(page: Page, screen: Alarm) -> list[Block]:
    """Lay out the alarm's name, flashing, and below it what to do."""
    verdict, language = screen.judged.verdict, page.style.language
    lit = int(screen.status.clock.now_s / result.FLASH_S) % 2 == 0
    dress = theme.dress(verdict.outcome, page.colours, lit=lit)
    words = text.pick(alarms.title(verdict), language)
    head = hero.headed(page, dress, words, headline.label(page, verdict, words))
    advice = text.pick(Lines(verdict.guidance_zh, verdict.guidance_en), language)
    return hero.blocks(page, dress, head, [advice])


def _reason(page: Page, screen: Alarm) -> Block:
    """Lay out the letters of the status if there are several, its source and age, and earlier alarms."""
    judged, language = screen.judged, page.style.language
    status = judged.verdict.status
    lines = []
    if len(letters.shown(status.letters or "")) > 1:
        named = text.status_letters(status.letters or "", language)
        lines.append(
            paragraph(
                page.say("letters", letters=named), page.type(26, page.colours.ink, bold=True), page.width
            )
        )
    plain = page.type(22, page.colours.ink, bold=True)
    lines.append(paragraph(_source(page, screen), plain, page.width))
    lines += result_vehicle.earlier_alarms(page, status)
    return padded(stack(lines, page.eased(4)), page.px(MARGIN), 0, 0, lambda _: ())


def _source(page: Page, screen: Alarm) -> str:
    judged, language = screen.judged, page.style.language
    status = judged.verdict.status
    since_s = max(0.0, screen.status.clock.monotonic_s - judged.as_of_s)
    live = status.finding in _LIVE
    if status.age_s is None and not live:
        return page.say("alarm_from_list")
    ago = text.ago(since_s + (0 if live else status.age_s or 0), language)
    return page.say("alarm_live" if live else "alarm_from_list_aged", ago=ago)


def _strip(page: Page, words: str, icon: Icon) -> Block:
    """Lay out a warning line."""
    side = page.eased(30)
    room = page.width - side - page.px(8) - 2 * page.px(10)
    said = paragraph(words, page.type(25, page.colours.notice.ink, bold=True), room)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), icon, page.colours.notice.ink),))
    row = beside([(0, sign), (side + page.px(8), said)])

    def behind(height: int) -> list[Item]:
        return [Fill(Rect(0, 0, page.width, height), page.colours.notice.ground, page.px(8))]

    strip = padded(row, page.px(10), page.eased(5), page.eased(5), behind)
    return padded(strip, page.px(MARGIN), 0, 0, lambda _: ())

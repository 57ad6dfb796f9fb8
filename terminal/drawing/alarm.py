"""Drawing of an alarm: which car it is about, its name, the plate, the reason, and its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import headline, hero, result, result_vehicle, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import Page, Role
from terminal.model import VehicleFinding
from terminal.screens import alarms
from terminal.screens.alarms import About
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
        shown.append(padded(result_vehicle.shown(page, judged.plate), page.margin, 0, 0, lambda _: ()))
    shown += _reason(page, screen)
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
    side, gap = page.mm(6.0), page.mm(1.6)
    room = page.width - side - gap
    style = page.font(Role.TITLE, hue.ink, bold=True)
    lines = first_line(page, screen).split("\n")
    longest = max(lines, key=style.width)
    style = page.fitting(longest, style, (room, page.mm(20)))
    said = stack([paragraph(line, style, room) for line in lines])
    sign = Block(side, (IconItem(Rect(0, 0, side, side), _SIGNS[screen.about], hue.ink),))
    row = beside([(0, sign), (side + gap, said)])

    def behind(height: int) -> list[Item]:
        return [Fill(Rect(0, 0, page.span, height), hue.ground)]

    return padded(row, page.margin, page.mm(1.0), page.mm(1.0), behind)


def _hero(page: Page, screen: Alarm) -> list[Block]:
    """Lay out the alarm's name, flashing, and below it what to do."""
    verdict, language = screen.judged.verdict, page.style.language
    lit = int(screen.status.clock.now_s / result.FLASH_S) % 2 == 0
    dress = theme.dress(verdict.outcome, page.colours, lit=lit)
    words = text.pick(alarms.title(verdict), language)
    head = hero.headed(page, dress, words, headline.label(page, verdict, words))
    advice = text.pick(Lines(verdict.guidance_zh, verdict.guidance_en), language)
    return hero.blocks(page, dress, head, [advice])


def _reason(page: Page, screen: Alarm) -> list[Block]:
    """Lay out the results of earlier alarms, and the source and its age if it was not asked just now.

    The radio card, a press away, has kind, letters and source of every alarm on a plate.
    """
    status, lines = screen.judged.verdict.status, []
    if screen.judged.plate is None or status.finding not in _LIVE:
        plain = page.font(Role.BODY, page.colours.ink)
        lines.append(paragraph(_source(page, screen), plain, page.width))
    lines += result_vehicle.earlier_alarms(page, status, page.width)
    return [padded(stack(lines, page.mm(0.5)), page.margin, 0, 0, lambda _: ())] if lines else []


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
    side, edge, hue = page.mm(4.0), page.mm(1.3), page.colours.notice
    room = page.width - side - page.mm(1.0) - 2 * edge
    said = paragraph(words, page.font(Role.BODY, hue.ink, bold=True), room)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), icon, hue.ink),))
    row = beside([(0, sign), (side + page.mm(1.0), said)])

    def behind(height: int) -> list[Item]:
        return [Fill(Rect(0, 0, page.width, height), hue.ground, page.mm(1.0))]

    strip = padded(row, edge, page.mm(0.7), page.mm(0.7), behind)
    return padded(strip, page.margin, 0, 0, lambda _: ())

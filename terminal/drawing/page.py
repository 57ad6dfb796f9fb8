"""Parts common to all screens: sizes, the status bar and the notices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from pygame import Rect

from terminal.credential.grade import Grade
from terminal.drawing import banner, regions, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Text
from terminal.drawing.layout import Block, Type, beside, largest, padded, paragraph, stack
from terminal.screens.values import Sending
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour
    from terminal.drawing.theme import Palette, Style
    from terminal.screens.values import Notice, Status

MARGIN_MM = 2.0
BANNER_MM = 9.0
"""Height, mm, of an alarm's banner below the bar, which a gloved thumb must hit."""
MOST_NOTICES = 2
"""Most notice lines about the terminal; with more notices the last line lists codes only."""


class Role(Enum):
    """Purpose of a text, which decides its size: the height of its em box, mm, which a Chinese character
    fills. A screen has one size of HERO at most, and so at most five sizes of type.
    """

    DETAIL = 2.5
    """The least: evidence, labels, the status bar, the names of buttons."""
    BODY = 3.0
    """Sentences and values."""
    LEAD = 3.6
    """Instructions, and the actions of keys."""
    TITLE = 4.8
    """Headings, the characters of typing keys, and values to compare."""
    HERO = 12.0
    """The verdict, or the one value asked about; as large as its place allows (`LADDER`)."""


SIZES = tuple(role.value for role in Role if role is not Role.HERO)
"""Sizes of type, mm, from the smallest."""
STEPS = (-1, 0, 1, 2, 3)
"""By how many sizes a page's type is reduced, tried in this order."""
LADDER = (12.0, 10.5, 9.0, 7.5, 6.0, *reversed(SIZES))
"""Sizes that a text which is fitted to its place may have, mm, from the largest."""
LEAST_PLATE = 6.0
"""Least height, mm, of plates that are to be told apart."""
LEAST_CELL, LEAST_KEY = 9.0, 12.0
"""Least width and height, mm, of a typing key or a row that is touched, and of an action's key."""


@dataclass(frozen=True, slots=True)
class Page:
    """Style of a screen, and by how much its texts are reduced to fit."""

    style: Style
    smaller: int = 0
    """Steps of `SIZES` by which type is reduced, never below the least; negative to enlarge it."""
    area: Rect | None = None
    """Part of the display that it fills; None for the whole width."""

    @property
    def colours(self) -> Palette:
        """Colours of the theme."""
        return theme.palette(self.style)

    @property
    def span(self) -> int:
        """Width with the margins, px."""
        return self.style.size[0] if self.area is None else self.area.width

    @property
    def margin(self) -> int:
        """Space left free at the left and at the right, px."""
        return self.mm(MARGIN_MM)

    @property
    def width(self) -> int:
        """Width between the margins, px."""
        return self.span - 2 * self.margin

    def mm(self, length: float) -> int:
        """Return the fewest px that are at least `length` mm, at least 1."""
        return self.style.mm(length)

    def font(self, role: Role, colour: Colour, *, bold: bool = False) -> Type:
        """Return the text style of a role on this page."""
        size = role.value
        if role is not Role.HERO:
            place = SIZES.index(size) - self.smaller
            size = SIZES[min(max(place, 0), len(SIZES) - 1)]
        return Type(self.style.fonts, self.mm(size), colour, bold)

    def fitting(self, words: str, most: Type, box: tuple[int, int], lines: int = 1) -> Type:
        """Return the largest text style, not above `most`, at which `words` fit `box` (px) in `lines` lines;
        the least if they fit at none.
        """
        sizes = [size for size in map(self.mm, LADDER) if size <= most.size]
        return largest(words, sizes, most, box, lines)

    def say(self, key: str, **values: object) -> str:
        """Return a screen text in the officer's language."""
        return text.say(key, self.style.language, **values)


def top(page: Page, status: Status, *, menu: bool = False, crowded: bool = False) -> Block:
    """Lay out the status bar, and below it, as wide as the page, the laboratory band, an alarm's banner and
    the notices; `menu` adds the menu icon to the bar. On a small display the bar says what has no room
    below; so it does on a `crowded` screen, which has no notices.
    """
    small = crowded or regions.is_small(page.style)
    strip = _banner(page, status)
    blocks = [_bar(page, status, menu=menu, small=small)]
    blocks += [strip] if strip is not None else []
    if status.trust.laboratory and not small:
        blocks.append(_laboratory(page))
    lines = _lines(page, status, 1 if strip is not None or small else MOST_NOTICES)
    if lines and not crowded and (strip is None or not small):
        blocks.append(_notices(page, lines))
    return stack(blocks)


def _lines(page: Page, status: Status, most: int) -> list[str]:
    """Return at most this number of notice lines, the reason why no code or date can be judged first; the
    last lists the codes of those that have no line of their own.
    """
    lines = _undecided(page, status)
    room = most - len(lines)
    spelt = status.notices if len(status.notices) <= room else status.notices[: max(0, room - 1)]
    lines += [_notice_words(page, notice) for notice in spelt]
    if rest := status.notices[len(spelt) :]:
        codes = " ".join(notice.code for notice in rest)
        lines.append(page.say("more_notices", codes=codes) if spelt or lines else codes)
    return lines


def _undecided(page: Page, status: Status) -> list[str]:
    """Return the line that says why no code, or no date, can be judged; empty if there is no reason."""
    stale = status.trust.grade is Grade.STALE and status.trust.age_s is not None
    if not status.clock.trusted:
        return [page.say("clock_and_trust" if stale else "clock_unsure")]
    return [page.say("trust_stale")] if stale else []


def _banner(page: Page, status: Status) -> Block | None:
    """Lay out the waiting alarms, and the one that a touch opens, on a strip of their own below the bar."""
    words = banner.words(page, status)
    if not words:
        return None
    hue, height, side = page.colours.verdict.red, page.mm(BANNER_MM), page.mm(4.6)
    room = page.width - side - page.mm(1.0)
    style = page.fitting(words, page.font(Role.LEAD, hue.ink, bold=True), (room, height), 2)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.SIREN, hue.ink),))
    row = beside([(0, sign), (side + page.mm(1.0), paragraph(words, style, room))])
    above = (height - row.height) // 2
    ground = Fill(Rect(0, 0, page.span, height), hue.ground)
    return padded(row, page.margin, above, height - row.height - above, lambda _: [ground])


def _notice_words(page: Page, notice: Notice) -> str:
    return f"{notice.code} {text.pick(Lines(notice.zh, notice.en), page.style.language)}"


_Part: TypeAlias = "Icon | tuple[str, Type]"


def _bar(page: Page, status: Status, *, menu: bool, small: bool) -> Block:
    area = regions.bar(page.style, menu=menu)
    marked = status.trust.laboratory and small
    ground = theme.LABORATORY if marked else theme.BAR
    left = _run(page, _bar_start(page, status, menu=menu, small=small))
    end = left.items[-1].rect.right
    room = area.width - 2 * page.margin - end - page.mm(1.4)
    right = _fitting_end(page, status, room, marked=marked)
    blocks = [(page.margin, left)]
    start = area.width - page.margin
    if right.items:
        start -= max(item.rect.right for item in right.items)
        blocks.append((start, right))
    row = beside([*blocks, *_shift(page, status, page.margin + end, start, _plain(page, marked=marked))])
    inside = (area.height - row.height) // 2
    return padded(row, 0, inside, area.height - row.height - inside, lambda _: [Fill(area, ground)])


def _plain(page: Page, *, marked: bool) -> Type:
    """Return the text style of what is no warning in the bar, `marked` as a laboratory's or not."""
    bars = page.colours.bars
    return page.font(Role.DETAIL, bars.laboratory if marked else bars.key.mark)


def _shift(page: Page, status: Status, left: int, right: int, style: Type) -> list[tuple[int, Block]]:
    """Return the shift number if there is room for it between the two ends."""
    words = page.say("shift", shift=status.shift)
    gap = page.mm(1.6)
    wide = -int(-style.width(words) // 1)
    if not status.shift or left + 2 * gap + wide > right:
        return []
    return [(left + gap, paragraph(words, style, wide))]


_UPLOADS = {
    Sending.WAITING: "bar_waiting",
    Sending.SENDING: "bar_sending",
    Sending.OFFLINE: "bar_offline",
    Sending.FAULT: "bar_fault",
}


def _bar_start(page: Page, status: Status, *, menu: bool, small: bool) -> list[_Part]:
    """Return the left end of the bar: the menu, the clock and, if `small`, what has no room below."""
    parts: list[_Part] = [Icon.MENU] if menu else []
    bars, marked = page.colours.bars, status.trust.laboratory and small
    ink = bars.laboratory if marked else bars.key.ink
    parts.append((text.clock(status.clock.now_s), page.font(Role.BODY, ink, bold=True)))
    if not status.clock.trusted:
        parts.append(Icon.TRIANGLE)
    if marked:
        parts.append((page.say("bar_laboratory"), page.font(Role.DETAIL, bars.laboratory, bold=True)))
    if small and status.notices and banner.words(page, status):
        codes = " ".join(notice.code for notice in status.notices)
        ink = bars.laboratory if marked else bars.warning
        parts.append((codes, page.font(Role.DETAIL, ink, bold=True)))
    return parts


def _fitting_end(page: Page, status: Status, room: int, *, marked: bool) -> Block:
    """Return the right end of the bar without the least important parts, so that it is at most `room` px."""
    parts = _bar_end(page, status, marked=marked)
    for left_out in range(max(rank for rank, _ in parts) + 1):
        block = _run(page, [part for rank, part in parts if rank == 0 or rank > left_out])
        if max((item.rect.right for item in block.items), default=0) <= room:
            return block
    return block


def _bar_end(page: Page, status: Status, *, marked: bool) -> list[tuple[int, _Part]]:
    """Return link, trust, records, upload and torch, each with its rank: 1 is left out first, 0 never."""
    bars = page.colours.bars
    plain = _plain(page, marked=marked)
    warn = page.font(Role.DETAIL, bars.laboratory if marked else bars.warning, bold=True)
    parts: list[tuple[int, _Part]] = []
    if status.online is not None:
        parts.append((3, (page.say("online"), plain)) if status.online else (0, (page.say("offline"), warn)))
    if status.trust.age_s is None:
        parts += [(0, Icon.TRIANGLE), (0, (page.say("trust_none"), warn))]
    elif status.trust.grade is Grade.FRESH:
        parts.append((2, (page.say("trust_fresh"), plain)))
    else:
        aged = page.say("trust_aged", ago=text.ago(status.trust.age_s, page.style.language))
        parts += [(0, Icon.TRIANGLE), (6, (aged, warn))]
    parts.append((4, (page.say("records", count=status.records), plain)))
    if status.upload in _UPLOADS:
        fault = status.upload is Sending.FAULT
        parts.append((5 if fault else 1, (page.say(_UPLOADS[status.upload]), warn if fault else plain)))
    if status.torch:
        parts.append((0, Icon.TORCH))
    return parts


def _run(page: Page, parts: list[_Part]) -> Block:
    """Arrange texts and icons in a row."""
    x, blocks = 0, []
    for part in parts:
        if isinstance(part, Icon):
            side = page.mm(2.7)
            colour = page.colours.bars.key.ink if part is Icon.MENU else page.colours.bars.warning
            blocks.append((x, Block(side, (IconItem(Rect(0, 0, side, side), part, colour),))))
            x += side + page.mm(0.7)
        else:
            string, style = part
            width = -int(-style.width(string) // 1)
            item = Text(Rect(0, 0, width, style.leading), string, style.size, style.colour, style.bold)
            blocks.append((x, Block(style.leading, (item,))))
            x += width + page.mm(1.5)
    return beside(blocks) if blocks else Block(0, ())


def _laboratory(page: Page) -> Block:
    style = page.font(Role.DETAIL, page.colours.bars.laboratory, bold=True)
    band = paragraph(page.say("laboratory"), style, page.width, centred=True)
    gap = page.mm(0.4)
    return padded(
        band, page.margin, gap, gap, lambda height: [Fill(Rect(0, 0, page.span, height), theme.LABORATORY)]
    )


def _notices(page: Page, lines: list[str]) -> Block:
    """Lay out the notices about the terminal."""
    side = page.mm(3.1)
    start = side + page.mm(1.0)
    notice = page.colours.notice
    style = page.font(Role.DETAIL, notice.ink, bold=True)
    body = stack([paragraph(words, style, page.width - start) for words in lines])
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.DEVICE, notice.ink),))
    row, gap = beside([(0, sign), (start, body)]), page.mm(0.4)
    return padded(
        row, page.margin, gap, gap, lambda height: [Fill(Rect(0, 0, page.span, height), notice.ground)]
    )

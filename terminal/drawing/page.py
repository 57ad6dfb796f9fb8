"""Parts common to all screens: scaled sizes, the status bar and the notices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.credential.grade import Grade
from terminal.drawing import banner, text, theme
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Text
from terminal.drawing.layout import Block, Type, beside, largest, padded, paragraph, stack
from terminal.screens.values import Sending
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour
    from terminal.drawing.theme import Palette, Style
    from terminal.screens.values import Notice, Status

WIDTH, HEIGHT = 480, 800
"""Layout units of the surface; older sizes are stated in these and scaled to the display."""
MARGIN = 16
KEYS_HEIGHT = 88
"""12 mm on a 5-inch display: the width of a gloved thumb."""
BAR, BANNER = 44, 60
"""Heights, units, of the status bar and of an alarm's banner below it, which a gloved thumb must hit."""
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
    scale: float = 1.0
    """Factor of sizes that are stated in units."""
    smaller: int = 0
    """Steps of `SIZES` by which type is reduced, never below the least; negative to enlarge it."""

    @property
    def colours(self) -> Palette:
        """Colours of the theme."""
        return theme.palette(self.style)

    @property
    def width(self) -> int:
        """Width between the margins, px."""
        return self.style.size[0] - 2 * self.px(MARGIN)

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

    def px(self, units: float) -> int:
        """Convert units to pixels, at least 1."""
        return _px(self.style.size, units)

    def eased(self, units: float) -> int:
        """Convert units to pixels, reduced by `scale`."""
        return self.px(units * self.scale)

    def type(self, units: float, colour: Colour, *, bold: bool = False) -> Type:
        """Return a text style of `units`, reduced by `scale`."""
        return Type(self.style.fonts, self.eased(units), colour, bold)

    def firm(self, units: float, colour: Colour, *, bold: bool = False) -> Type:
        """Return a text style of `units` that is never reduced."""
        return Type(self.style.fonts, self.px(units), colour, bold)

    def say(self, key: str, **values: object) -> str:
        """Return a screen text in the officer's language."""
        return text.say(key, self.style.language, **values)


@lru_cache(maxsize=2048)
def _px(size: tuple[int, int], units: float) -> int:
    return max(1, round(units * min(size[0] / WIDTH, size[1] / HEIGHT)))


def top(page: Page, status: Status, *, menu: bool = False) -> Block:
    """Lay out the status bar, the laboratory band and the notices; `menu` adds the menu icon to the bar."""
    blocks = [_bar(page, status, menu=menu)]
    if status.trust.laboratory:
        blocks.append(_laboratory(page))
    if (strip := _alarm_strip(page, status)) is not None:
        blocks.insert(1, strip)
    lines = _undecided(page, status)
    room = MOST_NOTICES - len(lines)
    spelt = status.notices if len(status.notices) <= room else status.notices[: room - 1]
    lines += [_notice_words(page, notice) for notice in spelt]
    if rest := status.notices[len(spelt) :]:
        lines.append(page.say("more_notices", codes=" ".join(notice.code for notice in rest)))
    if lines:
        # Below an alarm's strip there is room for one line.
        blocks.append(_notices(page, [" · ".join(lines)], 13) if strip else _notices(page, lines, 18))
    return stack(blocks)


def _undecided(page: Page, status: Status) -> list[str]:
    """Return the line that says why no code, or no date, can be judged; empty if there is no reason."""
    stale = status.trust.grade is Grade.STALE and status.trust.age_s is not None
    if not status.clock.trusted:
        return [page.say("clock_and_trust" if stale else "clock_unsure")]
    return [page.say("trust_stale")] if stale else []


def _alarm_strip(page: Page, status: Status) -> Block | None:
    """Lay out the waiting alarms, and the one that a touch opens, on a line of their own below the bar."""
    words = banner.words(page, status)
    if not words:
        return None
    height, side = page.px(BANNER), page.px(34)
    room = page.width - side - page.px(8)
    sizes = [page.px(units) for units in range(27, 13, -1)]
    style = largest(words, sizes, page.firm(27, page.colours.verdict.red.ink, bold=True), (room, height), 2)
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.SIREN, page.colours.verdict.red.ink),))
    row = beside([(0, sign), (side + page.px(8), paragraph(words, style, room))])
    above = (height - row.height) // 2
    ground = Fill(Rect(0, 0, page.style.size[0], height), page.colours.verdict.red.ground)
    return padded(row, page.px(MARGIN), above, height - row.height - above, lambda _: [ground])


def _notice_words(page: Page, notice: Notice) -> str:
    return f"{notice.code} {text.pick(Lines(notice.zh, notice.en), page.style.language)}"


def _bar(page: Page, status: Status, *, menu: bool) -> Block:
    height = page.px(BAR)
    behind = Fill(Rect(0, 0, page.style.size[0], height), theme.BAR)
    left, right, start = _fitted_ends(page, status, menu=menu)
    shift = _shift(page, status, left.items[-1].rect.right, start)
    row = beside([(page.px(MARGIN), left), *shift, (page.px(MARGIN) + start, right)])
    inside = (height - row.height) // 2
    return padded(row, 0, inside, height - row.height - inside, lambda _: [behind])


def _fitted_ends(page: Page, status: Status, *, menu: bool) -> tuple[Block, Block, int]:
    """Return both ends of the bar in the largest size that fits, and the x of the right one.

    The upload state is left out if it does not fit at any size.
    """
    for upload, units in product((status.upload, None), range(20, 8, -1)):
        left, right = _bar_ends(page, replace(status, upload=upload), units, menu=menu)
        start = page.width - max(item.rect.right for item in right.items)
        if start - left.items[-1].rect.right >= page.px(10):
            break
    return left, right, start


def _shift(page: Page, status: Status, left: int, right: int) -> list[tuple[int, Block]]:
    """Return the shift number if there is room for it between the two ends."""
    style = page.firm(17, page.colours.bars.key.mark)
    words = page.say("shift", shift=status.shift)
    gap = page.px(12)
    wide = -int(-style.width(words) // 1)
    if not status.shift or left + 2 * gap + wide > right:
        return []
    return [(page.px(MARGIN) + left + gap, paragraph(words, style, wide))]


_UPLOADS = {
    Sending.WAITING: "bar_waiting",
    Sending.SENDING: "bar_sending",
    Sending.OFFLINE: "bar_offline",
    Sending.FAULT: "bar_fault",
}


def _bar_ends(page: Page, status: Status, units: float, *, menu: bool) -> tuple[Block, Block]:
    """Return the left end (clock) and the right end (link, trust, records, upload, torch)."""
    time = page.firm(26, page.colours.bars.key.ink, bold=True)
    plain = page.firm(units, page.colours.bars.key.mark)
    warn = page.firm(units, page.colours.bars.warning, bold=True)
    left: list[Icon | tuple[str, Type]] = [Icon.MENU] if menu else []
    left.append((text.clock(status.clock.now_s), time))
    if not status.clock.trusted:
        left.append(Icon.TRIANGLE)
    right: list[Icon | tuple[str, Type]] = []
    if status.online is not None:
        right.append((page.say("online"), plain) if status.online else (page.say("offline"), warn))
    if status.trust.age_s is None:
        right += [Icon.TRIANGLE, (page.say("trust_none"), warn)]
    elif status.trust.grade is Grade.FRESH:
        right.append((page.say("trust_fresh"), plain))
    else:
        right.append(Icon.TRIANGLE)
        right.append((page.say("trust_aged", ago=text.ago(status.trust.age_s, page.style.language)), warn))
    right.append((page.say("records", count=status.records), plain))
    if status.upload in _UPLOADS:
        fault = status.upload is Sending.FAULT
        small = page.firm(
            max(12, units - 3), page.colours.bars.warning if fault else page.colours.bars.key.mark, bold=fault
        )
        right.append((page.say(_UPLOADS[status.upload]), small))
    if status.torch:
        right.append(Icon.TORCH)
    return _run(page, left), _run(page, right)


def _run(page: Page, parts: list[Icon | tuple[str, Type]]) -> Block:
    """Arrange texts and icons in a row."""
    x, blocks = 0, []
    for part in parts:
        if isinstance(part, Icon):
            side = page.px(20)
            colour = page.colours.bars.key.ink if part is Icon.MENU else page.colours.bars.warning
            blocks.append((x, Block(side, (IconItem(Rect(0, 0, side, side), part, colour),))))
            x += side + page.px(5)
        else:
            string, style = part
            width = -int(-style.width(string) // 1)
            item = Text(Rect(0, 0, width, style.leading), string, style.size, style.colour, style.bold)
            blocks.append((x, Block(style.leading, (item,))))
            x += width + page.px(12)
    return beside(blocks)


def _laboratory(page: Page) -> Block:
    style = page.firm(21, page.colours.bars.laboratory, bold=True)
    band = paragraph(page.say("laboratory"), style, page.width, centred=True)
    width = page.style.size[0]
    return padded(
        band,
        page.px(MARGIN),
        page.px(3),
        page.px(4),
        lambda h: [Fill(Rect(0, 0, width, h), theme.LABORATORY)],
    )


def _notices(page: Page, lines: list[str], least: int) -> Block:
    """Lay out the notices about the terminal."""
    side = page.px(26)
    width = page.width - side - page.px(8)
    notice = page.colours.notice
    style = page.firm(21, notice.ink, bold=True)
    sizes = [page.px(units) for units in range(21, least - 1, -1)]
    body = [
        paragraph(words, largest(words, sizes, style, (width, page.px(100)), 1), width) for words in lines
    ]
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.DEVICE, notice.ink),))
    row = beside([(0, sign), (side + page.px(8), stack(body))])
    ground = page.style.size[0]
    return padded(
        row, page.px(MARGIN), page.px(5), page.px(6), lambda h: [Fill(Rect(0, 0, ground, h), notice.ground)]
    )

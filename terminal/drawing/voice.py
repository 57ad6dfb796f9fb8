"""Drawing of a spoken note while it is recorded: how long, how loud, and what ends it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pygame import Rect

from terminal.device_ports import CLIP_S
from terminal.drawing.items import Fill, Item
from terminal.drawing.layout import Block, paragraph
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import listed

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style
    from terminal.screens.voice import VoiceNote

_BAR = 5.0
"""Height of the loudness bar, mm."""


def recording(style: Style, screen: VoiceNote) -> Flow:
    """Lay out the recording."""
    return listed(style, screen.status, lambda page: _body(page, screen))


def _body(page: Page, screen: VoiceNote) -> list[Block]:
    ink, muted, logged = page.colours.ink, page.colours.muted, screen.entry.logged
    number = logged.plate.number if logged.plate else ""
    centred = partial(paragraph, width=page.width, centred=True, even=True)
    time = page.say("voice_time", seconds=int(screen.heard.seconds), most=CLIP_S)
    large = page.fitting(time, page.font(Role.HERO, ink, bold=True), (page.width, page.mm(14.0)))
    heard = page.say("voice_silent" if screen.heard.level == 0.0 else "voice_heard")
    of = page.say("voice_of", seq=logged.seq, number=number)
    return [
        centred(
            page.say("voice_saving" if screen.kept else "voice_title"),
            page.font(Role.TITLE, ink, bold=True),
        ),
        centred(of, page.font(Role.BODY, muted)),
        centred(time, large),
        _loudness(page, screen.heard.level),
        centred(heard, page.font(Role.LEAD, ink, bold=True)),
        centred(page.say("voice_rule"), page.font(Role.BODY, muted)),
    ]


def _loudness(page: Page, level: float) -> Block:
    """Draw the loudness as a bar: its outline is full width, so that silence is seen as well."""
    height, edge, radius = page.mm(_BAR), page.mm(0.4), page.mm(0.8)
    outer = Rect(0, 0, page.width, height)
    inner = outer.inflate(-2 * edge, -2 * edge)
    loud = Rect(inner.x, inner.y, round(inner.width * level), inner.height)
    drawn: list[Item] = [Fill(outer, page.colours.ink, radius), Fill(inner, page.colours.panel, radius)]
    if loud.width:
        drawn.append(Fill(loud, page.colours.slate, radius))
    return Block(height, tuple(drawn))

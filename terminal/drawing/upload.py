"""Drawing of the upload screen: records receipted, speed, and the reason if it does not proceed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import text
from terminal.drawing.icons import Icon
from terminal.drawing.items import Fill, IconItem, Item
from terminal.drawing.layout import Block, beside, paragraph
from terminal.drawing.page import Page, Role
from terminal.drawing.shift_parts import listed
from terminal.screens.values import Sending
from terminal.vehicle.tables import Lines

if TYPE_CHECKING:
    from terminal.drawing.flow import Flow
    from terminal.drawing.theme import Style
    from terminal.screens.shift import Uploading
    from terminal.screens.values import UploadProgress

_SIGNS = {
    Sending.WAITING: Icon.CLOCK,
    Sending.SENDING: Icon.UPLOAD,
    Sending.DONE: Icon.CHECK,
    Sending.OFFLINE: Icon.CLOCK,
    Sending.FAULT: Icon.DEVICE,
}
_TITLES = {
    Sending.WAITING: "upload_waiting",
    Sending.SENDING: "upload_sending",
    Sending.DONE: "upload_done",
    Sending.OFFLINE: "upload_offline",
    Sending.FAULT: "upload_fault",
}
_RESULTS = {
    Sending.WAITING: "upload_waits",
    Sending.DONE: "upload_receipted",
    Sending.OFFLINE: "upload_later",
    Sending.FAULT: "upload_stopped",
}


def progress(style: Style, screen: Uploading) -> Flow:
    """Lay out the upload's state, progress bar, time left and result."""
    return listed(style, screen.status, lambda page: _body(page, screen.progress))


def _body(page: Page, progress: UploadProgress) -> list[Block]:
    blocks = [_title(page, progress.state), _bar(page, progress), _line(page, _count(page, progress))]
    if progress.state is Sending.SENDING:
        blocks.append(_line(page, _time_left(page, progress)))
    if progress.state is Sending.FAULT and progress.fault is not None:
        fault = progress.fault
        words = f"{fault.code} {text.pick(Lines(fault.zh, fault.en), page.style.language)}"
        blocks.append(_line(page, words, firm=True))
    if progress.state in _RESULTS:
        blocks.append(_line(page, page.say(_RESULTS[progress.state]), firm=True))
    return blocks


def _title(page: Page, state: Sending) -> Block:
    side = page.mm(7.5)
    start = side + page.mm(2.0)
    words = paragraph(
        page.say(_TITLES[state]), page.font(Role.TITLE, page.colours.ink, bold=True), page.width - start
    )
    return beside(
        [
            (0, Block(side, (IconItem(Rect(0, 0, side, side), _SIGNS[state], page.colours.ink),))),
            (start, words),
        ]
    )


def _bar(page: Page, progress: UploadProgress) -> Block:
    """Draw the bar, filled by the receipted share; green once complete."""
    tall, edge = page.mm(4.5), page.mm(0.4)
    outer = Rect(0, 0, page.width, tall)
    inner = outer.inflate(-2 * edge, -2 * edge)
    full = Rect(inner.x, inner.y, round(inner.width * share(progress)), inner.height)
    colour = page.colours.verdict.green.mark if progress.state is Sending.DONE else page.colours.slate
    items: list[Item] = [Fill(outer, page.colours.ink), Fill(inner, page.colours.paper)]
    return Block(tall, (*items, *([Fill(full, colour)] if full.width else [])))


def share(progress: UploadProgress) -> float:
    """Return the receipted share, 0 to 1; 1 only if everything is receipted."""
    if progress.state is Sending.DONE:
        return 1.0
    return min(0.99, progress.sent / progress.total) if progress.total > 0 else 0.0


def _count(page: Page, progress: UploadProgress) -> str:
    return page.say("upload_count", sent=progress.sent, total=progress.total)


def _time_left(page: Page, progress: UploadProgress) -> str:
    left = progress.seconds_left
    if left is None:
        return page.say("upload_left_unknown")
    return page.say("upload_left", age=text.left(left, page.style.language))


def _line(page: Page, words: str, *, firm: bool = False) -> Block:
    colour = page.colours.ink if firm else page.colours.muted
    return paragraph(words, page.font(Role.LEAD, colour, bold=firm), page.width)

"""The words of the strip below the bar: alarms that wait, and alarms that have no result yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.screens import alarms

if TYPE_CHECKING:
    from terminal.drawing.page import Page
    from terminal.screens.values import Status


def words(page: Page, status: Status) -> str:
    """Return what the strip says; empty if there is no alarm to speak of.

    An alarm that waits, or one of an older check, goes before those without a result, which are then counted.
    """
    held = status.alarms
    if held.waiting is not None:
        key = "alarms_locked" if held.waiting.locked else "alarms_waiting"
        return _with_unclosed(page, page.say(key, count=held.waiting.count), held.unclosed)
    if held.banners:
        return _with_unclosed(page, _unopened(page, status), held.unclosed)
    if held.newest is not None:
        return _newest(page, status)
    return page.say("unclosed_locked", count=held.unclosed) if held.unclosed else ""


def _with_unclosed(page: Page, said: str, count: int) -> str:
    return f"{said}{page.say('unclosed_too', count=count)}" if count else said


def _unopened(page: Page, status: Status) -> str:
    judged, language = status.alarms.banners[0], page.style.language
    return page.say(
        "banner",
        number=judged.plate.number if judged.plate else "",
        ago=text.ago(max(0.0, status.clock.monotonic_s - judged.as_of_s), language),
        what=text.pick(alarms.title(judged.verdict), language),
    )


def _newest(page: Page, status: Status) -> str:
    alarm, language = status.alarms.newest, page.style.language
    if alarm is None:
        return ""
    said = page.say(
        "unclosed" if status.alarms.unclosed == 1 else "unclosed_several",
        number=alarm.plate.number,
        what=text.pick(alarm.title, language),
        count=status.alarms.unclosed,
    )
    if not status.alarms.opens:
        return said
    ago = text.ago(max(0.0, status.clock.now_s - alarm.checked_s), language)
    return said + page.say("unclosed_open", ago=ago)

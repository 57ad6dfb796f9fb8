"""Transitions for scanned frames: a single new code is checked at once, several are offered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from terminal.codes import Scan, is_ours, ours
from terminal.ports import Button
from terminal.screens.check import LINGER_S, OTHER_CODE_S, Ready, Result
from terminal.screens.choice import (
    ChoiceEvent,
    CodeChoice,
    CodeChosen,
    Identified,
    Identify,
    OtherCode,
    OthersWanted,
)
from terminal.screens.events import CheckCode, Scanned, StopSignal
from terminal.screens.values import CoVisibleCodes, LastSeen

if TYPE_CHECKING:
    from terminal.screens.state import Screen, Transition


def step(screen: Screen, event: Scanned | ChoiceEvent, now_s: float) -> Transition:
    """Handle a frame with codes in view, a touch on a choice, or the answer to it."""
    return _scanned(screen, event.scan, now_s) if isinstance(event, Scanned) else _chosen(screen, event)


def _scanned(screen: Screen, scan: Scan, now_s: float) -> Transition:
    """Handle a scan; where no check can begin it is only remembered."""
    match screen:
        case Ready():
            return _ready(screen, scan, now_s)
        case Result(reopened=False):
            return _behind_verdict(screen, scan, now_s), ()
        case _:
            return noticed(screen, scan, now_s), ()


def noticed(screen: Screen, scan: Scan, now_s: float) -> Screen:
    """Return the screen with the codes in view remembered, while no check can begin."""
    return replace(screen, seen=_noticed(screen.seen, scan, now_s))


def _ready(screen: Ready, scan: Scan, now_s: float) -> Transition:
    seen = _noticed(screen.seen, scan, now_s)
    company = seen.co_visible if seen else None
    if len(ours(scan)) > 1:
        if company is not None and company.offered:
            return replace(screen, seen=seen), ()
        return _opened(CodeChoice(screen.status, scan, seen=seen))
    if screen.seen is not None and _left_in_view(screen.seen, scan.text, now_s):
        return replace(screen, seen=seen), ()
    if company is not None and _still_there(company, scan.text, now_s):
        return screen, ()
    return replace(screen, seen=LastSeen(scan.text, now_s, _with_checked(company, scan.text))), (
        CheckCode(scan),
    )


def _with_checked(co_visible: CoVisibleCodes | None, text: str) -> CoVisibleCodes | None:
    """Mark one of the codes in view as checked; None if the text is another code: they are gone."""
    if co_visible is None or text not in co_visible.texts:
        return None
    return replace(co_visible, checked=co_visible.checked | {text}, checked_s=co_visible.last_s)


def _left_in_view(seen: LastSeen, text: str, now_s: float) -> bool:
    """Return True if this code was checked and has been in view since."""
    company = seen.co_visible
    beside = company is not None and text in company.checked and now_s - company.checked_s <= LINGER_S
    return beside or (seen.text == text and now_s - seen.last_s <= LINGER_S)


def _still_there(co_visible: CoVisibleCodes, text: str, now_s: float) -> bool:
    """Return True if several marks are in view although the frame shows one of them, or a foreign code."""
    return now_s - co_visible.last_s <= OTHER_CODE_S and (text in co_visible.texts or not is_ours(text))


def _noticed(seen: LastSeen | None, scan: Scan, now_s: float) -> LastSeen | None:
    """Update the sighting with a frame: the checked code is still in view, or several marks are."""
    texts = frozenset(code.text for code in ours(scan))
    if seen is not None:
        offered = seen.co_visible.texts if seen.text is None and seen.co_visible else frozenset()
        if seen.text in {code.text for code in scan.codes} or texts & offered:
            seen = replace(seen, last_s=now_s)
        return replace(seen, co_visible=_joined(seen, texts, now_s))
    return LastSeen(None, now_s, CoVisibleCodes(texts, now_s)) if len(texts) > 1 else None


def _joined(seen: LastSeen, texts: frozenset[str], now_s: float) -> CoVisibleCodes | None:
    """Update the marks in view together; a new one among them makes a new choice."""
    known = seen.co_visible
    fresh = known is not None and now_s - known.last_s <= LINGER_S
    if known is not None and texts & known.checked and now_s - known.checked_s <= LINGER_S:
        known = replace(known, checked_s=now_s)
    if len(texts) < 2:
        return known
    if known is not None and fresh and texts <= known.texts:
        return replace(known, last_s=now_s)
    before = known.checked if known is not None and fresh else frozenset()
    return CoVisibleCodes(texts, now_s, checked=texts & {seen.text, *before}, checked_s=now_s)


def _behind_verdict(screen: Result, scan: Scan, now_s: float) -> Result:
    screen = replace(screen, seen=_noticed(screen.seen, scan, now_s))
    company = screen.seen.co_visible if screen.seen else None
    known = {screen.judged.text, *(company.checked if company else ())}
    others = [code.text for code in scan.codes if code.text not in known]
    if not others:
        return screen
    held = screen.other
    fuller = held is not None and len(ours(held.scan)) > len(ours(scan))
    if held is not None and fuller and now_s - held.taken_s <= OTHER_CODE_S:
        return replace(screen, other=replace(held, last_s=now_s))
    return replace(screen, other=OtherCode(any(map(is_ours, others)), scan, now_s, now_s))


def _chosen(screen: Screen, event: ChoiceEvent) -> Transition:
    match screen, event:
        case Result(has_other_code=True, other=OtherCode(scan=scan)), OthersWanted():
            choice = CodeChoice(screen.status, scan, after=screen.judged, seen=screen.seen)
            after, effects = _opened(choice)
            return after, (StopSignal(), *effects)
        case CodeChoice(), Identified(proven, frame):
            return replace(screen, proven=proven, frame=frame), ()
        case CodeChoice(), CodeChosen(place) if 0 <= place < len(screen.codes):
            return _picked(screen, place)
        case _:
            return screen, ()


def _opened(choice: CodeChoice) -> Transition:
    """Open the choice; it is offered once for as long as the codes stay in view."""
    seen = choice.seen
    if seen is not None and seen.co_visible is not None:
        seen = replace(seen, co_visible=replace(seen.co_visible, offered=True))
    return replace(choice, seen=seen), (Identify(choice.scan),)


def _picked(screen: CodeChoice, place: int) -> Transition:
    """Check the picked code like a scan of that code alone, last seen when any of those offered was."""
    code = screen.codes[place]
    company = screen.seen.co_visible if screen.seen else None
    last_s = max(screen.seen.last_s if screen.seen else 0.0, company.last_s if company else 0.0)
    seen = LastSeen(code.text, last_s, _with_checked(company, code.text))
    return replace(screen, marked=place, seen=seen), (CheckCode(Scan(code.text, code.corners)),)


def pressed(screen: CodeChoice, button: Button) -> Transition:
    """Handle a button: TRIGGER marks the next code, CONFIRM picks the marked one, BACK leaves."""
    match button:
        case Button.TRIGGER:
            marked = 0 if screen.marked is None else (screen.marked + 1) % len(screen.codes)
            return replace(screen, marked=marked), ()
        case Button.CONFIRM:
            return (screen, ()) if screen.marked is None else _picked(screen, screen.marked)
        case Button.BACK if screen.after is not None:
            return Result(screen.status, screen.after, screen.seen), ()
        case Button.BACK:
            return Ready(screen.status, screen.seen), ()
        case _:
            assert_never(button)

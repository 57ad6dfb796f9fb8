"""Derive the state diagram of the screens from `step`, by applying every event to every state."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.screens.state_answers import OPEN_ALARM, answers
from scripts.screens.state_events import events
from scripts.screens.state_key import key
from scripts.screens.state_names import NAMES, name
from terminal.ports import Button
from terminal.screens.alarm_case import AlarmLife
from terminal.screens.attention import BOUNCE_S, HOLD_S, SETTLE_S, KeyDown, KeyUp
from terminal.screens.events import Typed
from terminal.screens.self_test import SelfTest
from terminal.screens.ui import Ui, advance
from terminal.screens.values import EnforcementStatus, Status, TrustStatus

if TYPE_CHECKING:
    from scripts.screens.state_events import StateEvent

README = Path("terminal/README.md")
BEGIN, END = "<!-- states -->", "<!-- /states -->"
ENFORCING = TrustStatus(enforcement=EnforcementStatus("苏", frozenset({1})))
ONLINE = Status(online=True, trust=ENFORCING)
Edges = dict[tuple[str, str], list[str]]


def main(arguments: list[str]) -> None:
    """Print the diagram, or write it into terminal/README.md with `--keep`."""
    if "--keep" in arguments:
        README.write_text(kept(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(diagram())


def kept(readme: str) -> str:
    """Return the manual with the diagram between its markers. Raises ValueError if they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README} has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}{after}"


def diagram() -> str:
    """Return all screens and their transitions as Mermaid."""
    lines = [
        f"    {start} --> {end}: {' or '.join(sorted(set(labels)))}"
        for (start, end), labels in sorted(walk().items())
    ]
    names = [f'    state "{words}" as {name}' for name, words in NAMES.items()]
    return "\n".join(["stateDiagram-v2", *names, "    [*] --> StartTest", *lines])


@cache
def walk() -> Edges:
    """Return every transition between screens with different names, with its causes."""
    start = Ui(SelfTest(ONLINE), life=AlarmLife((OPEN_ALARM,)))  # an alarm of the shift is open
    edges: Edges = {}
    seen, ahead = {key(start)}, [start]
    while ahead:
        ui = ahead.pop()
        for label, event in events(ui):
            for after in _ends(ui, event):
                if name(after.screen) != name(ui.screen):
                    edges.setdefault((name(ui.screen), name(after.screen)), []).append(label)
                if key(after) not in seen:
                    seen.add(key(after))
                    ahead.append(after)
    return edges


def _ends(ui: Ui, event: StateEvent) -> list[Ui]:
    """Return the states after an event whose effects succeeded, and after one whose effects failed."""
    if isinstance(event, Typed):  # in one step, to keep the states few
        for symbol in event.text:
            ui, _ = advance(ui, Typed(symbol), SETTLE_S)
        return [ui]
    seen = replace(ui, keys=replace(ui.keys, drawn_s=0.0), touches=replace(ui.touches, drawn_s=0.0))
    if isinstance(event, Button):
        after, effects = advance(seen, KeyDown(event, SETTLE_S), SETTLE_S)
        if ui.up is not None:
            after, effects = advance(after, KeyUp(event, SETTLE_S + HOLD_S), SETTLE_S + HOLD_S)
        else:
            up_s = SETTLE_S + 2 * BOUNCE_S  # BACK, and CONFIRM under a banner, act when they are let go
            after, released = advance(after, KeyUp(event, up_s), up_s + 2 * BOUNCE_S)
            effects = (*effects, *released)
    else:
        after, effects = advance(seen, event, SETTLE_S)
    at_s = ui.below.status.clock.monotonic_s
    told = [answer for effect in effects for answer in answers(effect, at_s)]
    return [advance(after, answer, SETTLE_S)[0] for answer in told] or [after]


if __name__ == "__main__":
    main(sys.argv[1:])

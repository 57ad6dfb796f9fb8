"""The state diagram of the screens is what `step` does, found by walking it; nobody draws it by hand."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from terminal.errors import JournalFull
from terminal.model import Button, CredentialFinding, Plate, Scan, Subject, VehicleFinding, VehicleStatus
from terminal.screens.shift import MENU
from terminal.screens.shift_step import logged
from terminal.screens.state import (
    Annotate,
    Annotated,
    AskKinds,
    Candidate,
    Check,
    Chosen,
    CodeChoice,
    CodeChosen,
    Confirm,
    Effect,
    EndShift,
    Enter,
    Event,
    Failed,
    Identified,
    Identify,
    Judged,
    KindChoice,
    Listed,
    LogEntry,
    Marked,
    Menu,
    Notice,
    Opened,
    OthersWanted,
    Part,
    Picked,
    PlateEntry,
    Pressed,
    Ready,
    Recorded,
    Refined,
    Result,
    Scanned,
    Screen,
    ShiftEnded,
    ShiftLog,
    ShiftStarted,
    ShiftTold,
    StartShift,
    Status,
    TellShift,
    Typed,
    Uploading,
)
from terminal.screens.step import step
from terminal.vehicle.verdict import decide
from tests.terminal.screens.gallery import judged, placed

README = Path("README.md")
BEGIN, END = "<!-- states -->", "<!-- /states -->"
SAMPLE = "粤B12345"
"""A plate that is typed; many kinds may have it."""
ONLINE = Status(online=True)
ONE, SEVERAL = Scan("A", ()), placed("VI1:A", "VI1:B")
FULL = Failed(Notice(JournalFull.code, JournalFull.zh, JournalFull.en))
ALARMED = VehicleFinding.ALARM
Edges = dict[tuple[str, str], list[str]]


def main(arguments: list[str]) -> None:
    """Print the diagram, or with `--keep` write it into README.md."""
    if "--keep" in arguments:
        README.write_text(kept(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(diagram())


def kept(readme: str) -> str:
    """README.md with the diagram between its markers. Raises ValueError where they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}{after}"


def diagram() -> str:
    """All screens and what leads from one to another, as Mermaid."""
    lines = [
        f"    {start} --> {end}: {' or '.join(sorted(set(labels)))}"
        for (start, end), labels in sorted(walk().items())
    ]
    names = [f'    state "{words}" as {name}' for name, words in _NAMES.items()]
    return "\n".join(["stateDiagram-v2", *names, "    [*] --> Ready", *lines])


_NAMES = {
    "Ready": "Ready: show a code",
    "Question": "Verdict: is this the vehicle?",
    "Plateless": "Verdict: no vehicle is known",
    "Verdict": "Verdict",
    "Alarm": "Alarm, not acknowledged",
    "CodeChoice": "Which of several codes?",
    "Entry": "Plate entry",
    "Kinds": "Which kind of plate?",
    "Trouble": "Trouble: no verdict",
    "Menu": "Menu",
    "ShiftLog": "This shift's checks",
    "LogEntry": "Add to a check",
    "ShiftEnd": "End or hand over the shift?",
    "Uploading": "Upload",
    "Ended": "Upload of an ended shift",
    "ShiftOver": "The shift is over: no check",
}


_SHORT = {PlateEntry: "Entry", KindChoice: "Kinds"}


def name(screen: Screen) -> str:
    """What a screen is called in the diagram."""
    match screen:
        case Ready():
            return "Ready"
        case Result(acknowledged=False):
            return "Alarm"
        case Result():
            return "Question" if screen.asks else "Plateless" if screen.wants_plate else "Verdict"
        case Uploading() if screen.ended is not None:
            return "Ended"
        case _:
            return _SHORT.get(type(screen), type(screen).__name__)


def walk() -> Edges:
    """Every way from one screen to another that has another name, with what leads there."""
    start: Screen = Ready(ONLINE)
    edges: Edges = {}
    seen, ahead = {repr(start)}, [start]
    while ahead:
        screen = ahead.pop()
        for label, event in _events(screen):
            for after in _ends(screen, event):
                if name(after) != name(screen):
                    edges.setdefault((name(screen), name(after)), []).append(label)
                if repr(after) not in seen:
                    seen.add(repr(after))
                    ahead.append(after)
    return edges


def _events(screen: Screen) -> list[tuple[str, Event]]:
    """What may happen by itself, by hand, or from afar."""
    events: list[tuple[str, Event]] = [(button.name, Pressed(button)) for button in Button]
    events.append(("a code", Scanned(ONE)))
    events.append(("several codes", Scanned(SEVERAL)))
    if isinstance(screen, PlateEntry):
        events.append(("a key", Typed(SAMPLE[len(screen.number) : len(screen.number) + 1])))
    if isinstance(screen, KindChoice):
        events += [("a kind", Picked(kind)) for kind in (*screen.kinds, None)]
    events += [("a touch", touch) for touch in _touches(screen)]
    about = screen.judged if isinstance(screen, Result) else getattr(screen, "after", None)
    if about is not None:
        events += [("the registry", Refined(more)) for more in _refined(about)]
    return events


def _touches(screen: Screen) -> list[Event]:
    """What can be touched on the bar, on a choice of codes and on the screens of the shift."""
    match screen:
        case Ready():
            return [Opened(Part.MENU)]
        case Result() | CodeChoice():
            return _choices(screen)
        case Menu():
            return [Opened(part) for part in MENU]
        case ShiftLog():
            return [Chosen(one.seq) for one in screen.shown]
        case LogEntry():
            return [Marked(note) for note in screen.notes]
        case _:
            return []


def _choices(screen: Result | CodeChoice) -> list[Event]:
    """What can be touched where several codes are or were in view."""
    if isinstance(screen, CodeChoice):
        return [CodeChosen(place) for place in range(len(screen.codes))]
    return [OthersWanted()] if screen.offers else []


def _ends(screen: Screen, event: Event) -> list[Screen]:
    """The screens that an event may end on, once its effects are performed, or could not be."""
    after, effects = step(screen, event, 0.0)
    answers = [answer for effect in effects for answer in _answers(effect)]
    return [step(after, answer, 0.0)[0] for answer in answers] or [after]


def _answers(effect: Effect) -> list[Event]:
    match effect:
        case Identify(scan):
            return [Identified((None,) * len(scan.codes), (1280, 720))]
        case Check():
            found = (
                judged("A", CredentialFinding.CURRENT),
                judged("A", CredentialFinding.CURRENT, VehicleFinding.CACHED_ALARM),
                judged("A", CredentialFinding.FAILED),
            )
            return [*(Recorded(one) for one in found), FULL]
        case Confirm(one):
            return [Recorded(_about(one, one.plate, Subject.CONFIRMED)), FULL]
        case Enter(plate, after):
            shown = after or replace(judged("A", CredentialFinding.NOT_SHOWN), text=None)
            typed = _about(shown, plate, Subject.TYPED)
            return [Recorded(typed), *(Recorded(more) for more in _refined(typed)), FULL]
        case AskKinds(number):
            several = tuple(
                Candidate(kind, VehicleStatus(VehicleFinding.VALID, "A")) for kind in ("02", "07")
            )
            return [Listed(number, found) for found in (several, several[:1], None)]
        case _:
            return _shift_answers(effect)


def _shift_answers(effect: Effect) -> list[Event]:
    match effect:
        case TellShift():
            return [ShiftTold((logged(judged("A", CredentialFinding.CURRENT)),), (), 1)]
        case Annotate(seq):
            return [Annotated(seq), FULL]
        case EndShift():
            return [ShiftEnded((), 1), FULL]
        case StartShift():
            return [ShiftStarted(), FULL]
        case _:
            return []


def _about(one: Judged, plate: Plate | None, subject: Subject) -> Judged:
    verdict = decide(one.verdict.finding, one.verdict.status, subject)
    return replace(one, plate=plate, verdict=verdict)


def _refined(one: Judged) -> list[Judged]:
    """What the registry may say of a check: nothing unusual, or an alarm; of no vehicle it says nothing."""
    if one.plate is None:
        return []
    statuses = [replace(one.verdict.status, finding=finding) for finding in (VehicleFinding.VALID, ALARMED)]
    return [
        replace(one, verdict=decide(one.verdict.finding, status, one.verdict.subject)) for status in statuses
    ]


if __name__ == "__main__":
    main(sys.argv[1:])

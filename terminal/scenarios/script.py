"""Parser of scenarios: text files with one action or expectation a line, for the demo, tests and pictures.

# a comment
show card.jpg [more.jpg ...]     show photographs to the camera, one after another
clear                            show nothing to the camera
press TRIGGER|CONFIRM|BACK       press a button as soon as the screen has been shown long enough for it
hold CONFIRM|BACK                hold a button for a second: acknowledge an alarm, or lock the session
type 苏A12345                     touch the keys of plate entry, or of a VIN; what is there is erased first
pick 02|unsure                   touch a kind of plate, or "cannot tell"
choose 2                         touch the second of several codes, reasons or near numbers
choose other                     touch the strip of a verdict that offers another code
sign in NUMBER PIN               open the sign-in or unlock the session, and touch the keys of the pad
open menu|log|upload|handover|end|settings|selftest|diagnostics|lock  touch the bar, or a row of the menu
open banner                      touch the banner of an alarm from an older check
open details                     touch the key of a verdict's details
open check 3                     touch the third check of the shift's list
open number|partner|vin          touch the key of a result that edits, couples or looks up by VIN
note 放行                        touch a note of a check
wait 6                           let 6 seconds pass
clock 2026-11-22T12:00:00+08:00 [untrusted]  set the wall clock
camera stalled|live              stop or resume the frames
expect OUTCOME [REASON]          a verdict or an alarm is shown
expect ready | compare | checking | details | reopened | alarmed | comparison | hidden | codes
expect entry | vin_entry | kinds | menu | log | ending | notes | change | reasons | claims | uploading
expect uploaded | over | pad | locked | blocked | resting | card | vin | option | form | text
expect selftest | settings | diagnostics | recording | taken
expect online | offline | trouble CODE | notice CODE
shot result.png                  save the screen as a picture
say Anything.                    print a line
title|do|see|then zh|en Anything.  a text of the manual: the flow's title; what the officer does, what the
                                 screen shows, what is to be done then, each about the next shot
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from terminal.errors import InputFault
from terminal.model import Outcome, Reason
from terminal.officers.roster import is_number, is_pin
from terminal.ports import Button
from terminal.screens.shift import Part
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.plate import can_be_kind

if TYPE_CHECKING:
    from collections.abc import Callable


SCREENS = (
    *("compare", "checking", "details", "reopened", "alarmed", "comparison", "hidden", "codes"),
    *("entry", "vin_entry", "kinds", "menu", "log", "ending", "notes", "change"),
    *("reasons", "claims", "uploading", "uploaded", "over", "pad", "locked", "blocked", "resting"),
    *("card", "car", "vin", "option", "form", "text"),
    *("selftest", "settings", "diagnostics", "recording", "taken"),
)
"""Screens besides ready and a verdict. `compare` and `checking` show a check's plate before its verdict,
`reopened` a check from the shift's list; `alarmed` is an unacknowledged alarm, `hidden` a verdict that is too
old to show, `reasons` asks why sealed claims are opened, `claims` shows them, `uploaded` is the upload screen
with a receipt for every record, `pad` where an officer signs in, `blocked` a number with too many wrong PINs.
An open alarm has its radio card (`card`), the comparisons before and after the stop (`car`, `vin`), and of
its result the choices (`option`), the form and the texts. `resting` is a dark display,
`recording` a spoken note, `taken` what a successor has taken over.
"""
CAPTIONS = ("title", "do", "see", "then")
"""Texts of the manual: a flow's title, and of each picture: what the officer does, sees, and does then."""
LANGUAGES = ("zh", "en")
PARTS = (*Part, "banner", "details", "number", "partner", "vin")


@dataclass(frozen=True, slots=True)
class Show:
    """Photographs to show to the camera; none clears the view."""

    pictures: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class PressButton:
    """A press of a button."""

    button: Button


@dataclass(frozen=True, slots=True)
class HoldButton:
    """A button held as long as an alarm requires, or a lock."""

    button: Button


@dataclass(frozen=True, slots=True)
class EnterPin:
    """The pad's keys of an officer's number and PIN; a locked session asks its officer for the PIN alone."""

    number: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypePlate:
    """A plate number or VIN to type key by key; the field is erased first."""

    number: str


@dataclass(frozen=True, slots=True)
class PickNote:
    """A note of a check, by its recorded word."""

    word: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A row of the choice of kinds; None if the officer cannot tell, also about a point of a comparison."""

    kind: str | None


@dataclass(frozen=True, slots=True)
class Choose:
    """A row of the choice of codes or reasons, or a near number, from 0; None for the strip that opens the
    choice of codes.
    """

    place: int | None


@dataclass(frozen=True, slots=True)
class Open:
    """A touch on the bar, a row of the menu, the banner of an alarm or a key of a result."""

    part: str


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A touch on a row of the shift's list, from 0."""

    row: int


@dataclass(frozen=True, slots=True)
class Wait:
    """A time to wait, s."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetClock:
    """A setting of the wall clock, and if it is trusted."""

    unix_s: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class SetCamera:
    """Stop or resume the camera's frames."""

    live: bool


@dataclass(frozen=True, slots=True)
class ExpectResult:
    """Expect this result on the screen."""

    outcome: Outcome
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class ExpectReady:
    """Expect the terminal to be ready after it has scanned the picture in view."""


@dataclass(frozen=True, slots=True)
class ExpectScreen:
    """Expect one of SCREENS, and of `compare` the reason of the code's finding if it is given."""

    name: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class ExpectLink:
    """Expect the registry to be reachable, or not."""

    up: bool


@dataclass(frozen=True, slots=True)
class ExpectTrouble:
    """Expect a fault of this code, as a screen of its own or as a notice on another one."""

    code: str
    as_notice: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """Save the screen as a picture of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Say:
    """Print a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Caption:
    """A text of the manual, which playing passes over."""

    part: str
    """One of CAPTIONS."""
    language: str
    text: str


Expectation: TypeAlias = ExpectResult | ExpectReady | ExpectScreen | ExpectLink | ExpectTrouble
Change: TypeAlias = Show | Wait | SetClock | SetCamera
Press: TypeAlias = (
    PressButton | HoldButton | EnterPin | TypePlate | PickNote | Pick | Choose | Open | OpenCheck
)
Deed: TypeAlias = Change | Press | Shot | Say | Caption | Expectation


@dataclass(frozen=True, slots=True)
class Line:
    """An action or expectation with its line number, from 1."""

    number: int
    deed: Deed


def parse(text: str, folder: Path) -> tuple[Line, ...]:
    """Parse a scenario whose pictures are in `folder`. Raises InputFault, which names the line."""
    lines = []
    for number, content in enumerate(text.splitlines(), 1):
        stripped = content.strip()
        if not stripped or stripped.startswith("#"):
            continue
        word, _, rest = stripped.partition(" ")
        reader = _READERS.get(word)
        if reader is None:
            raise InputFault(f"line {number}: unknown word {word}; known are {', '.join(_READERS)}")
        try:
            lines.append(Line(number, reader(rest.split(), rest, folder)))
        except (ValueError, IndexError) as error:
            raise InputFault(f"line {number}: {stripped}: {error}") from error
    return tuple(lines)


def _show(words: list[str], _rest: str, folder: Path) -> Deed:
    pictures = tuple(folder / word for word in words)
    if not pictures:
        raise ValueError("a picture is expected")
    for picture in pictures:
        if not picture.is_file():
            raise ValueError(f"no picture {picture}")
    return Show(pictures)


def _type(words: list[str], _rest: str, _folder: Path) -> Deed:
    (number,) = words
    return TypePlate(number)


def _sign(words: list[str], _rest: str, _folder: Path) -> Deed:
    preposition, number, pin = words
    if preposition != "in" or not is_number(number) or not is_pin(pin):
        raise ValueError("in, an officer's number and a PIN are expected")
    return EnterPin(number, pin)


def _note(words: list[str], _rest: str, _folder: Path) -> Deed:
    (word,) = words
    return PickNote(word)


def _pick(words: list[str], _rest: str, _folder: Path) -> Deed:
    (kind,) = words
    if kind != "unsure" and not can_be_kind(kind):
        raise ValueError("a code of a plate kind, or unsure, is expected")
    return Pick(None if kind == "unsure" else kind)


def _choose(words: list[str], _rest: str, _folder: Path) -> Deed:
    (which,) = words
    if which != "other" and not (which.isdecimal() and int(which) > 0):
        raise ValueError("a number from 1, or other, is expected")
    return Choose(None if which == "other" else int(which) - 1)


def _open(words: list[str], _rest: str, _folder: Path) -> Deed:
    if words[0] == "check":
        _, row = words
        if not row.isdecimal() or row == "0":
            raise ValueError("a row from 1 is expected")
        return OpenCheck(int(row) - 1)
    (part,) = words
    if part not in PARTS:
        raise ValueError(f"one of {', '.join(PARTS)} is expected")
    return Open(part)


def _wait(words: list[str], _rest: str, _folder: Path) -> Deed:
    seconds = float(words[0])
    if not 0 <= seconds < 1e9:
        raise ValueError("seconds are expected")
    return Wait(seconds)


def _clock(words: list[str], _rest: str, _folder: Path) -> Deed:
    moment = datetime.fromisoformat(words[0])
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if words[1:] not in ([], ["untrusted"]):
        raise ValueError("untrusted, or nothing, is expected after the time")
    return SetClock(moment.timestamp(), trusted=not words[1:])


def _camera(words: list[str], _rest: str, _folder: Path) -> Deed:
    if words not in (["live"], ["stalled"]):
        raise ValueError("stalled or live is expected")
    return SetCamera(live=words == ["live"])


def _expect(words: list[str], _rest: str, _folder: Path) -> Deed:
    match words:
        case ["ready"]:
            return ExpectReady()
        case [name, *reason] if name in SCREENS and len(reason) <= (name == "compare"):
            return ExpectScreen(name, *map(Reason, reason))
        case ["online" | "offline" as reach]:
            return ExpectLink(up=reach == "online")
        case ["trouble" | "notice" as shown, code]:
            return ExpectTrouble(code, as_notice=shown == "notice")
        case [outcome]:
            return ExpectResult(Outcome(outcome))
        case [outcome, reason]:
            return ExpectResult(Outcome(outcome), Reason(reason))
        case _:
            raise ValueError(
                f"an outcome, ready, {', '.join(SCREENS)}, online, offline, trouble CODE, notice CODE"
            )


def _shot(words: list[str], _rest: str, _folder: Path) -> Deed:
    (name,) = words
    if Path(name).name != name or not name.endswith(".png"):
        raise ValueError("the name of a PNG file is expected")
    return Shot(name)


def _caption(part: str, words: list[str], rest: str, _folder: Path) -> Deed:
    language, _, text = rest.partition(" ")
    if language not in LANGUAGES or not words[1:]:
        raise ValueError(f"one of {', '.join(LANGUAGES)} and a text are expected")
    return Caption(part, language, text.strip())


_READERS: dict[str, Callable[[list[str], str, Path], Deed]] = {
    "show": _show,
    "clear": lambda _words, _rest, _folder: Show(()),
    "press": lambda words, _rest, _folder: PressButton(Button(words[0])),
    "hold": lambda words, _rest, _folder: HoldButton(Button(words[0])),
    "sign": _sign,
    "type": _type,
    "note": _note,
    "pick": _pick,
    "choose": _choose,
    "open": _open,
    "wait": _wait,
    "clock": _clock,
    "camera": _camera,
    "expect": _expect,
    "shot": _shot,
    "say": lambda _words, rest, _folder: Say(rest),
    **{part: partial(_caption, part) for part in CAPTIONS},
}

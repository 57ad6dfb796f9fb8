"""Colours and shapes of verdicts, chosen so that no two outcomes differ by colour alone.

The day theme is dark on light. In sunlight the display's reflection adds to every pixel: dark letters on a
light ground lose the least contrast by it, and a bright display keeps the pupil small, which sharpens vision.
The night theme is dim letters on dark, to preserve the officer's night vision: no screen's mean luminance
exceeds NIGHT_LUMINANCE, and nothing flashes white.

Outcomes that stop a vehicle have a dark ground with light letters by day, all others a light ground. The form
(`terminal/drawing/forms.py`) tells the outcomes apart for greyscale and colour-blind viewers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from terminal.drawing.icons import Icon
from terminal.model import Outcome
from terminal.vehicle.tables import OUTCOMES

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour, Fonts

Language: TypeAlias = Literal["zh", "en"]
_MM_PER_INCH = 25.4

NIGHT_LUMINANCE = 0.08
"""Largest mean relative luminance of a screen in the night theme."""


@dataclass(frozen=True, slots=True)
class Style:
    """Style of all screens: the officer's language, the fonts, the display and the theme."""

    language: Language
    fonts: Fonts
    size: tuple[int, int] = (480, 800)
    """Width and height of the display, px."""
    night: bool = False
    dimmed: float = 1.0
    """Share of each colour that is shown, 0 to 1, on a display without a backlight that can be set."""
    diagonal_in: float = 5.0
    """Diagonal of the display, inches, from which lengths in millimetres follow."""
    page: int = 0
    """Page to draw, from 0, of a screen that this display does not hold whole; after the last comes the
    first.
    """

    @property
    def px_per_mm(self) -> float:
        """Pixels a millimetre; they are square."""
        return _px_per_mm(self.size, self.diagonal_in)

    @property
    def landscape(self) -> bool:
        """True if the display is wider than high, so that screens have two columns."""
        return self.size[0] > self.size[1]

    def mm(self, length: float) -> int:
        """Return the fewest px that are at least `length` mm, at least 1."""
        return _mm(self.size, self.diagonal_in, length)


def _px_per_mm(size: tuple[int, int], diagonal_in: float) -> float:
    return math.hypot(*size) / (diagonal_in * _MM_PER_INCH)


@lru_cache(maxsize=512)
def _mm(size: tuple[int, int], diagonal_in: float, length: float) -> int:
    return max(1, math.ceil(length * _px_per_mm(size, diagonal_in) - 1e-6))


@dataclass(frozen=True, slots=True)
class Hue:
    """Colours of a block: its ground, the letters on it, and the mark that makes its form."""

    mark: Colour
    ground: Colour
    ink: Colour


@dataclass(frozen=True, slots=True)
class BarColours:
    """Colours of the status bar and of the soft keys."""

    key: Hue
    """Soft keys and the text of the bar; the mark is the colour of what is less important."""
    main_key: Hue
    """The soft key that is most likely wanted."""
    warning: Colour
    """Text of the bar that needs attention."""
    laboratory: Colour
    """Text on LABORATORY."""


@dataclass(frozen=True, slots=True)
class VerdictColours:
    """Colours of the verdicts, by their names in outcomes.csv."""

    green: Hue
    amber: Hue
    red: Hue
    unlit: Hue
    """Red in the dark half of a flash."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by purpose."""

    paper: Colour
    ink: Colour
    muted: Colour
    """Labels and grounds; contrast of 7:1 on paper and on panel."""
    panel: Colour
    slate: Colour
    """Grey-blue of undetermined outcomes: dashes."""
    slate_paper: Colour
    strong: Hue
    """A marked key or an important line: it stands out without being a verdict."""
    notice: Hue
    bars: BarColours
    verdict: VerdictColours

    def face(self, *, chosen: bool) -> tuple[Colour, Colour]:
        """Return ground and ink of a key on the screen."""
        return (self.strong.ground, self.strong.ink) if chosen else (self.panel, self.ink)


BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
BAR: Colour = (16, 24, 32)
"""Ground of the status bar and of the soft keys, in both themes."""
LABORATORY: Colour = (91, 33, 148)
"""Violet, which is no outcome's colour."""
GREEN: Colour = (0, 142, 92)
AMBER: Colour = (255, 236, 0)
"""Lighter than the lamp's amber, so that black letters on it are legible in the sun."""
RED: Colour = (148, 0, 16)
NOTICE: Colour = (255, 231, 122)

DAY = Palette(
    paper=(255, 255, 255),
    ink=(12, 16, 20),
    muted=(62, 70, 80),
    panel=(232, 236, 241),
    slate=(58, 83, 117),
    slate_paper=(228, 234, 243),
    strong=Hue(WHITE, (12, 16, 20), WHITE),
    notice=Hue(BLACK, NOTICE, BLACK),
    bars=BarColours(
        key=Hue((196, 206, 216), (44, 58, 74), WHITE),
        main_key=Hue((62, 70, 80), WHITE, BLACK),
        warning=NOTICE,
        laboratory=WHITE,
    ),
    verdict=VerdictColours(
        green=Hue(GREEN, (128, 255, 196), BLACK),
        amber=Hue(BLACK, AMBER, BLACK),
        red=Hue(WHITE, RED, WHITE),
        unlit=Hue(RED, WHITE, RED),
    ),
)
NIGHT = Palette(
    paper=(6, 9, 13),
    ink=(176, 182, 188),
    muted=(160, 167, 175),
    panel=(16, 20, 26),
    slate=(96, 120, 152),
    slate_paper=(14, 20, 30),
    strong=Hue((190, 196, 202), (36, 46, 58), (190, 196, 202)),
    notice=Hue((214, 170, 72), (44, 33, 0), (214, 170, 72)),
    bars=BarColours(
        key=Hue((160, 167, 175), (22, 28, 36), (180, 186, 192)),
        main_key=Hue((206, 213, 220), (32, 58, 88), (206, 213, 220)),
        warning=(214, 170, 72),
        laboratory=(216, 220, 226),
    ),
    verdict=VerdictColours(
        green=Hue((0, 112, 76), (0, 56, 38), (192, 208, 200)),
        amber=Hue((150, 106, 0), (34, 24, 0), (214, 168, 72)),
        red=Hue((150, 92, 92), (60, 0, 6), (196, 156, 156)),
        unlit=Hue((196, 44, 48), (20, 2, 4), (226, 132, 132)),
    ),
)


class Form(Enum):
    """Shape of the verdict block."""

    SOLID = "solid"
    """A plain block with a rim: the vehicle may go."""
    STRIPED = "striped"
    """A striped frame around the paper: provisional."""
    TAPED = "taped"
    """Hazard tape above and below: look closer."""
    PLAIN = "plain"
    """A plain block without a rim: overdue."""
    BARRED = "barred"
    """A heavy bar above and below, as on a barrier: not allowed on the road."""
    FLASHING = "flashing"
    """A striped frame around red: an alarm."""
    DASHED = "dashed"
    """A dashed outline: undetermined."""


@dataclass(frozen=True, slots=True)
class OutcomeStyle:
    """Style of an outcome's block."""

    form: Form
    mark: Colour
    """Colour of the rim, the stripes, the bars or the dashes."""
    paper: Colour
    """Ground of the text."""
    ink: Colour
    icon: Icon


_ICONS = {
    "check mark": Icon.CHECK,
    "clock with check mark": Icon.CLOCK_CHECK,
    "exclamation triangle": Icon.TRIANGLE,
    "calendar with cross": Icon.CALENDAR_CROSS,
    "no-entry": Icon.NO_ENTRY,
    "siren": Icon.SIREN,
    "question mark": Icon.QUESTION,
}
_FORMS = {
    Outcome.PASS: Form.SOLID,
    Outcome.PROVISIONAL: Form.STRIPED,
    Outcome.CAUTION: Form.TAPED,
    Outcome.OVERDUE: Form.PLAIN,
    Outcome.OFF_ROAD: Form.BARRED,
    Outcome.ALARM: Form.FLASHING,
    Outcome.UNDETERMINED: Form.DASHED,
}


def palette(style: Style) -> Palette:
    """Return the colours of the theme in use."""
    return NIGHT if style.night else DAY


def dress(outcome: Outcome, colours: Palette, *, lit: bool = True) -> OutcomeStyle:
    """Return the style for an outcome's colour and icon in outcomes.csv.

    `lit` is False in the dark half of a flash. Raises ValueError for a colour that is not implemented.
    """
    row = OUTCOMES[outcome]
    hue = _hue(row["colour"], colours, lit=lit)
    return OutcomeStyle(_FORMS[outcome], hue.mark, hue.ground, hue.ink, _ICONS[row["icon"]])


def _hue(colour: str, colours: Palette, *, lit: bool) -> Hue:
    match colour:
        case "green":
            return colours.verdict.green
        case "green-striped":
            return Hue(colours.verdict.green.mark, colours.paper, colours.ink)
        case "amber":
            return colours.verdict.amber
        case "red-flashing" if not lit:
            return colours.verdict.unlit
        case "red" | "red-flashing":
            return colours.verdict.red
        case "grey-blue":
            return Hue(colours.slate, colours.slate_paper, colours.ink)
        case _:
            raise ValueError(f"outcomes.csv has an unknown colour: {colour}")


def faded(colours: Palette, icon: Icon = Icon.CLOCK) -> OutcomeStyle:
    """Return the style of a verdict that is too old for a colour; its letters are as dark as before."""
    return OutcomeStyle(Form.PLAIN, colours.panel, colours.panel, colours.ink, icon)

"""Colours and shapes of verdicts, chosen so that no two outcomes differ by colour alone.

The day theme is dark on light. In sunlight the display's reflection adds to every pixel: dark letters on a
light ground lose the least contrast by it, and a bright display keeps the pupil small, which sharpens vision.
The night theme is light on dark, to preserve the officer's night vision. Filled colours are the same in both.

The shape states the certainty: a filled block is a final verdict, a striped frame a provisional one, a dashed
outline an undetermined one. The fills also differ in lightness, for greyscale and colour-blind viewers: amber
is light with dark letters, green is medium (and bluish, away from amber and red), red is dark with white
letters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from terminal.drawing.icons import Icon
from terminal.vehicle.tables import OUTCOMES

if TYPE_CHECKING:
    from terminal.drawing.fonts import Colour, Fonts
    from terminal.model import Outcome

Language: TypeAlias = Literal["zh", "en"]
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Style:
    """Style of all screens: the officer's language, the fonts, the display and the theme."""

    language: Language
    fonts: Fonts
    size: tuple[int, int] = (480, 800)
    """Width and height of the display, px."""
    night: bool = False
    diagonal_in: float = 5.0
    """Diagonal of the display, inches, from which lengths in millimetres follow."""

    @property
    def px_per_mm(self) -> float:
        """Pixels a millimetre; they are square."""
        return math.hypot(*self.size) / (self.diagonal_in * _MM_PER_INCH)

    @property
    def landscape(self) -> bool:
        """True if the display is wider than high, so that screens have two columns."""
        return self.size[0] > self.size[1]

    def mm(self, length: float) -> int:
        """Return the fewest px that are at least `length` mm, at least 1."""
        return max(1, math.ceil(length * self.px_per_mm - 1e-6))


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by purpose."""

    paper: Colour
    ink: Colour
    muted: Colour
    """Labels and grounds; contrast of 7:1 on paper and on panel."""
    faint: Colour
    """Disabled items; contrast of 3:1 on paper."""
    panel: Colour
    slate: Colour
    """Grey-blue of undetermined outcomes: dashes."""
    slate_paper: Colour


DAY = Palette(
    paper=(255, 255, 255),
    ink=(12, 16, 20),
    muted=(62, 70, 80),
    faint=(140, 147, 156),
    panel=(232, 236, 241),
    slate=(58, 83, 117),
    slate_paper=(224, 231, 241),
)
NIGHT = Palette(
    paper=(6, 9, 13),
    ink=(238, 242, 246),
    muted=(176, 187, 200),
    faint=(92, 100, 110),
    panel=(27, 34, 43),
    slate=(143, 170, 206),
    slate_paper=(23, 33, 48),
)

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
BAR: Colour = (16, 24, 32)
"""Status bar and soft keys in both themes, with WHITE and BAR_MUTED text."""
BAR_MUTED: Colour = (196, 206, 216)
KEY: Colour = (44, 58, 74)
LABORATORY: Colour = (91, 33, 148)
"""Violet, which is no outcome's colour."""
NOTICE: Colour = (255, 214, 102)

GREEN: Colour = (0, 180, 128)
AMBER: Colour = (255, 190, 0)
RED: Colour = (158, 0, 16)


class Form(Enum):
    """Shape of the verdict block, by certainty."""

    SOLID = "solid"
    STRIPED = "striped"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class OutcomeStyle:
    """Style of an outcome's block."""

    form: Form
    fill: Colour
    """Colour of the block, the stripes or the dashes."""
    paper: Colour
    """Ground of the text; if it differs from the fill of a solid block, it is also the block's rim."""
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


def palette(style: Style) -> Palette:
    """Return the colours of the theme in use."""
    return NIGHT if style.night else DAY


def dress(outcome: Outcome, colours: Palette, *, lit: bool = True) -> OutcomeStyle:
    """Return the style for an outcome's colour and icon in outcomes.csv.

    `lit` is False in the dark half of a flash. Raises ValueError for a colour that is not implemented.
    """
    row = OUTCOMES[outcome]
    icon = _ICONS[row["icon"]]
    match row["colour"]:
        case "green":
            return OutcomeStyle(Form.SOLID, GREEN, GREEN, BLACK, icon)
        case "green-striped":
            return OutcomeStyle(Form.STRIPED, GREEN, colours.paper, colours.ink, icon)
        case "amber":
            return OutcomeStyle(Form.SOLID, AMBER, AMBER, BLACK, icon)
        case "red-flashing" if not lit:
            return OutcomeStyle(Form.SOLID, RED, WHITE, RED, icon)
        case "red" | "red-flashing":
            return OutcomeStyle(Form.SOLID, RED, RED, WHITE, icon)
        case "grey-blue":
            return OutcomeStyle(Form.DASHED, colours.slate, colours.slate_paper, colours.ink, icon)
        case colour:
            raise ValueError(f"outcomes.csv has an unknown colour: {colour}")


def faded(colours: Palette, icon: Icon = Icon.CLOCK) -> OutcomeStyle:
    """Return the style of a verdict that is too old for a colour; its letters are as dark as before."""
    return OutcomeStyle(Form.SOLID, colours.panel, colours.panel, colours.ink, icon)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""What a verdict looks like: colour, form and contrast, so that no two outcomes differ by colour alone.

Day is dark on light. In sunlight the screen's own reflection adds to every pixel; a light ground with
dark letters loses the least contrast by it, and keeps the pupil small, which sharpens the reader's sight.
Night is light on dark, so that an officer who looks up again still sees the road. Filled colours stay the
same in both.

The form says how much is known: a filled block is decided; a striped frame is provisional; a dashed
outline is not determined. The fills differ in lightness too, so that grey and colour-blind readings keep
them apart: amber is light with dark letters, green is middling (and bluish, away from amber and red), red
is dark with white ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from terminal.screens.icons import Icon
from terminal.vehicle.tables import OUTCOMES

if TYPE_CHECKING:
    from terminal.model import Outcome
    from terminal.screens.fonts import Colour, Fonts

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Look:
    """How every screen is drawn: the officer's language, the fonts, and the surface's size in pixels."""

    language: Language
    fonts: Fonts
    size: tuple[int, int] = (480, 800)
    night: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for."""

    paper: Colour
    ink: Colour
    muted: Colour
    """Labels and grounds; still 7:1 on paper and on panel."""
    faint: Colour
    """What leads nowhere at the moment; 3:1 on paper."""
    panel: Colour
    slate: Colour
    """Grey-blue of what is not determined: dashes."""
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
"""Status bar and soft keys, in both themes; WHITE and BAR_MUTED stand on it."""
BAR_MUTED: Colour = (196, 206, 216)
KEY: Colour = (44, 58, 74)
LABORATORY: Colour = (91, 33, 148)
"""Violet is no outcome's colour."""
NOTICE: Colour = (255, 214, 102)

GREEN: Colour = (0, 180, 128)
AMBER: Colour = (255, 190, 0)
RED: Colour = (158, 0, 16)


class Form(Enum):
    """How much is known, by the shape of the verdict's block."""

    SOLID = "solid"
    STRIPED = "striped"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Dress:
    """What an outcome's block wears."""

    form: Form
    fill: Colour
    """The block, the stripes or the dashes."""
    paper: Colour
    """What the letters stand on; a solid block of another fill has it for its rim."""
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


def palette(look: Look) -> Palette:
    """The colours of a look."""
    return NIGHT if look.night else DAY


def dress(outcome: Outcome, colours: Palette, *, lit: bool = True) -> Dress:
    """What outcomes.csv's colour and icon are on the screen; `lit` is False in the dark half of a flash."""
    row = OUTCOMES[outcome]
    icon = _ICONS[row["icon"]]
    match row["colour"]:
        case "green":
            return Dress(Form.SOLID, GREEN, GREEN, BLACK, icon)
        case "green-striped":
            return Dress(Form.STRIPED, GREEN, colours.paper, colours.ink, icon)
        case "amber":
            return Dress(Form.SOLID, AMBER, AMBER, BLACK, icon)
        case "red-flashing" if not lit:
            return Dress(Form.SOLID, RED, WHITE, RED, icon)
        case "red" | "red-flashing":
            return Dress(Form.SOLID, RED, RED, WHITE, icon)
        case "grey-blue":
            return Dress(Form.DASHED, colours.slate, colours.slate_paper, colours.ink, icon)
        case colour:
            raise ValueError(f"outcomes.csv names a colour that is not drawn: {colour}")


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

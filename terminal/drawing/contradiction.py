"""Code and registry side by side in the fields that contradict each other (wire format, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pygame import Rect

from terminal.drawing import result_vehicle, text
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem
from terminal.drawing.layout import Block, beside, padded, paragraph, stack
from terminal.drawing.page import Role
from terminal.model import ComparedField

if TYPE_CHECKING:
    from terminal.drawing.page import Page
    from terminal.model import Vehicle, Verdict

_LABELS = {
    ComparedField.COLOUR: "colour",
    ComparedField.TYPE: "vehicle_type",
    ComparedField.VIN: "vin_tail",
}

_SHORT = {
    ComparedField.COLOUR: "differs_colour",
    ComparedField.TYPE: "differs_type",
    ComparedField.VIN: "differs_vin",
}


def block(page: Page, verdict: Verdict) -> Block | None:
    """Lay out each field that differs with both values, large; None where code and registry agree."""
    credential, registry = verdict.finding.credential, verdict.status.vehicle
    if not verdict.differing or credential is None or registry is None:
        return None
    edge = page.mm(1.8)
    inside = page.width - 2 * edge
    rows = [_row(page, name, credential.vehicle, registry, inside) for name in verdict.differing]

    card, above = stack(rows, page.mm(0.5)), page.mm(1.2)
    framed = padded(card, edge, above, above, lambda height: result_vehicle.frame(page, height))
    return padded(framed, page.margin, 0, 0, lambda _: ())


def line(page: Page, verdict: Verdict) -> str:
    """Return that code and registry differ, with both values of each field."""
    return page.say("contradiction", fields=values(page, verdict))


def values(page: Page, verdict: Verdict) -> str:
    """Return each field that differs with the code's value and the registry's; empty if none differs."""
    credential, registry = verdict.finding.credential, verdict.status.vehicle
    if credential is None or registry is None:
        return ""
    said = (
        f"{page.say(_SHORT[name])} "
        + "≠".join(_value(page, name, one).removesuffix("色") for one in (credential.vehicle, registry))
        for name in verdict.differing
    )
    return ("；" if page.style.language == "zh" else "; ").join(said)


def _row(page: Page, name: ComparedField, code: Vehicle, registry: Vehicle, width: int) -> Block:
    """Lay out one field: the code's value at the left, a drawn ≠, the registry's at the right."""
    side, gap = page.mm(4.6), page.mm(1.0)
    room = (width - side) // 2 - gap
    values = [_value(page, name, vehicle) for vehicle in (code, registry)]
    style = page.font(Role.LEAD, page.colours.ink, bold=True)
    label = page.font(Role.DETAIL, page.colours.muted, bold=True)
    field = page.say(_LABELS[name])
    left, right = (
        stack([paragraph(words, label, room), paragraph(said, style, room)])
        for words, said in zip(
            (f"{page.say('says_code')} {field}", page.say("says_registry")), values, strict=True
        )
    )
    sign = Block(side, (IconItem(Rect(0, 0, side, side), Icon.NOT_EQUAL, page.colours.ink),))
    return beside([(0, left), (room + gap, sign), (room + side + 2 * gap, right)])


def _value(page: Page, name: ComparedField, vehicle: Vehicle) -> str:
    language = page.style.language
    match name:
        case ComparedField.COLOUR:
            return text.colours(vehicle.colour, language)
        case ComparedField.TYPE:
            return text.vehicle_type(vehicle.vehicle_type, language)
        case ComparedField.VIN:
            return vehicle.vin_tail or ""

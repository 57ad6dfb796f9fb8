"""Output of findings, common to the commands: fixed field names, and only proven claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from terminal.vehicle.tables import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from terminal.model import Credential, SealedClaims, Vehicle

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | Sequence[Json] | None"


def fields(credential: Credential | None, opened: SealedClaims | None = None) -> dict[str, Json] | None:
    """Return the fields of a proven credential by name, with the sealed claims if they were opened."""
    if credential is None:
        return None
    vehicle = credential.vehicle
    named: dict[str, Json] = {
        "number": vehicle.plate.number,
        "kind": vehicle.plate.kind,
        "vehicle_type": vehicle.vehicle_type,
        "use": vehicle.use,
        "valid_through": vehicle.valid_through,
        "colour": vehicle.colour,
        "vin_tail": vehicle.vin_tail,
        "first_registered": vehicle.first_registered,
        "sealed": None
        if opened is None
        else _present(vin=opened.vin, engine_tail=opened.engine_tail, owner=opened.owner),
    }
    return _present(**named)


def line(value: Mapping[str, Json]) -> str:
    """Format a JSON object on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def vehicle_line(vehicle: Vehicle) -> str:
    """Format the plate, its kind and the month of validity for people."""
    year, month = divmod(vehicle.valid_through, 100)
    kind = KINDS.get(vehicle.plate.kind)
    named = f"{kind.name_zh} {kind.code}" if kind else vehicle.plate.kind
    return (
        f"{vehicle.plate.number}  {named}  检验有效期至{year}年{month:02}月  valid through {year}-{month:02}"
    )


def _present(**values: Json) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}

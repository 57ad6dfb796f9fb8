"""Alarms without a result: what the terminal knows of each until the officer says how it ended.

Domain, section 8: every alarm is closed. One vehicle has one open alarm, however often it was checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from terminal.model import CredentialFinding, Outcome, VehicleFinding
from terminal.vehicle import status
from terminal.vehicle.tables import OUTCOMES, Lines

if TYPE_CHECKING:
    from terminal.journal.notes import Control
    from terminal.model import EarlierAlarm, Fit, Plate, RecordedCheck, Vehicle


@dataclass(frozen=True, slots=True)
class Description:
    """The registry's, or else a genuine code's, description of a vehicle; None if it is not known."""

    vehicle_type: str | None = None
    """车辆类型, 3 characters."""
    colour: str | None = None
    """Body colours, 1 to 3 letters."""
    vin_tail: str | None = None
    """Last characters of the VIN."""
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that has no result yet. A plate has one at most."""

    plate: Plate
    checks: tuple[int, ...]
    """Record numbers of the vehicle's checks that raised it, oldest first; negative while not recorded, and
    none where their journal was set aside.
    """
    checked_s: float
    """Unix time of the newest of these checks."""
    letters: str | None = None
    live: bool = False
    """True if the registry answered; False if a list on this terminal did."""
    described: Description = Description()
    earlier: tuple[EarlierAlarm, ...] = ()
    """Results of earlier alarms on the vehicle, newest first."""
    fits: tuple[Fit, ...] = ()
    """The officer's answers on POINTS before the stop; empty if the car was not compared."""
    vin: Fit | None = None
    """The officer's answer on the VIN's tail after the stop; None if it was not compared."""
    control: Control | None = None
    """The control room's word; None while it has not answered."""
    acknowledged: bool = False

    @property
    def seq(self) -> int | None:
        """Record number of the newest check; None if it has none."""
        return self.checks[-1] if self.checks and self.checks[-1] > 0 else None

    @property
    def title(self) -> Lines:
        """Name of the gravest letter, or the outcome's title if no letter is known."""
        named = status.gravest(self.letters or "", status.StatusClass.ALARM)
        row = OUTCOMES[Outcome.ALARM]
        return named or Lines(row["title_zh"], row["title_en"])


def opens(judged: RecordedCheck) -> bool:
    """Return True if a check raises an alarm that needs a result: one about a vehicle that is known."""
    return judged.verdict.outcome is Outcome.ALARM and judged.plate is not None


def with_check(alarms: tuple[OpenAlarm, ...], judged: RecordedCheck) -> tuple[OpenAlarm, ...]:
    """Return the open alarms after a check, newest last: one opens, or the one on its vehicle is renewed.

    A check that is no alarm closes none: only the officer does.
    """
    if not opens(judged) or judged.plate is None:
        return alarms
    before = next((one for one in alarms if one.plate == judged.plate), None)
    if before is None:
        return (*alarms, _new(judged, judged.plate))
    renewed = _renewed(before, judged)
    if judged.seq in before.checks:
        return tuple(renewed if one is before else one for one in alarms)
    return (*(one for one in alarms if one is not before), renewed)


def of(judged: RecordedCheck, alarms: tuple[OpenAlarm, ...]) -> OpenAlarm | None:
    """Return the open alarm of a check's vehicle, as far as the check tells where there is none yet.

    None if the vehicle is not known.
    """
    if judged.plate is None:
        return None
    return next((one for one in alarms if one.plate == judged.plate), _new(judged, judged.plate))


def renumbered(alarms: tuple[OpenAlarm, ...], placeholder: int, seq: int) -> tuple[OpenAlarm, ...]:
    """Give a check that was recorded late the number of its record."""

    def recorded(one: OpenAlarm) -> OpenAlarm:
        if placeholder not in one.checks:
            return one
        return replace(one, checks=tuple(seq if each == placeholder else each for each in one.checks))

    return tuple(map(recorded, alarms))


def _new(judged: RecordedCheck, plate: Plate) -> OpenAlarm:
    known = judged.verdict.status
    return OpenAlarm(
        plate,
        (judged.seq,),
        judged.checked_s,
        known.letters,
        live=known.finding is VehicleFinding.ALARM,
        described=_described(judged),
        earlier=known.earlier_alarms,
        fits=judged.fits,
    )


def _renewed(before: OpenAlarm, judged: RecordedCheck) -> OpenAlarm:
    """Return an open alarm with what a newer check, or a later answer to it, knows; nothing known is lost."""
    new = _new(judged, before.plate)
    had, has = before.described, new.described
    return replace(
        new,
        checks=before.checks if judged.seq in before.checks else (*before.checks, judged.seq),
        letters=new.letters or before.letters,
        live=new.live or before.live,
        described=Description(
            has.vehicle_type or had.vehicle_type,
            has.colour or had.colour,
            has.vin_tail or had.vin_tail,
            has.brand or had.brand,
        ),
        earlier=new.earlier or before.earlier,
        fits=new.fits or before.fits,
        vin=before.vin,
        control=before.control,
        acknowledged=before.acknowledged,
    )


def _described(judged: RecordedCheck) -> Description:
    brand = judged.verdict.status.brand
    vehicle = judged.verdict.status.vehicle or _proven(judged)
    if vehicle is None:
        return Description(brand=brand)
    return Description(vehicle.vehicle_type, vehicle.colour, vehicle.vin_tail, brand)


def _proven(judged: RecordedCheck) -> Vehicle | None:
    """Return a genuine code's content about the vehicle of the check."""
    finding = judged.verdict.finding
    elsewhere = finding.finding is CredentialFinding.OTHER_VEHICLE
    return finding.credential.vehicle if finding.credential is not None and not elsewhere else None

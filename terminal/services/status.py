"""The bar at the top of every screen, and every fault that stops nothing, as of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from terminal.errors import JournalFault, LinkFault, StorageLow
from terminal.screens.values import RECHECKED, ClockStatus, Notice, Status, TrustStatus
from terminal.vehicle.tables import OUTCOMES

if TYPE_CHECKING:
    from terminal.errors import Fault, PanelFault
    from terminal.screens.values import CameraStatus
    from terminal.services.services import Services

CLOCK_STEP_S = 0.5
"""Step of the times in the bar: without another cause a screen is drawn again no more often than this."""
TRUST_AGE_STEP_S = 60


def status_of(
    services: Services, *, camera: CameraStatus, torch: bool, signal_fault: PanelFault | None
) -> Status:
    """Return the bar as of now. `torch` is True while it is lit; `signal_fault` is why a signal failed."""
    checks, moment = services.checks, services.moment()
    now_s = moment.now_s
    age_s = services.trust.age_s(now_s)
    return Status(
        clock=ClockStatus(
            now_s=now_s // CLOCK_STEP_S * CLOCK_STEP_S,
            trusted=moment.clock_trusted,
            monotonic_s=services.clock.monotonic_s() // CLOCK_STEP_S * CLOCK_STEP_S,
        ),
        trust=TrustStatus(
            age_s=None if age_s is None else age_s // TRUST_AGE_STEP_S * TRUST_AGE_STEP_S,
            grade=services.trust.grade(now_s),
            laboratory=services.trust.in_force.laboratory,
            enforcement=services.shift_actions.enforcement.status(moment),
        ),
        limits=services.limits,
        records=checks.recorder.unreceipted,
        upload=services.uploads.sending,
        shift=checks.recorder.author.shift,
        torch=torch,
        province=services.province.name,
        online=checks.online,
        camera=camera,
        notices=(*_rechecked(services), *map(Notice.of, faults_of(services, signal_fault))),
    )


def _rechecked(services: Services) -> tuple[Notice, ...]:
    """Return the notice of a check that a recheck found worse than was shown."""
    worse = services.shift_actions.shift.worse
    if worse is None or worse.plate is None:
        return ()
    row, number = OUTCOMES[worse.verdict.outcome], worse.plate.number
    zh = f"{number} 复核：{row['title_zh']}，见本班记录"
    return (Notice(RECHECKED, zh, f"{number} rechecked: {row['title_en']}; see this shift's checks"),)


def faults_of(services: Services, signal_fault: PanelFault | None = None) -> tuple[Fault, ...]:
    """Return every fault that stops nothing, in the order in which they are shown."""
    checks = services.checks
    return (
        *services.notices.faults,
        *((services.session.rosters.fault,) if services.session.rosters.fault else ()),
        *((signal_fault,) if signal_fault else ()),
        *services.answers.faults,
        *((open_alarms.fault,) if (open_alarms := services.shift_actions.open_alarms).fault else ()),
        *_link_faults(services),
        *services.trust.faults(services.clock.now_s(), online=checks.online),
        *services.trust.expiry.faults(services.trust.in_force, services.moment()),
        *((services.orders.fault,) if services.orders.fault else ()),
        *checks.verifier.faults,
        *((services.shift_actions.enforcement.fault,) if services.shift_actions.enforcement.fault else ()),
        *checks.lists.faults,
        *(checks.registry.faults if checks.registry else ()),
        *services.uploads.faults,
        *_storage_faults(services),
    )


def _storage_faults(services: Services) -> tuple[Fault, ...]:
    try:
        return (StorageLow(),) if services.checks.recorder.journal.storage().low else ()
    except JournalFault as fault:
        return (fault,)


def _link_faults(services: Services) -> tuple[Fault, ...]:
    """Return why the registry cannot be reached if a person must act; otherwise the bar says `offline`."""
    fault = None if services.link is None else services.link.state.fault
    return () if fault is None or type(fault) is LinkFault else (fault,)

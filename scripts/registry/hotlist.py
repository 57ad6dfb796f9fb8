"""Hot lists in the database. Numbers are drawn in the transaction that changes a list, so a gap is always a
loss.

Every function takes a connection in a transaction, and times as Unix ms. Wire format, section 5, "The hot
list".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select, update

from scripts.registry.tables import CHANGE, HOTLIST, LISTED, insert
from terminal.errors import InputFault
from terminal.model import Plate
from terminal.registry import codec
from terminal.registry.messages import HotlistChange, HotlistEntry
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from terminal.registry.messages import HotlistQuestion

BEAT_MS = 600_000
"""Time, ms, without a change after which a list is confirmed by an empty change."""
LEASE_MS = 10_000
"""Time, ms, that a worker has to publish the changes it claimed; then another may claim them."""
VEHICLES_A_CHANGE = 500


class _Place(NamedTuple):
    """The place of a new change in its list."""

    province: str
    epoch: int
    seq: int


def found(connection: Connection, now_ms: int) -> None:
    """Begin a list for each province without one, in an epoch that no list before it had."""
    rows = [
        {"province": name, "epoch": now_ms // 1000, "seq": 0, "at_ms": 0, "told": 0, "lease_ms": 0}
        for name in PROVINCES
    ]
    connection.execute(insert(connection, HOTLIST).on_conflict_do_nothing(), rows)


def put(
    connection: Connection, province: str, vehicles: Sequence[HotlistEntry], now_ms: int
) -> HotlistChange:
    """Change a province's list: letters put a vehicle on it, empty letters take it off.

    Raises InputFault for an unknown province, and for a change of more than 500 vehicles.
    """
    if province not in PROVINCES:
        raise InputFault("a hot list is a province's")
    if len(vehicles) > VEHICLES_A_CHANGE:
        raise InputFault(f"a change has at most {VEHICLES_A_CHANGE} vehicles")
    drawn = (
        update(HOTLIST)
        .where(HOTLIST.c.province == province)
        .values(seq=HOTLIST.c.seq + 1, at_ms=now_ms)
        .returning(HOTLIST.c.province, HOTLIST.c.epoch, HOTLIST.c.seq)
    )
    change = _write(connection, _Place(*connection.execute(drawn).one()), vehicles, now_ms)
    for one in vehicles:
        _list(connection, province, one)
    return change


def is_due(connection: Connection, now_ms: int) -> bool:
    """Return True if a list had no change for ten minutes, or has an unpublished one; reads only."""
    quiet = HOTLIST.c.at_ms <= now_ms - BEAT_MS
    untold = (HOTLIST.c.told < HOTLIST.c.seq) & (HOTLIST.c.lease_ms <= now_ms)
    return connection.execute(select(HOTLIST.c.province).where(quiet | untold).limit(1)).first() is not None


def heartbeat(connection: Connection, now_ms: int) -> int:
    """Add an empty change to each list without a change for ten minutes; return their number."""
    drawn = (
        update(HOTLIST)
        .where(HOTLIST.c.at_ms <= now_ms - BEAT_MS)
        .values(seq=HOTLIST.c.seq + 1, at_ms=now_ms)
        .returning(HOTLIST.c.province, HOTLIST.c.epoch, HOTLIST.c.seq)
    )
    places = [_Place(*row) for row in connection.execute(drawn)]
    for place in places:
        _write(connection, place, (), now_ms)
    return len(places)


def renew(connection: Connection, province: str, now_ms: int) -> None:
    """Begin a new epoch, whose first changes are the current list.

    Needed after a database was restored, because its numbers may have been used already; it also shortens a
    long history. Raises InputFault for an unknown province.
    """
    row = connection.execute(
        select(HOTLIST.c.epoch).where(HOTLIST.c.province == province).with_for_update()
    ).one_or_none()
    if row is None:
        raise InputFault("a hot list is a province's")
    epoch = max(row.epoch + 1, now_ms // 1000)
    fresh = update(HOTLIST).where(HOTLIST.c.province == province)
    connection.execute(fresh.values(epoch=epoch, seq=0, told=0, lease_ms=0))
    connection.execute(delete(CHANGE).where(CHANGE.c.province == province))
    standing = _standing(connection, province)
    for first in range(0, max(len(standing), 1), VEHICLES_A_CHANGE):
        put(connection, province, standing[first : first + VEHICLES_A_CHANGE], now_ms)


def snapshot(connection: Connection, province: str) -> bytes:
    """Return target `hotlist/<province>.cbor`: the whole list as one change, numbered as the newest.

    Raises InputFault for an unknown province, and for a list that has no change yet.
    """
    at = connection.execute(select(HOTLIST).where(HOTLIST.c.province == province)).one_or_none()
    if at is None or at.seq == 0:
        raise InputFault("this province's hot list is still empty")
    return codec.write(
        HotlistChange(
            province=province,
            epoch=at.epoch,
            seq=at.seq,
            at_ms=at.at_ms,
            vehicles=tuple(_standing(connection, province)),
        )
    )


def changes(connection: Connection, question: HotlistQuestion, most: int) -> tuple[list[HotlistChange], bool]:
    """Return the requested changes, and True if more follow (form 4 of a request).

    A request that names another epoch gets the list's own from its first change. Returns at most `most`
    changes and vehicles together, but at least one change.
    """
    at = connection.execute(select(HOTLIST).where(HOTLIST.c.province == question.province)).one()
    first = question.first if question.epoch == at.epoch else 1
    held = connection.execute(
        select(CHANGE.c.payload)
        .where(CHANGE.c.province == at.province, CHANGE.c.epoch == at.epoch, CHANGE.c.seq >= first)
        .order_by(CHANGE.c.seq)
        .limit(most + 1)
    ).scalars()
    given: list[HotlistChange] = []
    size = 0
    for payload in held:
        change = codec.read(HotlistChange, payload)
        size += 1 + len(change.vehicles)
        if given and size > most:
            return given, True
        given.append(change)
    return given, False


def claim(connection: Connection, now_ms: int) -> list[HotlistChange]:
    """Claim the changes that the broker does not have yet, in order, for the caller to publish within
    LEASE_MS.
    """
    taken = (
        update(HOTLIST)
        .where(HOTLIST.c.told < HOTLIST.c.seq, HOTLIST.c.lease_ms <= now_ms)
        .values(lease_ms=now_ms + LEASE_MS)
        .returning(HOTLIST.c.province, HOTLIST.c.epoch, HOTLIST.c.told)
    )
    untold: list[HotlistChange] = []
    for province, epoch, told in connection.execute(taken).all():
        rows = connection.execute(
            select(CHANGE.c.payload)
            .where(CHANGE.c.province == province, CHANGE.c.epoch == epoch, CHANGE.c.seq > told)
            .order_by(CHANGE.c.seq)
        )
        untold += [codec.read(HotlistChange, payload) for payload in rows.scalars()]
    return untold


def told(connection: Connection, change: HotlistChange) -> None:
    """Note that the broker has a change, and so every one before it."""
    connection.execute(
        update(HOTLIST)
        .where(
            HOTLIST.c.province == change.province,
            HOTLIST.c.epoch == change.epoch,
            HOTLIST.c.told < change.seq,
        )
        .values(told=change.seq, lease_ms=0)
    )


def _write(
    connection: Connection, place: _Place, vehicles: Sequence[HotlistEntry], now_ms: int
) -> HotlistChange:
    change = HotlistChange(
        province=place.province,
        epoch=place.epoch,
        seq=place.seq,
        at_ms=now_ms,
        vehicles=tuple(vehicles),
    )
    connection.execute(insert(connection, CHANGE).values(**place._asdict(), payload=codec.write(change)))
    return change


def _list(connection: Connection, province: str, one: HotlistEntry) -> None:
    key = {"province": province, "number": one.plate.number, "kind": one.plate.kind}
    if one.letters:
        adding = insert(connection, LISTED).values(**key, letters=one.letters)
        connection.execute(
            adding.on_conflict_do_update(index_elements=list(key), set_={"letters": one.letters})
        )
    else:
        connection.execute(delete(LISTED).filter_by(**key))


def _standing(connection: Connection, province: str) -> list[HotlistEntry]:
    rows = connection.execute(
        select(LISTED).where(LISTED.c.province == province).order_by(LISTED.c.number, LISTED.c.kind)
    )
    return [HotlistEntry(Plate(row.number, row.kind), row.letters) for row in rows]

"""The offline list and the hot list: what they say of a vehicle, how old they are, and their faults."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.errors import Fault, HotListFault, OfflineListFault
from terminal.model import UNCHECKED, HotlistWord, Plate, VehicleStatus
from terminal.registry import precedence
from terminal.registry.hotlist_watch import HotlistWatch
from terminal.services.recorder import ListsUsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from terminal.credential.trust_source import TrustInForce
    from terminal.credential.verify import Moment
    from terminal.ports import Incoming
    from terminal.registry.hotlist_store import Hit, HotList
    from terminal.registry.messages import HotlistQuestion, LookupAnswer
    from terminal.registry.offline.offline_list import OfflineList


@dataclass(frozen=True, slots=True)
class Lists:
    """The offline list and the hot list; each is None where there is none."""

    offline: OfflineList | None = None
    hotlist: HotList | None = None
    watch: HotlistWatch = field(default_factory=HotlistWatch, init=False)
    _hotlist_faults: dict[str, HotListFault] = field(default_factory=dict, init=False)
    """The last fault of reading and of writing the hot list, until the same succeeds."""

    def status(self, plate: Plate, moment: Moment, live: VehicleStatus | None = None) -> VehicleStatus:
        """Return a vehicle's status by the live answer and both lists, by their order of precedence."""
        hit, word = None, None
        if self.hotlist is not None:
            with self._minding("reading"):
                hit = self.hotlist.hit(plate, moment.now_s)
                word = self._word(hit, moment)
        found = precedence.pick_status(live, self._listed(plate, moment), hit.status if hit else None)
        if live is not None and found is not live:  # an alarm of the hot list, on a vehicle that is known
            found = replace(
                found,
                vehicle=live.vehicle,
                brand=live.brand,
                details=live.details,
                newest_cti=live.newest_cti,
                display_only=live.display_only,
                earlier_alarms=live.earlier_alarms,
            )
        return replace(found, hotlist=word)

    def known(self, plates: tuple[Plate, ...]) -> frozenset[Plate]:
        """Return those of some plates that a list has; one that cannot be read knows none."""
        found: set[Plate] = set()
        if self.hotlist is not None:
            with self._minding("reading"):
                found |= self.hotlist.listed(plates)
        if self.offline is not None:
            with suppress(OfflineListFault):  # it is in `faults`
                found |= self.offline.listed(plates)
        return frozenset(found)

    def silent_provinces(self, moment: Moment) -> frozenset[str]:
        """Return the provinces whose hot lists have been silent for too long."""
        if self.hotlist is None:
            return frozenset()
        positions = self.hotlist.positions
        return self.watch.silent(positions, moment.now_s, clock_trusted=moment.clock_trusted)

    def used(self, plate: Plate | None, moment: Moment) -> ListsUsed:
        """Return the age and version of each list that a check of `plate` rests on."""
        used = ListsUsed(hotlist_age_s=self.hotlist_age_s(moment))
        if plate is None:
            return used
        province = plate.number[:1]
        position = self.hotlist.positions.get(province) if self.hotlist else None
        if position is not None:
            used = replace(used, hotlist_version=(position.epoch, position.seq))
        if self.offline is None:
            return used
        try:
            age_s, day = self.offline.age_s(province, moment), self.offline.day(province)
        except OfflineListFault:
            return used  # a list that cannot be read is used by no check, and its fault is in `faults`
        return replace(used, offline_age_s=age_s, offline_day=day)

    def apply_change(self, incoming: Incoming, keys: Mapping[bytes, bytes]) -> None:
        """Take a message of a hot-list topic that counts by `keys` (public keys by key id).

        A change that cannot be stored is missing, and is asked for.
        """
        if self.hotlist is not None:
            with self._minding("writing"):
                self.hotlist.receive(incoming, keys)

    def apply_answer(self, question: HotlistQuestion, answer: LookupAnswer) -> None:
        """Take the answer to a question about the hot list; one that cannot be stored is asked for again."""
        if self.hotlist is not None:
            with self._minding("writing"):
                self.hotlist.conclude(question, answer)

    def trust(self, new: TrustInForce) -> None:
        """Use the offline list of another trust set from now on, and take its snapshots of hot lists."""
        if self.offline is not None:
            folders = {file.parent for name, file in new.mapped.items() if name.startswith("offline/")}
            self.offline.use(next(iter(folders), None))
        for name, content in new.targets.items():
            folder, _, file = name.partition("/")
            if folder == "hotlist" and self.hotlist is not None:
                with self._minding("writing"):
                    self.hotlist.take_snapshot(file.removesuffix(".cbor"), content)

    def refresh(self, monotonic_s: float) -> None:
        """Take lists that were put in place since, and note which hot lists were heard of (monotonic s)."""
        if self.hotlist is not None:
            self.watch.observe(self.hotlist.positions, monotonic_s)
        if self.offline is not None:
            self.offline.keep_up(monotonic_s)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Present faults of the lists, one of a code."""
        found = (*(self.offline.all_faults if self.offline else ()), *self._hotlist_faults.values())
        return tuple({fault.code: fault for fault in found}.values())

    def close(self) -> None:
        """Close the files of both lists."""
        for one in (self.offline, self.hotlist):
            if one is not None:
                one.close()

    @contextmanager
    def _minding(self, deed: str) -> Iterator[None]:
        """Keep a HotListFault of this block in `faults` until the same deed succeeds; the work goes on."""
        try:
            yield
        except HotListFault as fault:
            self._hotlist_faults[deed] = fault
        else:
            self._hotlist_faults.pop(deed, None)

    def _word(self, hit: Hit | None, moment: Moment) -> HotlistWord:
        """Return what the hot list says: by the lists that have the vehicle, or by all if none has it."""
        if hit is None:
            age_s = self.hotlist_age_s(moment)
            return HotlistWord(listed=False, age_s=age_s, silent=bool(self.silent_provinces(moment)))
        silent = not self.silent_provinces(moment).isdisjoint(hit.provinces)
        return HotlistWord(listed=True, age_s=self.hotlist_age_s(moment, hit.provinces), silent=silent)

    def hotlist_age_s(self, moment: Moment, provinces: Iterable[str] | None = None) -> int | None:
        """Return the age of the oldest of these provinces' hot lists, s; None if one was never complete."""
        if self.hotlist is None:
            return None
        positions = self.hotlist.positions
        ages = [
            self.watch.age_s(name, positions[name], moment.now_s, clock_trusted=moment.clock_trusted)
            for name in (positions if provinces is None else provinces)
        ]
        known = [age for age in ages if age is not None]
        return max(known) if known and len(known) == len(ages) else None

    def _listed(self, plate: Plate, moment: Moment) -> VehicleStatus:
        if self.offline is None:
            return UNCHECKED
        try:
            return self.offline.lookup(plate, moment)
        except OfflineListFault:
            return UNCHECKED  # a list that cannot be read says nothing, and its fault is in `faults`

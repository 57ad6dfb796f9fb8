"""The offline list and the hot list: what they say of a vehicle, how old they are, and their faults."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from terminal.errors import Fault, HotListFault, OfflineListFault
from terminal.journal.entry import Ages
from terminal.model import UNCHECKED, HotlistWord, Plate, VehicleStatus
from terminal.registry import precedence
from terminal.registry.hotlist_watch import HotlistWatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from terminal.credential.verify import Moment
    from terminal.ports import Incoming
    from terminal.registry.hotlist_store import Hit, HotList
    from terminal.registry.messages import HotlistQuestion, LookupAnswer
    from terminal.registry.offline.offline_list import OfflineList


@dataclass(frozen=True, slots=True)
class Lists:
    """What this terminal knows of vehicles without a network; either may be missing."""

    offline: OfflineList | None = None
    hotlist: HotList | None = None
    watch: HotlistWatch = field(default_factory=HotlistWatch, init=False)
    _hotlist_faults: dict[str, HotListFault] = field(default_factory=dict, init=False)
    """What the hot list last failed at, by what was done; a list that fails is no reason to stop working."""

    def status(self, plate: Plate, moment: Moment, live: VehicleStatus | None = None) -> VehicleStatus:
        """What counts, of the live answer and both lists."""
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
                scrap_date=live.scrap_date,
                newest_cti=live.newest_cti,
                display_only=live.display_only,
                earlier_alarms=live.earlier_alarms,
            )
        return replace(found, hotlist=word)

    def silent_provinces(self, moment: Moment) -> frozenset[str]:
        """Return the provinces whose hot lists have been silent for too long."""
        if self.hotlist is None:
            return frozenset()
        positions = self.hotlist.positions
        return self.watch.silent(positions, moment.now_s, clock_trusted=moment.clock_trusted)

    def ages(self, plate: Plate | None, moment: Moment, trust_s: int | None) -> Ages:
        """How old everything is that a check rests on, s."""
        province = plate.number[:1] if plate else None
        try:
            offline_s = self.offline.age_s(province, moment) if self.offline and province else None
        except OfflineListFault:
            offline_s = None
        return Ages(trust_s, offline_s, self._hotlist_age_s(moment))

    def offline_day(self, plate: Plate) -> int | None:
        """Return the newest day of the offline list of the plate's province, yyyymmdd; None without one."""
        try:
            return self.offline.day(plate.number[:1]) if self.offline else None
        except OfflineListFault:
            return None

    def hotlist_version(self, plate: Plate) -> tuple[int, int] | None:
        """Return epoch and number of the hot list of the plate's province; None where it is not taken."""
        position = self.hotlist.positions.get(plate.number[:1]) if self.hotlist else None
        return (position.epoch, position.seq) if position else None

    def apply_change(self, incoming: Incoming, keys: Mapping[bytes, bytes]) -> None:
        """Take what came on a hot-list topic; where it cannot be kept, it is missing and asked for."""
        if self.hotlist is not None:
            with self._minding("writing"):
                self.hotlist.receive(incoming, keys)

    def apply_answer(self, question: HotlistQuestion, answer: LookupAnswer) -> None:
        """Take the answer to one of the hot list's questions; where it cannot be kept, it is asked again."""
        if self.hotlist is not None:
            with self._minding("writing"):
                self.hotlist.conclude(question, answer)

    def refresh(self, monotonic_s: float) -> None:
        """Take lists that were put in place since, and note what was heard of the hot list."""
        if self.hotlist is not None:
            self.watch.observe(self.hotlist.positions, monotonic_s)
        if self.offline is not None:
            self.offline.keep_up(monotonic_s)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the lists now, one of a kind."""
        found = (*(self.offline.all_faults if self.offline else ()), *self._hotlist_faults.values())
        return tuple({fault.code: fault for fault in found}.values())

    def close(self) -> None:
        """Let go of both lists' files."""
        for one in (self.offline, self.hotlist):
            if one is not None:
                one.close()

    @contextmanager
    def _minding(self, deed: str) -> Iterator[None]:
        """A fault of the hot list in this is told beside the work, until the same succeeds."""
        try:
            yield
        except HotListFault as fault:
            self._hotlist_faults[deed] = fault
        else:
            self._hotlist_faults.pop(deed, None)

    def _word(self, hit: Hit | None, moment: Moment) -> HotlistWord:
        """The hot list's word: of the lists that have the vehicle, or of all of them where none has."""
        if hit is None:
            age_s = self._hotlist_age_s(moment)
            return HotlistWord(listed=False, age_s=age_s, silent=bool(self.silent_provinces(moment)))
        silent = not self.silent_provinces(moment).isdisjoint(hit.provinces)
        return HotlistWord(listed=True, age_s=self._hotlist_age_s(moment, hit.provinces), silent=silent)

    def _hotlist_age_s(self, moment: Moment, provinces: Iterable[str] | None = None) -> int | None:
        """The age of the oldest of these provinces' hot lists, or of all; None where one never was whole."""
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

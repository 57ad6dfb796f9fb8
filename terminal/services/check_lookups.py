"""Open lookups: the check that each is about, and the registry's statements on codes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from terminal.model import LookupState, Reason, RecordedCheck
from terminal.services.ledger import KEPT, Ledger
from terminal.services.listing import SameNumber

if TYPE_CHECKING:
    from terminal.credential.verify import Moment
    from terminal.ports import Outgoing
    from terminal.services.judging import IssuerStatement
    from terminal.services.registry_client import RegistryClient

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class CheckLookups:
    """Lookups about the newest KEPT checks; without a registry there are none."""

    ledger: Ledger
    registry: RegistryClient | None
    same_number: SameNumber = field(default_factory=SameNumber, init=False)
    _asked: dict[bytes, RecordedCheck] = field(default_factory=dict, init=False)
    """The check of each lookup as it was then, by request id, in the order of asking."""
    _statements: dict[int, IssuerStatement] = field(default_factory=dict, init=False)
    """The registry's statement on a check's code, by the check's record number."""

    def about(self, judged: RecordedCheck, moment: Moment) -> Outgoing | None:
        """Return the request about a check, to be passed to `send`; None if the registry cannot be asked.

        The claims of a code that could not be verified never start a lookup.
        """
        if self.registry is None:
            return None
        head, plate, finding = self.ledger.recorder.head, judged.plate, judged.verdict.finding
        if plate is not None:
            return self.registry.ask_plate(plate.number, plate.kind, head, moment, finding)
        if judged.entry.vin is not None:
            return self.registry.ask_vin(judged.entry.vin, head, moment)
        if finding.reason is Reason.OTHER_ISSUER and judged.text is not None:
            return self.registry.ask_code(judged.text, head, moment)
        return None

    def send(self, judged: RecordedCheck, request: Outgoing | None) -> RecordedCheck:
        """Send the request about a check that is on disk, and return the check with its lookup's state.

        Nothing is sent without a request, or about an alarm that could not be recorded.
        """
        if self.registry is None or request is None or request.correlation is None or not judged.recorded:
            return self.ledger.know(_with_state(judged, LookupState.NOT_ASKED))
        judged = self.ledger.know(_with_state(judged, LookupState.WAITING))
        _keep(self._asked, request.correlation, judged)
        self.registry.send(request)
        return judged

    def ask_again_about(self, judged: RecordedCheck, moment: Moment) -> bool:
        """Send a question by the terminal itself about a check's vehicle; False if none can be sent.

        The check's own state of lookup stays until the answer comes.
        """
        registry, plate = self.registry, judged.plate
        if registry is None or plate is None:
            return False
        head, finding = self.ledger.recorder.head, judged.verdict.finding
        request = registry.ask_again(plate, head, moment, finding)
        if request is None or request.correlation is None:
            return False
        _keep(self._asked, request.correlation, judged)
        registry.send(request)
        return True

    def check_of(self, request_id: bytes) -> RecordedCheck | None:
        """Return the check that a lookup is about, as it was when the lookup was sent."""
        return self._asked.get(request_id)

    def is_newest(self, request_id: bytes, seq: int) -> bool:
        """Return True if no later lookup is about the check with this record number."""
        return [one for one, judged in self._asked.items() if judged.seq == seq][-1] == request_id

    def moved(self, before: bytes, after: bytes) -> None:
        """Note that a lookup was sent again with another request id."""
        if before in self._asked:
            self._asked[after] = self._asked[before]

    def keep_statement(self, seq: int, statement: IssuerStatement) -> None:
        """Keep the registry's statement on a check's code."""
        _keep(self._statements, seq, statement)

    def statement(self, seq: int) -> IssuerStatement | None:
        """Return the registry's statement on a check's code; None if it made none."""
        return self._statements.get(seq)


def _with_state(judged: RecordedCheck, state: LookupState) -> RecordedCheck:
    """Return a check with the state of a new lookup, without what refused an earlier one."""
    return replace(judged, lookup=state, answer=replace(judged.answer, refusal=None))


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Add a value, and remove the oldest ones beyond KEPT."""
    kept[key] = value
    while len(kept) > KEPT:
        del kept[next(iter(kept))]

"""Tables of opened entries: one typed row for each, and a row for its body.

The columns of a body are named like the fields of its dataclass in `terminal.journal.entry`; times are Unix
ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from scripts.registry.tables import SCHEMA
from terminal.journal.entry import Check, Confirmation, Event, Note, Refinement, SealedClaimsViewed, Session

if TYPE_CHECKING:
    from collections.abc import Mapping


def _place() -> list[Column[Any]]:
    return [
        Column("terminal", Text, primary_key=True),
        Column("journal", LargeBinary, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
    ]


def _judged() -> list[Column[Any]]:
    """Return the columns for the result of a check; in a refinement, the changed ones are set."""
    return [
        *(Column(name, Text) for name in ("finding", "reason", "vehicle", "outcome", "subject")),
        *(Column(name, BigInteger) for name in ("trust_s", "offline_s", "hotlist_s", "trust_serial")),
        Column("number", Text),
        Column("kind", Text),
        Column("cti", LargeBinary),
        Column("latitude", Integer),  # 1e-7 degrees
        Column("longitude", Integer),
        Column("code_text", Text),
        Column("request_id", LargeBinary),
        Column("letters", Text),
        Column("valid_through", BigInteger),  # yyyymmdd
        Column("code_sha256", LargeBinary),  # in place of the text of a foreign code
        Column("code_length", BigInteger),
        Column("rules_serial", BigInteger),
        Column("rules_digest", LargeBinary),  # of the package's own tables
        Column("clock_s", BigInteger),
        Column("answer_result", BigInteger),
        Column("answered_ms", BigInteger),
        Column("plate_entry", Text),
        Column("differing", Text),  # names of fields, separated by blanks
        Column("issuance", Integer),
        Column("offline_day", BigInteger),  # yyyymmdd
        Column("hotlist_epoch", BigInteger),
        Column("hotlist_seq", BigInteger),
        Column("settings_serial", BigInteger),
        Column("belongs_to", BigInteger),
    ]


ENTRY = Table(
    "entry",
    SCHEMA,
    *_place(),
    Column("id", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("clock_trusted", Boolean, nullable=False),
    Column("officer", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("duress", Boolean, nullable=False),
    Column("type", Text, nullable=False),
    Index("entry_at", "at_ms"),
)
CHECK = Table(
    "checked",
    SCHEMA,
    *_place(),
    Column("how", Text, nullable=False),
    *_judged(),
    Index("checked_cti", "cti"),
    Index("checked_number", "number"),
)
REFINEMENT = Table(
    "refinement",
    SCHEMA,
    *_place(),
    Column("refers", BigInteger, nullable=False),
    *_judged(),
    Index("refinement_refers", "terminal", "journal", "refers"),
)
NOTE = Table(
    "note",
    SCHEMA,
    *_place(),
    Column("refers", BigInteger, nullable=False),
    Column("action", Text),
    Column("text", Text),
    Column("pictures", Text),  # SHA-256 in hex, separated by blanks
    Column("mistaken", Boolean),
)
SESSION = Table("session", SCHEMA, *_place(), Column("step", Text, nullable=False))
OPENED = Table(
    "opened",
    SCHEMA,
    *_place(),
    Column("refers", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
CONFIRMATION = Table(
    "confirmation",
    SCHEMA,
    *_place(),
    Column("refers", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("disposals", Text),  # separated by blanks
    Column("document", Text),
    Column("handed_to", Text),
    Column("reason", Text),
)
EVENT = Table(
    "event", SCHEMA, *_place(), Column("kind", Text, nullable=False), Column("text", Text, nullable=False)
)
RECHECK = Table(
    "recheck",
    SCHEMA,
    *_place(),
    Column("at_ms", BigInteger, nullable=False),
    Column("vehicle", Text, nullable=False),  # the finding as of then
    Column("letters", Text),
    Column("valid_through", BigInteger),
)
"""The registry's own finding for a vehicle that was not checked live; `seq` is the check's."""

CODE_RECHECK = Table(
    "code_recheck",
    SCHEMA,
    *_place(),
    Column("at_ms", BigInteger, nullable=False),
    Column("issuance", Integer, nullable=False),  # 0 issued, 1 never issued
)
"""Final statement of the authorities' records on a check's code; `seq` is the check's."""

BODIES: Mapping[type[Any], Table] = {
    Check: CHECK,
    Refinement: REFINEMENT,
    Note: NOTE,
    Session: SESSION,
    SealedClaimsViewed: OPENED,
    Confirmation: CONFIRMATION,
    Event: EVENT,
}
"""The table of each body."""

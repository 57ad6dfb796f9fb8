"""Screens, events and effects of signing in. They lie on top of the screens of work, which they hide.

No digit of a PIN is ever shown, and none is in the repr of a screen or an effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from terminal.officers.roster import MOST_NUMBER, MOST_PIN
from terminal.screens.values import Status

if TYPE_CHECKING:
    from terminal.screens.open_alarm import OpenAlarm
    from terminal.screens.values import SignedInOfficer

ERASE, ENTER = "erase", "enter"
PAD = (*"123456789", ERASE, "0", ENTER)
"""Keys of the pad, in rows of three."""
BUTTON_KEYS = (*"1234567890", ENTER)
"""Keys that TRIGGER steps through: BACK erases."""


class PadEntry(StrEnum):
    """The text that the pad enters."""

    NUMBER = "number"
    PIN = "pin"


class SignInRefusal(StrEnum):
    """Why a sign-in was refused."""

    WRONG = "wrong"
    """The number is not in the roster, or the PIN is wrong: the screen does not tell which."""
    WAIT = "wait"
    """Too soon after a wrong PIN; the PIN was not checked."""
    BLOCKED = "blocked"
    """Too many wrong PINs; a supervisor can release the number."""
    NOT_VALID = "not_valid"
    """The officer's validity has not begun or has ended."""
    NOT_SUPERVISOR = "not_supervisor"
    ORDER = "order"
    """An order of the registry locks the terminal until a supervisor signs in."""
    NO_ROSTER = "no_roster"
    SAME_OFFICER = "same_officer"
    """Nobody takes a shift over from themselves."""
    FAULT = "fault"
    """The PIN could not be checked."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The session is locked: only its officer's PIN, or another officer, leads on."""

    officer: SignedInOfficer
    status: Status = field(default_factory=Status)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The pad for an officer's number, then the PIN."""

    number: str = ""
    pin: str = field(default="", repr=False)
    entry: PadEntry = PadEntry.NUMBER
    marked: str | None = None
    """Key of BUTTON_KEYS that CONFIRM presses; None: CONFIRM is the enter key."""
    checking: bool = False
    refusal: SignInRefusal | None = None
    """Why the last PIN was refused."""
    opens_s: float = 0.0
    """Monotonic time, s, from which another PIN is accepted."""
    officer: SignedInOfficer | None = None
    """Whose session is locked; None if nobody is signed in."""
    release: str = ""
    """Number that a supervisor is to release; empty in a sign-in."""
    released: bool = False
    """True once a supervisor has released `number`."""
    handover: bool = False
    """True if a successor signs in to take over the shift of `officer`, whose session goes on until then."""
    status: Status = field(default_factory=Status)

    @property
    def text(self) -> str:
        """The text entered so far."""
        return self.number if self.entry is PadEntry.NUMBER else self.pin

    @property
    def is_full(self) -> bool:
        """True if no further digit is taken."""
        return len(self.text) >= (MOST_NUMBER if self.entry is PadEntry.NUMBER else MOST_PIN)


@dataclass(frozen=True, slots=True)
class Blocked:
    """A number with too many wrong PINs, which a supervisor can release."""

    number: str
    officer: SignedInOfficer | None = None
    """Whose session is locked; None if nobody is signed in."""
    status: Status = field(default_factory=Status)


SignInScreen: TypeAlias = Locked | SignIn | Blocked


@dataclass(frozen=True, slots=True)
class PadTouched:
    """A key of PAD was touched."""

    key: str


@dataclass(frozen=True, slots=True)
class LockNow:
    """The session is to be locked: an order says so, or the officer is no longer in the roster."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """Open items that a successor takes over from the officer before."""

    before: SignedInOfficer
    open: tuple[OpenAlarm, ...]
    """Alarms without a result, newest first."""
    unuploaded: int
    """Number of records without a receipt."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The PIN was right, and the session is this officer's."""

    officer: SignedInOfficer
    new_shift: bool
    """True if a shift was started; False if the locked session goes on."""
    takeover: Takeover | None = None
    """Open items of another officer's shift, if it was handed over by this sign-in."""


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """A sign-in or a release was refused."""

    refusal: SignInRefusal
    opens_s: float = 0.0
    """Monotonic time, s, from which another PIN is accepted."""


@dataclass(frozen=True, slots=True)
class Released:
    """A supervisor has released a number."""

    number: str


SignInEvent: TypeAlias = PadTouched | LockNow | SignedIn | SignInRefused | Released


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """Show the pad. `ui` does this itself; nothing else has to be done."""

    handover: bool = False
    """True if a successor is to sign in; BACK then returns to the session as it was."""


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Count and check a PIN; answered with SignedIn, Released or SignInRefused, now or later."""

    number: str
    pin: str = field(repr=False)
    release: str = ""
    """Number that this supervisor releases; empty to sign in."""


@dataclass(frozen=True, slots=True)
class RecordLock:
    """Record that the session was locked; not answered."""


SignInEffect: TypeAlias = OpenSignIn | CheckPin | RecordLock

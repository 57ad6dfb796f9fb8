"""Signs an officer in for one command, by the same roster, counts and records as on the screen."""

from __future__ import annotations

import getpass
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from terminal.drawing import text
from terminal.errors import InputFault
from terminal.officers.roster import is_pin
from terminal.screens.sign_in import CheckPin, RecordLock, SignedIn, SignInRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from terminal.services.services import Services

POLL_S = 0.02


@contextmanager
def signed_in(services: Services, number: str, pin: str) -> Iterator[None]:
    """Sign an officer in, and out at the end; a shift that was locked before is locked again.

    Raises InputFault if the sign-in is refused, JournalFault if its end cannot be recorded.
    """
    event = services.session.perform(CheckPin(number, pin))
    while not isinstance(event, SignedIn | SignInRefused):
        time.sleep(POLL_S)
        answers = (one for one in services.session.poll() if isinstance(one, SignedIn | SignInRefused))
        event = next(answers, None)
    if isinstance(event, SignInRefused):
        raise InputFault(f"not signed in: {text.SIGN_IN_REFUSALS[event.refusal].en}")
    try:
        yield
    finally:
        if event.new_shift:
            services.shift_actions.shift.end(services.moment(), handover=False)
        else:
            services.session.perform(RecordLock())


def ask_pin(descriptor: int | None) -> str:
    """Ask for a PIN, or read it from a file descriptor. Raises InputFault for what can be none."""
    if descriptor is None:
        pin = getpass.getpass("PIN: ")
    else:
        with open(descriptor, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - it is a descriptor
            pin = file.readline().rstrip("\n")
    if not is_pin(pin):
        raise InputFault("a PIN is 6 to 12 digits")
    return pin

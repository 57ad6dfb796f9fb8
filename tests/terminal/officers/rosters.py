"""Officers and rosters to test with; verifiers of the least cost."""

from __future__ import annotations

from functools import cache

from nacl import pwhash

from terminal.officers.roster import Officer, Roster

PIN, DURESS_PIN = "271828", "314159"
FROM_S, UNTIL_S = 1_600_000_000, 1_900_000_000


@cache
def verifier(pin: str) -> str:
    """A verifier of a PIN, the same in each call."""
    kept = pwhash.argon2id.str(pin.encode(), pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
    return kept.decode()


def officer(number: str = "012345", **changes: object) -> Officer:
    """An officer with PIN and DURESS_PIN."""
    fields: dict[str, object] = {
        "name": "王小明",
        "verifier": verifier(PIN),
        "valid_from_s": FROM_S,
        "valid_until_s": UNTIL_S,
        "duress_verifier": verifier(DURESS_PIN),
    }
    return Officer(number, **(fields | changes))  # type: ignore[arg-type]  # fields of the class


def roster(*officers: Officer) -> Roster:
    """A roster of these officers."""
    return Roster("苏A01", FROM_S, officers or (officer(),))

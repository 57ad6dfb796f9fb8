"""The process that checks one PIN, for `terminal.officers.pin_check`; its memory goes with it.

Standard input has a line each: the PIN, its verifier, and the duress PIN's verifier or nothing. The exit
status is the answer. Both verifiers are always tried, so that the time taken does not tell which one held.
"""

from __future__ import annotations

import resource
import sys
from base64 import b64decode
from hmac import compare_digest

from nacl import pwhash

WRONG, RIGHT, DURESS = 10, 11, 12
"""Exit statuses; any other is a failure."""


def main() -> int:
    """Check the PIN of standard input, and return the exit status."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pin, verifier, duress = sys.stdin.buffer.read().split(b"\n")
    # Without a duress PIN the same work is done, and counts for nothing.
    held = [_holds(pin, verifier), _holds(pin, duress or verifier)]
    if held[0]:
        return RIGHT
    return DURESS if held[1] and duress else WRONG


def _holds(pin: bytes, verifier: bytes) -> bool:
    """Return True if the verifier is this PIN's. Raises RuntimeError if memory is short.

    `argon2id.verify` is not used, because it takes a lack of memory for a wrong PIN.
    """
    parameters, salt, digest = verifier.split(b"$")[3:]
    memory_kib, passes = (int(one[2:]) for one in parameters.split(b",")[:2])
    kept = b64decode(digest + b"=")
    found = pwhash.argon2id.kdf(
        len(kept), pin, b64decode(salt + b"=="), opslimit=passes, memlimit=memory_kib << 10
    )
    return compare_digest(found, kept)


if __name__ == "__main__":
    sys.exit(main())

"""A code of the moment that tests signing, drawing, reading and verifying together; nobody trusts its key."""

from __future__ import annotations

from time import gmtime
from typing import TYPE_CHECKING

import numpy as np
from nacl import bindings

from keys.issue import IssueRequest, issue
from keys.qr import qr_image
from terminal.credential import verify
from terminal.credential.trust import IssuerKey, TrustSet
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.model import CredentialFinding, Plate, Vehicle
from terminal.scan import reader
from terminal.wire import cose
from terminal.wire.fields import CTI_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from keys.role_keys import Randomness

_MODULE_PX = 4
_ISSUER = "苏A"


def read_back(randomness: Randomness, now_s: int) -> str:
    """Sign a code at `now_s` (Unix s), draw it, read it and verify it; return a description for the log.

    Raises InputFault if it is not read, or not found current.
    """
    seed, day = randomness(KEY_SIZE), gmtime(now_s)
    vehicle = Vehicle(Plate("苏A12345", "02"), "K33", "A", 100 * (day.tm_year + 1) + day.tm_mon)
    text = issue(IssueRequest(vehicle, _ISSUER), seed, randomness(CTI_SIZE), now_s)
    scan = reader.read_still(np.asarray(qr_image(text, "M", _MODULE_PX)))
    read = [] if scan is None else [code.text for code in scan.codes]
    if read != [text]:
        raise InputFault("the test code was not read as it was signed")
    public = bindings.crypto_sign_seed_keypair(seed)[0]
    key = IssuerKey(public, (_ISSUER,), now_s - DAY_S, now_s + DAY_S)
    trusted = TrustSet({cose.key_id(public): key}, made_s=now_s)
    found = verify.verify(text, trusted, verify.Moment(now_s))
    if found.finding is not CredentialFinding.CURRENT:
        raise InputFault(f"the test code was found {found.finding}: {found.reason}")
    return f"{len(text)} characters signed, read and verified"

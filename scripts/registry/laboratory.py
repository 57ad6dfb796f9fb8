"""What the registry takes from a laboratory: keys, trust set, and identities for the broker's connections."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keys import certificates, files, lab
from keys.files import KEY_SIZE, Algorithm
from scripts.registry import opening
from scripts.registry.other_issuers import OtherIssuers, js1_adapter
from scripts.registry.service import Roll, Service
from terminal.credential import signed

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.registry.database import Database

OTHER_ISSUER = "private/other-issuer.key"


def service(folder: Path, database: Database) -> Service:
    """The desk of a laboratory's registry. Raises InputFault and TrustFault where one is unsound."""
    issuer = other_issuer(folder)
    public_key = files.public_part(Algorithm.ED25519, issuer) or b""
    return Service(
        database,
        Roll(folder / "trust"),
        OtherIssuers({"JS1": js1_adapter(public_key)}),
        answers=signed.signer(files.load_seed(folder / "private/answer.key")),
        hotlists=signed.signer(files.load_seed(folder / "private/hotlist.key")),
        receipts=signed.signer(files.load_seed(folder / "private/receipt.key")),
    )


def journal_keys(folder: Path) -> list[opening.Key]:
    """The pairs that open journals' records: those of the laboratory. Raises InputFault."""
    secret = files.load(folder / "private/journal.key", Algorithm.X25519)
    return [opening.Key(files.public_part(Algorithm.X25519, secret) or b"", secret)]


def other_issuer(folder: Path) -> bytes:
    """The stand-in issuer's seed, which is drawn when it is first wanted. Raises InputFault."""
    path = folder / OTHER_ISSUER
    if not path.exists():
        files.save(path, Algorithm.ED25519, os.urandom(KEY_SIZE))
    return files.load_seed(path)


def identities(folder: Path, worker: str, now_s: int) -> Path:
    """The folder of the laboratory's TLS identities, with one for this worker. Raises InputFault."""
    lab.renew_identities(folder, now_s)
    certificates.furnish(folder / lab.TLS, [worker], now_s)
    return folder / lab.TLS

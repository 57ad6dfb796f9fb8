"""Load from a laboratory: the registry's keys, trust set and TLS identities."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from keys import certificates, files, lab
from keys.files import Algorithm
from scripts.registry import access, terminals
from scripts.registry.access import Shares
from scripts.registry.lookup_keys import LookupKeys
from scripts.registry.other_issuers import OtherIssuers, js1_adapter
from scripts.registry.service import Service, TerminalCache
from scripts.registry.terminals import ACTIVE
from terminal.errors import InputFault
from terminal.wire import signed
from terminal.wire.fields import KEY_SIZE
from terminal.wire.sealed import SealingKeyPair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.registry.database import Database

OTHER_ISSUER = "private/other-issuer.key"
SHARES = "private/shares.json"
_WORKERS = ("W0001", "W0002")
_SHARE = re.compile("[0-9a-f]{32}")


def service(folder: Path, database: Database) -> Service:
    """Load the service of a laboratory's registry. Raises InputFault or TrustFault if a file is unsound."""
    issuer = other_issuer(folder)
    public_key = files.public_part(Algorithm.ED25519, issuer) or b""
    return Service(
        database,
        TerminalCache(folder / "trust"),
        OtherIssuers({"JS1": js1_adapter(public_key)}),
        LookupKeys(folder / "private", folder / "trust", int(time.time())).pairs,
        answers=signed.signer(files.load_seed(folder / "private/answer.key")),
        hotlists=signed.signer(files.load_seed(folder / "private/hotlist.key")),
        receipts=signed.signer(files.load_seed(folder / "private/receipt.key")),
    )


def journal_keys(folder: Path) -> list[SealingKeyPair]:
    """Load the key pairs that open the laboratory's journal records. Raises InputFault."""
    secret = files.load(folder / "private/journal.key", Algorithm.X25519)
    return [SealingKeyPair.of(secret)]


def other_issuer(folder: Path) -> bytes:
    """Load the stand-in issuer's seed, drawn at the first call. Raises InputFault."""
    path = folder / OTHER_ISSUER
    if not path.exists():
        files.save(path, Algorithm.ED25519, os.urandom(KEY_SIZE))
    return files.load_seed(path)


def tls(folder: Path) -> Path:
    """Return the folder of the laboratory's TLS identities."""
    return folder / lab.TLS


def identities(folder: Path, worker: str, now_s: int) -> Path:
    """Make missing identities of this worker; return the folder of TLS identities. Raises InputFault."""
    lab.renew_identities(folder, now_s)
    certificates.ensure_identities(tls(folder), [worker, access.uploads_name(worker)], now_s)
    return tls(folder)


def shares(folder: Path) -> Shares:
    """Load the names of the workers' shared subscriptions, drawn at the first call. Raises InputFault."""
    path = folder / SHARES
    if not path.exists():
        drawn = Shares(secrets.token_hex(16), secrets.token_hex(16))
        with TemporaryDirectory(dir=path.parent) as aside, suppress(FileExistsError):
            whole = Path(aside) / path.name
            whole.touch(mode=0o600)
            whole.write_text(json.dumps(drawn._asdict()), encoding="ascii")
            path.hardlink_to(whole)  # if two workers start at once, one of them draws
    return _read_shares(path)


def access_list(folder: Path, workers: Iterable[str] = ()) -> str:
    """Return the broker's access list: the active terminals of the trust set, and the laboratory's workers.

    Raises InputFault and TrustFault.
    """
    every_worker = dict.fromkeys((*_WORKERS, *workers))
    return access.state_file(active_terminals(folder), every_worker, shares(folder))


def active_terminals(folder: Path) -> list[str]:
    """Return the ids of the terminals that the trust set lists as active. Raises TrustFault."""
    return [each.id for each in terminals.load_from(folder / "trust").values() if each.state == ACTIVE]


def _read_shares(path: Path) -> Shares:
    try:
        found = Shares(**json.loads(path.read_bytes()))
        sound = all(_SHARE.fullmatch(name) for name in found) and found.lookups != found.uploads
    except (ValueError, TypeError):
        sound = False
    if not sound:  # the content is not repeated: it is a secret
        raise InputFault(f"{path}: not two names of shared subscriptions")
    return found

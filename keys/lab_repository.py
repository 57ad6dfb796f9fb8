"""Repository of a laboratory: a TUF repository like any other, with random keys made on the spot.

    LAB/private/roots/      three root keys, and the passphrase of all its keys
    LAB/repository/         the repository (`keys.repository`); LAB/repository/public is what terminals read
    LAB/identity/root.json  the first root, which the laboratory's terminal embeds

The passphrase lies beside the keys: they protect nothing. A terminal that is enrolled for the field embeds
another root, and refuses what they sign.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nacl.utils import random

from keys import files, publishing, register_counts, repository, role_keys
from keys.repository import KeyMaking, Repository, RootChange
from keys.selection import selection_of
from keys.trust_source import fetch, terminal_store
from terminal import identity
from terminal.credential.trust import SET_TARGET
from terminal.errors import InputFault
from terminal.services import trust_directory as directory

if TYPE_CHECKING:
    from keys.role_keys import Randomness

REPOSITORY = "repository"
PUBLIC = f"{REPOSITORY}/public"
"""Published folder, which the terminals of the laboratory read."""
ROOT = "identity/root.json"
OFFLINE = "offline"
"""Files of the offline list in this folder of the laboratory are published as well."""
OTHER_PROVINCES = ("浙",)
"""Provinces whose registers and offline lists the laboratory's terminal takes besides its own."""
_ROOTS = "private/roots"
_PASSPHRASE = "private/passphrase"  # noqa: S105 - a file's name
_NAMES = ("a", "b", "c")


def exists(lab: Path) -> bool:
    """Return True if a laboratory has its repository."""
    return (lab / ROOT).exists()


def make(lab: Path, now_s: int, randomness: Randomness) -> None:
    """Make and publish the repository of a laboratory from its trust directory.

    Leftovers of an interrupted attempt are removed first. Raises InputFault, TrustFault.
    """
    for left in (lab / REPOSITORY, lab / _ROOTS):
        shutil.rmtree(left, ignore_errors=True)
    (lab / _ROOTS).mkdir(mode=0o700)
    secret = randomness(16).hex().encode()
    files.replace(lab / _PASSPHRASE, secret + b"\n")
    (lab / _PASSPHRASE).chmod(0o600)
    paths = [lab / _ROOTS / f"{name}.key" for name in _NAMES]
    keys = [role_keys.create(path, secret, randomness, role_keys.LEAST).key for path in paths]
    made = Repository(lab / REPOSITORY)
    making = KeyMaking(lambda _: secret, randomness, role_keys.LEAST)
    repository.init(made, keys, repository.THRESHOLD, making, now_s, laboratory=True)
    _sign_root(lab)
    publish(lab, now_s)
    files.replace(lab / ROOT, made.root_file(1).read_bytes())


def publish(lab: Path, now_s: int) -> int:
    """Publish the laboratory's trust directory and offline lists, and return the serial.

    A root that has expired is renewed first. Raises InputFault, TrustFault.
    """
    made = Repository(lab / REPOSITORY)
    if made.accepted_root().is_expired(datetime.fromtimestamp(now_s, UTC)):
        making = KeyMaking(_ask(lab), random, role_keys.LEAST)
        repository.rotate(made, RootChange(), making, now_s)
        _sign_root(lab)
    trust = (lab / "trust").resolve()
    shutil.rmtree(made.content)
    shutil.copytree(trust, made.content, ignore=shutil.ignore_patterns(SET_TARGET))
    for listed in sorted((lab / OFFLINE).glob("*.sqlite")):
        (made.content / OFFLINE).mkdir(exist_ok=True)
        shutil.copyfile(listed, made.content / OFFLINE / listed.name)
    # The laboratory is its own authority, so a count of its register is the authority's own.
    for file in directory.load_directory(trust).register.files:
        name = Path(file.target).stem
        register_counts.save(made.folder, name, {file.scope: file.count})
    return publishing.publish(made, _ask(lab), now_s).serial


def install(lab: Path, now_s: float) -> None:
    """Bring what is published in force on the laboratory's terminal. Raises TrustFault."""
    selection = selection_of(identity.load(lab / "identity"), OTHER_PROVINCES)
    store = terminal_store(lab / "state", lab / ROOT)
    fetch(store, selection, str(lab / PUBLIC), lab / "identity" / identity.CA, now_s)


def _sign_root(lab: Path) -> None:
    for name in _NAMES[: repository.THRESHOLD]:
        signer = role_keys.load_signer(lab / _ROOTS / f"{name}.key", _ask(lab))
        repository.sign_root(Repository(lab / REPOSITORY), signer)


def _ask(lab: Path) -> role_keys.Ask:
    try:
        secret = (lab / _PASSPHRASE).read_bytes().strip()
    except OSError as error:
        raise InputFault(f"{lab / _PASSPHRASE}: {error.strerror}") from error
    return lambda _: secret

"""Write trust sets: complete, verified as a terminal reads them, then put in place atomically.

The directory is a link to one of two complete sets, so that replacing it is one step.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import base45

from terminal.codes import PREFIX
from terminal.credential import claims, register, verify
from terminal.credential.trust import ISSUERS_TARGET, REGISTRY_TARGET, SET_TARGET, TERMINALS_TARGET
from terminal.errors import InputFault, TrustFault
from terminal.services import trust_directory as directory
from terminal.wire import cbor, cose
from terminal.wire.cbor import Malformed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from terminal.credential.trust import IssuerKey, RegistryKeys, TrustSet
    from terminal.wire.cbor import Value

STATUS_BITS = 131_072
"""Minimum length of a status list, so that an entry reveals little about the vehicle (as required by the W3C
Bitstring Status List).
"""


@dataclass(frozen=True, slots=True)
class ListedTerminal:
    """A terminal as registered (target `terminals.cbor`)."""

    name: str
    public_key: bytes
    """Ed25519, 32 bytes."""
    sealing_key: bytes
    """X25519, 32 bytes."""
    province: str
    state: str = "active"


@dataclass(frozen=True, slots=True)
class IssuedCodes:
    """A file of the register: every code that the authorities of a scope issued in a period."""

    name: str
    """An issuing authority or a province, followed by `-yyyymmdd` for a file of one day."""
    from_s: int
    """First iat, Unix time, s."""
    to_s: int
    """First iat after the period, Unix time, s."""
    codes: Iterable[str]
    """QR texts."""


@dataclass(frozen=True, slots=True)
class TrustContent:
    """Contents of a trust set, without its time and serial."""

    issuers: Sequence[IssuerKey]
    registry: RegistryKeys | None = None
    withdrawn: Mapping[int, Collection[int]] = field(default_factory=dict)
    """Withdrawn indexes by status list; a list without any is written as well."""
    issued: Sequence[IssuedCodes] = ()
    """Files of the register of issued codes."""
    terminals: Mapping[int, ListedTerminal] = field(default_factory=dict)
    sealed: Mapping[str, bytes] = field(default_factory=dict)
    """Content of targets that are sealed to one terminal, by name."""


def targets(content: TrustContent, *, made_s: int, serial: int) -> dict[str, bytes]:
    """Encode the targets of wire format, section 4, by name.

    Raises InputFault for a code in `issued` that does not belong there.
    """
    files = {
        SET_TARGET: set_target(made_s, serial),
        ISSUERS_TARGET: issuers_target(content.issuers),
    }
    if content.registry is not None:
        files[REGISTRY_TARGET] = _registry(content.registry)
    if content.terminals:
        files[TERMINALS_TARGET] = terminals_target(content.terminals)
    files |= {f"status/{number}.bin": status_list(indexes) for number, indexes in content.withdrawn.items()}
    files |= content.sealed
    return files | dict(_register_file(issued) for issued in content.issued)


def set_target(made_s: int, serial: int) -> bytes:
    """Encode the target `set.cbor`: the time at which the set was made (Unix time, s) and its serial."""
    return cbor.write({1: made_s, 2: serial})


def issuers_target(keys: Iterable[IssuerKey]) -> bytes:
    """Encode the target `issuers.cbor`."""
    return cbor.write([_record(key) for key in keys])


def terminals_target(terminals: Mapping[int, ListedTerminal]) -> bytes:
    """Encode the target `terminals.cbor`, by running number."""
    return cbor.write(
        {
            number: [one.name, one.public_key, one.province, one.state, one.sealing_key]
            for number, one in terminals.items()
        }
    )


def status_list(withdrawn: Collection[int]) -> bytes:
    """Encode a status list, least significant bit first, 1 for each withdrawn index."""
    bits = bytearray(max([STATUS_BITS // 8, *(index // 8 + 1 for index in withdrawn)]))
    for index in withdrawn:
        bits[index // 8] |= 1 << index % 8
    return bytes(bits)


def load(folder: Path) -> TrustSet:
    """Load the trust set in a directory, with its registry keys. Raises TrustFault."""
    home = folder.resolve()  # one set, even if it is replaced meanwhile
    if (home / REGISTRY_TARGET).exists():
        directory.load_registry(home)
    return directory.load_directory(home)


def replace_targets(folder: Path, files: Mapping[str, bytes]) -> None:
    """Verify these targets and make `folder` a link to them, atomically.

    The previous set is kept so that readers can finish; older ones are removed. Raises TrustFault for targets
    that no terminal would accept or whose register is not sorted, and InputFault if `folder` is something
    else.
    """
    _require_own(folder)
    sets = folder.with_name(f".{folder.name}.sets")
    sets.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(dir=sets))
    try:
        _write(staged, files)
        _require_sorted(load(staged))
    except (OSError, TrustFault):
        shutil.rmtree(staged)
        raise
    before = folder.resolve()
    link = sets / f"{staged.name}.link"
    link.symlink_to(Path(sets.name, staged.name))
    link.replace(folder)
    for old in sets.iterdir():
        if old.resolve() not in (before, staged.resolve()):
            shutil.rmtree(old)


def next_serial(folder: Path) -> int:
    """Return the serial after that of the set in `folder`, or 1. Raises as `replace_targets`."""
    _require_own(folder)
    return load(folder).serial + 1 if folder.exists() else 1


def _require_own(folder: Path) -> None:
    if folder.exists() and not folder.is_symlink():
        raise InputFault(f"{folder} exists and is not a trust set made by this command")


def _require_sorted(trusted: TrustSet) -> None:
    for file in trusted.register.files:
        if not file.is_sorted():
            raise TrustFault(f"{file.target}: entries are duplicate or out of order")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.chmod(0o755)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _record(key: IssuerKey) -> dict[int, Value]:
    record: dict[int, Value] = {
        1: key.public_key,
        2: list(key.scopes),
        3: key.issues_from_s,
        4: key.issues_until_s,
    }
    if key.compromised_since_s is not None:
        record[5] = key.compromised_since_s
    if key.algorithm != cose.ED25519:
        record[6] = key.algorithm
    return record


def _registry(keys: RegistryKeys) -> bytes:
    groups = [keys.answer, keys.receipt, keys.hotlist, keys.order, keys.journal, keys.lookup]
    return cbor.write({number: list(group) for number, group in enumerate(groups, 1)})


def _register_file(issued: IssuedCodes) -> tuple[str, bytes]:
    target = f"issued/{issued.name}.bin"
    content = register.write([_digest(text, issued) for text in issued.codes], issued.from_s, issued.to_s)
    try:
        register.read(target, content)
    except Malformed as error:
        raise InputFault(str(error)) from error
    return target, content


def _digest(text: str, issued: IssuedCodes) -> bytes:
    """Return the register entry of a code."""
    try:
        message = cose.parse(base45.b45decode(text.removeprefix(PREFIX).encode("ascii")))
        credential = claims.parse(message.payload)
    except ValueError as error:
        raise InputFault("a line of the issued codes is not a credential") from error
    if not issued.from_s <= credential.issued_s < issued.to_s:
        raise InputFault(f"a credential outside the period of {issued.name}")
    if issued.name.partition("-")[0] not in (credential.issuer, credential.issuer[:1]):
        raise InputFault(f"a credential of another authority than {issued.name}")
    return register.digest_of(cose.signed_bytes(message, verify.CONTEXT))

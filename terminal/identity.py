"""Identity of a terminal: a folder that enrolment fills. This module reads its public description alone.

    identity.json   who this terminal is (`Identity`); nothing in it is secret
    terminal.key    Ed25519 key, which signs (mode 0600, as all keys here)
    sealing.key     X25519 key, which opens what is sealed to this terminal
    tls.key         key of the TLS certificate
    tls.pem         TLS certificate
    ca.pem          certificate of the authority of brokers and terminals
    root.json       TUF root that the terminal trusts from the start

Private keys are used through `terminal.ports.KeyStore`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from terminal.errors import IdentityFault
from terminal.registry import topics
from terminal.vehicle.tables import PROVINCES

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = "identity.json"
SIGNING_KEY = "terminal.key"
SEALING_KEY = "sealing.key"
TLS_KEY = "tls.key"
TLS_CERTIFICATE = "tls.pem"
CA = "ca.pem"
ROOT = "root.json"
CODE_PREFIX = "RE1:"
"""Texts of enrolment codes begin with this."""
SERVICE_PATH = "/enrolment"
"""Path at which the authority's service takes requests."""
MOST_MESSAGE = 64 * 1024
"""Bytes at most of a request or an answer; a root or a roster takes most of them."""
_KEYS = {"terminal", "number", "province", "unit", "fleet"}
_PART = re.compile(r"[\w-]{1,32}")
"""A unit or a fleet: part of a target's name (wire format, section 4)."""
_MOST_NUMBER = 1 << 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a terminal is."""

    number: str
    """The terminal's id, such as T0001: in messages, topics and the common name of its certificate."""
    running_number: int
    """Its key in the target `terminals.cbor`."""
    province: str
    unit: str
    """The unit whose roster of officers it takes."""
    fleet: str
    """The fleet whose settings it takes."""
    folder: Path


def staging_folders(folder: Path) -> tuple[Path, Path]:
    """Return the folders beside an identity where a new one is prepared, and where the old one is put."""
    return folder.with_name(f".{folder.name}.enrolling"), folder.with_name(f".{folder.name}.before")


def load(folder: Path) -> Identity:
    """Load the description of the identity in `folder`. Raises IdentityFault if it is missing or invalid."""
    path = folder / DESCRIPTION
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IdentityFault(f"{path}: {error.strerror}") from error
    try:
        return parse(content, folder)
    except IdentityFault as fault:
        raise IdentityFault(f"{path}: {fault.detail}") from fault


def parse(content: bytes, folder: Path) -> Identity:
    """Parse an identity.json. Raises IdentityFault."""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise IdentityFault("not JSON") from error
    if not isinstance(read, dict) or read.keys() != _KEYS:
        raise IdentityFault(f"an object of {', '.join(sorted(_KEYS))} is expected")
    found = Identity(
        number=read["terminal"],
        running_number=read["number"],
        province=read["province"],
        unit=read["unit"],
        fleet=read["fleet"],
        folder=folder,
    )
    _require_sound(found)
    return found


def write(identity: Identity) -> bytes:
    """Encode an identity as identity.json. Raises IdentityFault if it could not be read again."""
    _require_sound(identity)
    content = {
        "terminal": identity.number,
        "number": identity.running_number,
        "province": identity.province,
        "unit": identity.unit,
        "fleet": identity.fleet,
    }
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _require_sound(identity: Identity) -> None:
    for name, value in (("terminal", identity.number), ("unit", identity.unit), ("fleet", identity.fleet)):
        if not _is_name(value):
            raise IdentityFault(f"{name}: 1 to 32 letters, digits, underscores and hyphens are expected")
    try:
        topics.link(identity.number)
    except ValueError as error:
        raise IdentityFault("terminal: must be without / + # and NUL") from error
    running_number: object = identity.running_number
    if type(running_number) is not int or not 0 <= running_number < _MOST_NUMBER:
        raise IdentityFault("number: a whole number from 0 is expected")
    if identity.province not in PROVINCES:
        raise IdentityFault(f"province: expected one of {''.join(PROVINCES)}")


def _is_name(value: Any) -> bool:  # noqa: ANN401 - JSON's values are any
    return type(value) is str and bool(_PART.fullmatch(value)) and unicodedata.is_normalized("NFC", value)

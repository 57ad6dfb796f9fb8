"""Make and renew laboratories: keys, trust set, folders and settings, made in a staging folder, then put in
place.

A laboratory's keys are random, serve a desk alone, and lie outside the repository of the code.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from keys import certificates, files, lab_repository, role_keys, rosters, trustset
from keys.files import Algorithm
from keys.issue import IssueRequest, issue
from keys.rosters import Slip
from terminal import identity
from terminal.credential import enforcement
from terminal.credential.enforcement import EnforcementKey, target_of
from terminal.credential.trust import SET_TARGET, IssuerKey, RegistryKeys
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.model import Plate, Vehicle
from terminal.vehicle.inspection import SHANGHAI
from terminal.wire.fields import CTI_SIZE, KEY_SIZE
from terminal.wire.sealed import seal

if TYPE_CHECKING:
    from collections.abc import Callable

    Randomness = Callable[[int], bytes]
    """Returns that many random bytes."""

REFRESH_S = DAY_S
"""Age, s, from which a laboratory's trust set is made anew; a terminal would call it stale after seven days.
"""
ENFORCEMENT_EPOCH = 1
STATUS_LIST = 1
WITHDRAWN_INDEX = 7
"""The one index of the status list that is marked as withdrawn."""
CONFIG = "roadside.toml"
BROKER_PORT = 18883
"""Port on which the reference registry's broker listens on a desk."""
IDENTITY = "identity"
"""Folder of the terminal's identity, as enrolment makes it (`terminal.identity`)."""
TERMINAL = "T0001"
TLS = "private/tls"
"""Folder of the TLS identities of broker and clients: NAME.crt and NAME.key."""
SUPERVISOR = "900001"
OFFICERS = (
    Slip("000001", "王小明", "112358", "853211"),
    Slip("000002", "李明", "271828", "828172"),
    Slip(SUPERVISOR, "张主任", "314159", "951413"),
)
"""The laboratory's officers with their PINs and duress PINs, which set-up prints: they protect nothing."""
_UNIT, _RUNNING_NUMBER = "苏A01", 1
ROSTER = f"roster/{_UNIT}.sealed"
_CLIENTS = ("T0002", "W0001", "W0001-uploads", "W0002", "W0002-uploads", "administrator")
"""A second terminal, two workers of the registry (each with an identity for uploads), and the broker's
administrator.
"""
_WINDOW_S = 3 * 366 * DAY_S
"""Issuer keys are valid this long, s, before and after the laboratory was made."""
_LEAKED_S = 30 * DAY_S
"""The compromised key counts as leaked this long, s, before the laboratory was made."""


@dataclass(frozen=True, slots=True)
class _Issuer:
    name: str
    scopes: tuple[str, ...]


_COMPROMISED = _Issuer("zhejiang", ("浙",))
_ISSUERS = (
    _Issuer("jiangsu", ("苏",)),
    _Issuer("shenzhen", ("粤B",)),
    _Issuer("beijing", ("京",)),
    _COMPROMISED,
)
_REGISTRY = ("answer", "receipt", "hotlist", "order")
_KEYS = (
    *((issuer.name, Algorithm.ED25519) for issuer in _ISSUERS),
    *((name, Algorithm.ED25519) for name in _REGISTRY),
    *((name, Algorithm.X25519) for name in ("journal", "lookup")),
    ("enforcement", Algorithm.CHACHA20_POLY1305),
)
ISSUED_BEFORE_LEAK = "codes/zhejiang-issued.txt"
"""The one code under the compromised key that its authority issued itself, according to the register."""

_TOML = f"""\
# A laboratory of roadside-keys: random keys, no real vehicle. Relative paths begin at this file.
[terminal]
language = "zh"

[paths]
state = "state"
identity = "{IDENTITY}"

[trust]
source = "{lab_repository.PUBLIC}"
provinces = {list(lab_repository.OTHER_PROVINCES)}

[registry]
host = "127.0.0.1"
port = {BROKER_PORT}
"""


def make(folder: Path, now_s: int, randomness: Randomness) -> None:
    """Make a complete laboratory in `folder`, as of `now_s` (Unix s).

    Raises InputFault if `folder` is not empty; then nothing is changed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        _fill(staged, now_s, randomness)
        staged.chmod(0o755)
        staged.replace(folder)
    except OSError as error:
        raise InputFault(f"{folder}: {error.strerror}; a laboratory needs a new or empty folder") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)  # does nothing after a success


def is_complete(folder: Path) -> bool:
    """Return True if `folder` holds every file of a laboratory. Raises TrustFault if its trust set is
    damaged.
    """
    wanted = (
        CONFIG,
        "state/trust/current",
        "trust/registry.cbor",
        "trust/terminals.cbor",
        f"trust/{ROSTER}",
        ISSUED_BEFORE_LEAK,
    )
    secrets = [_secret(name) for name, _ in _KEYS]
    secrets += [
        f"{IDENTITY}/{name}" for name in (identity.DESCRIPTION, identity.SIGNING_KEY, identity.SEALING_KEY)
    ]
    if not all((folder / name).exists() for name in (*wanted, *secrets)):
        return False
    trustset.load(folder / "trust")
    return True


def is_due(folder: Path, now_s: int) -> bool:
    """Return True if a laboratory's trust set is over a day old or dated ahead. Raises TrustFault."""
    return not 0 <= trustset.load(folder / "trust").age_s(now_s) <= REFRESH_S


def refresh(folder: Path, now_s: int) -> int:
    """Make `set.cbor` anew as of `now_s` (Unix s), with the next serial, which is returned.

    Raises TrustFault if the set is damaged.
    """
    serial = trustset.next_serial(folder / "trust")
    files.replace(folder / "trust" / SET_TARGET, trustset.set_target(now_s, serial))
    lab_repository.publish(folder, now_s)
    lab_repository.install(folder, now_s)
    return serial


def renew_identities(folder: Path, now_s: int) -> list[str]:
    """Renew TLS identities that are missing or expire in a week; return their names. Raises InputFault."""
    made = certificates.ensure_identities(folder / TLS, _CLIENTS, now_s)
    own, authority = folder / IDENTITY, certificates.load(folder / TLS, "ca")
    paths = (own / identity.TLS_CERTIFICATE, own / identity.TLS_KEY)
    if certificates.ensure_client(paths, TERMINAL, authority, now_s):
        files.replace(own / identity.CA, (folder / TLS / "ca.crt").read_bytes())
        made.append(TERMINAL)
    return made


def _secret(name: str) -> str:
    return f"private/{name}.key"


def _fill(folder: Path, now_s: int, randomness: Randomness) -> None:
    for name, mode in (("private", 0o700), ("state", 0o700), (IDENTITY, 0o700), ("codes", 0o755)):
        (folder / name).mkdir(mode=mode)
    public = {
        name: files.save(folder / _secret(name), algorithm, randomness(KEY_SIZE)) or b""
        for name, algorithm in _KEYS
    }
    terminal = _make_terminal(folder / IDENTITY, randomness)
    renew_identities(folder, now_s)
    early = _code_before_leak(folder, now_s, randomness)
    (folder / ISSUED_BEFORE_LEAK).write_text(f"{early}\n", encoding="ascii")
    (scope,) = _COMPROMISED.scopes
    content = trustset.TrustContent(
        issuers=[_issuer_key(issuer, public[issuer.name], now_s) for issuer in _ISSUERS],
        registry=RegistryKeys(*((public[name],) for name in (*_REGISTRY, "journal", "lookup"))),
        withdrawn={STATUS_LIST: [WITHDRAWN_INDEX]},
        issued=[trustset.IssuedCodes(scope, now_s - _WINDOW_S, now_s, [early])],
        terminals={_RUNNING_NUMBER: terminal},
        sealed={
            target_of(terminal.name): _enforcement_keys(folder, terminal, now_s),
            ROSTER: _roster(terminal, now_s),
        },
    )
    trustset.replace_targets(folder / "trust", trustset.targets(content, made_s=now_s, serial=1))
    lab_repository.make(folder, now_s, randomness)
    lab_repository.install(folder, now_s)
    (folder / CONFIG).write_text(_TOML, encoding="utf-8")


def _make_terminal(folder: Path, randomness: Randomness) -> trustset.ListedTerminal:
    """Make the keys and the description of the laboratory's terminal."""
    described = identity.Identity(
        number=TERMINAL,
        running_number=_RUNNING_NUMBER,
        province="苏",
        unit=_UNIT,
        fleet="lab",
        folder=folder,
    )
    files.replace(folder / identity.DESCRIPTION, identity.write(described))
    public, sealing = (
        files.save(folder / name, algorithm, randomness(KEY_SIZE)) or b""
        for name, algorithm in (
            (identity.SIGNING_KEY, Algorithm.ED25519),
            (identity.SEALING_KEY, Algorithm.X25519),
        )
    )
    return trustset.ListedTerminal(TERMINAL, public, sealing, described.province)


def _enforcement_keys(folder: Path, terminal: trustset.ListedTerminal, now_s: int) -> bytes:
    """Seal the laboratory's enforcement key to a terminal."""
    secret = files.load(folder / _secret("enforcement"), Algorithm.CHACHA20_POLY1305)
    key = EnforcementKey(secret, now_s - _WINDOW_S, now_s + _WINDOW_S)
    plain = enforcement.write(terminal.province, {ENFORCEMENT_EPOCH: key})
    return seal(plain, terminal.sealing_key)


def _roster(terminal: trustset.ListedTerminal, now_s: int) -> bytes:
    """Seal the roster of the laboratory's officers to its terminal."""
    listed = [
        rosters.ListedOfficer(
            one.number, one.name, now_s - _WINDOW_S, now_s + _WINDOW_S, one.number == SUPERVISOR
        )
        for one in OFFICERS
    ]
    kept = {one.number: rosters.verifiers_of(one, role_keys.LEAST) for one in OFFICERS}
    made = rosters.make(_UNIT, listed, kept, now_s)
    return rosters.target(made, {_RUNNING_NUMBER: terminal.sealing_key})


def _issuer_key(issuer: _Issuer, public_key: bytes, now_s: int) -> IssuerKey:
    return IssuerKey(
        public_key=public_key,
        scopes=issuer.scopes,
        issues_from_s=now_s - _WINDOW_S,
        issues_until_s=now_s + _WINDOW_S,
        compromised_since_s=now_s - _LEAKED_S if issuer is _COMPROMISED else None,
    )


def _code_before_leak(folder: Path, now_s: int, randomness: Randomness) -> str:
    issued_s = now_s - 2 * _LEAKED_S
    vehicle = Vehicle(
        plate=Plate("浙B12345", "02"),
        vehicle_type="K33",
        use="A",
        valid_through=_month_of(issued_s) + 100,  # the same month of the next year
    )
    seed = files.load_seed(folder / _secret(_COMPROMISED.name))
    return issue(IssueRequest(vehicle, issuer="浙B"), seed, randomness(CTI_SIZE), issued_s)


def _month_of(time_s: int) -> int:
    day = datetime.fromtimestamp(time_s, SHANGHAI)
    return day.year * 100 + day.month

"""Selection of the targets that a terminal takes, by its configuration alone (wire format, section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from terminal.credential.trust import ISSUERS_TARGET, REGISTRY_TARGET, SET_TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from terminal.identity import Identity

REQUIRED = (SET_TARGET, ISSUERS_TARGET, REGISTRY_TARGET)
"""Targets without which there is no set."""
_EVERYBODY = re.compile(
    r"(?:set|issuers|registry)\.cbor|rules/[0-9]{1,9}\.cbor|status/[0-9]{1,9}\.bin", re.ASCII
)
_OTHERS = re.compile(
    r"terminals\.cbor|(?:roster|enforcement)/[^/.\\\x00-\x20]{1,64}\.sealed"
    r"|(?:settings|release)/[^/.\\\x00-\x20]{1,64}\.cbor"
)
_BY_SCOPE = re.compile(
    r"(?:(issued)/([^/.\\\-\x00-\x20]{1,12})(?:-[0-9]{8})?\.bin|(offline)/([^/.\\\-\x00-\x20]{1,12})(?:-[0-9]{8})?\.sqlite"
    r"|(hotlist)/([^/.\\\-\x00-\x20]{1,12})\.cbor)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Configuration that decides which targets a terminal takes."""

    terminal: str
    """Terminal id, for `enforcement/<terminal>.sealed`."""
    province: str
    """Its own province, whose register and offline list it always takes."""
    unit: str | None = None
    fleet: str | None = None
    registers: frozenset[str] = frozenset()
    """Further provinces whose registers of issued codes it takes."""
    offline: frozenset[str] = frozenset()
    """Further provinces whose offline lists it takes."""
    hotlists: frozenset[str] | None = None
    """Provinces whose hot lists it takes; None for all."""
    release: str | None = None
    """Name of its firmware."""


def selection_of(
    described: Identity,
    others: Iterable[str],
    hotlists: frozenset[str] | None = None,
    release: str | None = None,
) -> Selection:
    """Return the selection of an enrolled terminal; `others` are further provinces, see `Selection`."""
    further = frozenset(others)
    return Selection(
        described.number,
        described.province,
        described.unit,
        described.fleet,
        registers=further,
        offline=further,
        hotlists=hotlists,
        release=release,
    )


def wanted(names: Iterable[str], selection: Selection) -> tuple[str, ...]:
    """Return the targets among `names` that a terminal takes, sorted.

    A name of a form that wire format, section 4, does not list is never taken, so that a path is always safe.
    """
    own = {
        f"roster/{selection.unit}.sealed",
        f"enforcement/{selection.terminal}.sealed",
        f"settings/{selection.fleet}.cbor",
        f"release/{selection.release}.cbor",
    }
    own = {name for name in own if _OTHERS.fullmatch(name)}
    return tuple(sorted(n for n in names if n in own or _EVERYBODY.fullmatch(n) or _is_chosen(n, selection)))


def is_target(name: str) -> bool:
    """Return True if the wire format lists this form of name."""
    return any(form.fullmatch(name) for form in (_EVERYBODY, _OTHERS, _BY_SCOPE))


def _is_chosen(name: str, selection: Selection) -> bool:
    found = _BY_SCOPE.fullmatch(name)
    if found is None:
        return False
    folder, scope = (part for part in found.groups() if part is not None)
    if folder == "hotlist":
        return selection.hotlists is None or scope in selection.hotlists
    others = selection.registers if folder == "issued" else selection.offline
    return scope[0] == selection.province or scope[0] in others

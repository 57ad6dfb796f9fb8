"""`roadside conformance`: verify each case of a vector file and compare with the expected results.

Only results that the file names are compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from terminal import console
from terminal.commands import output
from terminal.credential import trust, verify
from terminal.errors import InputFault
from terminal.model import Plate
from terminal.wire import cbor
from terminal.wire.fields import KEY_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ALL_AGREE, DIFFERENT = 0, 1

Loaded: TypeAlias = "str | int | float | bool | list[Loaded] | dict[str, Loaded] | None"
"""Value of a JSON text."""

NOTICE = "trust set of the vector file, which no authority vouches for"
_COMPARED = ("reason", "finding")


@dataclass(frozen=True, slots=True)
class Vectors:
    """A vector file: trust set, enforcement keys by epoch, and cases."""

    trusted: trust.TrustSet
    enforcement: Mapping[int, bytes]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A text, the terminal's state, and the expected results."""

    name: str
    text: str
    now_s: int
    trust_age_s: int
    clock_trusted: bool
    entered: Plate | None
    expected: Mapping[str, Loaded]
    """`reason`, `finding` and `fields`, as far as the file names them."""


def run(path: Path, *, as_json: bool) -> int:
    """Print the result of each case and the differences; return the exit status.

    Raises InputFault for an invalid vector file, TrustFault for an invalid trust set.
    """
    vectors = load(path)
    compared = different = 0
    for case in vectors.cases:
        found = find(case, vectors)
        console.out(output.line(found) if as_json else f"{case.name}: {found['reason']}, {found['finding']}")
        differences = compare(case.expected, found)
        for difference in differences:
            console.warn(f"{case.name}: {difference}")
        compared += bool(case.expected)
        different += bool(differences)
    console.warn(f"{len(vectors.cases)} cases, {compared} compared, {different} different; {NOTICE}")
    return DIFFERENT if different else ALL_AGREE


def find(case: Case, vectors: Vectors) -> dict[str, output.Json]:
    """Verify a case and return `name`, `reason`, `finding`, and `fields` if the claims are proven."""
    trusted = replace(vectors.trusted, made_s=case.now_s - case.trust_age_s)
    moment = verify.Moment(case.now_s, case.clock_trusted)
    finding = verify.verify(case.text, trusted, moment, entered=case.entered)
    opened = verify.open_sealed(case.text, vectors.enforcement) if finding.credential else None
    return {
        "name": case.name,
        "reason": finding.reason,
        "finding": finding.finding,
        "fields": output.fields(finding.credential, opened),
    }


def compare(expected: Mapping[str, Loaded], found: Mapping[str, output.Json]) -> list[str]:
    """Return the differences as text; fields not named in `expected` are ignored."""
    pairs = [(name, expected[name], found[name]) for name in _COMPARED if name in expected]
    if expected.get("fields") is not None:
        proven = found["fields"]
        values = proven if isinstance(proven, dict) else {}
        pairs += [(name, value, values.get(name)) for name, value in _map(expected, "fields").items()]
    return [
        f"{name} is {json.dumps(is_)}, expected {json.dumps(wanted)}"
        for name, wanted, is_ in pairs
        if json.dumps(wanted, sort_keys=True) != json.dumps(is_, sort_keys=True)  # 1 differs from true
    ]


def load(path: Path) -> Vectors:
    """Load a vector file. Raises InputFault and TrustFault."""
    try:
        content = json.loads(path.read_bytes())
        if type(content) is not dict:
            raise InputFault(f"{path}: not a JSON object")
        return _vectors(content)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise InputFault(f"{path}: nested too deep") from error
    except ValueError as error:
        raise InputFault(f"{path}: {error}") from error


def _vectors(content: dict[str, Loaded]) -> Vectors:
    trusted = _map(content, "trust")
    status = _map(trusted, "status", {})
    targets = {
        trust.SET_TARGET: cbor.write({1: 0, 2: 0}),
        trust.ISSUERS_TARGET: _hex(trusted, "issuers_cbor"),
    }
    targets |= {f"status/{number}.bin": _hex(status, number) for number in status}
    issued = _map(trusted, "issued", {})
    enforcement = _map(trusted, "enforcement", {})
    cases = content.get("cases")
    if type(cases) is not list or not cases:
        raise ValueError("no cases")
    return Vectors(
        trust.load(targets, {target: _hex(issued, target) for target in issued}),
        {int(epoch): _key(enforcement, epoch) for epoch in enforcement},
        tuple(_case(case, number) for number, case in enumerate(cases, 1)),
    )


def _case(case: Loaded, number: int) -> Case:
    if type(case) is not dict:
        raise ValueError(f"case {number}: not an object")
    try:
        if case.get("fields") is not None:
            _map(case, "fields")
        return Case(
            name=_text(case, "name"),
            text=_text(case, "text"),
            now_s=_seconds(case, "now"),
            trust_age_s=_seconds(case, "trust_age_s", 0),
            clock_trusted=_flag(case, "clock_trusted"),
            entered=_entered(case),
            expected={name: case[name] for name in (*_COMPARED, "fields") if name in case},
        )
    except ValueError as error:
        raise ValueError(f"case {number}: {error}") from error


def _entered(case: Mapping[str, Loaded]) -> Plate | None:
    if case.get("entered") is None:
        return None
    plate = _map(case, "entered")
    return Plate(_text(plate, "number"), _text(plate, "kind"))


# Readers of one entry; ValueError names what is missing or has the wrong type.


def _map(of: Mapping[str, Loaded], name: str, default: Loaded = None) -> dict[str, Loaded]:
    value = of.get(name, default)
    if type(value) is not dict:
        raise ValueError(f"{name} is not an object")
    return value


def _text(of: Mapping[str, Loaded], name: str) -> str:
    value = of.get(name)
    if type(value) is not str:
        raise ValueError(f"{name} is not a text")
    return value


def _hex(of: Mapping[str, Loaded], name: str) -> bytes:
    try:
        return bytes.fromhex(_text(of, name))
    except ValueError as error:
        raise ValueError(f"{name} is not in hex") from error


def _key(of: Mapping[str, Loaded], name: str) -> bytes:
    key = _hex(of, name)
    if len(key) != KEY_SIZE:
        raise ValueError(f"enforcement key {name} is not {KEY_SIZE} bytes")
    return key


def _seconds(of: Mapping[str, Loaded], name: str, default: Loaded = None) -> int:
    value = of.get(name, default)
    if type(value) is not int:
        raise ValueError(f"{name} is not a whole number of seconds")
    return value


def _flag(of: Mapping[str, Loaded], name: str) -> bool:
    value = of.get(name, True)
    if type(value) is not bool:
        raise ValueError(f"{name} is neither true nor false")
    return value

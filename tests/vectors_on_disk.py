"""Test vectors on disk: their folder, and the trust set and cases of `credentials.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from terminal.credential import trust
from terminal.wire import cbor

VECTORS = Path(__file__).parent / "vectors"
EXTERNAL = VECTORS / "external"
CREDENTIALS = VECTORS / "credentials.json"


def read_json(path: Path) -> Any:  # noqa: ANN401 - a test fails where the file is not what it takes it for
    return json.loads(path.read_bytes())


def credentials() -> dict[str, Any]:
    content: dict[str, Any] = read_json(CREDENTIALS)
    return content


def targets(made_s: int) -> dict[str, bytes]:
    """Return the targets by name of a trust set made at `made_s`, except for the register of issued codes."""
    listed = credentials()["trust"]
    status = {f"status/{number}.bin": bytes.fromhex(bits) for number, bits in listed["status"].items()}
    dated = cbor.write({1: made_s, 2: 1})
    return {"set.cbor": dated, "issuers.cbor": bytes.fromhex(listed["issuers_cbor"]), **status}


def issued() -> dict[str, bytes]:
    """Return the files of the register of issued codes by target name."""
    listed = credentials()["trust"]["issued"]
    return {target: bytes.fromhex(content) for target, content in listed.items()}


def trust_set(made_s: int) -> trust.TrustSet:
    """Return the trust set of the cases, made at `made_s`."""
    return trust.load(targets(made_s), issued())


def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in credentials()["cases"] if case["name"] == name)
    return found


def write_directory(folder: Path, made_s: int) -> Path:
    """Write the trust set as a laboratory's directory of targets."""
    for name, content in (targets(made_s) | issued()).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder

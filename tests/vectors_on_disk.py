"""Where the vectors are, and the trust set and cases of `credentials.json`, read by the tests alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from terminal.credential import trust

VECTORS = Path(__file__).parent / "vectors"
EXTERNAL = VECTORS / "external"
CREDENTIALS = VECTORS / "credentials.json"


def read_json(path: Path) -> Any:  # noqa: ANN401 - a test fails where the file is not what it takes it for
    return json.loads(path.read_bytes())


def credentials() -> dict[str, Any]:
    content: dict[str, Any] = read_json(CREDENTIALS)
    return content


def targets() -> dict[str, bytes]:
    """The trust set's targets by name."""
    listed = credentials()["trust"]
    folders = {
        f"{folder}/{name}.bin": bytes.fromhex(content)
        for folder in ("status", "issued")
        for name, content in listed[folder].items()
    }
    return {"issuers.cbor": bytes.fromhex(listed["issuers_cbor"]), **folders}


def trust_set(made_s: int) -> trust.TrustSet:
    """The trust set of the cases, made at `made_s`."""
    loaded = trust.load(targets())
    return trust.TrustSet(loaded.issuers, loaded.status, loaded.issued, made_s)


def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(case for case in credentials()["cases"] if case["name"] == name)
    return found


def write_directory(folder: Path) -> Path:
    """The trust set as a laboratory's directory of targets."""
    for name, content in targets().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder

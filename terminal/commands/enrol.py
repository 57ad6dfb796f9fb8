"""`roadside enrol`: give this device an identity by the authority's one-time code, or renew its certificate.

The code comes as text or from the camera; requests and answers travel over HTTP or in files. They
authenticate themselves, so the way that they take is not trusted.
"""

from __future__ import annotations

import http.client
import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import zxingcpp

from terminal import console, identity
from terminal.errors import EnrolmentFault, InputFault
from terminal.identity import CODE_PREFIX, MOST_MESSAGE, SERVICE_PATH
from terminal.journal import former
from terminal.services.wiping import TRUST_STORE, remaining_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from terminal.config import Config
    from terminal.ports import Camera

DONE = 0
"""Exit status: enrolled, request written, or certificate renewed or not due."""
_TIMEOUT_S = 20.0
_SCAN_S = 60.0
_FRAME_S = 0.5
_MOST_REASON = 200


class Enrolment(Protocol):
    """The device's side of enrolment: makes keys, and stores an identity or a renewed certificate.

    Every method raises InputFault, which EnrolmentFault is, for what cannot be believed or used.
    """

    def begin(self, code: str) -> tuple[bytes, str | None]:
        """Make keys; return the request to enrol them, and HOST:PORT of the service that the code names."""

    def finish(self, answer: bytes) -> str:
        """Verify the authority's answer, put the identity in place, and return the terminal's id."""

    def renewal_is_due(self, now_s: float) -> bool:
        """Return True if the TLS certificate ends soon after Unix time `now_s`."""

    def renewal_request(self, now_s: float) -> bytes:
        """Return a request for a new certificate, made at Unix time `now_s`."""

    def renew(self, answer: bytes) -> datetime:
        """Verify and store the renewed certificate; return when it ends."""


@dataclass(frozen=True, slots=True)
class EnrolArguments:
    """Where the code comes from, and the files that stand in for the network."""

    code: str | None
    """Text of the code; None to read it with the camera."""
    request: Path | None = None
    """Write the request to this new file and stop."""
    answer: Path | None = None
    """Read the authority's answer from this file; no code is needed."""


def run(
    settings: Config, device: Enrolment, open_camera: Callable[[], Camera], arguments: EnrolArguments
) -> int:
    """Enrol this device, or take one step of it with files; return DONE. Raises Fault."""
    if arguments.answer is not None:
        return _finish(settings, device, _read(arguments.answer))
    if _is_enrolled(settings):
        former.require_uploaded(settings.paths.state)
    code = arguments.code or read_code(open_camera)
    content, address = device.begin(code)
    if arguments.request is not None:
        _write(arguments.request, content)
        console.out(f"{arguments.request}: take it to the authority; then roadside enrol --answer FILE")
        return DONE
    if address is None:
        raise EnrolmentFault("the code names no service of the authority: use --request FILE")
    return _finish(settings, device, exchange(address, content))


def renew(device: Enrolment, address: str | None, now_s: float) -> int:
    """Renew the TLS certificate if it is due at Unix time `now_s`; return DONE. Raises Fault."""
    if not device.renewal_is_due(now_s):
        console.out("the certificate is not due for renewal")
        return DONE
    if address is None:
        raise EnrolmentFault("[registry] enrolment names no service of the authority")
    ends = device.renew(exchange(address, device.renewal_request(now_s)))
    console.out(f"the certificate was renewed; it ends on {ends:%Y-%m-%d}")
    return DONE


def exchange(address: str, content: bytes) -> bytes:
    """Post a request to the service at `address` (HOST:PORT) and return its answer.

    Raises EnrolmentFault if the service cannot be reached or refuses.
    """
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", SERVICE_PATH, content)
        answer = connection.getresponse()
        received = answer.read(MOST_MESSAGE + 1)
    except (OSError, http.client.HTTPException) as error:
        raise EnrolmentFault(f"the service at {address} cannot be reached: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        reason = received[:_MOST_REASON].decode("utf-8", "replace")
        raise EnrolmentFault(f"the service at {address} says: {console.escaped(reason)}")
    return received


def read_code(open_camera: Callable[[], Camera], patience_s: float = _SCAN_S) -> str:
    """Read a code with the camera, for `patience_s` at most. Raises EnrolmentFault, CameraFault."""
    console.warn("hold the authority's code in front of the camera")
    camera = open_camera()
    try:
        end_s = time.monotonic() + patience_s
        while time.monotonic() < end_s:
            frame = camera.capture(_FRAME_S)
            if frame is None:
                continue
            texts = [found.text for found in zxingcpp.read_barcodes(frame.luma)]
            code = next((text for text in texts if text.startswith(CODE_PREFIX)), None)
            if code is not None:
                return code
    finally:
        camera.close()
    raise EnrolmentFault("the camera saw no enrolment code; give it with --code")


def _finish(settings: Config, device: Enrolment, answer: bytes) -> int:
    """Store the identity, and take out of use what belongs to the one before."""
    state, root = settings.paths.state, settings.paths.identity / identity.ROOT
    folder = former.put_away(state, complete=_is_enrolled(settings))
    if folder is not None:
        for remains in remaining_files(state):
            remains.replace(folder / remains.name)
        console.out(f"{folder}: the journal of the identity before, and what a wipe left of it")
    root_before = root.read_bytes() if root.exists() else None
    number = device.finish(answer)
    if root.read_bytes() != root_before:  # versions of another repository would forbid the new one's
        shutil.rmtree(state / TRUST_STORE, ignore_errors=True)
    console.out(f"enrolled as {number}")
    return DONE


def _is_enrolled(settings: Config) -> bool:
    return (settings.paths.identity / identity.DESCRIPTION).exists()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_MESSAGE)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        raise InputFault(f"{path}: {error.strerror}") from error

"""`roadside self-test`: test the parts that a check needs, without the app, and print a line for each.

It runs at boot before `roadside run`, and after an update before the new system is kept. A missing camera is
reported and is no failure: vehicles are then looked up by plate.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import base45
from nacl import bindings

from terminal import atomic_file, identity
from terminal.codes import PREFIX
from terminal.console import out
from terminal.drawing.fonts import Fonts
from terminal.errors import (
    CameraFault,
    CameraStalled,
    Fault,
    InputFault,
    JournalBusy,
    JournalDamaged,
    JournalFault,
)
from terminal.journal import database
from terminal.journal.lock import Lock, remembered
from terminal.journal.recovery import NAME
from terminal.scan.reader import read_still
from terminal.wire import cose
from terminal.wire.signed import open_signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.trust_source import TrustReport
    from terminal.model import Luma
    from terminal.ports import Camera, KeyStore

PASSED, FAILED = 0, 1
"""Exit statuses."""
CAMERA_S = 5.0
"""Longest wait for the camera's first frame, s."""
_PROBE = ".probe"
_PROBE_BYTES = 4096
_CONTEXT = b"roadside/self-test/1"
"""No key of a trust set signs for this context, so the test code proves nothing elsewhere."""


@dataclass(frozen=True, slots=True)
class TestedDevice:
    """The parts of this device, each opened by its test."""

    open_camera: Callable[[], Camera]
    """Raises CameraFault."""
    open_keys: Callable[[Path], KeyStore]
    """Raises InputFault."""
    trust_report: Callable[[], TrustReport]
    """Verify the trust set in force. Raises IdentityFault, TrustFault."""
    draw_code: Callable[[str], Luma]
    """Draw a text as a QR code."""


def run(settings: Config, device: TestedDevice, random: Callable[[int], bytes]) -> int:
    """Test every part and print what was found; return PASSED, or FAILED if a part but the camera failed."""
    state, folder = settings.paths.state, settings.paths.identity
    tests: tuple[tuple[str, Callable[[], str]], ...] = (
        ("fonts", lambda: _fonts(settings.paths.fonts)),
        ("identity", lambda: _identity(folder, device)),
        ("trust", lambda: _trust(device)),
        ("storage", lambda: _storage(state, random)),
        ("journal", lambda: _journal(state)),
        ("reader", lambda: _reader(device, random)),
    )
    passed = True
    for name, test in tests:
        try:
            out(f"{name:<9} ok: {test()}")
        except Fault as fault:
            out(f"{name:<9} FAILED: {fault.line()}")
            passed = False
    try:
        out(f"{'camera':<9} ok: {_camera(device)}")
    except CameraFault as fault:
        out(f"{'camera':<9} unusable: {fault.line()}")
    return PASSED if passed else FAILED


def _fonts(folder: Path) -> str:
    Fonts.load(folder)
    return "Chinese characters can be drawn"


def _identity(folder: Path, device: TestedDevice) -> str:
    number = identity.load(folder).number
    device.open_keys(folder)
    return f"terminal {number}, its keys can be used"


def _trust(device: TestedDevice) -> str:
    report = device.trust_report()
    return f"trust set {report.serial} is verified"


def _storage(state: Path, random: Callable[[int], bytes]) -> str:
    """Write, sync and read back a file. Raises JournalFault."""
    probe, content = state / _PROBE, random(_PROBE_BYTES)
    with database.faults(state):
        atomic_file.write(probe, content)
        same = probe.read_bytes() == content
        probe.unlink()
        space = os.statvfs(state)
    if not same:
        raise JournalFault(f"{probe}: read back differently")
    return f"{space.f_bavail * space.f_frsize >> 20} MiB free"


def _journal(state: Path) -> str:
    """Verify the chain of the journal, and that it can be locked for writing. Raises JournalFault."""
    path = state / NAME
    if not path.is_file():
        return "none yet"
    with database.faults(state):
        try:
            lock = Lock(state)
        except JournalBusy:
            return "in use by the running terminal"
        lock.release()
        found = database.examine(path, remembered(state))
    if found.damage is not None or found.meta is None:
        raise JournalDamaged(found.damage or NAME)
    return f"whole, {found.meta.head.seq} records"


def _reader(device: TestedDevice, random: Callable[[int], bytes]) -> str:
    """Sign a code with a key of its own, draw it, read it and verify it. Raises InputFault."""
    seed, payload = random(32), random(100)
    public_key, _ = bindings.crypto_sign_seed_keypair(seed)
    signer = cose.Ed25519Signer.of(seed)
    text = PREFIX + base45.b45encode(signer(payload, _CONTEXT)).decode("ascii")
    scan = read_still(device.draw_code(text))
    if scan is None or scan.text != text:
        raise InputFault("the test code was not read")
    message = base45.b45decode(scan.text.removeprefix(PREFIX))
    if open_signed(message, _CONTEXT, {signer.kid: public_key}) != payload:
        raise InputFault("the test code's signature was not verified")
    return "a test code was read and its signature verified"


def _camera(device: TestedDevice) -> str:
    """Wait for a frame. Raises CameraFault."""
    with closing(device.open_camera()) as camera:
        end_s = time.monotonic() + CAMERA_S
        while time.monotonic() < end_s:
            frame = camera.capture(0.5)
            if frame is not None:
                height, width = frame.luma.shape
                return f"frames of {width}x{height}"
    raise CameraStalled(f"no frame in {CAMERA_S:.0f} s")

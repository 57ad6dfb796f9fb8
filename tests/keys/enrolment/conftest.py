"""An authority that enrols, made from a laboratory, and a device without an identity."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from nacl.utils import random as random_bytes

from keys import lab, lab_repository
from keys.enrolment import device
from keys.enrolment.authority import Authority
from keys.enrolment.messages import EnrolmentCode, write_code
from keys.enrolment.records import Profile
from keys.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = Profile("T0007", 7, "苏", "苏A01", "lab")
SERIAL = "10000000a1b2c3d4"
HOUR_S = 3600


@dataclass
class Desk:
    """An authority, and a device beside it."""

    lab: Path
    authority: Authority
    folder: Path
    """The device's identity."""
    now_s: int

    def offer(self, profile: Profile = PROFILE, serial: str = SERIAL) -> EnrolmentCode:
        """A code that is valid for an hour."""
        return self.authority.offer(profile, serial, self.now_s + HOUR_S, None, random_bytes)

    def begin(self, code: EnrolmentCode, serial: str = SERIAL) -> bytes:
        """The device's request."""
        return device.begin(self.folder, write_code(code), serial, random_bytes)

    def enrol(self) -> EnrolmentCode:
        """Enrol the device; return the code that was used."""
        code = self.offer()
        device.finish(self.folder, self.authority.answer(self.begin(code), self.now_s))
        return code


@pytest.fixture
def desk(laboratory: Path, tmp_path: Path) -> Desk:
    """A laboratory's CA and repository as an authority's."""
    folder = tmp_path / "lab"
    shutil.copytree(laboratory, folder, symlinks=True)
    authority = Authority(folder / lab.TLS, Repository(folder / lab_repository.REPOSITORY))
    return Desk(folder, authority, tmp_path / "device" / "identity", int(time.time()))

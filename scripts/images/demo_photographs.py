"""Make the photographs of the demo: vouchers as a camera would see drivers hold them.

    python -m scripts.images.demo_photographs LABORATORY FOLDER

The codes are signed by the laboratory's keys, except for the two that must fail. Each photograph is a card
warped by a seeded hand, unevenly lit, noisy and compressed; laboratory, month and seed determine the scene.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import base45
import cv2
import numpy as np
import numpy.typing as npt
from nacl.utils import random as random_bytes

from keys import files
from keys.issue import Enforcement, IssueRequest, issue
from keys.lab import ENFORCEMENT_EPOCH, STATUS_LIST, WITHDRAWN_INDEX
from keys.qr import qr_image
from keys.voucher import A6, PHONE, VoucherSheet, VoucherText, voucher
from terminal.codes import PREFIX
from terminal.credential import claims, verify
from terminal.limits import DAY_S
from terminal.model import Plate, SealedClaims, StatusListRef, Vehicle
from terminal.services.trust_directory import load_directory
from terminal.vehicle.inspection import SHANGHAI
from terminal.wire import cbor
from terminal.wire.fields import CTI_SIZE, array, data

if TYPE_CHECKING:
    from PIL import Image

Picture = npt.NDArray[np.uint8]
PHOTOGRAPH = (1600, 900)
PAYMENT = "https://pay.example/qr/7291046352018846"
VEHICLE = Vehicle(
    Plate("苏A12345", "02"), "K33", "A", 0, colour="H", vin_tail="123456", first_registered=20210815
)
SEALED = SealedClaims("LSVAA4182E2123456", "G12345", "王*")
NEVER_ISSUED = Plate("浙B67890", "02")
"""Signed with the compromised key; the register of issued codes does not have it."""
WANTED = Plate("苏A50000", "02")
"""A stolen vehicle in the registry's sample data; its code is genuine."""


@dataclass(frozen=True, slots=True)
class CardPose:
    """Pose of a card: its height as a share of the photograph's, tilt, blur and noise."""

    share: float = 0.86
    turn_deg: float = 4.0
    lean: float = 0.06
    """Perspective: reduction of one edge, as a share of the card."""
    blur_px: float = 0.8
    noise: float = 5.0
    light: float = 0.9
    bezel: bool = True


def photograph(card: Picture, hold: CardPose, seed: int) -> Picture:
    """Photograph a card (BGR) in a pose: BGR, 1600x900."""
    rng = np.random.default_rng(seed)
    width, height = PHOTOGRAPH
    scene = _scene(rng)
    if hold.bezel:
        card = cv2.copyMakeBorder(card, 60, 60, 26, 26, cv2.BORDER_CONSTANT, value=(22, 20, 20)).astype(
            np.uint8
        )
    corners = _corners(card.shape[1] / card.shape[0], hold, rng)
    tall, wide = card.shape[:2]
    flat = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    seen = cv2.warpPerspective(card, warp, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((tall, wide), 1.0, np.float32), warp, (width, height))[..., None]
    glow = np.linspace(hold.light, hold.light * 0.75, width, dtype=np.float32)[None, :, None]
    picture = scene * (1 - mask) + seen * mask * glow
    blurred = cv2.GaussianBlur(picture, (0, 0), hold.blur_px)
    grain = hold.noise * rng.standard_normal(picture.shape, np.float32)
    return np.asarray(np.clip(blurred + grain, 0, 255), np.uint8)


def _scene(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Draw a dim car interior and a street out of focus."""
    width, height = PHOTOGRAPH
    light = np.linspace(150, 45, 9)[:, None, None] + rng.uniform(-28, 28, (9, 16, 1))
    coarse = (light * (1.06, 1.0, 0.94)).astype(np.float32)  # slightly blue, as daylight in the shade
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _corners(aspect: float, hold: CardPose, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    width, height = PHOTOGRAPH
    tall = height * hold.share
    wide = tall * aspect
    angle = np.deg2rad(hold.turn_deg * rng.uniform(0.7, 1.3))
    lean = hold.lean * wide
    box = np.array([[0, 0], [wide, lean], [wide, tall - lean], [0, tall]]) - (wide / 2, tall / 2)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = (width / 2 + rng.uniform(-60, 60), height / 2)
    return np.asarray(box @ rotation + middle, np.float32)


def _month(now_s: int, months: int) -> int:
    """Return the month `months` after now, yyyymm."""
    today = datetime.fromtimestamp(now_s, SHANGHAI)
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return year * 100 + month + 1


def _tampered(text: str) -> str:
    """Change one digit of the plate in a code without re-signing it."""
    parts = array(cbor.read(base45.b45decode(text.removeprefix(PREFIX).encode()), tag=18), 4)
    credential = claims.parse(data(parts[2]))
    vehicle = replace(credential.vehicle, plate=Plate("苏A12346", "02"))
    parts[2] = claims.write(replace(credential, vehicle=vehicle))
    return verify.write_text(cbor.write(parts, tag=18))


def _bgr(picture: Image.Image) -> Picture:
    return np.asarray(picture.convert("RGB"))[..., ::-1].astype(np.uint8)


def _beside(left: Picture, right: Picture) -> Picture:
    """Place two cards of the same size side by side, with a gap."""
    gap = np.full((left.shape[0], left.shape[1] // 8, 3), 70, np.uint8)
    return np.hstack([left, gap, right])


def _pictures(seed: bytes, now_s: int) -> dict[str, Picture]:
    """Return the demo's photographs by name, of codes signed with the key of this seed."""
    vehicle = replace(VEHICLE, valid_through=_month(now_s, 9))
    old = replace(VEHICLE, valid_through=_month(now_s, -1))
    issued_s = now_s - 40 * DAY_S

    def text(vehicle: Vehicle, key: bytes, status: StatusListRef | None = None) -> str:
        return issue(IssueRequest(vehicle, "苏A", status), key, random_bytes(CTI_SIZE), issued_s)

    def card(text: str, vehicle: Vehicle, sheet: VoucherSheet = PHONE) -> Picture:
        return _bgr(voucher(text, VoucherText(vehicle, "苏A", issued_s), sheet))

    genuine = text(vehicle, seed)
    outdated = text(old, seed)
    changed = replace(vehicle, plate=Plate("苏A12346", "02"))
    wanted = replace(vehicle, plate=WANTED)
    withdrawn = text(vehicle, seed, StatusListRef(STATUS_LIST, WITHDRAWN_INDEX))
    phone = card(genuine, vehicle)
    paper = CardPose(bezel=False, turn_deg=-7, light=1.0, noise=4)
    return {
        "phone": photograph(phone, CardPose(), 1),
        "paper": photograph(card(genuine, vehicle, A6), paper, 2),
        "last-month": photograph(card(outdated, old), CardPose(turn_deg=-5), 3),
        "two": photograph(
            _beside(card(outdated, old, A6), card(genuine, vehicle, A6)), replace(paper, turn_deg=3), 9
        ),
        "digit-changed": photograph(card(_tampered(genuine), changed), CardPose(turn_deg=6), 4),
        "unknown-key": photograph(card(text(vehicle, random_bytes(32)), vehicle), CardPose(), 5),
        "payment": photograph(_bgr(qr_image(PAYMENT, "M", 16)), CardPose(share=0.6), 6),
        "wanted": photograph(card(text(wanted, seed), wanted), CardPose(turn_deg=-3), 8),
        "withdrawn": photograph(card(withdrawn, vehicle), CardPose(turn_deg=-4), 12),
        "other-vehicle": photograph(card(text(vehicle, seed), vehicle), CardPose(turn_deg=5), 13),
        "blur": photograph(phone, CardPose(blur_px=14), 7),
    }


def _sealed(laboratory: Path, now_s: int) -> Picture:
    """Photograph a genuine code with sealed claims, which the laboratory's terminal opens."""
    keys = laboratory / "private"
    vehicle, issued_s = replace(VEHICLE, valid_through=_month(now_s, 9)), now_s - 40 * DAY_S
    key = files.load(keys / "enforcement.key", files.Algorithm.CHACHA20_POLY1305)
    request = IssueRequest(vehicle, "苏A", enforcement=Enforcement(SEALED, ENFORCEMENT_EPOCH, key))
    text = issue(request, files.load_seed(keys / "jiangsu.key"), random_bytes(CTI_SIZE), issued_s)
    return photograph(_bgr(voucher(text, VoucherText(vehicle, "苏A", issued_s), PHONE)), CardPose(), 11)


def _never_issued(laboratory: Path, now_s: int) -> Picture:
    """Photograph a code that the compromised key signed for a time that the register covers."""
    (file,) = load_directory(laboratory / "trust").register.files
    vehicle = replace(VEHICLE, plate=NEVER_ISSUED, valid_through=_month(now_s, 9))
    seed = files.load_seed(laboratory / "private" / "zhejiang.key")
    text = issue(IssueRequest(vehicle, "浙B"), seed, random_bytes(CTI_SIZE), file.to_s - DAY_S)
    card = _bgr(voucher(text, VoucherText(vehicle, "浙B", file.to_s - DAY_S), PHONE))
    return photograph(card, CardPose(turn_deg=2), 10)


def main(laboratory: Path, folder: Path) -> int:
    """Write the demo's photographs to `folder`, signed with the keys of `laboratory`."""
    folder.mkdir(parents=True, exist_ok=True)
    now_s = int(time.time())
    pictures = _pictures(files.load_seed(laboratory / "private" / "jiangsu.key"), now_s)
    pictures["sealed"] = _sealed(laboratory, now_s)
    pictures["never-issued"] = _never_issued(laboratory, now_s)
    for name, picture in pictures.items():
        if not cv2.imwrite(str(folder / f"{name}.jpg"), picture, (cv2.IMWRITE_JPEG_QUALITY, 85)):
            print(f"{folder}: cannot write a photograph", file=sys.stderr)
            return 1
    print(f"{len(pictures)} photographs in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

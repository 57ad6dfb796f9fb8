"""Invariants of scanning that hold for any picture, however hostile; `look` raises if one is violated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nacl import bindings

from keys.issue import IssueRequest, issue
from scripts.images.from_bytes import ByteSource, picture
from terminal import scan
from terminal.codes import Scan
from terminal.credential import trust, verify
from terminal.limits import DAY_S, FRAME_BUDGET_S
from terminal.model import CredentialFinding, Plate, Vehicle
from terminal.scan.recovery.decode import recover
from terminal.wire import cose

if TYPE_CHECKING:
    from terminal.model import Luma

SEED = bytes(range(32))
"""A key used nowhere else."""
NOW_S = 1_795_320_000
GENUINE = tuple(
    issue(
        IssueRequest(Vehicle(Plate(number, "02"), "K33", "A", 202708), "苏A"),
        SEED,
        number.encode().ljust(12)[:12],
        NOW_S - DAY_S,
    )
    for number in ("苏A12345", "苏A12346", "苏B67890")
)
"""Credentials whose codes have the same size."""
TEXTS = (*GENUINE, "https://pay.example/1", "VI1:", "VI2:X", "0123456789", "车" * 40)
"""Texts of the codes in the pictures, before they are damaged."""
FRAMES = 3
BUDGETS_S = (0.0, 0.001, 0.003, FRAME_BUDGET_S, 1.0)
_PUBLIC_KEY = bindings.crypto_sign_seed_keypair(SEED)[0]
TRUST = trust.TrustSet(
    {
        cose.key_id(_PUBLIC_KEY): trust.IssuerKey(
            _PUBLIC_KEY, ("苏",), issues_from_s=NOW_S - 10**8, issues_until_s=NOW_S + 10**8
        )
    },
    made_s=NOW_S - 3600,
)


class Ticks:
    """A clock that advances by 0.1 ms per reading, so that a run can be repeated."""

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self) -> float:
        """Return the time, s."""
        self._looks += 1
        return 1e-4 * self._looks


def look(data: bytes) -> None:
    """Scan the picture encoded by `data` in each way that the terminal does. Raises AssertionError."""
    source = ByteSource(data)
    ways, budget_s = source.below(4), BUDGETS_S[source.below(len(BUDGETS_S))]
    places = [source.below(256) - 16 for _ in range(8)]
    version = source.below(48)
    luma = picture(source.rest(), TEXTS)
    before = luma.copy()
    check(scan.read(luma, budget_s, Ticks()), luma)
    if ways == 0:
        check(scan.read_still(luma), luma)
    elif ways == 1:
        recovered(luma, places, version)
    memory = scan.START
    for _ in range(FRAMES):
        found, memory = scan.read_next(luma, memory, budget_s, Ticks())
        check(found, luma)
    assert (luma == before).all(), "the picture was modified"  #  # noqa: S101 - the fuzzer reports assertions


def recovered(luma: Luma, places: list[int], version: int) -> None:
    """Recover a symbol where there may be none; corners in 224ths of the picture. Raises AssertionError."""
    height, width = luma.shape
    corners = [(x * width / 224, y * height / 224) for x, y in zip(places[::2], places[1::2], strict=True)]
    text = recover(luma, corners, version or None)
    if text is not None:
        check(Scan(text, ((0, 0),) * 4), luma)


def check(found: Scan | None, luma: Luma) -> None:
    """Require that each text has a place and only real credentials are genuine. Raises AssertionError."""
    if found is None:
        return
    for code in found.codes:
        code.text.encode()  # encodable, as records require; empty for bytes in no known character set
        assert len(code.corners) == 4  # noqa: S101 - same
        assert all(abs(place) <= 4 * max(luma.shape) for at in code.corners for place in at)  # noqa: S101 - same
        finding = verify.verify(code.text, TRUST, verify.Moment(NOW_S)).finding
        assert (finding is CredentialFinding.CURRENT) == (code.text in GENUINE)  # noqa: S101 - same

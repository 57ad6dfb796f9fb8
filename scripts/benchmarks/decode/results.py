"""The results of one run of the decoding benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.benchmarks.decode.readers import ReaderResult
    from scripts.benchmarks.decode.series import Series


@dataclass(frozen=True, slots=True)
class Looked:
    """Results of all readers for one frame."""

    group: str
    """`photograph` or `credential`."""
    name: str
    category: str
    half: int | None
    """For photographs: the half used for ordering, or the one for evaluation."""
    results: dict[str, ReaderResult]
    """By reader."""
    coded: bool = True
    """True if the frame contains a code."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All results of one run."""

    looks: list[Looked]
    runs: list[Series]

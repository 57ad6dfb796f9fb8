"""A record of a check says by what its verdict was computed, so that it can be computed again."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import pytest

from terminal.journal.entry import Check, CodeDigest, Refinement, Rules
from terminal.model import ComparedField, Plate, PlateInput, Vehicle
from terminal.registry.messages import LookupResult
from terminal.services.recorder import PACKAGE_RULES
from terminal.vehicle.tables import RULES, content
from terminal.wire import cbor
from tests.terminal.services.terminal_fixture import OURS, Work, record_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def work(laboratory: Path, tmp_path: Path) -> Iterator[Work]:
    """A terminal whose registry is the test's."""
    made = work_of(laboratory, tmp_path, time.time())
    yield made
    made.cases.close()


def check(work: Work) -> Check:
    """The first record, which is a check's."""
    body = work.entries()[0].body
    assert isinstance(body, Check)
    return body


def refinement(work: Work) -> Refinement:
    """The last record, which refines a check."""
    body = work.entries()[-1].body
    assert isinstance(body, Refinement)
    return body


def test_the_package_s_own_tables_are_serial_0_with_the_start_of_their_hash():
    tables: cbor.Value = {key: content(name) for key, name in enumerate(RULES, 1)}
    assert Rules(0, hashlib.sha256(cbor.write(tables)).digest()[:8]) == PACKAGE_RULES


def test_a_check_names_clock_rules_settings_and_the_way_of_its_plate(work: Work):
    text = work.code()
    work.cases.check(text, work.moment)
    body = check(work)
    assert (body.code.text, body.basis.rules, body.basis.settings_serial) == (text, PACKAGE_RULES, 0)
    assert body.basis.clock_s == int(work.clock.now_s())
    assert body.plate_entry is PlateInput.CODE
    assert body.basis.hotlist_version == (0, 0)
    assert body.basis.offline_day is None


def test_a_plate_that_was_typed_says_so(work: Work):
    case = work.cases.enter(OURS, None, work.moment).judged
    assert (check(work).plate_entry, check(work).code.text) == (PlateInput.TYPED, None)
    scanned = work.cases.check(work.code(), work.moment)
    work.cases.enter(Plate("苏A54321", "02"), getattr(scanned, "judged", case), work.moment)
    assert refinement(work).plate_entry is PlateInput.TYPED


@pytest.mark.parametrize("text", ["https://pay.example/张三?to=1", "e\N{COMBINING ACUTE ACCENT}", "\ud800"])
def test_a_foreign_code_is_kept_as_its_hash_and_length_alone(work: Work, text: str):
    work.cases.check(text, work.moment)
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    assert check(work).code.text == CodeDigest(digest, len(text))


@pytest.mark.parametrize("text", ["VI1:nonsense", "VI2:later", "JS1:another issuer's"])
def test_a_code_of_ours_or_of_a_configured_issuer_is_kept_as_it_was_read(work: Work, text: str):
    work.cases.check(text, work.moment)
    assert check(work).code.text == text


def test_fields_that_differ_between_code_and_registry_are_recorded(work: Work):
    vehicle = Vehicle(OURS, "K33", "A", 209912, "A", "999999")
    work.cases.check(work.code_of(vehicle), work.moment)
    assert check(work).differing is None
    record = record_of(OURS, colour="H", vin_tail="123456")
    work.answer(work.asked()[0], record=record)
    assert refinement(work).differing == (ComparedField.COLOUR, ComparedField.VIN)
    assert refinement(work).lookup.answer == (int(LookupResult.FOUND), int(1e3 * work.clock.now_s()))

"""A Bloom filter skips no file that has the vehicle, and selects few that do not."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.registry.offline import bloom_filter
from terminal.registry.offline.bloom_filter import EVERYTHING, BloomFilters
from terminal.registry.offline.packing import PLATES_A_KIND

PLATES = st.integers(0, 39 * PLATES_A_KIND)
FILES = st.lists(st.one_of(st.none(), st.sets(PLATES, max_size=60)), max_size=33)


def contents(files: list[set[int] | None]) -> list[bytes]:
    return [
        EVERYTHING if plates is None else bloom_filter.build(plates, len(plates)) or b"" for plates in files
    ]


@given(FILES, PLATES)
@settings(deadline=None)
def test_every_file_that_has_the_vehicle_or_no_filter_is_asked(files: list[set[int] | None], other: int):
    sieve = BloomFilters(contents(files))
    for plate in {other}.union(*(plates for plates in files if plates)):
        has = {index for index, plates in enumerate(files) if plates is None or plate in plates}
        assert has <= set(sieve.which(plate))


def test_two_files_of_a_hundred_are_asked_in_vain_at_most():
    for count in (1, 100, 819, 5_000):
        plates = range(0, 7 * count, 7)
        sieve = BloomFilters([bloom_filter.build(plates, count) or b""])
        in_vain = sum(bool(sieve.which(plate)) for plate in range(6, 70_000, 7))
        assert in_vain <= 0.02 * 10_000


def test_the_bits_are_where_the_format_says():
    plate = 374_000_000_001
    content = bloom_filter.build([plate], 1)
    digest = hashlib.blake2b(plate.to_bytes(8, "big"), digest_size=12).digest()
    by_hand = bytearray(8)
    for number in (digest[0:4], digest[4:8], digest[8:12]):
        place = int.from_bytes(number, "little") % 64
        by_hand[place // 8] |= 1 << place % 8
    assert content == bytes(by_hand)


def test_a_file_of_no_vehicles_is_not_asked_and_one_of_too_many_has_no_filter():
    empty = bloom_filter.build([], 0)
    assert empty == bytes(8)
    assert BloomFilters([empty]).which(5) == []
    assert BloomFilters([]).which(5) == []
    assert bloom_filter.build([], 209_716) is None

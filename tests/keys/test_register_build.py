"""The register of issued codes is built in bounded memory and contains exactly the codes of its records."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import register_counts
from keys.register_build import KEPT_S, Span, build, covers
from keys.register_order import entries_of, is_ascending, require_sorted
from terminal.credential import register
from terminal.errors import InputFault, TrustFault
from tests.keys.tuf_fixtures import DAY_S, NOW_S, code

SPAN = Span("苏", NOW_S - 100, NOW_S)


def line(digest: bytes, authority: str = "苏A", iat_s: int = NOW_S - 50, exp_s: int = NOW_S + 1) -> str:
    return f"{authority},{iat_s},{exp_s},{digest.hex()}\n"


@given(digests=st.lists(st.binary(min_size=16, max_size=16), max_size=80), run=st.integers(1, 30))
def test_it_is_the_file_that_sorting_in_memory_gives(
    tmp_path_factory: pytest.TempPathFactory, digests: list[bytes], run: int
):
    out = tmp_path_factory.mktemp("register") / "苏.bin"
    built = build(map(line, digests), SPAN, out, NOW_S, run=run)
    assert out.read_bytes() == register.write(digests, SPAN.from_s, SPAN.to_s)
    assert built.count == len(set(digests))
    assert built.repeated == len(digests) - built.count
    require_sorted(out, "issued/苏.bin")
    assert list(out.parent.iterdir()) == [out]


def test_digests_that_share_their_first_half_are_ordered_by_the_second(tmp_path: Path):
    drawn = random.Random(5)  # noqa: S311 - the same digests every time
    digests = [bytes(8) + drawn.randbytes(8) for _ in range(500)]
    build(map(line, digests), SPAN, tmp_path / "a", NOW_S, run=37)
    assert (tmp_path / "a").read_bytes() == register.write(digests, SPAN.from_s, SPAN.to_s)


def test_texts_of_codes_are_records_too(tmp_path: Path):
    codes = [code() for _ in range(5)]
    span = Span("苏A", NOW_S - 2 * DAY_S, NOW_S)
    built = build((f"{text}\n" for text in codes), span, tmp_path / "a", NOW_S)
    assert built.by_authority == {"苏A": 5}
    assert built.count == 5


def test_codes_stay_for_31_days_after_their_expiry(tmp_path: Path):
    lines = [line(bytes([n]) * 16, exp_s=NOW_S - KEPT_S + n) for n in range(4)]
    built = build(lines, SPAN, tmp_path / "a", NOW_S)
    assert (built.count, built.expired) == (3, 1)


@pytest.mark.parametrize(
    "bad",
    [
        line(bytes(16), "浙A"),
        line(bytes(16), iat_s=NOW_S),
        line(bytes(16), iat_s=NOW_S - 101),
        line(bytes(15)),
        "苏A,x,1,00\n",
        "苏A,1,1\n",
        "\n",
        "VI1:\n",
        "VI1:ABC苏\n",
    ],
)
def test_a_wrong_record_is_refused_by_its_number_and_nothing_is_written(tmp_path: Path, bad: str):
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(InputFault, match="record 2"):
        build([line(bytes(16)), bad], SPAN, tmp_path / "a", NOW_S)
    assert (tmp_path / "a").read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_province_covers_its_authorities_and_an_authority_itself():
    assert covers("苏", "苏A")
    assert covers("苏A", "苏A")
    assert not covers("苏A", "苏AB")
    assert not covers("浙", "苏A")


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_ascending_is_what_comparing_bytes_says(digests: list[bytes]):
    expected = all(one < other for one, other in pairwise(digests))
    assert is_ascending(entries_of(b"".join(digests))) is expected


def test_order_is_checked_across_blocks_and_lengths(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(bytes(32) + bytes(16) * 2)
    with pytest.raises(TrustFault, match="duplicate"):
        require_sorted(path, "issued/苏.bin")
    path.write_bytes(bytes(32) + bytes(17))
    with pytest.raises(TrustFault):
        require_sorted(path, "issued/苏.bin")


@pytest.mark.parametrize("content", ["苏A", "苏A,x", "苏A,-1", ",1", "苏A,1\n苏A,2", "苏A,²"])
def test_counts_that_cannot_be_read_are_refused(tmp_path: Path, content: str):
    (tmp_path / "c").write_text(content)
    with pytest.raises(InputFault):
        register_counts.read(tmp_path / "c")


def test_each_authority_must_have_as_many_records_as_it_reports():
    register_counts.require_equal({"苏A": 2}, {"苏A": 2, "苏B": 0})
    for built in ({"苏A": 3}, {"苏A": 1, "苏B": 1}, {}):
        with pytest.raises(InputFault, match="but the authority issued"):
            register_counts.require_equal(built, {"苏A": 2})

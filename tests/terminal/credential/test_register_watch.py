"""A file of the register that reports too many codes as not issued is laid aside until a newer one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.credential import register, verify
from terminal.credential.register import Register, RegisterFile
from terminal.credential.register_watch import RegisterWatch
from terminal.model import Credential, Finding, Plate, Reason
from tests.terminal.credential.issuing import CREDENTIAL, MOMENT, NOW_S, TRUST, issue

NAME = "issued/苏.bin"


def file(*digests: bytes, name: str = "苏") -> RegisterFile:
    return register.read(f"issued/{name}.bin", register.write(digests, 0, NOW_S))


def credential(number: int) -> Credential:
    return replace(CREDENTIAL, cti=number.to_bytes(12, "big"))


CODES = [issue(credential(number)) for number in range(60)]
DIGESTS = [verify.verify(code, TRUST, MOMENT).digest or b"" for code in CODES]


def found(watch: RegisterWatch, number: int, entered: Plate | None = None) -> Finding:
    """Return the finding of a code by the files in force."""
    trusted = replace(TRUST, register=watch.in_force)
    return verify.verify(CODES[number], trusted, MOMENT, entered=entered)


def watched(*files: RegisterFile, aside: frozenset[bytes] = frozenset()) -> RegisterWatch:
    return RegisterWatch(Register.of(files), aside)


def observe(watch: RegisterWatch, *numbers: int) -> list[str]:
    """Return the targets that are laid aside while these codes are observed."""
    return [target for number in numbers for target in watch.observe(found(watch, number))]


def test_the_fourth_different_code_that_is_not_issued_lays_the_file_aside():
    watch = watched(file())
    assert observe(watch, 1, 2, 3) == []
    assert found(watch, 4).reason is Reason.NOT_ISSUED
    assert observe(watch, 4) == [NAME]
    assert found(watch, 4).reason is Reason.OK
    assert watch.targets_aside == (NAME,)


def test_one_code_shown_again_and_again_counts_once():
    assert observe(watched(file()), *[1, 2, 3] * 20) == []


def test_only_the_last_twenty_codes_count():
    watch = watched(file(*DIGESTS[10:]))
    assert observe(watch, 1, 2, 3, *range(10, 27), 4, 5, 6) == []  # of 1 to 6 never more than 3
    assert observe(watch, 7) == [NAME]
    watch = watched(file(*DIGESTS[10:]))
    assert observe(watch, 1, 2, 3, *range(10, 26), 4) == [NAME]


def test_codes_of_another_vehicle_count_as_covered():
    watch = watched(file(*DIGESTS[10:]))
    other = Plate("苏A54321", "02")
    observe(watch, 1, 2, 3)
    for number in range(10, 30):
        watch.observe(found(watch, number, other))
    assert observe(watch, 4, 5, 6) == []


def test_a_file_is_laid_aside_alone():
    watch = watched(file(), file(name="浙"))
    assert observe(watch, 1, 2, 3, 4) == [NAME]
    assert [one.target for one in watch.in_force.files] == ["issued/浙.bin"]


def test_what_a_file_does_not_cover_says_nothing_of_it():
    watch = watched(file())
    late = [issue(replace(credential(number), issued_s=NOW_S)) for number in range(10)]
    trusted = replace(TRUST, register=watch.in_force)
    assert [watch.observe(verify.verify(code, trusted, MOMENT)) for code in late] == [()] * 10


def test_a_file_whose_order_was_lost_is_laid_aside_at_once():
    damaged = replace(file(), count=3, content=b"".join([file().content, bytes(48)]))
    assert observe(watched(damaged), 1) == [NAME]


def test_what_was_laid_aside_stays_so_after_a_restart_until_a_newer_file_comes():
    watch = watched(file())
    observe(watch, 1, 2, 3, 4)
    again = watched(file(), aside=watch.aside)
    assert again.targets_aside == (NAME,)
    assert found(again, 1).reason is Reason.OK
    newer = watched(file(DIGESTS[1]), aside=watch.aside)
    assert (newer.targets_aside, newer.aside) == ((), frozenset())
    assert [found(newer, number).reason for number in (1, 2)] == [Reason.OK, Reason.NOT_ISSUED]


@pytest.mark.parametrize("changed", [file(bytes(16)), file(name="苏A")])
def test_another_file_has_another_fingerprint(changed: RegisterFile):
    assert changed.fingerprint != file().fingerprint


def test_a_file_with_as_many_entries_and_other_ones_at_its_end_has_another_fingerprint():
    many = [number.to_bytes(16, "big") for number in range(1, 200)]
    assert (
        file(*many[:-50], *(bytes([9]) + one[1:] for one in many[-50:])).fingerprint
        != file(*many).fingerprint
    )


@given(st.lists(st.integers(0, 59), max_size=120), st.sets(st.integers(0, 59)))
def test_a_file_is_laid_aside_as_soon_as_four_of_twenty_are_not_issued(shown: list[int], issued: set[int]):
    watch = watched(file(*(DIGESTS[number] for number in issued)))
    recent: list[int] = []
    for number in shown:
        laid = observe(watch, number)
        recent = [*(one for one in recent if one != number), number][-20:]
        expected = sum(one not in issued for one in recent) > 3
        assert (laid == [NAME]) is expected
        if expected:
            break


def test_another_set_with_the_same_file_keeps_it_laid_aside():
    watch = watched(file())
    observe(watch, 1, 2, 3, 4)
    following = watch.follow(Register.of([file(), file(DIGESTS[9], name="浙")]))
    assert following.targets_aside == (NAME,)
    assert found(following, 5).reason is Reason.OK


def test_another_set_with_the_same_file_goes_on_counting():
    watch = watched(file())
    observe(watch, 1, 2, 3)
    following = watch.follow(Register.of([file()]))
    assert observe(following, 3, 4) == [NAME]
    assert observe(watch, 4) == [NAME], "the watch before is not changed"


def test_another_file_of_the_same_name_begins_anew():
    watch = watched(file())
    observe(watch, 1, 2, 3, 4)
    following = watch.follow(Register.of([file(*DIGESTS[1:5])]))
    assert following.targets_aside == ()
    assert observe(following, 6, 7, 8) == []

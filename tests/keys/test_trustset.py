"""A trust set is verified before it is used, and replaces the previous one in one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from keys import trustset
from keys.issue import IssueRequest, issue
from keys.trustset import IssuedCodes, ListedTerminal, TrustContent
from terminal.credential import register, verify
from terminal.credential.trust import IssuerKey, RegistryKeys
from terminal.errors import InputFault, TrustFault
from terminal.model import Plate, Reason, Vehicle
from terminal.services import trust_directory as directory
from terminal.wire import cbor

NOW_S = 1_790_000_000
SEEDS = [bytes((number,)) * 32 for number in range(3)]
PUBLIC = [bindings.crypto_sign_seed_keypair(seed)[0] for seed in SEEDS]
REQUEST = IssueRequest(Vehicle(Plate("浙A12345", "02"), "K33", "A", 202708), "浙A")
SEALING = bytes([9] + [0] * 31)
REGISTRY = RegistryKeys((PUBLIC[0],), (PUBLIC[1],), (PUBLIC[2],), (PUBLIC[0],), (SEALING,), (SEALING,))


def key(number: int, *scopes: str, compromised_since_s: int | None = None) -> IssuerKey:
    return IssuerKey(PUBLIC[number], scopes, 1, NOW_S + 2, compromised_since_s)


KEY_OF_ZHE = key(1, "浙", compromised_since_s=NOW_S)


def written(issued: IssuedCodes) -> dict[str, bytes]:
    return trustset.targets(TrustContent([KEY_OF_ZHE], issued=[issued]), made_s=NOW_S, serial=1)


def made(content: TrustContent, folder: Path, serial: int = 1) -> Path:
    trustset.replace_targets(folder, trustset.targets(content, made_s=NOW_S, serial=serial))
    return folder


def test_what_goes_in_is_what_a_terminal_reads(tmp_path: Path):
    keys = [key(0, "苏", "粤B"), key(1, "浙", compromised_since_s=NOW_S)]
    terminals = {1: ListedTerminal("T0001", PUBLIC[2], SEALING, "苏")}
    folder = made(TrustContent(keys, REGISTRY, {1: [7], 2: []}, terminals=terminals), tmp_path / "trust")
    loaded = directory.load_directory(folder)
    assert list(loaded.issuers.values()) == keys
    assert (loaded.made_s, loaded.serial) == (NOW_S, 1)
    assert [loaded.is_withdrawn(*place) for place in ((1, 7), (1, 6), (2, 7), (3, 7))] == [
        True,
        False,
        False,
        None,
    ]
    assert directory.load_registry(folder) == REGISTRY
    listed = ["T0001", PUBLIC[2], "苏", "active", SEALING]
    assert cbor.read((folder / "terminals.cbor").read_bytes()) == {1: listed}


@settings(deadline=None)
@given(st.sets(st.integers(0, 300_000), max_size=20), st.integers(0, 300_000))
def test_a_status_list_says_withdrawn_of_the_withdrawn_alone(withdrawn: set[int], other: int):
    bits = trustset.status_list(withdrawn)
    assert sum(byte.bit_count() for byte in bits) == len(withdrawn)
    assert 8 * len(bits) >= trustset.STATUS_BITS
    reached = other < 8 * len(bits)
    assert all(bits[index // 8] >> index % 8 & 1 for index in withdrawn)
    assert not reached or bool(bits[other // 8] >> other % 8 & 1) == (other in withdrawn)


def test_under_a_compromised_key_only_the_authority_s_own_codes_count(tmp_path: Path):
    own, thief = (issue(REQUEST, SEEDS[1], bytes(11) + bytes((n,)), NOW_S) for n in (1, 2))
    others = [issue(REQUEST, SEEDS[1], bytes((n, *bytes(11))), NOW_S) for n in range(1, 30)]
    later = issue(REQUEST, SEEDS[1], bytes(12), NOW_S + 1)
    issued = [IssuedCodes("浙", NOW_S, NOW_S + 1, [*others, own, own])]
    content = TrustContent([KEY_OF_ZHE], issued=issued)
    trusted = directory.load_directory(made(content, tmp_path / "trust"))
    moment = verify.Moment(NOW_S)
    reasons = [verify.verify(text, trusted, moment).reason for text in (own, thief, later, *others)]
    assert reasons == [
        Reason.OK,
        Reason.NOT_ISSUED,
        Reason.KEY_COMPROMISED,
        *[Reason.OK] * len(others),
    ]


@pytest.mark.parametrize("line", ["VI1:", "hello", "VI1:é", "\ufffd"])
def test_a_line_that_is_no_code_is_refused_among_issued_codes(line: str):
    with pytest.raises(InputFault, match="not a credential"):
        written(IssuedCodes("浙", 0, NOW_S, [line]))


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        (("苏", 0, NOW_S + 1), "another authority"),
        (("浙B", 0, NOW_S + 1), "another authority"),
        (("浙A", 0, NOW_S), "outside the period"),
        (("浙-20261101", NOW_S + 1, NOW_S + 2), "outside the period"),
    ],
)
def test_a_code_of_another_place_or_time_is_refused_among_issued_codes(
    issued: tuple[str, int, int], said: str
):
    code = issue(REQUEST, SEEDS[1], bytes(12), NOW_S)
    with pytest.raises(InputFault, match=said):
        written(IssuedCodes(*issued, [code]))


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        (("浙-20261131", 0, 1), "not a name of a target"),
        (("../浙", 0, 1), "not a name of a target"),
        (("", 0, 1), "not a name of a target"),
        (("浙", 1, 1), "an empty span"),
    ],
)
def test_a_file_that_no_terminal_would_read_is_refused(issued: tuple[str, int, int], said: str):
    with pytest.raises(InputFault, match=said):
        written(IssuedCodes(*issued, []))


def test_a_register_out_of_order_is_not_put_in_place(tmp_path: Path):
    targets = written(IssuedCodes("浙", 0, 1, []))
    targets["issued/浙.bin"] = register.HEADER.pack(b"VIR1", 16, 0, 1, 2) + b"b" * 16 + b"a" * 16
    with pytest.raises(TrustFault, match="out of order"):
        trustset.replace_targets(tmp_path / "trust", targets)
    assert not (tmp_path / "trust").exists()


def test_a_set_that_no_terminal_would_take_leaves_the_last_one_in_force(tmp_path: Path):
    folder = made(TrustContent([key(0, "苏")], REGISTRY), tmp_path / "trust")
    for bad in (
        TrustContent([key(0, "苏"), key(0, "粤")]),
        TrustContent([key(0)]),
        TrustContent([key(0, "苏")], RegistryKeys((), (), (), (), (), ())),
        TrustContent([IssuerKey(bytes(32), ("苏",), 0, 1)]),
    ):
        with pytest.raises(TrustFault):
            made(bad, folder, serial=2)
    assert trustset.load(folder).serial == 1
    assert len(list((tmp_path / ".trust.sets").iterdir())) == 1


def test_a_new_set_takes_the_place_whole_and_the_one_before_stays_beside(tmp_path: Path):
    folder = made(TrustContent([key(0, "苏")], withdrawn={1: []}), tmp_path / "trust")
    reader = folder.resolve()
    assert trustset.next_serial(folder) == 2
    made(TrustContent([key(1, "浙")]), folder, serial=2)
    assert not (folder / "status").exists()
    assert (trustset.load(folder).serial, trustset.load(reader).serial) == (2, 1)
    made(TrustContent([key(1, "浙")]), folder, serial=3)
    assert not reader.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"trust", ".trust.sets"}


def test_a_set_moves_with_the_folder_it_lies_in(tmp_path: Path):
    made(TrustContent([key(0, "苏")]), tmp_path / "a" / "trust")
    (tmp_path / "a").rename(tmp_path / "b")
    assert trustset.load(tmp_path / "b" / "trust").serial == 1


@pytest.mark.parametrize("directory_", [True, False])
def test_what_the_command_did_not_make_is_left_alone(tmp_path: Path, *, directory_: bool):
    theirs = tmp_path / "trust"
    theirs.mkdir() if directory_ else theirs.write_text("theirs")
    for act in (lambda: made(TrustContent([key(0, "苏")]), theirs), lambda: trustset.next_serial(theirs)):
        with pytest.raises(InputFault, match="not a trust set made by this command"):
            act()
    assert theirs.is_dir() if directory_ else theirs.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [theirs]


def test_the_first_set_of_a_folder_has_serial_1(tmp_path: Path):
    assert trustset.next_serial(tmp_path / "trust") == 1

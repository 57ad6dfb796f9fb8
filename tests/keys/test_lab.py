"""A laboratory is complete or absent, and its keys, set, list and configuration belong together."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from nacl import bindings
from nacl.utils import random as random_bytes

from keys import files, lab, trustset
from keys.files import Algorithm
from keys.issue import IssueRequest, issue
from keys.key_store import open_store
from terminal import config, identity
from terminal.credential import enforcement, verify
from terminal.errors import InputFault, TrustFault
from terminal.limits import DAY_S
from terminal.model import Plate, Reason, StatusListRef, Vehicle
from terminal.services import trust_directory as directory
from terminal.wire import cbor, cose

NOW_S = 1_790_000_000
ISSUERS = [("jiangsu", "苏A", "苏A12345"), ("shenzhen", "粤B", "粤B12345"), ("beijing", "京A", "京A12345")]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    lab.make(tmp_path / "lab", NOW_S, random_bytes)
    return tmp_path / "lab"


def code(folder: Path, name: str, issuer: str, number: str, status: StatusListRef | None = None) -> str:
    request = IssueRequest(Vehicle(Plate(number, "02"), "K33", "A", 202708), issuer, status)
    return issue(request, files.load_seed(folder / "private" / f"{name}.key"), random_bytes(12), NOW_S)


def reason(folder: Path, text: str, now_s: int = NOW_S) -> Reason:
    return verify.verify(text, directory.load_directory(folder / "trust"), verify.Moment(now_s)).reason


@pytest.mark.parametrize(("name", "issuer", "number"), ISSUERS)
def test_the_codes_of_its_issuers_are_current(made: Path, name: str, issuer: str, number: str):
    assert reason(made, code(made, name, issuer, number)) is Reason.OK


def test_its_issuers_reach_no_further_than_their_scope(made: Path):
    assert reason(made, code(made, "shenzhen", "粤A", "粤A12345")) is Reason.KEY_OUT_OF_SCOPE


def test_one_place_of_its_status_list_is_withdrawn(made: Path):
    places = [
        StatusListRef(lab.STATUS_LIST, index) for index in (lab.WITHDRAWN_INDEX, lab.WITHDRAWN_INDEX + 1)
    ]
    reasons = [reason(made, code(made, "jiangsu", "苏A", "苏A12345", place)) for place in places]
    assert reasons == [Reason.WITHDRAWN, Reason.OK]


def test_of_its_compromised_key_only_the_code_issued_before_counts(made: Path):
    early = (made / lab.ISSUED_BEFORE_LEAK).read_text("ascii").strip()
    assert reason(made, early) is Reason.OK
    assert reason(made, code(made, "zhejiang", "浙B", "浙B12345")) is Reason.KEY_COMPROMISED


def test_its_private_keys_are_0600_in_a_folder_of_0700(made: Path):
    private = [path for path in (made / "private").iterdir() if path.suffix == ".key"]
    assert len(private) == 11
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE((made / "private").stat().st_mode) == 0o700
    assert len({path.read_bytes() for path in private}) == len(private)


def test_its_registry_and_terminal_hold_the_keys_whose_private_parts_it_has(made: Path):
    registry = directory.load_registry(made / "trust")
    for name, keys in zip(("answer", "receipt", "hotlist", "order"), registry_signers(made), strict=True):
        seed = files.load_seed(made / "private" / f"{name}.key")
        assert keys == (bindings.crypto_sign_seed_keypair(seed)[0],)
    secret = files.load(made / "private" / "journal.key", Algorithm.X25519)
    assert (
        bindings.crypto_box_seal_open(
            bindings.crypto_box_seal(b"e", registry.journal[0]), registry.journal[0], secret
        )
        == b"e"
    )
    terminals = cbor.read((made / "trust" / "terminals.cbor").read_bytes())
    public = files.load_public(made / lab.IDENTITY / "terminal.key.pub")
    sealing = files.load_public(made / lab.IDENTITY / "sealing.key.pub", Algorithm.X25519)
    assert terminals == {1: ["T0001", public, "苏", "active", sealing]}
    lookup = files.load_public(made / "private" / "lookup.key.pub", Algorithm.X25519)
    assert registry.lookup == (lookup,)


def registry_signers(folder: Path) -> list[tuple[bytes, ...]]:
    registry = directory.load_registry(folder / "trust")
    return [registry.answer, registry.receipt, registry.hotlist, registry.order]


def test_its_configuration_is_read_and_names_what_is_there(made: Path):
    read = config.read(made / lab.CONFIG)
    assert read.paths.state.is_dir()
    assert read.trust.source == str(made / "repository" / "public")
    assert directory.load_directory(made / "trust").serial == 1
    assert identity.load(read.paths.identity) == identity.Identity(
        "T0001", 1, "苏", "苏A01", "lab", made / lab.IDENTITY
    )
    assert cose.is_full_order_point(open_store(read.paths.identity).public_key)


def test_its_terminal_opens_sealed_claims(made: Path):
    box = (made / "trust/enforcement/T0001.sealed").read_bytes()
    content = open_store(made / lab.IDENTITY).open_sealed(box)
    assert content is not None
    assert enforcement.read(content, "苏").epochs(NOW_S) == {lab.ENFORCEMENT_EPOCH}


def test_its_terminal_has_the_files_of_an_enrolled_one(made: Path):
    folder = made / lab.IDENTITY
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    private = {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600}
    assert private == {"terminal.key", "sealing.key", "tls.key"}
    others = {path.name for path in folder.iterdir()} - private
    assert others == {
        "identity.json",
        "terminal.key.pub",
        "sealing.key.pub",
        "tls.pem",
        "ca.pem",
        "root.json",
    }
    assert (folder / "ca.pem").read_bytes() == (made / lab.TLS / "ca.crt").read_bytes()


def test_the_certificate_of_its_terminal_is_renewed_in_its_last_week(made: Path):
    assert lab.renew_identities(made, NOW_S + 60) == []
    later_s = NOW_S + 25 * DAY_S
    assert lab.TERMINAL in lab.renew_identities(made, later_s)
    assert lab.renew_identities(made, later_s) == []


def test_two_laboratories_share_no_key(made: Path, tmp_path: Path):
    lab.make(tmp_path / "other", NOW_S, random_bytes)
    assert not set(trustset.load(made / "trust").issuers) & set(
        trustset.load(tmp_path / "other" / "trust").issuers
    )


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path):
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "theirs").touch()
    with pytest.raises(InputFault, match="a laboratory needs a new or empty folder"):
        lab.make(tmp_path / "lab", NOW_S, random_bytes)
    assert [path.name for path in tmp_path.rglob("*")] == ["lab", "theirs"]


def test_an_empty_folder_becomes_a_laboratory(tmp_path: Path):
    (tmp_path / "lab").mkdir()
    lab.make(tmp_path / "lab", NOW_S, random_bytes)
    assert lab.is_complete(tmp_path / "lab")


@pytest.mark.parametrize("missing", [lab.CONFIG, "identity/terminal.key", "trust/registry.cbor", "state"])
def test_what_lacks_a_part_is_not_complete(made: Path, missing: str):
    assert lab.is_complete(made)
    path = made / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert not lab.is_complete(made)


def test_a_damaged_trust_set_is_a_fault_not_a_laboratory(made: Path):
    (made / "trust" / "issuers.cbor").write_bytes(b"\x00")
    with pytest.raises(TrustFault):
        lab.is_complete(made)


def test_a_trust_set_is_due_after_a_day_or_from_a_time_to_come(made: Path):
    ages = [-1, 0, lab.REFRESH_S, lab.REFRESH_S + 1]
    assert [lab.is_due(made, NOW_S + age) for age in ages] == [True, False, False, True]


def test_a_stale_set_is_fresh_again_with_the_next_serial(made: Path):
    text, later_s = code(made, "jiangsu", "苏A", "苏A12345"), NOW_S + 30 * DAY_S
    assert reason(made, text, later_s) is Reason.STALE_TRUST
    assert lab.refresh(made, later_s) == 2
    assert reason(made, text, later_s) is Reason.OK
    assert trustset.load(made / "trust").serial == 2

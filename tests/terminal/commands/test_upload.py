"""`roadside upload` sends everything without a receipt, over the link or by file, and prints what is left."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from drivers.clock import ManualClock
from keys import files, lab
from keys.key_store import open_store
from terminal import cli, config
from terminal.commands.upload import ALL, LEFT, UploadTarget, run
from terminal.errors import InputFault, LinkFault
from terminal.journal.entry import Event, EventKind, Stamp
from terminal.journal.evidence import Evidence
from terminal.journal.store import Journal
from terminal.ports import Incoming, Link, LinkState, Outgoing
from terminal.registry import codec
from terminal.services.assembly import open_services
from terminal.services.trust_service import TrustAccess
from terminal.wire import cose, signed
from terminal.wire.sealed import seal
from tests.terminal.registry.upload_fixtures import Registry
from tests.trust_sources import access_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from terminal.ports import LinkMessage

RECORDS = 40
NOW_S = time.time()


@dataclass
class Near:
    """A link to a registry in this process, or one that is down."""

    registry: Registry
    signer: signed.Signer
    sealing_key: bytes
    up: bool = True
    sent: list[Outgoing] = field(default_factory=list)
    deliver: Callable[[LinkMessage], None] = field(default=lambda _: None)

    def open(self, deliver: Callable[[LinkMessage], None]) -> None:
        self.deliver = deliver

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)
        receipt = codec.sign(self.registry.answer(message.payload), self.signer)
        box = seal(receipt, self.sealing_key)
        self.deliver(Incoming("roadside/1/answer/T0001", box, message.correlation))

    def acknowledge(self, message: Incoming) -> None:
        pass

    @property
    def state(self) -> LinkState:
        return LinkState(None if self.up else LinkFault())

    def close(self) -> None:
        self.up = False


@dataclass
class Desk:
    """A laboratory terminal with records and a picture, and its registry."""

    settings: config.Config
    registry: Registry
    signer: signed.Signer
    clock: ManualClock
    trusted: TrustAccess

    def upload(self, *, up: bool = True, way: UploadTarget | None = None) -> int:
        key_file = self.settings.paths.identity / "sealing.key.pub"
        sealing_key = files.load_public(key_file, files.Algorithm.X25519)
        link = Near(self.registry, self.signer, sealing_key, up)
        return self.run(link, way or UploadTarget())

    def run(self, link: Link | None, way: UploadTarget) -> int:
        keys = self.trusted.first.registry_keys
        return run(self.settings, self.clock, link, open_store, keys, way)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        with closing(open_services(self.settings, self.clock, None, open_store, self.trusted)) as work:
            yield work.checks.recorder.journal

    def records(self) -> list[bytes]:
        with self.journal() as journal:
            return list(journal.records())

    def stored(self) -> list[bytes]:
        (records,) = self.registry.journals.values()
        return records


@pytest.fixture
def desk(laboratory: Path, tmp_path: Path) -> Desk:
    settings = config.read(laboratory / lab.CONFIG)
    settings = replace(settings, paths=replace(settings.paths, state=tmp_path / "state"))
    key = files.load_public(laboratory / "identity/terminal.key.pub")
    signer = signed.signer(files.load_seed(laboratory / "private/receipt.key"))
    made = Desk(settings, Registry(key, key), signer, ManualClock(NOW_S), access_of(laboratory))
    stamp = Stamp(terminal="T0001", at_ms=int(1e3 * NOW_S), clock_trusted=True)
    with made.journal() as journal:
        for _ in range(RECORDS):
            journal.append(stamp, Event(EventKind.CLOCK, "x" * 5000))
    sealing = files.load_public(laboratory / "private/journal.key.pub", files.Algorithm.X25519)
    Evidence(settings.paths.state, sealing).keep(b"picture" * 20_000)
    return made


def test_all_is_uploaded_over_the_link_with_its_progress(desk: Desk, capsys: pytest.CaptureFixture[str]):
    assert desk.upload() == ALL
    assert desk.stored() == desk.records()
    assert len(desk.registry.pictures()) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "everything is uploaded"
    assert said[0].startswith(f"12 of {RECORDS} records, ")
    assert desk.upload(up=False) == ALL  # nothing is left that a link were needed for


def test_without_a_network_everything_is_left_and_said(desk: Desk, capsys: pytest.CaptureFixture[str]):
    assert desk.upload(up=False, way=UploadTarget(connect_s=0)) == LEFT
    said = capsys.readouterr()
    assert (said.out, "N01" in said.err) == (f"left: {RECORDS} records, 1 pictures\n", True)


def test_a_stick_carries_all_there_and_the_receipts_back(desk: Desk, tmp_path: Path):
    stick, receipts = tmp_path / "stick.cbor", tmp_path / "receipts.cbor"
    assert desk.upload(way=UploadTarget(to=stick)) == ALL
    assert not desk.registry.journals
    answers = [desk.registry.answer(one) for one in cose.split(stick.read_bytes())]
    assert desk.stored() == desk.records()
    receipts.write_bytes(b"".join(codec.sign(one, desk.signer) for one in answers[:1]))
    assert desk.upload(way=UploadTarget(receipts=receipts)) == LEFT
    receipts.write_bytes(b"".join(codec.sign(one, desk.signer) for one in answers))
    assert desk.upload(way=UploadTarget(receipts=receipts)) == ALL
    assert [path.name for path in tmp_path.glob("stick*")] == ["stick.cbor"]


@pytest.mark.parametrize("name", ["stick.cbor", "stick.cbor.part"])
def test_a_link_on_a_stick_leads_to_no_file_of_the_terminal(desk: Desk, tmp_path: Path, name: str):
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / name).symlink_to(tmp_path / "theirs")
    stick = tmp_path / "stick.cbor"
    if name == stick.name:
        with pytest.raises(InputFault, match="exists already; name a new file"):
            desk.upload(way=UploadTarget(to=stick))
    else:
        assert desk.upload(way=UploadTarget(to=stick)) == ALL
        assert not stick.is_symlink()
        assert list(cose.split(stick.read_bytes()))
    assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_file_that_is_there_is_never_written_over(desk: Desk, tmp_path: Path):
    stick = tmp_path / "stick.cbor"
    (tmp_path / "stick.cbor.part").write_text("of an attempt that was cut short")
    assert desk.upload(way=UploadTarget(to=stick)) == ALL
    before = stick.read_bytes()
    with pytest.raises(InputFault, match=r"stick\.cbor exists already; name a new file"):
        desk.upload(way=UploadTarget(to=stick))
    assert stick.read_bytes() == before
    assert [path.name for path in tmp_path.glob("stick*")] == ["stick.cbor"]


@pytest.mark.parametrize("content", [None, b"no receipts", b"\xd2\x84"])
def test_a_file_that_holds_no_receipts_is_a_fault_with_its_name(
    desk: Desk, tmp_path: Path, content: bytes | None
):
    file = tmp_path / "receipts.cbor"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputFault, match=r"receipts\.cbor"):
        desk.upload(way=UploadTarget(receipts=file))
    assert len(desk.records()) == RECORDS


def test_a_file_larger_than_any_set_of_receipts_is_refused_without_reading_it_whole(
    desk: Desk, tmp_path: Path
):
    file = tmp_path / "receipts.cbor"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 40)  # does not fit into memory
    with pytest.raises(InputFault, match=r"receipts\.cbor: larger than 4 MiB"):
        desk.upload(way=UploadTarget(receipts=file))


def test_where_a_file_cannot_be_written_it_is_a_fault_and_no_link_is_too(desk: Desk, tmp_path: Path):
    with pytest.raises(InputFault, match="none"):
        desk.upload(way=UploadTarget(to=tmp_path / "none" / "stick"))
    with pytest.raises(InputFault, match="--to"):
        desk.run(None, UploadTarget())


def test_what_was_receipted_goes_after_its_retention_by_a_trusted_clock_alone(desk: Desk, tmp_path: Path):
    receipts = tmp_path / "receipts.cbor"
    receipts.write_bytes(b"")
    assert desk.upload() == ALL
    desk.clock = ManualClock(NOW_S + 400 * 86_400, trusted=False)
    assert desk.upload(way=UploadTarget(receipts=receipts)) == ALL
    assert len(desk.records()) == RECORDS
    desk.clock = ManualClock(NOW_S + 400 * 86_400)
    assert desk.upload(way=UploadTarget(receipts=receipts)) == ALL
    assert desk.records() == []


def test_the_command_takes_one_way_at_a_time(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["upload", "--to", "a", "--receipts", "b"])
    assert "not allowed with" in capsys.readouterr().err


def test_a_record_that_is_refused_for_good_is_told_and_what_comes_after_is_uploaded(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    before = desk.records()
    with desk.journal() as journal:
        old = journal.head.journal_id
    desk.registry.unsound.add((old, 3))
    assert desk.upload() == LEFT
    said = capsys.readouterr()
    assert "U03 The registry refuses a record for good" in said.err
    assert said.out.splitlines()[-1] == f"left: {RECORDS - 2} records, 0 pictures"
    assert desk.registry.journals[old] == before[:2]
    with desk.journal() as journal:
        assert (journal.head.seq, journal.unreceipted()) == (1, 0)
        assert desk.registry.journals[journal.head.journal_id] == list(journal.records())
    desk.registry.unsound.clear()
    assert desk.upload() == ALL
    assert desk.registry.journals[old] == before


def test_where_the_registry_takes_nothing_for_long_the_command_says_so_and_ends(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    desk.registry.wait_s = 3600
    assert desk.upload() == LEFT
    out = capsys.readouterr().out.splitlines()
    assert out == ["the registry takes no more for 3600 s", f"left: {RECORDS} records, 1 pictures"]
    desk.registry.wait_s = None
    assert desk.upload() == ALL


def test_a_receipt_for_journal_and_picture_counts_for_both_by_hand(desk: Desk, tmp_path: Path):
    stick, receipts = tmp_path / "stick.cbor", tmp_path / "receipts.cbor"
    desk.upload(way=UploadTarget(to=stick))
    answers = [desk.registry.answer(one) for one in cose.split(stick.read_bytes())]
    stored = next(one for one in reversed(answers) if one.held is None)
    both = replace(stored, held=answers[-1].held)
    receipts.write_bytes(codec.sign(both, desk.signer))
    assert desk.upload(way=UploadTarget(receipts=receipts)) == ALL

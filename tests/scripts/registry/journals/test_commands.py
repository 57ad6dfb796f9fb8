"""The commands about journals: uploads by stick or network become complete files."""

from __future__ import annotations

import csv
import json
import os
import stat
import time
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from nacl.utils import random as random_bytes
from pyarrow import parquet

from keys import lab
from keys.files import Algorithm, load_public, load_seed
from keys.issue import IssueRequest, issue
from scripts.registry.__main__ import main
from scripts.registry.database import Database
from scripts.registry.journals.commands import LARGEST_STICK
from scripts.registry.reports.export import SCHEMA
from terminal.journal.entry import CodeShown, Confirmation, Note
from terminal.journal.sound import wave
from terminal.model import CredentialFinding, Outcome, Plate, Vehicle, VehicleFinding
from terminal.registry import codec
from terminal.registry.messages import Chunk, Pieces, Receipt, Reception, StoredPart
from terminal.wire import cose, signed
from terminal.wire.sealed import seal
from terminal.wire.signed import by_kid
from tests.scripts.registry.journal_batches import CHECK, Journal
from tests.scripts.registry.request_fixtures import T0001, public

HOUR_MS = 3_600_000
PICTURE = b"sealed picture" * 100


class Desk:
    """A laboratory, its terminal's journal, and the registry's command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "lab"
        self.now_ms = time.time_ns() // 1_000_000
        lab.make(self.folder, self.now_ms // 1000, random_bytes)
        seed = load_seed(self.folder / "identity/terminal.key")
        self.signer = signed.signer(seed)
        self.journal = Journal(
            owner=replace(T0001, public_key=public(seed)),
            sealing_key=load_public(self.folder / "private/journal.key.pub", Algorithm.X25519),
        )
        self.receipt_keys = by_kid([load_public(self.folder / "private/receipt.key.pub")])
        self.out = folder / "out"

    def run(self, *arguments: str) -> int:
        """Run a command line; return its exit status."""
        return main(["--lab", str(self.folder), *arguments])

    def carry(self, *messages: bytes) -> list[Receipt]:
        """Import messages from a file; return the receipts written to another."""
        stick = self.folder / "stick.cbor"
        stick.write_bytes(b"".join(messages))
        self.run("import", str(stick), "--receipts", str(self.out))
        found = [codec.open_signed(Receipt, one, self.receipt_keys) for one in self.receipts()]
        assert None not in found
        return [one for one in found if one is not None]

    def receipts(self) -> list[bytes]:
        """Return the receipts as they are in the file."""
        return list(cose.split(self.out.read_bytes()))

    def batch(self, first: int, last: int) -> bytes:
        """Return a batch, signed by the terminal."""
        return codec.sign(self.journal.batch(first, last), self.signer)

    def send(self) -> None:
        """Upload the whole journal."""
        assert self.carry(self.batch(1, len(self.journal.records)))[0].result is Reception.STORED

    def export(self, form_: str, *more: str) -> Path:
        """Export checks to a file."""
        assert self.run("export", "--out", str(self.out), "--format", form_, *more) == 0
        return self.out


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_stick_s_batches_and_pieces_come_back_as_receipts_and_twice_as_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    desk.journal.fill(5)
    name = sha256(PICTURE).digest()
    pieces = Pieces(terminal="T0001", pieces=(Chunk(name, 0, len(PICTURE), PICTURE),))
    messages = (desk.batch(1, 3), desk.batch(4, 5), codec.sign(pieces, desk.signer))
    first, second, third = desk.carry(*messages)
    assert [one.head for one in (first, second)] == [desk.journal.head(3), desk.journal.head()]
    assert third.held == (StoredPart(name, len(PICTURE)),)
    before = desk.receipts()[:2]
    desk.carry(*messages)
    assert desk.receipts()[:2] == before
    assert desk.run("count") == 0
    said = capsys.readouterr().out
    assert f"5 records, last {desk.journal.head().hash.hex()}" in said
    assert said.rstrip().endswith("\n5 records")


def test_what_a_stranger_put_on_the_stick_is_refused_and_the_rest_is_taken(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    desk.journal.fill(2)
    stranger = codec.sign(desk.journal.batch(1, 2), signed.signer(b"s" * 32))
    (receipt,) = desk.carry(stranger, desk.batch(1, 2))
    assert receipt.head == desk.journal.head()
    assert "1 receipts" in (said := capsys.readouterr().out)
    assert "1 refused" in said


@pytest.mark.parametrize("tail", [b"\xd2", b"nonsense", b"\xd2\x84\x40"])
def test_a_stick_that_ends_in_the_middle_gives_the_receipts_of_what_was_whole(
    desk: Desk, tail: bytes, capsys: pytest.CaptureFixture[str]
):
    desk.journal.fill(1)
    (receipt,) = desk.carry(desk.batch(1, 1), tail)
    assert receipt.head == desk.journal.head()
    assert capsys.readouterr().err.count("\n") == 1


JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400
CLIP = wave(bytes(range(256)) * 8)


def test_uploaded_pictures_and_clips_are_opened_and_written_out_for_their_owner_alone(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    sealed = [seal(content, desk.journal.sealing_key) for content in (JPEG, CLIP, b"no picture")]
    sealed.append(b"sealed to nobody")
    names = [sha256(one).digest() for one in sealed]
    parts = [Chunk(name, 0, len(one), one) for name, one in zip(names, sealed, strict=True)]
    half = Chunk(b"h" * 32, 0, 10, b"half")
    desk.carry(codec.sign(Pieces(terminal="T0001", pieces=(*parts[1:], half)), desk.signer))
    for at in range(0, len(sealed[0]), 40_000):
        part = Chunk(names[0], at, len(sealed[0]), sealed[0][at : at + 40_000])
        desk.carry(codec.sign(Pieces(terminal="T0001", pieces=(part,)), desk.signer))
    out = tmp_path / "evidence"
    assert desk.run("evidence", "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert f"1 pictures and 1 sound clips in {out}, 2 that no key opens" in said
    picture, clip = (
        out / f"T0001-{name.hex()}{suffix}" for name, suffix in zip(names, (".jpg", ".wav"), strict=False)
    )
    assert {*out.iterdir()} == {picture, clip}
    assert (picture.read_bytes(), clip.read_bytes()) == (JPEG, CLIP)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (out, picture, clip)] == [0o700, 0o600, 0o600]
    assert desk.run("evidence", "--out", str(tmp_path / "none"), "--terminal", "T0002") == 0
    assert list((tmp_path / "none").iterdir()) == []
    assert desk.run("evidence", "--out", str(tmp_path / "no" / "where")) == 1


def test_a_stick_s_file_is_regular_and_of_bounded_size_or_is_not_taken(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    regular, link, pipe, large = (tmp_path / name for name in ("regular", "link", "pipe", "large"))
    regular.write_bytes(b"")
    link.symlink_to(regular)
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(LARGEST_STICK + 1)
    faults = {
        link: "link",
        pipe: "regular",
        Path("/dev/zero"): "regular",
        tmp_path: "regular",
        large: "256 MiB",
    }
    for path, said in faults.items():
        assert desk.run("import", str(path), "--receipts", str(desk.out)) == 1
        fault = capsys.readouterr().err
        assert said in fault
        assert fault.count("\n") == 1
        assert not desk.out.exists()
    assert desk.run("import", str(regular), "--receipts", str(desk.out)) == 0


def test_the_database_s_files_are_their_owner_s_alone_even_where_they_were_not(desk: Desk):
    database = desk.folder / "registry.sqlite"
    desk.journal.fill(1)
    desk.send()
    database.chmod(0o644)
    held = Database(f"sqlite:///{database}")
    with held.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE another (x)")
        files = desk.folder.glob("registry.sqlite*")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
    held.close()
    assert modes.keys() >= {"registry.sqlite", "registry.sqlite-shm", "registry.sqlite-wal"}
    assert {*modes.values()} == {0o600}


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_escaped_in_csv_alone(desk: Desk, first: str):
    desk.journal.add(replace(CHECK, number=f"{first}1+1"), desk.now_ms)
    desk.send()
    with desk.export("csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["number"] == f"'{first}1+1"
    (said,) = desk.export("jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(said)["number"] == f"{first}1+1"


def test_each_form_of_an_export_reads_back_as_the_same_checks(desk: Desk):
    desk.journal.add(CHECK, desk.now_ms)
    desk.journal.add(replace(CHECK, number="=1+1", kind=None, location=None), desk.now_ms + 1)
    desk.journal.add(Note(seq=1, text='白色, "轿车"\n'), desk.now_ms + 2)
    desk.send()
    rows = [json.loads(line) for line in desk.export("jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["number"] for row in rows] == ["苏A12345", "=1+1"]
    assert rows[0]["notes"] == '白色, "轿车"'
    assert [row["outcome"] for row in rows] == ["pass", "pass"]
    table = parquet.read_table(desk.export("parquet"))
    assert table.schema.equals(SCHEMA)
    columns = table.to_pylist()
    for row, column in zip(rows, columns, strict=True):
        for name, value in row.items():
            time_ = value is not None and name.endswith("_ms")
            expected = datetime.fromtimestamp(value / 1000, UTC) if time_ else value
            assert column[name] == expected
    with desk.export("csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["number"] for line in lines] == ["苏A12345", "'=1+1"]
    for row, line in zip(rows, lines, strict=True):
        for name in row.keys() - {"number"}:
            assert line[name] == ("" if row[name] is None else str(row[name]))
    assert desk.out.stat().st_mode & 0o777 == 0o600


def test_an_export_has_the_checks_that_are_wanted(desk: Desk):
    desk.journal.add(CHECK, desk.now_ms)
    desk.journal.add(replace(CHECK, outcome=Outcome.ALARM), desk.now_ms)
    desk.send()
    assert desk.run("unit", "T0001", "一大队") == 0
    assert desk.export("jsonl", "--outcome", "alarm", "--unit", "一大队").read_text().count("\n") == 1
    assert desk.export("jsonl", "--day", "2020-01-01").read_text() == ""
    assert desk.run("unit", "T0001", "") == 0
    assert desk.export("jsonl", "--unit", "一大队").read_text() == ""


class Page(HTMLParser):
    """Collects a page's texts and everything that it would load; every opened element must be closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_codes_that_nobody_issued_stand_first_on_the_page_with_the_key_that_signed_them(desk: Desk):
    """One was found by a terminal, the other when the records of its authority were complete."""
    seed = load_seed(desk.folder / "private/jiangsu.key")
    vehicle = Vehicle(Plate("苏A66666", "02"), "K33", "A", 209912)
    now_s, request = desk.now_ms // 1000, IssueRequest(vehicle, "苏A")
    found, new = (issue(request, seed, bytes([age]) * 12, now_s - age * 3600) for age in (1, 2))
    not_issued = replace(CHECK, finding=CredentialFinding.NOT_ISSUED, code=CodeShown(found))
    desk.journal.add(replace(not_issued, number="苏A66666"), desk.now_ms)
    desk.journal.add(replace(CHECK, number="苏A77777", code=CodeShown(new)), desk.now_ms)
    desk.send()
    assert desk.run("issued", "--complete", f"苏A:{now_s + 86_400}") == 0
    assert desk.run("report", "--out", str(desk.out)) == 0
    content = desk.out.read_text(encoding="utf-8")
    _, first, *_ = content.split("<section>")
    kid = cose.key_id(load_public(desk.folder / "private/jiangsu.key.pub")).hex()
    assert first.count(kid) == 2
    assert "苏A66666" in first
    assert "苏A77777" in first
    assert "平台复核" in first


def test_the_report_is_one_page_that_loads_nothing_and_shows_the_counts(desk: Desk):
    unchecked = replace(CHECK, vehicle=VehicleFinding.UNCHECKED, outcome=Outcome.PROVISIONAL)
    copied = CodeShown(cti=b"a" * 12)
    for place in range(7):
        desk.journal.add(replace(CHECK, code=CodeShown(cti=bytes([place]) * 12)), desk.now_ms + place)
    desk.journal.add(replace(CHECK, outcome=Outcome.ALARM, number="<b>苏A5&", code=copied), desk.now_ms)
    desk.journal.add(replace(CHECK, outcome=Outcome.OVERDUE, number="苏A20001", code=copied), desk.now_ms)
    desk.journal.add(replace(unchecked, number="苏A50000", code=CodeShown()), desk.now_ms)
    desk.journal.add(Note(seq=1, mistaken=True), desk.now_ms)
    word = Confirmation(seq=8, by="指挥中心", result="not_this_vehicle", reason="plate_cloned")
    desk.journal.add(word, desk.now_ms)
    desk.send()
    assert desk.run("sample") == 0
    assert desk.run("report", "--out", str(desk.out)) == 0
    content = desk.out.read_text(encoding="utf-8")
    page = Page(content)
    assert (page.loads, page.open) == ([], [])
    assert not any(word in content for word in ("http", "url(", "@import", "<script"))
    facts = dict(reversed([*pairwise(page.texts)]))  # of repeated titles, the first
    assert (facts["检查 checks"], facts["误操作 mistakes"]) == ("9", "1")
    assert facts["未联网核查 not checked live"] == "1 (11.1 %)"
    assert [facts[title] for title in ("放行", "布控报警", "逾期未检验", "暂可放行")] == ["6", "1", "1", "1"]
    assert page.texts.count("<b>苏A5&") == 2  # among the alarms, and of a code with two plates
    assert page.texts.count("苏A20001") == 2
    assert "指挥中心: 核实排除 号牌被套用" in page.texts
    assert page.texts.count("苏A50000") == 1  # found by rechecking
    assert "苏A12345" not in page.texts
    assert "未办结报警 Open alarms, all days" in page.texts
    first = page.texts.index("各来源报警准确率 Precision of alarms by source, all days")
    assert page.texts[first + 7 : first + 12] == ["布控名单 hot list", "0", "1", "0", "0 %"]
    assert f"{desk.journal.head().seq}" in page.texts


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "/nowhere/x", "--receipts", "/tmp/x"),  # noqa: S108 - nothing is written there
        ("export", "--out", "/nowhere/x"),
        ("report", "--out", "/nowhere/x"),
        ("--database", "sqlite:////nowhere/x", "count"),
    ],
)
def test_a_fault_is_one_line(desk: Desk, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    assert desk.run(*arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1

"""`roadside verify` prints the result for each input, and the reason for each unusable one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.pictures import code, scene
from tests.vectors_on_disk import case, write_directory

if TYPE_CHECKING:
    from pathlib import Path

GOOD = case("good 苏A12345 02")
PAST = case("expired last month")
FORGED = case("last signature bit")
NOW = str(GOOD["now"])
TRUST_AT_NOW = ("--lab-trust", "lab", "--at", NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a laboratory's trust set, and codes in every kind of file."""
    write_directory(tmp_path / "lab", GOOD["now"] - 3600)
    for name, text in {"good": GOOD["text"], "past": PAST["text"], "forged": FORGED["text"]}.items():
        Image.fromarray(scene((code(text), 600, 200))).save(tmp_path / f"{name}.png")
    Image.fromarray(scene()).save(tmp_path / "none.png")
    return tmp_path


def roadside(desk: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "terminal.cli", *arguments],
        cwd=desk,
        env={"PYTHONPATH": ":".join(sys.path), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def middle(text: str, left: int, top: int, *, pixels: int = 4) -> tuple[float, float]:
    """Return the centre of a code drawn at that place."""
    height, width = code(text, pixels=pixels).shape
    return left + width / 2, top + height / 2


def verify(desk: Path, *arguments: str) -> tuple[list[dict[str, Any]], int, list[str]]:
    """Return the printed objects, the exit status, and the other lines without the laboratory's notice."""
    done = roadside(desk, "verify", "--json", *TRUST_AT_NOW, *arguments)
    notice, *others = done.stderr.splitlines()
    assert notice == "roadside: laboratory trust set, which no authority vouches for: lab"
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode, others


def test_all_current_is_exit_0_and_the_fields_have_their_names(desk: Path):
    [found], status, others = verify(desk, "good.png")
    assert (status, others) == (0, [])
    assert found.pop("decode_ms") > 0
    assert found.pop("verify_us") > 0
    assert np.mean(found.pop("corners"), axis=0) == pytest.approx(middle(GOOD["text"], 600, 200), abs=4)
    assert found == {
        "source": "good.png",
        "text": GOOD["text"],
        "reason": "ok",
        "finding": "current",
        "outcome": "provisional",
        "fields": {**GOOD["fields"], "use": "A"},
        "others": 0,
    }


def test_one_that_is_not_current_is_exit_1_and_unproven_claims_are_not_printed(desk: Path):
    found, status, _ = verify(desk, "good.png", "past.png", "forged.png", "none.png")
    assert status == 1
    assert [(one["source"], one["finding"], one["reason"], one["outcome"]) for one in found] == [
        ("good.png", "current", "ok", "provisional"),
        ("past.png", "past", "expired", "undetermined"),
        ("forged.png", "failed", "bad_signature", "caution"),
        ("none.png", "unreadable", "no_code", "undetermined"),
    ]
    assert [one["fields"] is None for one in found] == [False, False, True, True]
    assert found[3]["text"] is None


def test_a_code_that_its_authority_never_issued_is_told_with_its_claims(desk: Path):
    [found], status, _ = verify(desk, "--text", case("not issued")["text"])
    assert (status, found["finding"], found["reason"]) == (1, "not_issued", "not_issued")
    assert found["outcome"] == "caution"
    assert found["fields"]["number"]


def test_what_cannot_be_used_is_exit_2_and_the_rest_is_still_checked(desk: Path):
    (desk / "letter.txt").write_text("hello")
    (desk / "cut.png").write_bytes((desk / "good.png").read_bytes()[:500])
    with (desk / "fat.png").open("wb") as file:
        file.truncate((64 << 20) + 1)
    unusable = ["missing", "letter.txt", "cut.png", "fat.png", "lab"]
    found, status, others = verify(desk, *unusable, "past.png", "good.png")
    assert status == 2
    assert [one["finding"] for one in found] == ["past", "current"]
    assert [line.split(": ")[:3] for line in others] == [
        ["roadside", name, "F01 The file cannot be used"] for name in unusable
    ]


def test_the_page_and_the_frame_are_told(desk: Path):
    blank, good = (Image.open(desk / name) for name in ("none.png", "good.png"))
    blank.save(desk / "two.pdf", save_all=True, append_images=[good])
    writer = cv2.VideoWriter(str(desk / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    foreign = scene((code("hello", pixels=10), 300, 200))
    for luma in (np.asarray(blank), foreign, np.asarray(good), np.asarray(good)):
        writer.write(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR))
    writer.release()
    found, status, _ = verify(desk, "two.pdf", "film.avi")
    assert status == 0
    assert [(one.get("page"), one.get("frame")) for one in found] == [(2, None), (None, 2)]


def test_a_film_of_nothing_of_ours_tells_the_first_code_that_it_shows(desk: Path):
    writer = cv2.VideoWriter(str(desk / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for luma in (scene(), scene((code("hello", pixels=10), 300, 200)), scene()):
        writer.write(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR))
    writer.release()
    [found], status, _ = verify(desk, "film.avi")
    assert (status, found["frame"], found["text"], found["reason"]) == (1, 1, "hello", "foreign")


def test_several_codes_are_counted_and_ours_is_checked(desk: Path):
    both = scene((code("hello", pixels=10), 50, 100), (code(GOOD["text"]), 700, 100))
    Image.fromarray(both).save(desk / "both.png")
    [found], status, _ = verify(desk, "both.png")
    assert (status, found["finding"], found["others"]) == (0, "current", 1)


def test_each_of_several_marks_is_verified_apart_as_they_lie_and_the_worst_is_the_exit_status(desk: Path):
    places = {"forged": 20, "good": 440, "past": 860}
    texts = {"forged": FORGED["text"], "good": GOOD["text"], "past": PAST["text"]}
    three = scene(
        *((code(texts[name], pixels=3), left, 40) for name, left in places.items()),
        (code("hello"), 600, 500),
    )
    Image.fromarray(three).save(desk / "three.png")
    found, status, _ = verify(desk, "three.png")
    assert status == 1
    assert [(one["finding"], one["others"]) for one in found] == [("failed", 1), ("current", 1), ("past", 1)]
    assert [one["text"] for one in found] == list(texts.values())
    assert [one["fields"] is None for one in found] == [True, False, False]
    for one, (name, left) in zip(found, places.items(), strict=True):
        assert one["source"] == "three.png"
        expected = middle(texts[name], left, 40, pixels=3)
        assert np.mean(one["corners"], axis=0) == pytest.approx(expected, abs=4)
    lines = roadside(desk, "verify", *TRUST_AT_NOW, "three.png").stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        f"three.png code {place}/3" for place in (1, 2, 3)
    ]
    assert sum("not checked" in line for line in lines) == 3
    found, status, _ = verify(desk, "three.png", "--entered", "苏A12345:01")
    assert (status, found[1]["finding"]) == (1, "other_vehicle")


def test_two_marks_that_are_both_current_are_exit_0(desk: Path):
    other = case("good 苏B00001 01")["text"]
    Image.fromarray(scene((code(GOOD["text"]), 100, 100), (code(other), 700, 100))).save(desk / "two.png")
    found, status, _ = verify(desk, "two.png")
    assert (status, [one["fields"]["number"] for one in found]) == (0, ["苏A12345", "苏B00001"])


def test_texts_are_checked_without_a_picture(desk: Path):
    found, status, _ = verify(desk, "--text", GOOD["text"], "--text", "https://example.invalid")
    assert status == 1
    assert [(one["source"], one["reason"], one["decode_ms"]) for one in found] == [
        ("text", "ok", None),
        ("text", "foreign", None),
    ]


@pytest.mark.parametrize(
    ("entered", "finding"),
    [("苏A12345:02", "current"), ("苏A12345:01", "other_vehicle"), ("苏A12346:02", "other_vehicle")],
)
def test_the_plate_in_front_is_compared(desk: Path, entered: str, finding: str):
    [found], _, _ = verify(desk, "--entered", entered, "good.png")
    assert found["finding"] == finding


@pytest.mark.parametrize(
    ("time", "finding"),
    [
        ("1796054399", "current"),
        ("1796054400", "past"),
        ("2026-11-30T23:59:59", "current"),  # Asia/Shanghai without an offset
        ("2026-12-01", "past"),
        ("2026-11-30T15:59:59Z", "current"),
        ("2026-11-30T16:00:00+00:00", "past"),
        ("2026-12-01T00:59:59+09:00", "current"),
    ],
)
def test_a_code_is_judged_as_of_the_time_that_is_named(desk: Path, time: str, finding: str):
    write_directory(desk / "lab", 1_796_000_000)
    text = case("good, this month's last second")["text"]
    done = roadside(desk, "verify", "--json", "--lab-trust", "lab", "--at", time, "--text", text)
    assert json.loads(done.stdout)["finding"] == finding


def test_an_old_set_is_stale(desk: Path):
    made_s = GOOD["now"] - 86_400
    write_directory(desk / "lab", made_s)
    for at, reason in ((made_s + 604_800, "ok"), (made_s + 604_801, "stale_trust")):
        done = roadside(desk, "verify", "--json", "--lab-trust", "lab", "--at", str(at), "good.png")
        assert json.loads(done.stdout)["reason"] == reason


def test_a_person_reads_the_finding_in_both_languages_with_plate_and_month(desk: Path):
    done = roadside(desk, "verify", *TRUST_AT_NOW, "good.png")
    guidance = (
        "凭证真实有效，可放行；机动车状态未核查，联网后自动复核"
        "  Code genuine and in date, may go; status unchecked, rechecked when online"
    )
    assert done.stdout.splitlines() == [
        "good.png",
        "  凭证真实，在检验有效期内  Genuine, within the inspection period (ok)",
        f"  暂可放行  May go, status unchecked: {guidance}",
        "  苏A12345  小型汽车号牌 02  检验有效期至2027年08月  valid through 2027-08",
    ]


def test_the_output_is_utf_8_in_every_locale(desk: Path):
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = roadside(desk, "verify", "--json", *TRUST_AT_NOW, "good.png", **plain)
    assert json.loads(done.stdout)["fields"]["number"] == "苏A12345"


@pytest.mark.parametrize(
    "changed",
    [
        {"issuers.cbor": None},
        {"issuers.cbor": b"\x80\x00"},
        {"set.cbor": b""},
        {"set.cbor": None},
        {"status/three.bin": b""},
        {"status/\u0663.bin": b""},
        {"issued/苏.bin": b""},
        {"issued/苏-20261131.bin": b""},
    ],
)
def test_a_trust_set_that_is_unsound_stops_the_command(desk: Path, changed: dict[str, bytes | None]):
    for name, content in changed.items():
        (desk / "lab" / name).unlink(missing_ok=True)
        if content is not None:
            (desk / "lab" / name).write_bytes(content)
    done = roadside(desk, "verify", *TRUST_AT_NOW, "good.png")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("roadside: T01 The trust set is missing or invalid: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["good.png"], "no trust set: name one with --lab-trust DIR"),
        (["--lab-trust", "lab"], "name files, or give --text"),
        (["--lab-trust", "lab", "--text", "x", "good.png"], "name files, or give --text"),
        (["--lab-trust", "lab", "--at", "soon", "good.png"], "neither ISO 8601 nor Unix seconds"),
        (["--lab-trust", "lab", "--at", "9" * 30, "good.png"], "neither ISO 8601 nor Unix seconds"),
        (["--lab-trust", "lab", "--entered", "苏A12345", "good.png"], "is not NUMBER:KIND"),
        (["--lab-trust", "lab", "--wrong", "good.png"], "unrecognized arguments"),
    ],
)
def test_a_command_that_is_not_understood_is_said_and_exit_2(desk: Path, arguments: list[str], said: str):
    done = roadside(desk, "verify", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.splitlines()[-1]


def test_libraries_say_nothing_of_their_own(desk: Path):
    beginnings = {
        "film.mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isom",
        "film.avi": b"RIFF\x40\x00\x00\x00AVI LIST",
        "p.pdf": b"%PDF-1.4\n",
        "p.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        "p.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    }
    for name, content in beginnings.items():
        (desk / name).write_bytes(content + bytes(500))
    found, status, others = verify(desk, *beginnings)
    assert (found, status) == ([], 2)
    assert [line.split(": ")[1] for line in others] == list(beginnings)


def test_whoever_reads_may_leave_early(desk: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "terminal.cli", "verify", *TRUST_AT_NOW, *["good.png"] * 5],
        cwd=desk,
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()
    assert said.splitlines() == ["roadside: laboratory trust set, which no authority vouches for: lab"]

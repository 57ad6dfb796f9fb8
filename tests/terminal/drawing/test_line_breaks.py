"""Lines of every text of the screens break between words: never inside one, and never after a negation."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from itertools import accumulate

import pytest

from terminal import errors
from terminal.drawing import line_breaks, text
from terminal.drawing.catalogue import group
from terminal.drawing.fonts import Fonts
from terminal.drawing.layout import Type, evenly, wrap
from terminal.drawing.line_breaks import NEGATIONS, is_alone, pieces, split
from terminal.vehicle.tables import Lines

SIZES = (20, 27, 34, 48)
WIDTHS = (208, 300, 380, 448)
"""Sizes of type and widths of lines in use on a display of 480x800, px."""
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
GROUPS = ("action", "brand", "opening reason", "reason", "remark", "sign-in refusal", "vehicle type")
TABLES = ("decision_table", "outcomes", "credential_findings", "vehicle_findings", "law", "alarm_results")
ALONE = frozenset(
    "一上下不与且个中为久也仅仍以会但位先内再到前原另可号后吗含和哪因在均天将已并待或按改新无旧是暂有条查次正此现由的看码秒第等约而至被要请起车辆都页须"
)
"""Words of one character that occur in the texts."""


def texts() -> list[Lines]:
    """Return every text of the screens, in both languages, with values filled in."""
    listed = list(text.WORDS.values())
    for name in GROUPS:
        listed += group(name).values()
    for name in TABLES:
        table = files("terminal.vehicle").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
        for row in csv.DictReader(table.splitlines()):
            for column in ("", "guidance_", "title_", "line_"):
                if f"{column}zh" in row:
                    listed.append(Lines(row[f"{column}zh"], row[f"{column}en"]))
    listed += [Lines(fault.zh, fault.en) for fault in _faults(errors.Fault)]
    return [Lines(_filled(lines.zh), _filled(lines.en)) for lines in listed]


def _faults(kind: type[errors.Fault]) -> list[type[errors.Fault]]:
    below = [fault for each in kind.__subclasses__() for fault in (each, *_faults(each))]
    return [fault for fault in below if isinstance(getattr(fault, "zh", None), str)]


def _filled(words: str) -> str:
    return re.sub(r"\{[^}]*\}", "12", words)


TEXTS = texts()


def broken(lines: tuple[str, ...]) -> list[int]:
    """Return the places in a text without spaces at which its lines were broken."""
    return list(accumulate(len("".join(line.split())) for line in lines))[:-1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_chinese_line_breaks_inside_a_word_or_after_a_negation(width: int, size: int, fonts: Fonts):
    style = Type(fonts, size, (0, 0, 0), bold=True)
    for lines in TEXTS:
        for said in lines.zh.splitlines():
            bare = "".join(said.split())
            allowed = {0}
            for piece in pieces(said):
                if style.width(piece) > width:
                    allowed = set(range(len(bare) + 1))
                    break
                allowed.add(max(allowed) + len("".join(piece.split())))
            for broke in (wrap(said, style, width), evenly(said, style, width)):
                assert set(broken(broke)) <= allowed, broke
                ends = {line[-1] for line in broke[:-1] if line}
                assert len(allowed) > len(bare) or not ends & NEGATIONS, broke


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_single_character_is_left_on_the_last_line(width: int, size: int, fonts: Fonts):
    style = Type(fonts, size, (0, 0, 0), bold=True)
    for lines in TEXTS:
        for said in lines.zh.splitlines():
            broke = wrap(said, style, width)
            if len(broke) > 1 and is_alone(broke[-1]):
                before = pieces(broke[-2])
                assert len(before) == 1 or is_alone("".join(before[:-1])), broke


@pytest.mark.parametrize("width", WIDTHS)
def test_english_lines_break_at_spaces(width: int, fonts: Fonts):
    style = Type(fonts, 27, (0, 0, 0))
    for lines in TEXTS:
        for said in lines.en.splitlines():
            assert " ".join(wrap(said, style, width)).split() == said.split()


def test_the_words_of_the_screens_are_listed():
    """Two neighbouring characters that are in no listed word are a word that a line could break."""
    unlisted: list[str] = []
    runs = [run for lines in TEXTS for run in CHINESE.findall(lines.zh)]
    for run in runs:
        loose = [part if len(part) == 1 and part not in ALONE | NEGATIONS else " " for part in split(run)]
        unlisted += [pair for pair in "".join(loose).split() if len(pair) > 1]
    share = len("".join(unlisted)) / len("".join(runs))
    assert share < 0.02, f"add to terminal/drawing/data/words.txt: {sorted(set(unlisted))}"


def test_the_list_has_words_of_chinese_characters_once_and_in_order():
    listed = files("terminal.drawing").joinpath("data", "words.txt").read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed))
    assert all(CHINESE.fullmatch(word) and len(word) > 1 for word in listed)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("防伪未通过：换码重扫", ["防伪", "未通过：", "换码重扫"]),
        ("不得伪造", ["不得", "伪造"]),
        ("并非本车", ["并非本车"]),
        ("不很清楚", ["不很", "清", "楚"]),
        ("刚才的 苏A12345", ["刚才的", " ", "苏", "A12345"]),
        ("12 分钟前更新", ["12 分钟前", "更新"]),
        ("本班核验 3 次", ["本班", "核验", " ", "3 次"]),
        ("还差 4 位", ["还差 4 位"]),
    ],
)
def test_a_text_breaks_between_its_words(words: str, expected: list[str]):
    assert list(pieces(words)) == expected


def test_pieces_joined_are_the_text():
    for lines in TEXTS:
        assert "".join(pieces(lines.zh)) == lines.zh
        assert "".join(pieces(lines.en)) == lines.en


def test_a_word_wider_than_the_line_is_broken(fonts: Fonts):
    style = Type(fonts, 40, (0, 0, 0))
    assert wrap("检验合格标志", style, 130) == ("检验合", "格标志")
    assert line_breaks.letters("检验，A1") == ["检", "验，", "A1"]

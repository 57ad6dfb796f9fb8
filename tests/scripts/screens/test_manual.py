"""The manual has a page for each flow in both languages, with pictures of the running program."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from scripts.screens.manual import FLOWS, ManualDesk, make, play_all
from scripts.screens.manual_page import ManualError, read_flow
from terminal.scenarios import script

NAMES = sorted(path.stem for path in FLOWS.glob("*.scenario"))
COMPLETE = (
    "title zh 题\ntitle en Title\ndo zh 一\ndo en A\nsee zh 二\nsee en B\nthen zh 三\nthen en C\nshot a.png\n"
)


@pytest.mark.parametrize("name", NAMES)
def test_every_flow_has_its_captions_in_both_languages(name: str, photographs: Path):
    flow = read_flow(FLOWS / f"{name}.scenario", photographs)
    assert len({step.picture for step in flow.steps}) == len(flow.steps)
    for step in flow.steps:
        for (_, language), text in step.captions.items():
            assert bool(re.search("[一-鿿]", text)) == (language == "zh"), text
            assert "伪造" not in text


@pytest.mark.parametrize("line", COMPLETE.splitlines())
def test_a_flow_that_lacks_a_line_is_refused(line: str, tmp_path: Path):
    path = tmp_path / "flow.scenario"
    path.write_text(COMPLETE, encoding="utf-8")
    assert read_flow(path, tmp_path).name == "flow"
    path.write_text(COMPLETE.replace(f"{line}\n", ""), encoding="utf-8")
    with pytest.raises(ManualError, match="flow"):
        read_flow(path, tmp_path)


def test_a_flow_becomes_a_page_and_a_pdf_in_each_language(
    laboratory: Path, photographs: Path, tmp_path: Path
):
    desk = ManualDesk(laboratory, photographs, tmp_path)
    made = make([FLOWS / "unreadable.scenario"], desk, tmp_path / "manual")
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        "manual/zh/unreadable.html",
        "manual/en/unreadable.html",
    ]
    flow = read_flow(FLOWS / "unreadable.scenario", photographs)
    for language, page in zip(script.LANGUAGES, made, strict=True):
        html = page.read_text(encoding="utf-8")
        assert flow.title[language] in html
        assert all(
            text in html for step in flow.steps for (_, of), text in step.captions.items() if of == language
        )
        for step in flow.steps:
            with Image.open(page.with_suffix("") / step.picture) as picture:
                assert picture.size == (480, 800)
        assert "unreadable.pdf" in (page.parent / "index.html").read_text(encoding="utf-8")
        with pypdfium2.PdfDocument(page.with_suffix(".pdf")) as pdf:
            printed = pdf[0].get_textpage().get_text_range()
        assert "".join(flow.title[language].split()) in "".join(printed.split())
    zh, en = (Path(page).with_suffix("") / flow.steps[0].picture for page in made)
    assert zh.read_bytes() != en.read_bytes(), "the screens are in the page's language"


def test_every_flow_runs_as_it_says(laboratory: Path, photographs: Path, tmp_path: Path):
    flows = [read_flow(FLOWS / f"{name}.scenario", photographs) for name in NAMES]
    play_all(flows, ManualDesk(laboratory, photographs, tmp_path), "zh", tmp_path)
    for flow in flows:
        assert all((tmp_path / flow.name / step.picture).exists() for step in flow.steps)


def test_an_expectation_that_is_not_met_is_no_manual(laboratory: Path, photographs: Path, tmp_path: Path):
    path = tmp_path / "flow.scenario"
    path.write_text(f"{COMPLETE}expect trouble J99\n", encoding="utf-8")
    with pytest.raises(ManualError, match="J99"):
        make([path], ManualDesk(laboratory, photographs, tmp_path, patience_s=0.1), tmp_path / "manual")

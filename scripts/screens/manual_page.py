"""Pages of the manual: a flow's captions and pictures as HTML that prints on A4."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from terminal.errors import InputFault
from terminal.scenarios import script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LABELS = {
    "zh": {"do": "操作", "see": "画面", "then": "接着", "contents": "路检终端使用手册", "lang": "zh-CN"},
    "en": {"do": "Do", "see": "See", "then": "Then", "contents": "Roadside terminal: manual", "lang": "en"},
}
_STYLE = """
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.45 "Noto Sans CJK SC", sans-serif; color: #16212a; }
body { max-width: 182mm; margin: 0 auto; padding: 8px; }
h1 { font-size: 20pt; margin: 0 0 6mm; border-bottom: 1.2mm solid #12876b; padding-bottom: 2mm; }
ol { list-style: none; margin: 0; padding: 0; counter-reset: step; }
ol { display: grid; grid-template-columns: 1fr 1fr; gap: 7mm; }
li { counter-increment: step; display: grid; grid-template-columns: 43mm 1fr; gap: 4mm; break-inside: avoid; }
img { width: 43mm; border: 0.3mm solid #9aa7b0; border-radius: 1.5mm; }
dl { margin: 0; } dl::before { content: counter(step); font-size: 20pt; font-weight: 700; color: #12876b; }
dt { font-size: 8.5pt; color: #56646e; margin-top: 2mm; } dd { margin: 0; }
a { color: #0b5a4a; }
@media print { body { padding: 0; } nav { display: none; } }
@media (max-width: 640px) { ol { grid-template-columns: 1fr; } }
"""


class ManualError(RuntimeError):
    """A flow cannot become a page."""


@dataclass(frozen=True, slots=True)
class ManualStep:
    """A picture with what the officer does, sees and does then, by part and language."""

    picture: str
    captions: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class ManualFlow:
    """A scenario with captions."""

    name: str
    title: Mapping[str, str]
    """By language."""
    steps: tuple[ManualStep, ...]
    lines: tuple[script.Line, ...]

    @property
    def online(self) -> bool:
        """True if it expects the registry to be reached."""
        return any(line.deed == script.ExpectLink(up=True) for line in self.lines)


def read_flow(path: Path, photographs: Path) -> ManualFlow:
    """Read a flow whose pictures are in `photographs`.

    Raises ManualError if it is not valid, or lacks a title, a picture or a caption in a language.
    """
    try:
        lines = script.parse(path.read_text(encoding="utf-8"), photographs)
    except InputFault as fault:
        raise ManualError(f"{path.name}: {fault.detail}") from fault
    title: dict[str, str] = {}
    steps: list[ManualStep] = []
    said: dict[tuple[str, str], str] = {}
    for line in lines:
        match line.deed:
            case script.Caption("title", language, text):
                title[language] = text
            case script.Caption(part, language, text):
                said[part, language] = text
            case script.Shot(name):
                steps.append(ManualStep(name, said))
                said = {}
            case _:
                pass
    flow = ManualFlow(path.stem, title, tuple(steps), lines)
    _require_complete(flow)
    return flow


def _require_complete(flow: ManualFlow) -> None:
    if flow.title.keys() != set(script.LANGUAGES) or not flow.steps:
        raise ManualError(f"{flow.name}: a title in each language and a picture are needed")
    wanted = {(part, language) for part in script.CAPTIONS[1:] for language in script.LANGUAGES}
    for step in flow.steps:
        if missing := wanted - step.captions.keys():
            raise ManualError(f"{flow.name}: {step.picture} lacks {sorted(missing)}")


def page(flow: ManualFlow, language: str) -> str:
    """Return the HTML page of a flow in a language; its pictures are in the folder of its name."""
    title = flow.title[language]
    steps = "".join(_step(flow.name, step, language) for step in flow.steps)
    contents_link = f'<nav><a href="index.html">{escape(_LABELS[language]["contents"])}</a></nav>'
    return _html(title, f"{contents_link}<h1>{escape(title)}</h1><ol>{steps}</ol>", language)


def contents(flows: Sequence[ManualFlow], language: str) -> str:
    """Return the HTML page that leads to the pages of the flows."""
    title = _LABELS[language]["contents"]
    rows = "".join(
        f'<p><a href="{flow.name}.html">{escape(flow.title[language])}</a> · '
        f'<a href="{flow.name}.pdf">PDF</a></p>'
        for flow in flows
    )
    return _html(title, f"<h1>{escape(title)}</h1>{rows}", language)


def _step(folder: str, step: ManualStep, language: str) -> str:
    captions = "".join(
        f"<dt>{_LABELS[language][part]}</dt><dd>{escape(step.captions[part, language])}</dd>"
        for part in script.CAPTIONS[1:]
    )
    return f'<li><img src="{folder}/{step.picture}" alt=""><dl>{captions}</dl></li>'


def _html(title: str, body: str, language: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{_LABELS[language]["lang"]}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )

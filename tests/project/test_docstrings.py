"""Docstrings name the thing or the action: none begins with "What", "Whether" or "How"."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.project.test_project import ROOT, tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = re.compile(r"\s*(What|Whether|How)\b")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string that stands alone: of modules, classes, functions and attributes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)


def questions(source: str) -> list[str]:
    """List the docstrings that begin with one of these words, each with its line."""
    return [f"{line}: {text}" for line, text in docstrings(source) if QUESTION.match(text)]


def test_no_docstring_begins_with_a_question():
    sources = [path for path in tracked() if path.suffix == ".py"]
    found = {str(path.relative_to(ROOT)): questions(path.read_text(encoding="utf-8")) for path in sources}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    ['"""What it is."""', 'def f():\n  """Whether."""', 'SIZE = 3\n"""How many."""', '"""\n  How\n"""'],
)
def test_a_docstring_that_begins_with_a_question_is_found(source: str):
    assert len(questions(source)) == 1
    assert questions(source.replace("Wh", "wh").replace("How", "Howling")) == []

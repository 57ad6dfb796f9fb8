"""Every comment that silences a checker names the rule, and the reason beside it."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

import pytest

from tests.project.test_project import ROOT, tracked

SILENCING = re.compile(r"#\s*(noqa|type:\s*ignore)")
WITH_REASON = re.compile(r"# (noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*|type: ignore\[[a-z, -]+\]) +(- |# )\S.+")


def without_reason(path: Path) -> list[str]:
    """List the silencing comments of a file that lack a rule or a reason, each with its line."""
    with path.open("rb") as file:
        comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    return [
        f"{token.start[0]}: {token.string}"
        for token in comments
        if SILENCING.search(token.string) and not WITH_REASON.search(token.string)
    ]


def test_every_silenced_check_has_its_reason_beside_it():
    sources = [path for path in tracked() if path.suffix in {".py", ".pyi"}]
    assert len(sources) > 400
    found = {str(path.relative_to(ROOT)): without_reason(path) for path in sources}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "comment", ["noqa", "noqa: S101", "noqa: S101 -", "type: ignore", "type: ignore[misc]"]
)
def test_a_comment_without_a_rule_or_a_reason_is_found(comment: str, tmp_path: Path):
    source = tmp_path / "silenced.py"
    source.write_text(f"x = 1  # {comment}\ny = '# noqa'  # noqa: S101 - a reason\n", encoding="utf-8")
    assert without_reason(source) == [f"1: # {comment}"]

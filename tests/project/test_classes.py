"""Classes are small: in attributes and in lines."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDERS = ("terminal", "drivers", "keys", "scripts")
MOST_ATTRIBUTES = 12
MOST_LINES = 300


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield each class with its full name."""
    for path in (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield f"{module}.{node.name}", node


def attributes(node: ast.ClassDef) -> set[str]:
    """Return the names of a class's fields, and of what its methods assign to `self`; an enum has none."""
    if any("Enum" in ast.unparse(base) for base in node.bases):
        return set()
    fields: list[ast.expr] = []
    for one in node.body:
        fields += one.targets if isinstance(one, ast.Assign) else []
        fields += [one.target] if isinstance(one, ast.AnnAssign) else []
    assigned = (
        one for one in ast.walk(node) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    )
    names = {one.id for one in fields if isinstance(one, ast.Name)}
    return names | {one.attr for one in assigned if ast.unparse(one.value) == "self"}


def lines(node: ast.ClassDef) -> int:
    """Return the number of lines of a class."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_class_has_too_many_attributes_or_lines():
    large = {
        name: (len(attributes(node)), lines(node))
        for name, node in classes()
        if len(attributes(node)) > MOST_ATTRIBUTES or lines(node) > MOST_LINES
    }
    assert large == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class A:\n x: int\n y = 1\n def f(self):\n  self.z, self.w = 1, 2", {"x", "y", "z", "w"}),
        ("class A:\n def f(self, b):\n  b.c = 1\n  print(self.d)\n  self.x += 1", {"x"}),
        ("class A(StrEnum):\n X = 'x'", set()),
    ],
)
def test_attributes_are_fields_and_what_methods_assign(source: str, found: set[str]):
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    assert attributes(node) == found

"""The architecture picture in README.md shows the imports between packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.architecture import (
    BASE,
    BEGIN,
    END,
    LABELS,
    OMITTED,
    README,
    direct_imports,
    flowchart,
    implied,
    kept,
    name,
    part_of,
    reachable,
)

ROOT = Path(__file__).parents[2]


def test_the_readme_holds_the_picture_that_is_drawn():
    readme = (ROOT / README).read_text(encoding="utf-8")
    assert kept(readme) == readme, "python -m scripts.architecture --keep writes it"


def test_a_text_without_the_markers_is_refused():
    for text in ("", BEGIN, END, f"{END}{BEGIN}"):
        with pytest.raises(ValueError, match="README"):
            kept(text)


def test_every_package_is_in_the_picture():
    packages = {f"terminal.{path.parent.name}" for path in (ROOT / "terminal").glob("*/__init__.py")}
    modules = {f"terminal.{path.stem}" for path in (ROOT / "terminal").glob("*.py")} - {"terminal.__init__"}
    parts = {part_of(module) for module in packages | modules if module not in OMITTED}
    drawn = {line.split("[")[0].strip() for line in flowchart().splitlines()[1:]}
    assert drawn == {name(part) for part in parts} | {"drivers", "keys"} == set(LABELS)


def test_every_part_that_is_left_out_exists():
    for module in (BASE | OMITTED) - {"terminal"}:
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()


def test_arrows_are_imports_and_lead_to_everything_imported():
    imports = direct_imports()
    drawn = {
        start: {end for end in ends if not implied(imports, start, end)} for start, ends in imports.items()
    }
    for start in imports:
        assert drawn[start] <= imports[start]
        assert reachable(drawn, start) == reachable(imports, start)


def test_no_part_imports_itself_by_a_longer_way():
    imports = direct_imports()
    assert [part for part in imports if part in reachable(imports, part)] == []

"""Find public types that are defined in more than one module, so that one name means one thing.

    python -m scripts.check_names

Exit 1 if a class or type alias of `terminal`, `drivers`, `keys` or `scripts` has a name that another module
also defines and ACCEPTED does not list, or if ACCEPTED lists a name that is defined once.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
PACKAGES = ("terminal", "drivers", "keys", "scripts")

ACCEPTED: dict[str, str] = {}
"""Names that several modules may define, with the reason."""


def main() -> int:
    """Print each finding on a line; return 1 if there is any."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    sources = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    found = list(findings(sources, ACCEPTED))
    print("".join(f"names: {line}\n" for line in found), end="")
    return int(bool(found))


def findings(sources: Mapping[str, str], accepted: Iterable[str]) -> Iterator[str]:
    """Yield each finding, with the files that define the name. `sources` are modules' texts by path."""
    places: dict[str, list[str]] = {}
    for path, text in sources.items():
        for name in public_types(text):
            places.setdefault(name, []).append(path)
    twice = {name: paths for name, paths in places.items() if len(paths) > 1}
    for name in sorted(twice.keys() - set(accepted)):
        yield f"{name} is defined in {', '.join(twice[name])}"
    for name in sorted(set(accepted) - twice.keys()):
        yield f"{name} is accepted as defined twice, and is not"


def public_types(text: str) -> set[str]:
    """Return the classes and type aliases that a module defines at its top level, except those with a leading
    `_`.
    """
    names = set()
    for node in ast.parse(text).body:
        match node:
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                names.add(name)
            case _:
                pass
    return {name for name in names if not name.startswith("_")}


if __name__ == "__main__":
    sys.exit(main())

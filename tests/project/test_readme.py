"""README.md refers to existing files, commands, settings with their defaults, and scenario words."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from terminal import config
from terminal.cli import main
from terminal.scenarios import script

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Return the text under a heading, up to the next."""
    return README.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def settings() -> list[tuple[str, str]]:
    """Return every section and key of the configuration."""
    found = []
    for name, hint in get_type_hints(config.Config).items():
        kind = next(kind for kind in (hint, *get_args(hint)) if is_dataclass(kind))
        found += [(name, item.name) for item in fields(kind)]
    return found


@pytest.mark.parametrize("path", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_and_picture_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "key"), settings())
def test_every_setting_is_told_in_its_sections_rows(name: str, key: str) -> None:
    rows = "\n".join(
        row for row in section("## Configuration").splitlines() if row.startswith(f"| `[{name}]")
    )
    told = key.removesuffix("_pin") if key.endswith("_pin") else key
    assert f"`{told}`" in rows or f"`[{name}] {told}`" in rows


@pytest.mark.parametrize(
    "row", re.findall(r"^\| (`\[.*) \| (.*?) \| .* \|$", section("## Configuration"), re.MULTILINE)
)
def test_every_setting_that_is_told_exists_with_the_default_that_is_told(row: tuple[str, str]) -> None:
    keys, defaults = row
    (name,) = re.findall(r"\[(\w+)\]", keys)
    hint = get_type_hints(config.Config)[name]
    kind = next(kind for kind in (hint, *get_args(hint)) if is_dataclass(kind))
    told = re.findall(r"(?:\] |`)(\w+)`", keys)
    known = {item.name: item.default for item in fields(kind)}
    assert set(told) <= set(known)
    values = [value.strip().strip("`") for value in defaults.split(", ")]
    for key, value in zip(told, values, strict=False):
        if value.isdecimal():
            assert known[key] == int(value)
        elif value == "required":
            assert known[key] is MISSING


@pytest.mark.parametrize("word", [*script._READERS, *script.SCREENS, *script.PARTS])  # noqa: SLF001
def test_every_word_of_a_scenario_is_told(word: str) -> None:
    assert re.search(rf"[`|\\ ]{word}\b", section("## Scenarios"))


@pytest.mark.parametrize("command", ["run", "lookup", "upload", "verify", "conformance", "journal"])
def test_every_option_of_a_command_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    (told,) = re.findall(rf"^    roadside {command} .*(?:\n {{8,}}.*)*$", README, re.MULTILINE)
    assert options == set(re.findall(r"--[a-z-]+", told))

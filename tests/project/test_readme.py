"""The READMEs name existing files, headings, commands, settings with their defaults, and scenario words."""

from __future__ import annotations

import os
import re
from dataclasses import MISSING, fields, is_dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import get_args, get_type_hints
from urllib.parse import unquote

import pytest

from scripts.benchmarks.report import PARTS
from terminal import config
from terminal.cli import main
from terminal.scenarios import script

ROOT = Path(__file__).parents[2]
MANUALS = ("terminal", "drivers", "keys", "systemd", "scripts", "tests")
READMES = (
    "README.md",
    *(f"{folder}/README.md" for folder in MANUALS),
    "scripts/registry/README.md",
    "tests/photographs/README.md",
    "tests/vectors/README.md",
)
REGISTRY_FOLDERS = [
    (f"scripts/registry{folder}", "scripts/registry/README.md")
    for folder in ("", "/journals", "/offline", "/reports")
]
LONGEST_INTRODUCTION_LINES = 160
COMMANDS = (
    "run",
    "lookup",
    "upload",
    "verify",
    "conformance",
    "journal",
    "clock",
    "trust",
    "enrol",
    "self-test",
    "fault",
    "release",
)


def text(readme: str) -> str:
    """Return the text of a README."""
    return (ROOT / readme).read_text(encoding="utf-8")


def section(readme: str, heading: str) -> str:
    """Return the text under a heading of the second level, up to the next."""
    return text(readme).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def anchors(readme: str) -> set[str]:
    """Return the anchors that GitHub makes of a README's headings."""
    headings = re.findall(
        r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text(readme), flags=re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> list[tuple[str, str]]:
    """Return every link and picture of every README that does not lead to another site."""
    return [
        (readme, link)
        for readme in READMES
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text(readme))
    ]


def settings() -> list[tuple[str, str]]:
    """Return every section and key of the configuration."""
    found = []
    for name, hint in get_type_hints(config.Config).items():
        kind = next(kind for kind in (hint, *get_args(hint)) if is_dataclass(kind))
        found += [(name, item.name) for item in fields(kind)]
    return found


def mentioned(pattern: str) -> list[str]:
    """Return what a pattern's group matches in the READMEs, each once."""
    return sorted({found for readme in READMES for found in re.findall(pattern, text(readme))})


def test_the_introduction_is_short():
    assert len(text("README.md").splitlines()) <= LONGEST_INTRODUCTION_LINES


@pytest.mark.parametrize("folder", MANUALS)
def test_the_introduction_leads_to_each_manual(folder: str):
    assert f"]({folder}/README.md" in text("README.md")


@pytest.mark.parametrize(("readme", "link"), links())
def test_every_link_leads_to_a_file_and_a_heading(readme: str, link: str):
    path, _, anchor = unquote(link).partition("#")
    target = (ROOT / readme).parent / path if path else ROOT / readme
    assert target.exists()
    if anchor:
        assert anchor in anchors(str(target.resolve().relative_to(ROOT)))


@pytest.mark.parametrize(("name", "key"), settings())
def test_every_setting_is_in_its_sections_rows(name: str, key: str):
    rows = "\n".join(
        row
        for row in section("terminal/README.md", "Configuration").splitlines()
        if row.startswith(f"| `[{name}]")
    )
    told = key.removesuffix("_pin") if key.endswith("_pin") else key
    assert f"`{told}`" in rows or f"`[{name}] {told}`" in rows


@pytest.mark.parametrize(
    "row",
    re.findall(
        r"^\| (`\[.*) \| (.*?) \| .* \|$", section("terminal/README.md", "Configuration"), re.MULTILINE
    ),
)
def test_every_documented_setting_exists_with_the_documented_default(row: tuple[str, str]):
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


@pytest.mark.parametrize("word", [*script._READERS, *script.SCREENS, *script.PARTS])  # noqa: SLF001 - the words that are read
def test_every_word_of_a_scenario_is_documented(word: str):
    assert re.search(rf"[`|\\ ]{word}\b", section("tests/README.md", "Scenarios"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_in_its_usage_line(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    (told,) = re.findall(
        rf"^### `roadside {command}`\n\n    roadside {command} (.*(?:\n {{8,}}.*)*)$",
        text("terminal/README.md"),
        re.MULTILINE,
    )
    assert options == set(re.findall(r"--[a-z-]+", told))


def test_the_introduction_lists_every_command_and_no_other(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    known = re.findall(r"^    ([a-z-]+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
    listed = re.findall(r"^\| \[`roadside ([a-z-]+)", section("README.md", "Commands"), re.MULTILINE)
    assert set(listed) == set(known) == set(COMMANDS)


@pytest.mark.parametrize("command", mentioned(r"(?<![\w/(\]])(scripts/[a-z-]+)(?=[ `\n])"))
def test_every_shell_command_can_be_run(command: str):
    assert os.access(ROOT / command, os.X_OK)


@pytest.mark.parametrize("module", mentioned(r"python -m ([\w.]+)"))
def test_every_module_that_is_run_exists(module: str):
    assert find_spec(module) is not None


@pytest.mark.parametrize("path", mentioned(r"bin/pytest (tests/[\w./]+)"))
def test_every_test_that_is_named_exists(path: str):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("part", mentioned(r"scripts/bench --only (\w+)"))
def test_every_part_of_the_benchmark_exists(part: str):
    assert part in PARTS


@pytest.mark.parametrize("campaign", mentioned(r"scripts/campaign ([a-z]+)"))
def test_every_campaign_exists(campaign: str):
    assert re.search(rf"(usage: scripts/campaign|^ +){campaign} ", text("scripts/campaign"), re.MULTILINE)


def test_every_file_at_the_top_of_scripts_is_documented():
    names = [path.name for path in (ROOT / "scripts").iterdir() if path.suffix == "" and path.is_file()]
    commands = section("scripts/README.md", "The commands")
    assert [name for name in names if f"`scripts/{name}" not in commands] == []


@pytest.mark.parametrize(
    ("folder", "readme"),
    [("terminal", "terminal/README.md"), ("drivers", "drivers/README.md"), *REGISTRY_FOLDERS],
)
def test_every_part_of_a_folder_is_in_its_manual(folder: str, readme: str):
    names = [
        path.name + "/" * path.is_dir()
        for path in (ROOT / folder).iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))
    ]
    assert [name for name in names if name != "__init__.py" and f"`{name}`" not in text(readme)] == []


@pytest.mark.parametrize(
    "row",
    re.findall(
        r"^\| .* \|$",
        section("scripts/README.md", "Measured figures").partition("### Reading")[0],
        re.MULTILINE,
    )[2:],
)
def test_every_budgets_row_names_its_command(row: str):
    assert re.search(r"`scripts/[a-z-]+[^`]*` \|$", row)

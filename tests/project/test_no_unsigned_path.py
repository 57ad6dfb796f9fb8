"""Nothing that a terminal is given turns a check off: no setting, option, environment variable or file.

Every setting, option and environment variable is listed here with what it can change. A new one fails until
somebody has considered what it could turn off, and has written that down.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from terminal import cli, config
from terminal.commands.run import Setup
from terminal.errors import ConfigFault

ROOT = Path(__file__).parents[2]

SETTINGS = {
    "terminal": {"language"},
    "paths": {"state", "identity", "fonts"},
    "camera": {"source", "width", "height", "frames_per_s", "budget_ms"},
    "display": {"kind", "width", "height", "rotation", "night", "rests_s", "diagonal_in"},
    "panel": {"sound", "buzzer_pin", "vibration_pin", "red_pin", "green_pin", "blue_pin"}
    | {"torch_pin", "trigger_pin", "confirm_pin", "back_pin"},
    "signals": {"volume", "vibration", "loud_alarm"},
    "checks": {
        "trust_fresh_h",  # when the age is shown
        "trust_usable_h",  # 1 hour to a year: never without a limit
        "offline_usable_days",  # older lists give alarms alone
        "verdict_fades_s",
        "verdict_hides_s",
        "other_issuers",  # which codes the registry is asked about; they are "cannot verify" without it
        "display_only",  # differences that are shown and make no outcome graver
    },
    "trust": {
        "source",  # an https:// address or a folder; whatever it has is verified from the identity's root
        "poll_min",
        "expires_days",  # 60 at least
        "provinces",  # more registers and lists, never fewer than those of the terminal's own province
    },
    "sign_in": {
        "locks_s",  # 10 s to an hour: never without a limit
    },
    "registry": {"host", "port", "wait_s", "provinces", "enrolment"},
    "upload": {"interval_min", "retention_days"},
}
"""None of them names the source of trust: that is the root in the identity's folder."""

OPTIONS = {
    "run": {
        "--config",
        "--rig",  # a desk is a laboratory's alone
        "--scenario",
        "--shots",
        "--tray",  # pictures for a desk's camera, verified like any other
        "--screen",
    },
    "lookup": {"--kind", "--officer", "--pin-fd", "--json", "--config"},
    "upload": {"--to", "--receipts", "--config"},
    "release": {"--from", "--config"},
    "trust": {"--from", "--json", "--config"},
    "clock": {"--config"},
    "journal": {"--config"},
    "enrol": {"--code", "--serial", "--request", "--answer", "--renew", "--config"},
    "self-test": {"--config"},
    "fault": {"--seconds", "--config"},
}
DESK_TOOLS = {"verify", "conformance"}
"""Commands that trust what they are given, say so, and keep no records."""

ENVIRONMENT = {
    "terminal/cli.py": {"PYGAME_HIDE_SUPPORT_PROMPT"},
    "drivers/__init__.py": {"PYGAME_HIDE_SUPPORT_PROMPT"},
    "terminal/commands/image_files.py": {"OPENCV_FFMPEG_CAPTURE_OPTIONS", "OPENCV_FFMPEG_LOGLEVEL"},
    "drivers/display.py": {"SDL_NO_SIGNAL_HANDLERS", "SDL_VIDEODRIVER"},
    "drivers/sd_notify.py": {"NOTIFY_SOCKET"},
    "keys/role_keys.py": {"PYKCS11LIB"},
}
"""Variables that are read or written, by module: none is about trust."""


def test_every_setting_is_listed():
    found = {}
    for name, hint in get_type_hints(config.Config).items():
        kind = next(kind for kind in (hint, *get_args(hint)) if is_dataclass(kind))
        found[name] = {item.name for item in fields(kind)}
    assert found == SETTINGS


@pytest.mark.parametrize("command", OPTIONS)
def test_every_option_is_listed(command: str):
    found = {option for action in parser_of(command)._actions for option in action.option_strings}  # noqa: SLF001 - it has no other list
    assert found - {"-h", "--help"} == OPTIONS[command]


def parser_of(command: str) -> argparse.ArgumentParser:
    commands = cli._parser()._subparsers  # noqa: SLF001 - it has no other list
    assert commands is not None
    (group,) = commands._group_actions  # noqa: SLF001 - same
    found: argparse.ArgumentParser = dict(group.choices or {})[command]
    return found


def test_every_command_is_listed():
    commands = cli._parser()._subparsers  # noqa: SLF001 - it has no other list
    assert commands is not None
    (group,) = commands._group_actions  # noqa: SLF001 - same
    assert set(group.choices or ()) == OPTIONS.keys() | DESK_TOOLS


@pytest.mark.parametrize("command", ["run", "lookup", "upload"])
@pytest.mark.parametrize("option", ["--lab-trust", "--insecure", "--no-verify", "--trust", "--at"])
def test_no_option_names_another_trust(command: str, option: str):
    number = ["苏A12345"] if command == "lookup" else []
    with pytest.raises(SystemExit, match="2"):
        cli.main([command, *number, option, "x"])


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_every_environment_variable_is_listed():
    found = {name: variables(tree) for name, tree in modules("terminal", "drivers", "keys")}
    assert {name: held for name, held in found.items() if held} == ENVIRONMENT


def variables(tree: ast.Module) -> set[str]:
    """The names of environment variables in a module; a name that is computed is `?`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=key):
                found.add(_named(key))
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[key, *_]):
                found.add(_named(key))
            case ast.Attribute(attr="getenv" | "environb") | ast.Name(id="environ" | "getenv"):
                found.add("?")
            case _:
                pass
    return found


def _named(key: ast.expr) -> str:
    return str(key.value) if isinstance(key, ast.Constant) else "?"


def test_the_plain_directory_belongs_to_the_desk_tool_alone():
    users = {
        name
        for name, tree in modules("terminal", "drivers")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and any("trust_directory" in (node.module or "", alias.name) for alias in node.names)
    }
    assert users == {"terminal/commands/verify.py"}


def test_the_app_is_made_from_a_trust_store_and_nothing_else_that_could_vouch():
    assert {item.name for item in fields(Setup)} == {
        "settings",
        "rig",
        "open_keys",
        "trust_source",
        "updater",
    }


@pytest.mark.parametrize("hours", [0, -1, 8761, 10**9])
def test_the_limit_of_a_trust_set_s_age_cannot_be_taken_away(hours: int):
    sections = {
        "paths": {"state": "state", "identity": "identity"},
        "checks": {"trust_usable_h": hours},
    }
    with pytest.raises(ConfigFault, match="trust_usable_h"):
        config.parse(sections, Path("/srv"))

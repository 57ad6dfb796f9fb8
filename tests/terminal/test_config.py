"""Configurations are read completely, or refused with the name of the key and the expected value."""

from __future__ import annotations

from dataclasses import fields
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from terminal import config
from terminal.errors import ConfigFault

FOLDER = Path("/etc/roadside")


def document() -> dict[str, Any]:
    return {
        "paths": {"state": "state", "identity": "identity"},
    }


def test_the_least_that_is_needed_is_enough_and_paths_start_at_the_file() -> None:
    read = config.parse(document(), FOLDER)
    assert read.paths.state == FOLDER / "state"
    assert (read.trust.source, read.trust.poll_min, read.trust.provinces) == ("", 15, ())
    assert (read.camera.width, read.display.rotation, read.terminal.language) == (1280, 0, "zh")


def test_every_section_can_be_set() -> None:
    content = document() | {
        "camera": {"source": "cv:0", "frames_per_s": 15},
        "display": {"kind": "fb", "rotation": 90, "diagonal_in": 4},
        "panel": {"sound": "buzzer", "torch_pin": 21},
        "signals": {"volume": "off", "loud_alarm": True},
        "checks": {"trust_usable_h": 24, "other_issuers": ["HC1:.*"]},
    }
    read = config.parse(content, FOLDER)
    assert (read.camera.source, read.display.rotation, read.panel.torch_pin) == ("cv:0", 90, 21)
    assert read.display.diagonal_in == 4.0
    assert read.checks.other_issuers == ("HC1:.*",)


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("terminal", "languge", "en", "[terminal] unknown key languge; did you mean language?"),
        ("camera", "frames_per_sec", 30, "did you mean frames_per_s?"),
        ("camera", "zzz", 30, "[camera] unknown key zzz; known are source"),
        ("display", "rotation", 45, "[display] rotation: expected one of 0, 90, 180, 270"),
        ("display", "kind", "hdmi", "expected one of window, kms, fb, offscreen"),
        ("signals", "loud_alarm", 1, "[signals] loud_alarm: expected true or false"),
        ("signals", "volume", "middle", "[signals] volume: expected one of off, low, high"),
        ("camera", "width", True, "[camera] width: expected a whole number"),
        ("camera", "source", "", "[camera] source: expected a text"),
        ("checks", "other_issuers", ["("], "'(' is not a regular expression"),
        ("checks", "other_issuers", "HC1", "expected a list"),
        ("checks", "display_only", ["color"], "[checks] display_only: expected some of colour, type, vin"),
        ("sign_in", "locks_s", 9, "[sign_in] locks_s: expected 10 to 3600"),
        ("camera", "frames_per_s", 0, "[camera] frames_per_s: expected 1 to 240"),
        ("camera", "budget_ms", 0, "[camera] budget_ms: expected 1 to 1000"),
        ("display", "width", -1, "[display] width: expected 1 to 8192"),
        ("display", "diagonal_in", 0.5, "[display] diagonal_in: expected 2.0 to 20.0"),
        ("display", "diagonal_in", "5", "[display] diagonal_in: expected a number"),
        ("checks", "trust_usable_h", 0, "[checks] trust_usable_h: expected 1 to 8760"),
        ("registry", "port", 70_000, "[registry] port: expected 1 to 65535"),
        ("registry", "wait_s", 0, "[registry] wait_s: expected 1 to 60"),
        ("upload", "interval_min", 0, "[upload] interval_min: expected 1 to 1440"),
        ("upload", "retention_days", -1, "[upload] retention_days: expected 0 to 3660"),
        ("registry", "provinces", ["苏", "江苏"], "[registry] provinces: expected some of 京津"),
    ],
)
def test_a_wrong_key_or_value_is_named(section: str, key: str, value: object, said: str) -> None:
    content = document() | {"registry": {"host": "h"}}
    content.setdefault(section, {})[key] = value
    with pytest.raises(ConfigFault) as refused:
        config.parse(content, FOLDER)
    assert said in refused.value.detail


@pytest.mark.parametrize(("section", "key"), [("paths", "state")])
def test_a_missing_key_is_named(section: str, key: str) -> None:
    content = document()
    del content[section][key]
    with pytest.raises(ConfigFault, match=rf"\[{section}\] missing key {key}"):
        config.parse(content, FOLDER)


def test_an_unknown_section_and_a_section_that_is_none_are_named() -> None:
    with pytest.raises(ConfigFault, match="unknown key camra; did you mean camera"):
        config.parse(document() | {"camra": {}}, FOLDER)
    with pytest.raises(ConfigFault, match=r"a section \[camera\] is expected"):
        config.parse(document() | {"camera": 1}, FOLDER)


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="No such file"):
        config.read(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[terminal\n", encoding="utf-8")
    with pytest.raises(ConfigFault, match=r"broken\.toml: .*line 1"):
        config.read(broken)


def test_two_parts_on_one_pin_are_refused_with_both_names() -> None:
    usual = config.PanelSettings()
    parts = [item.name for item in fields(usual) if item.name.endswith("_pin")]
    assert len(parts) == 9
    for name, other in combinations(parts, 2):
        wanted = document() | {"panel": {other: (pin := getattr(usual, name))}}
        with pytest.raises(ConfigFault, match=rf"\[panel\] {other}: pin {pin} is taken by {name}"):
            config.parse(wanted, FOLDER)

"""One TOML file becomes one frozen Config; an unknown, missing or ill-typed key refuses to start, by name."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from terminal.errors import ConfigFault
from terminal.registry import topics
from terminal.vehicle.tables import PROVINCES

T = TypeVar("T")

Language = Literal["zh", "en"]
Rotation = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class Terminal:
    """Who checks, and with what."""

    number: str
    officer: str
    shift: str
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things lie; a relative path starts at the configuration file."""

    state: Path
    trust: Path
    key: Path
    offline: Path | None = None
    """The folder of the offline list."""
    fonts: Path = Path("/usr/share/fonts/opentype/noto")


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera: `pi`, or `cv:` and a device, a video or a folder."""

    source: str = "pi"
    width: int = 1280
    height: int = 720
    frames_per_s: int = 30
    budget_ms: int = 15
    """CPU time for reading a frame; less than a frame's interval leaves none waiting."""


@dataclass(frozen=True, slots=True)
class Display:
    """The screen: how it is reached and how it is mounted."""

    kind: Literal["window", "kms", "fb", "offscreen"] = "kms"
    width: int = 480
    height: int = 800
    rotation: Rotation = 0
    night: bool = False
    """Light on dark."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Sound, light, vibration and buttons, by their BCM pin numbers."""

    sound: Literal["buzzer", "tone"] = "tone"
    loud_alarm: bool = False
    """An alarm is discreet unless this is set."""
    buzzer_pin: int = 12
    vibration_pin: int = 13
    red_pin: int = 5
    green_pin: int = 6
    blue_pin: int = 26
    torch_pin: int = 23
    trigger_pin: int = 17
    confirm_pin: int = 27
    back_pin: int = 22


@dataclass(frozen=True, slots=True)
class Checks:
    """What a fleet may set about verification."""

    trust_fresh_h: int = 24
    trust_usable_h: int = 168
    offline_usable_days: int = 35
    """An offline list that is older gives alarms alone."""
    other_issuers: tuple[str, ...] = ()
    """Patterns (whole text) of other issuers' codes."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry's broker, and this terminal's TLS identity."""

    host: str
    ca: Path
    certificate: Path
    key: Path
    port: int = 8883
    wait_s: int = 3
    """How long an answer is waited for."""
    provinces: tuple[str, ...] = ()
    """Whose hot lists are taken; none: all."""


@dataclass(frozen=True, slots=True)
class Upload:
    """When records go to the registry by themselves, and how long they stay afterwards."""

    interval_min: int = 15
    retention_days: int = 30


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that may be set."""

    terminal: Terminal
    paths: Paths
    camera: Camera = field(default_factory=Camera)
    display: Display = field(default_factory=Display)
    panel: Panel = field(default_factory=Panel)
    checks: Checks = field(default_factory=Checks)
    registry: Registry | None = None
    upload: Upload = field(default_factory=Upload)


def read(path: Path) -> Config:
    """The configuration in a file. Raises ConfigFault, whose detail names the key and what was meant."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigFault(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFault(f"{path}: {error}") from error
    return parse(content, path.parent)


def parse(content: dict[str, Any], folder: Path) -> Config:
    """The configuration that a TOML document says; `folder` is where relative paths start."""
    config = _section(Config, content, "", folder)
    _require_sound_names(config)
    for pattern in config.checks.other_issuers:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigFault(f"[checks] other_issuers: {pattern!r} is no pattern: {error}") from error
    return config


def _require_sound_names(config: Config) -> None:
    """What messages and topics carry must be writable, and a hot list that is to be taken must exist."""
    try:
        topics.link(config.terminal.number)
    except ValueError as error:
        raise ConfigFault("[terminal] number: must be without / + # and NUL") from error
    for name in ("number", "officer", "shift"):
        if not unicodedata.is_normalized("NFC", getattr(config.terminal, name)):
            raise ConfigFault(f"[terminal] {name}: not in Unicode's composed form (NFC)")
    for province in config.registry.provinces if config.registry else ():
        if province not in PROVINCES:
            raise ConfigFault(f"[registry] provinces: expected some of {''.join(PROVINCES)}")


def _section(kind: type[T], content: dict[str, Any], name: str, folder: Path) -> T:
    hints = get_type_hints(kind)
    where = f"[{name}] " if name else ""
    for key in content:
        if key not in hints:
            meant = get_close_matches(key, hints, n=1, cutoff=0.5)
            hint = f"; did you mean {meant[0]}?" if meant else f"; known are {', '.join(hints)}"
            raise ConfigFault(f"{where}unknown key {key}{hint}")
    values: dict[str, Any] = {}
    for item in fields(kind):  # type: ignore[arg-type]  # every kind here is a dataclass
        if item.name in content:
            values[item.name] = _value(hints[item.name], content[item.name], f"{where}{item.name}", folder)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ConfigFault(f"{where}missing key {item.name}")
    return kind(**values)


def _value(hint: Any, value: Any, where: str, folder: Path) -> Any:  # noqa: ANN401 - TOML's values are any
    if get_origin(hint) is UnionType:
        hint = get_args(hint)[0]  # what may be left out is of this type where it is there
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise ConfigFault(f"{where}: a section [{where}] is expected")
        return _section(hint, value, where, folder)
    if get_origin(hint) is Literal:
        choices = get_args(hint)
        if type(value) is not type(choices[0]) or value not in choices:
            raise ConfigFault(f"{where}: expected one of {', '.join(map(str, choices))}")
        return value
    if hint is Path:
        return folder / _typed(str, value, where)
    if get_origin(hint) is tuple:
        return tuple(_typed(str, item, where) for item in _typed(list, value, where))
    found = _typed(hint, value, where)
    least, most = _RANGES.get(where, (None, None))
    if least is not None and not least <= found <= most:
        raise ConfigFault(f"{where}: expected {least} to {most}")
    return found


_RANGES = {
    "[camera] width": (1, 8192),
    "[camera] height": (1, 8192),
    "[camera] frames_per_s": (1, 240),
    "[camera] budget_ms": (1, 1000),
    "[display] width": (1, 8192),
    "[display] height": (1, 8192),
    "[checks] trust_fresh_h": (1, 8760),
    "[checks] trust_usable_h": (1, 8760),
    "[checks] offline_usable_days": (1, 3660),
    "[registry] port": (1, 65535),
    "[registry] wait_s": (1, 60),  # the registry refuses what is older
    "[upload] interval_min": (1, 1440),
    "[upload] retention_days": (0, 3660),
}
"""The least and the most of numbers that would stop the terminal, or a thread of it, when they are used."""
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}


def _typed(kind: type[T], value: Any, where: str) -> T:  # noqa: ANN401 - TOML's values are any
    if type(value) is not kind or (kind is str and not value):
        raise ConfigFault(f"{where}: expected {_NAMES[kind]}")
    return value

"""Configuration: a TOML file, validated into a frozen Config. Invalid keys and values are refused by name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from terminal import limits
from terminal.errors import ConfigFault
from terminal.model import ComparedField
from terminal.vehicle.tables import PROVINCES

T = TypeVar("T")

Language = Literal["zh", "en"]
Rotation = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """The language of the screens."""

    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Paths:
    """File locations; relative paths start at the configuration file."""

    state: Path
    identity: Path
    """Folder that enrolment made (`terminal.identity`)."""
    fonts: Path = Path("/usr/share/fonts/opentype/noto")


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Camera: `pi`, or `cv:` followed by a device, a video or a folder."""

    source: str = "pi"
    width: int = 1280
    height: int = 720
    frames_per_s: int = 30
    budget_ms: int = limits.FRAME_BUDGET_MS
    """CPU time for reading a frame, ms; keep it below the frame interval so that no frame has to wait."""


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """Display driver and mounting."""

    kind: Literal["window", "kms", "fb", "offscreen"] = "kms"
    width: int = 480
    height: int = 800
    diagonal_in: float = 5.0
    """Diagonal of the visible area, inches: type and keys are drawn in millimetres."""
    rotation: Rotation = 0
    night: bool = False
    """Light text on a dark ground."""
    rests_s: int = limits.DISPLAY_RESTS_S
    """Time without a press, a touch or a code after which display and camera rest, s."""


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """Sound, lamp, vibration and buttons, by BCM pin number."""

    sound: Literal["buzzer", "tone"] = "tone"
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
class SignalSettings:
    """Loudness of the signals."""

    volume: Literal["off", "low", "high"] = "high"
    """`off` is the silent mode: lamp and vibration go on."""
    vibration: bool = True
    """Verdicts vibrate; alarms always do."""
    loud_alarm: bool = False
    """Alarms are discreet unless this is set."""


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Verification policy of a fleet."""

    trust_fresh_h: int = limits.TRUST_FRESH_H
    trust_usable_h: int = limits.TRUST_USABLE_H
    offline_usable_days: int = limits.OFFLINE_USABLE_DAYS
    """Older offline lists yield alarms only."""
    verdict_fades_s: int = limits.VERDICT_FADES_S
    """Age, s, at which a verdict that lets a vehicle go loses its colour and states its age."""
    verdict_hides_s: int = limits.VERDICT_HIDES_S
    """Age, s, at which such a verdict is hidden and a new check is offered."""
    other_issuers: tuple[str, ...] = ()
    """Regular expressions that match the whole text of other issuers' codes."""
    display_only: tuple[str, ...] = ()
    """Fields (`ComparedField`) that are compared and shown, but decide nothing."""


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """Where the trust set comes from; whom it is believed from is the identity's root alone."""

    source: str = ""
    """An address that begins with https://, or a folder; empty for updates by hand, as from a USB stick."""
    poll_min: int = 15
    """Interval of updates, minutes."""
    provinces: tuple[str, ...] = ()
    """Provinces, besides the terminal's own, whose register of issued codes and offline list are taken."""
    expires_days: int = 60
    """Age of the trust set at which lists, roster and enforcement keys are removed, days."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry's broker."""

    host: str
    port: int = 8883
    wait_s: int = 3
    """Timeout of a lookup, s."""
    provinces: tuple[str, ...] = ()
    """Provinces whose hot lists are kept; empty for all."""
    enrolment: str | None = None
    """HOST:PORT of the authority's enrolment service, which renews the TLS certificate."""


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """Officers' sessions."""

    locks_s: int = limits.SESSION_LOCKS_S
    """A session locks after so long without a press, a touch or a check, s."""


@dataclass(frozen=True, slots=True)
class UploadSettings:
    """Interval of automatic uploads, and retention of uploaded records."""

    interval_min: int = 15
    retention_days: int = limits.RETENTION_DAYS


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    paths: Paths
    terminal: TerminalSettings = field(default_factory=TerminalSettings)
    camera: CameraSettings = field(default_factory=CameraSettings)
    display: DisplaySettings = field(default_factory=DisplaySettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    signals: SignalSettings = field(default_factory=SignalSettings)
    checks: CheckSettings = field(default_factory=CheckSettings)
    trust: TrustSettings = field(default_factory=TrustSettings)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    registry: Registry | None = None
    upload: UploadSettings = field(default_factory=UploadSettings)


def read(path: Path) -> Config:
    """Read a configuration file. Raises ConfigFault; its detail names the key and the expected value."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigFault(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigFault(f"{path}: {error}") from error
    return parse(content, path.parent)


def parse(content: dict[str, Any], folder: Path) -> Config:
    """Parse a TOML document; `folder` is the base of relative paths. Raises ConfigFault as `read` does."""
    config = _section(Config, content, "", folder)
    config = replace(config, trust=_trust(config.trust, folder))
    _require_provinces(config)
    _require_separate_pins(config.panel)
    for name in config.checks.display_only:
        if name not in set(ComparedField):
            raise ConfigFault(f"[checks] display_only: expected some of {', '.join(ComparedField)}")
    for pattern in config.checks.other_issuers:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigFault(
                f"[checks] other_issuers: {pattern!r} is not a regular expression: {error}"
            ) from error
    return config


def _require_provinces(config: Config) -> None:
    """Require provinces that exist."""
    chosen = {"trust": config.trust.provinces, "registry": config.registry and config.registry.provinces}
    for section, provinces in chosen.items():
        if not set(provinces or ()) <= PROVINCES.keys():
            raise ConfigFault(f"[{section}] provinces: expected some of {''.join(PROVINCES)}")


def _require_separate_pins(panel: PanelSettings) -> None:
    """Require a pin of its own for each part."""
    taken: dict[int, str] = {}
    for item in fields(panel):
        if item.name.endswith("_pin"):
            pin = getattr(panel, item.name)
            if pin in taken:
                raise ConfigFault(f"[panel] {item.name}: pin {pin} is taken by {taken[pin]}")
            taken[pin] = item.name


def _trust(trust: TrustSettings, folder: Path) -> TrustSettings:
    """Return the settings with the path of a source that is a folder, which may be relative to `folder`."""
    source = trust.source
    if not source or source.startswith("https://"):
        return trust
    if "://" in source:
        raise ConfigFault("[trust] source: expected an address that begins with https://, or a folder")
    return replace(trust, source=str(folder / source))


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
        hint = get_args(hint)[0]  # optional: use the type it has if present
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


_RANGES: dict[str, tuple[float, float]] = {
    "[camera] width": (1, 8192),
    "[camera] height": (1, 8192),
    "[camera] frames_per_s": (1, 240),
    "[camera] budget_ms": (1, 1000),
    "[display] width": (1, 8192),
    "[display] height": (1, 8192),
    "[display] diagonal_in": (2.0, 20.0),
    "[display] rests_s": (10, 3600),
    "[checks] trust_fresh_h": (1, 8760),
    "[checks] trust_usable_h": (1, 8760),
    "[checks] offline_usable_days": (1, 3660),
    "[checks] verdict_fades_s": (1, limits.DAY_S),
    "[checks] verdict_hides_s": (1, limits.DAY_S),
    "[trust] poll_min": (1, 1440),
    "[trust] expires_days": (60, 3660),
    "[sign_in] locks_s": (10, 3600),
    "[registry] port": (1, 65535),
    "[registry] wait_s": (1, 60),  # the registry refuses what is older
    "[upload] interval_min": (1, 1440),
    "[upload] retention_days": (0, 3660),
}
"""Ranges of numbers that would otherwise stop the terminal or one of its threads when used."""
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}


def _typed(kind: type[T], value: Any, where: str) -> T:  # noqa: ANN401 - TOML's values are any
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (kind is str and not value):
        raise ConfigFault(f"{where}: expected {_NAMES[kind]}")
    return value

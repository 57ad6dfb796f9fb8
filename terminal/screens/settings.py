"""The settings of this device that an officer changes: they take effect at once and are kept on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from terminal.screens.values import LastSeen, Status


class Setting(StrEnum):
    """The settings, in the order of their rows; each is a field of DeviceSettings."""

    BRIGHTNESS = "brightness"
    VOLUME = "volume"
    VIBRATION = "vibration"
    LANGUAGE = "language"
    THEME = "theme"


SettingValue: TypeAlias = int | str | bool
CHOICES: dict[Setting, tuple[SettingValue, ...]] = {
    Setting.BRIGHTNESS: (1, 2, 3, 4, 5),
    Setting.VOLUME: ("off", "low", "high"),
    Setting.VIBRATION: (True, False),
    Setting.LANGUAGE: ("zh", "en"),
    Setting.THEME: ("day", "night", "auto"),
}
"""Values of each setting, from left to right. Brightness 5 is the brightest; volumes are those of `Volume`;
theme `auto` follows the trusted clock.
"""


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """A value of CHOICES for each setting."""

    brightness: int = 5
    volume: str = "high"
    vibration: bool = True
    """False: only alarms vibrate."""
    language: str = "zh"
    theme: str = "day"

    def value(self, setting: Setting) -> SettingValue:
        """Return the value of a setting."""
        found: SettingValue = getattr(self, setting)
        return found

    def with_value(self, setting: Setting, value: SettingValue) -> DeviceSettings:
        """Return the settings with another value. Raises ValueError for one that is not in CHOICES."""
        if not any(value == one and type(value) is type(one) for one in CHOICES[setting]):
            raise ValueError(f"{setting} cannot be {value!r}")
        return DeviceSettings(**{**asdict(self), setting.value: value})

    def following(self, setting: Setting) -> DeviceSettings:
        """Return the settings with the next value of a setting; after the last comes the first."""
        choices = CHOICES[setting]
        place = choices.index(self.value(setting))
        return self.with_value(setting, choices[(place + 1) % len(choices)])


@dataclass(frozen=True, slots=True)
class SettingsScreen:
    """The settings and their present values, changed by a touch, or by TRIGGER and CONFIRM."""

    status: Status
    settings: DeviceSettings | None = None
    """None until they are told."""
    marked: Setting = Setting.BRIGHTNESS
    """The setting that CONFIRM changes; TRIGGER marks the next one."""
    seen: LastSeen | None = None


@dataclass(frozen=True, slots=True)
class SettingPicked:
    """A value of a setting was touched: its place in CHOICES, from 0."""

    setting: Setting
    place: int


@dataclass(frozen=True, slots=True)
class SettingsTold:
    """The settings in effect."""

    settings: DeviceSettings


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """Read the settings in effect; answered with SettingsTold."""


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Keep these settings and put them into effect; answered with SettingsTold."""

    settings: DeviceSettings

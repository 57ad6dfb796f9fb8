"""The settings of this device in a file of its state folder, replaced atomically and read strictly."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from terminal import atomic_file
from terminal.errors import DeviceSettingsFault
from terminal.screens.settings import CHOICES, DeviceSettings, Setting
from terminal.vehicle.inspection import SHANGHAI

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.config import Config
    from terminal.credential.verify import Moment

FILE = "settings.json"
MOST_BYTES = 1000
NIGHT_FROM_H, NIGHT_TO_H = 19, 6
"""Hours of the day in Shanghai between which the theme `auto` is the night theme."""


def parse(content: bytes) -> DeviceSettings:
    """Parse a settings file: one JSON object with exactly the known keys and values.

    Raises DeviceSettingsFault.
    """
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DeviceSettingsFault("not JSON") from error
    if not isinstance(found, dict) or found.keys() != set(Setting):
        raise DeviceSettingsFault(f"an object of {', '.join(Setting)} is expected")
    settings = DeviceSettings()
    for setting in Setting:
        try:
            settings = settings.with_value(setting, found[setting])
        except ValueError as error:
            expected = ", ".join(map(str, CHOICES[setting]))
            raise DeviceSettingsFault(f"{setting}: expected one of {expected}") from error
    return settings


def write(settings: DeviceSettings) -> bytes:
    """Encode settings as `parse` reads them."""
    return json.dumps(asdict(settings)).encode() + b"\n"


def defaults(config: Config) -> DeviceSettings:
    """Return the settings that a configuration gives to a device without settings of its own."""
    theme = "night" if config.display.night else "day"
    return DeviceSettings(
        volume=config.signals.volume,
        vibration=config.signals.vibration,
        language=config.terminal.language,
        theme=theme,
    )


@dataclass(slots=True)
class KeptSettings:
    """The settings in effect, and their file."""

    folder: Path
    present: DeviceSettings
    """Those of the file; until there is one, the configuration's."""
    fault: DeviceSettingsFault | None = field(default=None, init=False)
    """Why they could not be read or kept."""

    def load(self) -> None:
        """Read the file; without one, or with one that cannot be read, keep the present settings."""
        path = self.folder / FILE
        try:
            with path.open("rb") as file:
                self.present = parse(file.read(MOST_BYTES))
        except FileNotFoundError:
            pass
        except OSError as error:
            self.fault = DeviceSettingsFault(f"{path}: {error.strerror}")
        except DeviceSettingsFault as fault:
            self.fault = DeviceSettingsFault(f"{path}: {fault.detail}")

    def change(self, settings: DeviceSettings) -> None:
        """Put settings into effect, and keep them; they are in effect even if they could not be kept."""
        self.present, self.fault = settings, None
        path = self.folder / FILE
        try:
            atomic_file.replace(path, write(settings))
        except OSError as error:
            self.fault = DeviceSettingsFault(f"{path}: {error.strerror}")


def is_night(settings: DeviceSettings, moment: Moment) -> bool:
    """Return True if the night theme is to be shown; `auto` is day while the clock is not trusted."""
    if settings.theme != "auto":
        return settings.theme == "night"
    hour = datetime.fromtimestamp(moment.now_s, SHANGHAI).hour
    return moment.clock_trusted and not NIGHT_TO_H <= hour < NIGHT_FROM_H

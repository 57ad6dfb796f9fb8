"""Settings of the device: read strictly, kept atomically, and never a reason not to start."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.credential.verify import Moment
from terminal.errors import DeviceSettingsFault
from terminal.screens.settings import CHOICES, DeviceSettings, Setting
from terminal.services.device_settings import FILE, KeptSettings, is_night, parse, write
from terminal.vehicle.inspection import SHANGHAI

ANY = st.builds(DeviceSettings, **{setting.value: st.sampled_from(CHOICES[setting]) for setting in Setting})


@given(ANY)
def test_what_is_kept_is_read_again(settings: DeviceSettings):
    assert parse(write(settings)) == settings


@given(st.binary(max_size=60))
def test_no_content_raises_anything_but_the_fault(content: bytes):
    with pytest.raises(DeviceSettingsFault):
        parse(content)


@pytest.mark.parametrize(
    "change",
    [
        {"volume": 3},
        {"brightness": 0},
        {"brightness": True},
        {"vibration": 1},
        {"language": "de"},
        {"theme": None},
        {"colour": "red"},
    ],
)
def test_a_value_or_a_key_that_is_not_listed_is_refused(change: dict[str, object]):
    with pytest.raises(DeviceSettingsFault):
        parse(json.dumps(asdict(DeviceSettings()) | change).encode())


def test_a_missing_key_is_refused():
    with pytest.raises(DeviceSettingsFault):
        parse(b'{"volume": "off"}')


def test_settings_outlast_a_restart(tmp_path: Path):
    kept = KeptSettings(tmp_path, DeviceSettings())
    kept.load()
    kept.change(replace(kept.present, language="en", volume="off"))
    again = KeptSettings(tmp_path, DeviceSettings())
    again.load()
    assert again.present == DeviceSettings(language="en", volume="off")
    assert again.fault is None


def test_a_damaged_file_leaves_the_configuration_s_settings_and_is_said(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"\xff")
    kept = KeptSettings(tmp_path, DeviceSettings(language="en"))
    kept.load()
    assert kept.present == DeviceSettings(language="en")
    assert kept.fault is not None
    kept.change(DeviceSettings())
    assert kept.fault is None


def test_settings_that_cannot_be_kept_take_effect_all_the_same(tmp_path: Path):
    kept = KeptSettings(tmp_path / "missing", DeviceSettings())
    kept.change(DeviceSettings(theme="night"))
    assert kept.present.theme == "night"
    assert kept.fault is not None


@pytest.mark.parametrize(
    ("hour", "trusted", "night"),
    [(5, True, True), (6, True, False), (18, True, False), (19, True, True), (23, False, False)],
)
def test_the_automatic_theme_follows_a_clock_that_is_trusted(
    hour: int,
    trusted: bool,  # noqa: FBT001 - a parameter
    night: bool,  # noqa: FBT001 - a parameter
):
    at = datetime(2026, 11, 27, hour, tzinfo=SHANGHAI)
    moment = Moment(at.timestamp(), clock_trusted=trusted)
    assert is_night(DeviceSettings(theme="auto"), moment) is night
    assert is_night(DeviceSettings(theme="night"), moment)

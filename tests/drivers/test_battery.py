"""The battery gauge, read from a folder laid out as the kernel's sysfs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.battery import SysfsBattery
from terminal.device_ports import BatteryReading


def supply(folder: Path, name: str, **attributes: str) -> None:
    (folder / name).mkdir(parents=True)
    for attribute, text in attributes.items():
        (folder / name / attribute).write_text(f"{text}\n", encoding="utf-8")


def test_charge_and_external_power_are_read(tmp_path: Path):
    supply(tmp_path, "AC", type="Mains", online="1")
    supply(tmp_path, "battery", type="Battery", capacity="87", status="Discharging")
    assert SysfsBattery(tmp_path).read() == BatteryReading(87, charging=False)
    (tmp_path / "battery" / "status").write_text("Charging\n")
    assert SysfsBattery(tmp_path).read() == BatteryReading(87, charging=True)


@pytest.mark.parametrize(
    "attributes",
    [
        {"type": "Battery"},
        {"type": "Battery", "capacity": "101"},
        {"type": "Battery", "capacity": "-1"},
        {"type": "Battery", "capacity": "unknown"},
        {"type": "Battery", "capacity": "50", "scope": "Device"},
        {"type": "Mains", "capacity": "50"},
        {"capacity": "50"},
    ],
)
def test_what_gives_no_charge_of_the_terminal_is_no_reading(attributes: dict[str, str], tmp_path: Path):
    supply(tmp_path, "one", **attributes)
    assert SysfsBattery(tmp_path).read() is None


def test_without_power_supplies_there_is_no_reading(tmp_path: Path):
    assert SysfsBattery(tmp_path).read() is None
    assert SysfsBattery(tmp_path / "missing").read() is None


@given(st.binary(max_size=6))
def test_no_content_of_an_attribute_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    folder = tmp_path_factory.mktemp("supplies")
    supply(folder, "one", type="Battery", capacity="50")
    (folder / "one" / "capacity").write_bytes(content)
    reading = SysfsBattery(folder).read()
    assert reading is None or 0 <= reading.percent <= 100

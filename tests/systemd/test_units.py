"""The systemd units are valid and hardened; a weakened or misspelt one is refused."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from terminal import cli
from terminal.app import HALT_S

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))
DROP_IN = ROOT / "systemd" / "mosquitto" / "roadside-drop-in.conf"
SERVICE = ROOT / "systemd" / "roadside.service"
SYSUSERS = ROOT / "systemd" / "roadside.sysusers"
MOST_EXPOSED = 1.5


def check(unit: Path) -> subprocess.CompletedProcess[str]:
    """Run scripts/check on one unit."""
    script = ROOT / "scripts" / "check-units"
    return subprocess.run([script, unit], capture_output=True, text=True, check=False)


def changed(folder: Path, pattern: str, replacement: str) -> Path:
    """Return a copy of the service with every matching line replaced; at least one must match."""
    text, count = re.subn(pattern, replacement, SERVICE.read_text(), flags=re.MULTILINE)
    assert count, pattern
    unit = folder / SERVICE.name
    unit.write_text(text)
    return unit


def settings(unit: Path = SERVICE) -> dict[str, list[str]]:
    """Return every setting of a unit with its values in order."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(), flags=re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_systemd_accepts_the_service_and_finds_it_closed():
    done = check(SERVICE)
    assert done.returncode == 0, done.stderr
    exposure = re.search(r"exposure level for roadside\.service: ([\d.]+)", done.stdout)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSED


@pytest.mark.parametrize(
    "opened",
    [
        r"^(User|Group|SupplementaryGroups)=.*$",
        r"^(CapabilityBoundingSet|NoNewPrivileges)=.*$",
        r"^(SystemCallFilter|SystemCallArchitectures)=.*$",
        r"^Protect\w+=.*$",
        r"^Restrict\w+=.*$",
    ],
)
def test_a_service_opened_up_is_refused(tmp_path: Path, opened: str):
    done = check(changed(tmp_path, opened, ""))
    assert done.returncode == 1
    assert "exposure level" in done.stderr


def test_a_misspelt_setting_is_refused(tmp_path: Path):
    done = check(changed(tmp_path, "^WatchdogSec=", "WatchDogSec="))
    assert done.returncode == 1
    assert "WatchDogSec" in done.stderr


def test_a_program_that_stands_elsewhere_is_refused(tmp_path: Path):
    done = check(changed(tmp_path, r"^ExecStart=\S+", "ExecStart=/opt/elsewhere/roadside"))
    assert done.returncode == 1
    assert "/opt/elsewhere/roadside" in done.stderr


def test_the_users_file_makes_the_service_its_user_and_every_group_it_names(tmp_path: Path):
    folder = tmp_path / "etc" / "sysusers.d"
    folder.mkdir(parents=True)
    (folder / "roadside.conf").write_text(SYSUSERS.read_text())
    command = ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", "roadside.conf"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    made = set(re.findall(r"Creating (user|group) '([\w-]+)'", done.stdout + done.stderr))
    named = settings()
    groups = [*named["Group"], *named["SupplementaryGroups"][0].split()]
    debian_has = {"audio", "video"}
    assert made == {("user", *named["User"]), *(("group", group) for group in {*groups} - debian_has)}


def test_every_device_kind_of_the_camera_and_the_screen_is_loaded_before_the_service():
    loaded = (ROOT / "systemd" / "roadside.modules-load").read_text().split()
    allowed = {device.split()[0] for device in settings()["DeviceAllow"]}
    core = {"char-video4linux": "videodev", "char-media": "mc", "char-drm": "drm"}
    assert {core[kind] for kind in allowed & core.keys()} <= set(loaded)


def test_a_fault_that_is_shown_at_the_start_is_over_well_before_the_watchdog_bites():
    (watchdog_s,) = settings()["WatchdogSec"]
    assert float(watchdog_s) / 2 >= HALT_S


def test_the_drop_in_of_the_broker_is_checked_with_the_distributions_unit(tmp_path: Path):
    done = check(DROP_IN)
    assert done.returncode == 0, done.stderr
    assert "exposure level for mosquitto.service" in done.stdout
    weakened = tmp_path / "mosquitto" / DROP_IN.name
    weakened.parent.mkdir()
    weakened.write_text(re.sub(r"^Protect\w+=.*$", "", DROP_IN.read_text(), flags=re.MULTILINE))
    assert check(weakened).returncode == 1


@pytest.mark.parametrize("unit", [*UNITS, DROP_IN], ids=lambda unit: unit.name)
def test_no_unit_runs_as_root_or_without_a_limit_of_memory(unit: Path):
    named = settings(unit)
    assert named["User"] != ["root"]
    assert named["MemoryMax"]
    assert named["NoNewPrivileges"] == ["yes"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_without_the_internet_denies_every_address(unit: Path):
    named = settings(unit)
    on_line = "AF_INET" in " ".join(named["RestrictAddressFamilies"])
    assert on_line or named["IPAddressDeny"] == ["any"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_gives_a_command_that_the_terminal_has(unit: Path):
    (command,) = settings(unit)["ExecStart"]
    program, *words = command.split()
    if program == "/opt/roadside/.venv/bin/roadside":
        chosen = cli._parser().parse_args(words)  # noqa: SLF001 - main would carry it out
        assert callable(chosen.carry_out)


def test_the_fault_screen_stays_until_starts_are_counted_anew():
    fault = settings(ROOT / "systemd" / "roadside-fault.service")
    (shown_s,) = re.findall(r"--seconds (\d+)", fault["ExecStart"][0])
    (interval_s,), (burst,) = settings()["StartLimitIntervalSec"], settings()["StartLimitBurst"]
    assert settings()["OnFailure"] == ["roadside-fault.service"]
    assert fault["OnSuccess"] == fault["OnFailure"] == ["roadside.service"]
    assert float(shown_s) >= float(interval_s)
    assert float(burst) * HALT_S > float(interval_s), (
        "a fault that the terminal shows itself would reach the limit"
    )


def test_every_group_that_udev_gives_a_device_to_is_the_services():
    groups = set(re.findall(r'GROUP="(\w+)"', (ROOT / "systemd" / "roadside.udev").read_text()))
    assert groups <= set(settings()["SupplementaryGroups"][0].split())

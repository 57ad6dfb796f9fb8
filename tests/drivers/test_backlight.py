"""The backlight, set in a folder laid out as the kernel's sysfs."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.backlight import SysfsBacklight


def backlight(folder: Path, most: str, name: str = "10-0045") -> Path:
    (folder / name).mkdir()
    (folder / name / "max_brightness").write_text(most)
    (folder / name / "brightness").write_text("3")
    return folder / name / "brightness"


@pytest.mark.parametrize(("share", "written"), [(1.0, "31"), (0.5, "16"), (0.06, "2"), (0.0, "1")])
def test_a_share_of_the_brightest_is_set_and_never_off(share: float, written: str, tmp_path: Path):
    brightness = backlight(tmp_path, "31\n")
    assert SysfsBacklight(tmp_path).set(share)
    assert brightness.read_text() == written


def test_a_backlight_that_cannot_be_set_is_passed_over(tmp_path: Path):
    broken = backlight(tmp_path, "many", "a")
    works = backlight(tmp_path, "255", "b")
    assert SysfsBacklight(tmp_path).set(0.2)
    assert (broken.read_text(), works.read_text()) == ("3", "51")


def test_without_a_backlight_nothing_is_set(tmp_path: Path):
    assert not SysfsBacklight(tmp_path).set(1.0)
    assert not SysfsBacklight(tmp_path / "missing").set(1.0)
    backlight(tmp_path, "0")
    assert not SysfsBacklight(tmp_path).set(1.0)


def test_a_brightness_that_may_not_be_written_is_reported_as_not_set(tmp_path: Path):
    brightness = backlight(tmp_path, "31")
    brightness.unlink()
    brightness.mkdir()  # a file's mode does not stop root, who may run this test
    assert not SysfsBacklight(tmp_path).set(0.5)

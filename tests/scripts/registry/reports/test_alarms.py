"""Precision counts what was said of each alarm once, and an open alarm has its age."""

from __future__ import annotations

import pytest

from scripts.registry.reports.alarms import HOUR_MS, SourceFigures, alarm_figures
from scripts.registry.reports.checks import AlarmSource, Checked
from tests.scripts.registry.reports.test_figures import ONE, changed
from tests.scripts.registry.request_fixtures import NOW_MS

ALARM = changed(
    ONE, outcome="alarm", alarm_source=AlarmSource.REGISTRY, alarm_word="confirmed", alarm_result="confirmed"
)


def other(number: str, **changes: object) -> Checked:
    """Return an alarm about another vehicle."""
    return changed(ALARM, number=number, **changes)


def test_precision_is_confirmed_out_of_decided_by_source_and_province():
    excluded = {"alarm_word": "not_this_vehicle", "alarm_result": "not_this_vehicle"}
    found = alarm_figures(
        [
            ALARM,
            other("苏A00002"),
            other("苏A00003", **excluded),
            other("苏A00004", alarm_word=None, alarm_result="not_stopped"),
            other("粤B00001", alarm_source=AlarmSource.HOT_LIST, **excluded),
            other("粤B00002", alarm_source=AlarmSource.OFFLINE_LIST, alarm_word=None),
        ],
        NOW_MS,
    ).sources
    assert found == (
        SourceFigures("hot_list", "粤", 0, 1, 0),
        SourceFigures("offline_list", "粤", 0, 0, 1),
        SourceFigures("registry", "苏", 2, 1, 1),
    )
    assert [one.precision for one in found] == [0.0, None, pytest.approx(2 / 3)]


def test_several_checks_of_one_vehicle_in_one_shift_are_one_alarm():
    before = changed(ALARM, alarm_word=None, alarm_result=None)
    assert alarm_figures([before, ALARM], NOW_MS).sources == (SourceFigures("registry", "苏", 1, 0, 0),)
    assert alarm_figures([ALARM, changed(ALARM, shift="next")], NOW_MS).sources[0].confirmed == 2
    assert alarm_figures([changed(ALARM, mistaken=True)], NOW_MS).sources == ()


def test_open_alarms_are_counted_by_age_oldest_first():
    found = alarm_figures(
        [
            other(f"苏A{hours:05}", alarm_result=None, alarm_word=None, at_ms=NOW_MS - int(hours * HOUR_MS))
            for hours in (40, 20, 3, 2, 1, 0)
        ]
        + [ALARM],
        NOW_MS,
    )
    assert found.ages == (2, 2, 1, 1)
    assert [one.plate.number for one in found.open][:2] == ["苏A00040", "苏A00020"]
    assert ALARM not in found.open

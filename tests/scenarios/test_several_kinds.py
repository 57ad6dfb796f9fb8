"""If several vehicles have one number, each is shown and judged, and the officer picks."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keys.key_store import open_store
from scripts.registry.database import Database, register
from terminal.commands import lookup
from terminal.commands.lookup import ANSWERED, NO_ANSWER, LookupArguments
from terminal.errors import InputFault
from terminal.model import Outcome, VehicleFinding
from terminal.registry.messages import VehicleRecord
from terminal.rigs import link_of, trusted_clock
from terminal.screens.check import KindChoice, KindSource
from terminal.services.trust_service import access
from tests.scenarios.conftest import OFFICER

if TYPE_CHECKING:
    from tests.scenarios.conftest import Desk, Registry

STOLEN_AND_NORMAL, STOLEN, NEW_FORM = "苏B71002", "苏B71003", "渝AD0001Z"


def vehicle(number: str, kind: str, letters: str) -> VehicleRecord:
    """Return a vehicle with a valid inspection."""
    return VehicleRecord(
        number=number, kind=kind, vehicle_type="K33", use="A", valid_through=20991231, letters=letters
    )


@pytest.fixture(scope="module")
def several(registry: Registry) -> Registry:
    """A registry with a stolen vehicle of an unlisted kind, alone and together with a normal one."""
    with closing(Database(registry.url)) as database, database.transaction() as connection:
        register(
            connection,
            [
                vehicle(STOLEN_AND_NORMAL, "98", "C"),
                vehicle(STOLEN_AND_NORMAL, "02", "A"),
                vehicle(STOLEN, "98", "C"),
                vehicle(NEW_FORM, "52", "A"),
            ],
        )
    return registry


def look_up(desk: Desk, *question: str) -> int:
    """Run `roadside lookup` at this desk, whose app has ended; return its exit status."""
    desk.stop()
    number, *kind = question
    asked = LookupArguments(
        number,
        kind[0] if kind else None,
        as_json=True,
        officer=OFFICER.number,
        ask_pin=lambda: OFFICER.pin,
    )
    clock, trusted = trusted_clock(desk.settings), access(desk.trust_source())
    return lookup.run(desk.settings, clock, link_of(desk.settings), open_store, trusted, asked)


def shown(desk: Desk) -> KindChoice:
    """Return the list on the screen after the registry has answered."""
    app = desk.app
    assert app is not None
    desk.until(lambda: not isinstance(app.screen, KindChoice) or app.screen.listing is KindSource.REGISTRY)
    assert isinstance(app.screen, KindChoice)
    return app.screen


@pytest.mark.usefixtures("several")
def test_a_stolen_vehicle_of_an_unlisted_kind_is_shown_first_and_nothing_is_chosen(online: Desk) -> None:
    online.play(f"press CONFIRM\ntype {STOLEN_AND_NORMAL}\npress CONFIRM\nexpect kinds\npick unsure")
    assert [(one.kind, one.status.finding) for one in shown(online).found] == [
        ("98", VehicleFinding.ALARM),
        ("02", VehicleFinding.VALID),
    ]
    online.play("pick 98\nexpect alarm not_shown")


@pytest.mark.usefixtures("several")
def test_a_stolen_vehicle_of_an_unlisted_kind_that_is_alone_raises_the_alarm(online: Desk) -> None:
    online.play(f"press CONFIRM\ntype {STOLEN}\npress CONFIRM\npick unsure\nexpect alarm not_shown")


@pytest.mark.usefixtures("several")
def test_an_automated_vehicle_s_number_is_looked_up(online: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    online.play(f"press CONFIRM\ntype {NEW_FORM}\npress CONFIRM\npick 52\nexpect pass not_shown")
    assert look_up(online, NEW_FORM, "52") == ANSWERED
    assert json.loads(capsys.readouterr().out)["outcome"] == Outcome.PASS


@pytest.mark.usefixtures("several")
def test_lookup_chooses_none_of_several(online: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert look_up(online, STOLEN_AND_NORMAL) == ANSWERED
    told = json.loads(capsys.readouterr().out)
    assert told["outcome"] == Outcome.UNDETERMINED
    assert [(one["kind"], one["vehicle"]) for one in told["vehicles"]] == [("98", "alarm"), ("02", "valid")]


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("question", [(STOLEN,), (STOLEN_AND_NORMAL, "98")])
def test_lookup_judges_the_only_one_and_the_one_that_is_named(
    online: Desk, capsys: pytest.CaptureFixture[str], question: tuple[str, ...]
) -> None:
    assert look_up(online, *question) == ANSWERED
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["outcome"]) == ("98", Outcome.ALARM)


def test_lookup_takes_a_number_of_a_form_that_no_table_has_and_refuses_what_can_be_none(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert look_up(desk, "京AD00Z1Z", "52") == NO_ANSWER  # nobody listens on the laboratory's port
    assert json.loads(capsys.readouterr().out)["outcome"] == Outcome.UNDETERMINED
    for number, kind in (("京A1", "52"), ("京ad0001z", "52"), ("京AD0001Z", "5"), ("京AD0001Z", "小型")):
        with pytest.raises(InputFault):
            look_up(desk, number, kind)

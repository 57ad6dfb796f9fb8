"""Rules of a trust set come into force by the trusted clock, and records name them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from terminal.credential.verify import Moment
from terminal.errors import RulesFault
from terminal.journal.entry import Event, EventKind, Rules
from terminal.services import rules_in_force
from terminal.services.recorder import PACKAGE_RULES
from terminal.services.rules_in_force import RulesInForce
from terminal.vehicle import tables
from terminal.wire import cbor

MADE_S, FROM_S = 1_790_000_000, 1_790_100_000


@pytest.fixture(autouse=True)
def package_rules() -> Iterator[None]:
    yield
    tables.put_in_force(None)


def target(serial: int, from_s: int = FROM_S, **changes: str) -> bytes:
    """A target whose outcome `pass` has the serial in its title."""
    texts = {name: tables.content(name) for name in tables.RULES} | changes
    texts.setdefault("outcomes", tables.content("outcomes"))
    texts["outcomes"] = texts["outcomes"].replace("放行,", f"放行{serial},")
    return cbor.write({1: serial, 2: from_s, 3: {n: texts[name] for n, name in enumerate(tables.RULES, 1)}})


def loaded(**targets: bytes) -> RulesInForce:
    held = RulesInForce()
    held.load({f"rules/{name.removeprefix('n')}.cbor": content for name, content in targets.items()}, MADE_S)
    return held


def title() -> str:
    return tables.OUTCOMES["pass"]["title_zh"]


def test_rules_come_into_force_at_their_time_and_records_name_them():
    held = loaded(n3=target(3))
    assert held.poll(Moment(FROM_S - 1)) is None
    assert (title(), held.named) == ("放行", PACKAGE_RULES)
    assert held.poll(Moment(FROM_S)) == Event(EventKind.TRUST, "rules 3 are in force")
    assert (title(), held.named) == ("放行3", Rules(3))
    assert held.poll(Moment(FROM_S + 1)) is None


def test_of_several_whose_time_has_come_the_highest_serial_is_in_force():
    held = loaded(n3=target(3), n5=target(5, FROM_S - 10), n7=target(7, FROM_S + 10))
    held.poll(Moment(FROM_S))
    assert held.named == Rules(5)
    held.poll(Moment(FROM_S + 10))
    assert held.named == Rules(7)


def test_an_untrusted_clock_puts_in_force_what_was_due_when_the_set_was_made():
    held = loaded(n3=target(3, MADE_S), n4=target(4, MADE_S + 1))
    held.poll(Moment(FROM_S, clock_trusted=False))
    assert held.named == Rules(3)


def test_rules_that_a_newer_set_has_no_more_are_taken_back():
    held = loaded(n3=target(3))
    held.poll(Moment(FROM_S))
    held.load({}, MADE_S)
    assert held.poll(Moment(FROM_S)) == Event(EventKind.TRUST, "rules 0 are in force")
    assert (title(), held.named) == ("放行", PACKAGE_RULES)


def test_rules_that_are_refused_leave_those_below_in_force():
    unsound = target(4, vehicle_status=tables.content("vehicle_status").replace(",alarm,", ",caution,"))
    held = loaded(n3=target(3), n4=unsound)
    held.poll(Moment(FROM_S))
    assert held.named == Rules(3)
    (fault,) = held.faults
    assert "rules/4.cbor: vehicle_status: C is caution" in fault.detail


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rules/4.cbor", b"\xa0"),
        ("rules/4.cbor", b"not CBOR"),
        ("rules/4.cbor", target(5)),
        ("rules/0.cbor", target(0)),
        ("rules/4.cbor", cbor.write({1: 4, 2: 0, 3: {1: "credential,vehicle\n"}})),
        ("rules/4.cbor", cbor.write({1: 4, 2: 0, 3: dict.fromkeys(range(1, 9), b"x")})),
        ("rules/4.cbor", cbor.write({1: 4, 2: -1, 3: {}})),
    ],
)
def test_a_target_of_another_form_is_refused(name: str, content: bytes):
    with pytest.raises(RulesFault, match=name):
        rules_in_force.read(name, content)


def test_rules_with_the_same_serial_and_another_content_are_put_in_force():
    held = loaded(n3=target(3))
    held.poll(Moment(FROM_S))
    held.load({"rules/3.cbor": target(3, FROM_S - 1)}, MADE_S)
    assert held.poll(Moment(FROM_S)) is not None

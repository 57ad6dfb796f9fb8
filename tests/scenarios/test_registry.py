"""Both answers in one check: a real terminal, a real mosquitto over mutual TLS, and a real registry."""

from __future__ import annotations

import signal
import ssl
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from drivers.clock import ManualClock
from terminal.journal import database
from terminal.journal.entry import Check
from terminal.journal.recovery import NAME
from terminal.model import LookupState, Outcome, RefusalReason, Subject, VehicleFinding
from terminal.ports import Incoming
from terminal.registry.lookup import Drop
from terminal.rigs import link_of
from terminal.screens.alarms import Alarm
from terminal.screens.check import KindChoice, KindSource, Result
from tests.scenarios.conftest import SIGN_IN_RECORDS
from tests.scenarios.overhearing import Overhearing
from tests.scenarios.test_checks import entries
from tests.scenarios.test_network_faults import connect

if TYPE_CHECKING:
    from pathlib import Path

    from terminal.app import App
    from tests.scenarios.conftest import Desk, Registry

FRESH_S = 60.0
"""Age, s, up to which a registry answers a request (wire format, section 5)."""


def verdict(app: App) -> tuple[Outcome, VehicleFinding, Subject | None]:
    """Return the verdict of the result or the alarm on the screen."""
    assert isinstance(app.screen, Result | Alarm)
    shown = app.screen.judged.verdict
    return shown.outcome, shown.status.finding, shown.subject


def records(desk: Desk) -> int:
    """Return the number of records after those of the sign-in."""
    with closing(database.connect_read_only(desk.settings.paths.state / NAME)) as db:
        return database.load(db).head.seq - SIGN_IN_RECORDS


def answered(desk: Desk) -> App:
    """Wait until the registry has answered for the result on the screen."""
    assert desk.app is not None
    app = desk.app
    desk.until(lambda: isinstance(app.screen, Result) and app.screen.judged.lookup is LookupState.ANSWERED)
    return app


def test_a_genuine_code_is_asked_about_and_passes_once_the_vehicle_is_confirmed(
    online: Desk,
) -> None:
    online.play("show phone.jpg\nexpect compare ok")
    app = answered(online)
    assert verdict(app) == (Outcome.PROVISIONAL, VehicleFinding.VALID, Subject.CODE)
    online.play("press CONFIRM\nexpect pass ok")
    assert verdict(app) == (Outcome.PASS, VehicleFinding.VALID, Subject.CONFIRMED)
    assert records(online) == 3  # the check, the answer, the confirmation


def test_a_scenario_that_takes_longer_than_requests_may_be_old_is_answered(
    desk: Desk, registry: Registry
) -> None:
    elapsed_s = 0.0
    desk.rig.clock = ManualClock(time.time() - 2 * FRESH_S, elapsed_s=lambda: elapsed_s)
    connect(desk, registry.port)
    elapsed_s = 2 * FRESH_S
    desk.play("show phone.jpg\nexpect compare ok")
    assert verdict(answered(desk)) == (Outcome.PROVISIONAL, VehicleFinding.VALID, Subject.CODE)


def test_last_months_code_of_a_vehicle_in_validity_passes_too(online: Desk) -> None:
    online.play("show last-month.jpg\nexpect compare expired\npress CONFIRM\nexpect pass expired")


def test_a_code_that_could_not_be_verified_is_not_asked_about_until_a_plate_is_entered(online: Desk) -> None:
    online.play("show unknown-key.jpg\nexpect undetermined unknown_key")
    app = online.app
    assert app is not None
    assert isinstance(app.screen, Result)
    assert (app.screen.judged.plate, app.screen.judged.lookup) == (None, LookupState.NOT_ASKED)
    online.play(
        "press CONFIRM\nexpect entry\ntype 苏A12345\npress CONFIRM\nexpect kinds\npick 02\nexpect pass"
    )
    assert verdict(app) == (Outcome.PASS, VehicleFinding.VALID, Subject.TYPED)


def test_a_forged_code_never_passes_even_where_the_vehicle_is_valid(online: Desk) -> None:
    online.play("show digit-changed.jpg\nexpect caution bad_signature\npress CONFIRM\ntype 苏A12345")
    online.play("press CONFIRM\npick 02\nexpect caution bad_signature")
    assert verdict(answered(online)) == (Outcome.CAUTION, VehicleFinding.VALID, Subject.TYPED)


def test_a_code_that_was_never_issued_is_reported_at_once(online: Desk) -> None:
    app = online.app
    assert app is not None
    keeper = app.services.checks.recorder
    online.play("show phone.jpg\nexpect compare\npress TRIGGER\nclear\nwait 1\nexpect ready")
    assert keeper.unreceipted == keeper.head.seq  # it is not yet time for an upload
    online.play("show never-issued.jpg\nexpect compare not_issued")
    assert isinstance(app.screen, Result)
    seq = app.screen.judged.seq
    online.until(lambda: keeper.head.seq - keeper.unreceipted >= seq)


def test_another_plate_than_the_code_s_is_other_vehicle(online: Desk) -> None:
    online.play("show phone.jpg\nexpect compare\npress BACK\nexpect entry\ntype 苏A20001")
    online.play("press CONFIRM\npick 02\nexpect overdue other_vehicle")


@pytest.mark.parametrize(
    ("number", "kind", "outcome"),
    [
        ("苏A12345", "02", "pass"),
        ("苏A20002", "02", "overdue"),
        ("苏A30010", "02", "caution"),
        ("苏A40000", "02", "off_road"),
        ("苏A60003", "02", "caution"),
        ("苏A99999", "02", "caution"),
        ("苏AD12345", "52", "pass"),
        ("苏E2345学", "17", "pass"),
    ],
)
def test_nothing_shown_and_a_plate_entered(online: Desk, number: str, kind: str, outcome: str) -> None:
    online.play(f"press CONFIRM\ntype {number}\npress CONFIRM\npick {kind}\nexpect {outcome} not_shown")


def test_the_officer_who_cannot_tell_the_kind_picks_from_the_registry_s(online: Desk) -> None:
    online.play("press CONFIRM\ntype 苏B70001\npress CONFIRM\nexpect kinds\npick unsure")
    app = online.app
    assert app is not None
    online.until(lambda: isinstance(app.screen, KindChoice) and app.screen.listing is KindSource.REGISTRY)
    assert isinstance(app.screen, KindChoice)
    assert app.screen.kinds == ("02", "01", "07")  # the one with a caution first
    online.play("pick 07\nexpect pass not_shown")


def test_a_vehicle_put_on_the_hot_list_raises_the_alarm_at_the_next_check(
    online: Desk, registry: Registry
) -> None:
    app = online.app
    assert app is not None
    hotlist = app.services.checks.lists.hotlist
    assert hotlist is not None
    online.until(lambda: hotlist.age_s(online.rig.clock.now_s()) is not None)
    before = hotlist.position("苏").seq
    registry.put("苏A12345", "02", "C")
    online.until(lambda: hotlist.position("苏").seq > before)
    online.play("show phone.jpg\nexpect alarmed\npress TRIGGER\nexpect alarm ok")
    online.until(lambda: isinstance(app.screen, Alarm) and app.screen.judged.lookup is LookupState.ANSWERED)
    online.play("hold CONFIRM\npress TRIGGER\nexpect ready")
    registry.put("苏A12345", "02", "")
    online.until(lambda: hotlist.position("苏").seq > before + 1)
    online.play("clear\nwait 5\nshow phone.jpg\nexpect compare ok")


def test_a_pushed_change_alone_raises_the_alarm_while_nobody_answers(
    online: Desk, registry: Registry, laboratory: Path
) -> None:
    app = online.app
    assert app is not None
    hotlist = app.services.checks.lists.hotlist
    assert hotlist is not None
    online.until(lambda: hotlist.age_s(online.rig.clock.now_s()) is not None)
    before = hotlist.position("苏").seq
    registry.put("苏A12345", "02", "C")
    online.until(lambda: hotlist.position("苏").seq > before)
    registry.process.send_signal(signal.SIGSTOP)
    try:
        online.play("show phone.jpg\nexpect alarm ok")
        assert verdict(app) == (Outcome.ALARM, VehicleFinding.CACHED_ALARM, Subject.CODE)
        (check,) = [entry.body for entry in entries(online, laboratory)]
        assert isinstance(check, Check)
        assert (check.outcome, check.vehicle) == (Outcome.ALARM, VehicleFinding.CACHED_ALARM)
    finally:
        registry.process.send_signal(signal.SIGCONT)
        registry.put("苏A12345", "02", "")
    online.until(lambda: hotlist.position("苏").seq > before + 1)


def redeliver(laboratory: Path, port: int, message: Incoming) -> None:
    """Publish a message again through the broker, as another worker of the registry might."""
    tls = laboratory / "private" / "tls"
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="W0002", protocol=mqtt.MQTTv5)
    context = ssl.create_default_context(cafile=tls / "ca.crt")
    context.load_cert_chain(tls / "W0002.crt", tls / "W0002.key")
    client.tls_set_context(context)
    client.connect("127.0.0.1", port)
    client.loop_start()
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's
    properties.CorrelationData = message.correlation
    client.publish(message.topic, message.payload, qos=1, properties=properties).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_an_answer_that_is_delivered_again_is_shown_and_recorded_once(
    desk: Desk, registry: Registry, laboratory: Path
) -> None:
    assert desk.settings.registry is not None
    desk.settings = replace(desk.settings, registry=replace(desk.settings.registry, port=registry.port))
    link = link_of(desk.settings)
    assert link is not None
    desk.link = overhearing = Overhearing(link)
    app = desk.start()
    desk.until(lambda: app.screen.status.online is True)
    desk.play("show phone.jpg\nexpect compare ok")
    answered(desk)
    shown, asker = app.screen, app.services.checks.registry
    assert isinstance(shown, Result)
    assert asker is not None
    check = entries(desk, laboratory)[0].body
    assert isinstance(check, Check)
    (answer,) = [one for one in overhearing.heard if one.correlation == check.lookup.request_id]

    def again(count: int) -> None:
        redeliver(laboratory, registry.port, answer)
        desk.until(lambda: asker.lookup.dropped[Drop.DUPLICATE] == count)

    again(1)
    assert app.screen == replace(shown, status=app.screen.status)
    assert records(desk) == 2  # the check and its one answer
    desk.play("press CONFIRM\nexpect pass ok")
    again(2)
    assert verdict(app) == (Outcome.PASS, VehicleFinding.VALID, Subject.CONFIRMED)
    desk.play("press TRIGGER\nexpect ready")
    again(3)
    desk.play("expect ready")
    assert app.screen.status.notices == ()
    assert records(desk) == 3


def test_no_answer_within_the_wait_changes_nothing_and_says_so(online: Desk, registry: Registry) -> None:
    app = online.app
    assert app is not None
    registry.process.send_signal(signal.SIGSTOP)  # the worker does not respond, but the broker does
    try:
        online.play("show phone.jpg\nexpect compare ok\nwait 4")
        assert isinstance(app.screen, Result)
        assert app.screen.judged.lookup is LookupState.NO_ANSWER
        assert verdict(app) == (Outcome.PROVISIONAL, VehicleFinding.UNCHECKED, Subject.CODE)
    finally:
        registry.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("off_s", [61.5, -61.5])
def test_a_clock_a_minute_off_is_named_and_forgotten_once_it_is_set(online: Desk, off_s: float) -> None:
    app, clock = online.app, online.rig.clock
    assert app is not None
    clock.set(clock.now_s() + off_s)
    online.play("press CONFIRM\ntype 苏A12345\npress CONFIRM\npick 02\nexpect undetermined not_shown")
    online.until(
        lambda: isinstance(app.screen, Result) and app.screen.judged.answer.refusal is RefusalReason.CLOCK
    )
    online.until(lambda: "K01" in {notice.code for notice in app.screen.status.notices})
    clock.set(clock.now_s() - off_s)
    online.play("press TRIGGER\npress CONFIRM\ntype 苏A12345\npress CONFIRM\npick 02\nexpect pass not_shown")
    online.until(lambda: app.screen.status.notices == ())


def test_without_the_network_the_terminal_says_so_and_works_on(desk: Desk) -> None:
    desk.link = link_of(desk.settings)  # nobody listens on the laboratory's port
    desk.play("show phone.jpg\nexpect compare ok")
    assert desk.app is not None
    assert desk.app.screen.status.online is False
    desk.play("press CONFIRM\nexpect provisional ok")

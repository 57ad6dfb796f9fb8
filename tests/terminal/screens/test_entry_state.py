"""Transitions of plate entry and of the choice of a kind, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.model import (
    Candidate,
    CredentialFinding,
    LookupState,
    Plate,
    RecordedCheck,
    Several,
    VehicleFinding,
    VehicleStatus,
)
from terminal.ports import Button
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, PlateEntry, Ready
from terminal.screens.entry import Draft, Erased
from terminal.screens.events import (
    AskKinds,
    Effect,
    Enter,
    KeyboardSwitched,
    Listed,
    Picked,
    Pressed,
    Recorded,
    Refined,
    Report,
    Scanned,
    ScreenEvent,
    StopSignal,
    Tick,
    Typed,
)
from terminal.screens.state import Screen
from terminal.screens.step import step
from terminal.screens.values import ClockStatus, LastSeen, Status
from terminal.vehicle.plate import kinds_offered
from tests.terminal.screens.builders import entry, judged, scan, shown

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
GOOD = judged()
REFUSED = judged(found=CredentialFinding.FAILED)
WANTED = judged(vehicle=VehicleFinding.CACHED_ALARM)
REFUSED_LATER = replace(REFUSED, lookup=LookupState.NO_ANSWER)
READY, SEEN = Ready(), Ready(seen=LastSeen("A", 10.0))


def choice(
    listing: KindSource = KindSource.PATTERNS,
    *,
    kinds: tuple[str, ...] = ("23", "24", "20", "21"),
    online: bool | None = None,
    after: RecordedCheck | None = None,
    found: tuple[Candidate, ...] = (),
) -> KindChoice:
    return KindChoice(Status(online=online), "粤B1234警", kinds, listing, after, found=found)


STOLEN_98 = Candidate("98", VehicleStatus(VehicleFinding.ALARM, "C", 20270831))
NORMAL_24 = Candidate("24", VehicleStatus(VehicleFinding.VALID, "A", 20270831))
OF_SEVERAL = replace(
    judged(found=CredentialFinding.UNVERIFIABLE),
    plate=None,
    several=Several("粤B1234警", (STOLEN_98, NORMAL_24)),
)


@pytest.mark.parametrize(
    ("screen", "event", "now_s", "after", "effects"),
    [
        # Entering a plate.
        pytest.param(entry(), Typed("粤"), 11.0, entry("粤"), (), id="a key types"),
        pytest.param(entry("粤B1234"), Typed("警"), 11.0, entry("粤B1234警"), (), id="and types on"),
        pytest.param(entry("粤B12345678"), Typed("1"), 11.0, entry("粤B12345678"), (), id="to the longest"),
        pytest.param(
            entry("粤X1234567"), Typed("应急"), 11.0, entry("粤X1234567"), (), id="with whole words"
        ),
        pytest.param(entry(), Typed("é"), 11.0, entry(), (), id="what no plate has is not typed"),
        pytest.param(READY, Typed("粤"), 11.0, READY, (), id="keys are plate entry's alone"),
        pytest.param(
            entry(), Typed("应急"), 11.0, entry("应急", keys=Keys.PROVINCES), (), id="a province must follow"
        ),
        pytest.param(entry(), KeyboardSwitched(), 11.0, entry(keys=Keys.SYMBOLS), (), id="keys turn"),
        pytest.param(entry(keys=Keys.SYMBOLS), KeyboardSwitched(), 11.0, entry(), (), id="and turn back"),
        pytest.param(entry("粤B"), Erased(), 11.0, entry("粤"), (), id="a key erases"),
        pytest.param(entry("粤"), Erased(), 11.0, entry(), (), id="to the provinces"),
        pytest.param(entry(), Erased(), 11.0, entry(), (), id="and no further"),
        pytest.param(entry("粤X1234应急"), Erased(), 11.0, entry("粤X1234"), (), id="a word goes as it came"),
        pytest.param(
            entry("粤B"), Pressed(BACK), 11.0, Ready(draft=Draft("粤B", 0.0)), (), id="back leaves with it"
        ),
        pytest.param(
            Ready(draft=Draft("粤B", 0.0)),
            Pressed(CONFIRM),
            11.0,
            entry("粤B"),
            (),
            id="and comes back to it",
        ),
        pytest.param(
            Ready(Status(ClockStatus(monotonic_s=61.0)), draft=Draft("粤B", 0.0)),
            Pressed(CONFIRM),
            11.0,
            replace(entry(), status=Status(ClockStatus(monotonic_s=61.0))),
            (),
            id="within a minute",
        ),
        pytest.param(
            entry("粤B", after=REFUSED, seen=SEEN.seen),
            Pressed(BACK),
            11.0,
            replace(shown(REFUSED, last_s=10.0), returned=True, draft=Draft("粤B", 0.0)),
            (),
            id="back leads to the check that it is for",
        ),
        pytest.param(
            replace(shown(GOOD), returned=True),
            Pressed(BACK),
            11.0,
            Ready(seen=shown(GOOD).seen, checked=GOOD),
            (StopSignal(),),
            id="and from there on to the next scan",
        ),
        pytest.param(
            entry("粤B"),
            Pressed(TRIGGER),
            11.0,
            Ready(draft=Draft("粤B", 0.0)),
            (),
            id="the trigger leaves at once",
        ),
        pytest.param(entry(), Pressed(CONFIRM), 11.0, entry(), (), id="nothing is no number"),
        pytest.param(
            entry("粤B1"),
            Pressed(CONFIRM),
            11.0,
            entry("粤B1", advice=Advice.INCOMPLETE),
            (),
            id="nor is part of one",
        ),
        pytest.param(
            entry("粤B1", advice=Advice.INCOMPLETE),
            Pressed(CONFIRM),
            11.0,
            entry("粤B1", advice=Advice.INCOMPLETE),
            (),
            id="however often it is confirmed",
        ),
        pytest.param(
            entry("粤B1234", advice=Advice.INCOMPLETE),
            Pressed(CONFIRM),
            11.0,
            KindChoice(Status(), "粤B1234", kinds_offered("粤B1234")),
            (),
            id="but for one that a temporary plate may have",
        ),
        pytest.param(
            entry("B1"),
            Pressed(CONFIRM),
            11.0,
            entry("B1", advice=Advice.IMPOSSIBLE),
            (),
            id="and what begins no number is none",
        ),
        pytest.param(
            entry("粤B1", advice=Advice.IMPOSSIBLE),
            Typed("2"),
            11.0,
            entry("粤B12"),
            (),
            id="typing on takes that back",
        ),
        pytest.param(
            entry("渝AD00Z1Z"),
            Pressed(CONFIRM),
            11.0,
            entry("渝AD00Z1Z", advice=Advice.UNUSUAL),
            (),
            id="a form that no table has is said to be unusual",
        ),
        pytest.param(
            entry("渝AD00Z1Z", advice=Advice.UNUSUAL),
            Pressed(CONFIRM),
            11.0,
            KindChoice(Status(), "渝AD00Z1Z", ("14", "22", "25", "51", "52", "20", "21")),
            (),
            id="and is looked up after one more press",
        ),
        pytest.param(
            entry("京AA0001Z"),
            Pressed(CONFIRM),
            11.0,
            KindChoice(Status(), "京AA0001Z", ("52", "20", "21")),
            (),
            id="an automated vehicle's number is looked up at once",
        ),
        pytest.param(
            entry("粤B1234警", after=REFUSED),
            Pressed(CONFIRM),
            11.0,
            choice(after=REFUSED),
            (),
            id="a number is followed by its kind",
        ),
        pytest.param(entry("粤B1"), Scanned(scan()), 11.0, entry("粤B1"), (), id="no code is checked"),
        pytest.param(
            entry(after=REFUSED),
            Refined(REFUSED_LATER),
            11.0,
            entry(after=REFUSED_LATER),
            (),
            id="what is learnt meanwhile is kept",
        ),
        pytest.param(
            entry("粤B", after=GOOD),
            Refined(WANTED),
            11.0,
            entry("粤B", after=WANTED),
            (),
            id="an alarm too, which lies on top",
        ),
        # Picking a kind.
        pytest.param(
            choice(after=REFUSED),
            Picked("23"),
            11.0,
            choice(after=REFUSED),
            (Enter(Plate("粤B1234警", "23"), REFUSED),),
            id="a kind is picked",
        ),
        pytest.param(choice(), Picked("02"), 11.0, choice(), (), id="of those that are listed"),
        pytest.param(choice(), Picked(None), 11.0, choice(), (), id="nobody is asked offline"),
        pytest.param(
            choice(online=True),
            Picked(None),
            11.0,
            choice(KindSource.ASKING, online=True),
            (AskKinds("粤B1234警"),),
            id="the registry is asked",
        ),
        pytest.param(
            choice(KindSource.ASKING, online=True),
            Picked(None),
            11.0,
            choice(KindSource.ASKING, online=True),
            (),
            id="once at a time",
        ),
        pytest.param(
            choice(KindSource.ASKING),
            Listed("粤B1234警", (STOLEN_98, NORMAL_24)),
            11.0,
            choice(KindSource.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (),
            id="and lists every vehicle, without a signal and without choosing one",
        ),
        pytest.param(
            choice(KindSource.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            Picked("98"),
            11.0,
            choice(KindSource.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (Enter(Plate("粤B1234警", "98"), None),),
            id="a kind that no table lists is picked like any other",
        ),
        pytest.param(
            choice(KindSource.ASKING, after=REFUSED),
            Listed("粤B1234警", (STOLEN_98,)),
            11.0,
            choice(KindSource.REGISTRY, kinds=("98",), after=REFUSED, found=(STOLEN_98,)),
            (Enter(Plate("粤B1234警", "98"), REFUSED),),
            id="one that is alone is the one",
        ),
        pytest.param(
            choice(KindSource.NO_ANSWER),
            Listed("粤B1234警", (STOLEN_98, NORMAL_24)),
            11.0,
            choice(KindSource.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (),
            id="a list that comes late is shown too",
        ),
        pytest.param(
            choice(KindSource.ASKING),
            Listed("粤B1234警", ()),
            11.0,
            choice(KindSource.NONE),
            (),
            id="or has none",
        ),
        pytest.param(
            choice(KindSource.ASKING),
            Listed("粤B1234警", None),
            11.0,
            choice(KindSource.NO_ANSWER),
            (),
            id="or does not answer",
        ),
        pytest.param(
            choice(KindSource.ASKING),
            Listed("粤B12345", (NORMAL_24,)),
            11.0,
            choice(KindSource.ASKING),
            (),
            id="another number's kinds are not this one's",
        ),
        pytest.param(choice(), Listed("粤B1234警", (NORMAL_24,)), 11.0, choice(), (), id="nobody had asked"),
        pytest.param(
            READY,
            Listed("粤B1234警", (STOLEN_98,)),
            11.0,
            READY,
            (Report(Plate("粤B1234警", "98")),),
            id="an alarm on the only vehicle is told though nobody waits",
        ),
        pytest.param(
            READY, Listed("粤B1234警", (NORMAL_24,)), 11.0, READY, (), id="what is no alarm is not told so"
        ),
        pytest.param(
            READY,
            Listed("粤B1234警", (STOLEN_98, NORMAL_24)),
            11.0,
            READY,
            (),
            id="nor an alarm on one of several, which nobody picked",
        ),
        pytest.param(
            shown(replace(GOOD, plate=Plate("粤B1234警", "98"))),
            Listed("粤B1234警", (STOLEN_98,)),
            11.0,
            shown(replace(GOOD, plate=Plate("粤B1234警", "98"))),
            (),
            id="nor on the vehicle that is shown, which has a question of its own",
        ),
        pytest.param(
            shown(OF_SEVERAL),
            Pressed(CONFIRM),
            11.0,
            replace(
                choice(
                    KindSource.REGISTRY, kinds=("98", "24"), after=OF_SEVERAL, found=(STOLEN_98, NORMAL_24)
                ),
                seen=shown(OF_SEVERAL).seen,
            ),
            (StopSignal(),),
            id="a code that may be about several leads to them",
        ),
        pytest.param(
            choice(after=REFUSED),
            Pressed(BACK),
            11.0,
            entry("粤B1234警", after=REFUSED),
            (),
            id="back to the number",
        ),
        pytest.param(choice(), Pressed(TRIGGER), 11.0, READY, (), id="the trigger leaves from here too"),
        pytest.param(choice(), Pressed(CONFIRM), 11.0, choice(), (), id="no kind is picked by a button"),
        pytest.param(
            choice(),
            Recorded(GOOD),
            11.0,
            shown(GOOD, last_s=11.0),
            (),
            id="judged",
        ),
    ],
)
def test_what_follows(
    screen: Screen, event: ScreenEvent, now_s: float, after: Screen, effects: tuple[Effect, ...]
):
    assert step(screen, event, now_s) == (after, effects)


@pytest.mark.parametrize("screen", [entry("粤B"), choice()])
def test_tick_brings_the_bar_up_to_date_and_does_nothing(screen: Screen):
    late = Status(ClockStatus(99.0), records=7)
    after, effects = step(screen, Tick(late), 1.0)
    assert after == replace(screen, status=late)
    assert effects == ()


def test_plate_entry_begins_with_the_province_of_the_last_plate():
    screen = Ready(Status(province="粤"))
    assert step(screen, Pressed(CONFIRM), 0.0) == (PlateEntry(screen.status, "粤", Keys.SYMBOLS), ())

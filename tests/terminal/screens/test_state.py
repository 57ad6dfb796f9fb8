"""What follows what on the screen, as a table; test_state_stories.py says what holds of any order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.errors import JournalFull
from terminal.model import Button, CredentialFinding, Outcome, Plate, Subject, VehicleFinding, VehicleStatus
from terminal.screens.state import (
    LINGER_S,
    OTHER_CODE_S,
    Advice,
    AskKinds,
    Candidate,
    Check,
    Confirm,
    Effect,
    Enter,
    Event,
    Failed,
    Judged,
    Keys,
    KindChoice,
    Listed,
    Listing,
    LogEntry,
    Logged,
    Lookup,
    Picked,
    PlateEntry,
    Play,
    Pressed,
    Quiet,
    Ready,
    Recorded,
    Refined,
    Result,
    Scanned,
    Screen,
    Sighting,
    Status,
    TellShift,
    Tick,
    ToggleTorch,
    Trouble,
    Turned,
    Typed,
)
from terminal.screens.step import step
from tests.terminal.screens.gallery import judged, neighbour, notice, scan

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
FULL = notice(JournalFull)


GOOD = judged()
REFUSED = judged(found=CredentialFinding.FAILED)
WANTED = judged(vehicle=VehicleFinding.CACHED_ALARM)
CONFIRMED = judged(subject=Subject.CONFIRMED)


def shown(
    what: Judged, *, acknowledged: bool = True, last_s: float = 0.0, other: str | None = None
) -> Result:
    second = neighbour(other, last_s=last_s) if other else None
    seen = Sighting(what.text, last_s) if what.text is not None else None
    return Result(Status(), what, seen, second, acknowledged)


def entry(
    number: str = "",
    *,
    after: Judged | None = None,
    seen: Sighting | None = None,
    advice: Advice | None = None,
    keys: Keys | None = None,
) -> PlateEntry:
    usual = Keys.SYMBOLS if number else Keys.PROVINCES
    return PlateEntry(Status(), number, keys or usual, advice, after, seen)


def choice(
    listing: Listing = Listing.PATTERNS,
    *,
    kinds: tuple[str, ...] = ("23", "24", "20", "21"),
    online: bool | None = None,
    after: Judged | None = None,
    found: tuple[Candidate, ...] = (),
) -> KindChoice:
    return KindChoice(Status(online=online), "粤B1234警", kinds, listing, after, found=found)


STOLEN_98 = Candidate("98", VehicleStatus(VehicleFinding.ALARM, "C", 20270831))
NORMAL_24 = Candidate("24", VehicleStatus(VehicleFinding.VALID, "A", 20270831))


READY, SEEN = Ready(), Ready(seen=Sighting("A", 10.0))
ALARM, HEARD = shown(WANTED, acknowledged=False), shown(WANTED)
ALARM_NOW = shown(WANTED, acknowledged=False, last_s=11.0)
REFUSED_LATER = replace(REFUSED, lookup=Lookup.NO_ANSWER)
TROUBLE = Trouble(Status(), FULL, Sighting("A", 0.0))


@pytest.mark.parametrize(
    ("screen", "event", "now_s", "after", "effects"),
    [
        pytest.param(READY, Scanned(scan()), 10.0, SEEN, (Check(scan()),), id="a new code is checked"),
        pytest.param(SEEN, Scanned(scan()), 10.0 + LINGER_S, SEEN, (), id="a code in view is not"),
        pytest.param(
            SEEN, Scanned(scan()), 10.1 + LINGER_S, SEEN, (Check(scan()),), id="one that was away is"
        ),
        pytest.param(
            SEEN,
            Scanned(scan("B")),
            10.1,
            Ready(seen=Sighting("B", 0)),
            (Check(scan("B")),),
            id="another one is",
        ),
        pytest.param(SEEN, Pressed(TRIGGER), 11.0, READY, (), id="the trigger forgets what was seen"),
        pytest.param(SEEN, Pressed(BACK), 11.0, SEEN, (ToggleTorch(),), id="back is the torch when ready"),
        pytest.param(SEEN, Pressed(CONFIRM), 11.0, entry(seen=SEEN.seen), (), id="confirm enters a plate"),
        pytest.param(
            SEEN, Recorded(GOOD), 11.0, shown(GOOD), (Play(Outcome.PROVISIONAL),), id="recorded, so shown"
        ),
        pytest.param(READY, Recorded(WANTED), 11.0, ALARM, (Play(Outcome.ALARM),), id="an alarm waits"),
        pytest.param(
            READY, Failed(FULL), 11.0, Trouble(Status(), FULL), (Quiet(),), id="failed, so not shown"
        ),
        pytest.param(ALARM, Pressed(BACK), 11.0, ALARM, (), id="an alarm is not left by back"),
        pytest.param(ALARM, Pressed(TRIGGER), 11.0, ALARM, (), id="an alarm is not left by the trigger"),
        pytest.param(ALARM, Failed(FULL), 11.0, ALARM, (), id="an alarm is not covered"),
        pytest.param(ALARM, Pressed(CONFIRM), 11.0, HEARD, (Quiet(),), id="confirm acknowledges an alarm"),
        pytest.param(HEARD, Pressed(CONFIRM), 11.0, HEARD, (Confirm(WANTED),), id="and then this vehicle"),
        pytest.param(shown(GOOD), Pressed(CONFIRM), 11.0, shown(GOOD), (Confirm(GOOD),), id="this vehicle"),
        pytest.param(
            shown(GOOD), Recorded(CONFIRMED), 11.0, shown(CONFIRMED), (), id="same outcome, so no sound again"
        ),
        pytest.param(
            shown(GOOD), Recorded(WANTED), 11.0, ALARM, (Play(Outcome.ALARM),), id="a refinement may alarm"
        ),
        pytest.param(HEARD, Recorded(WANTED), 11.0, HEARD, (), id="an alarm that was heard stays so"),
        pytest.param(
            shown(REFUSED),
            Pressed(CONFIRM),
            11.0,
            entry(after=REFUSED, seen=SEEN.seen),
            (Quiet(),),
            id="a code that proves no vehicle is followed by a plate",
        ),
        pytest.param(
            shown(GOOD),
            Pressed(BACK),
            11.0,
            entry(after=GOOD, seen=SEEN.seen),
            (Quiet(),),
            id="back says that it is another vehicle",
        ),
        pytest.param(
            shown(CONFIRMED),
            Pressed(CONFIRM),
            11.0,
            LogEntry(
                Status(),
                Logged(123, CONFIRMED.checked_s, CONFIRMED.plate, Outcome.PROVISIONAL),
                shown(CONFIRMED),
                seen=Sighting("A", 0.0),
            ),
            (Quiet(), TellShift()),
            id="confirm adds to a verdict that asks nothing",
        ),
        pytest.param(shown(CONFIRMED), Pressed(BACK), 11.0, SEEN, (Quiet(),), id="back leaves a verdict"),
        pytest.param(shown(REFUSED), Pressed(BACK), 11.0, SEEN, (Quiet(),), id="back leaves a refusal"),
        pytest.param(shown(GOOD), Pressed(TRIGGER), 11.0, SEEN, (Quiet(),), id="the trigger leaves it too"),
        pytest.param(
            shown(GOOD),
            Scanned(scan("B")),
            11.0,
            shown(GOOD, other="B"),
            (),
            id="another code is told, not checked",
        ),
        pytest.param(
            shown(GOOD), Scanned(scan("A", "B")), 11.0, shown(GOOD, other="B"), (), id="or beside the first"
        ),
        pytest.param(shown(GOOD), Scanned(scan()), 11.0, shown(GOOD), (), id="the same code changes nothing"),
        pytest.param(
            shown(GOOD, last_s=5.0, other="B"),
            Tick(Status()),
            5.0 + OTHER_CODE_S,
            shown(GOOD, other="B"),
            (),
            id="another code is told for a while",
        ),
        pytest.param(
            shown(GOOD, last_s=5.0, other="B"),
            Tick(Status()),
            5.1 + OTHER_CODE_S,
            shown(GOOD),
            (),
            id="and no longer",
        ),
        pytest.param(TROUBLE, Scanned(scan()), 11.0, TROUBLE, (), id="nothing is checked in trouble"),
        pytest.param(TROUBLE, Scanned(scan("B")), 11.0, TROUBLE, (), id="nor another code"),
        *(
            pytest.param(TROUBLE, Pressed(button), 11.0, READY, (), id=f"{button} ends trouble")
            for button in Button
        ),
        pytest.param(
            TROUBLE, Recorded(GOOD), 11.0, shown(GOOD), (Play(Outcome.PROVISIONAL),), id="trouble is over"
        ),
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
        pytest.param(entry(), Turned(), 11.0, entry(keys=Keys.SYMBOLS), (), id="keys turn"),
        pytest.param(entry(keys=Keys.SYMBOLS), Turned(), 11.0, entry(), (), id="and turn back"),
        pytest.param(entry("粤B"), Pressed(BACK), 11.0, entry("粤"), (), id="back erases"),
        pytest.param(entry("粤"), Pressed(BACK), 11.0, entry(), (), id="to the provinces"),
        pytest.param(
            entry("粤X1234应急"), Pressed(BACK), 11.0, entry("粤X1234"), (), id="a word goes as it came"
        ),
        pytest.param(entry(), Pressed(BACK), 11.0, READY, (), id="and leaves"),
        pytest.param(
            entry(after=REFUSED, seen=SEEN.seen),
            Pressed(BACK),
            11.0,
            shown(REFUSED),
            (),
            id="to the check that it is for",
        ),
        pytest.param(entry("粤B"), Pressed(TRIGGER), 11.0, READY, (), id="the trigger leaves at once"),
        pytest.param(entry(), Pressed(CONFIRM), 11.0, entry(), (), id="nothing is no number"),
        pytest.param(
            entry("粤B1"),
            Pressed(CONFIRM),
            11.0,
            entry("粤B1", advice=Advice.IMPOSSIBLE),
            (),
            id="nor is part of one",
        ),
        pytest.param(
            entry("粤B1", advice=Advice.IMPOSSIBLE),
            Pressed(CONFIRM),
            11.0,
            entry("粤B1", advice=Advice.IMPOSSIBLE),
            (),
            id="however often it is confirmed",
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
            ALARM_NOW,
            (Play(Outcome.ALARM),),
            id="alarms are told",
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
            choice(Listing.ASKING, online=True),
            (AskKinds("粤B1234警"),),
            id="the registry is asked",
        ),
        pytest.param(
            choice(Listing.ASKING, online=True),
            Picked(None),
            11.0,
            choice(Listing.ASKING, online=True),
            (),
            id="once at a time",
        ),
        pytest.param(
            choice(Listing.ASKING),
            Listed("粤B1234警", (STOLEN_98, NORMAL_24)),
            11.0,
            choice(Listing.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (),
            id="and lists every vehicle, without a signal and without choosing one",
        ),
        pytest.param(
            choice(Listing.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            Picked("98"),
            11.0,
            choice(Listing.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (Enter(Plate("粤B1234警", "98"), None),),
            id="a kind that no table lists is picked like any other",
        ),
        pytest.param(
            choice(Listing.ASKING, after=REFUSED),
            Listed("粤B1234警", (STOLEN_98,)),
            11.0,
            choice(Listing.REGISTRY, kinds=("98",), after=REFUSED, found=(STOLEN_98,)),
            (Enter(Plate("粤B1234警", "98"), REFUSED),),
            id="one that is alone is the one",
        ),
        pytest.param(
            choice(Listing.NO_ANSWER),
            Listed("粤B1234警", (STOLEN_98, NORMAL_24)),
            11.0,
            choice(Listing.REGISTRY, kinds=("98", "24"), found=(STOLEN_98, NORMAL_24)),
            (),
            id="a list that comes late is shown too",
        ),
        pytest.param(
            choice(Listing.ASKING), Listed("粤B1234警", ()), 11.0, choice(Listing.NONE), (), id="or has none"
        ),
        pytest.param(
            choice(Listing.ASKING),
            Listed("粤B1234警", None),
            11.0,
            choice(Listing.NO_ANSWER),
            (),
            id="or does not answer",
        ),
        pytest.param(
            choice(Listing.ASKING),
            Listed("粤B12345", (NORMAL_24,)),
            11.0,
            choice(Listing.ASKING),
            (),
            id="another number's kinds are not this one's",
        ),
        pytest.param(choice(), Listed("粤B1234警", (NORMAL_24,)), 11.0, choice(), (), id="nobody had asked"),
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
            (Play(Outcome.PROVISIONAL),),
            id="judged",
        ),
        # What comes later.
        pytest.param(shown(GOOD), Refined(CONFIRMED), 11.0, shown(CONFIRMED), (), id="more is known"),
        pytest.param(
            shown(GOOD),
            Refined(replace(WANTED, seq=9)),
            11.0,
            shown(GOOD),
            (),
            id="not of another check",
        ),
        pytest.param(READY, Refined(WANTED), 11.0, READY, (), id="nor of one that was left"),
        pytest.param(
            ALARM,
            Refined(GOOD),
            11.0,
            replace(ALARM, held=GOOD),
            (),
            id="a lesser word waits",
        ),
        pytest.param(
            replace(ALARM, held=GOOD),
            Pressed(CONFIRM),
            11.0,
            shown(GOOD),
            (Play(Outcome.PROVISIONAL),),
            id="and is told once that was heard",
        ),
    ],
)
def test_what_follows(screen: Screen, event: Event, now_s: float, after: Screen, effects: tuple[Effect, ...]):
    assert step(screen, event, now_s) == (after, effects)


@pytest.mark.parametrize("screen", [READY, SEEN, shown(GOOD), ALARM, entry("粤B"), choice(), TROUBLE])
def test_tick_brings_the_bar_up_to_date_and_does_nothing(screen: Screen):
    late = Status(now_s=99.0, records=7)
    after, effects = step(screen, Tick(late), 1.0)
    assert after == replace(screen, status=late)
    assert effects == ()


@pytest.mark.parametrize("found", CredentialFinding)
@pytest.mark.parametrize("subject", Subject)
def test_question_is_asked_of_a_code_that_names_a_vehicle_and_only_once(
    found: CredentialFinding, subject: Subject
):
    asks = shown(judged(found=found, subject=subject)).asks
    named = {
        CredentialFinding.CURRENT,
        CredentialFinding.PAST,
        CredentialFinding.WITHDRAWN,
        CredentialFinding.NOT_ISSUED,
    }
    assert asks is (found in named and subject is Subject.CODE)


def test_plate_is_wanted_where_nothing_says_which_vehicle_it_is():
    assert shown(REFUSED).wants_plate
    assert not shown(GOOD).wants_plate
    assert not shown(replace(REFUSED, plate=Plate("粤B12345", "02"))).wants_plate
    assert not replace(shown(REFUSED), acknowledged=False).wants_plate


def test_plate_entry_begins_with_the_province_of_the_last_plate():
    screen = Ready(Status(province="粤"))
    assert step(screen, Pressed(CONFIRM), 0.0) == (PlateEntry(screen.status, "粤", Keys.SYMBOLS), ())


def test_unacknowledged_alarm_asks_nothing():
    assert not ALARM.asks
    assert HEARD.asks


def test_going_back_to_a_code_still_in_view_checks_it_only_on_the_trigger():
    screen: Screen = shown(CONFIRMED, last_s=0.0)
    screen, _ = step(screen, Scanned(scan()), 9.0)
    screen, _ = step(screen, Pressed(TRIGGER), 9.1)
    screen, effects = step(screen, Scanned(scan()), 9.2)
    assert effects == ()
    screen, _ = step(screen, Pressed(TRIGGER), 9.3)
    _, effects = step(screen, Scanned(scan()), 9.4)
    assert effects == (Check(scan()),)

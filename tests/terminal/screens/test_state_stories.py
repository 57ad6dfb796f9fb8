"""For events in any order: verdicts follow records, alarms wait, and no code is checked unasked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import example, given
from hypothesis import strategies as st

from terminal.codes import Code, ours
from terminal.errors import JournalFull
from terminal.model import (
    NAMING_A_VEHICLE,
    POINTS,
    LookupState,
    Outcome,
    Plate,
    RecordedCheck,
    Subject,
    VehicleFinding,
)
from terminal.ports import Button
from terminal.screens.alarms import is_alarm
from terminal.screens.check import LINGER_S, OTHER_CODE_S, KindChoice, KindSource, PlateEntry, Ready, Result
from terminal.screens.choice import CodeChoice, CodeChosen, Identify, OthersWanted
from terminal.screens.comparing import Compared, Comparison
from terminal.screens.entry import EntryPurpose, NearPicked
from terminal.screens.events import (
    AskKinds,
    CheckCode,
    Confirm,
    Enter,
    Failed,
    Listed,
    Picked,
    PlaySignal,
    Pressed,
    Recorded,
    Refined,
    Rerecorded,
    Scanned,
    ScreenEvent,
    StopSignal,
)
from terminal.screens.sealed import SealedReasons, SealedView
from terminal.screens.shift import LoadShift
from terminal.screens.state import FaultScreen, Screen
from terminal.screens.step import step
from terminal.vehicle.plate import LONGEST, SYMBOLS, kinds_offered
from tests.terminal.screens.builders import judged, notice, scan
from tests.terminal.screens.stories import JUDGED, LOG, MANY, STORY, subject_of, told

BACK, TRIGGER, CONFIRM = Button.BACK, Button.TRIGGER, Button.CONFIRM
FULL = notice(JournalFull)
GOOD = judged()


@given(STORY)
def test_any_event_may_come_at_any_time_and_the_same_follows(story: list[tuple[ScreenEvent, float]]):
    assert told(story) == told(story)


@MANY
@given(STORY)
def test_every_verdict_on_the_screen_was_recorded(story: list[tuple[ScreenEvent, float]]):
    recorded: list[RecordedCheck] = [one.judged for one in LOG if one.judged is not None]
    for _, event, after, _ in told(story):
        if isinstance(event, Recorded | Refined | Rerecorded):
            recorded.append(event.judged)
        if isinstance(after, Result | Comparison | SealedReasons | SealedView):
            assert after.judged in recorded
        else:
            assert not hasattr(after, "judged")


@MANY
@given(STORY)
def test_an_alarm_is_confirmed_by_the_answer_to_every_point_alone(story: list[tuple[ScreenEvent, float]]):
    answered = 0
    for before, event, after, effects in told(story):
        for effect in effects:
            if isinstance(effect, Confirm):
                assert effect.judged.verdict.outcome is not Outcome.ALARM
            if isinstance(effect, Compared):
                assert isinstance(before, Comparison)
                assert (effect.judged, effect.fits[:-1]) == (before.judged, before.fits)
                assert answered == len(POINTS) - 1
        if isinstance(before, Comparison) and isinstance(after, Comparison):
            answered += len(after.fits) - len(before.fits)
            assert event != Pressed(CONFIRM) or after == before
        else:
            answered = 0


@given(STORY)
def test_signals_belong_to_what_is_shown(story: list[tuple[ScreenEvent, float]]):
    """The signal that plays is that of the verdict on the screen; before a verdict nothing plays, and on
    other screens neither.
    """
    playing: Outcome | None = None
    for before, _, after, effects in told(story):
        for effect in effects:
            playing = (
                effect.outcome
                if isinstance(effect, PlaySignal)
                else None
                if isinstance(effect, StopSignal)
                else playing
            )
        if isinstance(after, Result):
            assert playing in {None, after.heard}
        elif isinstance(before, Result):
            assert playing is None


@MANY
@given(STORY)
def test_no_outcome_is_heard_or_let_pass_before_the_vehicle_is_confirmed_and_answered(
    story: list[tuple[ScreenEvent, float]],
):
    """Only alarms and a live `off_road` are heard at once; a pass needs a live answer too."""
    for _, event, after, effects in told(story):
        for effect in effects:
            if not isinstance(effect, PlaySignal):
                continue
            assert isinstance(after, Result)
            judged_ = after.judged
            verdict = judged_.verdict
            assert effect.outcome is verdict.outcome
            assert not isinstance(event, Pressed)
            if not is_alarm(verdict):
                assert judged_.lookup is not LookupState.WAITING
                assert verdict.subject is not Subject.CODE or verdict.finding.finding not in NAMING_A_VEHICLE
            if effect.outcome is Outcome.PASS:
                assert verdict.subject in (Subject.CONFIRMED, Subject.TYPED)
                assert verdict.status.finding is VehicleFinding.VALID


@given(STORY)
def test_only_what_is_seen_alone_or_what_the_officer_picks_is_checked(story: list[tuple[ScreenEvent, float]]):
    for before, event, _, effects in told(story):
        for effect in effects:
            if isinstance(effect, CheckCode) and isinstance(before, CodeChoice):
                place = before.marked if event == Pressed(CONFIRM) else getattr(event, "place", None)
                assert place is not None
                assert Code(effect.scan.text, effect.scan.corners) == before.codes[place]
            elif isinstance(effect, CheckCode):
                assert isinstance(before, Ready)
                assert event == Scanned(effect.scan)
                assert len(ours(effect.scan)) <= 1
            if isinstance(effect, Confirm):
                assert isinstance(before, Result)
                assert before.needs_confirmation
                assert effect.judged == before.judged


@MANY
@given(STORY)
def test_a_choice_is_of_several_marks_in_one_frame_or_beside_a_verdict_and_nothing_is_marked_at_first(
    story: list[tuple[ScreenEvent, float]],
):
    for before, event, after, effects in told(story):
        if isinstance(after, CodeChoice) and not isinstance(before, CodeChoice):
            assert effects[-1] == Identify(after.scan)
            assert (after.proven, after.marked) == (None, None)
            assert all(code.text.startswith("VI1:") for code in after.codes)
            if isinstance(before, Ready):
                assert event == Scanned(after.scan)
                assert len(after.codes) > 1
            else:
                assert isinstance(before, Result)
                assert event == OthersWanted()
                assert after.after == before.judged
                assert {code.text for code in after.codes} - {before.judged.text}
        if isinstance(before, CodeChoice) and isinstance(after, CodeChoice):
            assert (after.scan, after.codes) == (before.scan, before.codes)


@MANY
@given(STORY)
def test_a_choice_that_is_left_shows_the_verdict_again_that_it_covered(
    story: list[tuple[ScreenEvent, float]],
):
    for before, event, after, effects in told(story):
        if isinstance(before, CodeChoice) and event == Pressed(BACK):
            assert effects == ()
            if before.after is None:
                assert isinstance(after, Ready)
            else:
                assert isinstance(after, Result)
                assert after.judged == before.after


@given(STORY)
def test_an_answer_to_a_check_that_is_not_shown_changes_nothing(story: list[tuple[ScreenEvent, float]]):
    for before, event, after, effects in told(story):
        if isinstance(event, Refined):
            about = subject_of(before)
            if about is None or about.seq != event.judged.seq:
                assert after == before
                assert effects in ((), (LoadShift(),))  # the log of the shift is loaded again


@MANY
@given(STORY)
def test_what_is_picked_for_a_check_follows_what_is_known_of_it(story: list[tuple[ScreenEvent, float]]):
    for before, event, after, effects in told(story):
        if not (isinstance(event, Refined) and isinstance(before, PlateEntry | KindChoice | CodeChoice)):
            continue
        if before.after is not None and before.after.seq == event.judged.seq:
            assert (after, effects) == (replace(before, after=event.judged), ())


@MANY
@given(STORY)
def test_plate_entry_never_loses_the_check_that_it_is_for(story: list[tuple[ScreenEvent, float]]):
    for before, event, after, effects in told(story):
        if not isinstance(before, PlateEntry | KindChoice):
            continue
        if isinstance(after, PlateEntry | KindChoice) and not isinstance(event, Refined | Rerecorded):
            assert after.after == before.after
        if isinstance(after, Result) and isinstance(event, Pressed):
            assert after.judged == before.after
        for effect in effects:
            if isinstance(effect, Enter) and before.purpose.joins:
                assert before.after is not None
                assert (effect.after, effect.belongs_to) == (None, before.after.seq)
            elif isinstance(effect, Enter):
                assert (effect.after, effect.belongs_to) == (before.after, None)


@MANY
@given(STORY)
def test_plate_is_judged_only_as_the_officer_picked_it_from_what_was_listed(
    story: list[tuple[ScreenEvent, float]],
):
    for before, event, after, effects in told(story):
        for effect in effects:
            if isinstance(effect, Enter) and isinstance(before, KindChoice):
                assert isinstance(after, KindChoice)
                alone = event == Listed(before.number, after.found) and len(after.found) == 1
                assert event == Picked(effect.plate.kind) or alone
                assert effect.plate == Plate(before.number, effect.plate.kind)
                assert effect.plate.kind in after.kinds
            elif isinstance(effect, Enter) and isinstance(before, PlateEntry):
                assert (event, before.purpose) == (Pressed(CONFIRM), EntryPurpose.TRAILER)
                assert effect.plate == Plate(before.number, "15")
            elif isinstance(effect, Enter):
                assert event == NearPicked(effect.plate)
                assert isinstance(before, Result)
                assert effect.plate in before.judged.entry.near
            if isinstance(effect, AskKinds):
                assert isinstance(before, KindChoice)
                assert (event, effect.number) == (Picked(None), before.number)
                assert before.status.online


@MANY
@given(STORY)
def test_numbers_hold_what_plates_are_typed_with_and_kinds_are_offered_that_fit(
    story: list[tuple[ScreenEvent, float]],
):
    for before, event, after, _ in told(story):
        if isinstance(after, PlateEntry):
            assert len(after.number) <= LONGEST
            assert set(after.number) <= set("".join(SYMBOLS))
        if isinstance(after, KindChoice) and isinstance(before, KindChoice) and after.kinds != before.kinds:
            assert event == Listed(before.number, after.found)
            assert after.kinds == tuple(one.kind for one in after.found)
            assert before.listing in (KindSource.ASKING, KindSource.NO_ANSWER)
            assert after.listing is KindSource.REGISTRY
        elif isinstance(after, KindChoice):
            assert after.kinds == (
                before.kinds if isinstance(before, KindChoice) else kinds_offered(after.number)
            )
            assert after.kinds


@dataclass
class Desk:
    """Performs each effect at once, as the app does, and answers it before the next event."""

    answers: list[RecordedCheck | None]
    screen: Screen = field(default_factory=Ready)
    checks: list[tuple[float, str]] = field(default_factory=list)

    def happen(self, event: ScreenEvent, now_s: float) -> None:
        self.screen, effects = step(self.screen, event, now_s)
        for effect in effects:
            if isinstance(effect, CheckCode | Confirm | Enter):
                answer = self.answers.pop(0) if self.answers else GOOD
                if isinstance(effect, CheckCode):
                    self.checks.append((now_s, effect.scan.text))
                    text: str | None = effect.scan.text
                elif isinstance(effect, Confirm):
                    text = effect.judged.text
                else:
                    text = effect.after.text if effect.after else None
                self.happen(Failed(FULL) if answer is None else Recorded(replace(answer, text=text)), now_s)


@given(
    frames=st.lists(
        st.tuples(st.floats(0.01, LINGER_S), st.sampled_from([None, BACK, CONFIRM])), max_size=40
    ),
    first=JUDGED,
)
def test_code_left_in_view_is_never_checked_twice(
    frames: list[tuple[float, Button | None]], first: RecordedCheck
):
    """Holds for every button but the trigger, which asks for a check; a failed record is tried again on a
    press.
    """
    desk, now_s = Desk([first, *[replace(first)] * 40]), 100.0
    for later_s, button in frames:
        now_s += later_s
        desk.happen(Scanned(scan("A")), now_s)
        if button is not None:
            desk.happen(Pressed(button), now_s)
    assert len(desk.checks) <= 1


@given(
    frames=st.lists(
        st.tuples(st.floats(0.01, OTHER_CODE_S), st.sampled_from([("VI1:B",), ("VI1:C",), ("A",)])),
        max_size=30,
    ),
    button=st.sampled_from([BACK, None]),
)
def test_marks_that_were_together_are_not_checked_one_by_one_while_frames_show_them_in_turns(
    frames: list[tuple[float, tuple[str, ...]]], button: Button | None
):
    """Every other frame shows both marks; the officer left the choice, or still sees it."""
    desk, now_s = Desk([]), 100.0
    desk.happen(Scanned(scan("VI1:B", "VI1:C")), now_s)
    assert isinstance(desk.screen, CodeChoice)
    if button is not None:
        desk.happen(Pressed(button), now_s)
    for later_s, texts in frames:
        desk.happen(Scanned(scan(*texts)), now_s + later_s)
        now_s += OTHER_CODE_S
        desk.happen(Scanned(scan("VI1:C", "VI1:B")), now_s)
    assert desk.checks == []
    assert isinstance(desk.screen, CodeChoice if button is None else Ready)


@given(
    frames=st.lists(
        st.tuples(
            st.floats(0.01, 3 * LINGER_S), st.sampled_from([None, *Button]), st.sampled_from([None, "A"])
        ),
        max_size=40,
    ),
    answers=st.lists(st.none() | JUDGED, max_size=40),
)
def test_second_check_of_a_code_has_its_cause(
    frames: list[tuple[float, Button | None, str | None]], answers: list[RecordedCheck | None]
):
    """The code was away longer than LINGER_S, or the trigger or the end of a fault asked for a check."""
    desk, now_s, last_s, asked = Desk(answers), 100.0, float("-inf"), False
    for later_s, button, text in frames:
        now_s += later_s
        if text is not None:
            count = len(desk.checks)
            desk.happen(Scanned(scan(text)), now_s)
            if len(desk.checks) > count:
                assert count == 0 or asked or now_s - last_s > LINGER_S
                asked = False
            last_s = now_s
        if button is not None:
            asked |= isinstance(desk.screen, FaultScreen) or (
                isinstance(desk.screen, Ready) and button is TRIGGER
            )
            desk.happen(Pressed(button), now_s)


@example(  # picked while it alone is in view, some time after both were
    frames=[
        (1.0, ("VI1:B", "VI1:C"), TRIGGER),
        *[(1.0, (), TRIGGER)] * 3,
        (1.0, ("VI1:C",), Button.CONFIRM),
        (1.0, (), TRIGGER),
        (1.0, ("VI1:C",), None),
    ]
)
@MANY
@given(
    frames=st.lists(
        st.tuples(
            st.floats(0.01, 1.5 * LINGER_S),
            st.sampled_from([(), ("VI1:B",), ("VI1:C",), ("VI1:B", "VI1:C")]),
            st.sampled_from([None, TRIGGER, *Button, CodeChosen(0), CodeChosen(1), OthersWanted()]),
        ),
        max_size=40,
    )
)
def test_second_check_of_one_of_two_marks_has_its_cause(
    frames: list[tuple[float, tuple[str, ...], Button | CodeChosen | OthersWanted | None]],
):
    """The officer picked it or asked for it, it was away for LINGER_S, or the other was checked since."""
    desk, now_s, asked = Desk([]), 100.0, False
    last_s: dict[str, float] = {}
    for later_s, texts, touch in frames:
        now_s += later_s
        if texts:
            count = len(desk.checks)
            desk.happen(Scanned(scan(*texts)), now_s)
            for _, text in desk.checks[count:]:
                before = [checked for _, checked in desk.checks[:count]]
                stayed = text in last_s and now_s - last_s[text] <= LINGER_S
                assert asked or not stayed or text not in before or before[-1] != text
                assert texts == (text,)
                asked = False
            last_s |= dict.fromkeys(texts, now_s)
        if touch is not None:
            asked |= isinstance(desk.screen, Ready) and touch is TRIGGER
            desk.happen(Pressed(touch) if isinstance(touch, Button) else touch, now_s)


@given(
    frames=st.lists(st.tuples(st.floats(0.01, LINGER_S), st.permutations("AB")), max_size=30),
    first=JUDGED,
)
def test_code_in_view_behind_a_verdict_is_never_checked_by_itself(
    frames: list[tuple[float, list[str]]], first: RecordedCheck
):
    desk, now_s = Desk([first]), 100.0
    for later_s, (near, far) in frames:
        now_s += later_s
        desk.happen(Scanned(scan(near, far)), now_s)
    assert len(desk.checks) == min(1, len(frames))

"""Nothing is confirmed, compared or acknowledged that the officer had not seen, for events in any order.

The test models what the display showed at each time, and compares every effect with it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.model import Fit, RecordedCheck, Subject, VehicleFinding
from terminal.ports import Button
from terminal.screens.alarms import Alarm
from terminal.screens.attention import HOLD_S, SETTLE_S, Drawn, KeyDown, KeyUp, Touched
from terminal.screens.check import Ready, Result
from terminal.screens.comparing import Compared, Comparison
from terminal.screens.events import Confirm, Effect, Recorded, Refined, Reported, ScreenEvent, Tick
from terminal.screens.state import Shown
from terminal.screens.ui import Ui, UiEvent, advance
from terminal.screens.values import Status
from tests.terminal.screens.officer import A, B, check, lettered

EPSILON_S = 1e-6
FOUND = [VehicleFinding.UNCHECKED, VehicleFinding.VALID, VehicleFinding.ALARM, VehicleFinding.OFF_ROAD]
CHECKS = [
    lettered(check(seq, plate, found), letters)
    for seq, plate in ((1, A), (2, B))
    for found in FOUND
    for letters in ("C", "J")
]


@dataclass(frozen=True)
class Press:
    """A key goes down, and its press is handled later."""

    button: Button
    late_s: float


@dataclass(frozen=True)
class Release:
    """A key comes up."""

    button: Button


@dataclass(frozen=True)
class Arrive:
    """The registry, the camera or an answer to an effect changes the screen, before it is drawn."""

    event: ScreenEvent


@dataclass(frozen=True)
class Draw:
    """The current screen is drawn."""


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    seconds: float


Act: TypeAlias = "Press | Release | Arrive | Draw | Wait"
ARRIVALS = st.builds(
    lambda kind, judged: kind(judged), st.sampled_from([Recorded, Refined, Reported]), st.sampled_from(CHECKS)
)
ACTS = st.one_of(
    st.builds(Press, st.sampled_from([*Button, Button.CONFIRM, Button.CONFIRM]), st.floats(0, 0.7)),
    st.builds(Release, st.sampled_from(Button)),
    st.builds(Arrive, ARRIVALS),
    st.just(Draw()),
    st.builds(Wait, st.floats(0, 1.2)),
)
PRESSED = st.builds(lambda button: [Press(button, 0.0), Draw(), Wait(SETTLE_S)], st.sampled_from(Button))
HELD = st.builds(
    lambda seconds: [Draw(), Press(Button.CONFIRM, 0.0), Wait(seconds), Arrive(Tick(Status()))],
    st.floats(0.8, 1.3),
)
BLIND = st.builds(
    lambda event, seconds, drawn: [
        *(Release(Button.CONFIRM), Arrive(event), Press(Button.CONFIRM, 0.0)),
        *([Draw()] if drawn else []),
        *(Wait(seconds), Arrive(Tick(Status())), Draw()),
    ],
    ARRIVALS,
    st.floats(0.8, 1.3),
    st.booleans(),
)
"""A key goes down after an event and before the result is drawn, and stays down."""
SEEN = st.builds(lambda event: [Arrive(event), Draw(), Wait(SETTLE_S)], ARRIVALS)
STORY = st.lists(
    st.one_of(ACTS.map(lambda act: [act]), PRESSED, HELD, BLIND, SEEN), min_size=4, max_size=40
).map(lambda parts: [act for part in parts for act in part])


def about(screen: Shown) -> object:
    """Return what a press on a screen would refer to."""
    match screen:
        case Alarm(judged=judged, about=about):
            return Alarm, judged, about
        case Result(judged=judged):
            return Result, judged
        case Comparison(judged=judged, fits=fits):
            return Comparison, judged, len(fits)
        case _:
            return type(screen)


@dataclass
class Glass:
    """A terminal with a record of its display and of its effects."""

    ui: Ui = field(default_factory=lambda: Ui(Ready()))
    now_s: float = 10.0
    drawn: list[tuple[float, object]] = field(default_factory=list)
    """The screens that the display showed, with their start times, in order."""
    by_officer: bool = False
    """True if the current screen was opened by a press, and by nothing that came with it."""
    own: set[float] = field(default_factory=set)
    """Times at which screens that the officer opened were drawn."""
    down: dict[Button, float] = field(default_factory=dict)
    up_s: float = 0.0
    """Time at which a key last came up."""

    def act(self, act: Act) -> None:
        match act:
            case Wait(seconds):
                self.now_s += seconds
            case Draw():
                what = about(self.ui.screen)
                if not self.drawn or self.drawn[-1][1] != what:
                    self.drawn.append((self.now_s, what))
                    self.own |= {self.now_s} if self.by_officer else set()
                self.happen(Drawn())
            case Arrive(event):
                self.happen(event)
            case Press(button, late_s) if button not in self.down:
                down_s = max(self.now_s - late_s, self.up_s)
                self.down[button] = down_s
                self.happen(KeyDown(button, down_s))
            case Release(button) if button in self.down:
                self.up_s = self.now_s
                self.happen(KeyUp(button, self.now_s))
                del self.down[button]
            case _:
                pass  # no key goes down twice

    def happen(self, event: UiEvent) -> None:
        before = self.ui
        self.ui, effects = advance(self.ui, event, self.now_s)
        if about(before.screen) != about(self.ui.screen):
            self.by_officer = isinstance(event, KeyDown | Touched)
        if len(self.ui.heard) > len(before.heard):
            self.acknowledged(before)
        for effect in effects:
            if isinstance(event, KeyDown | Touched):
                self.done(effect, before.screen, event.at_s)
            self.answer(effect)

    def since(self, at_s: float) -> tuple[float, object]:
        """Return what the display showed at a time, and since when."""
        place = bisect_right(self.drawn, at_s, key=lambda one: one[0])
        assert place, "nothing was drawn"
        return self.drawn[place - 1]

    def saw(self, at_s: float, what: object, seconds: float) -> None:
        """Require that the officer saw this at a time, for `seconds` unless they had opened it themselves."""
        since_s, shown = self.since(at_s)
        assert shown == what
        own = since_s in self.own and not isinstance(what, type) and what[0] is Result  # type: ignore[index]  # `about`
        assert own or at_s - since_s >= seconds - EPSILON_S

    def done(self, effect: Effect, screen: Shown, at_s: float) -> None:
        """Require that the object of an effect was seen before."""
        if isinstance(effect, Confirm):
            self.saw(at_s, (Result, effect.judged), SETTLE_S)
        if isinstance(effect, Compared):
            assert isinstance(screen, Comparison)
            self.saw(at_s, (Comparison, effect.judged, len(effect.fits) - 1), SETTLE_S)

    def acknowledged(self, before: Ui) -> None:
        """Require that a hold that acknowledged an alarm began when the officer saw it, and lasted to the
        end.
        """
        assert before.up is not None
        down_s = self.down[Button.CONFIRM]
        since_s, shown = self.since(down_s)
        assert shown == about(before.screen)
        assert self.drawn[-1] == (since_s, shown), "the display went on to show something else"
        assert self.now_s - down_s >= HOLD_S - EPSILON_S

    def answer(self, effect: Effect) -> None:
        """Perform an effect at once, as the app does."""
        match effect:
            case Confirm(judged):
                self.happen(Recorded(_confirmed(judged)))
            case Compared(judged, fits):
                agrees = set(fits) == {Fit.AGREES}
                one = replace(judged, fits=fits)
                self.happen(Recorded(_confirmed(one) if agrees else one))
            case _:
                pass


def _confirmed(judged: RecordedCheck) -> RecordedCheck:
    return replace(judged, verdict=replace(judged.verdict, subject=Subject.CONFIRMED))


@settings(max_examples=600, deadline=None)
@given(STORY)
def test_nothing_is_confirmed_compared_or_acknowledged_that_was_not_seen(story: list[Act]):
    glass = Glass()
    for act in story:
        glass.act(act)


@given(STORY)
def test_no_press_is_queued(story: list[Act]):
    """With every key up, no event and no drawing confirms or acknowledges anything."""
    glass = Glass()
    for act in story:
        glass.act(act)
    for button in Button:
        glass.act(Release(button))
    heard = glass.ui.heard
    for _ in range(5):
        glass.now_s += 1.0
        for event in (Tick(Status()), Drawn()):
            glass.ui, effects = advance(glass.ui, event, glass.now_s)
            assert not any(isinstance(effect, Confirm | Compared) for effect in effects)
    assert glass.ui.heard == heard


def test_the_stories_come_to_what_they_are_about():
    """A fixed story in which a vehicle is confirmed, and an alarm shown, acknowledged and compared."""
    stolen = lettered(check(1, A, VehicleFinding.ALARM), "C")
    glass = Glass()
    see: list[Act] = [Draw(), Wait(SETTLE_S)]
    hold: list[Act] = [Press(Button.CONFIRM, 0.0), Wait(HOLD_S), Arrive(Tick(Status()))]
    let_go: list[Act] = [Release(button) for button in Button]

    def press(button: Button) -> list[Act]:
        return [Press(button, 0.0), *let_go, *see]

    story: list[Act] = [Arrive(Recorded(check(1, A))), *see, *press(Button.CONFIRM)]
    story += [Arrive(Refined(_confirmed(stolen))), *see, *hold, *let_go, *see, *press(Button.CONFIRM)]
    story += [*press(Button.TRIGGER), *press(Button.TRIGGER), *press(Button.TRIGGER)]
    for act in story:
        glass.act(act)
    assert len(glass.ui.heard) == 1
    assert isinstance(glass.ui.screen, Result)
    assert glass.ui.screen.judged.fits == (Fit.AGREES,) * 3
    assert glass.ui.dropped == 0

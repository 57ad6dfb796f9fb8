"""All text is on the screen and complete: nothing overlaps, is truncated, or lacks contrast."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.credential.grade import Grade
from terminal.drawing import theme
from terminal.drawing.draw import compose
from terminal.drawing.fonts import Colour, Fonts
from terminal.drawing.items import Fill, IconItem, Item, PlateArt, Text, paint
from terminal.drawing.layout import Type, evenly, wrap
from terminal.drawing.light import contrast
from terminal.drawing.theme import Language, Style
from terminal.journal.notes import ACTIONS, Action, Control, ControlWord, Mistaken
from terminal.model import (
    AnswerSummary,
    Candidate,
    CredentialFinding,
    Fit,
    HotlistWord,
    LookupState,
    Outcome,
    Plate,
    Reason,
    RecordDetails,
    RecordedCheck,
    SealedClaims,
    Subject,
    VehicleFinding,
    VehicleStatus,
)
from terminal.screens.alarms import About, Alarm
from terminal.screens.check import Advice, Keys, KindChoice, KindSource, Phase, PlateEntry, Ready, Result
from terminal.screens.comparing import Comparison
from terminal.screens.sealed import SealedReasons, SealedView
from terminal.screens.shift import LogEntry, Menu, ShiftEnd, ShiftLog, ShiftOver, Uploading
from terminal.screens.sign_in import (
    BUTTON_KEYS,
    Blocked,
    Locked,
    PadEntry,
    SignIn,
    SignInRefusal,
    SignInScreen,
)
from terminal.screens.state import FaultScreen, Screen, Shown
from terminal.screens.values import (
    AlarmStatus,
    CameraStatus,
    ClockStatus,
    Logged,
    Notice,
    Sending,
    SignedInOfficer,
    Status,
    TrustStatus,
    UploadProgress,
    WaitingAlarms,
)
from terminal.vehicle.plate import kinds_of
from terminal.vehicle.tables import KINDS, VEHICLE_TYPES
from tests.terminal.drawing.gallery import FORKED, VIEWS, View
from tests.terminal.drawing.gallery_sealed import NOTE, SEALED
from tests.terminal.drawing.gallery_verdict import RECORD
from tests.terminal.screens.builders import CAR, PROVES_CLAIMS, REFUSALS, neighbour, result, with_judged

PLAIN = {theme.BLACK, theme.WHITE}
LANGUAGES: tuple[Language, ...] = ("zh", "en")
NUMBERS = {"03": "224578使", "31": "WJ粤1234X", "14": "苏01A1234", "51": "粤B12345D", "52": "粤BD12345"}
SIZES = [(480, 800), (720, 1280), (600, 1024), (320, 480), (480, 640)]
CELLS = list(product(CredentialFinding, VehicleFinding, LANGUAGES))


def _plates() -> list[Plate]:
    return [Plate(NUMBERS.get(kind, "粤B12345"), kind) for kind in KINDS]


def check(items: list[Item], look: Style) -> None:
    """Invariants of every screen."""
    screen = pygame.Rect((0, 0), look.size)
    solid = [item for item in items if isinstance(item, Text | IconItem | PlateArt)]
    for one in solid:
        assert screen.contains(one.rect), one
    for one, other in combinations(solid, 2):
        assert not one.rect.colliderect(other.rect), (one, other)
    for place, item in enumerate(items):
        if isinstance(item, Text):
            assert contrast(item.colour, _ground(items[:place], item, look)) >= 7, item


def _ground(behind: list[Item], text: Text, look: Style) -> Colour:
    """Return the colour behind a text, which must be uniform."""
    ground = theme.palette(look).paper
    for item in behind:
        if isinstance(item, Fill) and item.rect.colliderect(text.rect):
            assert item.rect.contains(text.rect), (item, text)
            ground = item.colour
    return ground


def said(items: list[Item]) -> str:
    """Return all texts, without spaces."""
    return "".join("".join(item.string for item in items if isinstance(item, Text)).split())


@pytest.mark.parametrize(("found", "vehicle", "language"), CELLS)
def test_every_cell_of_the_table_is_shown_whole(
    found: CredentialFinding, vehicle: VehicleFinding, language: Language, fonts: Fonts
):
    plates = _plates()
    plate = plates[CELLS.index((found, vehicle, language)) % len(plates)]
    for subject in (Subject.CODE, Subject.CONFIRMED):
        screen = result(found, vehicle, car=replace(CAR, plate=plate), subject=subject)
        look = Style(language, fonts)
        items = compose(screen, look)
        check(items, look)
        verdict = screen.judged.verdict
        guidance = verdict.guidance_zh if language == "zh" else verdict.guidance_en
        assert ("".join(guidance.split()) in said(items)) is (screen.phase is Phase.VERDICT)
        drawn = [item.plate for item in items if isinstance(item, PlateArt)]
        assert drawn == ([plate] if found in PROVES_CLAIMS else [])
        assert min(item.size for item in items if isinstance(item, Text)) >= 14


@pytest.mark.parametrize("plate", _plates(), ids=lambda plate: plate.kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_plate_is_shown_whole(plate: Plate, language: Language, fonts: Fonts):
    screen = result(CredentialFinding.CURRENT, car=replace(CAR, plate=plate))
    look = Style(language, fonts)
    items = compose(screen, look)
    check(items, look)
    name = KINDS[plate.kind].name_zh if language == "zh" else KINDS[plate.kind].name_en
    assert "".join(name.split()) in said(items)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_shown_whole(reason: Reason, language: Language, fonts: Fonts):
    look = Style(language, fonts)
    check(compose(result(CredentialFinding.UNVERIFIABLE, reason=reason), look), look)


@pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))
def test_every_golden_screen_keeps_the_rules(view: View, fonts: Fonts):
    check(compose(view.screen, view.look(fonts)), view.look(fonts))


NOTICES = st.lists(
    st.builds(
        Notice,
        st.just("J02"),
        st.text("记录未能保存，", min_size=1, max_size=24),
        st.text("ab ,", min_size=1),
    ),
    max_size=4,
).map(tuple)
STATUSES = st.builds(
    Status,
    clock=st.builds(ClockStatus, now_s=st.floats(0, 4e9), trusted=st.booleans()),
    trust=st.builds(
        TrustStatus,
        age_s=st.none() | st.floats(0, 1e9),
        grade=st.sampled_from(Grade),
        laboratory=st.booleans(),
    ),
    records=st.integers(0, 99_999),
    torch=st.booleans(),
    province=st.sampled_from(["", "粤"]),
    online=st.none() | st.booleans(),
    camera=st.sampled_from(CameraStatus),
    notices=NOTICES,
    upload=st.none() | st.sampled_from(Sending),
    shift=st.sampled_from(["", "7", "320508-0042", "S" * 40]),
)
CARS = st.builds(
    lambda plate, type_, use, colour, tail: replace(
        CAR, plate=plate, vehicle_type=type_, use=use, colour=colour, vin_tail=tail
    ),
    st.sampled_from(_plates()),
    st.sampled_from([*VEHICLE_TYPES, "未知类"]),
    st.sampled_from([*"ABCDEFGHIJKLMNOPQRSTUZ", "?"]),
    st.none() | st.text("ABCDEFGHIJZ", min_size=1, max_size=3),
    st.none() | st.just("WWWWWW"),
)
VEHICLES = st.builds(
    VehicleStatus,
    st.sampled_from(VehicleFinding),
    st.none() | st.text("ABCGHIKLMQZ", min_size=1, max_size=10),
    st.none() | st.just(20270831),
    st.none() | st.integers(0, 10**7),
    st.none() | CARS,
    st.none() | st.sampled_from(["大众牌SVW7183LJD", "梅赛德斯-奔驰牌BJ6481HDL", "W" * 24]),
    details=st.sampled_from([RECORD.details, RecordDetails(), RecordDetails(scrap_date=20360801)]),
    hotlist=st.none()
    | st.builds(HotlistWord, st.booleans(), st.none() | st.integers(0, 10**7), st.booleans()),
)
JUDGED_MORE = st.fixed_dictionaries(
    {
        "text": st.none() | st.just("VI1:"),
        "plate": st.none() | st.sampled_from(_plates()),
        "lookup": st.sampled_from(LookupState),
        "answer": st.builds(AnswerSummary, newer_issued=st.booleans()),
    }
)


NUMBERS_OF_ANY_KIND = st.one_of(
    [st.from_regex(kind.pattern, fullmatch=True) for kind in KINDS.values() if kind.pattern]
)


LOGGED = st.builds(
    Logged,
    st.integers(1, 10**6),
    st.floats(0, 4e9),
    st.none() | st.sampled_from(_plates()),
    st.sampled_from(Outcome),
    st.lists(
        st.sampled_from([*map(Action, ACTIONS), Mistaken(), *map(ControlWord, Control)]), max_size=9
    ).map(tuple),
    st.booleans(),
)
PROGRESS = st.builds(
    UploadProgress,
    st.integers(0, 10**5),
    st.integers(0, 10**5),
    st.none() | st.floats(0, 1e6),
    st.sampled_from(Sending),
    st.none() | st.just(FORKED),
)
NAMED = st.none() | st.text("王张李*欧阳A1", min_size=1, max_size=24)
OPENED_CLAIMS = st.none() | st.builds(
    SealedClaims, st.text("LSVAA4182E2123456", min_size=17, max_size=17), NAMED, NAMED
)
COUNTED = st.lists(
    st.tuples(st.sampled_from(Outcome), st.integers(0, 99_999)), unique_by=lambda one: one[0]
).map(tuple)


STATUSES_WITH_ALARMS = st.builds(
    lambda status, waiting: replace(status, alarms=AlarmStatus(waiting)),
    STATUSES,
    st.none() | st.builds(WaitingAlarms, st.integers(1, 99), st.just(True)),  # noqa: FBT003 - a field
)
DIGITS = st.text("0123456789", max_size=12)
SIGNED_IN = st.builds(SignedInOfficer, st.just("9" * 12), st.sampled_from(["王小明", "欧阳" * 16, "W" * 32]))
SIGN_IN_SCREENS: st.SearchStrategy[SignInScreen] = st.one_of(
    st.builds(Locked, SIGNED_IN),
    st.builds(Blocked, st.just("9" * 12)),
    st.builds(
        SignIn,
        DIGITS,
        DIGITS,
        st.sampled_from(PadEntry),
        st.none() | st.sampled_from(BUTTON_KEYS),
        st.booleans(),
        st.none() | st.sampled_from([one for one in SignInRefusal if one is not SignInRefusal.BLOCKED]),
        st.floats(0, 1024),
        st.none() | SIGNED_IN,
        st.sampled_from(["", "9" * 12]),
        st.booleans(),
    ),
)


@st.composite
def shift_screens(draw: st.DrawFn, status: Status) -> Screen:
    """Draw any screen of the shift that the app can reach."""
    log = draw(st.lists(LOGGED, max_size=12, unique_by=lambda one: one.seq).map(tuple))
    listed = ShiftLog(status, log, told=draw(st.booleans()))
    listed = replace(listed, page=draw(st.integers(-3, 3)))
    drawn: Screen = draw(
        st.one_of(
            st.just(Menu(status)),
            st.just(listed),
            st.builds(LogEntry, st.just(status), LOGGED, st.just(listed), st.booleans()),
            st.builds(SealedReasons, st.just(status), st.just(SEALED), st.just(NOTE)),
            OPENED_CLAIMS.map(lambda claims: SealedView(status, SEALED, claims, NOTE, 0.0)),
            st.builds(ShiftEnd, st.just(status), st.booleans(), st.none() | COUNTED, st.integers(0, 99_999)),
            st.builds(Uploading, st.just(status), PROGRESS, st.none() | COUNTED),
            st.builds(ShiftOver, st.just(status), COUNTED),
        )
    )
    return drawn


@st.composite
def entries(draw: st.DrawFn, status: Status, after: RecordedCheck | None) -> Screen:
    """Draw plate entry, or the choice of a kind."""
    number = draw(NUMBERS_OF_ANY_KIND)
    if draw(st.booleans()):
        part = number[: draw(st.integers(0, len(number)))]
        advice = draw(st.none() | st.sampled_from(Advice))
        return PlateEntry(status, part, draw(st.sampled_from(Keys)), advice, after)
    twelve = st.permutations(list(KINDS)).map(lambda codes: tuple(codes[:12]))
    kinds = draw(st.just(kinds_of(number)) | twelve)
    listing = draw(st.sampled_from(KindSource))
    if listing is not KindSource.REGISTRY:
        return KindChoice(status, number, kinds, listing, after)
    listed = tuple(Candidate(kind, draw(VEHICLES)) for kind in (*kinds[:11], "98"))
    return KindChoice(status, number, (*kinds[:11], "98"), listing, after, found=listed)


@st.composite
def screens(draw: st.DrawFn) -> Shown:
    """Draw any screen that the app can reach."""
    status = draw(STATUSES)
    kind = draw(st.sampled_from([Ready, Result, Result, PlateEntry, KindChoice, FaultScreen, Menu, SignIn]))
    if kind is SignIn:
        return replace(draw(SIGN_IN_SCREENS), status=draw(STATUSES_WITH_ALARMS))
    if kind in (Menu, Ready):
        return draw(shift_screens(status)) if kind is Menu else Ready(status)
    after = draw(st.none() | st.just(result(CredentialFinding.FAILED).judged))
    if kind in (PlateEntry, KindChoice):
        return draw(entries(status, after))
    if kind is FaultScreen:
        return FaultScreen(
            status, Notice("J02", "存储空间已满，记录未能保存，不显示结论", "Storage is full " * 6)
        )
    found = draw(st.sampled_from(CredentialFinding))
    subject = draw(st.sampled_from(Subject))
    shown = result(found, draw(VEHICLES), car=draw(CARS), subject=subject, status=status)
    shown = with_judged(shown, **draw(JUDGED_MORE))
    other = draw(st.none() | st.sampled_from(["VI1:B", "B"]).map(neighbour))
    if shown.judged.verdict.outcome is Outcome.ALARM and draw(st.booleans()):
        return draw(alarm_screens(shown))
    details = draw(st.integers(0, shown.detail_pages)) if shown.has_details else 0
    log = draw(st.none() | st.just(ShiftLog(status)))
    return replace(shown, other=other, revealed=draw(st.booleans()), details=details, log=log)


@st.composite
def alarm_screens(draw: st.DrawFn, shown: Result) -> Shown:
    """Draw an alarm, or the comparison after it."""
    if draw(st.booleans()):
        fits = tuple(draw(st.lists(st.sampled_from(Fit), max_size=2)))
        return Comparison(shown.status, shown.judged, shown, fits)
    about, more = draw(st.sampled_from(About)), draw(st.integers(0, 9))
    return Alarm(shown.status, shown.judged, about, more, held=draw(st.booleans()))


@settings(deadline=None, max_examples=250)
@given(
    screen=screens(),
    how=st.tuples(
        st.sampled_from(LANGUAGES),
        st.sampled_from(SIZES),
        st.booleans(),
    ),
    live=st.booleans(),
)
def test_any_screen_is_shown_whole_at_any_size(
    screen: Shown, how: tuple[Language, tuple[int, int], bool], *, live: bool, fonts: Fonts
):
    language, size, night = how
    look = Style(language, fonts, size, night)
    check(compose(screen, look, live=live), look)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_on_a_number_has_room_below_the_fullest_bars(
    language: Language, size: tuple[int, int], fonts: Fonts
):
    look = Style(language, fonts, size)
    busy, banner = VIEWS["busy"].screen.status, VIEWS["open_banner_entry"].screen.status
    for bare, keys, advice, number in product(
        (busy, banner), Keys, (None, *Advice), ("", "粤B1", "粤B12345")
    ):
        status = replace(
            bare,
            clock=ClockStatus(0.0, trusted=False),
            trust=TrustStatus(None, Grade.STALE, laboratory=True),
        )
        items = compose(PlateEntry(status, number, keys, advice), look)
        check(items, look)
        assert advice is None or said(items) != said(compose(PlateEntry(status, number, keys), look))


def test_verdict_and_what_to_do_stay_large_on_the_fullest_screen(fonts: Fonts):
    items = compose(VIEWS["busy"].screen, VIEWS["busy"].look(fonts))
    sizes = {item.string: item.size for item in items if isinstance(item, Text)}
    assert sizes["暂可放行"] >= 64
    assert next(size for string, size in sizes.items() if string.startswith("凭证真实有效")) >= 22
    assert next(item.rect.height for item in items if isinstance(item, PlateArt)) >= 88


@pytest.mark.parametrize("view", VIEWS.values(), ids=list(VIEWS))
def test_letters_stay_inside_their_lines(view: View, fonts: Fonts):
    """Measured on the drawn pixels: the space that layout reserves for a line contains all of them."""
    for item in compose(view.screen, view.look(fonts)):
        if isinstance(item, Text):
            surface = pygame.Surface(view.look(fonts).size, pygame.SRCALPHA)
            paint(surface, item, fonts, None)
            ink = surface.get_bounding_rect()
            assert item.rect.inflate(4, 2).contains(ink), item


def test_second_answer_is_never_green_or_red_where_it_is_open(fonts: Fonts):
    """An undetermined screen has neither a pass's nor a refusal's fill anywhere."""
    for name in ("undetermined", "unreadable", "undetermined_night"):
        items = compose(VIEWS[name].screen, VIEWS[name].look(fonts))
        worn = {getattr(item, "colour", None) for item in items} | {
            colour for item in items for colour in getattr(item, "colours", ())
        }
        of = (theme.DAY.verdict, theme.NIGHT.verdict)
        hues = [hue for colours in of for hue in (colours.green, colours.red, colours.amber)]
        assert not worn & {colour for hue in hues for colour in (hue.mark, hue.ground)} - PLAIN


@pytest.mark.parametrize("found", sorted(REFUSALS))
def test_claims_that_are_not_proven_are_not_shown(found: CredentialFinding, fonts: Fonts):
    words = said(compose(result(found), Style("zh", fonts)))
    assert "检验有效期至" not in words
    assert CAR.vin_tail is not None
    assert CAR.vin_tail not in words


def _style(fonts: Fonts, size: int = 20) -> Type:
    return Type(fonts, size, (0, 0, 0))


@settings(deadline=None)
@given(words=st.text("检验标志，。（）《》；：！？ ab,1 .", max_size=60), width=st.integers(60, 400))
def test_wrapping_keeps_every_character_and_the_width(words: str, width: int, fonts: Fonts):
    for lines in (wrap(words, _style(fonts), width), evenly(words, _style(fonts), width)):
        assert "".join("".join(lines).split()) == "".join(words.split())
        assert all(_style(fonts).width(line) <= width for line in lines)
    assert len(evenly(words, _style(fonts), width)) == len(wrap(words, _style(fonts), width))


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("机动车状态未核查，联网", 160, ("机动车状态", "未核查，联网")),
        ("核查（未联网）", 70, ("核查", "（未联", "网）")),
        ("Ask control now", 110, ("Ask control", "now")),
        ("记录 15:06:40", 100, ("记录", "15:06:40")),
        ("", 100, ("",)),
    ],
)
def test_lines_break_where_a_reader_expects(words: str, width: int, lines: tuple[str, ...], fonts: Fonts):
    assert wrap(words, _style(fonts), width) == lines

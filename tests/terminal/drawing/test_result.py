"""A verdict's screen states the vehicle and the source, no more than is known, and blames nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from terminal.drawing import theme
from terminal.drawing.draw import compose
from terminal.drawing.fonts import Fonts
from terminal.drawing.icons import Icon
from terminal.drawing.items import IconItem, PlateArt, Text
from terminal.drawing.soft_keys import keys
from terminal.drawing.theme import Style
from terminal.model import (
    AnswerSummary,
    CredentialFinding,
    Fit,
    LookupState,
    Outcome,
    Plate,
    RecordDetails,
    Subject,
    Vehicle,
    VehicleFinding,
    VehicleStatus,
)
from terminal.ports import Button
from terminal.screens.check import Result
from tests.terminal.drawing.displays import STYLE
from tests.terminal.drawing.gallery import VIEWS
from tests.terminal.drawing.gallery_verdict import RECORD as FULL_RECORD
from tests.terminal.screens.builders import CAR, aged, by_plate, result, with_judged

ALARMS = (VehicleFinding.ALARM, VehicleFinding.CACHED_ALARM)
RECORD = Vehicle(CAR.plate, "H31", "A", 202708, "J", "9Z8Y7X")
BRAND = "东风牌EQ1040"


def texts(screen: Result, fonts: Fonts) -> list[Text]:
    return [item for item in compose(screen, Style("zh", fonts)) if isinstance(item, Text)]


def said(screen: Result, fonts: Fonts) -> str:
    return "".join(item.string for item in texts(screen, fonts))


def detailed(screen: Result, fonts: Fonts) -> list[Text]:
    """Return the texts on all pages of details."""
    pages = [replace(screen, details=page + 1) for page in range(screen.detail_pages)]
    return [item for page in pages for item in texts(page, fonts)]


def said_in_detail(screen: Result, fonts: Fonts) -> str:
    return "".join(item.string for item in detailed(screen, fonts))


def plates(screen: Result, fonts: Fonts) -> list[PlateArt]:
    return [item for item in compose(screen, Style("zh", fonts)) if isinstance(item, PlateArt)]


def live(
    finding: VehicleFinding, vehicle: Vehicle | None = RECORD, brand: str | None = BRAND
) -> VehicleStatus:
    return VehicleStatus(finding, "C", 20270831, 130, vehicle, brand, RecordDetails(scrap_date=20360801))


def test_code_that_was_not_shown_is_no_warning(fonts: Fonts):
    screen = by_plate(VehicleFinding.CACHED_VALID)
    (line,) = [item for item in detailed(screen, fonts) if item.string == "未出示凭证"]
    assert line.colour == theme.DAY.muted
    worn = {
        item.colour
        for page in (screen, replace(screen, details=1))
        for item in compose(page, Style("zh", fonts))
        if isinstance(item, IconItem)
    }
    assert not worn & {theme.AMBER, theme.RED, theme.NOTICE}


@pytest.mark.parametrize(
    ("found", "lookup", "words"),
    [
        (VehicleFinding.CACHED_VALID, LookupState.NOT_ASKED, "本机名单（4 分钟前），未联网核查"),
        (VehicleFinding.CACHED_VALID, LookupState.WAITING, "正在联网核查…"),
        (VehicleFinding.CACHED_VALID, LookupState.NO_ANSWER, "登记系统未答复；本机名单（4 分钟前）"),
        (VehicleFinding.UNCHECKED, LookupState.NO_ANSWER, "登记系统未答复，机动车状态仍未核查"),
        (VehicleFinding.VALID, LookupState.ANSWERED, "2 分钟前联网核查"),
        (VehicleFinding.OFF_ROAD, LookupState.NO_ANSWER, "4 分钟前联网核查"),
    ],
)
def test_the_first_page_says_where_the_finding_is_from(
    found: VehicleFinding, lookup: LookupState, words: str, fonts: Fonts
):
    status = replace(live(found), age_s=None) if found is VehicleFinding.UNCHECKED else live(found)
    shown = aged(by_plate(status, lookup), 120.0)
    assert "".join(words.split()) in "".join(said(shown, fonts).split())


def test_newer_credential_is_told_as_calmly_as_any_label(fonts: Fonts):
    screen = result(CredentialFinding.CURRENT, subject=Subject.CONFIRMED)
    newer = with_judged(screen, answer=AnswerSummary(newer_issued=True))
    assert "更新的凭证" not in said_in_detail(screen, fonts)
    (line,) = [item for item in detailed(newer, fonts) if "更新的凭证" in item.string]
    assert line.colour == theme.DAY.muted
    assert newer.judged.verdict.outcome is screen.judged.verdict.outcome


@pytest.mark.parametrize(
    ("subject", "words"),
    [(Subject.TYPED, "输入的号牌"), (Subject.CONFIRMED, "已确认是本车"), (Subject.CODE, "是眼前这辆车吗？")],
)
def test_whose_word_names_the_plate_is_said(subject: Subject, words: str, fonts: Fonts):
    screen = result(CredentialFinding.CURRENT, subject=subject)
    shown = said(screen, fonts) if subject is Subject.CODE else said_in_detail(screen, fonts)
    assert [one for one in ("输入的号牌", "已确认是本车", "是眼前这辆车吗？") if one in shown] == [words]


def test_entered_plate_is_nearly_as_wide_as_a_question_s(fonts: Fonts):
    asked = plates(result(CredentialFinding.CURRENT), fonts)[0]
    typed = plates(by_plate(VehicleFinding.CACHED_VALID), fonts)[0]
    assert typed.plate == CAR.plate
    assert typed.rect.height >= 0.8 * asked.rect.height


def test_plate_of_another_vehicle_s_code_stands_below_the_entered_one_and_smaller(fonts: Fonts):
    own, other = plates(VIEWS["other_vehicle"].screen, fonts)  # type: ignore[arg-type]  # a Result
    assert (own.plate, other.plate) == (Plate("苏A12345", "02"), CAR.plate)
    assert own.rect.height > other.rect.height
    assert own.rect.bottom < other.rect.top


def test_another_vehicle_s_claims_are_not_this_one_s(fonts: Fonts):
    screen = with_judged(
        result(CredentialFinding.OTHER_VEHICLE, live(VehicleFinding.VALID), subject=Subject.TYPED),
        plate=Plate("苏A12345", "02"),
    )
    shown = said(screen, fonts) + said_in_detail(screen, fonts)
    assert CAR.vin_tail is not None
    assert CAR.vin_tail not in shown
    assert "2027年08月" not in shown
    assert "9Z8Y7X" in shown


def test_the_registry_s_record_is_shown_to_compare(fonts: Fonts):
    shown = said_in_detail(by_plate(live(VehicleFinding.VALID), LookupState.ANSWERED), fonts)
    for words in (BRAND, "9Z8Y7X", "黑色", "2027-08-31", "2036-08-01", "C 被盗抢"):
        assert words in shown


def test_every_field_of_the_registry_s_record_is_on_the_pages_of_details_and_no_other(fonts: Fonts):
    """Wire format, section 5, keys 13 to 19 of a record; a field that was left out has no line."""
    full = said_in_detail(by_plate(FULL_RECORD, LookupState.ANSWERED), fonts)
    rows = [
        ("最近检验", "2025-08-11"),
        ("检验机构", "苏州市吴中区第一机动车检测站"),
        ("免上线检验", "否"),
        ("保险终止", "2027-03-08"),
        ("未处理违法", "2"),
        ("核定载客", "5"),
        ("能源种类", "汽油"),
        ("初次登记", "2021-08-24"),
    ]
    for label, value in rows:
        assert f"{label}{value}" in full
    bare = replace(FULL_RECORD, details=RecordDetails(), vehicle=CAR)
    left_out = said_in_detail(by_plate(bare, LookupState.ANSWERED), fonts)
    assert not [label for label, _ in rows if label in left_out]


def test_code_that_contradicts_the_registry_s_record_is_told(fonts: Fonts):
    known = result(CredentialFinding.CURRENT, live(VehicleFinding.VALID), subject=Subject.CONFIRMED)
    same = result(CredentialFinding.CURRENT, live(VehicleFinding.VALID, CAR), subject=Subject.CONFIRMED)
    shown = "".join(said(known, fonts).split())
    for words in ("注意核查", "凭证与登记不符", "颜色白≠黑", "车架号4K7P2C≠9Z8Y7X"):
        assert words in shown
    assert "放行" not in shown
    assert "不符" not in said(same, fonts)
    drawn = compose(replace(known, details=1), Style("zh", fonts))
    signs = [item.icon for item in drawn if isinstance(item, IconItem)]
    assert signs.count(Icon.NOT_EQUAL) == len(known.judged.verdict.differing) == 3


def test_code_that_contradicts_the_record_of_an_overdue_vehicle_is_told_too(fonts: Fonts):
    screen = result(CredentialFinding.PAST, live(VehicleFinding.OVERDUE), subject=Subject.CONFIRMED)
    assert "凭证与登记不符：颜色白≠黑" in "".join(said(screen, fonts).split())


@pytest.mark.parametrize("finding", ALARMS)
@pytest.mark.parametrize("by_code", [True, False])
def test_the_details_of_every_alarm_show_what_to_compare(
    finding: VehicleFinding,
    by_code: bool,  # noqa: FBT001 - a parameter
    fonts: Fonts,
):
    alarm = result(CredentialFinding.CURRENT, live(finding)) if by_code else by_plate(live(finding))
    assert alarm.judged.verdict.outcome is Outcome.ALARM
    shown = said_in_detail(alarm, fonts)
    for words in (
        "拦停前须逐项比对",
        "车辆类型",
        "品牌型号",
        "车身颜色",
        BRAND,
        "黑色",
        "9Z8Y7X",
    ):
        assert words in shown


def test_what_came_of_an_alarm_s_comparison_is_on_the_first_page(fonts: Fonts):
    alarm = by_plate(live(VehicleFinding.ALARM))
    differs = with_judged(alarm, fits=(Fit.AGREES, Fit.AGREES, Fit.DIFFERS))
    assert "可能套牌或误报" in "".join(said(differs, fonts).split())


def test_alarm_that_knows_nothing_of_the_vehicle_sends_the_officer_to_the_radio(fonts: Fonts):
    shown = said_in_detail(by_plate(VehicleFinding.CACHED_ALARM), fonts)
    assert "拦停前须逐项比对" in shown
    assert "须呼叫指挥中心比对" in shown


def test_point_that_is_not_known_is_not_left_out(fonts: Fonts):
    shown = said_in_detail(by_plate(live(VehicleFinding.ALARM, brand=None)), fonts)
    assert "品牌型号本机无，须呼叫核对" in shown


def test_officer_answers_an_alarm_s_question_by_its_points():
    def actions(screen: Result) -> dict[Button, str]:
        return {key.button: key.action for key in keys(screen, STYLE)}

    alarm = result(CredentialFinding.CURRENT, live(VehicleFinding.ALARM))
    assert actions(alarm)[Button.CONFIRM] == "compare_points"
    compared = with_judged(alarm, fits=(Fit.AGREES, Fit.AGREES, Fit.DIFFERS))
    assert (actions(compared)[Button.BACK], actions(compared)[Button.CONFIRM]) == ("not_this", "note")
    asked = actions(result(CredentialFinding.CURRENT))
    assert (asked[Button.BACK], asked[Button.CONFIRM]) == ("not_this", "yes_this")
    assert actions(result(CredentialFinding.FAILED))[Button.CONFIRM] == "enter_plate"

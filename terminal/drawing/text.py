"""Every text of the screens in both languages; texts from the domain's tables are not repeated here.

Wording rules: no reason or label says "伪造"; "cannot verify" and "cannot read" name the terminal's limits
and never accuse the holder.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from terminal.drawing.alarm_text import ALARM_WORDS
from terminal.drawing.sign_in_text import SIGN_IN_WORDS
from terminal.journal.notes import Action, Control, ControlWord, KeepPicture, Mistaken, Remark
from terminal.model import Reason
from terminal.vehicle import status
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import ALARM_RESULTS, VEHICLE_TYPES, Lines

if TYPE_CHECKING:
    from terminal.drawing.theme import Language
    from terminal.journal.notes import OfficerNote
    from terminal.model import EarlierAlarm, HotlistWord

WORDS: dict[str, Lines] = {
    "laboratory": Lines("实验室 LAB · 不得用于执法", "实验室 LAB · not for enforcement"),
    "clock_unsure": Lines("本机时间未校准，无法判定日期", "The clock is unsure; no date can be judged"),
    "trust_fresh": Lines("信任列表 新鲜", "Trust list fresh"),
    "trust_aged": Lines("信任列表 已 {age}", "Trust list {age} old"),
    "clock_and_trust": Lines(
        "时间未校准，信任列表过旧，无法核验", "Clock unsure, trust list too old: nothing can be verified"
    ),
    "trust_stale": Lines("信任列表过旧，无法核验凭证", "The trust list is too old; no code can be verified"),
    "trust_none": Lines("无信任列表", "No trust list"),
    "online": Lines("联网", "online"),
    "offline": Lines("离线", "offline"),
    "records": Lines("待上传 {count}", "{count} to send"),
    "more_notices": Lines("另有 {codes}", "Also {codes}"),
    "show_code": Lines("请将检验标志二维码置于框内", "Show the inspection code in the frame"),
    "camera_waiting": Lines("等待摄像头画面", "Waiting for the camera"),
    "credential": Lines("凭证", "Code"),
    "vehicle": Lines("机动车", "Vehicle"),
    "plate_in_code": Lines("凭证所载号牌", "Plate in the code"),
    "plate_confirmed": Lines("已确认是本车", "Confirmed: this vehicle"),
    "plate_typed": Lines("已输入", "As entered"),
    "plate_elsewhere": Lines("凭证所载，非本车号牌", "In the code: another vehicle's"),
    "compare_by_radio": Lines(
        "本机无车辆类型、品牌型号和颜色，须呼叫指挥中心比对",
        "Type, brand and colour are not on this terminal: ask control for them",
    ),
    "not_on_terminal": Lines("本机无，须呼叫核对", "not known here: ask control"),
    "vehicle_type": Lines("车辆类型", "Type"),
    "brand": Lines("品牌型号", "Brand"),
    "colour": Lines("车身颜色", "Colour"),
    "says_code": Lines("凭证", "Code:"),
    "says_registry": Lines("登记", "Registry:"),
    "scrap_date": Lines("强制报废期止", "To be scrapped by"),
    "newer_issued": Lines("车主已领取更新的凭证", "The owner has been issued a newer one"),
    "lookup_waiting": Lines("正在联网核查…", "Asking the registry…"),
    "earlier_alarms": Lines("此前报警的结果", "Earlier alarms ended so"),
    "lookup_several": Lines(
        "登记系统有 {count} 辆同号车，请选定", "The registry has {count} of this number: pick one"
    ),
    "hotlist_clear": Lines("不在布控名单", "Not on the hot list"),
    "hotlist_listed": Lines("在布控名单", "On the hot list"),
    "hotlist_age": Lines("，名单更新于 {age}前", ", list {age} old"),
    "hotlist_silent": Lines("，久无更新，可能漏报", ", silent too long: alarms may be missing"),
    "hotlist_incomplete": Lines("，名单不完整，可能漏报", ", list incomplete: alarms may be missing"),
    "refused_clock": Lines("登记系统拒绝：本机时间不准", "Refused by the registry: this clock is wrong"),
    "refused_inactive": Lines("登记系统拒绝：本机已停用", "Refused by the registry: terminal withdrawn"),
    "refused_malformed": Lines("登记系统拒绝：号码无法受理", "Refused by the registry: not a number"),
    "refused_key": Lines("登记系统拒绝：信任列表过旧", "Refused by the registry: trust list too old"),
    "lookup_no_answer": Lines("登记系统未应答，结论不变", "No answer from the registry; nothing changes"),
    "lookup_answered": Lines("联网核查，{age}前", "Checked with the registry {age} ago"),
    "is_it": Lines("是本车吗？", "Is it this vehicle?"),
    "valid_through": Lines("检验有效期至", "Inspection valid to"),
    "registry_valid_through": Lines("登记有效期至", "Registry valid to"),
    "description": Lines("车辆特征", "Description"),
    "vin_tail": Lines("车架号后六位", "VIN, last six"),
    "letters": Lines("登记状态：{letters}", "Registry status: {letters}"),
    "no_colour": Lines("颜色未载明", "colour not stated"),
    "no_vin_tail": Lines("未载明", "not stated"),
    "ground": Lines("核验依据：{ground}", "Ground: {ground}"),
    "trust_list_age": Lines("信任列表 {age}前", "trust list {age} old"),
    "vehicle_asked_age": Lines("车辆数据 {age}前", "vehicle data {age} old"),
    "vehicle_not_asked": Lines("车辆未联网核查", "vehicle not checked online"),
    "record": Lines("记录 {seq} 号，{time} 核验", "record {seq} at {time}"),
    "second_code": Lines("画面中另有一码，未核验", "Another code in view, not checked"),
    "other_mark": Lines("另有待核验的二维码，点此选择", "Another code, not checked: touch to choose"),
    "which_code": Lines("有 {count} 个待核验的二维码，核验哪一个？", "{count} codes to check. Which one?"),
    "which_other": Lines("核验哪一个？", "Check which one?"),
    "codes_more": Lines(
        "另有 {count} 个未列出，请靠近后重扫", "{count} more are not listed: move closer and scan again"
    ),
    "code_unproven": Lines("所载内容无法核实", "Its content cannot be verified"),
    "code_through": Lines("检验有效期至 {month}", "Valid to {month}"),
    "code_issued": Lines("签发日期 {day}", "Issued {day}"),
    "code_checked": Lines("已核验，记录 {seq} 号", "Checked: record {seq}"),
    "next_code": Lines("下一个", "Next one"),
    "check_code": Lines("核验此码", "Check this one"),
    "once_confirmed": Lines("确认是本车后：{guidance}", "Once confirmed as this vehicle: {guidance}"),
    "no_verdict": Lines("未给出结论", "No verdict"),
    "device_fault": Lines("设备故障", "Device fault"),
    "button_back": Lines("返回键", "BACK"),
    "button_back_or_trigger": Lines("返回键或扳机", "BACK or TRIGGER"),
    "button_trigger": Lines("扳机", "TRIGGER"),
    "button_confirm": Lines("确认键", "CONFIRM"),
    "button_any": Lines("任意键", "ANY BUTTON"),
    "torch_on": Lines("开补光灯", "Light on"),
    "torch_off": Lines("关补光灯", "Light off"),
    "scan_again": Lines("重新核验", "Check again"),
    "scan_next": Lines("扫描下一个", "Scan next"),
    "yes_this": Lines("是本车", "Yes, this one"),
    "not_this": Lines("不是本车", "Not this one"),
    "enter_plate": Lines("输入号牌", "Enter plate"),
    "pick_vehicle": Lines("选定车辆", "Pick vehicle"),
    "scan": Lines("回到扫码", "To scanning"),
    "to_verdict": Lines("返回结论", "To the verdict"),
    "erase": Lines("删除", "Erase"),
    "to_kinds": Lines("下一步", "Next"),
    "to_number": Lines("改号码", "Edit number"),
    "type_number": Lines("请输入号牌号码", "Enter the plate's number"),
    "type_number_for": Lines(
        "请输入本车号牌号码（接记录 {seq} 号）", "This vehicle's number, for record {seq}"
    ),
    "number_unusual": Lines(
        "号码不符合已知号牌格式，请核对；再按确认键仍可核查",
        "No known kind has this form: check it; CONFIRM again looks it up",
    ),
    "number_impossible": Lines("号码应为 5 至 10 个字符", "A number has 5 to 10 characters"),
    "keys_symbols": Lines("字母 数字", "ABC 123"),
    "keys_provinces": Lines("省份", "省"),
    "which_kind": Lines("{number} 是哪种号牌？", "{number}: which kind?"),
    "listing_patterns": Lines("同号可有多种号牌，请按号牌颜色选择", "Pick by the colour of the plate"),
    "listing_asking": Lines("正在联网查询…", "Asking the registry…"),
    "listing_registry": Lines(
        "登记系统所列，重者在前；选定前未能核查", "The registry's, gravest first; undetermined until picked"
    ),
    "listing_none": Lines("登记系统无此号码，请按号牌颜色选择", "Not registered; pick by the plate's colour"),
    "listing_no_answer": Lines("登记系统未应答，请按号牌颜色选择", "No answer; pick by the plate's colour"),
    "kind_unsure": Lines("不确定，联网查询", "Not sure: ask the registry"),
    "note": Lines("记录", "Add a note"),
    "to_menu": Lines("返回菜单", "To the menu"),
    "to_notes": Lines("返回记录", "To the notes"),
    "sealed_claims": Lines("执法信息", "Enforcement data"),
    "sealed_why": Lines("为什么查看执法信息？", "Why open the enforcement data?"),
    "sealed_record": Lines("查看时间、人员和原因都会记录", "Time, officer and reason are recorded"),
    "sealed_title": Lines("执法信息（已记录）", "Enforcement data (recorded)"),
    "sealed_vin": Lines("车辆识别代号", "VIN"),
    "sealed_engine": Lines("发动机号后六位", "Engine number, last six"),
    "sealed_owner": Lines("所有人", "Owner"),
    "sealed_absent": Lines("凭证中没有", "Not in the code"),
    "sealed_failed": Lines("执法信息无法打开，核验结论不变", "Cannot be opened; the verdict stands"),
    "to_log": Lines("返回列表", "To the list"),
    "not_yet": Lines("暂不", "Not yet"),
    "end_and_upload": Lines("结束并上传", "End and upload"),
    "hand_over": Lines("交接并上传", "Hand over"),
    "leave_upload": Lines("离开（继续上传）", "Leave, it goes on"),
    "finish": Lines("完成", "Done"),
    "see_upload": Lines("查看上传", "The upload"),
    "sign_in": Lines("登录", "Sign in"),
    "shift": Lines("班次 {shift}", "Shift {shift}"),
    "menu": Lines("菜单", "Menu"),
    "menu_log": Lines("本班记录", "This shift's checks"),
    "menu_upload": Lines("上传", "Upload"),
    "menu_handover": Lines("交接", "Hand over"),
    "menu_end": Lines("结束班次", "End the shift"),
    "log": Lines("本班记录 {count} 条", "Checks of this shift: {count}"),
    "log_empty": Lines("本班尚无核验", "No check in this shift yet"),
    "log_page": Lines("第 {page} / {pages} 页", "Page {page} of {pages}"),
    "page_newer": Lines("上一页", "Newer"),
    "page_older": Lines("下一页", "Older"),
    "waiting": Lines("请稍候…", "One moment…"),
    "record_number": Lines("记录 {seq} 号", "Record {seq}"),
    "no_plate_code": Lines("凭证", "Code"),
    "no_plate": Lines("未识别", "Not read"),
    "add_what": Lines("选择要记录的内容", "Pick what to record"),
    "noted": Lines("已记录", "Recorded"),
    "noted_list": Lines("已记录：{notes}", "Recorded: {notes}"),
    "keep_picture": Lines("保存照片", "Keep picture"),
    "mistaken": Lines("误操作", "Made by mistake"),
    "control_confirmed": Lines("指挥中心已确认", "Control confirms"),
    "control_denied": Lines("指挥中心否认", "Control denies"),
    "end_title": Lines("结束班次并登出？", "End the shift and sign out?"),
    "handover_title": Lines("交接班次并登出？", "Hand over and sign out?"),
    "checks": Lines("本班核验 {count} 次", "Checks in this shift: {count}"),
    "unuploaded": Lines("待上传记录 {count} 条", "Records not yet uploaded: {count}"),
    "all_uploaded": Lines("记录已全部上传", "Every record is uploaded"),
    "upload_waiting": Lines("等待上传", "Waiting to upload"),
    "upload_sending": Lines("正在上传", "Uploading"),
    "upload_done": Lines("上传完成", "Uploaded"),
    "upload_offline": Lines("上传中断", "Upload interrupted"),
    "upload_fault": Lines("上传故障", "Upload fault"),
    "upload_waits": Lines("等待登记系统签收", "The registry's receipt is awaited"),
    "upload_receipted": Lines("全部已由登记系统签收", "The registry has receipted every record"),
    "upload_later": Lines("下次联网自动继续", "It goes on by itself when online again"),
    "upload_stopped": Lines("请联系管理员，记录保留在本机", "Tell the administrator; the records stay here"),
    "upload_count": Lines("{sent} / {total} 条", "{sent} of {total} records"),
    "upload_speed": Lines("{records} 条/秒，{kib} KiB/秒", "{records} records/s, {kib} KiB/s"),
    "upload_left": Lines("剩余约 {age}", "About {age} left"),
    "upload_left_unknown": Lines("剩余时间未知", "Time left unknown"),
    "bar_waiting": Lines("待签收", "waits"),
    "bar_sending": Lines("上传中", "sending"),
    "bar_offline": Lines("待续传", "paused"),
    "bar_fault": Lines("上传故障", "upload fault"),
    "shift_over": Lines("班次已结束", "The shift is over"),
    "shift_over_rule": Lines("登录并开始新班次后方可核验", "Sign in to start a shift and make checks"),
    "go_on": Lines("继续", "Go on"),
    "days": Lines("{count} 天", "{count} d"),
    "hours": Lines("{count} 小时", "{count} h"),
    "under_a_minute": Lines("不到 1 分钟", "under 1 min"),
    "seconds": Lines("{count} 秒", "{count} s"),
    "minutes": Lines("{count} 分钟", "{count} min"),
    **ALARM_WORDS,
    **SIGN_IN_WORDS,
}

ACTIONS: dict[str, Lines] = {
    "放行": Lines("放行", "Let go"),
    "口头警告": Lines("口头警告", "Warned orally"),
    "开具文书": Lines("开具文书", "Paper issued"),
    "扣留车辆": Lines("扣留车辆", "Vehicle impounded"),
    "移交": Lines("移交", "Handed on"),
    "其他": Lines("其他", "Other"),
}
"""Actions after a check, by the recorded word."""

OPENING_REASONS: dict[str, Lines] = {
    "核对车辆身份": Lines("核对车辆身份", "To identify the vehicle"),
    "涉嫌套牌或盗抢": Lines("涉嫌套牌或盗抢", "Suspected clone or theft"),
    "处理交通事故": Lines("处理交通事故", "Traffic accident"),
    "联系车主": Lines("联系车主", "To reach the owner"),
    "指挥中心要求": Lines("指挥中心要求", "Asked by the control room"),
}
"""Reasons for opening sealed claims, by the recorded word."""

REMARKS: dict[str, Lines] = {
    "号牌不清": Lines("号牌不清", "Plate unclear"),
    "颜色不符": Lines("颜色不符", "Other colour"),
    "车型不符": Lines("车型不符", "Other type"),
}
"""Remarks on a check, by the recorded word."""

REASONS: dict[Reason, Lines] = {
    Reason.OK: Lines("签名有效，在检验有效期内", "Signature valid, within the period"),
    Reason.NO_CODE: Lines("画面中未找到二维码", "No code found in the picture"),
    Reason.NOT_SHOWN: Lines("未出示凭证，按号牌查询", "No code shown; looked up by plate"),
    Reason.OTHER_ISSUER: Lines(
        "其他签发方的二维码，须由登记系统核验", "A code of another issuer, which the registry verifies"
    ),
    Reason.FUTURE_VERSION: Lines(
        "凭证版本较新，本机程序不支持", "A newer version than this terminal's program reads"
    ),
    Reason.FOREIGN: Lines("不是检验标志二维码", "Not an inspection mark's code"),
    Reason.MALFORMED: Lines("二维码内容不完整或格式不符", "The code's content is incomplete or ill-formed"),
    Reason.UNKNOWN_KEY: Lines("签发密钥不在信任列表中", "The signing key is not in the trust list"),
    Reason.UNSUPPORTED_ALGORITHM: Lines(
        "签名算法本机不支持", "The signature's algorithm is not on this terminal"
    ),
    Reason.BAD_SIGNATURE: Lines(
        "签名与内容不符（签发密钥已知）", "The signature does not fit the content (the key is known)"
    ),
    Reason.STALE_TRUST: Lines("信任列表已过期，须先更新", "The trust list is too old; update it first"),
    Reason.UNTRUSTED_CLOCK: Lines(
        "本机时间未校准，无法判定日期", "The clock is unsure, so no date can be judged"
    ),
    Reason.MALFORMED_CLAIMS: Lines(
        "签名有效，但所载内容不合规范", "Signed, but its content breaks the standard"
    ),
    Reason.KEY_COMPROMISED: Lines(
        "签发密钥已停用，此码不在签发清单中",
        "The key was compromised and this code is not in its issued list",
    ),
    Reason.KEY_OUT_OF_WINDOW: Lines("签发时间不在密钥有效期内", "Issued outside the key's time"),
    Reason.KEY_OUT_OF_SCOPE: Lines(
        "签发机关超出密钥授权范围", "The key does not cover this issuing authority"
    ),
    Reason.ISSUED_IN_FUTURE: Lines("签发时间晚于本机时间", "Issued later than this terminal's time"),
    Reason.WITHDRAWN: Lines("签名有效，但已列入撤销名单", "Signature valid, but on the withdrawal list"),
    Reason.NOT_ISSUED: Lines(
        "签名有效，但签发机关无此签发记录", "Signature valid, but the authority has no record of issuing it"
    ),
    Reason.STATUS_UNKNOWN: Lines(
        "本机无所需的撤销名单", "The withdrawal list needed is not on this terminal"
    ),
    Reason.OTHER_VEHICLE: Lines(
        "签名有效，但号牌与所查车辆不符", "Signature valid, but another plate than entered"
    ),
    Reason.EXPIRED: Lines(
        "签名有效，所载检验有效期已过", "Signature valid, but its inspection period has passed"
    ),
}

COLOURS: dict[str, Lines] = {
    "A": Lines("白", "white"),
    "B": Lines("灰", "grey"),
    "C": Lines("黄", "yellow"),
    "D": Lines("粉", "pink"),
    "E": Lines("红", "red"),
    "F": Lines("紫", "purple"),
    "G": Lines("绿", "green"),
    "H": Lines("蓝", "blue"),
    "I": Lines("棕", "brown"),
    "J": Lines("黑", "black"),
    "Z": Lines("其他", "other"),
}
"""Body colours (车身颜色), by the registry's letters."""


def pick(lines: Lines, language: Language) -> str:
    """Return a text in one language."""
    return lines.zh if language == "zh" else lines.en


def say(key: str, language: Language, **values: object) -> str:
    """Return a text of WORDS with its values filled in. Raises KeyError for an unknown key."""
    return pick(WORDS[key], language).format(**values)


def note(added: OfficerNote, language: Language) -> str:
    """Return the text of an officer's note on a check."""
    match added:
        case Action(word):
            return pick(ACTIONS[word], language) if word in ACTIONS else word
        case Remark(word):
            return pick(REMARKS[word], language) if word in REMARKS else word
        case KeepPicture():
            return say("keep_picture", language)
        case Mistaken():
            return say("mistaken", language)
        case ControlWord(result):
            return say("control_confirmed" if result is Control.CONFIRMED else "control_denied", language)


def opening_reason(reason: str, language: Language) -> str:
    """Return the text of a reason for opening sealed claims."""
    return pick(OPENING_REASONS[reason], language) if reason in OPENING_REASONS else reason


def age(seconds: float, language: Language) -> str:
    """Return an age in its largest whole unit, at least 1."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return say("under_a_minute", language)
    if minutes >= 48 * 60:
        return say("days", language, count=minutes // (24 * 60))
    if minutes >= 60:
        return say("hours", language, count=minutes // 60)
    return say("minutes", language, count=minutes)


def hotlist_word(word: HotlistWord, language: Language) -> str:
    """Describe the hot list's entry for the vehicle, the list's age, and where alarms may be missing."""
    parts = [say("hotlist_listed" if word.listed else "hotlist_clear", language)]
    if word.age_s is None:
        parts.append(say("hotlist_incomplete", language))
    else:
        parts.append(say("hotlist_age", language, age=age(word.age_s, language)))
        parts += [say("hotlist_silent", language)] if word.silent else []
    return "".join(parts)


def earlier_alarm(alarm: EarlierAlarm, language: Language) -> str:
    """Describe an earlier alarm: its day and how it ended; an unlisted word is shown as it is."""
    words = (alarm.result, *([alarm.reason] if alarm.reason else []))
    result, *reason = (
        pick(ALARM_RESULTS[word], language) if word in ALARM_RESULTS else word for word in words
    )
    said = f"{day(alarm.day)} {result}"
    if not reason:
        return said
    return f"{said}（{reason[0]}）" if language == "zh" else f"{said} ({reason[0]})"


def left(seconds: float, language: Language) -> str:
    """Return the time left: below two minutes in seconds, else as an age."""
    if seconds < 2 * 60:
        return say("seconds", language, count=max(1, round(seconds)))
    return age(seconds, language)


def clock(unix_s: float, *, seconds: bool = False) -> str:
    """Return the time of day in Shanghai."""
    return datetime.fromtimestamp(unix_s, SHANGHAI).strftime("%H:%M:%S" if seconds else "%H:%M")


def date(unix_s: float) -> str:
    """Return the day in Shanghai."""
    return datetime.fromtimestamp(unix_s, SHANGHAI).strftime("%Y-%m-%d")


def month(yyyymm: int, language: Language) -> str:
    """Return a month of validity as printed on the mark."""
    year, number = divmod(yyyymm, 100)
    return f"{year}年{number:02}月" if language == "zh" else f"{year}-{number:02}"


def day(yyyymmdd: int) -> str:
    """Return a day of the registry, `yyyymmdd`."""
    return f"{yyyymmdd // 10000}-{yyyymmdd // 100 % 100:02}-{yyyymmdd % 100:02}"


def vehicle_type(code: str, language: Language) -> str:
    """Return the name of a vehicle type, in Chinese alone; its code if the table does not have it."""
    name = VEHICLE_TYPES.get(code, code)
    return name if language == "zh" or name == code else f"{code} {name}"


def colours(letters: str | None, language: Language) -> str:
    """Return the names of a body's colours, in order."""
    if letters is None:
        return say("no_colour", language)
    names = [pick(COLOURS[letter], language) if letter in COLOURS else letter for letter in letters]
    if language == "zh" and all(len(name) == 1 for name in names):
        return "".join(names) + "色"
    return "/".join(names)


def status_letters(letters: str, language: Language) -> str:
    """Return every letter of a registry status, in order, with its name; an unlisted letter is marked as
    such.
    """
    named = [f"{letter} {pick(name, language)}" for letter, name in status.shown(letters)]
    return ("、" if language == "zh" else ", ").join(named)

"""Texts of the sign-in screens, in both languages."""

from __future__ import annotations

from terminal.errors import RosterFault
from terminal.vehicle.tables import Lines

SIGN_IN_WORDS: dict[str, Lines] = {
    "enter_number": Lines("请输入工号", "Enter your officer number"),
    "enter_pin": Lines("工号 {number}，请输入口令", "Number {number}: enter your PIN"),
    "enter_pin_to_unlock": Lines("{name}，请输入口令解锁", "{name}: enter your PIN to unlock"),
    "enter_supervisor": Lines(
        "为工号 {number} 解除停用：请输入主管工号", "To release {number}: enter a supervisor's number"
    ),
    "pin_checking": Lines("正在核对口令…", "Checking the PIN…"),
    "refused_wrong": Lines("工号或口令不正确", "Wrong number or PIN"),
    "refused_blocked": Lines("工号已停用，请主管解除", "The number is blocked; a supervisor can release it"),
    "refused_wait": Lines("请稍后再试", "Too soon after a wrong PIN"),
    "refused_not_valid": Lines("此工号现不在有效期内", "This number is not valid at present"),
    "refused_not_supervisor": Lines("此工号不是主管", "This is no supervisor's number"),
    "refused_order": Lines(
        "本机已被登记系统锁定，须主管登录", "Locked by the registry until a supervisor signs in"
    ),
    "refused_no_roster": Lines(RosterFault.zh, RosterFault.en),
    "refused_fault": Lines("口令未能核对，请重试", "The PIN could not be checked; try again"),
    "again_in": Lines("{said}，{left}后可再试", "{said}; try again in {left}"),
    "number_released": Lines("工号 {number} 已解除停用", "Number {number} is released"),
    "pin_hint": Lines("6 至 12 位数字", "6 to 12 digits"),
    "locked_title": Lines("已锁定", "Locked"),
    "locked_officer": Lines("{name}  工号 {number}", "{name}, number {number}"),
    "locked_rule": Lines("输入口令后继续原来的工作", "The PIN leads back to where you were"),
    "blocked_title": Lines("工号 {number} 已停用", "Number {number} is blocked"),
    "blocked_rule": Lines(
        "口令输错 {count} 次。请主管解除，其他警员可以登录",
        "{count} wrong PINs. A supervisor can release it; other officers can sign in",
    ),
    "pad_erase": Lines("删除", "Erase"),
    "pad_next_key": Lines("下一键", "Next key"),
    "pad_press_key": Lines("按下此键", "Press key"),
    "pad_to_pin": Lines("下一步", "Next"),
    "pad_sign_in": Lines("登录", "Sign in"),
    "pad_unlock": Lines("解锁", "Unlock"),
    "pad_release": Lines("解除", "Release"),
    "pad_back": Lines("返回", "Back"),
    "other_officer": Lines("其他警员", "Other officer"),
    "ask_supervisor": Lines("主管解除", "Supervisor"),
    "other_number": Lines("其他工号", "Other number"),
}

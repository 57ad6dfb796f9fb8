"""Texts of alarms, of the comparison after them, and of verdicts that are old, in both languages."""

from __future__ import annotations

from terminal.vehicle.tables import Lines

ALARM_WORDS: dict[str, Lines] = {
    "alarm_in_front": Lines("就是眼前这辆：{number}", "The car in front: {number}"),
    "alarm_asked": Lines("{number} {what}。\n是眼前这辆车吗？", "{number}: {what}.\nIs it the car in front?"),
    "alarm_elsewhere": Lines(
        "不是眼前这辆：\n刚才的 {number}（{age}前）", "Not the car in front:\n{number}, {age} ago"
    ),
    "alarm_left": Lines(
        "刚才的 {number}（{age}前）\n还在眼前吗？", "{number}, {age} ago.\nIs it still in front?"
    ),
    "alarm_vehicle": Lines("报警车辆", "The vehicle"),
    "alarm_live": Lines("登记系统联网答复，{age}前", "Answer of the registry, {age} old"),
    "alarm_from_list": Lines("本机名单，未联网核查", "On this terminal's list, not checked live"),
    "alarm_from_list_aged": Lines(
        "本机名单，{age}前，未联网核查", "On this terminal's list, {age} old, not checked live"
    ),
    "alarm_not_recorded": Lines(
        "记录未能保存，存储恢复后补记", "Not recorded: storage fails; recorded when it works again"
    ),
    "alarms_more": Lines("另有 {count} 起报警等待", "Alarms waiting: {count}"),
    "alarms_waiting": Lines("另有 {count} 起报警，比对后显示", "Alarms waiting: {count}, once compared"),
    "alarms_locked": Lines("有报警，解锁查看（{count} 起）", "{count} alarms: unlock to see them"),
    "banner": Lines(
        "{number} {what}（{age}前核查），点此查看", "{number}: {what}, checked {age} ago. Touch to see"
    ),
    "acknowledge": Lines("按住 1 秒：已知悉", "Hold 1 s: seen"),
    "keep_holding": Lines("继续按住…", "Keep holding…"),
    "compare": Lines("拦停前须逐项比对", "Compare before you stop it"),
    "compare_points": Lines("逐项比对", "Compare"),
    "compared_all": Lines("逐项相符；停车后核对车架号", "All points agree; check the VIN after the stop"),
    "compared_differs": Lines(
        "比对不符：可能套牌或误报，先与指挥中心核实", "Points differ: ask control; a cloned plate or an error"
    ),
    "compared_unsure": Lines("有项目无法判断，先与指挥中心核实", "Not all points could be told: ask control"),
    "point_kind": Lines("号牌种类", "Kind of plate"),
    "point_asked": Lines("与眼前的车相符吗？", "Does the car in front agree?"),
    "point_agrees": Lines("相符", "Agrees"),
    "point_differs": Lines("不符", "Differs"),
    "point_unsure": Lines("看不清，无法判断（点此）", "Cannot tell (touch here)"),
    "fit_agrees": Lines("相符", "agrees"),
    "fit_differs": Lines("不符", "differs"),
    "fit_unsure": Lines("无法判断", "cannot tell"),
    "vin_after_stop": Lines("车架号（停车后）", "VIN, once stopped"),
    "faded_age": Lines("{age}前的结论", "{age} old"),
    "hidden": Lines("结论已隐藏", "Hidden"),
    "hidden_age": Lines("已过 {age}，请重新核查", "Checked {age} ago: check again"),
    "recheck": Lines("重新核查", "Check again"),
    "show_old": Lines("看旧结论", "Show it"),
}

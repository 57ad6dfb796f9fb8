"""The supervisor's page: a self-contained HTML file in which every text from outside is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from scripts.registry.reports.alarms import AGES_H
from scripts.registry.reports.checks import AlarmSource
from terminal.model import CredentialFinding, Outcome
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import ALARM_RESULTS, KINDS, OUTCOMES, VEHICLE_LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scripts.registry.journals.store import JournalStanding, RecordPlace
    from scripts.registry.reports.alarms import AlarmFigures
    from scripts.registry.reports.checks import Checked
    from scripts.registry.reports.figures import Figures

_COLOURS = {
    Outcome.PASS: "#00b480",
    Outcome.PROVISIONAL: "#8fd9c4",
    Outcome.CAUTION: "#ffdc73",
    Outcome.OVERDUE: "#ffbe00",
    Outcome.OFF_ROAD: "#d24a3a",
    Outcome.ALARM: "#9e0010",
    Outcome.UNDETERMINED: "#7b8794",
}
_STYLE = """
body{font:16px/1.5 "Noto Sans CJK SC","Noto Sans SC",sans-serif;color:#101820;
margin:2rem auto;max-width:70rem;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:2px solid #101820}
table{border-collapse:collapse;width:100%}
th,td{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #c4ced8;overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2.5rem}dt{color:#4a5866}
dd{margin:0;font-size:1.5rem;font-weight:600}
.key{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}svg{width:100%;height:auto}
.none{color:#4a5866}
"""
NOT_ISSUED = CredentialFinding.NOT_ISSUED
_SPANS = (("h", 3600), ("min", 60), ("s", 1))
_WIDTH, _HEIGHT, _BASE = 960, 260, 230


@dataclass(frozen=True, slots=True)
class Contents:
    """Content of the page."""

    title: str
    made_ms: int
    figures: Figures
    journals: Sequence[JournalStanding]
    incidents: Sequence[tuple[str, RecordPlace, int]]
    """Kind, place and time (Unix ms)."""
    alarms: AlarmFigures
    """All alarms of the unit, of any day."""
    sealed: int
    """Number of records that no key has opened yet, whose content the page does not include."""


def page(contents: Contents) -> str:
    """Return the page's HTML."""
    figures = contents.figures
    parts = (
        _head(contents),
        _section("签发机关无签发记录 Signed, but never issued: a key may be stolen", _never_issued(figures)),
        _section("各时段检查 Checks by hour and outcome", _legend(figures) + _chart(figures)),
        _section("胁迫 Under duress", _checks(figures.duress)),
        _section("未办结报警 Open alarms, all days", _open_alarms(contents)),
        _section("各来源报警准确率 Precision of alarms by source, all days", _sources(contents.alarms)),
        _section("报警 Alarms", _checks(figures.alarms)),
        _section("逾期未检验 Overdue", _checks(figures.overdue)),
        _section("事后复核发现 Found by rechecking what was not checked live", _rechecked(figures.worse)),
        _section("同码多牌 Codes seen with more than one plate", _plates(figures)),
        _section("同码异地 Codes in two places too far apart", _apart(figures)),
        _section("日志异常 Incidents of journals", _incidents(contents.incidents)),
        _section("各终端日志 Journals", _journals(contents.journals)),
    )
    title = escape(contents.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _head(contents: Contents) -> str:
    figures, lag = contents.figures, contents.figures.lag
    share = f"{100 * figures.offline / figures.count:.1f} %" if figures.count else "–"
    facts = [
        ("检查 checks", str(figures.count)),
        ("误操作 mistakes", str(figures.mistaken)),
        ("未联网核查 not checked live", f"{figures.offline} ({share})"),
        ("待解封记录 sealed records", str(contents.sealed)),
        *((OUTCOMES[each]["title_zh"], str(count)) for each, count in figures.outcomes.items()),
    ]
    if lag:
        facts += [
            ("上传延迟中位数 upload lag, median", _span(lag.median_s)),
            ("95 %", _span(lag.most_of_all_s)),
            ("最长 longest", _span(lag.longest_s)),
        ]
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    return f"<h1>{escape(contents.title)}</h1><p>{_time(contents.made_ms)}</p><dl>{items}</dl>"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _legend(figures: Figures) -> str:
    return "".join(
        f'<span class="key" style="background:{_COLOURS[each]}"></span>{escape(OUTCOMES[each]["title_zh"])}'
        for each, count in figures.outcomes.items()
        if count
    )


def _chart(figures: Figures) -> str:
    """Return stacked bars, one for each hour; a part shows its count under the pointer."""
    totals = [sum(figures.hours.get((hour, each), 0) for each in Outcome) for hour in range(24)]
    scale = (_BASE - 20) / max(1, *totals)
    shapes = []
    for hour, total in enumerate(totals):
        left, top = hour * 40 + 4, float(_BASE)
        for each in Outcome:
            count = figures.hours.get((hour, each), 0)
            top -= count * scale
            title = f"<title>{hour}:00 {escape(OUTCOMES[each]['title_zh'])} {count}</title>"
            if count:
                shapes.append(
                    f'<rect x="{left}" y="{top:.1f}" width="32" height="{count * scale:.1f}" '
                    f'fill="{_COLOURS[each]}">{title}</rect>'
                )
        if total:
            shapes.append(_label(left + 16, top - 4, str(total)))
        shapes.append(_label(left + 16, _BASE + 18, str(hour)))
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{"".join(shapes)}</svg>'


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y:.1f}" font-size="13" text-anchor="middle">{escape(text)}</text>'


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    held = list(rows)
    if not held:
        return '<p class="none">无 none</p>'
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in held)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return f"<td{' class=n' if isinstance(value, int) else ''}>{escape(str(value))}</td>"


_CHECK = (
    "时间 time",
    "号牌 plate",
    "种类 kind",
    "终端 terminal",
    "警号 officer",
    "处置 action",
    "确认 confirmed",
)


def _check(one: Checked) -> list[object]:
    kind = KINDS[one.plate.kind].name_zh if one.plate.kind in KINDS else one.plate.kind or ""
    place = [_time(one.record.at_ms), one.plate.number or "", kind, one.record.terminal, one.record.officer]
    return [*place, f"{one.said.actions} {one.said.notes}".strip(), _in_words(one.said.confirmed)]


def _in_words(confirmed: str) -> str:
    """Return results of an alarm in the table's words; an unknown one is unchanged."""
    said = confirmed.split(" ")
    return " ".join(ALARM_RESULTS[word].zh if word in ALARM_RESULTS else word for word in said)


def _checks(found: Sequence[Checked]) -> str:
    return _table(_CHECK, map(_check, found))


_SOURCES = {
    AlarmSource.REGISTRY: "登记系统联网答复 registry",
    AlarmSource.HOT_LIST: "布控名单 hot list",
    AlarmSource.OFFLINE_LIST: "离线名单 offline list",
}


def _sources(alarms: AlarmFigures) -> str:
    rows = (
        [
            _SOURCES.get(AlarmSource(each.source), each.source),
            each.province,
            *(each.confirmed, each.excluded, each.undecided),
            "–" if each.precision is None else f"{100 * each.precision:.0f} %",
        ]
        for each in alarms.sources
    )
    names = ("来源 source", "省份 province", "属实 confirmed", "排除 not a hit", "未定 undecided")
    return _table((*names, "准确率 precision"), rows)


def _open_alarms(contents: Contents) -> str:
    """Return the numbers of open alarms by age, and each of them, oldest first."""
    alarms = contents.alarms
    bounds = (*(f"{hours} h 以内 up to {hours} h" for hours in AGES_H), f"超过 over {AGES_H[-1]} h")
    counts = _table(bounds, [alarms.ages] if alarms.open else [])
    rows = (
        [
            _span(max(0, contents.made_ms - one.record.at_ms) / 1000),
            *_check(one)[:5],
            _in_words(one.said.confirmed),
        ]
        for one in alarms.open
    )
    names = ("已过 age", *_CHECK[:5], _CHECK[-1])
    return counts + (_table(names, rows) if alarms.open else "")


def _never_issued(figures: Figures) -> str:
    rows = (
        [kid, *_check(one)[:5], "平台复核 registry" if one.verdict.finding != NOT_ISSUED else "终端 terminal"]
        for kid, seen in figures.never_issued.items()
        for one in seen
    )
    return _table(("签发密钥 key", *_CHECK[:5], "发现 found by"), rows)


def _rechecked(found: Sequence[Checked]) -> str:
    lines = {key: line.zh for key, line in VEHICLE_LINES.items()}
    rows = ([*_check(one)[:5], lines.get(one.answer.rechecked_vehicle or "", "")] for one in found)
    return _table((*_CHECK[:5], "复核 finding"), rows)


def _plates(figures: Figures) -> str:
    rows = ([cti, *_check(one)[:5]] for cti, seen in figures.copies.plates.items() for one in seen)
    return _table(("码 cti", *_CHECK[:5]), rows)


def _apart(figures: Figures) -> str:
    rows = (
        [
            *(each.first.code.cti, each.first.plate.number),
            *(_time(each.first.record.at_ms), _place(each.first)),
            *(_time(each.second.record.at_ms), _place(each.second)),
            f"{each.distance_km:.1f} km",
        ]
        for each in figures.copies.apart
    )
    return _table(("码 cti", "号牌 plate", "先 first", "", "后 second", "", "相距 apart"), rows)


def _incidents(incidents: Sequence[tuple[str, RecordPlace, int]]) -> str:
    rows = (
        [kind, place.terminal, place.journal.hex(), place.seq, _time(at_ms)]
        for kind, place, at_ms in incidents
    )
    return _table(("种类 kind", "终端 terminal", "日志 journal", "序号 record", "时间 time"), rows)


def _journals(journals: Sequence[JournalStanding]) -> str:
    rows = (
        [each.terminal, each.journal.hex(), each.stored, each.seen, max(0, each.seen - each.stored)]
        for each in journals
    )
    return _table(("终端 terminal", "日志 journal", "已存 stored", "已见 seen", "未到 missing"), rows)


def _place(one: Checked) -> str:
    return f"{(one.plate.latitude or 0) / 1e7:.4f}, {(one.plate.longitude or 0) / 1e7:.4f}"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(min(at_ms, 253_402_214_400_000) / 1000, SHANGHAI).strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def _span(seconds: float) -> str:
    unit, size = next(((unit, size) for unit, size in _SPANS if seconds >= 2 * size), _SPANS[-1])
    return f"{seconds / size:.1f} {unit}"

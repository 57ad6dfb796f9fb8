"""The screens' texts and how values are written in them, in both languages.

Wording rules: no reason or label says "伪造"; "cannot verify" and "cannot read" name the terminal's limits
and never accuse the holder.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from terminal.drawing.catalogue import group
from terminal.journal.notes import (
    Action,
    AlarmResult,
    Control,
    ControlWord,
    KeepPicture,
    Mistaken,
    Remark,
    SpokenNote,
)
from terminal.model import Reason
from terminal.vehicle import law, status
from terminal.vehicle.inspection import SHANGHAI
from terminal.vehicle.tables import ALARM_RESULTS

if TYPE_CHECKING:
    from terminal.drawing.theme import Language
    from terminal.journal.notes import OfficerNote
    from terminal.model import EarlierAlarm, HotlistWord
    from terminal.vehicle.law import Article
    from terminal.vehicle.tables import Lines

WORDS = group()
"""Sentences and labels, by key."""
ACTIONS = group("action")
"""Actions after a check, by the recorded word."""
FINDINGS_IN_SHORT = group("finding in short")
"""Findings of a code that names no vehicle, in a few characters."""
OPENING_REASONS = group("opening reason")
"""Reasons for opening sealed claims, by the recorded word."""
ACTS = group("act")
"""Names of laws, by their Chinese name."""
END_REASONS = group("end reason")
"""Reasons for ending a shift with open alarms, by the recorded word."""
REMARKS = group("remark")
"""Remarks on a check, by the recorded word."""
REASONS = {Reason(key): lines for key, lines in group("reason").items()}
"""Reasons of the numbered checks."""
BRANDS = group("brand")
"""Makes of vehicles, by their Chinese name without 牌."""
RECEIVERS = group("receiver")
"""Whom a vehicle was handed to, by the recorded word."""
COLOURS = group("colour")
"""Body colours (车身颜色), by the registry's letters."""
HEADLINES = group("headline")
"""Reasons of verdicts on their first page, by the finding that decides."""
SIGN_IN_REFUSALS = group("sign-in refusal")
"""Refusals to sign an officer in, by `Refusal`."""
SELF_TEST = group("self-test")
"""Components, what was found of each, and what to do (`..._do`)."""
SETTINGS = group("setting")
"""Settings and their values."""
FACTS = group("diagnostics")
"""Names of the facts of the diagnostics."""
TYPES = group("vehicle type")
"""Vehicle types (车辆类型), by code."""


def pick(lines: Lines, language: Language) -> str:
    """Return a text in one language."""
    return lines.zh if language == "zh" else lines.en


def say(key: str, language: Language, **values: object) -> str:
    """Return a text of WORDS with its values filled in. Raises KeyError for an unknown key."""
    return pick(WORDS[key], language).format(**values)


def self_test(key: str, language: Language, **values: object) -> str:
    """Return a text of SELF_TEST with its values filled in. Raises KeyError for an unknown key."""
    return pick(SELF_TEST[key], language).format(**values)


_NOTES: dict[KeepPicture | Mistaken | ControlWord, str] = {
    KeepPicture(): "keep_picture",
    Mistaken(): "mistaken",
    ControlWord(Control.CONFIRMED): "control_confirmed",
    ControlWord(Control.DENIED): "control_denied",
}
"""Keys of the notes that have no words of their own."""


def note(added: OfficerNote, language: Language) -> str:
    """Return the text of an officer's note on a check."""
    match added:
        case Action(word):
            return pick(ACTIONS[word], language) if word in ACTIONS else word
        case Remark(word):
            return pick(REMARKS[word], language) if word in REMARKS else word
        case AlarmResult():
            return alarm_result(added, language)
        case SpokenNote(seconds):
            return say("voice_kept", language, seconds=seconds)
        case _:
            return say(_NOTES[added], language)


def receiver(said: str, language: Language) -> str:
    """Return whom a vehicle was handed to: a recorded word, perhaps with a number, in the language."""
    word = next((word for word in RECEIVERS if said.startswith(word)), None)
    return said if word is None else pick(RECEIVERS[word], language) + said.removeprefix(word)


def article(named: Article, language: Language) -> str:
    """Return an article of law as it is cited."""
    if language == "zh":
        return law.citation(named)
    act = ACTS[named.act].en if named.act in ACTS else named.act
    return f"{act}, art. {named.number}"


def end_reason(reason: str, language: Language) -> str:
    """Return the text of a reason for ending a shift with open alarms."""
    return pick(END_REASONS[reason], language) if reason in END_REASONS else reason


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


def ago(seconds: float, language: Language) -> str:
    """Return how long ago something was."""
    if seconds < 60:
        return say("just_now", language)
    return say("ago", language, age=age(seconds, language))


def hotlist_word(word: HotlistWord, language: Language) -> str:
    """Describe the hot list's entry for the vehicle, the list's age, and where alarms may be missing."""
    parts = [say("hotlist_listed" if word.listed else "hotlist_clear", language)]
    if word.age_s is None:
        parts.append(say("hotlist_incomplete", language))
    else:
        parts.append(say("hotlist_age", language, ago=ago(word.age_s, language)))
        parts += [say("hotlist_silent", language)] if word.silent else []
    return "".join(parts)


def earlier_alarm(alarm: EarlierAlarm, language: Language) -> str:
    """Describe an earlier alarm: its day and how it ended."""
    return f"{day(alarm.day)} {_ended(alarm.result, (alarm.reason,), language)}"


def alarm_word(key: str, language: Language) -> str:
    """Return the text of a key of alarm_results.csv; an unlisted word is shown as it is."""
    return pick(ALARM_RESULTS[key], language) if key in ALARM_RESULTS else key


def alarm_result(result: AlarmResult, language: Language) -> str:
    """Describe what became of an alarm: its result, reason and disposals."""
    return _ended(result.result, (result.reason, *result.disposals), language)


def _ended(result: str, details: tuple[str | None, ...], language: Language) -> str:
    said = alarm_word(result, language)
    listed = [alarm_word(word, language) for word in details if word]
    if language == "en":
        listed = [word[:1].lower() + word[1:] for word in listed]
    colon, comma = ("：", "、") if language == "zh" else (": ", ", ")
    return f"{said}{colon}{comma.join(listed)}" if listed else said


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
    """Return the name of a vehicle type; its code if the table does not have it."""
    return pick(TYPES[code], language) if code in TYPES else code


def brand(name: str | None, language: Language) -> str:
    """Return a brand and model (品牌型号) with the make's name in this language if known; empty for None."""
    if name is None:
        return ""
    make, mark, model = name.partition("牌")
    if language == "zh" or not mark or make not in BRANDS:
        return name
    return f"{BRANDS[make].en} {model}".rstrip()


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

"""The catalogues of the screens' texts: gettext PO files, one a language, read when the program starts.

A text's `msgid` is its key. A `msgctxt` names the group of texts that stand for recorded words or codes, such
as "reason"; texts without one are sentences and labels.
"""

from __future__ import annotations

from importlib.resources import files

import polib

from terminal.vehicle.tables import VEHICLE_TYPES, Lines


def _read(language: str) -> dict[str, dict[str, str]]:
    """Return the texts of a language by group and key. Raises OSError for an incomplete package."""
    source = files("terminal.drawing").joinpath("locale", f"{language}.po").read_text(encoding="utf-8")
    groups: dict[str, dict[str, str]] = {}
    for entry in polib.pofile(source):
        groups.setdefault(entry.msgctxt or "", {})[entry.msgid] = entry.msgstr
    return groups


_ZH, _EN = _read("zh"), _read("en")
_ZH["vehicle type"] = VEHICLE_TYPES


def group(name: str = "") -> dict[str, Lines]:
    """Return the texts of a group by key. Raises KeyError if a language lacks one."""
    return {key: Lines(zh, _EN[name][key]) for key, zh in _ZH[name].items()}

"""Where a line may break: at spaces and between words, never inside a Chinese word or after a negation.

Chinese is written without spaces. `data/words.txt` lists the words of the screens; a text is split into as
few of them as possible, and a character that is in none of them is a word of its own.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

NEGATIONS = frozenset("非不未无没勿莫")
"""A line that ends with one of these reads as the opposite of what follows."""
_ENCLITICS = frozenset("的了吗呢吧们")
"""Belong to the word before."""

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# A line never starts with closing punctuation or ends with opening punctuation; Latin words stay whole.
_TOKEN = re.compile(
    r"\s+|[（《“‘(\[]*(?:[0-9A-Za-z#/_':-]+|\S)[，。；：！？、）》”’…,.;:!?)\]%]*", re.UNICODE
)
_COUNTED = re.compile(r"[0-9] ?(?=分钟|小时|[秒天个条次号辆位年月日张项岁起页])|[第约共差过] ?(?=[0-9])")
"""The end of a number before its measure word, and of a word before its number."""
_UNLISTED = 1.01
"""Cost of a character that is in no word; a word costs 1."""


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """Split a text where a line may break; the pieces joined are the text."""
    kept = _kept(text)
    joined: list[str] = []
    end = 0
    for token in letters(text):
        if joined and end in kept:
            joined[-1] += token
        else:
            joined.append(token)
        end += len(token)
    return tuple(joined)


def letters(text: str) -> list[str]:
    """Split a text into single Chinese characters and whole Latin words, each with its punctuation: for a
    word that is wider than a line.
    """
    return _TOKEN.findall(text)


def is_alone(line: str) -> bool:
    """Return True if a line is a single Chinese character, with or without punctuation."""
    return sum(map(len, _CHINESE.findall(line))) == 1 and not re.search(r"[0-9A-Za-z]", line)


def split(run: str) -> list[str]:
    """Split Chinese characters without punctuation into words and single characters, as few as possible."""
    known, longest = words()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        starts = range(max(0, end - longest), end - 1)
        listed = [(best[start][0] + 1, start) for start in starts if run[start:end] in known]
        best.append(min([(best[end - 1][0] + _UNLISTED, end - 1), *listed]))
    parts: list[str] = []
    end = len(run)
    while end:
        start = best[end][1]
        parts.append(run[start:end])
        end = start
    return parts[::-1]


def _kept(text: str) -> set[int]:
    """Return the places, counted in characters, at which no line may break."""
    kept: set[int] = set()
    for run in _CHINESE.finditer(text):
        place = run.start()
        for word in split(run.group()):
            kept.update(range(place + 1, place + len(word)))
            if word[0] in _ENCLITICS and place > run.start():
                kept.add(place)
            place += len(word)
            if word[-1] in NEGATIONS and place < run.end():
                kept.add(place)
    for found in _COUNTED.finditer(text):
        kept.update((found.end() - 1, found.end()) if text[found.end() - 1] == " " else (found.end(),))
    return kept


@cache
def words() -> tuple[frozenset[str], int]:
    """Return the words of the screens, and the length of the longest."""
    listed = files("terminal.drawing").joinpath("data", "words.txt").read_text(encoding="utf-8").split()
    return frozenset(listed), max(map(len, listed))

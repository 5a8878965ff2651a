"""The small language in which the phrases files say what people say, compiled once.

Words are compared folded (case, umlauts and hyphens don't matter). A pattern is a sequence of
    word      this word            word*  *word   a word beginning or ending so
    (a|b c)   one of these         [a|b]          may be there
    ..        up to five words of the same sentence            ...   up to twenty words
    {date}    an entity (date, time, place, state, km, number, person)
    ^  $      beginning or end of the text (a greeting in front doesn't count)
Filler words ("bitte", "mal") are not seen by patterns at all.
"""

import re
from dataclasses import dataclass
from functools import cache

from bot.understanding.tokens import fold

GAP = r"(?:[^\s|?]+ ){0,5}?"
INFLECTION = 8  # letters that a star at the end stands for: "meld*" is no Melderegister
WIDE_GAP = r"(?:\S+ ){0,20}?"
_ONE_WORD = re.compile(r"\(?[^\W\d_][\w-]*\*?(?:\|[^\W\d_][\w-]*\*?)*\)?")
_ITEM = re.compile(r"\.\.\.|\.\.|[()\[\]|^$]|\{\w+\}|[^\s()\[\]|^$]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`anchors` are words (or beginnings, with a star) of which one must be in the text; none: always tried."""

    expression: str
    anchors: frozenset[str]
    size: int  # the number of words it asks for at least
    source: str
    words: bool  # nothing but one of its anchors, so that no regex need be tried

    @property
    def regex(self) -> re.Pattern[str]:
        """Compiled when first tried: most are never called for by a word."""
        return _compiled(self.expression)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def compile_pattern(source: str) -> Pattern:
    """Raises ValueError for a pattern with unbalanced brackets, naming it."""
    items = _ITEM.findall(source)
    expression, anchors, size, rest = _sequence(items, 0)
    if rest != len(items):
        raise ValueError(f"unbalanced brackets in the phrase {source!r}")
    return Pattern(rf"(?<= ){expression}", anchors, size, source, _ONE_WORD.fullmatch(source) is not None)


def _sequence(items: list[str], at: int) -> tuple[str, frozenset[str], int, int]:
    parts: list[str] = []
    best: frozenset[str] = frozenset()
    size = 0
    while at < len(items) and items[at] not in {"|", ")", "]"}:
        item = items[at]
        anchors: frozenset[str] = frozenset()
        least = 0
        if item in {"(", "["}:
            expression, anchors, least, at = _group(items, at)
        elif item == "..":
            expression = GAP
        elif item == "...":
            expression = WIDE_GAP
        elif item == "^":
            expression = r"(?<=\A )"
        elif item == "$":
            expression = r"(?:[|?] )*\Z"
        else:
            expression, anchors = _word(item)
            least = 1
        parts.append(expression)
        size += least
        if anchors and (not best or _worth(anchors) > _worth(best)):
            best = anchors
        at += 1
    return "".join(parts), best, size, at


def _group(items: list[str], at: int) -> tuple[str, frozenset[str], int, int]:
    optional, closing = items[at] == "[", "]" if items[at] == "[" else ")"
    options: list[tuple[str, frozenset[str], int]] = []
    while True:
        expression, anchors, least, at = _sequence(items, at + 1)
        options.append((expression, anchors, least))
        if at >= len(items):
            raise ValueError(f"unbalanced brackets in the phrase {' '.join(items)!r}")
        if items[at] == closing:
            break
        if items[at] != "|":
            raise ValueError(f"unbalanced brackets in the phrase {' '.join(items)!r}")
    joined = "(?:" + "|".join(option[0] for option in options) + ")"
    if optional:
        return f"{joined}?", frozenset(), 0, at
    every = frozenset().union(*(option[1] for option in options)) if all(o[1] for o in options) else frozenset()
    return joined, every, min(option[2] for option in options), at


def _word(item: str) -> tuple[str, frozenset[str]]:
    if item.startswith("{"):
        return rf"@{item[1:-1]} ", frozenset({f"@{item[1:-1]}"})
    if item == "?":
        return r"\? ", frozenset({"?"})
    if item == "*":
        return r"[^\s|?]+ ", frozenset()
    word = fold(item.strip("*"))
    front, back = r"[^\s@]*" if item.startswith("*") else "", rf"[^\s@]{{0,{INFLECTION}}}" if item.endswith("*") else ""
    anchors = frozenset() if front else frozenset({f"{word}*" if back else word})
    return f"{front}{re.escape(word)}{back} ", anchors


def _worth(anchors: frozenset[str]) -> float:
    """Rare words first: few alternatives, long words."""
    return sum(len(anchor) for anchor in anchors) / len(anchors) - 2 * len(anchors)

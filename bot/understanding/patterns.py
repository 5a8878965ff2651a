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
from typing import TypeAlias

from bot.understanding.tokens import fold

GAP = r"(?:[^\s|?]+ ){0,5}?"
INFLECTION = 8  # letters that a star at the end stands for: "meld*" is no Melderegister
WIDE_GAP = r"(?:\S+ ){0,20}?"
_ONE_WORD = re.compile(r"\(?[^\W\d_][\w-]*\*?(?:\|[^\W\d_][\w-]*\*?)*\)?")
_ONE_ENDING = re.compile(r"\(?\*?[^\W\d_][\w-]*\*?(?:\|\*?[^\W\d_][\w-]*\*?)*\)?")
Needs: TypeAlias = tuple[frozenset[str], ...]
_ITEM = re.compile(r"\.\.\.|\.\.|[()\[\]|^$]|\{\w+\}|[^\s()\[\]|^$]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`anchors` are words (or beginnings, with a star) of which one must be in the text; none: always tried."""

    expression: str
    anchors: frozenset[str]
    needs: Needs  # sets of words, of each of which one must be in the text beside the anchor
    source: str
    words: bool  # nothing but one of its anchors, so that no regex need be tried
    one_word: bool  # the same, but some are known by how they end
    opens: bool  # stands at the beginning of the text

    def search(self, line: str) -> re.Match[str] | None:
        """In words with a blank on both sides of each. Compiled when first tried: most are never called for by a word."""
        regex = _compiled(self.expression)
        return regex.match(line, 1) if self.opens else regex.search(line)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def compile_pattern(source: str) -> Pattern:
    """Raises ValueError for a pattern with unbalanced brackets, naming it."""
    items = _ITEM.findall(source)
    expression, anchors, needs, rest = _sequence(items, 0)
    if rest != len(items):
        raise ValueError(f"unbalanced brackets in the phrase {source!r}")
    return Pattern(
        expression=rf"(?<= ){expression}",
        anchors=anchors,
        needs=tuple(words for words in needs if words != anchors and not any(word.endswith("*") for word in words)),
        source=source,
        words=_ONE_WORD.fullmatch(source) is not None,
        one_word=_ONE_ENDING.fullmatch(source) is not None,
        opens=source.startswith("^"),
    )


def _sequence(items: list[str], at: int) -> tuple[str, frozenset[str], Needs, int]:
    parts: list[str] = []
    best: frozenset[str] = frozenset()
    needs: Needs = ()
    while at < len(items) and items[at] not in {"|", ")", "]"}:
        item = items[at]
        anchors: frozenset[str] = frozenset()
        within: Needs = ()
        if item in {"(", "["}:
            expression, anchors, within, at = _group(items, at)
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
            within = (anchors,) if anchors else ()
        parts.append(expression)
        needs += within
        if anchors and (not best or _worth(anchors) > _worth(best)):
            best = anchors
        at += 1
    return "".join(parts), best, needs, at


def _group(items: list[str], at: int) -> tuple[str, frozenset[str], Needs, int]:
    optional, closing = items[at] == "[", "]" if items[at] == "[" else ")"
    options: list[tuple[str, frozenset[str], Needs]] = []
    while True:
        expression, anchors, needs, at = _sequence(items, at + 1)
        options.append((expression, anchors, needs))
        if at >= len(items):
            raise ValueError(f"unbalanced brackets in the phrase {' '.join(items)!r}")
        if items[at] == closing:
            break
        if items[at] != "|":
            raise ValueError(f"unbalanced brackets in the phrase {' '.join(items)!r}")
    joined = "(?:" + "|".join(option[0] for option in options) + ")"
    if optional:
        return f"{joined}?", frozenset(), (), at
    every = frozenset().union(*(option[1] for option in options)) if all(o[1] for o in options) else frozenset()
    return joined, every, options[0][2] if len(options) == 1 else (every,) if every else (), at


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

"""Names of the topic table in a sentence: what they are made of says nothing about what is wanted."""

import re
from typing import TYPE_CHECKING, TypeAlias

from bot.matching.text import STOP

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Run: TypeAlias = tuple[int, int]  # from which token to which

LONGEST = 5  # words of a subject
_ASKED_FOR = re.compile(
    r"-(?:ansprech\w+|kontakt\w*|expert\w*|profi\w*|erfahrung\w*|kenner\w*|know-?how|leute\w*|spezialist\w*|nutzer\w*|anwender\w*|user\w*)$",
    re.IGNORECASE,
)


def without_asking(name: str) -> str:
    """ "BCM-Ansprechpartner" is asked for BCM."""
    return _ASKED_FOR.sub("", name)


def runs_of(heard: "Heard") -> list[Run]:
    """Spans of words beside each other, none part of a date, a place or a person, no empty word at either end."""
    taken, empty = heard.taken, heard.phrases.empty
    inner = [token.kind == "word" and at not in taken for at, token in enumerate(heard.tokens)]
    ends = [
        inside and (token.fold not in empty or token.text.isupper())
        for inside, token in zip(inner, heard.tokens, strict=True)
    ]
    found: list[Run] = []
    for first, begins in enumerate(ends):
        if not begins:
            continue
        for last in range(first + 1, min(first + LONGEST, len(ends)) + 1):
            if not inner[last - 1]:
                break
            if ends[last - 1]:
                found.append((first, last))
    return found


def named_in(heard: "Heard") -> frozenset[Run]:
    """Spans that are names of the topic table, in any inflection."""
    text, tokens = heard.text, heard.tokens
    knows, may_begin = heard.situation.lexicon.knows_topic, heard.situation.lexicon.begins_topic
    found: list[Run] = []
    begun, hopeless = -1, False
    for first, last in heard.runs:
        if first != begun:
            begun, word = first, tokens[first]
            apart = text[word.end : word.end + 1].isspace()  # else more letters may belong to the word
            hopeless = apart and not may_begin(word.text)
        if not hopeless and knows(text[tokens[first].start : tokens[last - 1].end]):
            found.append((first, last))
    return frozenset(found)


def longest_names(heard: "Heard") -> list[Run]:
    """The longest at each place; a word that merely asks is none by itself."""
    if not heard.named:
        return []
    found: list[Run] = []
    by_first: dict[int, list[int]] = {}
    for first, last in heard.named:
        if _names(heard, first, last):
            by_first.setdefault(first, []).append(last)
    for first in sorted(by_first):
        if not found or first >= found[-1][1]:
            found.append((first, max(by_first[first])))
    return found


def _names(heard: "Heard", first: int, last: int) -> bool:
    if any(_says_nothing(heard, at) for at in (first, last - 1)):
        return False
    if last - 1 not in heard.free and not _may_end(heard, last - 1):
        return False
    if last - first > 1:
        return True
    noun = heard.tokens[first].capital and not heard.begins(first)
    return first in heard.free and (noun or not _soft(heard, first))


def _soft(heard: "Heard", index: int) -> bool:
    word = heard.tokens[index].fold
    return heard.phrases.is_soft(word) and word != "it"


def _says_nothing(heard: "Heard", index: int) -> bool:
    """An article or the like: left out where names are compared, so that it would seem to be part of one."""
    token = heard.tokens[index]
    return token.fold in STOP and not token.text.isupper()


def _may_end(heard: "Heard", index: int) -> bool:
    """ "Smart City" ends so, although cities are asked for, too."""
    word = heard.tokens[index].fold
    return len(word) > 3 and word not in heard.phrases.empty

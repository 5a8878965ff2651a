"""Names of the topic table in a sentence: what they are made of says nothing about what is wanted."""

import re
from typing import TYPE_CHECKING

from bot.matching.text import STOP

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

_ASKED_FOR = re.compile(
    r"-(?:ansprech\w+|kontakt\w*|expert\w*|profi\w*|erfahrung\w*|kenner\w*|know-?how|leute\w*|spezialist\w*|nutzer\w*|anwender\w*|user\w*)$",
    re.IGNORECASE,
)


def without_asking(name: str) -> str:
    """ "BCM-Ansprechpartner" is asked for BCM."""
    return _ASKED_FOR.sub("", name)


def longest_names(heard: "Heard") -> list[tuple[int, int]]:
    """From which token to which, the longest at each place; a word that merely asks is none by itself."""
    found: list[tuple[int, int]] = []
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

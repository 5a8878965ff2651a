"""The subject of a sentence: the shortest span that names it, verbatim."""

from bot.understanding.heard import Heard
from bot.understanding.places import is_topic

LONGEST = 5


def topic_of(heard: Heard) -> str | None:
    """A name of the topic table if one is in the text, else the longest run of words that don't merely ask."""
    free = _free(heard)
    known: tuple[int, int] | None = None
    for first in range(len(heard.tokens)):
        for last in range(min(first + LONGEST, len(heard.tokens)), first, -1):
            part = heard.tokens[first:last]
            if any(token.kind != "word" for token in part) or first not in free or not _ends(heard, last - 1, free):
                continue
            if len("".join(token.fold for token in part)) < 2:
                continue
            if is_topic(heard.situation.lexicon, heard.between(first, last)):
                if known is None or last - first > known[1] - known[0]:
                    known = (first, last)
                break
    if known is not None:
        return heard.between(*known)
    runs = _runs(free)
    if not runs:
        return None
    first, last = max(runs, key=lambda run: (_weight(heard, *run), -run[0]))
    first, last = _trimmed(heard, first, last)
    return heard.between(first, last) or None


def _trimmed(heard: Heard, first: int, last: int) -> tuple[int, int]:
    """Where nouns are written with capitals, what stands around them is no part of the name, but for adjectives."""
    nouns = [index for index in range(first, last) if heard.tokens[index].capital]
    if not nouns or last - first < 3:
        return first, last
    begin = nouns[0]
    while begin > first and _is_adjective(heard.tokens[begin - 1].fold):
        begin -= 1
    return begin, nouns[-1] + 1


def _is_adjective(word: str) -> bool:
    return len(word) > 4 and word.endswith(("e", "en", "er", "es", "em"))


def _ends(heard: Heard, index: int, free: set[int]) -> bool:
    """Whether a name may end here: "Smart City" does, although cities are asked for, too."""
    word = heard.tokens[index].fold
    return index in free or (len(word) > 3 and not any(word in stop for stop in heard.phrases.stopwords.values()))


def _free(heard: Heard) -> set[int]:
    """Tokens that neither ask nor are a date, a place or a state."""
    taken = {index for span in heard.spans for index in range(span.first, span.last)}
    return {
        index
        for index, token in enumerate(heard.tokens)
        if token.kind == "word"
        and index not in taken
        and not heard.phrases.is_frame(token.fold)
        and token.fold not in heard.phrases.fillers
        and token.fold not in heard.phrases.greetings
    }


def _runs(free: set[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in sorted(free):
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _weight(heard: Heard, first: int, last: int) -> float:
    return sum(len(token.text) + (4 if token.capital else 0) for token in heard.tokens[first:last])

"""What of a text the learned weights look at: its words, ideas and phrases for the intent; spans and what stands
around them for the subject. Learning and reading share it, so that both see the same.
"""

import itertools
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from bot.understanding.phrases import IDEAS, phrases
from bot.understanding.tokens import Token

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Values: TypeAlias = tuple[str, ...]
Features: TypeAlias = tuple[tuple[str, Collection[str]], ...]  # by what kind they are
Places: TypeAlias = tuple[tuple[str, Values], ...]

STEM, ENDING = 5, 4  # letters
EDGE: Values = ("edge",)  # of the text
# What many texts have in common, so that it tells a person nothing.
GENERAL = frozenset("none brief sentence long admin after_results asked_consent asked_lesson visit_reminder".split())


def of_text(heard: "Heard") -> Features:
    """For the intent. What names a subject of the table stands as one word: what it is doesn't tell what is wanted."""
    words = _words(heard)
    said = {*words}
    long = [word for word in said if len(word) >= STEM and word.isalpha()]
    ideas = frozenset().union(*heard.ideas)
    context = heard.situation.context
    return (
        ("w", said),
        ("b", {*map(" ".join, itertools.pairwise(("^", *words, "$")))}),
        ("p", {word[:STEM] for word in long}),
        ("s", {word[-ENDING:] for word in long}),
        ("i", ideas),
        ("j", {" ".join(two) for found in heard.ideas for two in itertools.combinations(sorted(found), 2)}),
        (context, {*(f"w {word}" for word in said), *(f"i {idea}" for idea in ideas)} if context != "none" else ()),
    )


def in_words(kind: str, said: str) -> str | None:
    """For an admin who asks why: "lesen geben" or "visit + move"; None for what tells a person nothing."""
    match kind:
        case "w" | "b":
            return said.strip("^$ ")
        case "i" | "j" if GENERAL.isdisjoint(said.split()):
            return f"idea {said.replace(' ', ' + ')}"
        case _:
            return None


def _words(heard: "Heard") -> list[str]:
    named = {at for first, last in heard.names for at in range(first, last)}
    words: list[str] = []
    for word, at in zip(heard.words, heard.seen, strict=True):
        shown = "@topic" if at in named else word
        if shown != "@topic" or words[-1:] != ["@topic"]:
            words.append(shown)
    return words


class Spans:
    """The spans of a text that may name its subject, and their features, apart by what they depend on: so each word is
    looked at once, not once for every span that it is part of. Features come by the place that they tell of, such as
    "<1" for the word in front; a feature's name is its place and what stands there.
    """

    def __init__(self, heard: "Heard") -> None:
        self._heard = heard
        self._entity = {at: span.kind for span in heard.spans for at in range(span.first, span.last)}
        self._words = [self._word(at, token) for at, token in enumerate(heard.tokens)]
        self._shapes = [self._shape(at, token) for at, token in enumerate(heard.tokens)]
        self._ideas = [() if word.startswith(("@", "<")) else ideas_of(word) for word in self._words]
        self._beside: dict[int, Values] = {}
        self._within: dict[int, Values] = {}

    def mark(self, first: int, last: int) -> str:
        """Whether the table of topics knows it."""
        return "k" if (first, last) in self._heard.named else "u"

    def left(self, first: int, mark: str) -> Places:
        """What stands in front of a span so marked, and where it begins."""
        one, two = self._around(first - 1), self._around(first - 2)
        place = min(4, first * 5 // max(1, len(self._words)))
        before = self._shapes[first - 1] if first else "-"
        return (
            ("<1", one),
            ("<2", two),
            ("<12", (f"{one[0]} {two[0]}",)),
            ("at", (str(place),)),
            ("bl", (f"{before}{self._shapes[first]}{mark}",)),
        )

    def right(self, last: int, mark: str) -> Places:
        """What follows on a span so marked."""
        after = self._shapes[last] if last < len(self._shapes) else "-"
        return (
            (">1", self._around(last)),
            (">2", self._around(last + 1)),
            ("br", (f"{self._shapes[last - 1]}{after}{mark}",)),
        )

    def inside(self, at: int, position: str) -> Places:
        """Of a word in it: the only ("o"), first, last or a middle one."""
        if (seen := self._within.get(at)) is None:
            seen = self._within[at] = self._seen_within(at)
        return (position, seen), ("w", (self._words[at],)), ("i", self._ideas[at])

    def beside(self, first: int, last: int) -> str:
        """The words on both sides: what the place "lr" tells of."""
        one = self._words[first - 1] if first else "^"
        other = self._words[last] if last < len(self._words) else "$"
        return f"{one} {other}"

    def _around(self, at: int) -> Values:
        if (seen := self._beside.get(at)) is None:
            seen = self._beside[at] = self._seen_beside(at) if 0 <= at < len(self._words) else EDGE
        return seen

    def _seen_beside(self, at: int) -> Values:
        free = "free" if at in self._heard.free else "bound"
        return self._words[at], f"s {self._shapes[at]}", free, *[f"i {idea}" for idea in self._ideas[at]]

    def _seen_within(self, at: int) -> Values:
        """The word first."""
        word, token = self._words[at], self._heard.tokens[at]
        kind = ("F" if self._heard.phrases.is_everyday(token.fold) else "n") + ("S" if _is_soft(word) else "")
        kind += "v" if at in self._heard.free else ""
        endings = f"e {word[-3:]}", f"e {word[-ENDING:]}"
        return f"w {word}", f"s {self._shapes[at]}", f"k {kind}", *endings, *[f"i {idea}" for idea in self._ideas[at]]

    def _word(self, at: int, token: Token) -> str:
        if token.kind != "word":
            return f"<{token.kind}>"
        if at in self._heard.taken:
            return f"@{self._entity.get(at, 'person')}"
        return self._heard.phrases.corrected(token.fold)

    def _shape(self, at: int, token: Token) -> str:
        text = token.text
        if token.kind != "word":
            return "-"
        if text.isupper() and len(text) > 1:
            shape = "U"
        elif token.capital:
            shape = "B" if self._heard.begins(at) else "C"
        elif text.isdigit():
            shape = "d"
        else:
            shape = "l" if text.islower() else "m"
        return shape + ("c" if self._heard.has_capitals else "s")


def length(words: int, mark: str) -> Places:
    """Of any span so long and so marked."""
    return ("long", (str(words),)), (mark, (str(words), ""))


@lru_cache(maxsize=8192)
def ideas_of(word: str) -> tuple[str, ...]:
    """That this word stands for by itself."""
    sure, _ = phrases().calling(word)
    return tuple(phrase.owner.removeprefix(f"{IDEAS}.") for phrase in sure)


def _is_soft(word: str) -> bool:
    return phrases().is_soft(word)

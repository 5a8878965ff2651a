"""What of a text the learned weights look at: its words, ideas and phrases for the intent; spans and what stands
around them for the subject. Learning and reading share it, so that both see the same.
"""

import itertools
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.understanding.phrases import IDEAS, phrases
from bot.understanding.tokens import Token

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Pair: TypeAlias = tuple[str, str]
Values: TypeAlias = tuple[str, ...]
Features: TypeAlias = tuple[tuple[str, Collection[str] | Collection[Pair]], ...]  # by what kind they are
Places: TypeAlias = tuple[tuple[str, Values], ...]

PAIRED = ("b", "j")  # the kinds of features that are of two words, or two ideas
STEM, ENDING = 5, 4  # letters
EDGE = "edge"  # of the text
BESIDE = ("<2", "<1", ">1", ">2")  # a span: the second word in front of it, the first, the first behind it, the second
WITHIN = ("o", "f", "m", "l")  # a span: the only word of it, the first, a middle one, the last
# What many texts have in common, so that it tells a person nothing.
GENERAL = frozenset("none brief sentence long admin after_results asked_consent asked_lesson visit_reminder".split())


def of_text(heard: "Heard") -> Features:
    """For the intent: of each word and idea, and of what stands together."""
    words, context = words_of(heard), heard.situation.context
    of_words = (of_piece("w", word, context) for word in {*words})
    of_ideas = (of_piece("i", idea, context) for idea in frozenset().union(*heard.ideas))
    return (*itertools.chain(*of_words, *of_ideas), *of_pairs(words, heard.ideas))


def of_piece(kind: str, piece: str, context: str) -> Features:
    """Of a word ("w") or an idea ("i") in this context."""
    found: Features = ((kind, (piece,)),)
    if kind == "w" and len(piece) >= STEM and piece.isalpha():
        found += (("p", (piece[:STEM],)), ("s", (piece[-ENDING:],)))
    if context != "none":
        found += ((context, ((kind, piece),)),)
    return found


def of_pairs(words: list[str], ideas: list[frozenset[str]]) -> tuple[tuple[str, set[Pair]], ...]:
    """Of words side by side, and of ideas in the same part of the text."""
    return (
        ("b", {*itertools.pairwise(("^", *words, "$"))}),
        ("j", {*itertools.chain.from_iterable(itertools.combinations(sorted(part), 2) for part in ideas)}),
    )


def words_of(heard: "Heard") -> list[str]:
    """What names a subject of the table stands as one word: what it is doesn't tell what is wanted."""
    if not heard.names:
        return heard.words
    named = {at for first, last in heard.names for at in range(first, last)}
    words: list[str] = []
    for word, at in zip(heard.words, heard.seen, strict=True):
        shown = "@topic" if at in named else word
        if shown != "@topic" or words[-1:] != ["@topic"]:
            words.append(shown)
    return words


def in_words(kind: str, said: str) -> str | None:
    """For an admin who asks why: "lesen geben" or "visit + move"; None for what tells a person nothing."""
    match kind:
        case "w" | "b":
            return said.strip("^$ ")
        case "i" | "j" if GENERAL.isdisjoint(said.split()):
            return f"idea {said.replace(' ', ' + ')}"
        case _:
            return None


class Word(NamedTuple):
    """What is looked at of a token. `text` is as the phrases know it; an entity's is its kind ("@date"), a mark's "<stop>"."""

    text: str
    shape: str
    everyday: bool
    free: bool


def of_word(word: Word | None, place: str) -> Places:
    """The features of a word `BESIDE` or `WITHIN` a span; None stands beyond an edge of the text."""
    if word is None:
        return ((place, (EDGE,)),)
    ideas = () if word.text.startswith(("@", "<")) else ideas_of(word.text)
    more = [f"i {idea}" for idea in ideas]
    shape = f"s {word.shape}"
    if place in BESIDE:
        return ((place, (word.text, shape, "free" if word.free else "bound", *more)),)
    kind = ("F" if word.everyday else "n") + ("S" if phrases().is_soft(word.text) else "") + ("v" if word.free else "")
    endings = f"e {word.text[-3:]}", f"e {word.text[-ENDING:]}"
    return (place, (f"w {word.text}", shape, f"k {kind}", *endings, *more)), ("w", (word.text,)), ("i", ideas)


class Spans:
    """The spans of a text that may name its subject, and their features, apart by what they depend on: so each word is
    looked at once (`of_word`), not once for every span that it is part of or beside. Features come by the place that they
    tell of, such as "<1" for the word in front; a feature's name is its place and what stands there.
    """

    def __init__(self, heard: "Heard") -> None:
        self._named = heard.named
        entity = {at: span.kind for span in heard.spans for at in range(span.first, span.last)}
        taken, free, case = heard.taken, heard.free, "c" if heard.has_capitals else "s"
        corrected, is_everyday = heard.phrases.corrected, heard.phrases.is_everyday
        begins = True  # a sentence: then its capital tells nothing
        self.words: list[Word] = []
        for at, token in enumerate(heard.tokens):
            if token.kind != "word":
                self.words.append(Word(f"<{token.kind}>", "-", everyday=False, free=False))
                begins = token.kind != "comma"
                continue
            text = f"@{entity.get(at, 'person')}" if at in taken else corrected(token.fold)
            shape = _shape(token, begins=begins) + case
            self.words.append(Word(text, shape, is_everyday(token.fold), at in free))
            begins = False

    def mark(self, first: int, last: int) -> str:
        """Whether the table of topics knows it."""
        return "k" if (first, last) in self._named else "u"

    def begin(self, first: int) -> tuple[Pair, ...]:
        """Where a span begins, each feature with its place."""
        one = self.words[first - 1].text if first else EDGE
        two = self.words[first - 2].text if first > 1 else EDGE
        return ("<12", f"{one} {two}"), ("at", str(min(4, first * 5 // len(self.words))))

    def around(self, first: int, last: int, mark: str) -> tuple[Pair, ...]:
        """Both ends of a span so marked and what stands beside them, each feature with its place."""
        before, one = ("-", "^") if not first else (self.words[first - 1].shape, self.words[first - 1].text)
        after, other = ("-", "$") if last == len(self.words) else (self.words[last].shape, self.words[last].text)
        return (
            ("bl", f"{before}{self.words[first].shape}{mark}"),
            ("br", f"{self.words[last - 1].shape}{after}{mark}"),
            ("lr", f"{one} {other}"),
        )


def _shape(token: Token, *, begins: bool) -> str:
    text = token.text
    if text.isupper() and len(text) > 1:
        return "U"
    if token.capital:
        return "B" if begins else "C"
    if text.isdigit():
        return "d"
    return "l" if text.islower() else "m"


def length(words: int, mark: str) -> Places:
    """Of any span so long and so marked."""
    return ("long", (str(words),)), (mark, (str(words), ""))


def places(first: int, last: int) -> list[tuple[int, str]]:
    """Of the words beside and within a span."""
    beside = [(first - 2, "<2"), (first - 1, "<1"), (last, ">1"), (last + 1, ">2")]
    if last - first == 1:
        return [*beside, (first, "o")]
    return [*beside, (first, "f"), *((at, "m") for at in range(first + 1, last - 1)), (last - 1, "l")]


@lru_cache(maxsize=8192)
def ideas_of(word: str) -> tuple[str, ...]:
    """That this word stands for by itself."""
    sure, _ = phrases().calling(word)
    return tuple(phrase.owner.removeprefix(f"{IDEAS}.") for phrase in sure)

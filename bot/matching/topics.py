"""The table of topics: it alone bridges abbreviations, English and the many names of one thing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.matching.text import fold, grams_of, stem, words

_QUALIFIED = re.compile(  # what a subject may be, and is one without
    r"^\s*(?:(?:digital|elektronisch|online|kommunal|städtisch|modern|neu|gut|eigen|einheitlich|zentral|papierlos|electronic|new|good)"
    r"(?:e[nrms]?)?)\s+(?=\S)",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
_BETWEEN = re.compile(r"[^\w+#]|_")
TYPO = 0.85  # similarity, from six letters on; at .80 wrong ones appear


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    id: str
    label_de: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    broader: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A topic and how it was recognised: `matched` is the name of it that the words met."""

    topic: Topic
    because: Literal["exact", "synonym", "stem", "typo"]
    matched: str

    @property
    def exact(self) -> bool:
        return self.because != "typo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is asked for and nobody covers, or what people named that isn't in the table; with numbers of people."""

    topic: str | None  # id; None: free text
    text: str  # as somebody wrote it
    asked: int = 0  # noted demands, not met so far
    offered: int = 0  # say that they can help; only counted for free text


class TopicTable:
    def __init__(self, topics: Iterable[Topic]) -> None:
        self.all: dict[str, Topic] = {topic.id: topic for topic in topics}
        self._names: dict[str, tuple[Topic, str]] = {}
        self._told_apart: dict[str, tuple[Topic, str]] = {}  # "ÖGD" is no "OGD"
        self._narrower: dict[str | None, list[Topic]] = defaultdict(list)
        self._grams: dict[str, frozenset[str]] = {}
        for topic in self.all.values():
            self._narrower[topic.broader].append(topic)
            for name in (topic.label_de, topic.label_en):
                self._names.setdefault(same_name(name), (topic, name))
        for topic in self.all.values():
            for name in topic.synonyms:
                known, _ = self._names.setdefault(same_name(name), (topic, name))
                if known.id != topic.id:
                    self._told_apart[name.casefold()] = (topic, name)

    @cached_property
    def _stemmed(self) -> dict[str, tuple[Topic, str]]:
        found: dict[str, tuple[Topic, str]] = {}
        for topic, name in self._names.values():
            found.setdefault(_stemmed(name), (topic, name))
        return found

    @cached_property
    def _shorter(self) -> dict[str, tuple[Topic, str]]:
        """Labels that explain themselves in brackets, without these: "Datenschutz"."""
        found: dict[str, tuple[Topic, str]] = {}
        for topic in self.all.values():
            for label in (topic.label_de, topic.label_en):
                if (short := _IN_BRACKETS.sub("", label)) != label:
                    found.setdefault(same_name(short), (topic, short))
        return found

    @cached_property
    def _called(self) -> list[str]:
        return list(self._names)

    def get(self, key: str) -> Topic | None:
        return self.all.get(key)

    def label(self, key: str, language: str) -> str:
        topic = self.all[key]
        return topic.label_en if language == "en" else topic.label_de

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """Of all names, folded and stemmed."""
        return frozenset(name[:end] for name in (*self._names, *self._stemmed) for end in range(len(name) + 1))

    def resolve(self, text: str) -> Resolved | None:
        """Folded without blanks and hyphens; then stemmed; then with a typo."""
        squeezed = same_name(text)
        if len(squeezed) < 2:
            return None
        if found := self._told_apart.get(text.strip().casefold()) or self._names.get(squeezed):
            topic, name = found
            exact = name in (topic.label_de, topic.label_en)
            return Resolved(topic=topic, because="exact" if exact else "synonym", matched=name)
        if found := self._shorter.get(squeezed):
            return Resolved(topic=found[0], because="synonym", matched=found[1])
        if found := self._stemmed.get(_stemmed(text)):
            return Resolved(topic=found[0], because="stem", matched=found[1])
        if (bare := _QUALIFIED.sub("", text)) != text:
            return self.resolve(bare)
        if len(squeezed) < 6:
            return None
        near = extract(squeezed, self._called, scorer=OSA.normalized_similarity, score_cutoff=TYPO, limit=None)
        if not near:
            return None
        topic, name = self._names[max((score, called) for called, score, _ in near)[1]]
        return Resolved(topic=topic, because="typo", matched=name)

    def knows(self, text: str) -> bool:
        """Whether something is called so, in any inflection; unlike `resolve`, slips don't count."""
        folded = [_folded(word) for word in text.split()]
        squeezed = "".join([name for name, _ in folded])
        if len(squeezed) < 2:
            return False
        return squeezed in self._names or "".join([stemmed for _, stemmed in folded]) in self._stemmed

    def begins(self, word: str) -> bool:
        """Whether something known may be called so and by words that follow."""
        squeezed, stemmed = _folded(word)
        return squeezed in self._beginnings or stemmed in self._beginnings

    def near(self, topic: Topic) -> Sequence[Topic]:
        """The broader topic, then the narrower ones, then those beside it."""
        broader = self.all.get(topic.broader) if topic.broader else None
        beside = [one for one in self.all.values() if topic.broader and one.broader == topic.broader]
        found = [*([broader] if broader else []), *self.narrower(topic), *beside]
        return [one for one in dict.fromkeys(found) if one != topic]

    def narrower(self, topic: Topic) -> Sequence[Topic]:
        return self._narrower.get(topic.id, ())

    def grams(self, topic: Topic) -> frozenset[str]:
        """The 4-grams of all its names."""
        found = self._grams.get(topic.id)
        if found is None:
            found = self._grams[topic.id] = grams_of(" ".join(names_of(topic)))
        return found


def names_of(topic: Topic | None) -> tuple[str, ...]:
    """Everything it is called, in both languages."""
    return () if topic is None else (topic.label_de, topic.label_en, *topic.synonyms)


def same_name(text: str) -> str:
    """Equal for two ways of writing one name: letter case, umlauts, blanks and hyphens apart."""
    return _BETWEEN.sub("", fold(text))


@lru_cache(maxsize=8192)
def _folded(word: str) -> tuple[str, str]:
    """Word by word, as most of a text are looked at in many spans."""
    return same_name(word), _stemmed(word)


def _stemmed(text: str) -> str:
    return "".join(stem(word) for word in words(text))

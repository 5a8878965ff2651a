"""One index in memory over people: BM25 over stems plus BM25 over character 4-grams, the same over both databases."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import NamedTuple, TypeAlias

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.matching.postings import Floats, Ints, Postings, TermPostings, WordPostings, in_one_go
from bot.matching.text import asked_words, grams, stem, words
from bot.matching.topics import Topic, names_of

K_STEMS, K_GRAMS, B = 1.2, 4.0, 0.75
EVEN = 0.7  # 0: a long word weighs as many times more than a short one as it has more 4-grams; 1: all words weigh alike
DECLARED = 3  # how often a title counts
SURE, MAYBE = 0.45, 0.30  # coverage: share of the question's gram weight that a document has
TAIL = 0.1  # coverage from which a hit may follow better ones, where an order is judged and nobody is shown
NAMED = (
    5.0  # times the weight of another name of the topic, so that it stands beside what the 4-grams of a question give
)
FIRST = 1000.0  # on top of the score of those who declared the very topic
MISSPELT = 5  # letters from which a word that nobody uses may be a misspelt one
MOST_SLIPS = 3  # letters too many or too few
COMMON = (
    0.3  # share of the 4-grams that the likeliest word has in common, from which others are compared letter by letter
)
ALIKE = 0.75  # similarity to the word that was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is known of one person: `topics` are ids of declared topics, `title` is the function."""

    id: str
    topics: tuple[str, ...] = ()
    title: str = ""
    text: str = ""


class Hit(NamedTuple):
    """`score` orders the hits of one question; it is never shown, and two questions' scores can't be compared.
    `coverage` is 0 to 1.
    """

    id: str
    score: float
    coverage: float
    sure: bool  # otherwise "vielleicht"


Rated: TypeAlias = tuple[float, str, float]
"""What a hit is made from, where many are looked at and few are shown: minus its score, its id, its coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """Whom a topic means, whatever the question: the slots of those who declared it, and of those who use one of its
    names, with the best score that a name gives each.
    """

    declared: Ints
    named: Ints
    scores: Floats


class Index:
    """Takes in a change in the time one document takes; what was removed is gone from the next search on.

    A document has a slot in the arrays. A changed one gets a new slot and its old one stays dead until the next build.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._slot: dict[str, int] = {}
        self._ids: list[str] = []  # by slot, the dead ones too
        self._declared: dict[str, set[str]] = {}  # topic → documents
        self._alive = np.zeros(0, np.bool_)
        self._lengths = np.zeros((2, 0), np.int64)  # in stems, in grams
        self._words = WordPostings()
        self._stems = TermPostings(self._words, _stem_of)
        self._grams = TermPostings(self._words, grams)
        self._norms: tuple[Floats, Floats] | None = None
        self._meant_by: dict[Topic, Meant] = {}  # until somebody changes
        self._called: dict[Topic, Sequence[Hit]] = {}  # until somebody changes

    @classmethod
    def build(cls, documents: Iterable[Document]) -> "Index":
        """Much faster than one `put` after the other."""
        index = cls()
        last = {document.id: document for document in documents}
        said = [_said(document) for document in last.values()]
        index._words.fill(said)
        index._grow(len(said))
        for slot, (document, counts) in enumerate(zip(last.values(), said, strict=True)):
            index._enter(document, slot, counts)
        index._stems.settle()
        index._grams.settle()  # otherwise the first questions would wait for it
        return index

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def dead(self) -> int:
        """Slots of documents that were changed or removed; a new build frees them."""
        return len(self._ids) - len(self._documents)

    @property
    def documents(self) -> Sequence[Document]:
        """As they are at this moment."""
        return list(self._documents.values())

    def put(self, document: Document) -> None:
        self.remove(document.id)
        slot, said = len(self._ids), _said(document)
        self._grow(slot + 1)
        for word, count in said.items():
            self._words.add(word, slot, count)
        self._stems.add(said, slot)
        self._grams.add(said, slot)
        self._enter(document, slot, said)

    def remove(self, key: str) -> None:
        document = self._documents.pop(key, None)
        if document is None:
            return
        self._alive[self._slot.pop(key)] = False
        for topic in document.topics:
            self._declared[topic].discard(key)
        self._changed()

    def search(
        self, text: str, topic: Topic | None = None, *, floor: float = MAYBE, limit: int | None = None
    ) -> Sequence[Hit]:
        """Best first, ties by id; nobody if the best has less than MAYBE of the question. Who declared the topic comes
        before all others; who uses another name of the topic is found like those who use the words of the question.
        """
        in_order = self.rated(text, topic, floor=floor, limit=limit)
        return [Hit(key, -negative, coverage, coverage >= SURE) for negative, key, coverage in in_order[:limit]]

    def rated(
        self, text: str, topic: Topic | None, *, floor: float, tail: int | None = None, limit: int | None = None
    ) -> list[Rated]:
        """As `search`, with those as good as the last one. Of those with less than MAYBE only the ones that are among the
        best `tail`, equals included.
        """
        scores, covered = self._rated_either_way([self._meant(word) for word in asked_words(text)])
        if topic is not None:
            meant = self._by_topic(topic)
            covered[meant.named] = covered[meant.declared] = 1.0
            scores[meant.named] = np.maximum(scores[meant.named], meant.scores)
            scores[meant.declared] += FIRST
        if self.dead:
            covered[~self._alive[: len(covered)]] = 0.0
        found = (covered >= floor).nonzero()[0]
        if not len(found) or (floor < MAYBE and covered.max() < MAYBE):
            return []
        if limit is not None and len(found) > limit:  # the many others needn't become objects
            worst = np.partition(scores[found], -limit)[-limit]
            found = found[scores[found] >= worst]
        if tail is not None and floor < MAYBE and len(found) > tail:
            worst = np.partition(scores[found], -tail)[-tail]
            found = found[(scores[found] >= worst) | (covered[found] >= MAYBE)]
        ids = [self._ids[slot] for slot in found.tolist()]
        return sorted(zip((-scores[found]).tolist(), ids, covered[found].tolist(), strict=True))

    def called(self, topic: Topic) -> Sequence[Hit]:
        """Who is found by the topic's own name."""
        found = self._called.get(topic)
        if found is None:
            found = self._called[topic] = self.search(topic.label_de, topic)
        return found

    def declaring(self, topic: Topic) -> AbstractSet[str]:
        """Who declared this very topic."""
        return self._declared.get(topic.id, frozenset())

    # ------------------------------------------------------------ rating

    def _rated_either_way(self, asked: Sequence[str]) -> tuple[Floats, Floats]:
        """As written, and with two words as one where people write them so: "Bau Antrag". The better counts."""
        scores, covered = self._rated(asked)
        for place, (one, next_one) in enumerate(pairwise(asked)):
            as_one = self._having(one + next_one)
            if not as_one or as_one < min(self._having(one), self._having(next_one)):
                continue
            more, of_it = self._rated([*asked[:place], one + next_one, *asked[place + 2 :]])
            scores, covered = np.maximum(scores, more), np.maximum(covered, of_it)
        return scores, covered

    def _rated(self, asked: Sequence[str]) -> tuple[Floats, Floats]:
        """Score and coverage by slot: BM25 over stems plus BM25 over 4-grams, of which the weights are covered. Of the "E"
        of "E-Akte" there are no 4-grams: by itself it tells nothing.
        """
        by_stems, by_grams = self._lengthwise()
        n, of_words = len(self._ids), [grams(word) for word in asked if len(word) > 1] or [*map(grams, asked)]
        usual = sum(map(len, of_words)) / max(1, len(of_words))
        stems = [self._posted(self._stems, stem(word)) for word in asked]
        parts: list[tuple[Postings, float]] = []
        for of_word in of_words:
            even = (usual / len(of_word)) ** EVEN
            for gram in of_word:
                posted, idf = self._posted(self._grams, gram)
                parts.append((posted, idf * even))
        if not parts:
            return np.zeros(n), np.zeros(n)
        slots, counts, weights = in_one_go(stems)
        scores = _by_slot(slots, _rated(counts, weights, K_STEMS, by_stems[slots]), n)
        slots, counts, weights = in_one_go(parts)
        covered = _by_slot(slots, weights, n)
        scores += _by_slot(slots, _rated(counts, weights, K_GRAMS, by_grams[slots]), n)
        covered /= sum([idf for _, idf in parts]) or 1.0
        return scores, covered

    def _having(self, word: str) -> int:
        """How many documents use it, in any inflection."""
        return len(self._stems.of(stem(word))[0])

    def _posted(self, table: TermPostings, term: str) -> tuple[Postings, float]:
        """With the inverse document frequency."""
        posted = table.of(term)
        having = int(np.count_nonzero(self._alive[posted[0]])) if self.dead else len(posted[0])
        return posted, log(1 + (len(self._documents) - having + 0.5) / (having + 0.5))

    def _lengthwise(self) -> tuple[Floats, Floats]:
        """What long documents are held back by, in stems and in grams."""
        if self._norms is None:
            lengths, alive = self._lengths[:, : len(self._ids)], self._alive[: len(self._ids)]
            average = (lengths * alive).sum(axis=1) / max(1, len(self))
            of_stems, of_grams = (
                k * (1 - B + B * lengths[which] / (average[which] or 1.0)) for which, k in enumerate((K_STEMS, K_GRAMS))
            )
            self._norms = (of_stems, of_grams)
        return self._norms

    def _by_topic(self, topic: Topic) -> Meant:
        known = self._meant_by.get(topic)
        if known is None:
            scores = np.zeros(len(self._ids))
            for name in names_of(topic):
                self._rate_name([stem(word) for word in words(name)], scores)
            named = scores.nonzero()[0].astype(np.int32)
            declared = np.array([self._slot[key] for key in self._declared.get(topic.id, ())], np.int32)
            known = self._meant_by[topic] = Meant(declared=declared, named=named, scores=scores[named])
        return known

    def _rate_name(self, stems: Sequence[str], scores: Floats) -> None:
        """A name of the topic counts where all its words are; its 4-grams would meet half the network."""
        found: Ints | None = None
        weight = 0.0
        for one in dict.fromkeys(stems):
            (slots, _), idf = self._posted(self._stems, one)
            found = slots if found is None else np.intersect1d(found, slots, assume_unique=True)
            weight += idf
        if found is None or not len(found):
            return
        by_stems, _ = self._lengthwise()
        scores[found] = np.maximum(scores[found], NAMED * weight * (K_STEMS + 1) / (1 + by_stems[found]))

    def _meant(self, word: str) -> str:
        """The word, or the one in use that it is probably misspelt for."""
        if len(word) < MISSPELT or word in self._words.ids or len(self._stems.of(stem(word))[0]):
            return word
        keys, shared = self._grams.sharing(grams(word))
        if not len(keys):
            return word
        near = self._words.as_long(keys[shared >= shared.max() * COMMON], len(word), MOST_SLIPS)
        found = extract(word, near, scorer=OSA.normalized_similarity, score_cutoff=ALIKE, limit=None)
        return max(((score, one) for one, score, _ in found), default=(0.0, word))[1]

    # ------------------------------------------------------------ taking in

    def _grow(self, slots: int) -> None:
        if slots > len(self._alive):
            room = max(slots, 64, len(self._alive) * 3 // 2) - len(self._alive)
            self._alive = np.concatenate([self._alive, np.zeros(room, np.bool_)])
            self._lengths = np.concatenate([self._lengths, np.zeros((2, room), np.int64)], axis=1)

    def _enter(self, document: Document, slot: int, said: Mapping[str, int]) -> None:
        self._documents[document.id] = document
        self._slot[document.id] = slot
        self._ids.append(document.id)
        self._alive[slot] = True
        self._lengths[:, slot] = (sum(said.values()), sum(n * len(grams(word)) for word, n in said.items()))
        for topic in document.topics:
            self._declared.setdefault(topic, set()).add(document.id)
        self._changed()

    def _changed(self) -> None:
        """What was worked out from all of them holds no longer."""
        self._norms = None
        self._meant_by.clear()
        self._called.clear()


def _said(document: Document) -> Mapping[str, int]:
    said = Counter(words(document.text))
    for word in words(document.title):
        said[word] += DECLARED
    return dict(said)  # a plain one is nothing for the garbage collector to walk through


def _rated(counts: Ints, weights: Floats, k: float, held_back: Floats) -> Floats:
    """BM25, in place where it can be: millions of numbers to write."""
    rated: Floats = weights * counts
    rated *= k + 1
    held_back += counts
    rated /= held_back
    return rated


def _by_slot(slots: Ints, weights: Floats, n: int) -> Floats:
    return np.bincount(slots, weights, n).astype(np.float64, copy=False)  # of nothing it makes whole numbers


def _stem_of(word: str) -> tuple[str, ...]:
    return (stem(word),)

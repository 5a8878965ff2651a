"""Which documents have which words, and from that, when asked, which have a stem or a 4-gram: arrays, not objects.

Only words are stored per document. The postings of a stem or a gram are put together from those of its words when it
is first asked for, and kept for a while; of what nobody has nothing is kept. A document takes a slot; a removed one
leaves its slot dead until the next build, and a changed one takes a new slot, so that a change costs what the document
costs and no array is ever rewritten.
"""

from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Postings = tuple[Ints, Ints]  # slots, and how often each

FEW = 1_000  # postings up to which sorting is the quicker way to sum them
MANY = 2_000  # postings from which a term is put together when everything is built, not when it is first asked for
KEPT = 8192  # other terms whose postings are kept, those put together last: they come from what people typed
_NONE: Postings = (np.zeros(0, np.int32), np.zeros(0, np.int32))


def _ids() -> "array[int]":
    return array("i")


class WordPostings:
    """The documents of each word: one array for what was built at once, lists for what came after."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.words: list[str] = []  # by id
        self._letters = array("i")  # by id
        self._starts: NDArray[np.int64] = np.zeros(1, np.int64)
        self._slots, self._counts = _NONE
        self._later: dict[int, tuple[list[int], list[int]]] = {}

    def fill(self, documents: Iterable[Mapping[str, int]]) -> None:
        """All documents at once, into slots 0, 1, 2 …; only for an empty one."""
        ids, counts, sizes = array("i"), array("i"), array("i")  # no objects: a list of millions would stop the loop
        for document in documents:
            for word, count in document.items():
                ids.append(self._id(word))
                counts.append(count)
            sizes.append(len(document))
        word_ids = np.frombuffer(ids, np.int32)
        order = np.argsort(word_ids, kind="stable")
        self._slots = np.repeat(np.arange(len(sizes), dtype=np.int32), np.frombuffer(sizes, np.int32))[order]
        self._counts = np.frombuffer(counts, np.int32)[order]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(word_ids, minlength=len(self.ids)))])

    def add(self, word: str, slot: int, count: int) -> None:
        slots, counts = self._later.setdefault(self._id(word), ([], []))
        slots.append(slot)
        counts.append(count)

    def of(self, ids: "Sequence[int] | array[int]") -> Postings:
        """Of several words, summed by slot; a word named twice counts twice."""
        keys = np.asarray(ids, np.int64)
        keys = keys[keys + 1 < len(self._starts)]
        starts = self._starts[keys]
        sizes = self._starts[keys + 1] - starts
        before = np.cumsum(sizes) - sizes
        places = np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))
        slots, counts = self._slots[places], self._counts[places]
        later = [self._later[key] for key in ids if key in self._later] if self._later else []
        if later:
            slots = np.concatenate([slots, *(np.array(more[0], np.int32) for more in later)])
            counts = np.concatenate([counts, *(np.array(more[1], np.int32) for more in later)])
        if len(ids) < 2 or len(slots) == 0:
            return slots, counts
        if len(slots) > FEW:  # a place for every document is quicker than sorting, and gives the same
            summed = np.bincount(slots, weights=counts)
            having = summed > 0  # looking for truths is three times as quick as looking for numbers
            found = np.flatnonzero(having).astype(np.int32)
            return found, summed[found].astype(np.int32)
        order = np.argsort(slots, kind="stable")
        slots, counts = slots[order], counts[order]
        first = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
        return slots[first], np.add.reduceat(counts, first, dtype=np.int32)

    def _id(self, word: str) -> int:
        key = self.ids.setdefault(word, len(self.words))
        if key == len(self.words):
            self.words.append(word)
            self._letters.append(len(word))
        return key

    def as_long(self, ids: Ints, letters: int, more_or_less: int) -> Sequence[str]:
        """Those of the words that have so many letters."""
        length = np.frombuffer(self._letters, np.int32)[ids]
        return [self.words[key] for key in ids[np.abs(length - letters) <= more_or_less].tolist()]

    def sizes(self, ids: "array[int]") -> int:
        """How many postings they have together, of those that were built at once."""
        keys = np.frombuffer(ids, np.int32)
        return int((self._starts[keys + 1] - self._starts[keys]).sum())


class TermPostings:
    """The documents of each stem or gram, derived from those of the words when first asked for."""

    def __init__(self, words: WordPostings, terms_of: Callable[[str], Sequence[str]]) -> None:
        self._words = words
        self._terms_of = terms_of
        self._having: dict[str, array[int]] = defaultdict(_ids)  # term → ids of words, once for each occurrence
        self._spread = 0  # the words up to here have been told apart into terms
        self._known: dict[str, Postings] = {}
        self._asked: deque[str] = deque()  # those among the known that are kept for a while only, the oldest first
        self._later: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))

    def spread(self) -> None:
        """Tells the new words apart into their terms; the postings that are kept need none of them."""
        for key in range(self._spread, len(self._words.words)):
            for term in self._terms_of(self._words.words[key]):
                self._having[term].append(key)
        self._spread = len(self._words.words)

    def settle(self) -> None:
        """After everything was filled in: puts the long postings together, of which a few would make a question wait."""
        self.spread()
        for term, having in self._having.items():
            if self._words.sizes(having) >= MANY:
                self._known[term] = self._words.of(having)

    def add(self, said: Mapping[str, int], slot: int) -> None:
        """A document that came later: terms that are kept learn of it, the others derive it when asked."""
        if not self._known:
            return
        counted: Counter[str] = Counter()
        for word, count in said.items():
            for term in self._terms_of(word):
                if term in self._known:
                    counted[term] += count
        for term, count in counted.items():
            slots, counts = self._later[term]
            slots.append(slot)
            counts.append(count)

    def sharing(self, terms: Sequence[str]) -> tuple[Ints, Ints]:
        """The ids of the words that have one of these terms, and how many of them they have."""
        self.spread()
        having = [np.asarray(self._having[term], np.int32) for term in terms if term in self._having]
        if not having:
            return _NONE
        shared = np.bincount(np.concatenate(having))
        found = np.flatnonzero(shared).astype(np.int32)
        return found, shared[found].astype(np.int32)

    def of(self, term: str) -> Postings:
        found = self._known.get(term)
        if found is None:
            return self._put_together(term)
        if self._later and (more := self._later.pop(term, None)) is not None:
            found = self._known[term] = (
                np.concatenate([found[0], np.array(more[0], np.int32)]),
                np.concatenate([found[1], np.array(more[1], np.int32)]),
            )
        return found

    def _put_together(self, term: str) -> Postings:
        """From its words, with all that came later."""
        self.spread()
        having = self._having.get(term)
        if having is None:
            return _NONE
        found = self._known[term] = self._words.of(having)
        self._asked.append(term)
        if len(self._asked) > KEPT:
            oldest = self._asked.popleft()
            del self._known[oldest]
            self._later.pop(oldest, None)
        return found


def in_one_go(posted: Sequence[tuple[Postings, float]]) -> tuple[Ints, Ints, Floats]:
    """Slots, counts and weights of all terms: one sum over many is quicker than many additions."""
    if len(posted) == 1:
        ((slots, counts), weight) = posted[0]
        return slots, counts, np.full(len(slots), weight)
    slots = np.concatenate([slots for (slots, _), _ in posted])
    counts = np.concatenate([counts for (_, counts), _ in posted])
    sizes = np.array([len(slots) for (slots, _), _ in posted])
    return slots, counts, np.array([weight for _, weight in posted]).repeat(sizes)

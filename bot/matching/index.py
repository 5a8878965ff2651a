"""One index in memory over people: BM25 over stems plus BM25 over character 4-grams, the same over both databases."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log

from bot.matching.text import grams, stem, words
from bot.matching.topics import Topic

K_STEMS, K_GRAMS, B = 1.2, 4.0, 0.75
DECLARED = 3  # how often a declared topic or a title counts
SURE, MAYBE = 0.45, 0.30  # coverage: share of the query's gram weight that a document has


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: str
    topics: tuple[str, ...] = ()  # ids of declared topics
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    id: str
    score: float
    coverage: float
    sure: bool  # otherwise "vielleicht"
    matched: tuple[str, ...] = ()


class Index:
    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._stems: dict[str, dict[str, int]] = defaultdict(dict)  # term → document → count
        self._grams: dict[str, dict[str, int]] = defaultdict(dict)
        self._length: dict[str, tuple[int, int]] = {}
        self._total = [0, 0]

    @classmethod
    def build(cls, documents: Iterable[Document]) -> "Index":
        index = cls()
        for document in documents:
            index.put(document)
        return index

    def put(self, document: Document) -> None:
        self.remove(document.id)
        self._documents[document.id] = document
        said = Counter(words(document.text))
        for word in words(document.title):
            said[word] += DECLARED
        n_stems = n_grams = 0
        for word, count in said.items():
            for table, terms in ((self._stems, (stem(word),)), (self._grams, grams(word))):
                for term in terms:
                    table[term][document.id] = table[term].get(document.id, 0) + count
            n_stems += count
            n_grams += count * len(grams(word))
        self._length[document.id] = (n_stems, n_grams)
        self._total[0] += n_stems
        self._total[1] += n_grams

    def remove(self, key: str) -> None:
        document = self._documents.pop(key, None)
        if document is None:
            return
        for word in {*words(document.text), *words(document.title)}:
            self._stems[stem(word)].pop(key, None)
            for gram in grams(word):
                self._grams[gram].pop(key, None)
        n_stems, n_grams = self._length.pop(key)
        self._total[0] -= n_stems
        self._total[1] -= n_grams

    def search(
        self,
        text: str,
        topic: Topic | None = None,
        *,
        allow: Callable[[str], bool] | None = None,
        limit: int | None = None,
    ) -> Sequence[Hit]:
        """Best first, ties by id. People who declared the topic come before all others."""
        asked = words(text) if topic is None else words(" ".join((text, topic.label_de, *topic.synonyms)))
        asked = list(dict.fromkeys(asked))
        scores: dict[str, float] = defaultdict(float)
        for word in asked:
            self._add(scores, self._stems, (stem(word),), 0, K_STEMS)
            self._add(scores, self._grams, grams(word), 1, K_GRAMS)
        declared = {d.id for d in self._documents.values() if topic is not None and topic.id in d.topics}
        wanted = {gram: self._idf(self._grams, gram) for word in words(text) for gram in grams(word)}
        mass = sum(wanted.values()) or 1.0
        hits: list[Hit] = []
        for key in scores.keys() | declared:
            if allow is not None and not allow(key):
                continue
            coverage = sum(weight for gram, weight in wanted.items() if key in self._grams.get(gram, ())) / mass
            if key in declared:
                coverage = 1.0
            if coverage >= MAYBE:
                score = scores.get(key, 0.0) + (1000.0 if key in declared else 0.0)
                hits.append(Hit(id=key, score=score, coverage=coverage, sure=coverage >= SURE))
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        return hits[:limit]

    def _idf(self, table: dict[str, dict[str, int]], term: str) -> float:
        having = len(table.get(term, ()))
        return log(1 + (len(self._documents) - having + 0.5) / (having + 0.5))

    def _add(
        self, scores: dict[str, float], table: dict[str, dict[str, int]], terms: Sequence[str], which: int, k: float
    ) -> None:
        average = self._total[which] / max(1, len(self._documents)) or 1.0
        for term in terms:
            idf = self._idf(table, term)
            for key, count in table.get(term, {}).items():
                norm = k * (1 - B + B * self._length[key][which] / average)
                scores[key] += idf * count * (k + 1) / (count + norm)

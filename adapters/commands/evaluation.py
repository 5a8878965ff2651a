"""`lotse eval`: how good search and understanding are on labelled sets; the numbers of docs and benchmarks come from here."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from adapters.commands.labelled import judgements, numbered, objects
from adapters.commands.standard_input import BadLine
from adapters.commands.understanding import Reader
from adapters.rows import BadFile
from bot.matching.index import TAIL, Document, Index
from bot.matching.topics import TopicTable
from storage.register import topics

TEN = 10
_ADDRESS = re.compile(
    r"^(?:(?:meine?n?|die|den|der|dem|the)\s+)?(?:(?:kolleg\w+|frau|herrn?|fr\.?|hr\.?|mrs?\.?|ms\.?)\s+)+",
    re.IGNORECASE,
)
WRITINGS = ("text", "typo", "ascii", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over `queries`, each from 0 to 1."""

    queries: int
    ndcg: float
    recall: float
    mrr: float


def quality(ranked: Iterable[tuple[Sequence[str], Mapping[str, int]]]) -> Quality:
    """Of rankings with what would have been right, and how right from 1 on, which is the gain of nDCG. nDCG and recall
    look at the first ten.
    """
    sums, n = [0.0, 0.0, 0.0], 0
    for ids, right in ranked:
        gains = [right.get(key, 0) for key in ids[:TEN]]
        sums[0] += _dcg(gains) / _dcg(sorted(right.values(), reverse=True)[:TEN])
        sums[1] += sum(gain > 0 for gain in gains) / len(right)
        sums[2] += next((1 / (place + 1) for place, key in enumerate(ids) if key in right), 0.0)
        n += 1
    ndcg, recall, mrr = (one / max(1, n) for one in sums)
    return Quality(queries=n, ndcg=ndcg, recall=recall, mrr=mrr)


def _dcg(gains: Iterable[int]) -> float:
    return sum(gain / log2(place + 2) for place, gain in enumerate(gains))


def search(folder: Path) -> Mapping[str, Quality]:
    """By writing of the query. The folder holds corpus.jsonl (id, title, text), queries.jsonl (id, text and other
    writings) and qrels.tsv (query, document, relevance). Raises BadFile.
    """
    index = Index.build(
        Document(id=one["id"], title=one.get("title", ""), text=one.get("text", ""))
        for one in objects(folder / "corpus.jsonl", "id")
    )
    table = TopicTable(topics())
    right = judgements(folder / "qrels.tsv")
    queries = [query for query in objects(folder / "queries.jsonl", "id", "text") if query["id"] in right]

    def ranked(text: str) -> list[str]:
        resolved = table.resolve(text)
        hits = index.search(text, resolved.topic if resolved else None, floor=TAIL, limit=100)
        return [hit.id for hit in hits]

    return {
        writing: quality((ranked(query[writing]), right[query["id"]]) for query in queries if query.get(writing))
        for writing in WRITINGS
        if any(query.get(writing) for query in queries)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Counts over a labelled set. A wrong date is one that was read as another day; none at all is only missing."""

    cases: int
    intents: int
    slots_right: int
    slots_missing: int
    slots_extra: int
    wrong_dates: int
    mistakes: tuple[str, ...]

    @property
    def accuracy(self) -> float:
        return self.intents / max(1, self.cases)

    @property
    def f1(self) -> float:
        return 2 * self.slots_right / max(1, 2 * self.slots_right + self.slots_missing + self.slots_extra)


def understanding(file: Path, reader: Reader) -> Understood:
    """The file has one case per line: text, context, role, intent, slots. Raises BadFile."""
    cases = numbered(file, {"text": str, "intent": str, "slots": dict})
    intents = right = missing = extra = wrong_dates = 0
    mistakes: list[str] = []
    for line, case in cases:
        try:
            said = reader.read(case)
        except BadLine as reason:
            raise BadFile([f"{file.name}, line {line}: {reason}"]) from None
        expected = {name: value for name, value in case["slots"].items() if name != "topic_accept"}
        got = said["slots"] if said["intent"] == case["intent"] else {}
        intents += said["intent"] == case["intent"]
        fits = {name for name in expected if name in got and _same(name, expected[name], got[name], case["slots"])}
        right += len(fits)
        missing += len(expected.keys() - fits)
        extra += len(got.keys() - fits)
        dates = {"date", "end_date", "until"}
        wrong_dates += sum(name not in fits for name in dates & got.keys())
        if said["intent"] != case["intent"] or fits != expected.keys() or got.keys() != expected.keys():
            mistakes.append(f"{case['text']!r}: {said['intent']} {said['slots']}, not {case['intent']} {expected}")
    return Understood(
        cases=len(cases),
        intents=intents,
        slots_right=right,
        slots_missing=missing,
        slots_extra=extra,
        wrong_dates=wrong_dates,
        mistakes=tuple(mistakes),
    )


def _same(name: str, expected: Any, got: Any, slots: Mapping[str, Any]) -> bool:
    """Words are compared without letter case and hyphens, persons without "Frau" or "Herr"; of a topic other spellings
    may be given as acceptable.
    """
    if name == "person":
        expected, got = (_ADDRESS.sub("", str(person)) for person in (expected, got))
    plain: Callable[[Any], str] = lambda value: "".join(filter(str.isalnum, str(value).casefold()))  # noqa: E731
    accepted = [expected, *(slots.get("topic_accept", ()) if name == "topic" else ())]
    return plain(got) in map(plain, accepted)

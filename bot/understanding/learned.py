"""What was learned from examples (bot/languages/examples): how likely each intent is, and which words name the subject.

Both are sums of weights, one for each feature of a text; so whoever asks why can be shown the weightiest. The weights are
made anew by `lotse learn` (adapters/commands/learning.py) and stand in bot/languages/learned.npz.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bot.understanding.features import (
    BESIDE,
    WITHIN,
    Pair,
    Places,
    Spans,
    Word,
    in_words,
    length,
    of_word,
    places,
)
from bot.understanding.naming import NEW, Rows, by_name, by_place, name_of, names_of, said

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Run: TypeAlias = tuple[int, int]  # from which token to which
Best: TypeAlias = tuple[float, Run | None]  # how much speaks for it
Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

FILE = "learned.npz"
SLOTS = ("topic", "name", "person")  # of anything; of a nudge; where no "Frau" or "Herr" tells
LEAST, STEP = 0.25, 1 / 8  # weights nearer to nothing are not stored, the others in such steps
SHOWN = 3  # reasons for an admin


class Weights:
    """Of the features of spans, by their place: so nobody has to put a name together to look it up."""

    def __init__(self, by_place: dict[str, dict[str, float]]) -> None:
        self.by_place = by_place
        self._at = defaultdict[str, dict[str, float]](dict, by_place)
        self._of_word = lru_cache(maxsize=8192)(self._weighed)
        self._of_length = cache(self._lengths)

    def of(self, places: Places) -> float:
        """Together."""
        total = 0.0
        for place, values in places:
            if (weights := self.by_place.get(place)) is not None:
                for value in values:
                    total += weights.get(value, 0.0)
                if place in WITHIN and values[0] not in weights:
                    total += weights.get(NEW, 0.0)
        return total

    def best(self, spans: Spans, runs: list[Run]) -> Best:
        """The one of these from which token to which for which most speaks, and how much."""
        by_word = [*map(self._of_word, (None, None, *spans.words, None, None))]
        most, found, begun, begin = -math.inf, None, -1, 0.0
        for first, last in runs:
            if first != begun:
                begun, begin = first, self._of_single(spans.begin(first))
            mark = spans.mark(first, last)
            score = begin + self._of_length(last - first, mark) + self._of_single(spans.around(first, last, mark))
            for at, place in places(first, last):
                score += by_word[at + 2][place]
            if score > most:
                most, found = score, (first, last)
        return most, found

    def _of_single(self, features: Iterable[Pair]) -> float:
        """Of features that come alone at their place."""
        total = 0.0
        for place, value in features:
            total += self._at[place].get(value, 0.0)
        return total

    def _lengths(self, words: int, mark: str) -> float:
        return self.of(length(words, mark))

    def _weighed(self, word: Word | None) -> dict[str, float]:
        """What a word counts by where it stands."""
        return {place: self.of(of_word(word, place)) for place in (*BESIDE, *WITHIN)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """`intents` are the columns of `weights`, `rows` tells the rows of features, `usual` the mean of each; `spans` are
    the weights of the features of spans by slot, `digest` tells from which examples.
    """

    intents: tuple[str, ...]
    rows: Rows
    weights: Numbers
    usual: Numbers
    bias: Numbers
    spans: dict[str, Weights]
    digest: str

    def scores(self, heard: "Heard") -> list[float]:
        """How much speaks for each of `intents`: logarithms of the chances, too large by the same number, so that 0 is
        the most.
        """
        rows = self.rows.of(heard)
        scores = np.add.reduce(self.weights.take(rows, axis=0)) / math.sqrt(len(rows) or 1) + self.bias
        found: list[float] = (scores - np.maximum.reduce(scores)).tolist()
        return found

    def because(self, heard: "Heard", intent: str) -> list[str]:
        """The words and ideas that speak most for this intent rather than for the others."""
        if intent not in self.intents:
            return []
        column = self.intents.index(intent)
        told = [
            (float(self.weights[row, column] - self.usual[row]), shown)
            for kind, values in heard.features
            for value in values
            if (row := self.rows.named.get(name_of(kind, value))) is not None
            and (shown := in_words(kind, said(value))) is not None
        ]
        return [shown for weight, shown in sorted(told, reverse=True)[:SHOWN] if weight > 0]

    def span(self, slot: str, heard: "Heard", intent: str) -> tuple[int, int] | None:
        """From which token to which a slot of this intent goes, if the text names it. `SLOTS` are the ones that are learned."""
        weights = self.spans[slot]
        if (best := heard.best_spans.get(slot)) is None:
            best = weights.best(Spans(heard), heard.runs) if heard.runs else (-math.inf, None)
            heard.best_spans[slot] = best
        score, found = best
        return found if score > weights.of(none_of(intent, heard.situation.context)) else None


def none_of(intent: str, context: str) -> Places:
    """Features of the answer that the slot isn't named."""
    return (("none", ("", intent, context)),)


def features_of(spans: Spans, first: int, last: int) -> list[str]:
    """All features of a span."""
    mark, words = spans.mark(first, last), spans.words
    by_word = (of_word(words[at] if 0 <= at < len(words) else None, place) for at, place in places(first, last))
    alone = (*spans.begin(first), *spans.around(first, last, mark))
    return [
        *chain.from_iterable(map(names_of, by_word)),
        *names_of(length(last - first, mark)),
        *(name_of(place, value) for place, value in alone),
    ]


@cache
def learned() -> Learned:
    with files("bot.languages").joinpath(FILE).open("rb") as file:
        return read(file)


def person_of(heard: "Heard", intent: str) -> str | None:
    """Somebody named otherwise than by "Frau", "Herr" or capitals: "svenja harms"."""
    found = learned().span("person", heard, intent)
    return heard.between(*found) if found else None


def read(file: IO[bytes]) -> Learned:
    with np.load(file, allow_pickle=False) as stored:
        names = lines_of(stored["features"])
        intents = lines_of(stored["intents"])
        weights = np.zeros((len(names), len(intents)), dtype=np.float32)
        weights[np.repeat(np.arange(len(names)), stored["counts"]), stored["columns"]] = stored["values"] * STEP
        spans = {
            slot: Weights(
                by_place(
                    dict(zip(lines_of(stored[slot]), stored[f"{slot}_weights"].astype(float).tolist(), strict=True))
                )
            )
            for slot in SLOTS
        }
        return Learned(
            intents=tuple(intents),
            rows=Rows({name: row for row, name in enumerate(names)}),
            weights=weights,
            usual=weights.mean(axis=1),
            bias=stored["bias"].astype(np.float32),
            spans=spans,
            digest=lines_of(stored["digest"])[0],
        )


def write(found: Learned, file: IO[bytes]) -> None:
    """Weights that hardly matter are left out, the rest has three digits."""
    names = found.rows.named
    rows, columns = np.nonzero(np.abs(found.weights) > LEAST)
    arrays: dict[str, Any] = {
        "features": _stored(sorted(names, key=names.__getitem__)),
        "intents": _stored(found.intents),
        "counts": np.bincount(rows, minlength=len(names)).astype(np.uint8),
        "columns": columns.astype(np.uint8),
        "values": np.clip(np.rint(found.weights[rows, columns] / STEP), -127, 127).astype(np.int8),
        "bias": found.bias.astype(np.float32),
        "digest": _stored([found.digest]),
    }
    for slot, spans in found.spans.items():
        weights = by_name(spans.by_place)
        arrays[slot] = _stored(weights)
        arrays[f"{slot}_weights"] = np.array([*weights.values()], dtype=np.float16)
    np.savez_compressed(file, **arrays)


def lines_of(stored: Any) -> list[str]:
    return bytes(stored).decode("utf-8").splitlines()


def _stored(names: Any) -> Any:
    return np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8)

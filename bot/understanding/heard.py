"""A text taken apart once: its words, the entities among them, the phrases in it."""

import re
from dataclasses import dataclass
from functools import cached_property

from bot.date_words import NUMBERS, alternatives
from bot.dates import FoundDate, FoundTime, find_dates
from bot.times import find_times
from bot.understanding.phrases import Hit, Phrases
from bot.understanding.places import FoundPlace, find_places, find_states
from bot.understanding.situation import Situation
from bot.understanding.tokens import Token, tokenize

_KM = re.compile(
    rf"(?<![\w.])(\d{{1,4}}|{alternatives(NUMBERS)})\s*-?(km|kilometer\w*|kilometre\w*|kms|miles?|meilen)\b",
    re.IGNORECASE,
)
_MILE = 1.609


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An entity: from which token to which (exclusive)."""

    kind: str
    first: int
    last: int


class Heard:
    """Everything the readings look at. Positions of hits are those of `seen`, the words that phrases see."""

    def __init__(self, text: str, situation: Situation, phrases: Phrases) -> None:
        self.text = text
        self.situation = situation
        self.phrases = phrases
        self.tokens = tokenize(text)
        self.dates: tuple[FoundDate, ...] = find_dates(text, situation.today)
        self.times: tuple[FoundTime, ...] = find_times(text)
        self.km, km_spans = self._distance()
        spans = [self._span("date", one.start, one.end) for one in self.dates]
        spans += [self._span("time", one.start, one.end) for one in self.times]
        spans += [self._span("km", *one) for one in km_spans]
        self.spans: list[Span] = []
        for span in spans:
            if all(span.last <= other.first or other.last <= span.first for other in self.spans):
                self.spans.append(span)
        taken = {index for span in self.spans for index in range(span.first, span.last)}
        self.states = find_states(self.tokens, phrases, taken)
        taken |= {index for one in self.states for index in range(one.first, one.last)}
        self.places: list[FoundPlace] = find_places(self.tokens, phrases, situation.lexicon, taken)
        self.spans += [Span(kind="state", first=one.first, last=one.last) for one in self.states]
        self.spans += [Span(kind="place", first=one.first, last=one.last) for one in self.places]
        self.greeted = False
        self.words, self.seen = self._see()
        self.hits: dict[str, list[Hit]] = phrases.find(self.words)

    def _distance(self) -> tuple[int | None, list[tuple[int, int]]]:
        found = None
        spans = []
        for match in _KM.finditer(self.text):
            word = match[1].lower().replace("ü", "u").replace("ö", "o").replace("ß", "s")
            value = int(word) if word.isdigit() else NUMBERS.get(word)
            if value is None:
                continue
            found = round(value * _MILE) if match[2].lower().startswith(("mile", "meile")) else value
            spans.append(match.span())
        return found, spans

    def _span(self, kind: str, start: int, end: int) -> Span:
        inside = [i for i, token in enumerate(self.tokens) if token.start < end and token.end > start]
        first = inside[0] if inside else 0
        return Span(kind=kind, first=first, last=inside[-1] + 1 if inside else first)

    def _see(self) -> tuple[list[str], list[int]]:
        """The words for the phrases, and for each its token; entities stand as one word."""
        opened = {span.first: span for span in self.spans if span.last > span.first}
        words: list[str] = []
        seen: list[int] = []
        index = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            if index in opened:
                words.append(f"@{opened[index].kind}")
                seen.append(index)
                index = opened[index].last
                continue
            index += 1
            if token.kind in {"stop", "question"}:
                if words:
                    words.append("?" if token.kind == "question" else "|")
                    seen.append(index - 1)
            elif token.kind == "word":
                word = self.phrases.corrected(token.fold)
                if not words and word in self.phrases.greetings:
                    self.greeted = True
                elif word not in self.phrases.fillers:
                    words.append(word)
                    seen.append(index - 1)
        return words, seen

    @cached_property
    def plain_words(self) -> list[str]:
        """Without the marks between sentences."""
        return [word for word in self.words if word not in {"|", "?"}]

    def hit(self, owner: str) -> bool:
        return owner in self.hits

    def best(self, owner: str) -> Hit | None:
        """The heaviest and longest phrase of an owner."""
        found = self.hits.get(owner)
        return max(found, key=lambda hit: (hit.phrase.weight, hit.last - hit.first)) if found else None

    def score(self, owner: str) -> float:
        """Several phrases add up, each next one less."""
        hits = self.hits.get(owner, ())
        good = sorted((hit.phrase.weight for hit in hits if hit.phrase.weight > 0), reverse=True)
        against = min((hit.phrase.weight for hit in hits if hit.phrase.weight < 0), default=0.0)
        return sum(weight * share for weight, share in zip(good, (1, 0.5, 0.3, 0.2), strict=False)) + against

    def token_span(self, hit: Hit) -> tuple[int, int]:
        """The tokens that a hit covers."""
        if not self.seen or hit.first >= len(self.seen):
            return len(self.tokens), len(self.tokens)
        last = self.seen[hit.last] if hit.last < len(self.seen) else len(self.tokens)
        return self.seen[hit.first], last

    def words_of(self, first: int, last: int) -> list[Token]:
        return [token for token in self.tokens[first:last] if token.kind == "word"]

    def between(self, first: int, last: int) -> str:
        """The text of the tokens, verbatim."""
        if first >= last or first >= len(self.tokens):
            return ""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

"""A text taken apart once: its words, the entities among them, the phrases in it."""

import re
from dataclasses import dataclass
from functools import cached_property

from bot.date_words import NUMBERS, alternatives
from bot.dates import FoundDate, FoundTime, find_dates
from bot.times import find_times
from bot.understanding.features import Features, of_text
from bot.understanding.learned import Best, learned
from bot.understanding.meant_dates import meant_dates
from bot.understanding.people import FoundPerson, find_people
from bot.understanding.phrases import IDEAS, NAMING, Hit, Phrases
from bot.understanding.places import FoundPlace, find_places, find_states
from bot.understanding.situation import Situation
from bot.understanding.tokens import Token, fold, tokenize
from bot.understanding.topic import longest_names

_KM = re.compile(
    rf"(?<![\w.])(\d{{1,4}}|{alternatives(NUMBERS)})\s*-?(km|kilometer\w*|kilometre\w*|kms|miles?|meilen)\b",
    re.IGNORECASE,
)
_FAR = re.compile(r"km|kil|mil|meil", re.IGNORECASE)
_MILE = 1.609
BRIEF, LONG = 4, 25  # words
LONGEST = 5  # words of a subject
STEP = 12  # how far the parts of a long sentence lie apart; each is LONG words at most
SHARES = (1.0, 0.5, 0.3, 0.2)  # of several phrases for the same


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
        self.people: tuple[FoundPerson, ...] = tuple(
            one for one in find_people(text, self.is_everyday) if not situation.lexicon.knows_topic(one.whole)
        )
        named = {index for one in self.people for index in self._inside(one.start, one.end)}
        self.states = find_states(self.tokens, phrases, taken)
        taken |= {index for one in self.states for index in range(one.first, one.last)}
        self.places: list[FoundPlace] = find_places(self.tokens, phrases, situation.lexicon, taken | named)
        self.spans += [Span(kind="state", first=one.first, last=one.last) for one in self.states]
        self.spans += [Span(kind="place", first=one.first, last=one.last) for one in self.places]
        self.best_spans: dict[str, Best] = {}  # of this text by slot, once it was asked for
        self.greeted = False
        self.words, self.seen = self._see()
        self.hits: dict[str, list[Hit]] = phrases.find(self.words)
        if not self.places and any(f"{IDEAS}.{idea}" in self.hits for idea in ("visit", "move", "cancel", "affil")):
            self._find_bare_town()
        self.taken = frozenset({i for span in self.spans for i in range(span.first, span.last)} | named)

    def _distance(self) -> tuple[int | None, list[tuple[int, int]]]:
        found = None
        spans: list[tuple[int, int]] = []
        if not _FAR.search(self.text):
            return None, spans
        for match in _KM.finditer(self.text):
            word = match[1].lower().replace("ü", "u").replace("ö", "o").replace("ß", "s")
            value = int(word) if word.isdigit() else NUMBERS.get(word)
            if value is None:
                continue
            found = round(value * _MILE) if match[2].lower().startswith(("mile", "meile")) else value
            spans.append(match.span())
        return found, spans

    def is_everyday(self, word: str) -> bool:
        return self.phrases.is_everyday(fold(word))

    def _find_bare_town(self) -> None:
        """A town by its bare name, typed small, where something is said of a visit: "wir müssen siegburg absagen"."""
        taken = {index for span in self.spans for index in range(span.first, span.last)}
        for index, token in enumerate(self.tokens):
            plain = token.kind == "word" and index not in taken and len(token.fold) > 3 and token.fold.isalpha()
            if not plain or self.is_everyday(token.text) or token.fold in self.phrases.words_too:
                continue
            lexicon = self.situation.lexicon
            if lexicon.knows_place(token.text) and not lexicon.knows_topic(token.text):
                name = token.text.title() if token.text.islower() else token.text
                before = self.tokens[index - 1].fold if index else ""
                self.places = [FoundPlace(name=name, first=index, last=index + 1, before=before, known=True)]
                self.spans.append(Span(kind="place", first=index, last=index + 1))
                self.words, self.seen = self._see()
                self.hits = self.phrases.find(self.words)
                return

    def _inside(self, start: int, end: int) -> list[int]:
        return [i for i, token in enumerate(self.tokens) if token.start < end and token.end > start]

    def _span(self, kind: str, start: int, end: int) -> Span:
        inside = self._inside(start, end)
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

    @cached_property
    def free(self) -> frozenset[int]:
        """Tokens that neither ask nor are a date, a place, a state or a person: what a subject may be made of."""
        return frozenset(
            index
            for index, token in enumerate(self.tokens)
            if token.kind == "word"
            and index not in self.taken
            and (not self.phrases.is_everyday(token.fold) or self._is_computing(token))
        )

    def _is_computing(self, token: Token) -> bool:
        """ "IT", and "it" where German is written."""
        return token.fold == "it" and (token.text.isupper() or not self.is_english)

    @cached_property
    def has_capitals(self) -> bool:
        """Whether nouns are written with capitals, as far as one can see."""
        words = [token for token in self.tokens if token.kind == "word"]
        return sum(1 for token in words[1:] if token.capital and not token.text.isupper()) * 8 >= len(words)

    @cached_property
    def is_english(self) -> bool:
        words = {token.fold for token in self.tokens if token.kind == "word"}
        stop = self.phrases.stopwords
        return len(words & stop["en"]) > len(words & stop["de"])

    def begins(self, index: int) -> bool:
        """Whether a sentence begins with this token: then its capital tells nothing."""
        return index == 0 or self.tokens[index - 1].kind in {"stop", "question"}

    @cached_property
    def ideas(self) -> list[frozenset[str]]:
        """What each part of the text is about."""
        situation = self.situation
        general = {situation.context} | ({situation.role} & {"admin"})
        topics = [first for first, _ in self.names]
        found: list[frozenset[str]] = []
        for first, last in self._parts():
            whole = last - first == len(self.words)
            ideas = general | self._meant_ideas(first, last)
            ideas |= {word for word in self.words[first:last] if word.startswith("@")}
            begin = self.seen[first] if first < len(self.seen) else 0
            end = self.seen[last] if last < len(self.seen) else len(self.tokens)
            if any(begin <= at < end for at in topics):
                ideas.add("topic")
            if any(begin <= self._inside(one.start, one.end)[0] < end for one in self.people):
                ideas.add("person")
            if "?" in self.words[first:last]:
                ideas.add("question")
            if ":" in self.text:
                ideas.add("colon")
            ideas.add("brief" if len(self.plain_words) <= BRIEF else "long" if not whole else "sentence")
            found.append(frozenset(ideas))
        return found

    def _parts(self) -> list[tuple[int, int]]:
        """Where something is told after a colon ("Fazit aus Soest: …"), only what stands before says what is wanted."""
        if ":" not in self.text:
            return parts(self.words)
        colon = next((place for place, at in enumerate(self.seen) if self.tokens[at].text == ":"), None)
        if colon and self.phrases.find(self.words[:colon]).keys() & {f"{IDEAS}.share", f"{IDEAS}.learned"}:
            return [(0, colon)]
        return parts(self.words)

    @cached_property
    def named(self) -> frozenset[tuple[int, int]]:
        """Spans that are names of the topic table, in any inflection."""
        knows, begins = self.situation.lexicon.knows_topic, self.situation.lexicon.begins_topic
        found: list[tuple[int, int]] = []
        begun, hopeless = -1, False
        for first, last in self.runs:
            if first != begun:
                begun, word = first, self.tokens[first]
                apart = self.text[word.end : word.end + 1].isspace()  # else more letters may belong to the word
                hopeless = apart and not begins(word.text)
            if not hopeless and knows(self.between(first, last)):
                found.append((first, last))
        return frozenset(found)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Spans of words beside each other, none part of a date, a place or a person, no empty word at either end."""
        taken, empty = self.taken, self.phrases.empty
        inner = [token.kind == "word" and at not in taken for at, token in enumerate(self.tokens)]
        ends = [
            inside and (token.fold not in empty or token.text.isupper())
            for inside, token in zip(inner, self.tokens, strict=True)
        ]
        found: list[tuple[int, int]] = []
        for first in range(len(ends)):
            if not ends[first]:
                continue
            for last in range(first + 1, min(first + LONGEST, len(ends)) + 1):
                if not inner[last - 1]:
                    break
                if ends[last - 1]:
                    found.append((first, last))
        return found

    @cached_property
    def names(self) -> list[tuple[int, int]]:
        """The longest names of the topic table."""
        return longest_names(self)

    @cached_property
    def _lengths(self) -> dict[int, int]:
        """By token how many words the name has that it is part of."""
        return {at: last - first for first, last in self.names for at in range(first, last)}

    def _meant_ideas(self, first: int, last: int) -> set[str]:
        """Of these words; what is part of a subject's name says nothing beside ("Open Data" is about no personal data)."""
        hits = self.hits if last - first == len(self.words) else self.phrases.find(self.words[first:last])
        idea_of = self.phrases.idea_of
        length = self._lengths
        if not length:
            return {idea_of[owner] for owner in hits if owner in idea_of}
        inside = {place - first: length[at] for place, at in enumerate(self.seen) if at in length}

        def stays(hit: Hit, idea: str) -> bool:
            if hit.last - hit.first > 1 or hit.first not in inside:
                return True
            return inside[hit.first] == 1 and idea not in NAMING

        return {
            idea
            for owner, found in hits.items()
            if (idea := idea_of.get(owner)) is not None and any(stays(hit, idea) for hit in found)
        }

    def means(self, *ideas: str) -> bool:
        """Whether one of these ideas is anywhere in the text."""
        return any(not found.isdisjoint(ideas) for found in self.ideas)

    @cached_property
    def said_dates(self) -> tuple[FoundDate, ...]:
        """The dates that are meant."""
        return meant_dates(self.text, self.dates)

    def hit(self, owner: str) -> bool:
        return owner in self.hits

    def best(self, owner: str) -> Hit | None:
        """The heaviest and longest phrase of an owner."""
        found = self.hits.get(owner)
        return max(found, key=lambda hit: (hit.phrase.weight, hit.last - hit.first)) if found else None

    def score(self, owner: str) -> float:
        """Several phrases add up, each next one less; of those against it the gravest counts."""
        weights = sorted((hit.phrase.weight for hit in self.hits.get(owner, ())), reverse=True)
        good = [weight for weight in weights if weight > 0]
        return sum(weight * share for weight, share in zip(good, SHARES, strict=False)) + min([0.0, *weights])

    @property
    def features(self) -> Features:
        """What the intent is learned from."""
        return of_text(self)

    def scores(self) -> list[float]:
        """How much speaks for each intent: what was learned from examples, and more where it is said in a set phrase."""
        found, intents = learned().scores(self), learned().intents
        for owner in self.hits:
            if owner.startswith("intents.") and (name := owner.removeprefix("intents.")) in intents:
                found[intents.index(name)] += self.score(owner)
        return found

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


def parts(words: list[str]) -> list[tuple[int, int]]:
    """From which word to which: a short text as a whole; a long one by sentences, a long sentence in pieces that overlap."""
    if len(words) <= LONG or sum(1 for word in words if word not in {"|", "?"}) <= LONG:
        return [(0, len(words))]
    ends = [at + 1 for at, word in enumerate(words) if word in {"|", "?"}]
    found: list[tuple[int, int]] = []
    for first, last in zip([0, *ends], [*ends, len(words)], strict=True):
        if last - first <= LONG:
            found.append((first, last))
        else:
            found += [(at, min(at + LONG, last)) for at in range(first, last - STEP, STEP)]
    return [(first, last) for first, last in found if first < last]

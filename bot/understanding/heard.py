"""A text taken apart once: its words, the entities among them, the phrases in it."""

import re
from dataclasses import dataclass
from functools import cached_property

from bot.date_words import NUMBERS, alternatives
from bot.dates import FoundDate, FoundTime, dates_in
from bot.dates.cues import cued
from bot.times import times_in
from bot.understanding.features import Features, of_text
from bot.understanding.learned import Best, learned
from bot.understanding.meant_dates import meant_dates
from bot.understanding.parts import MARKS, ideas_of_parts
from bot.understanding.people import FoundPerson, find_people
from bot.understanding.phrases import IDEAS, Hit, Phrases
from bot.understanding.places import FoundPlace, find_places, find_states
from bot.understanding.situation import Situation
from bot.understanding.tokens import Token, fold, tokenize
from bot.understanding.topic import longest_names, named_in, runs_of

_KM = re.compile(
    rf"(?<![\w.])(\d{{1,4}}|{alternatives(NUMBERS)})\s*-?(km|kilometer\w*|kilometre\w*|kms|miles?|meilen)\b",
    re.IGNORECASE,
)
_MILE = 1.609
_OF_VISITS = frozenset(f"{IDEAS}.{idea}" for idea in ("visit", "move", "cancel", "affil"))
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
        self._low = text.casefold().replace("ı", "i")  # a letter that some keyboards put for it
        self.situation = situation
        self.phrases = phrases
        self.tokens = tokenize(text)
        self.spans: list[Span] = []
        self.taken: set[int] = set()  # tokens that are part of a date, a place, a state or a person
        self._find_times()
        self.people: tuple[FoundPerson, ...] = tuple(
            one for one in find_people(text, self.is_everyday) if not situation.lexicon.knows_topic(one.whole)
        )
        named = {index for one in self.people for index in self.inside(one.start, one.end)}
        self.states = find_states(self.tokens, phrases, self.taken)
        for state in self.states:
            self._take("state", state.first, state.last)
        self.places: list[FoundPlace] = find_places(self.tokens, phrases, situation.lexicon, self.taken | named)
        for place in self.places:
            self._take("place", place.first, place.last)
        self.greeted = False
        self.words, self.seen = self._see()
        self.hits: dict[str, list[Hit]] = phrases.find(self.words)
        if not self.places and not _OF_VISITS.isdisjoint(self.hits):
            self._find_bare_town()
        self.taken |= named
        self.plain_words = [word for word in self.words if word not in MARKS]
        self.runs = runs_of(self)
        self.named = named_in(self)
        self.names = longest_names(self)  # of the topic table
        self.ideas = ideas_of_parts(self)  # what each part of the text is about
        self.best_spans: dict[str, Best] = {}  # of this text by slot, once it was asked for

    def _find_times(self) -> None:
        """Days, times of day, and how far; what overlaps one found before is none."""
        said = cued(self.text)
        self.dates: tuple[FoundDate, ...] = dates_in(said, self.situation.today)
        self.said_dates = meant_dates(self.text, self.dates)  # those that are meant
        self.times: tuple[FoundTime, ...] = times_in(said)
        self.km, far = self._distance()
        found = [("date", one.start, one.end) for one in self.dates]
        found += [("time", one.start, one.end) for one in self.times]
        found += [("km", start, end) for start, end in far]
        for kind, start, end in found:
            inside = self.inside(start, end)
            first, last = (inside[0], inside[-1] + 1) if inside else (0, 0)
            if all(last <= other.first or other.last <= first for other in self.spans):
                self._take(kind, first, last)

    def _take(self, kind: str, first: int, last: int) -> None:
        self.spans.append(Span(kind=kind, first=first, last=last))
        self.taken.update(range(first, last))

    def _distance(self) -> tuple[int | None, list[tuple[int, int]]]:
        found = None
        spans: list[tuple[int, int]] = []
        if not self.may_say("km", "kil", "mil", "meil"):
            return None, spans
        for match in _KM.finditer(self.text):
            word = match[1].lower().replace("ü", "u").replace("ö", "o").replace("ß", "s")
            value = int(word) if word.isdigit() else NUMBERS.get(word)
            if value is None:
                continue
            found = round(value * _MILE) if match[2].lower().startswith(("mile", "meile")) else value
            spans.append(match.span())
        return found, spans

    def may_say(self, *pieces: str) -> bool:
        """Whether one of these (small letters) is anywhere in the text: a quick look, before a long expression is tried."""
        low = self._low
        for piece in pieces:  # noqa: SIM110  a loop is quicker than what it would be written as
            if piece in low:
                return True
        return False

    def is_everyday(self, word: str) -> bool:
        return self.phrases.is_everyday(fold(word))

    def _find_bare_town(self) -> None:
        """A town by its bare name, typed small, where something is said of a visit: "wir müssen siegburg absagen"."""
        for index, token in enumerate(self.tokens):
            plain = token.kind == "word" and index not in self.taken and len(token.fold) > 3 and token.fold.isalpha()
            if not plain or self.is_everyday(token.text) or token.fold in self.phrases.words_too:
                continue
            lexicon = self.situation.lexicon
            if lexicon.knows_place(token.text) and not lexicon.knows_topic(token.text):
                name = token.text.title() if token.text.islower() else token.text
                before = self.tokens[index - 1].fold if index else ""
                self.places = [FoundPlace(name=name, first=index, last=index + 1, before=before, known=True)]
                self._take("place", index, index + 1)
                self.words, self.seen = self._see()
                self.hits = self.phrases.find(self.words)
                return

    def inside(self, start: int, end: int) -> list[int]:
        """The tokens that any of these letters belongs to."""
        return [i for i, token in enumerate(self.tokens) if token.start < end and token.end > start]

    def _see(self) -> tuple[list[str], list[int]]:
        """The words for the phrases, and for each its token; entities stand as one word."""
        opened = {span.first: span for span in self.spans if span.last > span.first}
        corrected, greetings, fillers = self.phrases.corrected, self.phrases.greetings, self.phrases.fillers
        words: list[str] = []
        seen: list[int] = []
        end = 0  # of the entity
        for index, token in enumerate(self.tokens):
            if index < end:
                continue
            if index in opened:
                word, end = f"@{opened[index].kind}", opened[index].last
            elif token.kind == "word":
                word = corrected(token.fold)
                if not words and word in greetings:
                    self.greeted = True
                    continue
                if word in fillers:
                    continue
            elif words and token.kind != "comma":
                word = "?" if token.kind == "question" else "|"
            else:
                continue
            words.append(word)
            seen.append(index)
        return words, seen

    @cached_property
    def free(self) -> frozenset[int]:
        """Tokens that neither ask nor are a date, a place, a state or a person: what a subject may be made of."""
        return frozenset(
            {
                index
                for index, token in enumerate(self.tokens)
                if token.kind == "word"
                and index not in self.taken
                and (not self.phrases.is_everyday(token.fold) or self._is_computing(token))
            }
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
    def is_shouted(self) -> bool:
        """ "WER KENNT SICH DAMIT AUS": then capitals tell nothing."""
        words = [token.text for token in self.tokens if token.kind == "word"]
        return len(words) > 1 and sum(map(str.isupper, words)) * 2 > len(words)

    @cached_property
    def is_english(self) -> bool:
        words = {token.fold for token in self.tokens if token.kind == "word"}
        stop = self.phrases.stopwords
        return len(words & stop["en"]) > len(words & stop["de"])

    def begins(self, index: int) -> bool:
        """Whether a sentence begins with this token: then its capital tells nothing."""
        return index == 0 or self.tokens[index - 1].kind in {"stop", "question"}

    def means(self, *ideas: str) -> bool:
        """Whether one of these ideas is anywhere in the text."""
        return any(not found.isdisjoint(ideas) for found in self.ideas)

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
            kind, _, name = owner.partition(".")
            if kind == "intents" and name in intents:
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

"""What people say, read once from the phrases files of all languages and indexed by its rarest word."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.understanding.patterns import INFLECTION as LETTERS
from bot.understanding.patterns import Needs, Pattern, compile_pattern
from bot.understanding.tokens import fold, squeezed

IDEAS = "ideas"  # the table of the concepts files; its hits weigh nothing by themselves
_ENDINGS = ((re.compile(r"(?<=[bcdfgklmpstvwxzhr])n$"), "en"), (re.compile(r"a$"), "er"))
NAMING = frozenset({"data", "citizen", "product", "nudge", "gap", "copy"})  # ideas whose words may name a subject, too
# Ideas whose words may be part of a name ("heat planning"), but are none by themselves.
INFLECTION = 4  # letters that a word may have more than the beginning by which it is known
SOFT = frozenset(
    "towns stored visit readers plan written news status human prompts order send share learned move cancel request profile"
    " advise statsword previewword pauseword resumeword create abo off lookat upcoming when learn everything human wipe status answer gap putoff meant injection undertaking away network author getting summarise contactdata".split()
)
WEIGHTS = {"strong": 5.0, "cues": 3.0, "hints": 1.2, "against": -4.0, "says": 3.0}


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One line of a phrases file, equal to none but itself. `owner` is the dotted path of its table, such as
    `intents.find_contacts`.
    """

    owner: str
    weight: float
    pattern: Pattern

    @property
    def is_the_word(self) -> bool:
        """Whether it is an idea that a word stands for by itself."""
        return self.pattern.words and self.owner.startswith(IDEAS)


class Hit(NamedTuple):
    """A phrase found: from which word to which (exclusive), counted in the words that phrases see."""

    phrase: Phrase
    first: int
    last: int


# By a word: found with it; and to be tried, each with the words of which one must be there, too.
Called: TypeAlias = tuple[tuple[Phrase, ...], tuple[tuple[Phrase, Needs], ...]]


class Phrases:
    """All languages together: sentences mix them."""

    def __init__(self, tables: Iterable[dict[str, Any]]) -> None:
        self.fillers: frozenset[str] = frozenset()
        self.greetings: frozenset[str] = frozenset()
        self.stopwords: dict[str, frozenset[str]] = {}
        self.words_too: frozenset[str] = frozenset()  # places whose name is an everyday word
        self.commands: dict[str, str] = {}
        self.promised: dict[str, str] = {}  # what the bot itself tells people to write, as `squeezed` has it
        self.states: dict[str, str] = {}
        self._frame: set[str] = set()
        self._frame_starts: tuple[str, ...] = ()
        self._soft: set[str] = set()
        self._naming: set[str] = set()
        self._soft_starts: set[str] = set()
        self._asking_starts: set[str] = set()
        self.ideas: set[str] = set()
        self.idea_of: dict[str, str] = {}  # by owner of phrases; a value ("values.size.large") is one, too
        self.variants: dict[str, str] = {}  # how words are spoken → how they are written
        self._exact: dict[str, list[Phrase]] = {}
        self._starting: dict[str, list[Phrase]] = {}
        self._ending: list[Phrase] = []  # known by one word, but not by how it begins
        self._always: list[Phrase] = []
        words: set[str] = set()
        for table in tables:
            language = table["language"]
            self.stopwords[language] = folded(table["stopwords"])
            self.fillers |= folded(table["fillers"])
            self.greetings |= folded(table["greetings"])
            self.words_too |= folded(table.get("words_too", ()))
            frame = {
                fold(word) + ("*" if word.endswith("*") else "") for line in table["frame"] for word in line.split()
            }
            self._frame |= {word for word in frame if not word.endswith("*")}
            self._frame_starts += tuple(word[:-1] for word in frame if word.endswith("*"))
            self.commands |= {fold(name): target for name, target in table["commands"].items()}
            self.promised |= {squeezed(said): target for said, target in table["promised"].items()}
            for written, spoken in table.get("variants", {}).items():
                self.variants |= {fold(word): fold(written) for word in spoken.split()}
            self._take_ideas(table.get(IDEAS, {}), words)
            for state, names in table["states"].items():
                self.states |= {" ".join(fold(word) for word in re.split(r"[\s-]", name)): state for name in names}
            for owner, weight, source in _lines(table):
                seen = " ".join(word for word in source.split() if not (word.isalpha() and fold(word) in self.fillers))
                phrase = Phrase(owner, weight, compile_pattern(seen or source))
                self._index(phrase)
                words |= {anchor.rstrip("*") for anchor in phrase.pattern.anchors}
                words |= {fold(word) for word in re.findall(r"[^\W\d_]{5,}", source)}
        self.states_begin = frozenset(name.partition(" ")[0] for name in self.states)
        # Neither begin nor end a name; but "it" and "app" may.
        self.empty = frozenset(word for stop in self.stopwords.values() for word in stop if word != "it")
        self._vocabulary = sorted(word for word in words | self._frame if len(word) >= 5 and word.isalpha())
        self._known = frozenset(self._vocabulary)
        self._by_initial: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_initial.setdefault(word[0], []).append(word)
        self.calling = lru_cache(maxsize=8192)(self._call)
        self.corrected = lru_cache(maxsize=8192)(self._corrected)
        self.is_soft = lru_cache(maxsize=8192)(self._is_soft)
        self.is_frame = lru_cache(maxsize=8192)(self._is_frame)
        self.is_everyday = lru_cache(maxsize=8192)(self._is_everyday)

    def _take_ideas(self, ideas: dict[str, list[str]], words: set[str]) -> None:
        """Fillers are seen by none of them, so they may not be asked for."""
        self.ideas |= ideas.keys()
        for name, sources in ideas.items():
            for source in sources:
                phrase = Phrase(f"{IDEAS}.{name}", 0.0, compile_pattern(source))
                self._index(phrase)
                words |= {anchor.rstrip("*") for anchor in phrase.pattern.anchors}
                words |= {fold(word) for word in re.findall(r"[^\W\d_]{5,}", source)}
                if name in NAMING:
                    self._naming |= {fold(word) for word in re.findall(r"[^\W\d_]{3,}", source)}
                else:
                    for word in re.findall(r"(?<![*\w{])[^\W\d_][\w'-]*\*?", source):
                        self._ask(fold(word), starts=word.endswith("*"), softly=name in SOFT)

    def _ask(self, word: str, *, starts: bool, softly: bool) -> None:
        """A word that asks. Single ones of another idea may be harder: the hardest counts."""
        if not starts:
            (self._soft if softly else self._frame).add(word)
        elif len(word) > 4:
            (self._soft_starts if softly else self._asking_starts).add(word)

    def _index(self, phrase: Phrase) -> None:
        kind, _, name = phrase.owner.partition(".")
        if kind in {IDEAS, "values"}:
            self.idea_of[phrase.owner] = name.partition(".")[0]
        for anchor in phrase.pattern.anchors:
            where = self._starting if anchor.endswith("*") else self._exact
            where.setdefault(anchor.rstrip("*"), []).append(phrase)
        if not phrase.pattern.anchors:
            (self._ending if phrase.pattern.one_word else self._always).append(phrase)

    def find(self, words: list[str]) -> dict[str, list[Hit]]:
        """All phrases in these words (folded, fillers left out), by owner."""
        line = f" {' '.join(words)} "
        found: dict[str, list[Hit]] = {}
        tried: set[Phrase] = set()
        there = set(words)
        for index, word in enumerate(words):
            sure, possible = self.calling(word)
            for phrase in sure:
                found.setdefault(phrase.owner, []).append(Hit(phrase, index, index + 1))
            for phrase, needs in possible:
                if (needs and any(map(there.isdisjoint, needs))) or phrase in tried:
                    continue
                tried.add(phrase)
                if match := phrase.pattern.search(line):
                    first, last = (line.count(" ", 0, place) - 1 for place in match.span())
                    found.setdefault(phrase.owner, []).append(Hit(phrase, first, last))
        return found

    def _call(self, word: str) -> Called:
        starting = (
            self._starting.get(word[:length], ()) for length in range(max(2, len(word) - LETTERS), len(word) + 1)
        )
        ending = (phrase for phrase in self._ending if phrase.pattern.search(f" {word} "))
        called = (*self._exact.get(word, ()), *chain.from_iterable(starting), *ending, *self._always)
        sure = tuple(phrase for phrase in called if phrase.is_the_word)
        return sure, tuple((phrase, phrase.pattern.needs) for phrase in called if not phrase.is_the_word)

    def _corrected(self, word: str) -> str:
        """A word with a slip ("kontackt") as the phrases know it; words of up to four letters are left alone."""
        if (written := self.as_written(word)) != word:
            return written
        if (
            len(word) < 5
            or word in self._known
            or not word.isalpha()
            or any(word.startswith(k) for k in self._stems(word))
        ):
            return word
        cutoff = 1 if len(word) < 12 else 2
        near = [known for known in self._by_initial.get(word[0], ()) if abs(len(known) - len(word)) <= cutoff]
        best = extractOne(word, near, scorer=OSA.distance, score_cutoff=cutoff)
        return str(best[0]) if best else word

    def _stems(self, word: str) -> Iterator[str]:
        return (word[:n] for n in range(4, len(word) + 1) if word[:n] in self._starting)

    def as_written(self, word: str) -> str:
        """A word as it is spoken ("helfn", "lieba", "nich") in the way it is written, if that is one the phrases know."""
        if word in self.variants:
            return self.variants[word]
        if len(word) < 4 or word in self._known or word in self._frame:
            return word
        for spoken, written in _ENDINGS:
            if spoken.search(word):
                form = spoken.sub(written, word)
                if form in self._known or form in self._frame:
                    return form
        return word

    def _is_frame(self, word: str) -> bool:
        """A word that asks rather than names a subject."""
        return word in self._frame or word.startswith(self._frame_starts) or self._ends_of(word, self._asking_starts)

    def _is_everyday(self, word: str) -> bool:
        """A word that names neither a subject nor a person, in the way it is written or spoken."""
        written = self.as_written(word)
        return self.is_frame(written) or written in self.fillers or written in self.greetings

    def _is_soft(self, word: str) -> bool:
        """A word that asks, but may be part of a name."""
        return word not in self._naming and (word in self._soft or self._ends_of(word, self._soft_starts))

    def _ends_of(self, word: str, starts: set[str]) -> bool:
        """Whether it is an inflection of one of these, not a compound: "aufrufen" is, "Aufrufanlage" isn't."""
        return any(word[:n] in starts for n in range(max(5, len(word) - INFLECTION), len(word) + 1))


def folded(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for line in lines for word in line.split())


def _lines(table: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
    for name in ("intents", "answers", "values", "says", "topic"):
        yield from _walk(name, table.get(name, {}))


def _walk(path: str, node: dict[str, Any] | list[str]) -> Iterator[tuple[str, float, str]]:
    if isinstance(node, list):
        owner, _, tier = path.rpartition(".")
        if tier in WEIGHTS:
            yield from ((owner, WEIGHTS[tier], source) for source in node)
        else:
            yield from ((path, WEIGHTS["says"], source) for source in node)
        return
    for name, inner in node.items():
        yield from _walk(f"{path}.{name}", inner)


@cache
def phrases() -> Phrases:
    folder = files("bot.languages")
    names = sorted(one.name for one in folder.joinpath("phrases").iterdir() if one.name.endswith(".toml"))

    def table(name: str) -> dict[str, Any]:
        said, ideas = (
            tomllib.loads(folder.joinpath(kind, name).read_text("utf-8")) for kind in ("phrases", "concepts")
        )
        return said | {"language": name.removesuffix(".toml"), IDEAS: ideas}

    return Phrases(table(name) for name in names)

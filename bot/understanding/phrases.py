"""What people say, read once from the phrases files of all languages and indexed by its rarest word."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.understanding.patterns import Pattern, compile_pattern
from bot.understanding.tokens import fold

WEIGHTS = {"strong": 5.0, "cues": 3.0, "hints": 1.2, "against": -4.0, "says": 3.0}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a phrases file. `owner` is the dotted path of its table, such as `intents.find_contacts`."""

    owner: str
    weight: float
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: from which word to which (exclusive), counted in the words that phrases see."""

    phrase: Phrase
    first: int
    last: int


class Phrases:
    """All languages together: sentences mix them."""

    def __init__(self, tables: Iterable[dict[str, Any]]) -> None:
        self.fillers: frozenset[str] = frozenset()
        self.greetings: frozenset[str] = frozenset()
        self.stopwords: dict[str, frozenset[str]] = {}
        self.words_too: frozenset[str] = frozenset()  # places whose name is an everyday word
        self.commands: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self._frame: set[str] = set()
        self._frame_starts: tuple[str, ...] = ()
        self._exact: dict[str, list[Phrase]] = {}
        self._starting: dict[str, list[Phrase]] = {}
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
            for state, names in table["states"].items():
                self.states |= {" ".join(fold(word) for word in re.split(r"[\s-]", name)): state for name in names}
            for owner, weight, source in _lines(table):
                seen = " ".join(word for word in source.split() if not (word.isalpha() and fold(word) in self.fillers))
                phrase = Phrase(owner, weight, compile_pattern(seen or source))
                self._index(phrase)
                words |= {anchor.rstrip("*") for anchor in phrase.pattern.anchors}
                words |= {fold(word) for word in re.findall(r"[^\W\d_]{5,}", source)}
        self._vocabulary = sorted(word for word in words | self._frame if len(word) >= 5 and word.isalpha())
        self._known = frozenset(self._vocabulary)
        self.corrected = lru_cache(maxsize=8192)(self._corrected)
        self.is_frame = lru_cache(maxsize=8192)(self._is_frame)

    def _index(self, phrase: Phrase) -> None:
        for anchor in phrase.pattern.anchors:
            where = self._starting if anchor.endswith("*") else self._exact
            where.setdefault(anchor.rstrip("*"), []).append(phrase)
        if not phrase.pattern.anchors:
            self._always.append(phrase)

    def find(self, words: list[str]) -> dict[str, list[Hit]]:
        """All phrases in these words (folded, fillers left out), by owner."""
        line = f" {' '.join(words)} "
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        offset = 1
        for index, word in enumerate(words):
            starts[offset] = index
            offset += len(word) + 1
            ends[offset] = index + 1
        found: dict[str, list[Hit]] = {}
        tried: set[int] = set()
        for phrase in self._candidates(words):
            if id(phrase) in tried:
                continue
            tried.add(id(phrase))
            match = phrase.pattern.regex.search(line)
            if match:
                first = starts.get(match.start(), 0)
                last = ends.get(match.end(), len(words)) if match.end() > match.start() else first
                found.setdefault(phrase.owner, []).append(Hit(phrase, first, last))
        return found

    def _candidates(self, words: list[str]) -> Iterator[Phrase]:
        for word in set(words):
            yield from self._exact.get(word, ())
            for length in range(2, len(word) + 1):
                yield from self._starting.get(word[:length], ())
        yield from self._always

    def _corrected(self, word: str) -> str:
        """A word with a slip ("kontackt") as the phrases know it; words of up to four letters are left alone."""
        if (
            len(word) < 5
            or word in self._known
            or not word.isalpha()
            or any(word.startswith(k) for k in self._stems(word))
        ):
            return word
        cutoff = 1 if len(word) < 9 else 2
        near = [known for known in self._vocabulary if known[0] == word[0] and abs(len(known) - len(word)) <= cutoff]
        best = extractOne(word, near, scorer=OSA.distance, score_cutoff=cutoff)
        return str(best[0]) if best else word

    def _stems(self, word: str) -> Iterator[str]:
        return (word[:n] for n in range(4, len(word) + 1) if word[:n] in self._starting)

    def _is_frame(self, word: str) -> bool:
        """A word that asks rather than names a subject."""
        return word in self._frame or word.startswith(self._frame_starts)


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
    folder = files("bot.languages").joinpath("phrases")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return Phrases(tomllib.loads(one.read_text("utf-8")) | {"language": one.name[:-5]} for one in found)

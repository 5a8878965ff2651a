"""The register of places: found by name as people write it, told apart where names repeat, with distances."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Literal, TypeAlias

from rapidfuzz.distance import OSA

from bot.geo import state_named
from bot.matching.text import fold

SMALL, LARGE = 20_000, 100_000  # inhabitants: small is below, large is above
NEAR = 0.8  # similarity from which a name is taken for a typo
_FRAME = re.compile(
    r"^(?:(?:ich bin |wir sind |bei |aus |in |der |die |das |von |hier )*)(?:stadt|gemeinde|markt|landeshauptstadt|city of)?\s+",
    re.IGNORECASE,
)
_SHORT = (
    (re.compile(r"\ba\.?\s?m\.?(?=\s|$)", re.IGNORECASE), "am main"),
    (re.compile(r"\ba\.?\s?d\.?(?=\s)", re.IGNORECASE), "an der"),
    (re.compile(r"\ba\.(?=\s)", re.IGNORECASE), "am"),
    (re.compile(r"\bst\.", re.IGNORECASE), "sankt"),
)
# What `_FRAME` and `_SHORT` may change at the beginning of a name.
_OTHERWISE = re.compile(
    r"(?:ich|wir|bei|aus|in|der|die|das|von|hier|stadt|gemeinde|markt|landeshauptstadt|city)\b|.*\b(?:a\.?[md]?\.?(?:\s|$)|st\.)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """A body of the register. `key` is the official key (AGS, 8 digits) for municipalities."""

    key: str
    name: str
    official_name: str
    state: str
    district: str
    population: int
    lat: float
    lon: float
    postcode: str
    kind: str = "municipality"


@dataclass(frozen=True, slots=True)
class Exact:
    municipality: Municipality
    exact: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several of this name, the largest first."""

    candidates: tuple[Municipality, ...]
    exact: Literal[True] = True


@dataclass(frozen=True, slots=True)
class Near:
    """None is called so, these nearly are: most similar first."""

    candidates: tuple[Municipality, ...]
    exact: Literal[False] = False


@dataclass(frozen=True, slots=True)
class Nothing:
    exact: Literal[False] = False


Found: TypeAlias = Exact | Ambiguous | Near | Nothing


class Gazetteer:
    def __init__(self, municipalities: Iterable[Municipality]) -> None:
        self.all: tuple[Municipality, ...] = tuple(municipalities)
        self._by_key = {municipality.key: municipality for municipality in self.all}
        self._names: dict[str, list[Municipality]] = defaultdict(list)
        self._as_written: dict[str, list[Municipality]] = {}  # by the name as the register writes it
        for municipality in self.all:
            called = _key(municipality.name)
            for name in {called, _key(municipality.official_name)}:
                self._names[name].append(municipality)
            self._as_written[municipality.name] = self._names[called]
        self.begins = lru_cache(maxsize=8192)(self._may_begin)

    @cached_property
    def _heads(self) -> dict[str, list[Municipality]]:
        """By the first part of a compound name: "Garmisch" for Garmisch-Partenkirchen."""
        heads: dict[str, list[Municipality]] = defaultdict(list)
        for municipality in self.all:
            head = re.split(r"[-\s(,/]", municipality.name, maxsplit=1)[0]
            if head != municipality.name and (len(head) > 4 or "(" in municipality.name):
                heads[fold(head)].append(municipality)
        return heads

    @cached_property
    def _by_initial(self) -> dict[str, list[str]]:
        initials: dict[str, list[str]] = defaultdict(list)
        for name in self._names:
            initials[name[:1]].append(name)
        return initials

    def get(self, key: str) -> Municipality | None:
        return self._by_key.get(key)

    def find(self, text: str) -> Found:
        """A place by its name as typed; "Stadt", "bei der Stadt" and punctuation around it don't matter."""
        typed = _bare(text)
        if not typed:
            return Nothing()
        return self._exactly(typed) or self._nearly(_key(_FRAME.sub("", typed)))

    def knows(self, text: str) -> bool:
        """Whether one is called so; unlike `find`, slips don't count."""
        typed = _bare(text)
        return bool(typed) and self.begins(typed.partition(" ")[0]) and self._exactly(typed) is not None

    def _may_begin(self, word: str) -> bool:
        """Whether a name may begin with it: with most words of a sentence none does."""
        first = _key(word).partition(" ")[0]
        return not first or first in self._beginnings or _OTHERWISE.match(word) is not None

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(name.partition(" ")[0] for name in (*self._names, *self._heads))

    def _exactly(self, typed: str) -> Exact | Ambiguous | None:
        bare = _FRAME.sub("", typed)
        for text in dict.fromkeys((typed, bare, _long(typed))):  # mostly one and the same
            found = self._names.get(_key(text))
            if found:
                return _told(self._with_longer(found, _key(bare)))
        bracket = re.match(r"^(.+?)\s*[(,]\s*(.+?)\)?$", typed)
        if bracket and (found := self._names.get(_key(bracket.group(1)))):
            narrowed = self.narrow(found, bracket.group(2))
            return narrowed if isinstance(narrowed, Exact | Ambiguous) else _told(found)
        heads = self._heads.get(_key(bare))
        return _told(heads) if heads else None

    def _with_longer(self, found: Sequence[Municipality], head: str) -> Sequence[Municipality]:
        """Who says "Neustadt" hardly means a village of just that name, where a larger town is called so in brief."""
        longer = self._heads.get(head, ())
        most = max(one.population for one in found)
        return [*found, *longer] if any(one.population > most for one in longer) else found

    def _nearly(self, name: str) -> Found:
        if len(name) < 4:
            return Nothing()
        names = [known for known in self._by_initial.get(name[:1], ()) if abs(len(known) - len(name)) <= 2]
        scored = [(OSA.normalized_similarity(name, known), known) for known in names]
        best = sorted(((score, known) for score, known in scored if score >= NEAR), reverse=True)
        if not best:
            return Nothing()
        top = best[0][0]
        near = [m for score, known in best if score >= top - 0.02 for m in self._names[known]]
        return Near(tuple(sorted(dict.fromkeys(near), key=lambda m: (-m.population, m.key))))

    def narrow(self, candidates: Sequence[Municipality], text: str) -> Found:
        """Which of these is meant: by state, district, postcode, river, or "the larger one"."""
        said = fold(text)
        by_size = sorted(candidates, key=lambda m: -m.population)
        if re.search(r"\b(gross|grossere|grosste|larger|largest|bigger)", said):
            return Exact(by_size[0])
        if re.search(r"\b(kleinere|kleinste|smaller|smallest)", said):
            return Exact(by_size[-1])
        tokens = re.findall(r"[0-9A-Za-zÀ-ÿ-]+", text)
        spans = [" ".join(tokens[i:j]) for i in range(len(tokens)) for j in range(i + 1, min(i + 4, len(tokens)) + 1)]
        states = {state for span in spans if len(span) > 2 or span.isupper() if (state := state_named(span))}
        matching = [m for m in candidates if m.state in states or m.postcode in tokens]
        if not matching:
            own = {word for m in candidates for word in _parts(m.name)}
            mine = [token for span in tokens for token in _parts(span) if len(token) > 3 and token not in own]
            rated = [(sum(1 for token in mine if _mentions(m, token)), m) for m in candidates]
            most = max((score for score, _ in rated), default=0)
            matching = [m for score, m in rated if score == most and most > 0]
        return _told(matching) if matching else Nothing()

    def same_name(self, municipality: Municipality) -> Sequence[Municipality]:
        written = self._as_written.get(municipality.name)
        return self._names.get(_key(municipality.name), (municipality,)) if written is None else written

    def label(self, municipality: Municipality) -> str:
        """The name, with as much as is needed to tell it apart: "Erbach (Alb-Donau-Kreis, Baden-Württemberg)"."""
        if len(self.same_name(municipality)) < 2:
            return municipality.name
        return label(municipality)


def label(municipality: Municipality) -> str:
    """Name, district and state; the official name where it says more than the short one."""
    official = municipality.official_name.split(",", maxsplit=1)[0]
    return f"{official} ({municipality.district}, {municipality.state})"


def km(a: Municipality, b: Municipality) -> float:
    """Great-circle distance in kilometres."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((radians(b.lon) - radians(a.lon)) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(h))


def size_class(population: int) -> Literal["small", "medium", "large"]:
    if population < SMALL:
        return "small"
    return "medium" if population <= LARGE else "large"


def similar_size(a: int, b: int) -> bool:
    """Half to double."""
    return b <= 2 * a and a <= 2 * b


def _told(found: Sequence[Municipality]) -> Exact | Ambiguous:
    several = tuple(sorted(dict.fromkeys(found), key=lambda m: (-m.population, m.key)))
    return Exact(several[0]) if len(several) == 1 else Ambiguous(several)


def _bare(text: str) -> str:
    return text.strip().strip(".,;:!?\"'„“").strip()


def _key(name: str) -> str:
    plain = fold(name.split(",", maxsplit=1)[0])
    return " ".join(re.findall(r"[0-9a-z]+", plain))


def _long(text: str) -> str:
    for short, full in _SHORT:
        text = short.sub(full, text)
    return text


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[^0-9a-z]+", fold(text)) if part]


def _mentions(municipality: Municipality, token: str) -> bool:
    words = _parts(f"{municipality.official_name} {municipality.district} {municipality.state}")
    return any(word == token or (len(token) > 4 and word.startswith(token)) for word in words)

"""Features by name, as they are stored; and which rows of the weights those of a text have."""

from collections.abc import Container, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from bot.understanding.features import PAIRED, Features, Pair, Places, of_pairs, of_piece, words_of

if TYPE_CHECKING:
    from bot.understanding.heard import Heard

Number = TypeVar("Number", int, float)
Value: TypeAlias = str | Pair  # of a feature

NEW = "w ?"  # a word that no example has is just that: new, as the names of most subjects are


class Rows:
    """Of the features of whole texts. What a single word or idea brings with it is put together once."""

    def __init__(self, named: Mapping[str, int]) -> None:
        self.named = named
        by_kind = by_place(named)
        self._of_pairs = {kind: {_pair(value): row for value, row in by_kind.get(kind, {}).items()} for kind in PAIRED}
        self._of_piece = lru_cache(maxsize=8192)(self._known_of_piece)

    def of(self, heard: "Heard") -> list[int]:
        """Each once; features that no weights are known of have none."""
        words, context, of_piece = words_of(heard), heard.situation.context, self._of_piece
        found: set[int | None] = set()
        for word in {*words}:
            found.update(of_piece("w", word, context))
        for idea in frozenset().union(*heard.ideas):
            found.update(of_piece("i", idea, context))
        for kind, values in of_pairs(words, heard.ideas):
            found.update(map(self._of_pairs[kind].get, values))
        return [row for row in found if row is not None]

    def _known_of_piece(self, kind: str, piece: str, context: str) -> tuple[int, ...]:
        names = names_of(of_piece(kind, piece, context))
        return tuple(self.named[name] for name in names if name in self.named)


def known(name: str, features: Container[str]) -> str:
    """The name of a feature, or that of a new word in its place."""
    return name if name in features or " w " not in name else f"{name[0]} {NEW}"


def by_place(named: Mapping[str, Number]) -> dict[str, dict[str, Number]]:
    """Of features by name."""
    found: dict[str, dict[str, Number]] = {}
    for name, number in named.items():
        place, _, value = name.partition(" ")
        found.setdefault(place, {})[value] = number
    return found


def by_name(placed: Mapping[str, Mapping[Any, Number]]) -> dict[str, Number]:
    """Of features by place or kind."""
    return {name_of(place, value): number for place, found in placed.items() for value, number in found.items()}


def names_of(places: Features | Places) -> list[str]:
    """The names of features."""
    return [name_of(place, value) for place, values in places for value in values]


def name_of(place: str, value: Value) -> str:
    return f"{place} {said(value)}" if value else place


def said(value: Value) -> str:
    return value if isinstance(value, str) else " ".join(value)


def _pair(value: str) -> Pair:
    one, _, other = value.partition(" ")
    return one, other

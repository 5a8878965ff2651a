"""Places and states in a sentence: what stands after "in", "aus", "bei", and what the register calls so."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from bot.understanding.phrases import Phrases
from bot.understanding.situation import Lexicon
from bot.understanding.tokens import Token, fold

# Before a place for certain, and before a place among other things.
NEARING = frozenset(
    "bei um umkreis nahe nahe nah umgebung raum region rund near around umland richtung close vicinity gegend grossraum km kilometer kilometern".split()
)
LEADING = NEARING | frozenset(
    "in aus nach von vom mit an auf fur ab stadt gemeinde markt landeshauptstadt kreis landkreis rathaus kollegen kollegin kollege"
    " from to at of with for the town city fur zu municipality bis".split()
)
_TIGHT = frozenset(
    "in aus nach von bei from at of near around to umkreis raum region richtung um nahe stadt gemeinde".split()
)
_SURE = _TIGHT | NEARING
_LONGEST = 4
SLIPPED, KNOWN = 7, 20_000  # letters of a name that may have a slip; inhabitants of towns that are meant by one


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    name: str
    first: int
    last: int
    before: str  # the word in front, folded
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundState:
    name: str
    first: int
    last: int


def find_states(tokens: Sequence[Token], phrases: Phrases, taken: set[int]) -> list[FoundState]:
    """States by name, abbreviation or adjective ("NRW", "hessische", "Bavaria")."""
    found: list[FoundState] = []
    begin = phrases.states_begin
    index = 0
    while index < len(tokens):
        token = tokens[index]
        hyphened = "-" in token.text and ((pieces := _pieces(token.text)) and pieces[0] in begin)
        if token.fold not in begin and not hyphened:
            index += 1
            continue
        for length in (4, 3, 2, 1):
            part = tokens[index : index + length]
            if len(part) < length or any(t.kind != "word" for t in part) or index in taken:
                continue
            state = phrases.states.get(" ".join(token.fold for token in part))
            if state is None:
                state = phrases.states.get(" ".join(piece for token in part for piece in _pieces(token.text)))
            if state is None or (length == 1 and len(part[0].fold) < 3 and not part[0].text.isupper()):
                continue
            if length == 1 and _is_town(tokens, index):
                continue
            found.append(FoundState(name=state, first=index, last=index + length))
            index += length - 1
            break
        index += 1
    return found


def _is_town(tokens: Sequence[Token], index: int) -> bool:
    """ "bei Brandenburg", "Stadt Brandenburg", "Brandenburg an der Havel": the one state with a town of its name."""
    if tokens[index].fold != "brandenburg":
        return False
    before = tokens[index - 1].fold if index else ""
    after = tokens[index + 1].fold if index + 1 < len(tokens) else ""
    return before in NEARING | {"stadt"} or after in {"an", "a", "havel"}


@lru_cache(maxsize=8192)
def _pieces(word: str) -> tuple[str, ...]:
    return tuple(
        piece
        for piece in word.lower().replace("ü", "u").replace("ö", "o").replace("ue", "u").replace("oe", "o").split("-")
        if piece
    )


def find_places(tokens: Sequence[Token], phrases: Phrases, lexicon: Lexicon, taken: set[int]) -> list[FoundPlace]:
    found: list[FoundPlace] = []
    before, end = "", 0
    for index, token in enumerate(tokens):
        may_be = token.kind == "word" and (token.capital or before in LEADING or not index)
        if may_be and index >= end and index not in taken and len(token.fold) > 1 and not token.text[0].isdigit():
            place = _place_at(tokens, index, before, phrases, lexicon, taken)
            if place is not None:
                found.append(place)
                end = place.last
        before = token.fold
    return found


def _place_at(
    tokens: Sequence[Token], index: int, before: str, phrases: Phrases, lexicon: Lexicon, taken: set[int]
) -> FoundPlace | None:
    """At a word with a capital, or after one that leads to a place, or at the beginning."""
    token = tokens[index]
    if token.fold in phrases.words_too and not (token.capital and before in _TIGHT):
        return None
    if phrases.is_frame(token.fold) and not (
        token.capital and before in _TIGHT and _longest(tokens, index, lexicon, taken)
    ):
        return None
    last = _longest(tokens, index, lexicon, taken)
    if last:
        leading = before in LEADING or index == 0 or (index > 0 and tokens[index - 1].kind != "word")
        if leading or (token.capital and not is_topic(lexicon, token.text)):
            if before not in _TIGHT and is_topic(lexicon, _text(tokens, index, last)):
                return None
            return FoundPlace(
                name=_named(_text(tokens, index, last), lexicon), first=index, last=last, before=before, known=True
            )
        return None
    if (slip := _slip(token, before, lexicon)) is not None:
        return FoundPlace(name=slip, first=index, last=index + 1, before=before, known=False)
    if (
        before in NEARING
        and before not in {"um", "an"}
        and (token.capital or before in {"bei", "near", "around", "umkreis"})
    ):
        if before == "bei":
            return None  # "bei Open Data": only places that the register knows
        last = index + 1
        return FoundPlace(name=_named(token.text, lexicon), first=index, last=last, before=before, known=False)
    return None


def _slip(token: Token, before: str, lexicon: Lexicon) -> str | None:
    """ "in Recklinghausn": one letter away from the name of a town that many know, and from no other."""
    if before not in _SURE or not token.capital or len(token.fold) < SLIPPED or is_topic(lexicon, token.text):
        return None
    near: Sequence[Any] = getattr(lexicon.place(token.text), "candidates", ())
    if len(near) != 1 or near[0].population < KNOWN or OSA.distance(fold(near[0].name), token.fold) != 1:
        return None
    return str(near[0].name)


def _longest(tokens: Sequence[Token], index: int, lexicon: Lexicon, taken: set[int]) -> int | None:
    best, name = None, ""
    for last in range(index + 1, min(index + _LONGEST, len(tokens)) + 1):
        following = tokens[last - 1]
        if last - 1 in taken or following.kind in {"stop", "question"} or following.text in {",", "„", "“", '"'}:
            break
        apart = last > index + 1 and tokens[last - 2].end != following.start
        if apart and not name.count(" ") and not lexicon.begins_place(name):
            break
        name += f" {following.text}" if apart else following.text
        if (following.kind == "word" or following.text == ")") and is_place(lexicon, name):
            best = last
    return best


def _text(tokens: Sequence[Token], first: int, last: int) -> str:
    parts = [tokens[first].text]
    for before, token in zip(tokens[first:last], tokens[first + 1 : last], strict=False):
        parts.append(token.text if before.end == token.start else f" {token.text}")
    return "".join(parts)


_SMALL = frozenset("am an der den dem im in bei ob vor von zu zum a.d. und unter auf".split())


def _named(text: str, lexicon: Lexicon) -> str:
    """As the register writes it; else as places are written, where everything was typed small."""
    found = lexicon.place(text)
    known = getattr(found, "municipality", None) or next(iter(getattr(found, "candidates", ())), None)
    if known is not None and fold(known.name) == fold(text):
        return str(known.name)
    if text != text.lower():
        return text
    return " ".join(
        word if word in _SMALL else "-".join(p.capitalize() if p not in _SMALL else p for p in word.split("-"))
        for word in text.split()
    )


def is_place(lexicon: Lexicon, text: str) -> bool:
    return lexicon.knows_place(text)


def is_topic(lexicon: Lexicon, text: str) -> bool:
    return lexicon.knows_topic(text)

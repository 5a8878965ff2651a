"""Words of a text, folded so that spelling habits don't matter, each knowing where it stands."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["word", "comma", "stop", "question"]

_TOKEN = re.compile(
    r"(?P<word>(?<![^\W_])[ds]['’](?=[A-ZÄÖÜ])|[^\W_]+(?:(?:[-–/&+'’@:]|(?<=\b[^\W_])\.|\.(?=\d))[^\W_]+)*\+*)"
    r"|(?P<question>\?+[?!]*)|(?P<stop>\.{2,}|…|[.!;\n|]+|:|\s[-–—]+\s)|(?P<comma>[,()\[\]„“”\"»«])"
)
_LETTERS = re.compile(r"[^\W_]+")
# After these a full stop ends no sentence.
_SHORTENED = frozenset(
    "dr prof nr hr fr ca bzw evtl ggf inkl usw tel art abs str st wg bspw vgl mr mrs ms no approx".split()
)
_SPOKEN: dict[str, Kind] = {"komma": "comma", "fragezeichen": "question", "ausrufezeichen": "stop", "punkt": "stop"}
_COUNTS = re.compile(r" (?:eins|zwei|drei|1|2)", re.IGNORECASE)  # "Punkt zwei" of a list ends no sentence


class Token(NamedTuple):
    """A tuple, as one is made of every word."""

    text: str
    start: int
    end: int
    kind: Kind
    fold: str
    capital: bool = False  # begins with one


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """ "Ämter" → "amter", "aemter" → "amter", "E-Akte" → "eakte", "jaaaa" → "ja"."""
    plain = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    plain = "".join(c for c in plain if c.isalnum() or c == "@")
    plain = plain.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return re.sub(r"([a-z])\1{2,}", r"\1", plain)


def squeezed(text: str) -> str:
    """Its letters, however they are spelt and whatever stands between them: "„Ja, gern.“" → "jagern"."""
    return "".join(map(fold, _LETTERS.findall(text)))


def tokenize(text: str) -> tuple[Token, ...]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word, (start, end) = match[0], match.span()
        if (kind := match.lastgroup) != "word":
            if word != "." or not found or found[-1].fold not in _SHORTENED:
                found.append(Token(word, start, end, kind, ""))  # type: ignore[arg-type]
        elif folded := fold(word):
            shown = _SPOKEN.get(folded, "word")
            if shown == "stop" and folded == "punkt" and (len(found) <= 2 or _COUNTS.match(text, end)):
                shown = "word"
            found.append(Token(word, start, end, shown, folded, word[:1].isupper()))
    return tuple(found)

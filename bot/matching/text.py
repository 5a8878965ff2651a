"""Text as the matching sees it: folded letters, words, stems, and 4-grams inside words."""

import re
from functools import lru_cache

import Stemmer

_STEMMER = Stemmer.Stemmer("german")
_WORD = re.compile(r"[0-9a-z]+")
_UMLAUTS = str.maketrans(
    {"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e", "á": "a", "à": "a", "ş": "s", "ç": "c"}
)
_SPELLED = (("ae", "a"), ("oe", "o"), ("ue", "u"))

STOP = frozenset(
    [
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einer",
        "einem",
        "einen",
        "und",
        "oder",
        "von",
        "vom",
        "zu",
        "zur",
        "zum",
        "mit",
        "fur",
        "in",
        "im",
        "am",
        "an",
        "auf",
        "aus",
        "bei",
        "nach",
        "uber",
        "unter",
        "wir",
        "ihr",
        "sie",
        "ich",
        "es",
        "man",
        "hat",
        "haben",
        "ist",
        "sind",
        "war",
        "wird",
        "werden",
        "als",
        "auch",
        "sich",
        "wie",
        "was",
        "wer",
        "the",
        "of",
        "and",
        "for",
        "to",
        "in",
    ]
)


def fold(text: str) -> str:
    """Lower case, umlauts and their spelled-out form alike: "Hückelhoven" and "Hueckelhoven" become the same."""
    folded = text.casefold().translate(_UMLAUTS)
    for spelled, letter in _SPELLED:
        folded = folded.replace(spelled, letter)
    return folded


def words(text: str) -> list[str]:
    return [word for word in _WORD.findall(fold(text)) if word not in STOP]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


@lru_cache(maxsize=65536)
def grams(word: str) -> tuple[str, ...]:
    """Character 4-grams with `_` at the word's ends."""
    padded = f"_{word}_"
    return tuple(padded[i : i + 4] for i in range(max(1, len(padded) - 3)))

"""Text as the matching sees it: folded letters, words, stems, and 4-grams inside words."""

import re
from functools import lru_cache

import Stemmer

_STEMMER = Stemmer.Stemmer("german")
_WORD = re.compile(r"[0-9a-z]+")
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("äáàâãåā", "a"),
        **dict.fromkeys("öóòôõøō", "o"),
        **dict.fromkeys("üúùûů", "u"),
        **dict.fromkeys("éèêëěę", "e"),
        **dict.fromkeys("íìîïı", "i"),
        **dict.fromkeys("çćč", "c"),
        **dict.fromkeys("şśšș", "s"),
        **dict.fromkeys("ńñň", "n"),
        **dict.fromkeys("źżž", "z"),
        "ß": "ss",
        "ł": "l",
        "ğ": "g",
        "ř": "r",
        "æ": "ae",
        "œ": "oe",
        "\u0308": "",
        "\u00ad": "",
    }
)
# "ue" after a vowel or a q is none: Steuer, neue, Aue, Quelle.
_SPELLED = re.compile(r"(?<![aeiouyq])(?:ae|oe|ue)")

STOP = frozenset(
    "der die das den dem des ein eine einer einem einen eines und oder von vom zu zur zum mit fur in im am an auf aus"
    " bei beim nach uber unter durch wir ihr sie ich es er man uns unser unsere hat habe haben ist sind war wird werden"
    " als auch sich wie was wer dass nicht noch so um the of and for to on with by an".split()
)

# What asks and doesn't tell about what: taken off a question, never off a document.
_FRAME = frozenset(
    "kennt kennen kenne kennst jemand jemanden jemandem wen wem wo welche welcher welches wieso schon bereits mal bitte"
    " gibt gab suche suchen sucht gesucht brauche brauchen hatte gern gerne mochte mochten wurde konnen kann konnte"
    " hilft helfen hilfe unterstutzung weiss wissen erfahrung erfahrungen ansprechpartner ansprechpartnerin ansprechpartnerinnen"
    " kontakt kontakte kolleginnen kollegen kollegin kollege kommune kommunen stadt stadte gemeinde gemeinden thema"
    " themen bezuglich zum etwas irgendwer irgendjemand andere anderen anderer hallo hi moin guten tag morgen danke"
    " who knows know anyone anybody somebody someone about has have with experience experiences contact contacts topic"
    " help me us please looking look find is are there can could does do done hello in you your we our".split()
)
_VERB_FRAMES = re.compile(
    r"\bsich\b.*\b(aus)$"
    r"|\b(eingefuhrt|eingerichtet|aufgebaut|angeschafft|digitalisiert|umgestellt|gemacht|umgesetzt|im einsatz|genutzt|nutzt|macht)$"
)


def fold(text: str) -> str:
    """Lower case without accents; umlauts and their spelled-out form alike: "Hückelhoven" and "Hueckelhoven"."""
    return _SPELLED.sub(_shortened, text.casefold().translate(_LETTERS))


def _shortened(match: re.Match[str]) -> str:
    return match[0][0]


def words(text: str) -> list[str]:
    """Folded words in their order, without those that tell nothing."""
    return [word for word in _WORD.findall(fold(text)) if word not in STOP]


def asked_words(text: str) -> list[str]:
    """As `words`, each once, and without the frame of a question ("Wer kennt sich mit … aus?") unless that is all."""
    plain = _VERB_FRAMES.sub("", fold(text).rstrip(" ?!.…"))
    said = [word for word in _WORD.findall(plain) if word not in STOP]
    return list(dict.fromkeys([word for word in said if word not in _FRAME] or said))


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


def grams_of(text: str) -> frozenset[str]:
    """Of all its words."""
    return frozenset(gram for word in words(text) for gram in grams(word))

"""The words dates are made of, German and English, folded (lower case, without umlaut dots)."""

import re
from collections.abc import Iterable

_FOLD = (
    ("ä", "a"),
    ("ö", "o"),
    ("ü", "u"),
    ("ß", "s"),
    ("’", "'"),
    ("—", "–"),
    ("\xa0", " "),
    ("\n", " "),
    ("\t", " "),
)


def fold_dates(text: str) -> str:
    """Lower case without umlaut dots, character for character, so that offsets stay."""
    folded = text.lower()
    if len(folded) != len(text):
        folded = "".join(letter.lower()[:1] or letter for letter in text)
    for letter, plain in _FOLD:
        folded = folded.replace(letter, plain)  # quicker than a table: most texts have none of them
    return folded


def alternatives(words: Iterable[str]) -> str:
    """A regular expression of the words, the longest first."""
    return "(?:" + "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True)) + ")"


def shortest(words: Iterable[str]) -> list[str]:
    """Without those that hold another one: they are found wherever that is."""
    kept: list[str] = []
    for word in sorted(set(words), key=lambda word: (len(word), word)):
        if not any(other in word for other in kept):
            kept.append(word)
    return kept


_MONTHS = (
    "januar jan jaenner janner january", "februar feb febr february feber", "marz maerz mar mrz march", "april apr",
    "mai may", "juni jun june", "juli jul july", "august aug", "september sep sept", "oktober okt october oct",
    "november nov", "dezember dez december dec",
)  # fmt: skip
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()}

LONG_MONTHS = [word for word in MONTHS if len(word) > 5]  # such as are misspelt rather than short

_WEEKDAYS = (
    "montag mo monday mon", "dienstag di tuesday tue tues", "mittwoch mi wednesday wed",
    "donnerstag do thursday thu thur thurs", "freitag fr friday fri", "samstag sa sonnabend saturday sat",
    "sonntag sunday sun",
)  # fmt: skip
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAYS) for word in words.split()}

NUMBERS = {
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "einen": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "funf": 5,
    "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12, "zwoelf": 12,
    "vierzehn": 14, "funfzehn": 15, "zwanzig": 20, "dreisig": 30, "dreissig": 30, "hundert": 100, "hunderd": 100,
    "funfzig": 50, "fuenfzig": 50, "vierzig": 40, "sechzig": 60, "siebzig": 70, "achtzig": 80, "zweihundert": 200,
    "einhundert": 100, "ner": 1, "nem": 1, "dreizehn": 13, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
    "dreiundzwanzig": 23, "vierundzwanzig": 24, "funfundzwanzig": 25, "thirteen": 13, "fifteen": 15,
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "twenty": 20, "thirty": 30, "fifty": 50,
    "hundred": 100,
}  # fmt: skip
HOURS = alternatives(word for word, number in NUMBERS.items() if len(word) > 2 and number <= 12)
COUNT = r"\bin (?:ein|zwei|drei|vier|a |an |one|two|three|four)"

_TENS = "ersten zweiten dritten vierten funften sechsten siebten achten neunten zehnten elften zwolften".split()
_TEENS = "dreizehnten vierzehnten funfzehnten sechzehnten siebzehnten achtzehnten neunzehnten".split()
_UNITS = ["", "einund", "zweiund", "dreiund", "vierund", "funfund", "sechsund", "siebenund", "achtund", "neunund"]
_GERMAN = (
    dict(enumerate(_TENS + _TEENS, start=1))
    | {20 + n: f"{unit}zwanzigsten" for n, unit in enumerate(_UNITS)}
    | {30: "dreisigsten", 31: "einunddreisigsten"}
)
_ENGLISH = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
ORDINALS = {word: number for number, word in _GERMAN.items()}
ORDINALS |= {
    word.replace("funf", "fuenf").replace("zwolf", "zwoelf").replace("dreisig", "dreissig"): n
    for n, word in _GERMAN.items()
}
ORDINALS |= {word[:-1]: n for word, n in list(ORDINALS.items())} | {
    f"{word[:-1]}r": n for word, n in list(ORDINALS.items())
}
ORDINALS |= {word: n for n, word in enumerate(_ENGLISH, start=1)}

# Days with a fixed date; the movable ones are left to asking.
HOLIDAYS = {
    "heiligabend": (12, 24), "heilig abend": (12, 24), "silvester": (12, 31), "neujahr": (1, 1), "nikolaus": (12, 6),
    "christmas eve": (12, 24), "new year's eve": (12, 31), "new year's day": (1, 1), "tag der arbeit": (5, 1),
    "tag der deutschen einheit": (10, 3), "allerheiligen": (11, 1), "dreikonig": (1, 6), "heilige drei konige": (1, 6), "heilig drei konig": (1, 6), "heilige drei konig": (1, 6), "heiligen drei konigen": (1, 6), "dreikonigstag": (1, 6),
}  # fmt: skip

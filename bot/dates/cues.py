"""What the rules can't do without: looked for word by word, where the rules are long and most texts name no day."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.date_words import HOLIDAYS, HOURS, LONG_MONTHS, MONTHS, ORDINALS, WEEKDAYS, alternatives, fold_dates


class Cue:
    """Of one word; where a rule speaks of several, of the one that is the rarest. Two cues are never compared, as patterns
    would be, letter by letter.
    """

    def __init__(self, expression: str) -> None:
        self._pattern = re.compile(expression)
        _ALL.append(self)

    def is_in(self, word: str) -> bool:
        return self._pattern.search(word) is not None


class SlipOf(Cue):
    """Nearly one of these words: a letter too many, too few, another, or two that have changed places."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(r"[a-z]+")
        self._words = list(words)

    def is_in(self, word: str) -> bool:
        return any(self.meant(letters) is not None for letters in self._pattern.findall(word))

    def meant(self, word: str) -> str | None:
        """The word that was to be written, in one language or the other; None for one that is right."""
        if len(word) < 5 or word in self._words:  # shorter words are other words
            return None
        near = [one for one in self._words if OSA.distance(word, one, score_cutoff=1) <= 1]
        return near[0] if near else None


_ALL: list[Cue] = []


class Cued(NamedTuple):
    """A text as the rules read it, once for those of days and those of times."""

    folded: str
    cues: frozenset[Cue]


def cued(text: str) -> Cued:
    folded = fold_dates(text)
    return Cued(folded, _NONE.union(*map(_cues_of, folded.split())))


_NONE: frozenset[Cue] = frozenset()


@lru_cache(maxsize=8192)
def _cues_of(word: str) -> frozenset[Cue]:
    return frozenset(cue for cue in _ALL if cue.is_in(word))


_MONTH = alternatives(MONTHS)

FIGURES = Cue(r"\d(?:\.$|[./-]\d)")  # two numbers of a date, or the first
COUNTED = Cue(r"\d(?:\.|s?te|st|nd|rd|th)")  # "5.", "5th"
COUNTED_TOO = Cue(rf"\d(?:\.|s?te)|{alternatives(ORDINALS)}")  # or in words
MONTH = Cue(rf"{_MONTH}(?:e?s)?(?:(?![a-z])|bis|to|until|till|through|und|and)")
MONTH_WITHIN = Cue(_MONTH)  # also where the word goes on otherwise
SLIP_OF_MONTH = SlipOf(LONG_MONTHS)
WEEKDAY = Cue(
    rf"(?<!\w){alternatives(WEEKDAYS)}s?"
    rf"(?:(?![a-z])|fru|vormi|mitta|nachm|abend|morn|after|de[nmr]|the|bis|to|until|{_MONTH}|{alternatives(ORDINALS)})"
)
SPAN = Cue(r"tag|woche|monat|jahr|quartal|day|week|month|year|fortnight")
NEXT_WEEK = Cue(r"wo|week|next")
NEXT = Cue(r"na(?:e)?chst|kommend|diese|next$|this$|coming$")
WITHIN = Cue(r"(?<!\w)(?:in|within)$")
FROM_TO = Cue(r"(?:^|[\d.])(?:bis|to|until|till|through|-|–|und|and|/|\+|&)")  # between two figures
OVERNIGHT = Cue(r"^auf$")
NUMBER = Cue(rf"^(?:\d|{alternatives(ORDINALS)})")
WEEK_NUMBER = Cue(r"kw|kalenderwoche|week(?:\d|$)")
TODAY = Cue(r"heut|morgen|to[dmn]|tm|this$")
FEAST = Cue(alternatives({max(name.split(), key=len) for name in HOLIDAYS}))
VAGUE = Cue(
    r"tag|woche|monat|jahr|day|week|month|year|quart|q\d|fruhling|sommer|herbst|winter|spring|summer|autumn|ferien|urlaub"
    r"|vacation|weihn|advent|ostern|pfingst|fronl|himmelf|karneval|fasching|christmas|easter"
)
AROUND_FEAST = Cue(
    r"ostern|oster|freitag$|friday|donnerstag|himmelfahrt|pfingst|fronleich|karneval|fasching|fas(?:t)?nacht|fasnet|rosenm"
    r"|aschermi|easter|whitsun|pentecost|weihnacht|christmas|neujahr|year|jahre"
)
PAST = Cue(r"gestern|yesterday|letzt|vergangen|vorig|last|vor$|ago")

# Of times of day.
UHR = Cue(r"uhr")
O_CLOCK = Cue(rf"uhr|clock|(?:^|\d|{HOURS})h\b")
AM_PM = Cue(rf"(?:^|\d|{HOURS})(?:a\.?m|p\.?m)\b")
COLON = Cue(r"\d:\d")
HALF = Cue(r"halb|viertel|half|quarter")
AT = Cue(r"(?<![\w.])(?:um|gegen|at)$")
NOON = Cue(r"noon|midday")

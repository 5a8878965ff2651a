"""What the rules can't do without: quick to look for, where the rules are long and most texts name no day."""

import re

from bot.date_words import HOLIDAYS, MONTHS, ORDINALS, WEEKDAYS, alternatives


class Cue:
    """Known by itself: two of them are never compared, as patterns would be, letter by letter."""

    def __init__(self, expression: str) -> None:
        self._pattern = re.compile(expression)

    def is_in(self, text: str) -> bool:
        return self._pattern.search(text) is not None


_MONTH = alternatives(MONTHS)

FIGURES = Cue(r"\d(?:\.\s?|/|-)\d")  # two numbers of a date
COUNTED = Cue(r"\d(?:\.|s?te|st|nd|rd|th)")  # "5.", "5th"
LAST_COUNTED = Cue(r"\d(?:\.|s?te)|(?:te[nr]?|first|second|third|th)\s*(?:$|[.,!?)])")  # or in words, at the end
MONTH = Cue(rf"{_MONTH}(?:e?s)?(?:(?![a-z])|bis|to|until|till|through|und|and)")
WEEKDAY = Cue(
    rf"(?<!\w){alternatives(WEEKDAYS)}s?"
    rf"(?:(?![a-z])|fru|vormi|mitta|nachm|abend|morn|after|de[nmr]|the|bis|to|until|{_MONTH}|{alternatives(ORDINALS)})"
)
SPAN = Cue(r"tag|woche|monat|jahr|quartal|day|week|month|year|fortnight")
NEXT_WEEK = Cue(r"wo|week|next")
WEEK_NUMBER = Cue(r"kw|kalenderwoche|week\s*\d")
TODAY = Cue(r"heut|morgen|to[dmn]|tm|this\s")
FEAST = Cue(alternatives(HOLIDAYS))
VAGUE = Cue(
    r"tag|woche|monat|jahr|day|week|month|year|quart|q\d|fruhling|sommer|herbst|winter|spring|summer|autumn|ferien|urlaub"
    r"|vacation|weihn|advent|ostern|pfingst|fronl|himmelf|karneval|fasching|christmas|easter"
)
PAST = Cue(r"gestern|yesterday|letzt|vergangen|vorig|last|vor\s|ago")

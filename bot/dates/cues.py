"""What the rules can't do without: quick to look for, where the rules are long and most texts name no day."""

import re

from bot.date_words import HOLIDAYS, MONTHS, ORDINALS, WEEKDAYS, alternatives

_MONTH = alternatives(MONTHS)

FIGURES = re.compile(r"\d(?:\.\s?|/|-)\d")  # two numbers of a date
COUNTED = re.compile(r"\d(?:\.|s?te|st|nd|rd|th)")  # "5.", "5th"
LAST_COUNTED = re.compile(r"\d(?:\.|s?te)|(?:te[nr]?|first|second|third|th)\s*(?:$|[.,!?)])")  # or in words, at the end
MONTH = re.compile(rf"{_MONTH}(?:e?s)?(?:(?![a-z])|bis|to|until|till|through|und|and)")
WEEKDAY = re.compile(
    rf"(?<!\w){alternatives(WEEKDAYS)}s?"
    rf"(?:(?![a-z])|fru|vormi|mitta|nachm|abend|morn|after|de[nmr]|the|bis|to|until|{_MONTH}|{alternatives(ORDINALS)})"
)
SPAN = re.compile(r"tag|woche|monat|jahr|quartal|day|week|month|year|fortnight")
NEXT_WEEK = re.compile(r"wo|week|next")
WEEK_NUMBER = re.compile(r"kw|kalenderwoche|week\s*\d")
TODAY = re.compile(r"heut|morgen|to[dmn]|tm|this\s")
FEAST = re.compile(alternatives(HOLIDAYS))
VAGUE = re.compile(
    r"tag|woche|monat|jahr|day|week|month|year|quart|q\d|fruhling|sommer|herbst|winter|spring|summer|autumn|ferien|urlaub"
    r"|vacation|weihn|advent|ostern|pfingst|fronl|himmelf|karneval|fasching|christmas|easter"
)
PAST = re.compile(r"gestern|yesterday|letzt|vergangen|vorig|last|vor\s|ago")

"""When somebody who is away is back: "bis 15.1.", "in KW 3 nicht da", "ab morgen für zwei Wochen weg"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.dates import Day, Days, FoundDate

_BEGINS = re.compile(r"(?:ab|seit|from|since|starting)\b", re.IGNORECASE)
_TILL = re.compile(
    r"\b(?:bis|until|till|by|nach|after|back|zurück|wieder)\b|\b(?:in|within)\s+(?!(?:der\s+)?(?:kw|kalenderwoche|week)\b)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:nicht (?:da|im (?:haus|büro|dienst)|erreichbar|verfügbar)|weg|abwesend|frei|urlaub|krank|away|off|out|not (?:there|here|available|in)|vacation|leave)\b",
    re.IGNORECASE,
)
_WEEK = re.compile(r"woche|week|\bkw\b|\bkw\d", re.IGNORECASE)
_ON = re.compile(r"(?:am|an|on|heute?|morgen|übermorgen|today|tomorrow)\b", re.IGNORECASE)
_BEGINNING = re.compile(r"\b(?:starts?|begins?|beginnt|startet|losgeht|from|ab)\s+(?:am\s+|on\s+)?$", re.IGNORECASE)


def back_on(text: str, said: Sequence[FoundDate]) -> date | None:
    """The first day back; None where only the beginning is said, or nothing."""
    ends = [one for one in said if isinstance(one.when, Days) or (isinstance(one.when, Day) and not _begins(text, one))]
    return _back(text, ends[-1]) if ends else None


def _back(text: str, one: FoundDate) -> date | None:
    """The first day back: the one named, but for a day or a week of absence ("in KW 3 nicht da")."""
    said = text[one.start : one.end]
    match one.when:
        case Days(last=last):
            return last
        case Day(date=day) if _TILL.search(text[: one.start] + said) or not _AWAY.search(text):
            return day
        case Day(date=day) if _WEEK.search(said):
            return day + timedelta(days=7)
        case Day(date=day) if _ON.match(said):
            return day + timedelta(days=1)
        case Day(date=day):
            return day
        case _:
            return None


def _begins(text: str, one: FoundDate) -> bool:
    """Whether a pause begins there rather than ends."""
    return bool(_BEGINS.match(text[one.start :]) or _BEGINNING.search(text[: one.start]))

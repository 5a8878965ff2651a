"""Dates and times as people write them, German and English: a small grammar that would rather say "unsure" than guess.

`find_dates` marks every date in a text, `read_date` reads a text that is one. Without a year the next such day is
meant; a day that has just passed, a day that doesn't exist, a weekday that contradicts its date and whatever people
use differently ("nächsten Freitag", "3/12", "nach den Ferien") is `Unsure`, with the readings to ask about.
"""

import re
from datetime import date

from bot.date_words import COUNT, HOLIDAYS, MONTHS, ORDINALS, WEEKDAYS, alternatives, fold_dates, shortest
from bot.dates import calendar_days, compound_days, days_from_today, feasts  # noqa: F401  (their rules enter themselves)
from bot.dates.cues import Cued, cued
from bot.dates.rules import D, M, rules_for
from bot.dates.values import Day, Days, FoundDate, FoundTime, Past, Unsure, When

__all__ = ["Day", "Days", "FoundDate", "FoundTime", "Past", "Unsure", "When", "dates_in", "find_dates", "read_date"]

_WORDS = (
    "heut morgen morning afternoon evening today tom tmw tmrw day monta dienst mittwo donner freit samst sonna woche week"
    " month monat jahr year ferien weihn silv neuj holid urlaub oster pfing kalenderw advent gestern fruh sommer herbst"
    " winter spring autumn tonight karneval fasch fastna fasna fasne easter christm whitsun pentec rosenm asche himmelf fronl pfingst jahre"
)
_ANY = re.compile(
    rf"\d|{alternatives(shortest((*_WORDS.split(), *MONTHS, *ORDINALS, *WEEKDAYS, *HOLIDAYS)))}|tage?n?\b|{COUNT}|kw\b|q\d"
)


def find_dates(text: str, today: date) -> tuple[FoundDate, ...]:
    """Every date in the text, in order, the longest reading of each place. Offsets are those of `text`."""
    return dates_in(cued(text), today)


def dates_in(text: Cued, today: date) -> tuple[FoundDate, ...]:
    folded = text.folded
    hits: list[FoundDate] = []
    for pattern, read in rules_for(text.cues):
        for match in pattern.finditer(folded):
            when = read(match, today)
            if when is not None:
                hits.append(FoundDate(start=match.start(), end=match.end(), when=when))
    if not hits or not _ANY.search(folded):
        return ()
    chosen: list[FoundDate] = []
    for hit in sorted(hits, key=lambda found: (found.start - found.end, found.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    joined: list[FoundDate] = []
    for hit in sorted(chosen, key=lambda found: found.start):
        if joined and (both := _same_day(joined[-1], hit, folded)) is not None:
            joined[-1] = both
        else:
            joined.append(hit)
    return tuple(joined)


_BETWEEN = re.compile(r"[\s,]*(?:der|den|dem|the)?[\s,]*")


def _same_day(first: FoundDate, second: FoundDate, text: str) -> FoundDate | None:
    """ "Nächsten Dienstag, 1.12.": a day named in two ways, side by side, is the one that both can mean."""
    if not _BETWEEN.fullmatch(text[first.end : second.start]) or not isinstance(second.when, Day):
        return None
    match first.when:
        case Day(date=found, explicit=False):
            readings: tuple[date, ...] = (found,)
        case Unsure(readings=several):
            readings = several
        case _:
            return None
    if second.when.date not in readings:
        return None
    return FoundDate(start=first.start, end=second.end, when=second.when)


_NEGATED = re.compile(
    r"(?:\bnicht|\bnot|\bstatt|\binstead of|\bkein\w*)\s+(?:schon\s+|erst\s+|on\s+|am\s+|vom\s+|dem\s+)*$"
)


def read_date(text: str, today: date) -> Day | Days | Unsure | None:
    """The one date a text speaks of. Several different ones, unless all but one are denied, are `Unsure`."""
    cleaned = text.strip()
    if re.fullmatch(rf"{D}\.{M}", cleaned):
        cleaned += "."
    if re.fullmatch(r"(?:0?[1-9]|[12]\d|3[01])\.", cleaned):
        cleaned = f"am {cleaned}"
    found = [one for one in find_dates(cleaned, today) if not isinstance(one.when, Past)]
    if not found:
        return None
    folded = fold_dates(cleaned)
    said = [one for one in found if not _NEGATED.search(folded[: one.start])] or found
    whens = list(dict.fromkeys(one.when for one in said if not isinstance(one.when, Past)))
    if len(whens) == 1:
        only = whens[0]
        assert not isinstance(only, Past)
        return only
    return Unsure(readings=tuple(one.date for one in whens if isinstance(one, Day)))

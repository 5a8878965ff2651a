"""Days named by the calendar: "3.12.2026", "3. Dezember", "12/3", "3.-5.12."."""

import re
from datetime import date

from bot.date_words import MONTHS, ORDINALS
from bot.dates import cues
from bot.dates.reckoning import (
    between,
    checked,
    day_of_month,
    known_day,
    valid_day,
)
from bot.dates.rules import LEAD, MONTH, ORDINAL, SEP, TH, WD, WEEKDAY, D, M, Match, Y, rule
from bot.dates.values import Day, Unsure, When


@rule(cues.FIGURES, r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
def _iso(m: Match, today: date) -> When:
    return known_day(int(m["d"]), int(m["m"]), m["y"], today) if 1 <= int(m["m"]) <= 12 else Unsure()


@rule(cues.FIGURES, rf"{LEAD}?{WD}(?P<d>{D})\.\s?(?P<m>{M})(?:\.\s?(?P<y>{Y})|\.|\s(?P<y2>20\d\d))")
def _numeric(m: Match, today: date) -> When:
    month = int(m["m"])
    if not 1 <= month <= 12:
        return Unsure()
    return checked(known_day(int(m["d"]), month, m["y"] or m["y2"], today), m["wd"])


@rule(
    cues.FIGURES,
    rf"(?:{LEAD}|(?P<wd>{WEEKDAY}),?\s*(?:den\s+)?)(?P<d>{D})\.(?P<m>{M})(?!\d|[.,]\d|\.?\s*(?:uhr|prozent|%))",
)
def _numeric_bare(m: Match, today: date) -> When:
    return checked(known_day(int(m["d"]), int(m["m"]), None, today), m["wd"]) if int(m["m"]) <= 12 else Unsure()


@rule(cues.FIGURES, rf"(?:on\s+|by\s+|until\s+|from\s+)?(?P<a>{D})/(?P<b>{D})(?:/(?P<y>{Y}))?")
def _slashed(m: Match, today: date) -> When:
    a, b = int(m["a"]), int(m["b"])
    readings = {r for d, mo in ((a, b), (b, a)) if mo <= 12 and isinstance(r := known_day(d, mo, m["y"], today), Day)}
    if len(readings) == 1:
        return readings.pop()
    return Unsure(readings=tuple(sorted(r.date for r in readings)))


@rule(
    cues.MONTH,
    rf"{LEAD}?{WD}(?:(?P<d>{D})(?:\.|ten|te|ter|{TH})?|(?P<o>{ORDINAL}))\s*(?:of\s+)?(?P<m>{MONTH})(?:\b\.?,?\s*(?P<y>{Y}))?",
)
def _named(m: Match, today: date) -> When:
    day = int(m["d"]) if m["d"] else ORDINALS[m["o"]]
    weekday = None if m["wd"] in {"do", "so"} and "the " in m[0] else m["wd"]  # "can we do the 8th of December"
    return checked(known_day(day, MONTHS[m["m"]], m["y"], today), weekday)


@rule(
    cues.SLIP_OF_MONTH,
    rf"{LEAD}?{WD}(?:(?P<d>{D})(?:\.|ten|te|ter|{TH})?|(?P<o>{ORDINAL}))\s*(?:of\s+)?(?P<m>[a-z]{{5,10}})(?:\.?,?\s+(?P<y>20\d\d))?",
)
def _misspelt(m: Match, today: date) -> When | None:
    """ "8. Janur"; a number in front tells that it is a month."""
    month = cues.SLIP_OF_MONTH.meant(m["m"])
    day = int(m["d"]) if m["d"] else ORDINALS[m["o"]]
    return checked(known_day(day, MONTHS[month], m["y"], today), m["wd"]) if month else None


@rule(
    cues.MONTH,
    rf"{LEAD}?{WD}(?P<m>{MONTH})\.?\s+(?:the\s+)?(?:(?P<d>{D}){TH}?|(?P<o>{ORDINAL}))(?!\.?\d|:)(?:,?\s*(?P<y>\d{{4}}))?",
    also=cues.NUMBER,
)
def _american(m: Match, today: date) -> When:
    day = int(m["d"]) if m["d"] else ORDINALS[m["o"]]
    return checked(known_day(day, MONTHS[m["m"]], m["y"], today), m["wd"])


@rule(
    cues.COUNTED_TOO,
    rf"(?:am|ab|vom|bis(?:\s+zum)?|zum|auf\s+den|den|dem|ab\s+dem|nach\s+dem|vor\s+dem)\s+(?:(?P<wd>{WEEKDAY}),?\s*(?:den\s+)?)?(?:(?P<d>{D})(?:\.|s?ten|te)(?!\s?\d)|(?P<o>{ORDINAL})(?=\s*$|[.,!?)]))",
)
def _day_only(m: Match, today: date) -> When:
    return checked(day_of_month(int(m["d"]) if m["d"] else ORDINALS[m["o"]], today), m["wd"])


@rule(cues.COUNTED, rf"(?:on|by|until|till|from|to)\s+(?:(?P<wd>{WEEKDAY}),?\s*)?(?:the\s+)?(?P<d>{D}){TH}")
def _day_only_english(m: Match, today: date) -> When:
    return checked(day_of_month(int(m["d"]), today), m["wd"])


@rule(cues.COUNTED, rf"(?P<wd>{WEEKDAY}),?\s+(?:den\s+|der\s+|the\s+)?(?P<d>{D})(?:\.|ten|{TH})(?!\s?\d)")
def _weekday_and_day(m: Match, today: date) -> When | None:
    if m["wd"] in {"do", "so"} and "the " in m[0]:
        return None  # English: "do the 16th"
    return checked(day_of_month(int(m["d"]), today), m["wd"])


def _ends(m: Match, today: date) -> When:
    month = int(m["m"]) if m["m"].isdigit() else MONTHS[m["m"]]
    first_month = (m["m1"] or m["m"]).rstrip(".") if "m1" in m.re.groupindex else m["m"]
    start_month = int(first_month) if first_month.isdigit() else MONTHS[first_month]
    if not (1 <= month <= 12 and 1 <= start_month <= 12):
        return Unsure()
    last = known_day(int(m["d2"]), month, m["y"], today)
    if not isinstance(last, Day):
        return last
    year = last.date.year - (start_month > month)
    first = valid_day(year, start_month, int(m["d1"]))
    return between(Day(date=first), last) if first and (m["y"] or first >= today) else Unsure()


@rule(
    cues.FIGURES,
    rf"(?:vom\s+|von\s+|zwischen\s+(?:dem\s+)?|am\s+|den\s+)?(?P<d1>{D})(?:\.(?:\s?(?P<m1>{M})\.?)?)?{SEP}(?P<d2>{D})\.\s?(?P<m>{M})(?:\.\s?(?P<y>{Y})?|(?!\d))",
    also=cues.FROM_TO,
)
def _range_numeric(m: Match, today: date) -> When | None:
    return _ends(m, today)


@rule(
    cues.MONTH,
    rf"(?:vom\s+|von\s+|from\s+(?:the\s+)?|zwischen\s+(?:dem\s+)?|am\s+|on\s+(?:the\s+)?|den\s+)?(?P<d1>{D})(?:\.|ten|{TH})?(?:\s*(?:of\s+)?(?P<m1>{MONTH})\.?)?{SEP}(?P<d2>{D})(?:\.|ten|{TH})?\s*(?:of\s+)?(?P<m>{MONTH})(?:\b\.?,?\s*(?P<y>{Y}))?",
)
def _range_named(m: Match, today: date) -> When:
    return _ends(m, today)


_MOVES = re.compile(r"schieb|schob|verleg|umbuch|statt|\btausch|wechsel|\bmove|shift")


@rule(
    cues.OVERNIGHT,
    rf"(?:vom\s+|von\s+)(?P<d1>{D})(?:\.|ten)?(?:\s*(?P<m1>{MONTH}|{M}\.))?\s+auf\s+(?:den\s+|dem\s+)?(?P<d2>{D})(?:\.|ten)?\s*(?:(?P<m>{MONTH}|{M})\.?)(?:\b\.?,?\s*(?P<y>{Y}))?",
)
def _overnight(m: Match, today: date) -> When | None:
    """ "Vom 1. auf den 2. Februar": one stays, and arrives on the first; unless something is moved so."""
    return None if _MOVES.search(m.string) else _ends(m, today)


@rule(
    cues.MONTH, rf"(?:from\s+|on\s+)?(?P<m>{MONTH})\.?\s+(?P<d1>{D}){TH}?{SEP}(?P<d2>{D}){TH}?(?:,?\s*(?P<y>\d{{4}}))?"
)
def _range_american(m: Match, today: date) -> When:
    return _ends(m, today)

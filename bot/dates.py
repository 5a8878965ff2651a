"""Dates and times as people write them, German and English: a small grammar that would rather say "unsure" than guess.

`find_dates` marks every date in a text, `read_date` reads a text that is one. Without a year the next such day is
meant; a day that has just passed, a day that doesn't exist, a weekday that contradicts its date and whatever people
use differently ("nächsten Freitag", "3/12", "nach den Ferien") is `Unsure`, with the readings to ask about.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TypeAlias

from bot.date_words import COUNT, HOLIDAYS, MONTHS, NUMBERS, ORDINALS, WEEKDAYS, alternatives, fold_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day. `after_days` when it was said as a span from today ("in 14 Tagen"); `explicit` when it named a day
    or month of the calendar.
    """

    date: date
    after_days: int | None = None
    explicit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A date is meant, but which? The likely readings, the likeliest first; there may be none."""

    readings: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A day gone by ("letzten Montag"), which nobody plans for."""


When: TypeAlias = Day | Days | Unsure | Past


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    start: int
    end: int
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTime:
    """`at` is None where the half of the day is open ("um 4")."""

    start: int
    end: int
    at: time | None
    until: time | None = None


MONTH = alternatives(MONTHS)
WEEKDAY = alternatives(WEEKDAYS)
ORDINAL = alternatives(ORDINALS)
N = rf"(?:\d{{1,3}}|{alternatives(NUMBERS)})"
D = r"(?:0?[1-9]|[12]\d|3\d)"
M = r"(?:0?[1-9]|1\d)"
Y = r"(?:\d{4}|'?\d{2}(?!\d|:|\.\d|[.,]?\s*uhr))"
LEAD = (
    r"(?:(?:ab|seit|am|an|bis|vom|von|zum|zu|den|dem|der|auf|fur|fuer|um|erst|from|on|until|till|by|the|to|for|of)\s+)"
)
TH = r"(?:st|nd|rd|th)"
_YEARED = 300  # days: a day further ahead than this, said without a year, has probably just passed


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(text: str) -> int:
    digits = text.strip("' ")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def _known(day: int, month: int, year: str | None, today: date) -> When:
    """A day of a month, with or without the year."""
    if year:
        found = _day(_year(year), month, day)
        return Day(date=found, explicit=True) if found and abs(found.year - today.year) < 20 else Unsure()
    coming = [found for ahead in range(9) if (found := _day(today.year + ahead, month, day)) and found >= today]
    this = _day(today.year, month, day)
    if not coming or (this is None and coming[0].year > today.year):
        return Unsure(readings=tuple(coming[:1]))
    if (coming[0] - today).days > _YEARED:
        return Unsure(readings=(coming[0],))
    return Day(date=coming[0], explicit=True)


def _of_month(day: int, today: date) -> When:
    """ "am 11.": the next eleventh."""
    if not 1 <= day <= 31:
        return Unsure()
    coming = []
    for ahead in range(4):
        month = today.month - 1 + ahead
        found = _day(today.year + month // 12, month % 12 + 1, day)
        if found and found >= today:
            coming.append(found)
    if coming[0] == today:
        return Unsure(readings=tuple(coming[:2]))
    return Day(date=coming[0], explicit=True)


def _months_on(start: date, months: int) -> date:
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def _first_of(month: int, year: str | None, today: date) -> date:
    return date(_year(year) if year else today.year + (month <= today.month), month, 1)


def _last_of(month: int, year: str | None, today: date) -> date:
    of = _year(year) if year else today.year + (month < today.month)
    return date(of, month, calendar.monthrange(of, month)[1])


def _coming(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _monday(today: date, weeks: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def _checked(when: When, weekday: str | None) -> When:
    """A weekday said with a date must be its weekday."""
    if weekday is None or not isinstance(when, Day):
        return when
    return when if when.date.weekday() == WEEKDAYS[weekday] else Unsure(readings=(when.date,))


def _range(first: When, last: When) -> When:
    if isinstance(first, Day) and isinstance(last, Day) and first.date < last.date:
        return Days(first=first.date, last=last.date)
    if isinstance(first, Day) and isinstance(last, Day) and first.date == last.date:
        return first
    return Unsure()


Match: TypeAlias = re.Match[str]
Rule: TypeAlias = tuple[re.Pattern[str], Callable[[Match, date], When | None]]
RULES: list[Rule] = []


def _rule(pattern: str) -> Callable[[Callable[[Match, date], When | None]], Callable[[Match, date], When | None]]:
    def register(read: Callable[[Match, date], When | None]) -> Callable[[Match, date], When | None]:
        RULES.append((re.compile(rf"(?<![\w]){pattern}(?![\w])"), read))
        return read

    return register


WD = rf"(?:(?P<wd>{WEEKDAY})s?,?\s*(?:(?:den|dem|the)\s+)?)?"
SEP = r"\s*(?:bis(?:\s+(?:zum|einschliesslich))?|to|until|till|through|-|–|und|and|/|\+|&)\s*(?:dem\s+|den\s+|the\s+)?"


@_rule(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
def _iso(m: Match, today: date) -> When:
    return _known(int(m["d"]), int(m["m"]), m["y"], today) if 1 <= int(m["m"]) <= 12 else Unsure()


@_rule(rf"{LEAD}?{WD}(?P<d>{D})\.\s?(?P<m>{M})(?:\.\s?(?P<y>{Y})|\.|\s(?P<y2>20\d\d))")
def _numeric(m: Match, today: date) -> When:
    month = int(m["m"])
    if not 1 <= month <= 12:
        return Unsure()
    return _checked(_known(int(m["d"]), month, m["y"] or m["y2"], today), m["wd"])


@_rule(rf"(?:{LEAD}|(?P<wd>{WEEKDAY}),?\s*(?:den\s+)?)(?P<d>{D})\.(?P<m>{M})(?!\d|[.,]\d|\.?\s*(?:uhr|prozent|%))")
def _numeric_bare(m: Match, today: date) -> When:
    return _checked(_known(int(m["d"]), int(m["m"]), None, today), m["wd"]) if int(m["m"]) <= 12 else Unsure()


@_rule(rf"(?:on\s+|by\s+|until\s+|from\s+)?(?P<a>{D})/(?P<b>{D})(?:/(?P<y>{Y}))?")
def _slashed(m: Match, today: date) -> When:
    a, b = int(m["a"]), int(m["b"])
    readings = {r for d, mo in ((a, b), (b, a)) if mo <= 12 and isinstance(r := _known(d, mo, m["y"], today), Day)}
    if len(readings) == 1:
        return readings.pop()
    return Unsure(readings=tuple(sorted(r.date for r in readings)))


@_rule(
    rf"{LEAD}?{WD}(?:(?P<d>{D})(?:\.|ten|te|ter|{TH})?|(?P<o>{ORDINAL}))\s*(?:of\s+)?(?P<m>{MONTH})(?:\b\.?,?\s*(?P<y>{Y}))?"
)
def _named(m: Match, today: date) -> When:
    day = int(m["d"]) if m["d"] else ORDINALS[m["o"]]
    return _checked(_known(day, MONTHS[m["m"]], m["y"], today), m["wd"])


@_rule(
    rf"{LEAD}?{WD}(?P<m>{MONTH})\.?\s+(?:the\s+)?(?:(?P<d>{D}){TH}?|(?P<o>{ORDINAL}))(?!\.?\d|:)(?:,?\s*(?P<y>\d{{4}}))?"
)
def _american(m: Match, today: date) -> When:
    day = int(m["d"]) if m["d"] else ORDINALS[m["o"]]
    return _checked(_known(day, MONTHS[m["m"]], m["y"], today), m["wd"])


@_rule(
    rf"(?:am|ab|vom|bis(?:\s+zum)?|zum|auf\s+den|den|dem|ab\s+dem|nach\s+dem|vor\s+dem)\s+(?:(?P<wd>{WEEKDAY}),?\s*(?:den\s+)?)?(?:(?P<d>{D})(?:\.|ten|te)(?!\s?\d)|(?P<o>{ORDINAL})(?=\s*$|[.,!?)]))"
)
def _day_only(m: Match, today: date) -> When:
    return _checked(_of_month(int(m["d"]) if m["d"] else ORDINALS[m["o"]], today), m["wd"])


@_rule(rf"(?:on|by|until|till|from|to)\s+(?:(?P<wd>{WEEKDAY}),?\s*)?(?:the\s+)?(?P<d>{D}){TH}")
def _day_only_english(m: Match, today: date) -> When:
    return _checked(_of_month(int(m["d"]), today), m["wd"])


@_rule(rf"(?P<wd>{WEEKDAY}),?\s+(?:den\s+|the\s+)?(?P<d>{D})(?:\.|ten|{TH})(?!\s?\d)")
def _weekday_and_day(m: Match, today: date) -> When:
    return _checked(_of_month(int(m["d"]), today), m["wd"])


def _ends(m: Match, today: date) -> When:
    month = int(m["m"]) if m["m"].isdigit() else MONTHS[m["m"]]
    first_month = m["m1"] or m["m"] if "m1" in m.re.groupindex else m["m"]
    start_month = int(first_month) if first_month.isdigit() else MONTHS[first_month]
    if not (1 <= month <= 12 and 1 <= start_month <= 12):
        return Unsure()
    last = _known(int(m["d2"]), month, m["y"], today)
    if not isinstance(last, Day):
        return last
    year = last.date.year - (start_month > month)
    first = _day(year, start_month, int(m["d1"]))
    return _range(Day(date=first), last) if first and (m["y"] or first >= today) else Unsure()


@_rule(
    rf"(?:vom\s+|von\s+|zwischen\s+(?:dem\s+)?|am\s+|den\s+)?(?P<d1>{D})\.?\s?(?:(?P<m1>{M})\.?)?{SEP}(?P<d2>{D})\.\s?(?P<m>{M})(?:\.\s?(?P<y>{Y})?|(?!\d))"
)
def _range_numeric(m: Match, today: date) -> When | None:
    return _ends(m, today)


@_rule(
    rf"(?:vom\s+|von\s+|from\s+(?:the\s+)?|zwischen\s+(?:dem\s+)?|am\s+|on\s+(?:the\s+)?|den\s+)?(?P<d1>{D})(?:\.|ten|{TH})?(?:\s*(?:of\s+)?(?P<m1>{MONTH})\.?)?{SEP}(?P<d2>{D})(?:\.|ten|{TH})?\s*(?:of\s+)?(?P<m>{MONTH})(?:\b\.?,?\s*(?P<y>{Y}))?"
)
def _range_named(m: Match, today: date) -> When:
    return _ends(m, today)


@_rule(rf"(?:from\s+|on\s+)?(?P<m>{MONTH})\.?\s+(?P<d1>{D}){TH}?{SEP}(?P<d2>{D}){TH}?(?:,?\s*(?P<y>\d{{4}}))?")
def _range_american(m: Match, today: date) -> When:
    return _ends(m, today)


@_rule(
    r"(?:ab\s+|bis\s+|from\s+|until\s+)?(?:heute|today|tonight)(?:\s+(?:fruh|frueh|morgen|vormittag|mittag|nachmittag|abend|morning|afternoon|evening))?"
)
def _today(m: Match, today: date) -> When:
    return Day(date=today)


@_rule(
    r"(?:ab\s+|bis\s+|from\s+|until\s+|till\s+)?(?:(?<!guten )(?<!gutn )(?<!heute )(?<!am )morgen|tomorrow|tmrw|tomorow)(?:\s+(?:fruh|frueh|vormittag|mittag|nachmittag|abend|morning|afternoon|evening))?"
)
def _tomorrow(m: Match, today: date) -> When:
    return Day(date=today + timedelta(days=1))


@_rule(
    r"(?:ab\s+|bis\s+|from\s+|until\s+)?(?:u(?:e)?ber\s?morgen|(?:the\s+)?day\s+after\s+tomorrow)(?:\s+(?:fruh|frueh|vormittag|mittag|nachmittag|abend))?"
)
def _after_tomorrow(m: Match, today: date) -> When:
    return Day(date=today + timedelta(days=2))


@_rule(
    rf"(?:(?P<base>heute|morgen|today|tomorrow|{WEEKDAY})\s+)?(?:in|within)\s+(?:etwa\s+|ca\.?\s+|about\s+)?(?P<n>{N})\s+(?P<unit>tag(?:en|e)?|woche[n]?|monat(?:en|e)?|jahr(?:en|e)?|days?|weeks?|fortnights?|months?|years?)"
)
def _in_a_while(m: Match, today: date) -> When:
    count, unit, base = _number(m["n"]), m["unit"], m["base"]
    if unit.startswith(("monat", "month")):
        return Unsure() if base else Day(date=_months_on(today, count))
    if unit.startswith(("jahr", "year")):
        return Unsure(readings=(_months_on(today, 12 * count),))
    days = count * (14 if unit.startswith("fortnight") else 7 if unit.startswith(("woche", "week")) else 1)
    if base in WEEKDAYS:
        if unit.startswith(("tag", "day")) and count == 8:
            days = 7
        if days % 7 or WEEKDAYS[base] == today.weekday():
            return Unsure()
        return Day(date=_coming(WEEKDAYS[base], today) + timedelta(days=days))
    if unit.startswith("tag") and count == 8:  # an idiom for a week
        return Unsure(readings=(today + timedelta(days=7), today + timedelta(days=8)))
    start = today + timedelta(days=1) if base in {"morgen", "tomorrow"} else today
    return Day(date=start + timedelta(days=days), after_days=None if base else days)


@_rule(
    rf"(?P<wd>{WEEKDAY}|today|tomorrow)\s+week|(?:a\s+week\s+(?:from\s+)?(?:on\s+)?)(?P<wd2>{WEEKDAY}|today|tomorrow|now)"
)
def _week_from(m: Match, today: date) -> When:
    base = m["wd"] or m["wd2"]
    if base in {"today", "now"}:
        return Day(date=today + timedelta(days=7))
    if base == "tomorrow":
        return Day(date=today + timedelta(days=8))
    if WEEKDAYS[base] == today.weekday():
        return Unsure()
    return Day(date=_coming(WEEKDAYS[base], today) + timedelta(days=7))


NEXT = r"(?P<next>u(?:e)?berna(?:e)?chst\w{1,2}|na(?:e)?chst\w{1,2}|kommend\w{1,2}|diese\w?|the\s+week\s+after\s+next|next|this|coming)"


def _which(word: str) -> str:
    if word.startswith(("uber", "ueber")) or "after" in word:
        return "after"
    if word.startswith(("kommend", "coming")):
        return "coming"
    return "this" if word.startswith(("diese", "this")) else "next"


@_rule(
    rf"(?:ab\s+|bis\s+|am\s+|auf\s+|fur\s+|on\s+|from\s+|until\s+)?(?:in\s+der\s+)?(?:(?P<edge>anfang|mitte|ende|beginn|end\s+of|middle\s+of|beginning\s+of)\s+)?(?:(?P<wd>{WEEKDAY})\s+(?:(?:in\s+)?(?:der\s+)?))?{NEXT}(?:(?<=next)|\s+(?:woche|wo\.|week))(?:\s+week)?(?:\s+(?:am\s+|on\s+)?(?P<wd2>{WEEKDAY}))?(?<!next)(?<!after next [a-z])"
)
def _week(m: Match, today: date) -> When | None:
    if m["next"].startswith("the") is False and "woche" not in m[0] and "week" not in m[0] and "wo." not in m[0]:
        return None
    weeks = {"after": 2, "next": 1, "coming": 1, "this": 0}[_which(m["next"])]
    weekday = m["wd"] or m["wd2"]
    monday = _monday(today, weeks)
    if weekday:
        found = monday + timedelta(days=WEEKDAYS[weekday])
        return Day(date=found) if found >= today else Unsure()
    if m["edge"] and not m["edge"].startswith(("anf", "beg")):
        return Unsure(readings=(monday + timedelta(days=4 if m["edge"].startswith("end") else 2),))
    return Day(date=monday) if weeks else Unsure(readings=(today,))


@_rule(
    rf"(?:(?:ab|bis|am|on|until|from|fur)\s+)?(?:den\s+|dem\s+)?(?:{NEXT}\s+)?(?P<wd>{WEEKDAY})(?:\s*(?:fruh|frueh|vormittag|mittag|nachmittag|abend|morning|afternoon))?"
)
def _weekday(m: Match, today: date) -> When | None:
    if len(m["wd"]) < 3 and not re.match(r"(ab|bis|am|on)\s", m[0]):
        return None  # "do", "so", "mi" are words of their own
    weekday, coming = WEEKDAYS[m["wd"]], _coming(WEEKDAYS[m["wd"]], today)
    if not m["next"] or (which := _which(m["next"])) == "coming":
        return Day(date=coming)
    in_next_week = _monday(today, 1) + timedelta(days=weekday)
    if which == "after":
        return Day(date=coming + timedelta(days=7))
    if which == "this":
        here = _monday(today, 0) + timedelta(days=weekday)
        return Day(date=here) if here >= today else Unsure(readings=(coming,))
    return Day(date=coming) if coming == in_next_week else Unsure(readings=(coming, in_next_week))


@_rule(rf"(?:von\s+|from\s+)?(?P<a>{WEEKDAY})\s*(?:bis|to|until|-|–)\s*(?P<b>{WEEKDAY})")
def _weekdays(m: Match, today: date) -> When:
    first = _coming(WEEKDAYS[m["a"]], today)
    return Days(first=first, last=_coming(WEEKDAYS[m["b"]], first)) if m["a"] != m["b"] else Unsure()


AFTER = r"(?P<lead>ab|erst(?:\s+(?:ab|im|wieder\s+(?:im|ab)))?|fru(?:e)?hestens(?:\s+(?:ab|im))?|nicht\s+vor|vor|from|not\s+before|not\s+until|as\s+of|starting)"


@_rule(
    rf"(?:(?P<till>bis(?:\s+zum)?|until|till)\s+)?(?:{AFTER}\s+)?(?:im\s+|in\s+|zum\s+|dem\s+)?(?:the\s+)?(?:(?P<edge>anfang|mitte|ende|beginn|end\s+of|the\s+end\s+of|middle\s+of|mid[ -]|early|late|beginning\s+of|start\s+of)\s*(?:des\s+)?)?(?P<m>{MONTH})(?:s|es)?(?:\s+(?P<y>20\d\d))?(?!\.?\s*\d)"
)
def _month(m: Match, today: date) -> When | None:
    if len(m["m"]) < 4 and not (m["lead"] or m["till"] or m["edge"]) and m["m"] in {"mai", "may", "mar"}:
        return None
    if m["m"] == "may" and not re.search(r"(in|from|until|till|of|before|by|as of)\s+may$", m[0]):
        return None
    month, first = MONTHS[m["m"]], _first_of(MONTHS[m["m"]], m["y"], today)
    edge = (m["edge"] or "").replace("the ", "")
    if edge.startswith(("end", "late")):
        last = _last_of(month, m["y"], today)
        return Day(date=last, explicit=True) if m["till"] else Unsure(readings=(last,))
    if edge.startswith(("mitte", "mid")):
        return Unsure(readings=(first.replace(day=15),))
    if m["lead"] or (m["till"] and edge) or m["till"]:
        return Day(date=first, explicit=True)
    return Unsure(readings=(first,))


@_rule(
    rf"(?:(?P<till>bis|until|till)\s+)?(?:{AFTER}\s+)?(?:im\s+|in\s+)?(?:den\s+|dem\s+)?(?:(?P<edge>anfang|mitte|ende|end\s+of|beginning\s+of)\s+)?(?:des\s+|the\s+)?{NEXT}\s+(?P<unit>monat(?:s|es)?|jahr(?:es|s)?|month|year|quartal)"
)
def _month_or_year(m: Match, today: date) -> When:
    year = m["unit"].startswith(("jahr", "year"))
    steps = {"after": 2, "next": 1, "coming": 1, "this": 0}[_which(m["next"])]
    first = date(today.year + steps, 1, 1) if year else _months_on(today.replace(day=1), steps)
    if m["unit"] == "quartal":
        return Unsure()
    if m["edge"] and m["edge"].startswith("end"):
        last = date(first.year, 12, 31) if year else _last_of(first.month, str(first.year), today)
        return Day(date=last) if m["till"] else Unsure(readings=(last,))
    if m["edge"] == "mitte" or not steps:
        return Unsure()
    return Day(date=first) if m["lead"] or m["edge"] or not year else Unsure(readings=(first,))


@_rule(
    r"(?:(?P<till>bis|until|till)\s+(?:zum\s+)?)?(?:the\s+)?(?P<end>jahresende|ende\s+(?:des|dieses)\s+jahres|monatsende|ende\s+(?:des|dieses)\s+monats|end\s+of\s+(?:the\s+|this\s+)?(?:year|month)|ende\s+der\s+woche|end\s+of\s+the\s+week)"
)
def _end_of(m: Match, today: date) -> When:
    if "woche" in m["end"] or "week" in m["end"]:
        return Unsure(readings=(_monday(today, 0) + timedelta(days=4),))
    year = "jahr" in m["end"] or "year" in m["end"]
    last = date(today.year, 12, 31) if year else _last_of(today.month, str(today.year), today)
    return Day(date=last) if m["till"] else Unsure(readings=(last,))


@_rule(
    r"(?:ab\s+|bis\s+|in\s+(?:der\s+)?|from\s+)?(?:kw|kalenderwoche|calendar\s+week|week)\s*(?P<w>\d{1,2})(?:\s*/?\s*(?P<y>20\d\d))?"
)
def _calendar_week(m: Match, today: date) -> When:
    week, year = int(m["w"]), int(m["y"]) if m["y"] else today.year
    for of in [year] if m["y"] else [year, year + 1]:
        try:
            monday = date.fromisocalendar(of, week, 1)
        except ValueError:
            continue
        if monday > _monday(today, 0) or m["y"]:
            return Day(date=monday, explicit=True) if (monday - today).days < _YEARED else Unsure(readings=(monday,))
    return Unsure()


@_rule(rf"(?:(?:an|am|zu|on|bis(?:\s+zu[mr]?)?|ab|until|till)\s+)?(?P<h>{alternatives(HOLIDAYS)})")
def _holiday(m: Match, today: date) -> When:
    month, day = HOLIDAYS[m["h"]]
    return _known(day, month, None, today)


@_rule(
    r"(?:bis\s+)?(?:nach|vor|in|uber|ueber|wahrend|waehrend|after|before|over|during)\s+(?:den\s+|die\s+|der\s+|dem\s+|the\s+|meinem\s+|meinen\s+|my\s+)?(?:\w+\s?)?(?:ferien|weihnachten|feiertage\w*|ostern|pfingsten|neujahr|urlaub|holidays?|vacation|christmas|easter|new\s+year\w*|jahreswechsel|sommerpause|karneval|fasching)"
)
def _vague_holiday(m: Match, today: date) -> When:
    return Unsure()


@_rule(
    r"(?:zwischen\s+den\s+jahren|am\s+wochenende|at\s+the\s+weekend|on\s+the\s+weekend|(?:im|zum|nach\s+dem|ab|in|after\s+the)\s+(?:nachsten\s+|next\s+|the\s+)?(?:fruhjahr|fruehjahr|fruhling|sommer|herbst|winter|neuen\s+jahr|spring|summer|autumn|new\s+year|ersten\s+quartal|zweiten\s+quartal|first\s+quarter|second\s+quarter)|q[1-4]|in\s+(?:ein\s+)?paar\s+(?:tagen|wochen|monaten)|in\s+(?:einigen|wenigen)\s+(?:tagen|wochen|monaten)|in\s+a\s+(?:few|couple\s+of)\s+(?:days|weeks|months)|in\s+den\s+na(?:e)?chsten\s+(?:\w+\s+)?(?:tagen|wochen|monaten))"
)
def _vague(m: Match, today: date) -> When:
    return Unsure()


@_rule(
    rf"(?:am\s+|im\s+|in\s+(?:der\s+|the\s+)?|since\s+|seit\s+)?(?:vor\s?gestern|gestern|yesterday|(?:letzt|vergangen|vorig)\w{{1,2}}\s+(?:{WEEKDAY}|{MONTH}|woche|monat|jahr|mal)|last\s+(?:{WEEKDAY}|{MONTH}|week|month|year|time)|vor\s+{N}\s+(?:tag\w*|woche\w*|monat\w*|jahr\w*)|{N}\s+(?:days?|weeks?|months?|years?)\s+ago)"
)
def _past(m: Match, today: date) -> When:
    return Past()


_ANY = re.compile(
    rf"\d|heut|morgen|today|tom|day|tag\b|monta|dienst|mittwo|donner|freit|samst|sonna|woche|week|month|monat|jahr|year|ferien|weihn|silv|neuj|{COUNT}|{MONTH}|{ORDINAL}|{WEEKDAY}|{alternatives(HOLIDAYS)}|holid|urlaub|oster|pfing|gestern|fruh|sommer|herbst|winter|spring|autumn|q\d"
)


def find_dates(text: str, today: date) -> tuple[FoundDate, ...]:
    """Every date in the text, in order, the longest reading of each place. Offsets are those of `text`."""
    folded = fold_dates(text)
    if not _ANY.search(folded):
        return ()
    hits: list[FoundDate] = []
    for pattern, read in RULES:
        for match in pattern.finditer(folded):
            when = read(match, today)
            if when is not None:
                hits.append(FoundDate(start=match.start(), end=match.end(), when=when))
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
    whens = {one.when for one in said if not isinstance(one.when, Past)}
    if len(whens) == 1:
        only = whens.pop()
        assert not isinstance(only, Past)
        return only
    return Unsure(readings=tuple(one.date for one in whens if isinstance(one, Day)))

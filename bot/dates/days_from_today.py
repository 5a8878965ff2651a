"""Days named from today: "morgen", "in zwei Wochen", "nächsten Freitag", "Ende Januar", "nach den Ferien"."""

import re
from datetime import date, timedelta

from bot.date_words import HOLIDAYS, MONTHS, WEEKDAYS, alternatives
from bot.dates import cues
from bot.dates.reckoning import (
    YEARED,
    first_of,
    known_day,
    last_of,
    monday_of,
    months_on,
    next_weekday,
    number_in,
)
from bot.dates.rules import MONTH, WEEKDAY, Match, N, rule
from bot.dates.values import Day, Days, Past, Unsure, When


@rule(
    cues.TODAY,
    rf"(?:ab\s+|bis\s+|from\s+|until\s+)?(?:heute?|today|tonight|(?:am\s+)?heutigen\s+(?:tag|{WEEKDAY})|this\s+(?=morning|afternoon|evening))(?:\s*(?:fruh|frueh|morgen|vormittag|mittag|nachmittag|abend|morning|afternoon|evening))?",
)
def _today(m: Match, today: date) -> When:
    return Day(date=today)


@rule(
    cues.TODAY,
    r"(?:ab\s+|bis\s+|from\s+|until\s+|till\s+)?(?:(?<!guten )(?<!gutn )(?<!heute )(?<!am )morgen|tomorrow|tmrw|tmw|tomorow)(?:\s+(?:fruh|frueh|vormittag|mittag|nachmittag|abend|morning|afternoon|evening))?",
)
def _tomorrow(m: Match, today: date) -> When:
    return Day(date=today + timedelta(days=1))


@rule(
    cues.TODAY,
    r"(?:ab\s+|bis\s+|from\s+|until\s+)?(?:u(?:e)?ber\s?morgen|(?:the\s+)?day\s+after\s+tomorrow)(?:\s+(?:fruh|frueh|vormittag|mittag|nachmittag|abend))?",
)
def _after_tomorrow(m: Match, today: date) -> When:
    return Day(date=today + timedelta(days=2))


@rule(
    cues.SPAN,
    rf"(?:(?P<base>heute|morgen|today|tomorrow|{WEEKDAY})\s+)?(?:in|within)\s+(?:etwa\s+|ca\.?\s+|about\s+)?(?P<n>{N})\s+(?P<unit>tag(?:en|e)?|woche[n]?|monat(?:en|e)?|jahr(?:en|e)?|days?|weeks?|fortnights?|months?|years?)",
    also=cues.WITHIN,
)
def _in_a_while(m: Match, today: date) -> When:
    count, unit, base = number_in(m["n"]), m["unit"], m["base"]
    if unit.startswith(("monat", "month")):
        return Unsure() if base else Day(date=months_on(today, count))
    if unit.startswith(("jahr", "year")):
        return Unsure(readings=(months_on(today, 12 * count),))
    days = count * (14 if unit.startswith("fortnight") else 7 if unit.startswith(("woche", "week")) else 1)
    if base in WEEKDAYS:
        if unit.startswith(("tag", "day")) and count == 8:
            days = 7
        if days % 7 or WEEKDAYS[base] == today.weekday():
            return Unsure()
        return Day(date=next_weekday(WEEKDAYS[base], today) + timedelta(days=days))
    if unit.startswith("tag") and count == 8:  # an idiom for a week
        return Unsure(readings=(today + timedelta(days=7), today + timedelta(days=8)))
    start = today + timedelta(days=1) if base in {"morgen", "tomorrow"} else today
    return Day(date=start + timedelta(days=days), after_days=None if base else days)


@rule(
    cues.SPAN,
    rf"(?P<wd>{WEEKDAY}|today|tomorrow)\s+week|(?:a\s+week\s+(?:from\s+)?(?:on\s+)?)(?P<wd2>{WEEKDAY}|today|tomorrow|now)",
)
def _week_from(m: Match, today: date) -> When:
    base = m["wd"] or m["wd2"]
    if base in {"today", "now"}:
        return Day(date=today + timedelta(days=7))
    if base == "tomorrow":
        return Day(date=today + timedelta(days=8))
    if WEEKDAYS[base] == today.weekday():
        return Unsure()
    return Day(date=next_weekday(WEEKDAYS[base], today) + timedelta(days=7))


NEXT = r"(?P<next>u(?:e)?berna(?:e)?chst\w{1,2}|na(?:e)?chst\w{1,2}|kommend\w{1,2}|diese\w?|the\s+week\s+after\s+next|next|this|coming)"


def which_one(word: str) -> str:
    if word.startswith(("uber", "ueber")) or "after" in word:
        return "after"
    if word.startswith(("kommend", "coming")):
        return "coming"
    return "this" if word.startswith(("diese", "this")) else "next"


@rule(
    cues.NEXT_WEEK,
    rf"(?:ab\s+|bis\s+|am\s+|auf\s+|fur\s+|on\s+|from\s+|until\s+)?(?:in\s+der\s+)?(?:(?P<edge>anfang|mitte|ende|beginn|end\s+of|middle\s+of|beginning\s+of)\s+)?(?:(?P<wd>{WEEKDAY})\s+(?:(?:in\s+)?(?:der\s+)?))?{NEXT}(?:(?<=next)|\s+(?:woche|wo\.|week))(?:\s+week)?(?:\s+(?:am\s+|on\s+)?(?P<wd2>{WEEKDAY}))?(?<!next)(?<!after next [a-z])",
)
def _week(m: Match, today: date) -> When | None:
    if m["next"].startswith("the") is False and "woche" not in m[0] and "week" not in m[0] and "wo." not in m[0]:
        return None
    weeks = {"after": 2, "next": 1, "coming": 1, "this": 0}[which_one(m["next"])]
    weekday = m["wd"] or m["wd2"]
    monday = monday_of(today, weeks)
    if weekday:
        found = monday + timedelta(days=WEEKDAYS[weekday])
        return Day(date=found) if found >= today else Unsure()
    if m["edge"] and not m["edge"].startswith(("anf", "beg")):
        return Unsure(readings=(monday + timedelta(days=4 if m["edge"].startswith("end") else 2),))
    return Day(date=monday) if weeks else Unsure(readings=(today,))


@rule(
    cues.WEEKDAY,
    rf"(?:(?:ab|bis|am|on|until|from|fur)\s+)?(?:den\s+|dem\s+)?(?:{NEXT}\s+)?(?P<wd>{WEEKDAY})(?:\s*(?:fruh|frueh|vormittag|mittag|nachmittag|abend|morning|afternoon))?",
)
def _weekday(m: Match, today: date) -> When | None:
    if len(m["wd"]) < 3 and not re.match(r"(ab|bis|am|on)\s", m[0]):
        return None  # "do", "so", "mi" are words of their own
    weekday, coming = WEEKDAYS[m["wd"]], next_weekday(WEEKDAYS[m["wd"]], today)
    if not m["next"] or (which := which_one(m["next"])) == "coming":
        return Day(date=coming)
    in_next_week = monday_of(today, 1) + timedelta(days=weekday)
    if which == "after":
        return Day(date=coming + timedelta(days=7))
    if which == "this":
        here = monday_of(today, 0) + timedelta(days=weekday)
        return Day(date=here) if here >= today else Unsure(readings=(coming,))
    return Day(date=coming) if coming == in_next_week else Unsure(readings=(coming, in_next_week))


@rule(cues.WEEKDAY, rf"(?:von\s+|from\s+)?(?P<a>{WEEKDAY})\s*(?:bis|to|until|-|–)\s*(?P<b>{WEEKDAY})")
def _weekdays(m: Match, today: date) -> When:
    first = next_weekday(WEEKDAYS[m["a"]], today)
    return Days(first=first, last=next_weekday(WEEKDAYS[m["b"]], first)) if m["a"] != m["b"] else Unsure()


AFTER = r"(?P<lead>ab|erst(?:\s+(?:ab|im|wieder\s+(?:im|ab)))?|fru(?:e)?hestens(?:\s+(?:ab|im))?|nicht\s+vor|vor|from|not\s+before|not\s+until|as\s+of|starting)"


@rule(
    cues.MONTH,
    rf"(?:(?P<till>bis(?:\s+zum)?|until|till)\s+)?(?:{AFTER}\s+)?(?:im\s+|in\s+|zum\s+|dem\s+)?(?:the\s+)?(?:(?P<edge>anfang|mitte|ende|beginn|end\s+of|the\s+end\s+of|middle\s+of|mid[ -]|early|late|beginning\s+of|start\s+of)\s*(?:des\s+)?)?(?P<m>{MONTH})(?:s|es)?(?:\s+(?P<y>20\d\d))?(?!\.?\s*\d)",
)
def _month(m: Match, today: date) -> When | None:
    if len(m["m"]) < 4 and not (m["lead"] or m["till"] or m["edge"]) and m["m"] in {"mai", "may", "mar"}:
        return None
    if m["m"] == "may" and not re.search(r"(in|from|until|till|of|before|by|as of)\s+may$", m[0]):
        return None
    month, first = MONTHS[m["m"]], first_of(MONTHS[m["m"]], m["y"], today)
    edge = (m["edge"] or "").replace("the ", "")
    if edge.startswith(("end", "late")):
        last = last_of(month, m["y"], today)
        return Day(date=last, explicit=True) if m["till"] else Unsure(readings=(last,))
    if edge.startswith(("mitte", "mid")):
        return Unsure(readings=(first.replace(day=15),))
    if m["lead"] or (m["till"] and edge) or m["till"]:
        return Day(date=first, explicit=True)
    return Unsure(readings=(first,))


@rule(
    cues.SPAN,
    rf"(?:(?P<till>bis|until|till)\s+)?(?:{AFTER}\s+)?(?:im\s+|in\s+)?(?:den\s+|dem\s+)?(?:(?P<edge>anfang|mitte|ende|end\s+of|beginning\s+of)\s+)?(?:des\s+|the\s+)?{NEXT}\s+(?P<unit>monat(?:s|es)?|jahr(?:es|s)?|month|year|quartal)",
    also=cues.NEXT,
)
def _month_or_year(m: Match, today: date) -> When:
    year = m["unit"].startswith(("jahr", "year"))
    steps = {"after": 2, "next": 1, "coming": 1, "this": 0}[which_one(m["next"])]
    first = date(today.year + steps, 1, 1) if year else months_on(today.replace(day=1), steps)
    if m["unit"] == "quartal":
        return Unsure()
    if m["edge"] and m["edge"].startswith("end"):
        last = date(first.year, 12, 31) if year else last_of(first.month, str(first.year), today)
        return Day(date=last) if m["till"] else Unsure(readings=(last,))
    if m["edge"] == "mitte" or not steps:
        return Unsure()
    return Day(date=first) if m["lead"] or m["edge"] else Unsure(readings=(first,))


@rule(
    cues.SPAN,
    r"(?:(?P<till>bis|until|till)\s+(?:zum\s+)?)?(?:the\s+)?(?P<end>jahresende|ende\s+(?:des|dieses)\s+jahres|monatsende|ende\s+(?:des|dieses)\s+monats|end\s+of\s+(?:the\s+|this\s+)?(?:year|month)|ende\s+der\s+woche|end\s+of\s+the\s+week)",
)
def _end_of(m: Match, today: date) -> When:
    if "woche" in m["end"] or "week" in m["end"]:
        return Unsure(readings=(monday_of(today, 0) + timedelta(days=4),))
    year = "jahr" in m["end"] or "year" in m["end"]
    last = date(today.year, 12, 31) if year else last_of(today.month, str(today.year), today)
    return Day(date=last) if m["till"] else Unsure(readings=(last,))


@rule(
    cues.WEEK_NUMBER,
    r"(?:ab\s+|bis\s+|in\s+(?:der\s+)?|from\s+)?(?:kw|kalenderwoche|calendar\s+week|week)\s*(?P<w>\d{1,2})(?:\s*/?\s*(?P<y>20\d\d))?",
)
def _calendar_week(m: Match, today: date) -> When:
    week, year = int(m["w"]), int(m["y"]) if m["y"] else today.year
    for of in [year] if m["y"] else [year, year + 1]:
        try:
            monday = date.fromisocalendar(of, week, 1)
        except ValueError:
            continue
        if monday > monday_of(today, 0) or m["y"]:
            return Day(date=monday, explicit=True) if (monday - today).days < YEARED else Unsure(readings=(monday,))
    return Unsure()


@rule(cues.FEAST, rf"(?:(?:an|am|zu|on|bis(?:\s+zu[mr]?)?|ab|until|till)\s+)?(?P<h>{alternatives(HOLIDAYS)})")
def _holiday(m: Match, today: date) -> When:
    month, day = HOLIDAYS[m["h"]]
    return known_day(day, month, None, today)


@rule(
    cues.VAGUE,
    r"(?:bis\s+)?(?:nach|vor|in|uber|ueber|wahrend|waehrend|after|before|over|during)\s+(?:den\s+|die\s+|der\s+|dem\s+|the\s+|meinem\s+|meinen\s+|my\s+)?(?:\w+\s?)?(?:ferien|feiertage\w*|urlaub|holidays?|vacation|new\s+year\w*|sommerpause)",
)
def _vague_holiday(m: Match, today: date) -> When:
    return Unsure()


@rule(
    cues.VAGUE,
    r"(?:am\s+wochenende|at\s+the\s+weekend|on\s+the\s+weekend|(?:im|zum|nach\s+dem|ab|in|after\s+the)\s+(?:nachsten\s+|next\s+|the\s+)?(?:fruhjahr|fruehjahr|fruhling|sommer|herbst|winter|neuen\s+jahr|spring|summer|autumn|new\s+year|ersten\s+quartal|zweiten\s+quartal|first\s+quarter|second\s+quarter)|q[1-4]|in\s+(?:ein\s+)?paar\s+(?:tagen|wochen|monaten)|in\s+(?:einigen|wenigen)\s+(?:tagen|wochen|monaten)|in\s+a\s+(?:few|couple\s+of)\s+(?:days|weeks|months)|in\s+den\s+na(?:e)?chsten\s+(?:\w+\s+)?(?:tagen|wochen|monaten))",
)
def _vague(m: Match, today: date) -> When:
    return Unsure()


@rule(
    cues.PAST,
    rf"(?:am\s+|im\s+|in\s+(?:der\s+|the\s+)?|since\s+|seit\s+)?(?:vor\s?gestern|gestern|yesterday|(?:letzt|vergangen|vorig)\w{{1,2}}\s+(?:{WEEKDAY}|{MONTH}|woche|monat|jahr|mal)|last\s+(?:{WEEKDAY}|{MONTH}|week|month|year|time)|vor\s+{N}\s+(?:tag\w*|woche\w*|monat\w*|jahr\w*)|{N}\s+(?:days?|weeks?|months?|years?)\s+ago)",
)
def _past(m: Match, today: date) -> When:
    return Past()

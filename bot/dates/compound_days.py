"""Days named by two things together: "am ersten Dienstag im Januar", "Dienstag in KW 50", "vom 21.12. bis zum 8. Januar"."""

from datetime import date, timedelta

from bot.date_words import MONTHS, ORDINALS, WEEKDAYS
from bot.dates import cues
from bot.dates.reckoning import between, first_of, known_day, next_weekday, number_in, valid_day
from bot.dates.rules import LEAD, MONTH, ORDINAL, SEP, TH, WEEKDAY, D, M, Match, N, Y, rule
from bot.dates.values import Day, Unsure, When

_NTH = {
    "erst": 1,
    "zweit": 2,
    "dritt": 3,
    "viert": 4,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "letzt": -1,
    "last": -1,
}
_NTHS = r"(?:erst|zweit|dritt|viert|letzt)\w{1,2}|first|second|third|fourth|last|[1-4]\."


@rule(
    cues.MONTH,
    rf"{LEAD}?(?:the\s+|den\s+|dem\s+)?(?P<n>{_NTHS})\s+(?P<wd>{WEEKDAY})\s+(?:im\s+|in\s+|of\s+|des\s+)?(?:monat\s+)?(?P<m>{MONTH})(?:s)?(?:\s+(?P<y>20\d\d))?",
)
def _nth_weekday(m: Match, today: date) -> When:
    first = first_of(MONTHS[m["m"]], m["y"], today)
    if m["y"] is None and MONTHS[m["m"]] == today.month:
        first = today.replace(day=1)
    days = [first + timedelta(days=n) for n in range(31)]
    such = [day for day in days if day.month == first.month and day.weekday() == WEEKDAYS[m["wd"]]]
    which = int(m["n"][0]) if m["n"][0].isdigit() else next(n for word, n in _NTH.items() if m["n"].startswith(word))
    found = such[which - 1 if which > 0 else which]
    return Day(date=found) if found >= today else Unsure()


@rule(
    cues.WEEK_NUMBER,
    rf"(?:am\s+|ab\s+|bis\s+)?(?P<wd>{WEEKDAY}),?\s+(?:in\s+|der\s+|in\s+der\s+)?(?:kw|kalenderwoche|week)\s*(?P<w>\d{{1,2}})"
    rf"|(?:in\s+(?:der\s+)?|am\s+)?(?:kw|kalenderwoche|week)\s*(?P<w2>\d{{1,2}}),?\s+(?:am\s+|on\s+)?(?P<wd2>{WEEKDAY})",
)
def _weekday_in_week(m: Match, today: date) -> When:
    week, weekday = int(m["w"] or m["w2"]), WEEKDAYS[m["wd"] or m["wd2"]] + 1
    for year in (today.year, today.year + 1):
        try:
            found = date.fromisocalendar(year, week, weekday)
        except ValueError:
            continue
        if found >= today:
            return Day(date=found)
    return Unsure()


@rule(
    cues.WEEK_NUMBER,
    rf"(?:ab\s+|bis\s+|in\s+)?(?:der\s+)?(?:(?P<w>\d{{1,2}})\.|(?P<o>{ORDINAL}))\s*(?:kw|kalenderwoche)(?:\s*/?\s*(?P<y>20\d\d))?",
)
def _numbered_week(m: Match, today: date) -> When:
    week = int(m["w"]) if m["w"] else ORDINALS[m["o"]]
    for year in [int(m["y"])] if m["y"] else [today.year, today.year + 1]:
        try:
            monday = date.fromisocalendar(year, week, 1)
        except ValueError:
            continue
        if monday > today:
            return Day(date=monday, explicit=True)
    return Unsure()


@rule(
    cues.FIGURES,
    rf"(?:vom\s+|von\s+)?(?P<d1>{D})\.\s?(?P<m1>{M})\.?{SEP}(?P<d2>{D})(?:\.|ten)?\s*(?P<m2>{MONTH})(?:\s+(?P<y>{Y}))?"
    rf"|(?:vom\s+|von\s+)?(?P<d3>{D})(?:\.|ten)?\s*(?P<m3>{MONTH}){SEP}(?P<d4>{D})\.\s?(?P<m4>{M})(?:\.\s?(?P<y2>{Y})?|(?!\d))",
    also=cues.MONTH_WITHIN,
)
def _range_in_two_ways(m: Match, today: date) -> When:
    """One end in figures, the other with the month's name."""
    if m["m1"] is not None:
        d1, m1, d2, m2, year = int(m["d1"]), int(m["m1"]), int(m["d2"]), MONTHS[m["m2"]], m["y"]
    else:
        d1, m1, d2, m2, year = int(m["d3"]), MONTHS[m["m3"]], int(m["d4"]), int(m["m4"]), m["y2"]
    if not (1 <= m1 <= 12 and 1 <= m2 <= 12):
        return Unsure()
    last = known_day(d2, m2, year, today)
    if not isinstance(last, Day):
        return last
    first = valid_day(last.date.year - (m1 > m2), m1, d1)
    return between(Day(date=first), last) if first and (year or first >= today) else Unsure()


@rule(cues.SPAN, rf"(?:on\s+)?(?P<wd>{WEEKDAY})\s+fortnight")
def _fortnight(m: Match, today: date) -> When:
    if WEEKDAYS[m["wd"]] == today.weekday():
        return Unsure()
    return Day(date=next_weekday(WEEKDAYS[m["wd"]], today) + timedelta(days=14))


@rule(cues.SPAN, rf"(?P<n>{N})\s+(?P<unit>days?|weeks?|tage|wochen)\s+(?:from\s+(?:now|today)|ab\s+(?:heute|jetzt))")
def _from_now(m: Match, today: date) -> When:
    days = number_in(m["n"]) * (7 if m["unit"].startswith("w") else 1)
    return Day(date=today + timedelta(days=days), after_days=days)


@rule(
    cues.COUNTED,
    rf"(?:make\s+it|do|about|take)\s+the\s+(?P<d>{D}){TH}|the\s+(?P<d2>{D}){TH}(?=\s*(?:$|[.,!?]|instead|please|works|is\b|would|suits))",
)
def _the_day(m: Match, today: date) -> When | None:
    from_list = 5  # "the 2nd, please" is somebody in a list
    day = int(m["d"] or m["d2"])
    return _of_this_month(day, today) if m["d"] or day > from_list else None


def _of_this_month(day: int, today: date) -> When:
    for months in range(2):
        month = (today.month - 1 + months) % 12 + 1
        found = valid_day(today.year + (today.month + months > 12), month, day)
        if found is not None and found > today:
            return Day(date=found)
    return Unsure()


@rule(
    cues.COUNTED,
    r"(?:am\s+|zum\s+|im\s+|den\s+|dem\s+|vom\s+|ab\s+dem\s+)?\d{1,2}\.\s+(?:advent|mal|stock|etage|geschoss|obergeschoss|og|quartal|halbjahr|semester|"
    r"platz|rang|teil|phase|runde|stufe|schritt|kapitel|absatz|klasse|lebensjahr|version|fassung|auflage|tagesordnungspunkt|person|treffer)",
)
def _counted_thing(m: Match, today: date) -> When:
    """No day, or one of a feast that moves: asked."""
    return Unsure()


@rule(
    cues.VAGUE,
    rf"(?:(?:\w+\s+)?in\s+)?(?:{N}\s*(?:-|–|bis|oder|or|to)\s*{N}|anderthalb|eineinhalb|einem\s+halben|half\s+a|a\s+few|ein\s+paar|mehreren)\s+"
    r"(?:tag\w*|woche\w*|monat\w*|jahr\w*|days?|weeks?|months?|years?)"
    r"|(?:anfang|mitte|ende)\s+der\s+woche|(?:start|middle)\s+of\s+the\s+week|in\s+der\s+(?:ersten|zweiten|dritten|letzten)\s+\w*woche"
    r"|(?:buss-?\s?und\s?bettag|"
    r"(?:erste[rn]?|zweite[rn]?)\s+weihnachts\w+|adventszeit|na(?:e)?chste[sn]?\s+quartal|by\s+christmas)",
)
def _vague_together(m: Match, today: date) -> When:
    return Unsure()

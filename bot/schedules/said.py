"""Schedules as people say them, German and English. All of a sentence must be understood, or it is asked back."""

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Any, Literal

from bot.date_words import MONTHS, NUMBERS, WEEKDAYS, alternatives, fold_dates
from bot.dates import Day, Unsure, find_dates
from bot.schedules.instants import days_of
from bot.schedules.text import NINE, ScheduleError, is_formal, parse
from bot.schedules.values import After, Once, Recurring, Schedule
from bot.times import find_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """What has to be asked back: a key of the catalogue, with its values."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


NTH = {
    "ersten": 1, "erster": 1, "erste": 1, "erstem": 1, "1.": 1, "first": 1, "1st": 1,
    "zweiten": 2, "zweite": 2, "zweiter": 2, "2.": 2, "second": 2, "2nd": 2,
    "dritten": 3, "dritte": 3, "dritter": 3, "3.": 3, "third": 3, "3rd": 3,
    "vierten": 4, "vierte": 4, "vierter": 4, "4.": 4, "fourth": 4, "4th": 4,
    "letzten": -1, "letzte": -1, "letzter": -1, "letztem": -1, "last": -1, "vorletzten": -2, "second to last": -2,
}  # fmt: skip
_WD = rf"{alternatives(chain(WEEKDAYS, (f'{word}s' for word in WEEKDAYS if len(word) > 3)))}"
_AND = r"(?:\s*,\s*|\s+(?:und|and|sowie|oder|&)\s+|\s*&\s*)"
_WDS = rf"(?:(?:am|on|der|den|the)\s+)?{_WD}(?:{_AND}(?:(?:am|on|jeden|every)\s+)?{_WD})*"
_NTHS = rf"{alternatives(NTH)}(?:{_AND}(?:(?:am|the)\s+)?{alternatives(NTH)})*"
_MONTH = rf"\b{alternatives(word for word in MONTHS if len(word) > 2)}\b"
_PERIOD = (
    r"(?:(?:im|in|des|eines|jedes|jeden|jedem|in\s+jedem|pro|of|of\s+the|of\s+each|of\s+every|in\s+the|in\s+each|each|every|a)\s+)*"
    rf"(?P<period>monate?s?|quartale?s?|jahre?s?|months?|quarters?|years?|{_MONTH}(?:{_AND}{_MONTH})*)"
)
_EVERY = r"(?:(?:an\s+jedem|jeden|jede[rms]?|immer|on\s+every|on\s+each|every|each|am|an|zum|on|the)\s+)*"
_COUNT = rf"(?:\d{{1,2}}|{alternatives(word for word in NUMBERS if NUMBERS[word] < 31)})"
_D = r"(?:3[01]|[12]\d|0?[1-9])(?:\.|st\b|nd\b|rd\b|th\b)"
_WORKDAY = r"(?:arbeitstage?n?s?|werktage?n?s?|working\s+days?|business\s+days?|weekdays?)"
_AFTER = re.compile(
    rf"(?:am\s+)?(?:(?P<n>{_COUNT})\s+)?(?P<unit>{_WORKDAY}|tage?n?|wochen?|days?|weeks?)\s+(?:nach|after)\s+"
    r"(?:(?:je|jede[mnr]?|de[mr]|eine[mr]|each|every|an|a|the)\s+)?"
    r"(?P<event>besuch\w*|hospitation\w*|visits?|vorstellung\w*|vermittlung\w*|introductions?)"
    r"(?:\s*,?\s*(?:(?:an|fur|to|for|the|die|der)\s+)*(?P<side>beiden?(?:\s+seiten)?|gaste?n?|gastgeber\w*|guests?|hosts?|both(?:\s+sides)?))?"
)
_WORKDAYS = re.compile(
    rf"(?:werktags|werktaglich|arbeitstaglich|an\s+{_WORKDAY}|(?:jeden|every|each|on|on\s+every)?\s*{_WORKDAY}|"
    r"(?:jeden\s+)?(?:montags?|mo)\s*(?:bis|-|–)\s*(?:freitags?|fr)|(?:every\s+)?(?:monday|mon)\s*(?:to|-|–|through)\s*(?:friday|fri))"
)
_DAILY = re.compile(r"(?:taglich|jeden\s+tag|daily|every\s+day|each\s+day)")
_DAYS = re.compile(rf"(?:alle|every)\s+(?P<n>{_COUNT})\s+(?:tage|days)")
_TWO = r"every\s+other|jede\s+zweite\s+woche|every\s+(?:second|other)\s+week|alle\s+14\s+tage|vierzehntagig|14-tagig|zweiwochentlich|biweekly|fortnightly"
_WEEKS = re.compile(
    rf"(?:(?P<two>{_TWO})|(?:alle|every)\s+(?P<n>{_COUNT})\s+(?:wochen|weeks))\s*(?:(?:jeweils|immer)\s+)?(?P<days>{_WDS})?"
    rf"|(?P<days2>{_WDS})\s*,?\s*(?:(?P<two2>{_TWO})|(?:alle|every)\s+(?P<n2>{_COUNT})\s+(?:wochen|weeks))"
)
_WEEKLY = re.compile(
    rf"(?:(?:jeden|jede|wochentlich|jede\s+woche|every|each|weekly|every\s+week|immer)\s+)*(?P<days>{_WDS})"
)
_NTH_IN = re.compile(
    rf"(?:(?:(?:alle|every)\s+(?P<n>{_COUNT})\s+(?:monate|months)|(?P<q>einmal\s+im\s+quartal|jedes\s+quartal|every\s+quarter|once\s+a\s+quarter|quarterly|quartalsweise)|(?P<y>jedes\s+jahr|jahrlich|every\s+year|yearly)|monatlich|jeden\s+monat|monthly|every\s+month)\s+)?"
    rf"{_EVERY}(?P<what>(?:{_NTHS}\s+(?:{_WD}|{_WORKDAY}|tag|day))(?:{_AND}(?:am\s+|the\s+)?(?:{_NTHS}\s+(?:{_WD}|{_WORKDAY}|tag|day)))*)(?:\s+{_PERIOD})?"
)
_ONE_NTH = re.compile(rf"(?P<nths>{_NTHS})\s+(?P<day>{_WD}|{_WORKDAY}|tag|day)")
_IN_MONTHS = re.compile(rf"{_EVERY}(?P<days>{_WDS})\s+(?:im|in)\s+(?P<months>{_MONTH}(?:{_AND}{_MONTH})*)")
_MONTHDAY = re.compile(
    rf"(?:(?:alle|every)\s+(?P<n>{_COUNT})\s+(?:monate|months)\s+|(?P<lead>monatlich|jeden\s+monat|monthly|every\s+month)\s+)?{_EVERY}(?P<days>{_D}(?:{_AND}(?:(?:am|the)\s+)?{_D})*)(?:\s+(?:tag\s+)?{_PERIOD})?"
)
_YEARLY = re.compile(r"\b(?:jedes\s+jahr|jahrlich|alljahrlich|every\s+year|yearly|annually|each\s+year)\b")
_ONCE = re.compile(r"\b(?:einmalig|einmal|nur|once|only|one\s+time)\b")
_SINCE = re.compile(r"(?:\bab|\bbeginnend|\bstarting|\bfrom|\bbeginning|\berstmals)\b[\s,]*(?:dem|den|am|on|the)?\s*$")
_UNTIL = re.compile(r"(?:\bbis|\buntil|\btill)\b[\s,]*(?:zum|dem|einschlieslich|the)?\s*$")
_BARE = {
    "schedules.which_weekday": re.compile(r"(?:wochentlich|jede\s+woche|weekly|every\s+week|each\s+week|alle\s+\w+\s+wochen|every\s+\w+\s+weeks|fortnightly|biweekly)"),
    "schedules.which_day": re.compile(r"(?:monatlich|jeden\s+monat|monthly|every\s+month|quartalsweise|(?:jedes|einmal\s+im|im)\s+quartal|quarterly|every\s+quarter|jahrlich|jedes\s+jahr|yearly|every\s+year|annually)"),
}  # fmt: skip
_EITHER = re.compile(rf"(?:jeden|every|each)\s+(?:zweiten|dritten|vierten|second|third|fourth)\s+{_WD}")
_FILLER = re.compile(
    r"\b(?:bitte|jeweils|immer|please|always|also|um|gegen|at|uhr|o'clock|in\s+der\s+fruh|und\s+zwar)\b"
)
_CRON = re.compile(r"^(?:nach der (?:cron-)?regel|by the (?:cron )?rule)\s+", re.IGNORECASE)


def said(text: str, today: date) -> Schedule | Unclear:
    """What is meant; 09:00 where no time is said. Never raises for what people write."""
    cleaned = _CRON.sub("", re.sub(r"(?<!\d)[.!]+$", "", text.strip().strip("„“\"'")))
    if is_formal(cleaned):
        try:
            return parse(cleaned, today)
        except ScheduleError as error:
            return Unclear(key=error.key, values=error.values_)
    found = find_times(cleaned, strict=True)
    if any(one.at is None or one.until is not None for one in found):
        return Unclear(key="schedules.which_time")
    times = tuple(sorted({one.at for one in found if one.at is not None})) or (NINE,)
    rest = fold_dates(cleaned)
    for one in reversed(found):
        rest = f"{rest[: one.start]} ; {rest[one.end :]}"  # so that dates before and after it aren't read as one
    start, until, rest = _bounds(rest, today)
    if isinstance(start, Unclear):
        return start
    rest = " ".join(_FILLER.sub(" ", rest.replace(";", " ")).split()).strip(" ,:")
    rest = re.sub(r"^(?:und|and)\s+|(?:[\s,]+(?:und|and))?[\s,]*$", "", rest)
    schedule = _rule(rest, times, start or today)
    if schedule is None:
        schedule = _dated(rest, times, today)
    if isinstance(schedule, Recurring):
        plain = replace(schedule, until=until)
        return plain if start is not None else _anchored(plain, today)
    return schedule


def _bounds(rest: str, today: date) -> tuple[date | Unclear | None, date | None, str]:
    start: date | None = None
    until: date | None = None
    for one in reversed(find_dates(rest, today)):
        before = rest[: one.start]
        # The words that lead to a date may count as part of it.
        lead = re.match(r"(?:ab|bis|from|starting|until|till)\b(?:\s+(?:zum|dem|den))?\s*", rest[one.start : one.end])
        head = before + (lead[0] if lead else "")
        since, till = _SINCE.search(head), _UNTIL.search(head)
        if since is None and till is None:
            continue
        if not isinstance(one.when, Day):
            return Unclear(key="schedules.which_date"), None, rest
        if since is not None:
            start = one.when.date
        else:
            until = one.when.date
        cut = since or till
        assert cut is not None
        rest = f"{rest[: cut.start()]} {rest[one.end :]}"
    return start, until, rest


def _anchored(schedule: Recurring, start: date) -> Recurring:
    """An interval counts from the first day that fits."""
    if schedule.interval == 1:
        return replace(schedule, start=start)
    plain = replace(schedule, interval=1, start=start, until=None)
    return replace(schedule, start=next(days_of(plain, start), start))


def _rule(rest: str, times: tuple[dt.time, ...], start: date) -> Schedule | Unclear | None:
    base: dict[str, Any] = {"times": times, "start": start}
    if m := _AFTER.fullmatch(rest):
        return _after(m, times)
    if _DAILY.fullmatch(rest):
        return Recurring(freq="daily", **base)
    if m := _DAYS.fullmatch(rest):
        return Recurring(freq="daily", interval=_number(m["n"]), **base)
    if _WORKDAYS.fullmatch(rest):
        return Recurring(freq="weekly", weekdays=tuple((0, day) for day in range(5)), **base)
    if _EITHER.fullmatch(rest):
        return Unclear(key="schedules.either")
    if m := _NTH_IN.fullmatch(rest):
        return _nth_in(m, base)
    if m := _IN_MONTHS.fullmatch(rest):
        return Recurring(freq="yearly", weekdays=_weekdays(m["days"]), months=_months(m["months"]), **base)
    if (m := _WEEKS.fullmatch(rest)) and (days := m["days"] or m["days2"]):
        n = m["n"] or m["n2"]
        return Recurring(freq="weekly", interval=_number(n) if n else 2, weekdays=_weekdays(days), **base)
    if (m := _WEEKLY.fullmatch(rest)) and _repeats(rest):
        return Recurring(freq="weekly", weekdays=_weekdays(m["days"]), **base)
    if (m := _MONTHDAY.fullmatch(rest)) and (m["period"] or m["lead"] or m["n"] or rest.startswith(("jeden", "every"))):
        return _monthday(m, base)
    for key, pattern in _BARE.items():
        if pattern.fullmatch(rest):
            return Unclear(key=key)
    return None


def _repeats(rest: str) -> bool:
    """ "montags", "every Monday"; a bare "Montag" is the next one."""
    return bool(
        re.match(r"(?:jede|every|each|wochentlich|weekly|immer)", rest)
        or re.search(
            r"\b(?:montags|dienstags|mittwochs|donnerstags|freitags|samstags|sonntags|sonnabends|\w+days)\b", rest
        )
    )


def _after(m: re.Match[str], times: tuple[dt.time, ...]) -> After | Unclear:
    unit: Literal["working_days", "days", "weeks"] = "days"
    if re.fullmatch(_WORKDAY, m["unit"]):
        unit = "working_days"
    elif m["unit"].startswith("w"):
        unit = "weeks"
    event: Literal["visit", "introduction"] = "introduction" if m["event"].startswith(("v", "i")) else "visit"
    if m["event"].startswith("visit"):
        event = "visit"
    said_side = m["side"] or ""
    side: Literal["both", "guest", "host"] = "both"
    if said_side.startswith(("gastgeber", "host")):
        side = "host"
    elif said_side.startswith(("gast", "guest")):
        side = "guest"
    if len(times) > 1:
        return Unclear(key="schedules.one_time")
    return After(event=event, number=_number(m["n"] or "1"), unit=unit, side=side, at=times[0])


def _nth_in(m: re.Match[str], base: dict[str, Any]) -> Recurring | Unclear:
    period = m["period"] or ("quartal" if m["q"] else None)
    interval = _number(m["n"]) if m["n"] else 1
    monthly = ("monat", "month", "jed", "every", "each")  # "every first Monday" has one reading; the second: `_EITHER`
    if period is None and interval == 1 and not m[0].startswith(monthly):
        return Unclear(key="schedules.either")
    weekdays: list[tuple[int, int]] = []
    monthdays: list[int] = []
    workdays: list[int] = []
    for one in _ONE_NTH.finditer(m["what"]):
        nths = [NTH[word] for word in re.findall(alternatives(NTH), one["nths"])]
        if one["day"] in ("tag", "day"):
            monthdays += nths
        elif re.fullmatch(_WORKDAY, one["day"]):
            workdays += nths
        else:
            weekdays += [(nth, _weekdays(one["day"])[0][1]) for nth in nths]
    if sum(map(bool, (weekdays, monthdays, workdays))) != 1 or len(workdays) > 1:
        return Unclear(key="schedules.one_kind")
    months = _in_period(period, (weekdays[0][0] if weekdays else (monthdays or workdays)[0]))
    days: dict[str, Any] = {"monthdays": tuple(sorted(monthdays))}
    if weekdays:
        days = {"weekdays": tuple(sorted(set(weekdays), key=lambda one: (one[1], one[0])))}
    elif workdays:
        days = {"weekdays": tuple((0, day) for day in range(5)), "nth": workdays[0]}
    if (m["y"] or (period or "").startswith(("jahr", "year")) or months) and not _quarterly(months):
        if not months:
            months = (1,) if ((weekdays and weekdays[0][0] > 0) or (monthdays or workdays or [0])[0] > 0) else (12,)
        if len(months) == 1:
            return Recurring(freq="yearly", interval=interval, months=months, **days, **base)
    return Recurring(freq="monthly", interval=interval, months=months, **days, **base)


def _in_period(period: str | None, nth: int) -> tuple[int, ...]:
    """The months of a period: its first for "the first", its last for "the last"."""
    if period is None or period.startswith(("monat", "month", "jahr", "year")):
        return ()
    if period.startswith(("quart",)):
        return (1, 4, 7, 10) if nth > 0 else (3, 6, 9, 12)
    return _months(period)


def _quarterly(months: tuple[int, ...]) -> bool:
    return months in ((1, 4, 7, 10), (3, 6, 9, 12))


def _monthday(m: re.Match[str], base: dict[str, Any]) -> Recurring | Unclear | None:
    days = tuple(sorted({int(one) for one in re.findall(r"\d+", m["days"])}))
    period, interval = m["period"] or "monat", _number(m["n"]) if m["n"] else 1
    if period.startswith(("quart", "jahr", "year")):
        return Unclear(key="schedules.which_month")
    months = _in_period(period, 1)
    if months:  # "am 3. Dezember" is a date; "jeden 3. Dezember" comes every year
        if not m[0].startswith(("jeden", "every", "each")):
            return None
        return Recurring(freq="yearly", monthdays=days, months=months, **base)
    return Recurring(freq="monthly", interval=interval, monthdays=days, **base)


def _dated(rest: str, times: tuple[dt.time, ...], today: date) -> Schedule | Unclear:
    """Once on a day, or every year on it."""
    yearly = _YEARLY.search(rest)
    plain = " ".join(_ONCE.sub(" ", _YEARLY.sub(" ", rest)).split())
    if yearly and (
        m := re.fullmatch(
            rf"(?:am|on|the|den)?\s*(?:the\s+)?(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?P<m>{_MONTH}|\d{{1,2}}\.)",
            plain,
        )
    ):
        month = int(m["m"][:-1]) if m["m"][0].isdigit() else MONTHS[m["m"]]
        if 1 <= month <= 12 and 1 <= int(m["d"]) <= 31:
            return Recurring(freq="yearly", monthdays=(int(m["d"]),), months=(month,), times=times, start=today)
    found = find_dates(plain, today)
    if len(found) == 1 and not re.sub(
        r"\b(?:am|on|den|the|der)\b|[\s,.]", "", plain[: found[0].start] + plain[found[0].end :]
    ):
        match found[0].when:
            case Day(date=day) if yearly:
                return Recurring(freq="yearly", monthdays=(day.day,), months=(day.month,), times=times, start=today)
            case Day(date=day):
                return (
                    Once(at=datetime.combine(day, times[0])) if len(times) == 1 else Unclear(key="schedules.one_time")
                )
            case Unsure():
                return Unclear(key="schedules.which_date")
            case _:
                pass
    return Unclear(key="schedules.not_understood")


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]


def _weekdays(text: str) -> tuple[tuple[int, int], ...]:
    found: set[int] = set()
    for word in re.findall(r"[a-z]+", text):
        day = WEEKDAYS.get(word, WEEKDAYS.get(word.removesuffix("s")))
        if day is not None:
            found.add(day)
    return tuple((0, day) for day in sorted(found))


def _months(text: str) -> tuple[int, ...]:
    return tuple(sorted({MONTHS[word] for word in re.findall(r"[a-z]+", text) if word in MONTHS}))

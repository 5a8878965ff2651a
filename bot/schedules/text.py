"""Schedules as text: the form they are stored in and written in files, RRULE and cron among it."""

import re
from datetime import date, datetime, time
from typing import Any, Literal, assert_never, cast

from cronsim import CronSim, CronSimError

from bot.schedules.values import After, Cron, Freq, Once, Recurring, Schedule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NINE = time(9)
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_AFTER = re.compile(
    r"AFTER (VISIT|INTRODUCTION) (\d{1,3}) (WORKING_DAYS|DAYS|WEEKS)(?: (BOTH|GUEST|HOST))?(?: AT (\d\d:\d\d))?"
)
_KNOWN = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "UNTIL", "BYHOUR", "BYMINUTE", "WKST"})  # fmt: skip


class ScheduleError(ValueError):
    """What is wrong with it: a key of the catalogue that names the remedy, with its values."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values_ = values


def canonical(schedule: Schedule) -> str:
    """Read back by `parse`; the same for equal schedules."""
    match schedule:
        case Once(at=at):
            return f"ONCE {at:%Y-%m-%dT%H:%M}"
        case Cron(fields=fields):
            return f"CRON {fields}"
        case After():
            return (
                f"AFTER {schedule.event.upper()} {schedule.number} {schedule.unit.upper()} {schedule.side.upper()}"
                f" AT {schedule.at:%H:%M}"
            )
        case Recurring():
            return (
                f"RRULE:{rule_of(schedule)} AT {','.join(f'{at:%H:%M}' for at in schedule.times)} FROM {schedule.start}"
            )
        case _:
            assert_never(schedule)


def rule_of(schedule: Recurring) -> str:
    """The RRULE alone, without times and start."""
    parts = [f"FREQ={schedule.freq.upper()}"]
    if schedule.interval > 1:
        parts.append(f"INTERVAL={schedule.interval}")
    if schedule.months:
        parts.append(f"BYMONTH={','.join(map(str, schedule.months))}")
    if schedule.monthdays:
        parts.append(f"BYMONTHDAY={','.join(map(str, schedule.monthdays))}")
    if schedule.weekdays:
        parts.append(f"BYDAY={','.join(f'{n or str()}{DAYS[day]}' for n, day in schedule.weekdays)}")
    if schedule.nth is not None:
        parts.append(f"BYSETPOS={schedule.nth}")
    if schedule.until is not None:
        parts.append(f"UNTIL={schedule.until:%Y%m%d}")
    return ";".join(parts)


def is_formal(text: str) -> bool:
    """Whether `parse` is meant for it: no words."""
    cleaned = text.strip()
    return bool(re.match(r"(?:RRULE:|FREQ=|ONCE\s|CRON\s|AFTER\s)", cleaned)) or _looks_like_cron(cleaned)


def _looks_like_cron(text: str) -> bool:
    fields = text.split()
    return len(fields) == 5 and all(re.fullmatch(r"[\d*,/A-Za-z#-]+", one) for one in fields) and "*" in text


def parse(text: str, today: date) -> Schedule:
    """A stored schedule, an RRULE (09:00 if it says no time, from `today` if it says no start), or cron.

    Raises ScheduleError.
    """
    cleaned = text.strip()
    if _looks_like_cron(cleaned):
        return _cron(cleaned)
    head, _, rest = cleaned.partition(" ")
    try:
        match head:
            case "ONCE":
                return Once(at=datetime.fromisoformat(rest))
            case "CRON":
                return _cron(rest)
            case "AFTER":
                return _after(cleaned)
            case _:
                return _recurring(cleaned, today)
    except ScheduleError:
        raise
    except (ValueError, KeyError) as error:
        raise ScheduleError("schedules.bad_rule", text=cleaned) from error


def _cron(fields: str) -> Cron:
    try:
        next(CronSim(fields, datetime(2024, 1, 1)))  # noqa: DTZ001
    except (CronSimError, StopIteration) as error:
        raise ScheduleError("schedules.bad_cron", text=fields) from error
    if len(fields.split()) != 5:
        raise ScheduleError("schedules.bad_cron", text=fields)
    return Cron(fields=" ".join(fields.split()))


def _after(text: str) -> After:
    found = _AFTER.fullmatch(text)
    if found is None or int(found[2]) < 1:
        raise ValueError(text)
    return After(
        event=cast("Literal['visit', 'introduction']", found[1].lower()),
        number=int(found[2]),
        unit=cast("Literal['working_days', 'days', 'weeks']", found[3].lower()),
        side=cast("Literal['both', 'guest', 'host']", (found[4] or "both").lower()),
        at=time.fromisoformat(found[5] or "09:00"),
    )


def _recurring(text: str, today: date) -> Recurring:
    found = re.fullmatch(r"(?:RRULE:)?(\S+)(?:\s+AT\s+([\d:,]+))?(?:\s+FROM\s+(\d{4}-\d\d-\d\d))?", text)
    if found is None:
        raise ValueError(text)
    parts = dict(part.split("=", 1) for part in found[1].rstrip(";").split(";"))
    if unknown := sorted(parts.keys() - _KNOWN):
        raise ScheduleError("schedules.part", part=", ".join(unknown))
    freq = parts["FREQ"].lower()
    if freq not in ("daily", "weekly", "monthly", "yearly") or parts.get("WKST", "MO") != "MO":
        raise ScheduleError("schedules.part", part=f"FREQ={freq.upper()}" if freq else "WKST")
    start = date.fromisoformat(found[3]) if found[3] else today
    times = _times(found[2], parts)
    weekdays = tuple(_weekday(one) for one in parts["BYDAY"].split(",")) if "BYDAY" in parts else ()
    monthdays = _numbers(parts.get("BYMONTHDAY"), 31, negative=True)
    months = _numbers(parts.get("BYMONTH"), 12)
    if freq == "weekly" and not weekdays:
        weekdays = ((0, start.weekday()),)
    if freq in ("monthly", "yearly") and not (weekdays or monthdays):
        monthdays = (start.day,)
    if freq == "yearly" and not months:
        months = (start.month,)
    if freq in ("daily", "weekly") and (any(n for n, _ in weekdays) or monthdays or "BYSETPOS" in parts):
        raise ScheduleError("schedules.part", part="BYDAY/BYMONTHDAY/BYSETPOS")
    nth = _numbers(parts.get("BYSETPOS"), 31, negative=True)
    if len(nth) > 1:
        raise ScheduleError("schedules.part", part="BYSETPOS")
    return Recurring(
        freq=cast("Freq", freq),
        interval=int(parts.get("INTERVAL", "1")),
        weekdays=tuple(sorted(set(weekdays), key=lambda one: (one[1], one[0]))),
        monthdays=monthdays,
        months=months,
        nth=nth[0] if nth else None,
        times=times,
        start=start,
        until=datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date() if "UNTIL" in parts else None,  # noqa: DTZ007
    )


def _times(said: str | None, parts: dict[str, str]) -> tuple[time, ...]:
    if said:
        return tuple(sorted({time.fromisoformat(one) for one in said.split(",")}))
    if "BYHOUR" not in parts:
        return (NINE,)
    hours, minutes = parts["BYHOUR"].split(","), parts.get("BYMINUTE", "0").split(",")
    return tuple(sorted({time(int(hour), int(minute)) for hour in hours for minute in minutes}))


def _weekday(text: str) -> tuple[int, int]:
    found = _BYDAY.fullmatch(text)
    if found is None or not -5 <= int(found[1] or 0) <= 5:
        raise ValueError(text)
    return int(found[1] or 0), DAYS.index(found[2])


def _numbers(text: str | None, top: int, *, negative: bool = False) -> tuple[int, ...]:
    numbers = sorted({int(one) for one in text.split(",")}) if text else []
    if any(n == 0 or n > top or n < (-top if negative else 1) for n in numbers):
        raise ValueError(text)
    return tuple(numbers)

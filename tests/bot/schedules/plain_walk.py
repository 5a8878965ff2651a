"""Fire times the plain way: every day of ten years is looked at, and each minute only around candidates and changes of the clock.

Shares nothing with `bot/schedules` but the values: no rules of a library, no jumps.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.schedules import Recurring

DAY = timedelta(days=1)


def fits(schedule: Recurring, day: date) -> bool:
    """Whether it comes on this day, by the words of RFC 5545."""
    if day < schedule.start or (schedule.until is not None and day > schedule.until):
        return False
    return _in_phase(schedule, day) and _named(schedule, day)


def _in_phase(schedule: Recurring, day: date) -> bool:
    start = schedule.start
    match schedule.freq:
        case "daily":
            apart = day.toordinal() - start.toordinal()
        case "weekly":
            apart = (day.toordinal() - day.weekday() - start.toordinal() + start.weekday()) // 7
        case "monthly":
            apart = (day.year - start.year) * 12 + day.month - start.month
        case "yearly":
            apart = day.year - start.year
    return apart % schedule.interval == 0


def _named(schedule: Recurring, day: date) -> bool:
    if not _plainly_named(schedule, day):
        return False
    if schedule.nth is None:
        return True
    length = calendar.monthrange(day.year, day.month)[1]
    named = [one for n in range(1, length + 1) if _plainly_named(schedule, one := day.replace(day=n))]
    place = schedule.nth - 1 if schedule.nth > 0 else schedule.nth
    return -len(named) <= place < len(named) and named[place] == day


def _plainly_named(schedule: Recurring, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    if schedule.months and day.month not in schedule.months:
        return False
    if schedule.monthdays and not {day.day, day.day - length - 1} & set(schedule.monthdays):
        return False
    of_month = {0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)}
    return not schedule.weekdays or any(n in of_month and day.weekday() == on for n, on in schedule.weekdays)


def walk(schedule: Recurring, zone: str, first: date, last: date) -> list[datetime]:
    """In UTC, each once."""
    found: set[datetime] = set()
    day = first
    while day <= last:
        if fits(schedule, day):
            found |= {_first_minute(day, at, ZoneInfo(zone)) for at in schedule.times}
        day += DAY
    return sorted(found)


def _first_minute(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock on the wall shows this time or a later one."""
    wall = datetime.combine(day, at)
    offsets = {(wall + n * DAY).replace(tzinfo=zone).utcoffset() or timedelta() for n in (-1, 1)}
    minute = (wall - max(offsets)).replace(tzinfo=UTC)
    if len(offsets) == 1:
        return minute
    minute -= timedelta(hours=3)
    while minute.astimezone(zone).replace(tzinfo=None) < wall:
        minute += timedelta(minutes=1)
    return minute


def some_schedule(random: Random) -> Recurring:
    """Any that can be said as a rule; clock changes and short months are likelier than chance would have them."""
    freq = random.choice(["daily", "weekly", "monthly", "monthly", "yearly"])
    values: dict[str, object] = {}
    days = random.sample(range(7), random.randint(1, 3))
    if freq == "weekly":
        values["weekdays"] = tuple((0, day) for day in sorted(days))
    elif freq in ("monthly", "yearly"):
        match random.randrange(3):
            case 0:
                values["weekdays"] = tuple((random.choice([1, 2, 3, 4, 5, -1, -2]), day) for day in sorted(days))
            case 1:
                values["monthdays"] = tuple(sorted(random.sample([1, 15, 28, 29, 30, 31, -1, -2], 2)))
            case _:
                values |= {"weekdays": tuple((0, day) for day in range(5)), "nth": random.choice([1, 2, -1, -3])}
    if freq == "yearly" or random.random() < 0.2:
        several = freq == "monthly" or "nth" not in values
        values["months"] = tuple(sorted(random.sample(range(1, 13), random.randint(1, 3 if several else 1))))
    times = random.sample(
        [time(0), time(2), time(2, 30), time(3), time(9), time(14, 45), time(23, 59)], random.randint(1, 3)
    )
    start = date(2024, 1, 1) + random.randrange(800) * DAY
    until = start + random.randrange(100, 3000) * DAY if random.random() < 0.2 else None
    interval = random.choice([1, 1, 1, 2, 3, 5])
    return Recurring(freq=freq, interval=interval, times=tuple(sorted(times)), start=start, until=until, **values)  # type: ignore[arg-type]

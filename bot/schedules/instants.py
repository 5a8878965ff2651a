"""From a schedule to instants. Long spans are jumped over, never walked: after a month of downtime one step is enough."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from cronsim import CronSim
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from bot.hours import Hours, Place
from bot.schedules.values import After, Cron, Once, Recurring, Schedule

DAY = timedelta(days=1)
HORIZON = 12 * 366  # days searched for a next day: 29 February may be eight years away
FIRST_LOOK = 40  # days
LOOK = 32  # instants looked at to tell how often they come: a day of quarters of an hour in office hours
_FREQ: Mapping[str, Literal[0, 1, 2, 3]] = {"daily": DAILY, "weekly": WEEKLY, "monthly": MONTHLY, "yearly": YEARLY}
_HOURS = Hours()


def instants(schedule: Schedule, zone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """All in UTC, strictly after `after` and not after `until`, in order. What follows an event has none of its own:
    it is looked at every day, at its time.
    """
    last = after
    while (following := first_after(schedule, zone, last)) is not None and following <= until:
        yield following
        last = following


def first_after(schedule: Schedule, zone: str, at: datetime) -> datetime | None:
    """The next one, strictly after `at`; None if there is none within twelve years."""
    place = Place(tz=zone)
    if isinstance(schedule, Cron):
        for wall in _cron(schedule, _wall(at, place) - timedelta(hours=2)):
            if (instant := _HOURS.at_local(wall.date(), wall.time(), place)) > at:
                return instant
        return None
    first, length = _wall(at, place).date() - DAY, FIRST_LOOK
    while length <= HORIZON * 2:
        found = [one for one in _between(schedule, place, first, first + length * DAY) if one > at]
        if found:
            return min(found)
        first, length = first + length * DAY, length * 4
    return None


def last_until(schedule: Schedule, zone: str, at: datetime, *, after: datetime) -> datetime | None:
    """The last one that isn't after `at`, if it is after `after`: what was missed comes once, however much it was."""
    place = Place(tz=zone)
    if isinstance(schedule, Cron):
        for wall in _cron(schedule, _wall(at, place) + timedelta(hours=2), back=True):
            instant = _HOURS.at_local(wall.date(), wall.time(), place)
            if instant <= after:
                return None
            if instant <= at:
                return instant
        return None
    last, length = _wall(at, place).date() + DAY, FIRST_LOOK
    oldest = _wall(after, place).date() - DAY
    while last >= oldest:
        first = max(oldest, last - length * DAY)
        found = [one for one in _between(schedule, place, first, last) if after < one <= at]
        if found:
            return max(found)
        last, length = first - DAY, length * 4
    return None


def upcoming(schedule: Schedule, zone: str, now: datetime, count: int = 3) -> list[datetime]:
    """The next ones, fewer if there are fewer."""
    found: list[datetime] = []
    while len(found) < count and (following := first_after(schedule, zone, found[-1] if found else now)) is not None:
        found.append(following)
    return found


def several_a_day(schedule: Schedule, zone: str, now: datetime) -> bool:
    """Whether it comes more often than once a day, on any of the next days on which it comes."""
    days = [_wall(one, Place(tz=zone)).date() for one in upcoming(schedule, zone, now, LOOK)]
    return len(set(days)) < len(days)


def _wall(at: datetime, place: Place) -> datetime:

    return at.astimezone(ZoneInfo(place.tz)).replace(tzinfo=None)


def _cron(schedule: Cron, wall: datetime, *, back: bool = False) -> Iterator[datetime]:
    """On a clock without changes: CronSim's own idea of them isn't ours."""
    yield from CronSim(schedule.fields, wall, reverse=back)


def _between(schedule: Once | Recurring | After, place: Place, first: date, last: date) -> Iterator[datetime]:
    """Instants on these wall days, both included; two times of day that a gap makes one are one."""
    match schedule:
        case Once(at=at):
            if first <= at.date() <= last:
                yield _HOURS.at_local(at.date(), at.time(), place)
        case After(at=at):
            for n in range((last - first).days + 1):
                yield _HOURS.at_local(first + n * DAY, at, place)
        case Recurring(times=times):
            for day in _days(schedule, first, last):
                yield from sorted({_HOURS.at_local(day, at, place) for at in times})
        case _:
            assert_never(schedule)


def _days(schedule: Recurring, first: date, last: date) -> Iterator[date]:
    first = max(first, schedule.start)
    last = min(last, schedule.until) if schedule.until else last
    if first > last:
        return
    found = rrule(
        _FREQ[schedule.freq],
        interval=schedule.interval,
        dtstart=datetime.combine(_period(schedule, first), time()),
        until=datetime.combine(last, time()),
        byweekday=[weekday(day, n or None) for n, day in schedule.weekdays] or None,
        bymonthday=schedule.monthdays or None,
        bymonth=schedule.months or None,
        bysetpos=schedule.nth,
        cache=False,
    )
    for wall in found:
        if (day := wall.date()) >= first:
            yield day


def _period(schedule: Recurring, day: date) -> date:
    """The first day of the last period of the interval that begins on `day` or before: the phase stays that of `start`."""
    start, every = schedule.start, schedule.interval
    match schedule.freq:
        case "daily":
            return start + (day - start).days // every * every * DAY
        case "weekly":
            monday = start - start.weekday() * DAY
            return monday + (day - monday).days // (7 * every) * 7 * every * DAY
        case "monthly":
            apart = (day.year - start.year) * 12 + day.month - start.month
            month = start.year * 12 + start.month - 1 + apart // every * every
            return date(month // 12, month % 12 + 1, 1)
        case "yearly":
            return date(start.year + (day.year - start.year) // every * every, 1, 1)


def days_of(schedule: Recurring, first: date) -> Iterator[date]:
    """Its days from `first` on, without end; times of day apart."""
    length = 400
    for n in range(HORIZON // length + 1):
        begin = first + n * length * DAY
        yield from _days(schedule, begin, begin + (length - 1) * DAY)

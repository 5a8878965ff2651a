"""A plain second opinion on "when does the window open next?": days first, minutes only where something changes.

It shares no code with bot.hours and no trick either. The clock is read forwards, minute by minute, around the times
that matter; there is no arithmetic on offsets, no fold, no bisection. Tests and bench/hours.py compare against it.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

CODES = {
    "Baden-Württemberg": "BW", "Bayern": "BY", "Berlin": "BE", "Brandenburg": "BB", "Bremen": "HB", "Hamburg": "HH",
    "Hessen": "HE", "Mecklenburg-Vorpommern": "MV", "Niedersachsen": "NI", "Nordrhein-Westfalen": "NW",
    "Rheinland-Pfalz": "RP", "Saarland": "SL", "Sachsen": "SN", "Sachsen-Anhalt": "ST", "Schleswig-Holstein": "SH",
    "Thüringen": "TH",
}  # fmt: skip


@cache
def days_off(state: str | None, locality: str | None, year: int) -> frozenset[date]:
    """Public holidays, with 15 August for all of Bavaria and 8 August for Augsburg; and 24 and 31 December."""
    found = set(holidays.country_holidays("DE", subdiv=CODES[state] if state else None, years=[year], expand=False))
    if state == "Bayern":
        found.add(date(year, 8, 15))
    if locality == "09761000":
        found.add(date(year, 8, 8))
    return frozenset(found | {date(year, 12, 24), date(year, 12, 31)})


@cache
def first_showing(tz: str, wall: datetime) -> datetime:
    """The first minute at which the clock there shows `wall` or later: found by looking at the clock."""
    zone = ZoneInfo(tz)
    noon = datetime.combine(wall.date(), time(12), tzinfo=UTC)
    guess = noon + (wall - noon.astimezone(zone).replace(tzinfo=None))
    minute = guess - timedelta(hours=4)  # no clock is changed by more
    assert minute.astimezone(zone).replace(tzinfo=None) < wall
    for _ in range(8 * 60 + 1):
        if minute.astimezone(zone).replace(tzinfo=None) >= wall:
            return minute
        minute += MINUTE
    raise AssertionError(f"the clock of {tz} never shows {wall}")


def next_opening(
    at: datetime,
    *,
    tz: str = "Europe/Berlin",
    state: str | None = None,
    locality: str | None = None,
    days: frozenset[int] = frozenset(range(5)),
    opens: time = time(9),
    closes: time = time(17),
) -> datetime:
    """The earliest instant in a window, not before `at`. Closing is exclusive; closing at 00:00 is midnight."""
    day = at.astimezone(ZoneInfo(tz)).date() - DAY
    while True:
        day += DAY
        if day.weekday() not in days or day in days_off(state, locality, day.year):
            continue
        first = first_showing(tz, datetime.combine(day, opens))
        last = first_showing(tz, datetime.combine(day + DAY if closes == time(0) else day, closes))
        if first == last or at >= last:
            continue
        return max(at.astimezone(UTC), first)


def walk(at: datetime, *, tz: str, state: str | None, days: frozenset[int], opens: time, closes: time) -> datetime:
    """The naivest answer of all: look at the clock each minute. Only for full minutes and for windows by day."""
    zone = ZoneInfo(tz)
    minute = at.astimezone(UTC)
    while True:
        local = minute.astimezone(zone)
        if (
            local.weekday() in days
            and opens <= local.time() < closes
            and local.date() not in days_off(state, None, local.year)
        ):
            return minute
        minute += MINUTE


def clock_changes(tz: str, first: int, last: int) -> list[datetime]:
    """Every full minute from `first` to `last` (years, inclusive) at which the clock there is put forward or back."""
    zone = ZoneInfo(tz)
    found = []
    hour = datetime(first, 1, 1, tzinfo=UTC)
    end = datetime(last + 1, 1, 1, tzinfo=UTC)
    offset = hour.astimezone(zone).utcoffset()
    while hour < end:
        later = hour + timedelta(hours=6)
        if later.astimezone(zone).utcoffset() != offset:
            minute = hour
            while minute.astimezone(zone).utcoffset() == offset:
                minute += MINUTE
            found.append(minute)
            offset = minute.astimezone(zone).utcoffset()
        hour = later
    return found

"""The single place that answers "when may this be sent to this person", with the working days that go with it.

A *working day* is a day on which the window opens: one of the window's weekdays, no public holiday of the person's
place (bot/public_holidays.py), and none of the closed days. 24 and 31 December are closed, and so aren't counted as
working days either: German town halls are shut then (TVöD § 6), and a reminder or a deadline would fall on them.

On a clock change, a time of day means the first instant at which the clock shows it or a later time: in the gap in
spring the first instant after it, in the doubled hour in autumn the first of the two. Windows are made of such
instants, so they never overlap, and one that lies entirely in a gap is empty that day.

Every instant given must be aware; every instant returned is in UTC. No clock is read here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.kinds import Decision, Kind, Lapsed, Send, Wait
from bot.public_holidays import STATES, public_holiday

__all__ = ["Decision", "Hours", "Kind", "Lapsed", "Place", "Send", "Unasked", "Wait", "Window", "decide", "when"]

Unasked: TypeAlias = Callable[[date], int] | Mapping[date, int]
"""How many unasked messages a person has in the week that begins on this Monday; a week not in a mapping has none.
Only kinds with `ceiling` count, and the message in question itself is never among them."""

DAY = timedelta(days=1)
CEILING = 3  # unasked messages per person and calendar week
CATCH_UP = timedelta(hours=24)
HORIZON = 3 * 366  # days searched for an opening
WEEKS = 2 * 53  # weeks searched for one below the ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The hours in which people may be written to. `closes` is exclusive; `time(0)` there means the end of the day."""

    days: frozenset[int] = frozenset(range(5))  # Monday is 0
    opens: time = time(9)
    closes: time = time(17)

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("the window needs at least one day, from 0 for Monday to 6 for Sunday")
        if self.closes != time(0) and self.opens >= self.closes:
            raise ValueError("the window must open before it closes; 00:00 as its end means midnight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody works: whose clock and whose holidays count."""

    tz: str = "Europe/Berlin"
    state: str | None = None  # full German name; None: the network's state counts
    locality: str | None = None  # the municipality's key (AGS, 8 digits)

    def __post_init__(self) -> None:
        _known_state(self.state)
        _zone(self.tz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The network's days and hours, and the arithmetic on them. All are settings; the defaults are the product's."""

    window: Window = field(default_factory=Window)
    network_state: str | None = None  # whose holidays count for people without a municipality
    closed: frozenset[tuple[int, int]] = frozenset({(12, 24), (12, 31)})  # (month, day), in every year

    def __post_init__(self) -> None:
        _known_state(self.network_state)

    # ------------------------------------------------------------ days

    def holiday_name(self, day: date, place: Place, language: Literal["de", "en"] = "de") -> str | None:
        """The public holiday in words; None for closed days that are no holiday, such as 24 December."""
        return public_holiday(day, place.state or self.network_state, place.locality, language)

    def is_working_day(self, day: date, place: Place) -> bool:
        return (
            day.weekday() in self.window.days
            and (day.month, day.day) not in self.closed
            and self.holiday_name(day, place) is None
        )

    def next_working_day(self, day: date, place: Place) -> date:
        """Strictly after `day`."""
        return self.add_working_days(day, 1, place)

    def add_working_days(self, day: date, n: int, place: Place) -> date:
        """The n-th working day after `day`, which itself is day 0 whether it is a working day or not.

        A negative `n` counts backwards: -1 is the working day before.
        """
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            for _ in range(HORIZON):
                day += step
                if self.is_working_day(day, place):
                    break
            else:
                raise ValueError(_NO_OPENING)
        return day

    def day_of(self, at: datetime, place: Place) -> date:
        """The person's calendar day at this instant."""
        return _utc(at).astimezone(_zone(place.tz)).date()

    def week_of(self, at: datetime, place: Place) -> date:
        """The Monday of the person's calendar week."""
        day = self.day_of(at, place)
        return day - day.weekday() * DAY

    # ------------------------------------------------------------ instants

    def at_local(self, day: date, at: time, place: Place) -> datetime:
        """The first instant at which the person's clock shows this time of this day, or a later one.

        A zone or fold that the time brings along is ignored.
        """
        return _instant(_zone(place.tz), datetime.combine(day, at.replace(tzinfo=None, fold=0)))

    def opening(self, day: date, place: Place) -> datetime:
        """When the window would open on this day; doesn't ask whether it is a working day."""
        return self.at_local(day, self.window.opens, place)

    def closing(self, day: date, place: Place) -> datetime:
        """When the window would close on this day: the first instant that is outside again."""
        closes = self.window.closes
        return self.at_local(day if closes > time(0) else day + DAY, closes, place)

    def may_send(self, at: datetime, place: Place) -> bool:
        return self.next_opening(at, place) == at

    def next_opening(self, at: datetime, place: Place) -> datetime:
        """The earliest instant inside the window that is not before `at`: `at` itself if it is inside."""
        at = _utc(at)
        day = self.day_of(at, place)
        for _ in range(HORIZON):
            if self.is_working_day(day, place):
                opens, closes = self.opening(day, place), self.closing(day, place)
                if opens < closes and at < closes:
                    return max(at, opens)
            day += DAY
        raise ValueError(_NO_OPENING)

    def next_full_hour_inside(self, at: datetime, place: Place) -> datetime:
        """The next full hour of the person's clock, at least a minute away; the next opening if it lies outside.

        For news that mustn't tell when the other side acted.
        """
        zone = _zone(place.tz)
        hour = _utc(at) + timedelta(minutes=1)
        while past := _past_full_hour(hour.astimezone(zone)):  # again only where a clock change came between
            hour += timedelta(hours=1) - past
        return self.next_opening(hour, place)


def when(
    kind: Kind,
    at: datetime,
    place: Place,
    *,
    hours: Hours,
    unasked_this_week: Unasked,
    ceiling: int = CEILING,
    paused_until: date | None = None,
) -> datetime:
    """The earliest instant, not before `at`, at which a message of this kind may go to this person.

    `paused_until` is the first day they are back. Raises ValueError if there is no such instant within two years of
    full weeks, or three of closed days.
    """
    at = _utc(at)
    if kind.pauses and paused_until is not None:
        at = max(at, hours.at_local(paused_until, time(0), place))
    if not kind.window:
        return at
    at = hours.next_opening(at, place)
    if not kind.ceiling:
        return at
    for _ in range(WEEKS):
        week = hours.week_of(at, place)
        if _count(unasked_this_week, week) < ceiling:
            return at
        at = hours.next_opening(hours.at_local(week + 7 * DAY, time(0), place), place)
    raise ValueError("every week for two years is full: the weekly ceiling must be at least 1")


def decide(
    kind: Kind,
    now: datetime,
    due: datetime,
    place: Place,
    *,
    hours: Hours,
    unasked_this_week: Unasked,
    ceiling: int = CEILING,
    paused_until: date | None = None,
    catch_up: timedelta = CATCH_UP,
) -> Decision:
    """What is true at the moment of sending: asked again for each row, because all of it may have changed.

    Pass the count of what was handed over this week, without what is only planned: else four planned messages would
    each wait for the three others.

    Lateness is measured from the first instant that was permitted, not before `due`: nights, holidays, a full week
    and a pause are waiting, not lateness; downtime and failed attempts are lateness.
    """

    def earliest(at: datetime) -> datetime:
        return when(
            kind,
            at,
            place,
            hours=hours,
            unasked_this_week=unasked_this_week,
            ceiling=ceiling,
            paused_until=paused_until,
        )

    now = _utc(now)
    planned = earliest(due)
    if planned > now:
        return Wait(planned)
    if kind.lapses and now - planned > catch_up:
        return Lapsed()
    until = earliest(now)
    return Wait(until) if until > now else Send()


_NO_OPENING = "the window doesn't open within three years: give it more days, or close fewer"


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone; naive times are only used together with a place")
    return at.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}: write it like Europe/Berlin") from error


def _known_state(name: str | None) -> None:
    if name and name not in STATES:
        raise ValueError(f"unknown state {name!r}: write one of {', '.join(STATES)}")


def _count(unasked: Unasked, week: date) -> int:
    return unasked.get(week, 0) if isinstance(unasked, Mapping) else unasked(week)


def _past_full_hour(local: datetime) -> timedelta:
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


@lru_cache(maxsize=8192)
def _instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first instant at which a clock in this zone shows `wall` or a later time."""
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if after.astimezone(zone).replace(tzinfo=None) == wall:
        return after
    # In a gap, the reading with the old offset lies after the change and the one with the new offset before it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    after = after.replace(microsecond=0)
    changed = after.astimezone(zone).utcoffset()
    while (apart := int((after - before).total_seconds())) > 1:
        middle = before + timedelta(seconds=apart // 2)
        if middle.astimezone(zone).utcoffset() == changed:
            after = middle
        else:
            before = middle
    return after

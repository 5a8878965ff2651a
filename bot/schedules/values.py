"""Schedules as values. All times are wall time: of the recipient, or of the network (a nudge says which)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypeAlias

Freq: TypeAlias = Literal["daily", "weekly", "monthly", "yearly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    at: datetime  # naive

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None:
            raise ValueError("wall time has no zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A subset of RFC 5545's RRULE with times of day. `start` fixes the phase of an interval, and is the first day.

    `weekdays`: (which of them, Monday is 0); 0 stands for every one, -1 for the last of the month. `nth` picks from
    all days that the rest names within a month (BYSETPOS): the first working day.
    """

    freq: Freq
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    monthdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    nth: int | None = None
    times: tuple[time, ...]
    start: date
    until: date | None = None

    def __post_init__(self) -> None:
        if not self.times or not 1 <= self.interval <= 99:
            raise ValueError("a schedule needs a time of day, and an interval from 1 to 99")
        if self.freq == "weekly" and not self.weekdays:
            raise ValueError("a weekly schedule needs its weekdays")
        if self.freq in ("monthly", "yearly") and not (self.weekdays or self.monthdays):
            raise ValueError("a monthly schedule needs its days")
        if self.freq == "yearly" and not self.months:
            raise ValueError("a yearly schedule needs its months")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Five fields as Debian's cron reads them: day of month and day of week are ORed where both are given."""

    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """So long after a visit took place, or after two people were introduced; per person, at that time of their day."""

    event: Literal["visit", "introduction"]
    number: int
    unit: Literal["working_days", "days", "weeks"]
    side: Literal["both", "guest", "host"] = "both"  # of an introduction: who asked is the guest
    at: time


Schedule: TypeAlias = Once | Recurring | Cron | After

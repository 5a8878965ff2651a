"""What a date in a text can turn out to be."""

from dataclasses import dataclass
from datetime import date, time
from typing import TypeAlias


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

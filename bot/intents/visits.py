"""Visits: planned, moved, remembered."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVisit:
    municipality: str | None = None
    person: str | None = None
    date: dt.date | None = None
    end_date: dt.date | None = None
    topic: str | None = None
    when: str | None = None  # the days as said, where they had to be asked for
    details: str | None = None  # "10 bis 15 Uhr, zu zweit"
    questions: str | None = None  # as said
    asked: bool = False  # the rest has been asked for
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendVisit:
    visit: str
    send: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVisit:
    """To a proposed date: a yes or no from a button, or whatever was written."""

    visit: str
    yes: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleVisit:
    date: dt.date | None = None
    municipality: str | None = None
    visit: str | None = None
    details: str | None = None  # day and times, as said


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelVisit:
    municipality: str | None = None
    date: dt.date | None = None
    visit: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitHistory:
    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyVisits: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedVisit:
    """It never took place."""

    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    date: dt.date | None = None
    duration_days: int | None = None
    time: dt.time | None = None

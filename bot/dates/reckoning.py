"""Reckoning with days: which one is meant by a day and a month, and when it rather has to be asked."""

import calendar
from datetime import date, timedelta

from bot.date_words import NUMBERS, WEEKDAYS
from bot.dates.values import Day, Days, Unsure, When

YEARED = 300  # days: a day further ahead than this, said without a year, has probably just passed


def valid_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str) -> int:
    digits = text.strip("' ")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def number_in(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def known_day(day: int, month: int, year: str | None, today: date) -> When:
    """A day of a month, with or without the year."""
    if year:
        found = valid_day(full_year(year), month, day)
        return Day(date=found, explicit=True) if found and abs(found.year - today.year) < 20 else Unsure()
    coming = [found for ahead in range(9) if (found := valid_day(today.year + ahead, month, day)) and found >= today]
    this = valid_day(today.year, month, day)
    if not coming or (this is None and coming[0].year > today.year):
        return Unsure(readings=tuple(coming[:1]))
    if (coming[0] - today).days > YEARED:
        return Unsure(readings=(coming[0],))
    return Day(date=coming[0], explicit=True)


def day_of_month(day: int, today: date) -> When:
    """ "am 11.": the next eleventh."""
    if not 1 <= day <= 31:
        return Unsure()
    coming = []
    for ahead in range(4):
        month = today.month - 1 + ahead
        found = valid_day(today.year + month // 12, month % 12 + 1, day)
        if found and found >= today:
            coming.append(found)
    if coming[0] == today:
        return Unsure(readings=tuple(coming[:2]))
    return Day(date=coming[0], explicit=True)


def months_on(start: date, months: int) -> date:
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def first_of(month: int, year: str | None, today: date) -> date:
    return date(full_year(year) if year else today.year + (month <= today.month), month, 1)


def last_of(month: int, year: str | None, today: date) -> date:
    of = full_year(year) if year else today.year + (month < today.month)
    return date(of, month, calendar.monthrange(of, month)[1])


def next_weekday(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def monday_of(today: date, weeks: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def checked(when: When, weekday: str | None) -> When:
    """A weekday said with a date must be its weekday."""
    if weekday is None or not isinstance(when, Day):
        return when
    return when if when.date.weekday() == WEEKDAYS[weekday] else Unsure(readings=(when.date,))


def between(first: When, last: When) -> When:
    if isinstance(first, Day) and isinstance(last, Day) and first.date < last.date:
        return Days(first=first.date, last=last.date)
    if isinstance(first, Day) and isinstance(last, Day) and first.date == last.date:
        return first
    return Unsure()

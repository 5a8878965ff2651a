"""A schedule in words, such that `said` reads it back as the same schedule; what has no plain words is shown as a rule."""

from collections.abc import Sequence
from datetime import date, time

from bot.schedules.text import rule_of
from bot.schedules.values import After, Cron, Once, Recurring, Schedule
from bot.words import Words

_WORKING = tuple((0, day) for day in range(5))
_QUARTERS: dict[tuple[int, ...], int] = {(1, 4, 7, 10): 1, (3, 6, 9, 12): -1}


def described(schedule: Schedule, say: Words, today: date) -> str:
    """ "am ersten Montag im Monat um 09:00 Uhr". The start is said where it matters."""
    match schedule:
        case Once(at=at):
            return say("schedules.once", day=say.day(at.date()), times=_times([at.time()], say))
        case Cron(fields=fields):
            return say("schedules.cron", rule=fields)
        case After():
            event = say(f"schedules.event.{schedule.event}")
            unit = say(f"schedules.unit.{schedule.unit}", n=schedule.number)
            side = say(f"schedules.side.{schedule.side}")
            return say("schedules.after", span=unit, event=event, side=side, times=_times([schedule.at], say))
        case Recurring():
            days = _days(schedule, say)
            if days is None:
                return say("schedules.rule", rule=rule_of(schedule), times=",".join(f"{t:%H:%M}" for t in schedule.times), start=schedule.start)  # fmt: skip
            parts = [say("schedules.at", days=days, times=_times(schedule.times, say))]
            if schedule.interval > 1 or schedule.start > today:
                parts.append(say("schedules.from", day=say.day(schedule.start)))
            if schedule.until is not None:
                parts.append(say("schedules.until", day=say.day(schedule.until)))
            return ", ".join(parts)


def _times(times: Sequence[time], say: Words) -> str:
    return say.listed([say("schedules.time", time=f"{at:%H:%M}") for at in times])


def _days(schedule: Recurring, say: Words) -> str | None:
    """None where there are no plain words for it."""
    n, days = schedule.interval, schedule.weekdays
    if schedule.freq == "daily" and not (days or schedule.months):
        return say("schedules.daily") if n == 1 else say("schedules.days", n=n)
    if schedule.freq == "weekly" and not schedule.months:
        if n == 1 and days == _WORKING:
            return say("schedules.working_days")
        names = say.listed([_weekday(day, say) for _, day in days])
        return say("schedules.weekly", days=names) if n == 1 else say("schedules.weeks", n=n, days=names)
    if schedule.freq in ("daily", "weekly"):
        return None
    which = _which(schedule, say)
    if which is None:
        return None
    if schedule.freq == "yearly":
        if n > 1 or len(schedule.months) != 1:
            return None
        month = _month(schedule.months[0], say)
        if schedule.monthdays and min(schedule.monthdays) > 0:
            return (
                say("schedules.yearly", day=schedule.monthdays[0], month=month)
                if len(schedule.monthdays) == 1
                else None
            )
        return (
            None
            if any(nth == 0 for nth, _ in days) and schedule.nth is None
            else say("schedules.yearly_nth", which=which, month=month)
        )
    if schedule.months:
        end = _QUARTERS.get(schedule.months)
        first = schedule.nth or (days[0][0] if days else (schedule.monthdays or (0,))[0])
        plain = n == 1 and end is not None and first * end > 0 and not any(d > 0 for d in schedule.monthdays)
        return say("schedules.quarterly", which=which) if plain else None
    return say("schedules.monthly", which=which) if n == 1 else say("schedules.months", n=n, which=which)


def _which(schedule: Recurring, say: Words) -> str | None:
    """ "ersten Montag", "15.", "letzten Arbeitstag"; None for what isn't said so."""
    if schedule.nth is not None:
        plain = schedule.weekdays == _WORKING and not schedule.monthdays and schedule.nth in (1, 2, 3, 4, -1, -2)
        return (
            say("schedules.nth", nth=say(f"schedules.nth.{schedule.nth}"), day=say("schedules.workday"))
            if plain
            else None
        )
    if schedule.weekdays and schedule.monthdays:
        return None
    if schedule.weekdays:
        if any(nth not in (1, 2, 3, 4, -1, -2) for nth, _ in schedule.weekdays):
            return None
        return say.listed(
            [
                say("schedules.nth", nth=say(f"schedules.nth.{nth}"), day=_weekday(day, say))
                for nth, day in schedule.weekdays
            ]
        )
    if all(day > 0 for day in schedule.monthdays):
        return say.listed([say(f"schedules.day.{_ordinal(day)}", day=day) for day in schedule.monthdays])
    if len(schedule.monthdays) == 1 and schedule.monthdays[0] in (-1, -2):
        return say("schedules.nth", nth=say(f"schedules.nth.{schedule.monthdays[0]}"), day=say("schedules.one_day"))
    return None


def _weekday(day: int, say: Words) -> str:
    return say(f"schedules.weekday.{day}")


def _ordinal(day: int) -> str:
    """How an English ordinal ends."""
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _month(month: int, say: Words) -> str:
    return say.month(date(2024, month, 1)).split()[0]

"""When a nudge goes out: schedules as values, as text that is stored, as people say them, and as instants.

One rule for the changes of the clock, the one of `bot/hours.py`: a time of day means the first instant at which the
clock shows it or a later time. So a time in the gap of spring comes right after it, and a doubled one comes once.
"""

from bot.schedules.instants import first_after, instants, last_until, several_a_day, upcoming
from bot.schedules.said import Unclear, said
from bot.schedules.spoken import described
from bot.schedules.text import ScheduleError, canonical, parse
from bot.schedules.values import After, Cron, Once, Recurring, Schedule

__all__ = [
    "After",
    "Cron",
    "Once",
    "Recurring",
    "Schedule",
    "ScheduleError",
    "Unclear",
    "canonical",
    "described",
    "first_after",
    "instants",
    "last_until",
    "parse",
    "said",
    "several_a_day",
    "upcoming",
]

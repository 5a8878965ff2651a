"""Nudges that are there from the start, as drafts: nothing is sent before the network office has switched one on."""

from datetime import UTC, date, datetime, time

from bot.model import new_key
from bot.nudges.model import Button, Nudge
from bot.schedules import After, Recurring, Schedule, canonical
from bot.words import Words

SHIPPED = datetime(2026, 1, 1, tzinfo=UTC)
START = date(2026, 1, 1)
BREAKS = ("07-01..08-31", "12-20..01-06")  # when town halls are half empty
_WHEN: dict[Button, tuple[Schedule, str]] = {
    "profile": (Recurring(freq="monthly", weekdays=((1, 0),), times=(time(9),), start=START), "without-profile"),
    "lesson": (After(event="visit", number=5, unit="working_days", at=time(9, 30)), "all"),
    "topic": (Recurring(freq="monthly", months=(1, 4, 7, 10), weekdays=((2, 1),), times=(time(10),), start=START), "not without-profile"),
}  # fmt: skip


def ready() -> list[Nudge]:
    """Fill in the profile; share after a visit; what is new, once a quarter. None of them in summer and at Christmas."""
    german, english = Words("de"), Words("en")
    return [
        Nudge(
            key=new_key("n"),
            name=german(f"nudges.ready.{button}.draft"),
            by="operator",
            schedule=canonical(schedule),
            audience=audience,
            text_de=german(f"nudges.ready.{button}.text"),
            text_en=english(f"nudges.ready.{button}.text"),
            button=button,
            breaks=BREAKS,
            created_at=SHIPPED,
            changed_at=SHIPPED,
        )
        for button, (schedule, audience) in _WHEN.items()
    ]

"""A nudge, its runs, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from bot.audiences import Audience
from bot.audiences import parse as parse_audience
from bot.schedules import Schedule
from bot.schedules import parse as parse_schedule

Button: TypeAlias = Literal["profile", "lesson", "topic"]
BUTTONS: tuple[Button, ...] = ("profile", "lesson", "topic")
ZONE = "Europe/Berlin"
"""The network's clock. A run is known by its time there, wherever its recipients are."""


class NudgeState(StrEnum):
    DRAFT = "draft"  # nothing is sent
    ACTIVE = "active"
    PAUSED = "paused"  # until a day, or until somebody resumes it; what falls into it isn't caught up
    STOPPED = "stopped"  # for good


class NudgeEvent(StrEnum):
    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


_S, _E = NudgeState, NudgeEvent
TRANSITIONS: Mapping[tuple[NudgeState, NudgeEvent], NudgeState] = MappingProxyType(
    {
        (_S.DRAFT, _E.ACTIVATE): _S.ACTIVE,
        (_S.DRAFT, _E.STOP): _S.STOPPED,
        (_S.ACTIVE, _E.PAUSE): _S.PAUSED,
        (_S.ACTIVE, _E.STOP): _S.STOPPED,
        (_S.PAUSED, _E.PAUSE): _S.PAUSED,
        (_S.PAUSED, _E.RESUME): _S.ACTIVE,
        (_S.PAUSED, _E.STOP): _S.STOPPED,
        (_S.STOPPED, _E.ACTIVATE): _S.ACTIVE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """`schedule` and `audience` are kept as text, in the form their packages read back.

    `zone`: whose wall clock the schedule means. `breaks`: periods of each year without runs, "12-20..01-06".
    `planned_until`: everything up to there has been dealt with.
    """

    key: str
    name: str
    body: str | None = None  # a coordinator's nudge stays in their own municipality
    by: str  # a person, or "operator"
    schedule: str
    zone: Literal["recipient", "network"] = "recipient"
    audience: str = "all"
    text_de: str
    text_en: str
    button: Button | None = None
    breaks: tuple[str, ...] = ()
    state: NudgeState = NudgeState.DRAFT
    paused_until: date | None = None
    planned_until: datetime | None = None
    created_at: datetime
    changed_at: datetime

    def when(self) -> Schedule:
        return parse_schedule(self.schedule, self.created_at.date())

    def whom(self) -> Audience:
        return parse_audience(self.audience)

    def in_break(self, day: date) -> bool:
        return any(_within(one, day) for one in self.breaks)


def _within(period: str, day: date) -> bool:
    first, last = period.split("..")
    here = f"{day:%m-%d}"
    return first <= here <= last if first <= last else here >= first or here <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One time at which a nudge came due. `skipped`: why nobody was written to. `sums`: kept when the rows are gone."""

    key: str
    nudge: str
    name: str
    at: datetime
    began_at: datetime
    due: int = 0  # how many were meant
    skipped: Literal["missed", "break"] | None = None
    sums: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What became of one person's message of a run. `left_out`: why there never was one."""

    platform: str | None
    left_out: str | None
    put_off: str | None  # why it was planned for later than the run: "hours" or "ceiling"
    state: str | None = None  # of the outbox
    cause: str | None = None
    planned_at: datetime | None = None
    due_at: datetime | None = None
    next_try_at: datetime | None = None
    sent_at: datetime | None = None
    attempts: int = 0

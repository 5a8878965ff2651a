"""A visit and its life as one table (state, event) → state.

Rule 1: a date counts when both sides have said yes to it; while a change waits, the old date stays.
Rule 2: what is over or called off is moved by nothing but the word of a side that it didn't take place.
Rule 3: what isn't in the table raises and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["guest", "host"]


class VisitState(StrEnum):
    DRAFT = "draft"  # the guest sees the summary; nobody else knows
    PROPOSED = "proposed"  # one side has proposed a date, the other is asked
    CONFIRMED = "confirmed"
    CHANGING = "changing"  # confirmed, and another date is proposed
    DECLINED = "declined"
    CANCELLED = "cancelled"
    TOOK_PLACE = "took_place"
    NOT_TAKEN = "not_taken"  # confirmed, over, and it hadn't taken place


class VisitEvent(StrEnum):
    SEND = "send"
    COUNTER = "counter"  # another date instead of the proposed one
    CONFIRM = "confirm"
    DECLINE = "decline"
    CHANGE = "change"
    AGREE = "agree"  # to the change: the visit is moved
    KEEP = "keep"  # no to the change: the old date stays
    CANCEL = "cancel"
    LAPSE = "lapse"  # the proposed day came without an answer
    PASSED = "passed"
    MISS = "miss"


State: TypeAlias = VisitState
Event: TypeAlias = VisitEvent

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.DRAFT, Event.SEND): State.PROPOSED,
        (State.DRAFT, Event.CANCEL): State.CANCELLED,
        (State.PROPOSED, Event.COUNTER): State.PROPOSED,
        (State.PROPOSED, Event.CONFIRM): State.CONFIRMED,
        (State.PROPOSED, Event.DECLINE): State.DECLINED,
        (State.PROPOSED, Event.CANCEL): State.CANCELLED,
        (State.PROPOSED, Event.LAPSE): State.CANCELLED,
        (State.CONFIRMED, Event.CHANGE): State.CHANGING,
        (State.CONFIRMED, Event.CANCEL): State.CANCELLED,
        (State.CONFIRMED, Event.PASSED): State.TOOK_PLACE,
        (State.CHANGING, Event.COUNTER): State.CHANGING,
        (State.CHANGING, Event.AGREE): State.CONFIRMED,
        (State.CHANGING, Event.KEEP): State.CONFIRMED,
        (State.CHANGING, Event.CANCEL): State.CANCELLED,
        (State.CHANGING, Event.PASSED): State.TOOK_PLACE,
        (State.TOOK_PLACE, Event.MISS): State.NOT_TAKEN,
    }
)
OPEN = frozenset({State.PROPOSED, State.CONFIRMED, State.CHANGING})
SETTLED = frozenset({State.CONFIRMED, State.CHANGING})  # there is a date that both agreed to


class IllegalVisit(ValueError):
    """The event can't happen in this state; nothing was changed."""


def after(state: State, event: Event) -> State:
    """Raises IllegalVisit."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalVisit(f"{event} can't happen to a visit that is {state}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """One day or several; without times it is the whole day. Times are local to the host's town."""

    first: date
    last: date
    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`guests` counts those who come, the guest among them; they are a number, never profiles."""

    key: str
    guest: str
    host: str
    body: str | None = None  # where it goes
    topic: str | None = None  # in the guest's words
    guests: int = 1
    questions: tuple[str, ...] = ()
    place: str | None = None  # the host's hint: room, entrance
    state: VisitState = VisitState.DRAFT
    first: date
    last: date
    starts: time | None = None
    ends: time | None = None
    new_first: date | None = None  # the proposed change
    new_last: date | None = None
    new_starts: time | None = None
    new_ends: time | None = None
    proposed_by: Side | None = None  # whose date it is that waits for the other's yes
    sequence: int = 0  # of the calendar entry; rises with each date both agreed to
    created_at: datetime
    closed_at: datetime | None = None

    @property
    def dates(self) -> Dates:
        return Dates(first=self.first, last=self.last, starts=self.starts, ends=self.ends)

    @property
    def proposed(self) -> Dates:
        """What waits for a yes: the change, else the date itself."""
        if self.new_first is None or self.new_last is None:
            return self.dates
        return Dates(first=self.new_first, last=self.new_last, starts=self.new_starts, ends=self.new_ends)

    def side(self, person: str) -> Side | None:
        return "guest" if person == self.guest else "host" if person == self.host else None

    def other(self, side: Side) -> str:
        return self.host if side == "guest" else self.guest


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStep:
    """A line of the history: what happened, by whom, and which date it was about."""

    visit: str
    at: datetime
    event: str
    by: Literal["guest", "host", "time"]
    first: date
    starts: time | None = None
    ends: time | None = None

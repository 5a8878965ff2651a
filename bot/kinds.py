"""The kinds of messages as far as their time goes, one table of what holds for each, and what may be decided of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias


class Kind(StrEnum):
    """What a message is, as far as its time goes. What follows from it stands in `RULES`."""

    ANSWER = "answer"  # to what the person has just typed
    RELAY = "relay"  # what the other side answered or asks
    REQUEST = "request"  # for a yes: a consent request, its reminder, the approval of a lesson
    HANDOVER = "handover"  # contact data after the second yes
    STATUS = "status"  # what became of one's own request
    VISIT = "visit"  # a proposal for, or a change of, one's own visit
    VISIT_REMINDER = "visit_reminder"  # on the working day before
    PROMPT = "prompt"  # check-in, question after a visit and its reminder, follow-up
    NUDGE = "nudge"  # what the network office configured
    SNOOZE = "snooze"  # at the time the person named
    DIGEST = "digest"  # what is new on the topics they asked to hear of
    EDIT = "edit"  # takes the place of what was sent; not sent at all where a platform can't do that
    DESK = "desk"  # the network office's own answer

    @property
    def window(self) -> bool:
        """Only within the recipient's hours."""
        return RULES[self].window

    @property
    def ceiling(self) -> bool:
        """Counts as unasked, and waits for a week that has room."""
        return RULES[self].ceiling

    @property
    def pauses(self) -> bool:
        """Waits until a person who paused is back."""
        return RULES[self].pauses

    @property
    def lapses(self) -> bool:
        """Not sent if later than the catch-up bound."""
        return RULES[self].lapses

    @property
    def resend_uncertain(self) -> bool:
        """Sent once more, marked, where the first attempt may have arrived."""
        return RULES[self].resend_uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line of the table; the properties of `Kind` say what the columns mean."""

    window: bool = True
    ceiling: bool = False
    pauses: bool = False
    lapses: bool = False
    resend_uncertain: bool = False


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.ANSWER: Rule(window=False),
        Kind.RELAY: Rule(),
        Kind.REQUEST: Rule(resend_uncertain=True),  # a paused contact is the flow's business: it isn't asked at all
        Kind.HANDOVER: Rule(),
        Kind.STATUS: Rule(),
        Kind.VISIT: Rule(resend_uncertain=True),
        Kind.VISIT_REMINDER: Rule(lapses=True),  # a prompt that doesn't count; one's own visit is no matter of pause
        Kind.PROMPT: Rule(ceiling=True, pauses=True, lapses=True),
        Kind.NUDGE: Rule(ceiling=True, pauses=True, lapses=True),
        Kind.DIGEST: Rule(ceiling=True, pauses=True),  # made when its time comes: never old, so it doesn't lapse
        Kind.EDIT: Rule(window=False),
        Kind.SNOOZE: Rule(window=False),
        Kind.DESK: Rule(),
    }
)


@dataclass(frozen=True, slots=True)
class Send:
    """It may go out now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. Whoever puts it off makes `until` the new due time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Too late to be of use; skipped and reported."""


Decision: TypeAlias = Send | Wait | Lapsed

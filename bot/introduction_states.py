"""The life of an introduction as one table (state, event) → state, and the picture of it for the documents.

Rule 1: contact data moves only on the way into MEDIATED, and every way there has two yeses: the asker's (SEND, QUEUE
or, after a late answer, CONFIRM) and the contact's (ACCEPT).
Rule 2: a no is final: nothing leads out of DECLINED but the asker's own withdrawal.
Rule 3: what isn't in the table raises and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.model import IntroductionState as State


class IntroductionEvent(StrEnum):
    SEND = "send"  # the asker has seen the preview and lets it go out
    QUEUE = "queue"  # the contact has enough requests; the asker waits
    PROMOTE = "promote"  # a place has become free
    TAKE_BACK = "take_back"  # the asker, before the contact was told
    WITHDRAW = "withdraw"  # the asker, afterwards; or an answer they owe doesn't come
    ACCEPT = "accept"
    POSTPONE = "postpone"  # "yes, but later"
    RESTART = "restart"  # the date they named has come
    DECLINE = "decline"
    EXPIRE = "expire"
    DROP = "drop"  # the contact paused, left, took the topic back or can't be reached
    RELEASE = "release"  # somebody else said yes first
    CONFIRM = "confirm"  # the asker still wants it after a late yes
    TALK = "talk"
    SETTLE = "settle"


Event = IntroductionEvent

TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.DRAFT, Event.SEND): State.ASKED,
        (State.DRAFT, Event.QUEUE): State.QUEUED,
        (State.QUEUED, Event.PROMOTE): State.ASKED,
        (State.QUEUED, Event.TAKE_BACK): State.DRAFT,
        (State.QUEUED, Event.EXPIRE): State.EXPIRED,
        (State.QUEUED, Event.DROP): State.DROPPED,
        (State.QUEUED, Event.RELEASE): State.RELEASED,
        (State.ASKED, Event.TAKE_BACK): State.DRAFT,
        (State.ASKED, Event.WITHDRAW): State.WITHDRAWN,
        (State.ASKED, Event.ACCEPT): State.MEDIATED,
        (State.ASKED, Event.POSTPONE): State.POSTPONED,
        (State.ASKED, Event.DECLINE): State.DECLINED,
        (State.ASKED, Event.EXPIRE): State.EXPIRED,
        (State.ASKED, Event.DROP): State.DROPPED,
        (State.ASKED, Event.RELEASE): State.RELEASED,
        (State.POSTPONED, Event.RESTART): State.ASKED,
        (State.POSTPONED, Event.POSTPONE): State.POSTPONED,
        (State.POSTPONED, Event.ACCEPT): State.MEDIATED,
        (State.POSTPONED, Event.DECLINE): State.DECLINED,
        (State.POSTPONED, Event.WITHDRAW): State.WITHDRAWN,
        (State.POSTPONED, Event.DROP): State.DROPPED,
        (State.POSTPONED, Event.RELEASE): State.RELEASED,
        (State.EXPIRED, Event.ACCEPT): State.LATE,
        (State.LATE, Event.CONFIRM): State.MEDIATED,
        (State.LATE, Event.WITHDRAW): State.WITHDRAWN,
        (State.LATE, Event.DROP): State.DROPPED,
        (State.MEDIATED, Event.TALK): State.TALKED,
        (State.MEDIATED, Event.SETTLE): State.SETTLED,
        (State.SETTLED, Event.TALK): State.TALKED,
        # The asker withdraws before hearing of an end: for them it is withdrawn, and nothing tells why it wouldn't be.
        (State.DECLINED, Event.WITHDRAW): State.WITHDRAWN,
        (State.EXPIRED, Event.WITHDRAW): State.WITHDRAWN,
        (State.DROPPED, Event.WITHDRAW): State.WITHDRAWN,
    }
)

WAITING = frozenset({State.QUEUED, State.ASKED, State.POSTPONED, State.LATE})  # something may still come of it
UNANSWERED = frozenset({State.ASKED, State.POSTPONED})  # the contact may answer
UNSUCCESSFUL = frozenset({State.DECLINED, State.EXPIRED, State.DROPPED})  # one and the same to the asker
MET = frozenset({State.MEDIATED, State.TALKED, State.SETTLED})  # both have the other's contact data


class IllegalTransition(ValueError):
    """The event can't happen in this state; nothing was changed."""


def after(state: State, event: Event) -> State:
    """Raises IllegalTransition."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(f"{event} can't happen to an introduction that is {state}") from None


def diagram() -> str:
    """The table as a Mermaid state diagram; stands in docs/concepts.md between its two markers."""
    left = {state for state, _ in TRANSITIONS}
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT}"]
    lines += [f"    {state} --> {to}: {event}" for (state, event), to in TRANSITIONS.items()]
    lines += [f"    {state} --> [*]" for state in State if state not in left]
    return "\n".join(lines)

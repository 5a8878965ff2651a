"""What follows from the outcome of a delivery, as a value: pure, so that it can be tried with every outcome there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias, assert_never

from bot.kinds import Kind
from bot.ports import Delivered, Outcome, TryLater, Uncertain, Undeliverable

ATTEMPTS = 12  # that failed; one that a platform put off to a time of its own is none
FIRST_WAIT = timedelta(seconds=5)
FACTOR = 3  # quick while a hiccup is likely, patient once it is an outage
LONGEST_WAIT = timedelta(hours=4)  # all twelve attempts lie within 17 hours, unless a platform asks for more
SHORTEST_WAIT = timedelta(seconds=1)  # the speed limit of a conversation
PUT_OFF_FOR = timedelta(days=2)  # since it was due; from then on such attempts count too, or it might go on for ever
SAFE_TO_REPEAT = timedelta(hours=23)  # how long a platform with idempotency keys is relied upon to remember one

ABOUT_THE_MESSAGE = "message"
"""An `Undeliverable` whose cause begins with this word ("message too large") speaks of the message; any other one says
that the account can't be reached any more."""

NAMED = "retry after"
"""So begins the cause of a row that a platform told when to come back; nothing else may shorten that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    remote_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Another attempt at that time; `uncertain`: an earlier one may have arrived. `counted`: the last one failed; where a
    homeserver lets one message through in five seconds, hundreds of rows are put off dozens of times.
    """

    at: datetime
    uncertain: bool
    cause: str
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It may have arrived. Not sent again by itself; listed for the operator."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """It did not arrive and won't."""

    cause: str
    unreachable: bool = False  # the account as a whole


Fate: TypeAlias = Sent | Again | Held | Dead


def fate(
    kind: Kind,
    attempts: int,
    outcome: Outcome,
    now: datetime,
    *,
    due: datetime,
    uncertain: bool,
    idempotent: bool,
    expires: datetime | None,
    rng: Random,
) -> Fate:
    """What becomes of a row after its `attempts`-th attempt. `uncertain`: one before this may have arrived."""
    match outcome:
        case Delivered(remote_id=remote_id):
            return Sent(remote_id=remote_id)
        case Undeliverable(cause=cause):
            return Dead(cause=cause, unreachable=not cause.startswith(ABOUT_THE_MESSAGE))
        case TryLater(seconds=seconds, cause=cause):
            counted = seconds is None or now - due >= PUT_OFF_FOR
            at = next_try(attempts if counted else max(1, attempts - 1), outcome, now, rng, expires=expires)
            if seconds is not None:
                cause = f"{NAMED} {seconds:g} s: {cause}".removesuffix(": ")
            return Again(at=at, uncertain=uncertain, cause=cause, counted=counted) if isinstance(at, datetime) else at
        case Uncertain(cause=cause):
            if not idempotent and (uncertain or not kind.resend_uncertain):
                return Held(cause=cause)
            at = next_try(attempts, outcome, now, rng, expires=expires)
            return Again(at=at, uncertain=True, cause=cause) if isinstance(at, datetime) else Held(cause=at.cause)
        case _:
            assert_never(outcome)


def next_try(
    attempts: int, outcome: TryLater | Uncertain, now: datetime, rng: Random, *, expires: datetime | None = None
) -> datetime | Dead:
    """When to try again after `attempts` attempts (from 1), or why not.

    Exponential back-off with full jitter, so that an outage doesn't end in a stampede; the seconds a platform named
    are a floor, to which the jitter is added: all who got the same answer would otherwise return together.
    """
    if attempts >= ATTEMPTS:
        return Dead(cause=f"gave up after {attempts} attempts: {outcome.cause}".removesuffix(": "))
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * float(FACTOR ** (attempts - 1)))
    named = outcome.seconds if isinstance(outcome, TryLater) else None
    # A day at most, even if the platform names more: it may have meant milliseconds, or a date.
    floor = SHORTEST_WAIT if named is None else timedelta(seconds=min(max(named, 1.0), 86400.0))
    at = now + (max(floor, ceiling * rng.random()) if named is None else floor + min(ceiling, floor) * rng.random())
    if expires is not None and at >= expires:
        return Dead(cause=f"expired while trying: {outcome.cause}".removesuffix(": "))
    return at
